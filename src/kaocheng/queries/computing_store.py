"""What an adoption's facts come to, kept in memory, and computed again where they have changed.

Few facts are computed row by row, many by whole columns. Of the latter, a change of a few units is
computed for those alone; everything else anew, from the rows that are still in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.engine import verbs
from kaocheng.engine.columnar.arriving import encode_arriving
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.database import Resources, connect
from kaocheng.engine.columnar.facts import AT, SEQ
from kaocheng.engine.columnar.run import Store
from kaocheng.engine.problems import Problem, Problems, Refused
from kaocheng.engine.text_table import TextTable
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing_facts import (
    UNIT,
    State,
    arrow_table,
    load,
    mark_of,
    replaced,
    state_of,
    tables_of,
)

if TYPE_CHECKING:
    from kaocheng.documents.result_table import AnyRun

# From so many rows on columns are faster; a change is then computed for its unit alone.
MANY_ROWS = 2_000
# With more units changed at once, everything is computed anew.
MOST_UNITS = 20


class _Anew(Exception):  # no error: a way that does not lead there
    """A change that cannot be computed for its units alone."""


@dataclass
class Kept:
    """One adoption in memory. Whoever reads or refreshes it holds `lock`."""

    found: Adopted
    settled: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    mark: str = ""
    state: State = field(default_factory=dict)
    texts: dict[str, pa.Table] = field(default_factory=dict)
    run: AnyRun | None = None
    problems: tuple[Problem, ...] = ()
    # What was last handed out, by `computing`.
    current: object = None
    _store: Store | None = None

    def refresh(self) -> bool:
        """Whether anything had to be computed.

        Raises the engine's `Refused` where the facts have an error; the rows are then kept, and
        the next time they are looked at again.
        """
        mark = mark_of(self.found.adoption.pk)
        if mark == self.mark and self.run is not None:
            return False
        state = state_of(self.found.adoption.pk)
        changed = {place for place, _ in state.items() ^ self.state.items()}
        before = dict(self.texts)
        self._load(changed)
        self.run, run = None, self.run
        try:
            self.run = self._computed_again(run, changed, before)
        except _Anew:
            self.run = self._computed()
        self.mark, self.state = mark, state
        return True

    def _load(self, changed: Collection[tuple[str, int]]) -> None:
        """Read what changed; what is not there yet, whole."""
        for register in (*self.found.rosters, *self.found.ledgers):
            units = {unit for name, unit in changed if name == register.id}
            if register.id not in self.texts or len(units) > MOST_UNITS:
                self.texts[register.id] = load(self.found, register)
            elif units:
                rows = load(self.found, register, units)
                self.texts[register.id] = replaced(self.texts[register.id], units, rows)

    def _computed(self) -> AnyRun:
        self._store = None
        problems = Problems()
        if sum(rows.num_rows for rows in self.texts.values()) >= MANY_ROWS:
            try:
                run = self._by_columns(problems)
                self.problems = tuple(problems.found)
                return run
            except Refused as refused:
                # What is only too wide for columns is nobody's fault.
                if {one.id for one in refused.problems if one.severity == "error"} != {"F80"}:
                    raise
                problems = Problems()
        tables = tables_of(self.found, self.texts, by_rows=True)
        rows = {name: one for name, one in tables.items() if isinstance(one, TextTable)}
        run_by_rows = verbs.run(
            self.found.compiled, verbs.facts(self.found.pack, rows, problems=problems)
        )
        self.problems = tuple(problems.found)
        return run_by_rows

    def _by_columns(self, problems: Problems) -> ColumnarRun:
        tables = tables_of(self.found, self.texts, by_rows=False)
        facts = verbs.facts_in_columns(self.found.pack, tables, problems=problems)
        store = Store(self.found.compiled, facts, connect(Resources()), tells=True)
        run = store.run()
        self._store = store
        return run

    # A few units

    def _computed_again(
        self,
        run: AnyRun | None,
        changed: Collection[tuple[str, int]],
        before: Mapping[str, pa.Table],
    ) -> AnyRun:
        """The run with the changed units computed again; raises `_Anew` where that is not it."""
        store = self._store
        if store is None or run is None or not changed:
            raise _Anew
        links = store.stages.units.links
        touched: dict[str, set[str]] = {}
        for register in {name for name, _ in changed}:
            of = self.found.pack.registers.get(register)
            if of is None or register not in links or of.key or _is_ordered(store, register):
                raise _Anew
            units = {unit for name, unit in changed if name == register}
            for unit in self._touched(register, links[register], units, before[register]):
                touched.setdefault(unit, set()).add(register)
        if len(touched) > MOST_UNITS:
            raise _Anew
        for unit, registers in sorted(touched.items()):
            rows = {name: self._encoded(store, name, unit) for name in sorted(registers)}
            run = store.run_unit(unit, rows)
        return run if store.stages.wide else store.results()

    def _touched(
        self, register: str, link: tuple[str, str], units: Collection[int], before: pa.Table
    ) -> set[str]:
        """The units of the scheme whose subjects have rows in the changed units, or had some."""
        name, roster = link
        subjects: set[str | None] = set()
        for rows in (before, self.texts[register]):
            there = pc.is_in(rows.column(UNIT), value_set=pa.array(sorted(units), pa.int64()))
            subjects.update(pc.unique(rows.filter(there).column(name)).to_pylist())
        unit_of = self._unit_of(roster)
        found = {unit_of.get(subject or "") for subject in subjects}
        if None in found:
            raise _Anew
        return {unit for unit in found if unit is not None}

    def _unit_of(self, roster: str) -> dict[str, str | None]:
        """Subject → unit of the scheme."""
        assert self._store is not None
        register, rows = self.found.register(roster), self.texts[roster]
        name = self._store.stages.units.fields[roster]
        keys = rows.column(register.key).to_pylist()
        return dict(zip(keys, keys if name == AT else rows.column(name).to_pylist(), strict=True))

    def _encoded(self, store: Store, register: str, unit: str) -> pa.Table:
        """All rows of the unit in the register, encoded as those in the store are."""
        link, roster = store.stages.units.links[register]
        members = [key for key, of in self._unit_of(roster).items() if of == unit]
        texts = self.texts[register]
        own = texts.filter(pc.is_in(texts.column(link), value_set=pa.array(members, pa.string())))
        described = self.found.register(register)
        arrived = encode_arriving(self.found.pack, store.facts, arrow_table(described, own))
        if arrived is None:
            raise _Anew
        return arrived


def _is_ordered(store: Store, register: str) -> bool:
    """Whether the wide stage reads the register in order of time: rows of all units are in it."""
    if register not in store.stages.whole_registers:
        return False
    return any(f'"{SEQ}"' in statement.sql for statement in store.stages.wide)
