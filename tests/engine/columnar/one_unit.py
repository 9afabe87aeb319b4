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

    def is_agreed_by_all(self) -> None:
        """The changed store, a whole run on the changed facts and the reference say the same."""
        store = Store(self.compiled, self.before)
        store.compute()
        store.run_unit(self.unit, {self.register: self.rows})
        found = results_of(store)
        whole = tables_of(run_in_columns(self.compiled, self.facts_after))
        for name, wanted in tables_of(verbs.run(self.compiled, self.facts_after)).items():
            assert canonical_csv_bytes(found[name]) == canonical_csv_bytes(wanted), name
            assert canonical_csv_bytes(whole[name]) == canonical_csv_bytes(wanted), name


def changes(case: Generated) -> Iterator[Change]:
    """The last row of every register that is split by unit goes, and comes again."""
    compiled = compiled_pack(case.pack)
    many = facts_of(compiled, case.facts)
    store = Store(compiled, encode_facts(compiled.pack, many))
    for register in store.stages.units.links:
        if compiled.pack.registers[register].key or case.facts[register].count("\n") < 3:
            continue
        less = "".join(case.facts[register].splitlines(keepends=True)[:-1])
        few = facts_of(compiled, {**case.facts, register: less})
        for before, after in ((many, few), (few, many)):
            found = _change(store, compiled, register, before, after)
            if found is not None:
                yield found


def _change(
    store: Store, compiled: Compiled, register: str, before: Facts, after: Facts
) -> Change | None:
    """None where the row belongs to no unit, or its numbers need another scale."""
    link, roster = store.stages.units.links[register]
    both = [encode_facts(compiled.pack, facts) for facts in (before, after)]
    scales = [
        {name: column.scale for name, column in facts.tables[register].columns.items()}
        for facts in both
    ]
    rows = max((facts.tables[register].arrow for facts in both), key=lambda one: one.num_rows)
    last = rows.filter(pc.equal(rows[LINE], pc.max(rows[LINE])))
    (subject,) = last[link].to_pylist()
    if scales[0] != scales[1] or subject is None:
        return None
    for unit in units_of(store):
        low, high = store.ranges(unit)[roster]
        if low <= subject <= high:
            changed = both[1].tables[register].arrow
            inside = pc.and_(
                pc.greater_equal(changed[link], low), pc.less_equal(changed[link], high)
            )
            return Change(compiled, both[0], both[1], unit, register, changed.filter(inside), after)
    return None


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
