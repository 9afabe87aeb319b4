"""One unit computed alone: on arrays, by the database, and after a change of its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from kaocheng.documents.result_table import result_table
from kaocheng.engine import verbs
from kaocheng.engine.columnar import array_nodes
from kaocheng.engine.columnar.array_nodes import Values
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.facts import AT, LINE, ColumnFacts
from kaocheng.engine.columnar.rows import PERIOD
from kaocheng.engine.columnar.run import Store
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Facts
from kaocheng.formats import OutTable, canonical_csv_bytes
from tests.engine.columnar.agreement import compiled_pack, facts_of, run_in_columns, tables_of
from tests.engine.columnar.generated import Generated

Tables = Mapping[str, pa.Table]


def store_of(case: Generated) -> Store:
    compiled = compiled_pack(case.pack)
    store = Store(compiled, encode_facts(compiled.pack, facts_of(compiled, case.facts)))
    store.compute()
    return store


def units_of(store: Store) -> list[str]:
    return list(store.planner.keys_of(store.stages.units.table))


def in_order(table: pa.Table) -> pa.Table:
    """The rows by subject and period."""
    keys = [name for name in (AT, PERIOD) if name in table.column_names]
    return table.sort_by([(name, "ascending") for name in keys])


def results_of(store: Store) -> dict[str, OutTable]:
    """What stands in the tables of a store, as it is written out."""
    run = store.results()
    return {result.id: result_table(run, result) for result in run.pack.scheme.results}


def units_agree(store: Store) -> Iterator[Tables]:
    """The tables of every unit from arrays, which are those of the database."""
    for unit in units_of(store):
        found, wanted = store.compute_in_arrays(unit), store.compute_alone(unit)
        assert found is not None
        assert found.keys() == wanted.keys()
        for result, table in wanted.items():
            ours = in_order(found[result])
            assert ours.schema == table.schema, (unit, result)
            for name in table.column_names:
                columns = ours[name].to_pylist(), in_order(table)[name].to_pylist()
                assert columns[0] == columns[1], (unit, result, name)
        yield found


@dataclass(frozen=True)
class Change:
    """Facts before and after one row of a register has come or gone, and that row's unit."""

    compiled: Compiled
    before: ColumnFacts
    after: ColumnFacts
    unit: str
    register: str
    rows: pa.Table
    facts_after: Facts

    def is_agreed_by_all(self) -> bool:
        """The changed store, a whole run on the changed facts and the reference say the same.

        Whether the store has kept its plan: the rows keep what was promised of them.
        """
        store = Store(self.compiled, self.before)
        store.compute()
        planner = store.planner
        store.run_unit(self.unit, {self.register: self.rows})
        found = results_of(store)
        whole = tables_of(run_in_columns(self.compiled, self.facts_after))
        for name, wanted in tables_of(verbs.run(self.compiled, self.facts_after)).items():
            assert canonical_csv_bytes(found[name]) == canonical_csv_bytes(wanted), name
            assert canonical_csv_bytes(whole[name]) == canonical_csv_bytes(wanted), name
        return store.planner is planner


def changes(case: Generated) -> Iterator[Change]:
    """For every register that is split: all rows of a unit go, and come again.

    They stand behind those of the others, whose lines therefore stay as they are.
    """
    compiled = compiled_pack(case.pack)
    given = encode_facts(compiled.pack, facts_of(compiled, case.facts))
    store = Store(compiled, given)
    for register, (link, roster) in store.stages.units.links.items():
        rows = given.tables[register].arrow
        if compiled.pack.registers[register].key:
            continue
        for unit in units_of(store):
            low, high = store.ranges(unit)[roster]
            own = set(rows.filter(_inside(rows, link, low, high))[LINE].to_pylist())
            if own:
                yield from _coming_and_going(compiled, case, register, own, (unit, link, low, high))
                break


def _inside(rows: pa.Table, link: str, low: int, high: int) -> pa.ChunkedArray:
    return pc.and_(pc.greater_equal(rows[link], low), pc.less_equal(rows[link], high))


def _coming_and_going(
    compiled: Compiled,
    case: Generated,
    register: str,
    own: set[int],
    place: tuple[str, str, int, int],
) -> Iterator[Change]:
    """Nothing where the numbers would need another scale."""
    unit, link, low, high = place
    lines = case.facts[register].splitlines(keepends=True)
    others = [line for at, line in enumerate(lines, start=1) if at not in own]
    theirs = [lines[at - 1] for at in sorted(own)]
    few, many = (
        facts_of(compiled, {**case.facts, register: "".join(one)})
        for one in (others, [*others, *theirs])
    )
    encoded = [encode_facts(compiled.pack, facts) for facts in (few, many)]
    scales = [
        {name: column.scale for name, column in facts.tables[register].columns.items()}
        for facts in encoded
    ]
    if scales[0] == scales[1]:
        for before, after, facts in ((0, 1, many), (1, 0, few)):
            rows = encoded[after].tables[register].arrow
            yield Change(
                compiled,
                encoded[before],
                encoded[after],
                unit,
                register,
                rows.filter(_inside(rows, link, low, high)),
                facts,
            )


def never_too_wide(patch: pytest.MonkeyPatch) -> None:
    """From here on a whole number that does not fit fails: the plan has proven that all do."""
    for name in ("+", "-", "*"):
        patch.setitem(array_nodes.OPERATORS, name, _checked(name))


def _checked(name: str) -> array_nodes.Operator:
    operate = array_nodes.OPERATORS[name]

    def checked(*args: Values) -> Values:
        found = operate(*args)
        exact = operate(*(Values(np.asarray(one.data).astype(object), one.nulls) for one in args))
        same = np.equal(found.data, exact.data)
        assert np.all(same if found.nulls is None else np.logical_or(same, found.nulls))
        return found

    return checked
