"""Duties that nobody was given in a round, since their last day lay before it was begun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta

from kaocheng.gateways.clock import CHINA
from kaocheng.queries.obligation_plan import is_standing
from kaocheng.queries.round import days_words
from kaocheng.queries.round_agenda import Agendas, Window, is_waiting
from kaocheng.queries.round_course import WHY, Course
from kaocheng.records.models import Obligation

_INSTANT = timedelta(microseconds=1)  # what is due at 24:00 is due on the day before


@dataclass(frozen=True)
class PastDuty:
    """`days`: the last day, or the first and last of several; `times`: how often it was due."""

    title: str
    days: str
    times: int


def past_duties(course: Course) -> tuple[PastDuty, ...]:
    """In the order of the process, as the agenda goes in the unit whose round it is."""
    owed = set(
        Obligation.objects.unscoped(WHY).filter(round=course.work).values_list("duty", "period")
    )
    listed: defaultdict[str, list[date]] = defaultdict(list)
    for duty, period, day in _over(course):
        if (duty, period) not in owed:
            listed[duty].append(day)
    return tuple(
        PastDuty(duty.title, days_words(min(days), max(days), now=course.now), len(days))
        for duty in course.duties.values()
        if (days := listed.get(duty.id))
    )


def _over(course: Course) -> Iterator[tuple[str, str, date]]:
    """Duty, period and last day of what was due before the round was begun."""
    opened = course.work.opened_at or course.now
    for window in _windows(course):
        duty = window.duty
        if is_standing(duty) or duty.id in course.tickets.clocks or is_waiting(window):
            continue
        if window.due is not None and window.due <= opened:
            yield duty.id, window.period_id, (window.due - _INSTANT).astimezone(CHINA).date()


def _windows(course: Course) -> Iterable[Window]:
    """Those of the round; and of its period what recurs and was due before the round's first day.

    An agenda leaves out what recurs before its own first day.
    """
    work, period = course.work, course.agendas.period
    own = course.agendas.windows(work.unit.path)
    if period is None or work.starts_on <= period.first:
        return own.values()
    early = copy(work)
    early.starts_on = period.first
    found = Agendas(early, course.found, course.agendas.events).windows(work.unit.path)
    missing = {
        key: one
        for key, one in found.items()
        if key not in own and one.period is not None and not one.is_of_a_series
    }
    return [*own.values(), *missing.values()]
