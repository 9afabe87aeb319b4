"""What the obligations of a round have to become now: made, opened, done, late, missed, dropped.

Reading only; `actions.obligation` writes what is found here, under the lock of the round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from kaocheng.engine.process.entries import Duty, Effect
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.entry_correction import BEHIND
from kaocheng.queries.obligation_bearers import Bearer
from kaocheng.queries.obligation_count import HANDED_IN
from kaocheng.queries.obligation_state import NOT_OWED, is_final, judge
from kaocheng.queries.round_agenda import Window, is_waiting
from kaocheng.queries.round_course import WHY, Course
from kaocheng.records.models import Entry, Obligation
from kaocheng.records.models.round import ObligationState as State

# A window is made known so long before it opens; one of a series only the day before.
AHEAD, AHEAD_IN_A_SERIES = timedelta(days=7), timedelta(days=1)
# What is over is looked at again for so long: an entry may still be returned or withdrawn.
LOOK_BACK, LOOK_BACK_IN_A_SERIES = timedelta(days=62), timedelta(days=8)
MOST_TITLE, MOST_KEY = 200, 160
KEPT = (
    "title",
    "begins_at",
    "due_at",
    "state",
    "done_count",
    "needed",
    "done_at",
    "escalated",
    "because",
)
# Duty, period, and the ticket where it is owed for each: what one task of each owner is about.
Group = tuple[str, str, int]


@dataclass
class Plan:
    """`groups`: the obligations looked at, by what their tasks are about."""

    new: list[Obligation] = field(default_factory=list)
    changed: list[Obligation] = field(default_factory=list)
    groups: dict[Group, list[Obligation]] = field(default_factory=dict)
    missed: list[tuple[Obligation, Effect]] = field(default_factory=list)
    # When time alone will change something next.
    next_at: datetime | None = None

    def wait_for(self, at: datetime | None, *, now: datetime) -> None:
        if at is not None and at > now and (self.next_at is None or at < self.next_at):
            self.next_at = at


def group_of(row: Obligation) -> Group:
    return row.duty, row.period, row.entry_id or 0


def is_standing(duty: Duty) -> bool:
    """A rule without date and without anything to fulfil it by: nobody can be late with it."""
    timed = duty.by or duty.each or duty.within or duty.begins
    return not (timed or duty.register or duty.done or duty.when)


def plan(course: Course) -> Plan:
    """All that has to change now; empty where nothing has to."""
    made = Plan(next_at=_next_day(course.now))
    known = {row.key: row for row in _known(course)}
    for key, (bearer, window, owes) in _wanted(course, made).items():
        row = known.pop(key, None)
        if row is None and owes:
            row = Obligation(round=course.work, key=key, state="", **_fixed(window, bearer))
            made.new.append(row)
        if row is not None:
            _settle(course, made, row, window, owes=owes)
    for entry in _new_tickets(course):
        plan_ticket(course, entry, made)
    for row in known.values():
        there = course.window(row)
        if row.entry is not None and there is not None:
            for at in (there.due, *there.escalations):
                made.wait_for(at, now=course.now)
        _settle(course, made, row, there, owes=_still_owed(course, row, there))
    return made


def plan_ticket(course: Course, entry: Entry, made: Plan | None = None) -> Plan:
    """What has to change of one ticket after something was told of it, added to what is `made`."""
    made = made or Plan()
    windows = course.tickets.windows(entry, entry.unit.path)
    if not windows:
        return made
    rows = Obligation.objects.unscoped(WHY).filter(round=course.work, entry=entry)
    known = {row.duty: row for row in rows.select_related("subject", "entry")}
    for duty, window in windows.items():
        for at in (window.due, *window.escalations):
            made.wait_for(at, now=course.now)
        row = known.get(duty)
        if row is None:
            bearer = Bearer(entry.unit, entry.subject)
            key = f"{duty}//#{entry.pk}"
            row = Obligation(
                round=course.work, key=key, state="", entry=entry, **_fixed(window, bearer)
            )
            made.new.append(row)
        _settle(course, made, row, window, owes=_stands(entry))
    return made


def _new_tickets(course: Course) -> Iterable[Entry]:
    """Entries that may start a clock by what they say, and have none in the round yet."""
    work = course.work
    if not course.tickets.telling:
        return ()
    rows = Entry.objects.unscoped(WHY).filter(
        Q(date=None) | Q(date__gte=work.starts_on),
        adoption=work.adoption_id,
        register__in=course.tickets.telling,
        standing__in=HANDED_IN,
    )
    ours = Obligation.objects.unscoped(WHY).filter(round=work, entry=OuterRef("pk"))
    without = rows.exclude(BEHIND).exclude(Exists(ours))
    return without.select_related("subject", "unit").order_by("pk")


def _stands(entry: Entry) -> bool:
    """Whether the ticket has not been taken back."""
    return entry.standing in HANDED_IN


def recount(course: Course, rows: Iterable[Obligation]) -> Plan:
    """The obligations after somebody handed in something; gates are left as they were."""
    made = Plan()
    for row in rows:
        window = course.window(row)
        if window is not None:
            owes = row.state != State.DROPPED if row.entry is None else _stands(row.entry)
            _settle(course, made, row, window, owes=owes, gated=False)
    return made


def key_of(window: Window, bearer: Bearer) -> str:
    return f"{window.duty.id}/{window.period_id}/{bearer.name}"[:MOST_KEY]


def _known(course: Course) -> Iterable[Obligation]:
    """Obligations that can still change, and those that were over not long ago."""
    rows = Obligation.objects.unscoped(WHY).filter(
        Q(state__in=(State.OPEN, State.SHUT))
        | Q(due_at=None)
        | Q(due_at__gt=course.now - LOOK_BACK),
        round=course.work,
    )
    return rows.select_related("subject", "entry").order_by("pk")


def _wanted(course: Course, made: Plan) -> dict[str, tuple[Bearer, Window, bool]]:
    """By key: who owes what in the windows that are open, or open within the next days.

    What is owed for each ticket begins when something is told of it, and not here.
    """
    found: dict[str, tuple[Bearer, Window, bool]] = {}
    near: dict[tuple[str, int], list[Window]] = {}
    for duty in course.duties.values():
        is_timeless = is_standing(duty) or duty.id in course.tickets.clocks
        for bearer in () if is_timeless else course.bearers.of(duty):
            windows = course.agendas.windows(bearer.unit.path)
            place = (duty.id, id(windows))
            if place not in near:
                near[place] = list(_near(course, made, duty, bearer.unit.path))
            for window in near[place]:
                if _fits(window, bearer):
                    key = key_of(window, bearer)
                    owed_before = key in found and found[key][2]
                    found[key] = (bearer, window, bearer.owes or owed_before)
    return found


def _near(course: Course, made: Plan, duty: Duty, path: str) -> Iterator[Window]:
    """The windows of a duty that are not long over and open soon."""
    opened = course.work.opened_at or course.now
    for window in course.agendas.of_duty(duty.id, path):
        if is_waiting(window):
            continue
        assert window.begins is not None
        ahead, back = AHEAD, LOOK_BACK
        if window.is_of_a_series:
            ahead, back = AHEAD_IN_A_SERIES, LOOK_BACK_IN_A_SERIES
        for at in (window.begins - ahead, window.begins, window.due, *window.escalations):
            made.wait_for(at, now=course.now)
        over = window.due is not None and window.due <= max(opened, course.now - back)
        if not over and window.begins - ahead <= course.now:
            yield window


def _fits(window: Window, bearer: Bearer) -> bool:
    """A row of a period owes in that period; where the duty has none, in the round as such."""
    return not bearer.period or window.period is None or window.period_id == bearer.period


def _fixed(window: Window, bearer: Bearer) -> dict[str, object]:
    return {
        "duty": window.duty.id,
        "period": window.period_id,
        "subject": bearer.subject,
        "unit": bearer.unit,
        "title": window.duty.title[:MOST_TITLE],
    }


def _still_owed(course: Course, row: Obligation, window: Window | None) -> bool:
    """Of those that nobody asked for in this pass: mostly the windows are merely over."""
    if window is None:
        return False
    if row.entry is not None:
        return _stands(row.entry)
    if course.judged.broken and course.bearers.judges(window.duty):
        return True
    named = course.bearers.named(window.duty)
    listed = named.get(row.key.removeprefix(f"{row.duty}/{row.period}/"), ())
    return any(one.owes and _fits(window, one) for one in listed)


def _settle(
    course: Course,
    made: Plan,
    row: Obligation,
    window: Window | None,
    *,
    owes: bool,
    gated: bool = True,
) -> None:
    """Bring one obligation to what it has to be, and note it where that is a change."""
    before = {name: getattr(row, name) for name in KEPT}
    if not is_final(row):
        judge(course, row, window, owes=owes, gated=gated)
    made.groups.setdefault(group_of(row), []).append(row)
    if before["state"] and any(getattr(row, name) != value for name, value in before.items()):
        made.changed.append(row)
    if row.state == State.MISSED and before["state"] not in (State.MISSED, State.SHUT):
        effect = course.effect(row)
        if effect is not None and row.subject is not None:
            made.missed.append((row, effect))


def _next_day(now: datetime) -> datetime:
    """What falls on a day is looked at when the day begins in China."""
    day = now.astimezone(CHINA).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


__all__ = ["NOT_OWED", "Group", "Plan", "group_of", "is_standing", "plan", "plan_ticket", "recount"]
