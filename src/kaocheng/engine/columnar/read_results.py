"""Members and outcomes of a stored result, row by row, as a reference run holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.finding import Numbers, is_read_at
from kaocheng.engine.columnar.told import ToldOfRow
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.facts import FactRow
from kaocheng.engine.language.scheme import Item, Result
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.reference.evaluate import ResultRow
from kaocheng.engine.reference.run import (
    Member,
    RowFrame,
    RowKey,
    finished,
    flagged,
    member_of,
    without_computing,
)
from kaocheng.engine.trace import Outcome
from kaocheng.engine.values import Value, is_known

if TYPE_CHECKING:
    from kaocheng.engine.columnar.read_run import ReadRun


@dataclass(eq=False)
class Members(Mapping[RowKey, Member]):
    """Who is in a result, as stored."""

    run: ReadRun
    result: Result
    _places: dict[RowKey, int | None] = field(default_factory=dict)
    _read: dict[RowKey, Member] = field(default_factory=dict)
    _groups: dict[range, list[Member]] = field(default_factory=dict)

    def place(self, key: RowKey) -> int | None:
        """The row of the result's table; None for who is not in it."""
        if key not in self._places:
            position = self.run.finder.position(self.result.of, key[0])
            found = {} if position is None else self._places_at(position)
            self._places[key] = found.get(key[1])
        return self._places[key]

    def _places_at(self, position: int) -> dict[str, int]:
        """The places of a subject by period."""
        stored = self.run.stored[self.result.id]
        if not self.result.each:
            return dict(zip(("",), stored.places_of(position), strict=False))
        periods = {place: stored.period(place) for place in stored.places_of(position)}
        return {period.id if period else "": place for place, period in periods.items()}

    def __getitem__(self, key: RowKey) -> Member:
        if key not in self._read:
            place = self.place(key)
            if place is None:
                raise KeyError(key)
            fact = self.run.row(self.result.of, key[0])
            assert fact is not None
            self._read[key] = self._member(fact, place)
        return self._read[key]

    def _member(self, fact: FactRow, place: int) -> Member:
        stored = self.run.stored[self.result.id]
        row = ResultRow(fact, stored.period(place))
        exemption = stored.exemption(place)
        if exemption >= 0:
            return Member(row, self.result.exempt[exemption - 1] if exemption else None)
        return member_of(self.result, row, RowFrame(self.run, self.result, row)) or Member(row)

    def of(self, subject: str) -> list[RowKey]:
        """The rows about one subject."""
        position = self.run.finder.position(self.result.of, subject)
        return [] if position is None else [member.row.key for member in self.at([position])]

    def at(self, positions: Numbers) -> list[Member]:
        """The rows about the subjects at `positions`, in order of the roster and of periods."""
        if isinstance(positions, range) and positions in self._groups:
            return self._groups[positions]
        facts = self.run.facts_at(self.result.of, positions)
        found = []
        for position, fact in zip(positions, facts, strict=True):
            for period, place in self._places_at(position).items():
                key = (fact.ref.key, period)
                self._places[key] = place
                if key not in self._read:
                    self._read[key] = self._member(fact, place)
                found.append((fact.ref.line, self._order[period], self._read[key]))
        members = [member for *_, member in sorted(found, key=lambda one: one[:2])]
        if isinstance(positions, range):
            self._groups[positions] = members
        return members

    @cached_property
    def _order(self) -> dict[str, int]:
        return {"": 0, **{one.id: at for at, one in enumerate(self.run.facts.periods)}}

    @cached_property
    def everybody(self) -> list[Member]:
        """In order of the roster; of a large city this takes seconds."""
        stored = self.run.stored[self.result.id]
        return self.at([*dict.fromkeys(stored.column("_at").to_pylist())])

    def __iter__(self) -> Iterator[RowKey]:
        return (member.row.key for member in self.everybody)

    def __len__(self) -> int:
        return self.run.stored[self.result.id].num_rows


@dataclass(eq=False)
class Outcomes(Mapping[RowKey, Outcome]):
    """A column, computed as the reference fills it, but only the rows that are asked for.

    `computed` has them before their flags: a flag may read its own item.
    """

    run: ReadRun
    result: Result
    item: Item
    computed: dict[RowKey, Outcome] = field(default_factory=dict)
    _whole: dict[RowKey, Outcome] = field(default_factory=dict)
    _asked: dict[RowKey, RowFrame] = field(default_factory=dict)
    _in_group: dict[RowKey, tuple[RowFrame, Outcome]] = field(default_factory=dict)

    def __getitem__(self, key: RowKey) -> Outcome:
        if key not in self._whole:
            outcome = self.unflagged(key)
            if key in self._asked:
                outcome = flagged(self.item, outcome, self._asked[key])
            self._whole[key] = outcome
        return self._whole[key]

    def __iter__(self) -> Iterator[RowKey]:
        return iter(self.run.members[self.result.id])

    def __len__(self) -> int:
        return len(self.run.members[self.result.id])

    def unflagged(self, key: RowKey) -> Outcome:
        if key not in self.computed:
            member = self.run.members[self.result.id][key]
            frame = RowFrame(self.run, self.result, member.row)
            early = without_computing(self.item, member, frame)
            self.computed[key] = self._asked_of(member, frame) if early is None else early
        return self.computed[key]

    def _asked_of(self, member: Member, frame: RowFrame) -> Outcome:
        mechanism = MECHANISMS[self.item.mechanism]
        if mechanism.outcome is not None:
            outcome = mechanism.outcome(self.item, frame)
        elif (told := self._told(frame)) is not None:
            assert mechanism.outcome_told is not None
            outcome = mechanism.outcome_told(self.item, frame, told)
        else:
            frame, outcome = self._with_group(member, frame)
        self._asked[frame.row.key] = frame
        return finished(self.item, outcome, frame)

    def _told(self, frame: RowFrame) -> ToldOfRow | None:
        """What the run has kept of the subject in its group."""
        place = self.run.read_members[self.result.id].place(frame.row.key)
        assert place is not None
        values = self.run.stored[self.result.id].told(self.item.id, place)
        return None if values is None else ToldOfRow(self.run, frame, values)

    def _with_group(self, member: Member, frame: RowFrame) -> tuple[RowFrame, Outcome]:
        """Group-wide mechanisms look at everybody of the group who is asked."""
        key = frame.row.key
        if key not in self._in_group:
            found = [frame if one is member else self._frame_of(one) for one in self._group(member)]
            frames = [one for one in found if one is not None]
            # Usually one is asked for; where a second is, the others will be too.
            asked = frames if self._in_group else [frame]
            outcomes = MECHANISMS[self.item.mechanism].outcomes
            assert outcomes is not None
            for one, outcome in zip(asked, outcomes(self.item, frames, asked), strict=True):
                self._in_group[one.row.key] = (one, outcome)
        return self._in_group[key]

    def _frame_of(self, member: Member) -> RowFrame | None:
        frame = RowFrame(self.run, self.result, member.row)
        return frame if without_computing(self.item, member, frame) is None else None

    def _group(self, member: Member) -> list[Member]:
        """Those of the same period and group, in order of the roster."""
        period = member.row.period
        return [one for one in self._of_any_period(member) if one.row.period == period]

    def _of_any_period(self, member: Member) -> list[Member]:
        members = self.run.read_members[self.result.id]
        within = MECHANISMS[self.item.mechanism].within(self.item)
        if within is None:
            return members.everybody
        # On frames of their own: what is read here is not what anybody's outcome rests on.
        group = self._value(within, member)
        if not is_known(group):
            return [member]
        path = self.run.compiled.bound[within]
        found = None
        if is_read_at(path, 0):
            found = self.run.finder.rows_with(self.result.of, path, group)
        if found is None:
            return [one for one in members.everybody if self._value(within, one) == group]
        return members.at(found)

    def _value(self, expr: Expr, member: Member) -> Value:
        return RowFrame(self.run, self.result, member.row).value(expr)
