"""考核工作: started from a scheme in force, told what has happened, archived with its results."""

from __future__ import annotations

from datetime import date, datetime

from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.access.round import adoptions_to_run, rounds_in_sight, rounds_to_run
from kaocheng.actions.obligation import UNDER_WAY, move_now
from kaocheng.actions.obligation_task import share_out
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.workdays import FIRST_DAY, LAST_DAY
from kaocheng.queries.adopted import adopted
from kaocheng.queries.obligation_plan import group_of
from kaocheng.queries.round_course import Course
from kaocheng.queries.round_events import events_of, told_for
from kaocheng.queries.ticket_clocks import registers_of_events
from kaocheng.queries.time_words import moment_words
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Adoption, Obligation, Round, RoundEvent
from kaocheng.records.models.round import ObligationState, RoundState
from kaocheng.records.scoped import OwnedQuerySet

MOST_TITLE, MOST_NOTE = 120, 200
ARCHIVED = "考核工作已归档"
STOPPED = "考核工作已中止"


@action("round.start")
def start_round(
    act: Act,
    *,
    adoption_id: int,
    period: str = "",
    title: str,
    starts_on: date,
    refers_to: date | None = None,
) -> Answer:
    """Under way at once: what is owed from its first days is owed now."""
    adoption = act.lock(adoptions_to_run(act.actor).select_related("scheme", "unit"), adoption_id)
    lock_name(f"round of adoption {adoption.pk}")
    _check_start(adoption, period, title, starts_on)
    work = Round(
        adoption=adoption,
        unit=adoption.unit,
        title=title.strip(),
        period=period,
        starts_on=starts_on,
        refers_to=refers_to or starts_on,
        state=RoundState.RUNNING,
        opened_by_id=act.actor.person_id,
        opened_at=act.at,
    )
    act.make(work, title=digest(title), period=period)
    move_now(act, work)
    return Answer.of(work)


@action("round.note_event")
def note_event(
    act: Act, *, round_id: int, name: str, happened_at: datetime | None = None, note: str = ""
) -> Answer:
    """What the process waits for has happened, in the unit of whoever tells of it."""
    work = act.lock(with_scheme(rounds_in_sight(act.actor)), round_id)
    if work.state not in UNDER_WAY:
        raise Refused("K43", state=RoundState(work.state).label)
    known = {one.name: one for one in events_of(adopted(work.adoption).process)}
    event = known.get(name)
    if event is None:
        raise Refused("K52", name=name[:40])
    tickets = registers_of_events(adopted(work.adoption))
    if name in tickets:
        register = adopted(work.adoption).register(tickets[name]).title
        raise Refused("K110", name=event.title, register=register)
    unit = told_for(act.actor, work, event)
    if unit is None:
        raise NotAllowed("K50", name=event.title, who=event.who or work.unit.name)
    at = happened_at or act.at
    _check_event(act, work, at, note)
    told = RoundEvent.objects.unscoped("whether it was told before").filter(
        round=work, name=name, unit=unit, entry=None
    )
    if (before := told.first()) is not None:
        when = moment_words(before.happened_at, now=act.at)
        raise Refused("K44", name=event.title, when=when)
    row = RoundEvent(
        round=work,
        name=name,
        unit=unit,
        happened_at=at,
        note=note,
        made_by_id=act.actor.person_id,
    )
    act.make(row, name=name, happened_at=at.isoformat())
    move_now(act, work)
    return Answer.of(row)


@action("round.archive")
def archive_round(act: Act, *, round_id: int) -> Answer:
    """Over: nothing is owed any more, and nothing of it changes."""
    work = act.lock(with_scheme(rounds_to_run(act.actor)), round_id)
    if work.state == RoundState.RUNNING:
        raise Refused("K51")
    if work.state != RoundState.FROZEN:
        raise Refused("K43", state=RoundState(work.state).label)
    close_round(act, work)
    return Answer.of(work)


def stop_round(act: Act, work: Round, *, because: str) -> None:
    """Over half way, for the reason given; what was frozen stays frozen."""
    work.stopped_because = because
    close_round(act, work, state=RoundState.STOPPED, why=STOPPED)


def close_round(
    act: Act, work: Round, *, state: RoundState = RoundState.ARCHIVED, why: str = ARCHIVED
) -> None:
    """What is still open is owed no more; what was missed stays missed."""
    rows = list(
        Obligation.objects.unscoped("of a round that is locked")
        .filter(round=work)
        .exclude(state__in=(ObligationState.DONE, ObligationState.LATE, ObligationState.DROPPED))
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    groups = {group_of(row) for row in rows}
    for row in rows:
        if row.state != ObligationState.MISSED:
            row.state, row.because = ObligationState.DROPPED, why
            row.version += 1
            act.audit(row, state=row.state)
    everyone = Obligation.objects.unscoped("they are locked")
    everyone.bulk_update(rows, ["state", "because", "version"], batch_size=500)
    work.state, work.archived_at = state, act.at
    reason = digest(work.stopped_because)
    act.keep(work, "state", "archived_at", "stopped_because", state=state, because=reason)
    share_out(act, Course(work, act.at), groups, closing=True)


def with_scheme(rows: OwnedQuerySet[Round]) -> OwnedQuerySet[Round]:
    return rows.select_related("adoption__scheme", "adoption__unit", "unit")


def _check_start(adoption: Adoption, period: str, title: str, starts_on: date) -> None:
    problems: dict[str, Refused] = {}
    known = {one.id: one for one in adopted(adoption).periods}
    if (period or known) and period not in known:
        problems["period"] = Refused("K41", period=period[:20], title=adoption.title)
    if not title.strip():
        problems["title"] = Refused("K46", field="名称")
    elif len(title.strip()) > MOST_TITLE:
        problems["title"] = Refused("K47", field="名称", most=MOST_TITLE, count=len(title.strip()))
    if not FIRST_DAY <= starts_on <= LAST_DAY:
        problems["starts_on"] = Refused("K42", day=starts_on, first=FIRST_DAY, last=LAST_DAY)
    if problems:
        raise Invalid(problems)
    held = Round.objects.unscoped("whether there is one").filter(adoption=adoption, period=period)
    if held.exists():
        raise Refused("K40", title=adoption.title)


def _check_event(act: Act, work: Round, at: datetime, note: str) -> None:
    problems: dict[str, Refused] = {}
    if at > act.at or at.astimezone(CHINA).date() < work.starts_on:
        problems["happened_at"] = Refused("K45", when=moment_words(at, now=act.at))
    if len(note) > MOST_NOTE:
        problems["note"] = Refused("K47", field="备注", most=MOST_NOTE, count=len(note))
    if problems:
        raise Invalid(problems)
