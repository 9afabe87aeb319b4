"""Obligations as time goes by and as work is handed in: one sweep, and actions of people."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, Sum

from kaocheng.access.actor import system
from kaocheng.access.refusal import NotYours, Refused
from kaocheng.access.round import SOURCE, obligations_to_run
from kaocheng.access.task import own_tasks
from kaocheng.actions.consequence_task import share_decisions
from kaocheng.actions.obligation_task import share_out
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.entry_correction import is_behind
from kaocheng.queries.obligation_count import HANDED_IN
from kaocheng.queries.obligation_plan import (
    KEPT,
    Group,
    Plan,
    group_of,
    plan,
    plan_ticket,
    recount,
)
from kaocheng.queries.obligation_state import by_hand, is_final
from kaocheng.queries.round_course import Course, Memory, owed_in_sight
from kaocheng.queries.ticket_clocks import clocks_of
from kaocheng.records.models import (
    Adoption,
    Consequence,
    Entry,
    Obligation,
    RegisterRevision,
    Round,
    RoundEvent,
    Subject,
)
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.models.round import RoundState
from kaocheng.records.models.task import TaskState
from kaocheng.records.scoped import OwnedQuerySet

LOG = logging.getLogger("kaocheng.rounds")
WHY = "what is owed follows from the scheme, for everybody in the round"
# After the results are frozen, publicity and objections still have their days.
UNDER_WAY = (RoundState.RUNNING, RoundState.FROZEN)
MOST_REASON = 160
# So many parts of a mark decide whose tasks they are: tasks are looked at anew when one changes.
OWNERS = 4


@dataclass(frozen=True)
class Seen:
    """What a pass of this process found, and when time alone will change something."""

    mark: tuple[object, ...]
    at: datetime
    next_at: datetime | None


# Per process: another server that has not seen it looks once more, and finds nothing to do.
_SEEN: dict[tuple[int, datetime | None], Seen] = {}


def move_rounds(at: datetime) -> None:
    """What the sweep does: the rounds in which something has changed or has fallen due."""
    for work, mark in _marks(at.astimezone(CHINA).date()):
        key = (work.pk, work.opened_at)
        seen = _SEEN.get(key)
        if seen and seen.mark == mark and at >= seen.at and not _is_due(seen, at):
            continue
        is_new = seen is None or seen.mark[:OWNERS] != mark[:OWNERS]
        try:
            next_at = move_if_needed(work, at, anyhow=is_new)
        except Exception:
            # One that fails must not stop the others; the next sweep tries again.
            LOG.exception("round failed", extra={"round": work.pk})
            continue
        _SEEN[key] = Seen(mark, at, next_at)


def move_if_needed(work: Round, at: datetime, *, anyhow: bool = False) -> datetime | None:
    """Move the round where there is something to move; when to look again."""
    memory = Memory()
    made = plan(Course(work, at, memory))
    if anyhow or made.new or made.changed or made.missed:
        move_round(system(at), round_id=work.pk, memory=memory)
    return made.next_at


def _is_due(seen: Seen, at: datetime) -> bool:
    return seen.next_at is not None and at >= seen.next_at


def _marks(on: date) -> list[tuple[Round, tuple[object, ...]]]:
    """The rounds under way with what their obligations rest on, in three queries.

    First what decides whose tasks they are (versions, amendments whose day has come, rosters), then
    everything else.
    """
    rounds = list(_under_way().order_by("pk"))
    revisions: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for adoption_id, register, total in (
        RegisterRevision.objects.filter(adoption__in={work.adoption_id for work in rounds})
        .values_list("adoption", "register")
        .annotate(Sum("revision"))
        .order_by()
    ):
        revisions[adoption_id][register] = total
    events = dict(
        RoundEvent.objects.unscoped(WHY)
        .filter(round__in=rounds)
        .values_list("round")
        .annotate(Count("pk"))
        .order_by()
    )
    return [
        (work, _mark(work, on, revisions[work.adoption_id], events.get(work.pk))) for work in rounds
    ]


def _mark(
    work: Round, on: date, revisions: Mapping[str, int], events: int | None
) -> tuple[object, ...]:
    found = adopted(work.adoption, on=on)
    naming = {one.id for one in found.rosters} | {
        str(one.get("register", "")) for listed in found.terms.holders.values() for one in listed
    }
    people = sum(total for name, total in revisions.items() if name in naming)
    versions = (work.version, work.adoption.version, found.came)
    return (*versions, people, sum(revisions.values()), events)


def _under_way() -> OwnedQuerySet[Round]:
    rows = Round.objects.unscoped(WHY).filter(state__in=UNDER_WAY)
    return rows.select_related("adoption__scheme", "adoption__unit", "unit")


@action("round.move")
def move_round(act: Act, *, round_id: int, memory: Memory | None = None) -> Answer:
    """Bring all obligations of a round, and their tasks, to where they have to be now."""
    work = act.lock(_under_way(), round_id)
    made = move_now(act, work, memory)
    act.audit(work, new=len(made.new), changed=len(made.changed), missed=len(made.missed))
    return Answer.of(work, new=len(made.new), changed=len(made.changed))


def move_now(act: Act, work: Round, memory: Memory | None = None) -> Plan:
    """The same within another action that has the round locked."""
    course = Course(work, act.at, memory or Memory())
    made = plan(course)
    write(act, course, made, groups=made.groups)
    return made


def move_tickets(act: Act, work: Round, entries: Iterable[Entry]) -> None:
    """What is owed for the entries, after something was told of them; the round is locked."""
    course = Course(work, act.at)
    made = Plan()
    for entry in entries:
        plan_ticket(course, entry, made)
    write(act, course, made, groups=made.groups)


def tickets_touched(act: Act, found: Adopted, entries: Iterable[Entry]) -> None:
    """To be called when entries were written or stand otherwise: clocks start and stop with them.

    The rounds are locked, so that a sweep does not start the same clocks.
    """
    timed = {clock.duty.register for clock in clocks_of(found).values()}
    there = [one for one in entries if one.register in timed and one.standing in HANDED_IN]
    there = [one for one in there if not is_behind(one)]
    if not there:
        return
    rounds = _under_way().filter(adoption=found.adoption).order_by("pk")
    for work in rounds.select_for_update(of=("self",)):
        move_tickets(act, work, there)


def reviews_asked(act: Act, work: Round, register: str) -> None:
    """To be called when reviews were asked for or taken away: theirs are the tasks instead."""
    course = Course(work, act.at)
    duties = [duty.id for duty in course.duties.values() if duty.register == register]
    rows = Obligation.objects.unscoped(WHY).filter(round=work, duty__in=duties)
    share_out(act, course, {group_of(row) for row in rows.only("duty", "period", "entry")})


def obligations_touched(
    act: Act, adoption: Adoption, register: str, subjects: Iterable[Subject]
) -> None:
    """To be called when entries were written or stand otherwise: what they fulfil is done at once.

    Gates are looked at by the next sweep, since the scheme is computed for them.
    """
    touched = [one.pk for one in subjects]
    rounds = _under_way().filter(adoption=adoption).order_by("pk")
    for work in rounds:
        course = Course(work, act.at)
        duties = [duty.id for duty in course.duties.values() if duty.register == register]
        rows = (
            Obligation.objects.unscoped(WHY)
            .filter(Q(subject__in=touched) | Q(subject=None), round=work, duty__in=duties)
            .exclude(state=State.DROPPED)
            .select_related("subject", "entry")
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        if _are_about(course, rows, register):
            course.handing.only = tuple(touched)
        made = recount(course, rows)
        if made.changed:
            write(act, course, made, groups={group_of(row) for row in made.changed})


def _are_about(course: Course, rows: Iterable[Obligation], register: str) -> bool:
    """Whether the entries that count for these obligations are all about their own subjects."""
    roster = course.found.shape(register).roster
    return all(row.subject is not None and row.subject.roster == roster for row in rows)


def write(act: Act, course: Course, made: Plan, *, groups: Iterable[Group]) -> None:
    """Keep what was planned; the obligations are locked, by themselves or by their round."""
    Obligation.objects.bulk_create(made.new)
    for row in made.new:
        act.audit(row, duty=row.duty, state=row.state)
    for row in made.changed:
        row.version += 1
        act.audit(row, state=row.state, due_at=row.due_at)
    everyone = Obligation.objects.unscoped("they are locked, or their round is")
    everyone.bulk_update(made.changed, [*KEPT, "version"], batch_size=500)
    _propose(act, course, made)
    share_out(act, course, groups)


def _propose(act: Act, course: Course, made: Plan) -> None:
    """What the scheme says follows where a duty is missed: proposed, for somebody to decide."""
    proposed = [
        Consequence(
            round=course.work,
            effect=effect.id,
            subject=row.subject,
            period=row.period,
            unit_id=row.unit_id,
            title=effect.title[:200],
            what=effect.then[:400],
            bars=list(effect.bars),
            because=f"“{row.title}”逾期没有完成"[:400],
            made_at=act.at,
        )
        for row, effect in made.missed
        if row.subject is not None
    ]
    before = set(
        Consequence.objects.unscoped(WHY)
        .filter(round=course.work)
        .values_list("effect", "subject_id", "period")
    )
    for one in proposed:
        named = (one.effect, one.subject_id, one.period)
        if named not in before:
            before.add(named)
            act.make(one, effect=one.effect)
    if proposed:
        share_decisions(act, course.work)


@action("obligation.excuse")
def excuse(act: Act, *, obligation_id: int, because: str) -> Answer:
    """It need not be done: whoever runs the round says why."""
    row = act.lock(obligations_to_run(act.actor).select_related("subject", "round"), obligation_id)
    if row.round.state not in UNDER_WAY:
        raise Refused("K43", state=row.round.get_state_display())
    if is_final(row) or row.state in (State.DONE, State.LATE):
        raise Refused("K48")
    if not because.strip():
        raise Refused("K46", field="免办原因")
    if len(because) > MOST_REASON:
        raise Refused("K47", field="免办原因", most=MOST_REASON, count=len(because))
    row.state, row.because, row.done_at = State.DROPPED, because, act.at
    act.keep(row, "state", "because", "done_at", because=digest(because))
    share_out(act, _course(act, row), [group_of(row)])
    return Answer.of(row)


@action("obligation.finish")
def finish(act: Act, *, obligation_id: int) -> Answer:
    """办结: what no entry and no event fulfils, whoever owes it says that it is done."""
    named = Obligation.objects.unscoped("only which round it is of; it is fetched in sight below")
    there = named.filter(pk=obligation_id).first()
    if there is None:
        raise NotYours
    course = _course(act, there)
    row = act.lock(owed_in_sight(act.actor, course).select_related("subject"), obligation_id)
    if not owes(act, course, row):
        raise Refused("K49")
    if row.state not in (State.OPEN, State.MISSED) or not by_hand(course.duties[row.duty]):
        raise Refused("K48")
    is_late = row.due_at is not None and act.at > row.due_at
    row.state, row.done_at, row.because = State.LATE if is_late else State.DONE, act.at, ""
    act.keep(row, "state", "done_at", "because", state=row.state)
    share_out(act, course, [group_of(row)])
    return Answer.of(row)


def owes(act: Act, course: Course, row: Obligation) -> bool:
    """Whether the actor has the task of it; another's who owes the same in the period does not."""
    duty = course.duties.get(row.duty)
    if duty is None:
        return False
    first = (
        Obligation.objects.unscoped(WHY)
        .filter(round=row.round_id, duty=row.duty, period=row.period, entry=row.entry_id)
        .order_by("pk")
        .values_list("pk", flat=True)[:1]
    )
    own = own_tasks(act.actor).filter(
        source_kind=SOURCE, source_id=str(first[0]), state=TaskState.OPEN
    )
    owners = {
        (one.unit_id, one.person_id, one.role) for owners in course.owners(row) for one in owners
    }
    return any(task in owners for task in own.values_list("unit_id", "person_id", "role"))


def _course(act: Act, row: Obligation) -> Course:
    rounds = Round.objects.unscoped("of an obligation that was locked under its scope")
    work = rounds.select_related("adoption__scheme", "adoption__unit", "unit").get(pk=row.round_id)
    return Course(work, act.at)
