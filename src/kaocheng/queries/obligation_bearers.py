"""Who owes a duty of a round: subjects, units or the adopting office; and whose task that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kaocheng.access.holding import Holding, Owner
from kaocheng.engine.process.entries import Duty
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.round_judged import Judged
from kaocheng.queries.titles import titles_in
from kaocheng.records.models import Subject, Unit
from kaocheng.records.models.unit import UnitKind

WHY = "what is owed follows from the scheme, for everybody in the round"
# Titles that mean somebody else for each subject; the others mean an office or a unit.
_FOR_EACH = (How.SUBJECT, How.FIELD, How.REGISTER)


@dataclass(frozen=True)
class Bearer:
    """For whom a duty is owed once; `entry`: the row of a register that it is owed for."""

    unit: Unit
    subject: Subject | None = None
    entry: str = ""
    # Empty: in every period in which it is owed.
    period: str = ""
    owes: bool = True

    @property
    def name(self) -> str:
        key = self.subject.key if self.subject else f"@{self.unit.pk}"
        return f"{key}/{self.entry}" if self.entry else key


@dataclass
class Bearers:
    """The people of one adoption as its duties ask for them."""

    found: Adopted
    # Asked for only where a duty says itself who owes it: the scheme is computed for that.
    judged: Callable[[], Judged]
    _duties: dict[str, list[Bearer]] = field(default_factory=dict)
    _named: dict[str, Mapping[str, list[Bearer]]] = field(default_factory=dict)

    @cached_property
    def holding(self) -> Holding:
        return Holding(self.found.adoption)

    @cached_property
    def subjects(self) -> dict[tuple[str, str], Subject]:
        rows = Subject.objects.unscoped(WHY).filter(adoption=self.found.adoption, has_left=False)
        return {(one.roster, one.key): one for one in rows.order_by("pk")}

    @cached_property
    def by_roster(self) -> Mapping[str, list[Subject]]:
        listed: defaultdict[str, list[Subject]] = defaultdict(list)
        for one in self.subjects.values():
            listed[one.roster].append(one)
        return listed

    def keys_below(self, path: str) -> frozenset[tuple[str, str]]:
        """The subjects whose unit lies on that path or below it."""
        units = self.holding.units
        return frozenset(
            row for row, one in self.subjects.items() if units[one.unit_id].path.startswith(path)
        )

    def of(self, duty: Duty) -> list[Bearer]:
        if duty.id not in self._duties:
            self._duties[duty.id] = list(self._of(duty))
        return self._duties[duty.id]

    def named(self, duty: Duty) -> Mapping[str, list[Bearer]]:
        """The same by their names in the keys of obligations."""
        if duty.id not in self._named:
            listed: defaultdict[str, list[Bearer]] = defaultdict(list)
            for one in self.of(duty):
                listed[one.name].append(one)
            self._named[duty.id] = listed
        return self._named[duty.id]

    def holders(self, phrase: str) -> tuple[Holder, ...]:
        return tuple(one for title in titles_in(phrase) for one in self.found.holders(title))

    def owners(self, phrase: str, subject: Subject | None, unit_id: int) -> tuple[Owner, ...]:
        """Whoever bears a title of the phrase, for the subject or as a unit."""
        holders = self.holders(phrase)
        if subject is None:
            unit = self.holding.units.get(unit_id)
            here = [
                Owner(unit_id, role=one.role)
                for one in holders
                if unit is not None and one.how == How.ROLE and one.kind == unit.kind
            ]
            if here:
                return tuple(dict.fromkeys(here))
        return self.holding.owners(holders, subject)

    def _of(self, duty: Duty) -> Iterator[Bearer]:
        if self.judges(duty):
            yield from self._owing(duty)
            return
        holders = self.holders(duty.who)
        if any(one.how in _FOR_EACH for one in holders) or self._is_for_each(duty):
            yield from (self._about(one) for one in self.by_roster[self._roster(duty)])
            return
        units = list(self._units(holders))
        for unit in units or [self.found.adoption.unit]:
            yield Bearer(unit)

    def judges(self, duty: Duty) -> bool:
        """Whether rows that are about somebody say who owes it."""
        if not duty.of:
            return False
        return self.found.pack.registers[self.base(duty.of)].kind != "list"

    def _is_for_each(self, duty: Duty) -> bool:
        """Whether an office owes it for every subject by itself: to rate, to visit, to talk to."""
        register = self.found.pack.registers.get(duty.register)
        if register is None or not self.found.shape(register.id).roster:
            return False
        gated = (gate for gate in self.found.process.gates if gate.before == duty.id)
        roster = self.found.shape(register.id).roster
        return (
            bool(duty.about)
            or register.kind == "review"
            or any(gate.of and self.base(gate.of) == roster for gate in gated)
        )

    def base(self, of: str) -> str:
        """The register whose rows a result is about, or the register itself."""
        results = self.found.pack.results
        return results[of].of if of in results else of

    def _owing(self, duty: Duty) -> Iterator[Bearer]:
        for one in self.judged().owing.get(duty.id, ()):
            subject = self.subjects.get(one.subject)
            if subject is not None:
                unit = self.holding.units[subject.unit_id]
                yield Bearer(unit, subject, one.entry, one.period, one.owes)

    def _about(self, subject: Subject) -> Bearer:
        return Bearer(self.holding.units[subject.unit_id], subject)

    def _roster(self, duty: Duty) -> str:
        """Whom the entries are about that fulfil the duty, else whom the scheme assesses."""
        if duty.register:
            shape = self.found.shape(duty.register)
            if shape.roster:
                return shape.roster
        rosters = {one.id for one in self.found.rosters}
        assessed = (one.of for one in self.found.pack.scheme.results)
        return next((of for of in assessed if of in rosters), next(iter(rosters), ""))

    def _units(self, holders: Iterable[Holder]) -> Iterator[Unit]:
        """The units of the kinds in which the titles are held, as far as subjects lie in them."""
        seen: set[int] = set()
        for holder in holders:
            if holder.how != How.ROLE or not holder.kind or holder.kind == UnitKind.PANEL:
                continue
            for subject in self._one_a_unit:
                unit = self.holding.nearest(holder.kind, subject)
                if unit is not None and unit.pk not in seen:
                    seen.add(unit.pk)
                    yield unit

    @cached_property
    def _one_a_unit(self) -> tuple[Subject, ...]:
        return tuple({one.unit_id: one for one in self.subjects.values()}.values())
