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

from kaocheng.documents.result_columns import Spelled
from kaocheng.engine import verbs
from kaocheng.engine.columnar.arriving import encode_arriving
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.database import ROW_GROUP, Resources, connect
from kaocheng.engine.columnar.facts import AT, SEQ
from kaocheng.engine.columnar.run import Store, computed_store
from kaocheng.engine.problems import Problem, Problems, Refused
from kaocheng.engine.text_table import TextTable
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing_facts import (
    UNIT,
    Marks,
    State,
    arrow_table,
    load,
    marks_of,
    replaced,
    state_of,
    tables_of,
    without,
)
from kaocheng.queries.computing_faults import at_fault

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
    # What `texts` was read from: always set together.
    marks: Marks = field(default_factory=dict)
    state: State = field(default_factory=dict)
    texts: dict[str, pa.Table] = field(default_factory=dict)
    run: AnyRun | None = None
    problems: tuple[Problem, ...] = ()
    # Entries that are not computed with, because of an error: by register, and what is wrong.
    left_out: dict[str, set[int]] = field(default_factory=dict)
    faults: tuple[Problem, ...] = ()
    # What was last handed out, by `computing`, and the texts that its tables are made of.
    current: object = None
    spelled: dict[str, Spelled] = field(default_factory=dict)
    _store: Store | None = None

    def refresh(self) -> bool:
        """Whether anything had to be computed.

        Entries at fault are left out. Raises the engine's `Refused` where an error is in what
        others refer to; the rows are then kept, and the next time all is computed from them anew.
        """
        adoption = self.found.adoption.pk
        marks = marks_of(adoption)
        if marks == self.marks and self.run is not None:
            return False
        moved = {register for register, _ in marks.items() ^ self.marks.items()}
        fresh = state_of(adoption, moved)
        changed = {
            (register, unit)
            for register in moved
            for unit, _ in (fresh.get(register, {}).items() ^ self.state.get(register, {}).items())
        }
        state = {name: of for name, of in self.state.items() if name not in moved} | fresh
        before, run = self.texts, self.run
        self.run = None  # until all went well
        self.texts, self.marks, self.state = self._loaded(changed), marks, state
        try:
            self.run = self._computed_again(run, changed, before)
        except _Anew:
            self.run = self._computed()
        return True

    def _loaded(self, changed: Collection[tuple[str, int]]) -> dict[str, pa.Table]:
        """The rows with those read again that changed; what is not there yet, whole.

        Whoever leaves a roster takes their entries along: these are then read again.
        """
        rosters = {one.id for one in self.found.rosters}
        texts = {} if rosters & {name for name, _ in changed} else dict(self.texts)
        for register in (*self.found.rosters, *self.found.ledgers):
            units = {unit for name, unit in changed if name == register.id}
            if register.id not in texts or len(units) > MOST_UNITS:
                texts[register.id] = load(self.found, register)
            elif units:
                rows = load(self.found, register, units)
                texts[register.id] = replaced(texts[register.id], units, rows)
        return texts

    @property
    def counted(self) -> dict[str, pa.Table]:
        """The rows without what is left out."""
        return {
            name: without(rows, self.left_out[name]) if name in self.left_out else rows
            for name, rows in self.texts.items()
        }

    def _computed(self) -> AnyRun:
        """Everything anew, without the entries at fault: each try leaves more of them out."""
        self.left_out, faults = {}, list[Problem]()
        while True:
            try:
                run = self._computed_at_once()
            except Refused as refused:
                wrong = at_fault(self.found, refused.problems)
                if wrong.blocking or not wrong.entries:
                    raise Refused(wrong.blocking or refused.problems) from refused
                for register, ids in wrong.entries.items():
                    self.left_out[register] = self.left_out.get(register, set()) | ids
                faults += wrong.faults
            else:
                self.faults = tuple(faults)
                return run

    def _computed_at_once(self) -> AnyRun:
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
        tables = tables_of(self.found, self.counted, by_rows=True)
        rows = {name: one for name, one in tables.items() if isinstance(one, TextTable)}
        run_by_rows = verbs.run(
            self.found.compiled, verbs.facts(self.found.pack, rows, problems=problems)
        )
        self.problems = tuple(problems.found)
        return run_by_rows

    def _by_columns(self, problems: Problems) -> ColumnarRun:
        tables = tables_of(self.found, self.counted, by_rows=False)
        facts = verbs.facts_in_columns(self.found.pack, tables, problems=problems)
        is_small = all(rows.num_rows <= ROW_GROUP for rows in self.texts.values())
        resources = Resources(threads=1 if is_small else 0)
        store = computed_store(self.found.compiled, facts, lambda: connect(resources), tells=True)
        self._store = store
        return store.results()

    # A few units

    def _computed_again(
        self,
        run: AnyRun | None,
        changed: Collection[tuple[str, int]],
        before: Mapping[str, pa.Table],
    ) -> AnyRun:
        """The run with the changed units computed again; raises `_Anew` where that is not it."""
        store = self._store
        if store is None or run is None or not changed or self.left_out:
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
