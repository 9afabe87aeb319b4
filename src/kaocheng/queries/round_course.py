"""A round with everything that its obligations follow from, each read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Q, Sum

from kaocheng.access.actor import Actor
from kaocheng.access.holding import Owner, subjects_held
from kaocheng.access.round import borne_condition, obligations_in_sight, own_groups
from kaocheng.access.scope import NOBODY
from kaocheng.access.task import sharing
from kaocheng.engine.process.entries import Duty, Effect, Gate
from kaocheng.engine.process.layout import all_entries
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.obligation_bearers import Bearers
from kaocheng.queries.obligation_count import Handing
from kaocheng.queries.round_agenda import Agendas, Window, moment_until
from kaocheng.queries.round_judged import Judged, judged
from kaocheng.queries.ticket_clocks import Tickets, receiver
from kaocheng.records.models import Obligation, RegisterRevision, Round
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.scoped import OwnedQuerySet

WHY = "what is owed follows from the scheme, for everybody in the round"
_SETTLED = (State.DONE, State.LATE, State.DROPPED)


@dataclass
class Memory:
    """What the facts of an adoption came to, for as long as none of them changes.

    Only for passes one after the other: what a rolled back writer did must not be remembered.
    """

    mark: tuple[object, ...] = ()
    judged: Judged | None = None


@dataclass
class Course:
    work: Round
    now: datetime
    memory: Memory = field(default_factory=Memory)
    _left: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @cached_property
    def found(self) -> Adopted:
        return adopted(self.work.adoption, on=self.now.astimezone(CHINA).date())

    @cached_property
    def agendas(self) -> Agendas:
        return Agendas(self.work, self.found)

    @cached_property
    def tickets(self) -> Tickets:
        return Tickets(self.agendas, self.now)

    @cached_property
    def judged(self) -> Judged:
        revisions = RegisterRevision.objects.filter(adoption=self.work.adoption_id)
        total = revisions.aggregate(total=Sum("revision"))["total"]
        mark = (self.work.adoption_id, self.work.adoption.version, self.found.came, total)
        if self.memory.judged is None or self.memory.mark != mark:
            self.memory.mark, self.memory.judged = mark, judged(self.found)
        return self.memory.judged

    @cached_property
    def bearers(self) -> Bearers:
        return Bearers(self.found, lambda: self.judged)

    @cached_property
    def handing(self) -> Handing:
        return Handing(self.found)

    @cached_property
    def duties(self) -> Mapping[str, Duty]:
        return {duty.id: duty for duty in self.found.process.duties}

    @cached_property
    def gates(self) -> Mapping[str, list[Gate]]:
        """The gates that bind, by what waits for them."""
        found: defaultdict[str, list[Gate]] = defaultdict(list)
        for gate in self.found.process.gates:
            if not gate.soft:
                found[gate.before].append(gate)
        return dict(found)

    def window(self, row: Obligation) -> Window | None:
        """The window of an obligation as it now is; none where the scheme has it no more."""
        if row.entry is not None:
            return self.tickets.windows(row.entry, self.path(row)).get(row.duty)
        return self.agendas.windows(self.path(row)).get((row.duty, row.period))

    def path(self, row: Obligation) -> str:
        unit = self.bearers.holding.units.get(row.unit_id)
        return unit.path if unit is not None else row.unit.path

    def owners(self, row: Obligation) -> tuple[list[Owner], list[Owner]]:
        """Whose it is from the start, and whom it was handed on to since; nobody twice.

        首接负责: whoever wrote a ticket stays responsible for it too.
        """
        duty = self.duties[row.duty]
        first = list(self.bearers.owners(duty.who, row.subject, row.unit_id))
        later = {
            owner: None
            for step in duty.escalate[: row.escalated]
            for owner in self.bearers.owners(step.goes_to, row.subject, row.unit_id)
        }
        if row.entry is not None:
            first += receiver(row.entry, [*first, *later], on=self.now.astimezone(CHINA).date())
        return first, [owner for owner in later if owner not in first]

    def effect(self, row: Obligation) -> Effect | None:
        """What follows where it is missed, if that is an effect of the scheme."""
        duty = self.duties[row.duty]
        return next((one for one in self.found.process.effects if one.id == duty.otherwise), None)

    def base(self, duty: Duty) -> str:
        """The register whose rows the duty is owed for; empty where it judges none."""
        return self.bearers.base(duty.of)

    def title_of(self, name: str) -> str:
        return self.titles.get(name, name)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        process = self.found.process
        return {one.id: f"“{one.title}”" for one in all_entries(process)} | dict(process.events)

    def is_over(self, name: str, row: Obligation) -> bool:
        """Whether an event has happened, a duty is done around the unit, or a step is past."""
        path = self.path(row)
        if name in self.found.process.events:
            return name in self.agendas.happened(path)
        if name in self.duties:
            around = [
                state
                for where, state in self._of_duty(name)
                if where.startswith(path) or path.startswith(where)
            ]
            return bool(around) and all(state in _SETTLED for state in around)
        ends = self.agendas.at(path).moments.get(f"{name}.to")
        return ends is not None and moment_until(ends) <= self.now

    def _of_duty(self, name: str) -> list[tuple[str, str]]:
        if name not in self._left:
            rows = Obligation.objects.unscoped(WHY).filter(round=self.work, duty=name)
            self._left[name] = list(rows.values_list("unit__path", "state"))
        return self._left[name]


def owed_in_sight(actor: Actor, course: Course) -> OwnedQuerySet[Obligation]:
    """What is owed in the round within the reader's reach, and what they owe for others."""
    titles = [
        (duty.id, period, holders)
        for name, period in own_groups(actor, course.work)
        if (duty := course.duties.get(name)) is not None
        for holders in [
            tuple(
                one
                for phrase in (duty.who, *(step.goes_to for step in duty.escalate))
                for one in course.bearers.holders(phrase)
            )
        ]
    ]
    borne = borne_condition(actor, course.work.adoption, titles)
    return obligations_in_sight(actor, borne=borne).filter(round=course.work)


def waiting_for(actor: Actor, course: Course) -> OwnedQuerySet[Obligation]:
    """What the reader will owe once its condition holds or its day has come."""
    rows = Obligation.objects.unscoped(WHY).filter(round=course.work, state=State.SHUT, entry=None)
    condition = NOBODY
    for name in sorted(set(rows.values_list("duty", flat=True))):
        duty = course.duties.get(name)
        if duty is not None:
            holders = course.bearers.holders(duty.who)
            held = subjects_held(actor, course.work.adoption, holders)
            condition |= Q(duty=name, subject__in=held.values("pk"))
            condition |= Q(duty=name) & _of_own_unit(actor, course, duty)
    shut = Q(round=course.work, state=State.SHUT, entry=None)
    return obligations_in_sight(actor, borne=condition).filter(condition & shut)


def _of_own_unit(actor: Actor, course: Course, duty: Duty) -> Q:
    """What the reader's unit owes as such, where the reader speaks for it."""
    if actor.held is None:
        return NOBODY
    unit, role = actor.held.unit_id, actor.held.role
    owners = course.bearers.owners(duty.who, None, unit)
    if any(one.unit_id == unit and role in sharing(one.role) for one in owners):
        return Q(subject=None, unit=unit)
    return NOBODY
