"""Operators, aggregates and windows on arrays against the same nodes as SQL."""

from __future__ import annotations

from datetime import date, datetime
from itertools import product
from random import Random

import duckdb
import pyarrow as pa
import pytest
from sqlglot import exp

from kaocheng.engine.columnar import array_groups, sql
from kaocheng.engine.columnar.array_chains import ORDERED
from kaocheng.engine.columnar.array_groups import AGGREGATES
from kaocheng.engine.columnar.array_nodes import OPERATORS, Values, constant
from kaocheng.engine.columnar.array_tables import from_arrow, to_arrow
from kaocheng.engine.columnar.nodes import Agg, Const, Node, Op, Over, Ref, SortKey

NUMBERS = (None, -7, -2, 0, 1, 3, 64)
TRUTHS = (None, False, True)
TEXTS = (None, "", "考", "考成", "b")
DAYS = (None, date(1999, 12, 31), date(2024, 2, 29), date(2024, 3, 1))
MOMENTS = (None, datetime(1969, 12, 31, 23, 59, 59, 7), datetime(2024, 2, 29, 12))  # noqa: DTZ001  # local
DIVISORS = (None, -3, -1, 2, 5)
BITS = (None, 0, 5, 2**63)

CASES: dict[str, tuple[tuple[object, ...], ...]] = {
    **dict.fromkeys(("+", "-", "*", "=", "<>", "<", "<=", ">", ">="), (NUMBERS, NUMBERS)),
    **dict.fromkeys(("//", "%"), (NUMBERS, DIVISORS)),
    **dict.fromkeys(("and", "or"), (TRUTHS, TRUTHS, TRUTHS)),
    **dict.fromkeys(("not", "is_null", "holds"), (TRUTHS,)),
    **dict.fromkeys(("coalesce", "least", "greatest", "in"), (NUMBERS, NUMBERS, NUMBERS)),
    **dict.fromkeys(("neg", "abs", "sign", "huge", "big"), (NUMBERS,)),
    **dict.fromkeys(("year", "month", "day"), (DAYS,)),
    "case": (TRUTHS, NUMBERS, TRUTHS, NUMBERS, NUMBERS),
    "pick": ((None, 0, 1, 2), NUMBERS, NUMBERS),
    "place": (TEXTS, ("考", "b"), ("考成",)),
    "clamp": (NUMBERS, (None, 0, 2)),
    "nullif": (NUMBERS, NUMBERS),
    "bits": (BITS,),
    "days": (DAYS, DAYS),
    "micros": (MOMENTS, MOMENTS),
    "day_of": (MOMENTS,),
    "make_date": ((None, 1900, 2024), (None, 0, 2, 12, 13), (None, 0, 1, 29, 30, 31)),
    "length": (TEXTS,),
    "starts_with": (TEXTS, TEXTS),
    "contains": (TEXTS, TEXTS),
    "gcd": (NUMBERS, NUMBERS),
}


def asked(table: pa.Table, node: Node) -> pa.Table:
    """The node over the rows of a table, by the database, in the order of `row`."""
    with duckdb.connect() as connection:
        connection.register("given", table)
        query = exp.select(exp.alias_(sql.tree(node), "found"), "row").from_("given")
        found = connection.sql(sql.text(query)).to_arrow_table()
    return found.sort_by("row").select(["found"])


def same(wanted: pa.Table, values: Values) -> None:
    found = to_arrow(wanted.schema, {"found": values}, wanted.num_rows)
    assert found["found"].to_pylist() == wanted["found"].to_pylist()


def grid(columns: tuple[tuple[object, ...], ...], *, name: str) -> pa.Table:
    """A row for every combination of the values of the columns."""
    rows = list(product(*columns))
    kinds = {"bits": pa.uint64()}
    arrays = {
        f"c{at}": pa.array([row[at] for row in rows], kinds.get(name)) for at in range(len(columns))
    }
    return pa.table({**arrays, "row": pa.array(range(len(rows)))})


def test_every_operator_is_held_against_the_database() -> None:
    assert set(CASES) == set(OPERATORS) == set(sql.OPERATORS)


@pytest.mark.parametrize("name", sorted(CASES))
def test_operator_means_what_it_means_in_the_database(name: str) -> None:
    table = grid(CASES[name], name=name)
    node = Op(name, tuple(Ref(f"c{at}") for at in range(len(CASES[name]))))

    columns = [from_arrow(table[f"c{at}"]) for at in range(len(CASES[name]))]
    same(asked(table, node), OPERATORS[name](*columns))


@pytest.mark.parametrize("value", [None, 2**40, True, "考", date(2024, 2, 29)])
def test_constant_stands_in_every_row(value: int | str | date | None) -> None:
    table = pa.table({"row": pa.array(range(3))})

    same(asked(table, Const(value)), constant(value))


def test_division_of_numbers_beyond_63_bits_is_exact() -> None:
    table = pa.table({"c": pa.array([-7, 3, None], pa.int64()), "row": pa.array(range(3))})
    wide = Op("*", (Op("huge", (Ref("c"),)), Const(10**30)))
    node = Op("//", (wide, Const(7)))

    values = OPERATORS["//"](
        OPERATORS["*"](OPERATORS["huge"](from_arrow(table["c"])), constant(10**30)), constant(7)
    )
    same(asked(table, node), values)


def random_rows(seed: int) -> pa.Table:
    random = Random(seed)
    size = random.randrange(1, 40)

    def some(kind: pa.DataType, *values: object) -> pa.Array:
        return pa.array([random.choice(values) for _ in range(size)], kind)

    return pa.table(
        {
            "key": some(pa.int64(), 1, 2, 3, None),
            "text": some(pa.string(), "a", "考", None),
            "n": some(pa.int64(), -5, 0, 2, 9, None),
            "code": some(pa.int64(), 0, 3, 63, None),
            "yes": some(pa.bool_(), True, False, None),
            "order": pa.array(random.sample(range(100), size)),
            "tie": some(pa.int64(), 1, 2, 3),
            "row": pa.array(range(size)),
        }
    )


AGGREGATED: dict[str, tuple[str, ...]] = {
    "count": (),
    "distinct": ("n",),
    "sum": ("n",),
    "huge_sum": ("n",),
    "mask": ("code",),
    "any": ("yes",),
    "min": ("text",),
    "max": ("n",),
    "arg_max": ("n", "order"),
    "run": ("yes", "order"),
}


@pytest.mark.parametrize("name", sorted(AGGREGATES))
@pytest.mark.parametrize("filtered", [False, True])
def test_aggregate_means_what_it_means_in_the_database(name: str, *, filtered: bool) -> None:
    for seed in range(20):
        table = random_rows(seed)
        where = Ref("yes") if filtered else None
        agg = Agg(name, tuple(map(Ref, AGGREGATED[name])), where)
        with duckdb.connect() as connection:
            connection.register("given", table)
            keyed = exp.select("key", exp.alias_(sql.tree(agg), "found")).from_("given")
            keyed = keyed.where("key IS NOT NULL").group_by("key")
            wanted = connection.sql(sql.text(keyed)).to_arrow_table().sort_by("key")

        columns = {one: from_arrow(table[one]) for one in table.column_names}
        whole = array_groups.groups_of(table.num_rows, columns["key"])
        groups = array_groups.restricted(whole, columns["yes"]) if filtered else whole
        found = AGGREGATES[name](groups, *(columns[one] for one in AGGREGATED[name]))

        keys = array_groups.key_of_groups(whole, columns["key"])
        assert keys.data.tolist() == wanted["key"].to_pylist()
        same(wanted.select(["found"]), found)


WINDOWS: dict[str, tuple[str, ...]] = {
    "row_number": (),
    "rank": (),
    "count": (),
    "sum": ("n",),
    "first_value": ("n",),
}


@pytest.mark.parametrize("name", sorted(ORDERED))
def test_window_means_what_it_means_in_the_database(name: str) -> None:
    """Rows with a key that is null are a partition of their own; equals share what runs up."""
    unique = name in ("row_number", "first_value")
    order = [SortKey(Ref("tie"), down=True), *([SortKey(Ref("order"))] if unique else [])]
    arguments = tuple(map(Ref, WINDOWS[name]))
    for seed in range(20):
        table = random_rows(seed)
        node = Over(name, arguments, (Ref("key"), Ref("text")), tuple(order))

        columns = {one: from_arrow(table[one]) for one in table.column_names}
        groups = array_groups.partitions_of(table.num_rows, columns["key"], columns["text"])
        sort = array_groups.in_order(tuple(key.down for key in order))
        ordered = sort(groups, columns["tie"], *([columns["order"]] if unique else []))

        found = ORDERED[name](ordered, *(columns[one] for one in WINDOWS[name]))
        same(asked(table, node), found)
