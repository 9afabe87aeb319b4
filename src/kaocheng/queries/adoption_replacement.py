"""Another text in place of the one at work: what changes in it, what stays valid, what does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kaocheng.access.refusal import Refused
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Reader, read_periods
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.process.moved import movable
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.engine.versions import Comparison, compare_packs
from kaocheng.engine.versions.fitting import fitted
from kaocheng.engine.versions.sentences import EFFECTS, by_section, sentence
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption_rows import holds_rows
from kaocheng.queries.adoption_values import as_refusal, parameter_problems
from kaocheng.queries.titles import titles_of
from kaocheng.records.models import Entry, Subject
from kaocheng.records.models.register import Standing

WHY = "the adoption was fetched under its scope"
# What may still count: a corrected or withdrawn entry is history.
LIVE = (Standing.WAITING, Standing.CHECKING, Standing.COUNTS, Standing.RETURNED)


@dataclass(frozen=True)
class RegisterFit:
    """What becomes of a register: `misfits` by the id of the row, with what is wrong in it.

    `lost`: titles of fields that the new text does not have; `needed`: those that it wants filled.
    """

    id: str
    title: str
    is_kept: bool
    rows: int
    lost: tuple[str, ...]
    needed: tuple[str, ...]
    misfits: Mapping[int, Refused]

    @property
    def fitting(self) -> int:
        return self.rows - len(self.misfits) if self.is_kept else 0


@dataclass(frozen=True)
class Replacement:
    """The adoption as it would go on under `new`."""

    found: Adopted
    new: Compiled

    @property
    def pack(self) -> Pack:
        return self.new.pack

    @cached_property
    def comparison(self) -> Comparison:
        return compare_packs(self.found.pack, self.pack)

    @property
    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Title of a section, and (what it can change, the sentence) for each change in it."""
        return [
            (title, [(EFFECTS[one.effect][0], sentence(one)) for one in listed])
            for title, listed in by_section(self.comparison.changes, "zh")
        ]

    @cached_property
    def under_new(self) -> Adopted:
        """The adoption under the new text, with all that is settled; not written anywhere."""
        draft = self.found.with_terms(
            parameters=self.parameters, dates=self.dates, holders=self.holders
        ).adoption
        draft.periods = self.periods
        return Adopted(draft, self.new, self.found.on)

    # What was settled

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What is settled and still stands under the new text."""
        known = {
            name: value
            for name, value in self.found.terms.parameters.items()
            if name in self.pack.parameters
        }
        under_new = Adopted(self.found.adoption, self.new, self.found.on)
        bad = parameter_problems(under_new, known, [*known])
        wrong = {key.partition("/")[0] for key in bad}
        return {name: value for name, value in known.items() if name not in wrong}

    @property
    def lost_parameters(self) -> tuple[str, ...]:
        """Titles of what was settled and is no longer asked, or no longer fits."""
        old = self.found.pack.parameters
        gone = [name for name in self.found.terms.parameters if name not in self.parameters]
        return tuple(old[name].title if name in old else name for name in gone)

    @property
    def open_parameters(self) -> tuple[Parameter, ...]:
        """What the new text wants settled and is not."""
        return tuple(
            one
            for one in self.pack.parameters.values()
            if one.id not in self.parameters and one.must_be_settled
        )

    @cached_property
    def periods(self) -> list[Any]:
        return [row for row in self.found.adoption.periods if row[0] in self.pack.period_kinds]

    @cached_property
    def dates(self) -> dict[str, str]:
        known = movable(self.pack.process)
        return {step: day for step, day in self.found.terms.dates.items() if step in known}

    @cached_property
    def holders(self) -> dict[str, Any]:
        """Who is meant by the titles that are still used."""
        titles = titles_of(self.pack)
        return {title: kept for title, kept in self.found.terms.holders.items() if title in titles}

    @property
    def new_titles(self) -> tuple[str, ...]:
        return tuple(title for title in titles_of(self.pack) if title not in self.holders)

    # What was entered

    @cached_property
    def registers(self) -> tuple[RegisterFit, ...]:
        """Every roster and register of either text that has rows or is new; three queries."""
        tables = self._tables()
        fits = fitted(self.pack, self.found.pack, tables).facts
        kinds = ("roster", "register", "review")
        old = {one.id: one for one in self.found.pack.registers.values() if one.kind in kinds}
        new = {one.id: one for one in self.pack.registers.values() if one.kind in kinds}
        return tuple(
            RegisterFit(
                id=name,
                title=(new.get(name) or old[name]).title,
                is_kept=name in new,
                rows=len(tables[name].rows) if name in tables else 0,
                lost=_titles(old, new, name),
                needed=tuple(
                    field.title
                    for id, field in (new[name].fields if name in new else {}).items()
                    if field.required and name in old and id not in old[name].fields
                ),
                misfits=self._misfits(name, fits.get(name)) if name in new else {},
            )
            for name in dict.fromkeys((*old, *new))
        )

    @property
    def misfits(self) -> dict[int, Refused]:
        """The entries that do not fit, by id, with the first that is wrong in each."""
        rosters = {one.id for one in self.found.rosters}
        return {
            pk: refusal
            for one in self.registers
            if one.id not in rosters
            for pk, refusal in one.misfits.items()
        }

    def _misfits(self, name: str, table: object) -> dict[int, Refused]:
        if not isinstance(table, TextTable):
            return {}
        told = Problems()
        periods = read_periods(self.pack, self.under_new.settled.get("periods"), Problems())
        Reader(self.pack, periods, told).table(self.pack.registers[name], table)
        wrong = [one for one in told.errors if one.place.line and one.id not in ("F42", "F48")]
        return {one.place.line: as_refusal(one) for one in reversed(wrong)}

    def _tables(self) -> dict[str, TextTable]:
        """The rows as tables of the new text's fields, each on the line of its own id."""
        adoption = holds_rows(self.found.adoption)
        subjects = Subject.objects.unscoped(WHY).filter(adoption=adoption).order_by("pk")
        entries = Entry.objects.unscoped(WHY).filter(adoption=adoption, standing__in=LIVE)
        rows: defaultdict[str, list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
        for name, pk, values in (
            *subjects.values_list("roster", "pk", "values"),
            *entries.order_by("pk").values_list("register", "pk", "values"),
        ):
            rows[name].append((pk, values))
        return {name: self._table(name, listed) for name, listed in rows.items()}

    def _table(self, name: str, listed: Sequence[tuple[int, Mapping[str, Any]]]) -> TextTable:
        known = self.pack.registers.get(name) or self.found.pack.registers[name]
        old = self.found.pack.registers.get(name)
        header = tuple(dict.fromkeys((*known.fields, *(old.fields if old else ()))))
        body = tuple(
            TextRow(pk, tuple(str(values.get(id, "")) for id in header)) for pk, values in listed
        )
        return TextTable(name, name, header, body)


def _titles(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Titles of the fields that are gone, where the register itself stays."""
    if name not in old or name not in new:
        return ()
    return tuple(
        field.title for id, field in old[name].fields.items() if id not in new[name].fields
    )
