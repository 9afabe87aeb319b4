"""From phrases of time to days on a calendar.

Working days come from `methods.workdays` alone; whatever depends on a year whose notice is not out
names that year (`awaited`). What depends on an event that has not happened, or a parameter without
value, has no day yet and names it (`waits`).
"""

from __future__ import annotations

import difflib
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from kaocheng.engine.language.periods import Period
from kaocheng.engine.process.periods import Periods, add_months
from kaocheng.engine.process.times import (
    DayOf,
    Direction,
    Edge,
    End,
    Fixed,
    Length,
    Month,
    MonthDay,
    MonthOf,
    Named,
    Offset,
    PeriodRef,
    PhraseFault,
    SameDay,
    Span,
    ThirdOf,
    Unit,
    WeekdayOf,
    WeekOf,
    When,
    in_english,
)
from kaocheng.engine.values import Missing, NotApplicable, Value
from kaocheng.methods.workdays import (
    FIRST_DAY,
    LAST_DAY,
    WorkCalendar,
    add_workdays,
    last_day_of_publicity,
    latest_posting_day,
)

Moment = date | datetime

_ONE_DAY = timedelta(days=1)
_CLOCK: dict[Unit, timedelta] = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_DAYS: dict[Unit, int] = {"day": 1, "week": 7}
_MONTHS: dict[Unit, int] = {"month": 1, "year": 12}
_THIRDS = {"early": (1, 10), "mid": (11, 20)}
_LATE = 21


@dataclass(frozen=True)
class Reckoned:
    """A day (both ends equal), a span, or neither yet.

    `awaited` are the years whose notice on days off could still move it, `waits` the events and
    parameters it waits for.
    """

    first: Moment | None = None
    last: Moment | None = None
    awaited: frozenset[int] = frozenset()
    waits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """What phrases are read against. `events` holds every declared event, None until it happens.

    `entry` gives the days of an entry of the process, or one end of it; None for other names.
    """

    start: date
    events: Mapping[str, Moment | None]
    parameters: Mapping[str, Value]
    entry: Callable[[str, Period | None, End | None], Reckoned | None]
    entry_names: tuple[str, ...]
    periods: Periods
    calendar: WorkCalendar
    period: Period | None = None

    @property
    def year(self) -> int:
        """The year of days told without one: where the period, or else the process, begins."""
        return (self.start if self.period is None else self.period.first).year


def day_of(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def in_range(moment: Moment) -> bool:
    return FIRST_DAY <= day_of(moment) <= LAST_DAY


def reckon(tree: When, frame: Frame) -> Reckoned:
    """The days of a phrase. Raises PhraseFault where it names nothing or can never happen."""
    try:
        found = _reckon(tree, frame)
    except (OverflowError, ValueError):  # WorkdayError, and dates that Python cannot hold
        raise PhraseFault("P12", tree.at) from None
    if not all(in_range(end) for end in (found.first, found.last) if end is not None):
        raise PhraseFault("P12", tree.at)
    return found


def _reckon(tree: When, frame: Frame) -> Reckoned:
    match tree:
        case Fixed(day=day):
            return Reckoned(day, day)
        case MonthDay(month=month, day=number, year=shift):
            return _one_day(frame.year + shift, month, number, tree.at)
        case DayOf():
            return _day_of_span(tree, frame)
        case WeekdayOf(weekday=weekday, week=week):
            span = _reckon(week, frame)
            return _shift_days(span, lambda first, _: first + timedelta(days=weekday))
        case Named():
            return _named(tree, None, frame)
        case Edge(end=end, of=of):
            span = _edge_of(of, end, frame)
            edge = span.first if end == "start" else span.last
            return replace(span, first=edge, last=edge)
        case SameDay(anchor=anchor):
            return _shift_days(_reckon(anchor, frame), lambda _, last: last)
        case Offset():
            return _offset(tree, frame)
        case _:
            return _span(tree, frame)


def _span(tree: Span, frame: Frame) -> Reckoned:
    match tree:
        case Month(month=month, year=shift):
            return _month(date(frame.year + shift, month, 1))
        case PeriodRef():
            period = _period(tree, frame)
            return Reckoned(waits=(tree.kind,)) if period is None else _days(period)
        case MonthOf(number=number, period=ref):
            period = _period(ref, frame)
            return Reckoned(waits=(ref.kind,)) if period is None else _month_of(tree, period)
        case ThirdOf(part=part, month=month_tree):
            first_day, last_day = _THIRDS.get(part, (_LATE, -1))
            begins = _day_of_span(DayOf(first_day, month_tree, tree.at), frame)
            ends = _day_of_span(DayOf(last_day, month_tree, tree.at), frame)
            return replace(begins, last=ends.last)
        case WeekOf(number=number, period=ref):
            weeks = timedelta(days=7 * (number - 1))
            start = _shift_days(_span(ref, frame), lambda first, _: _monday(first) + weeks)
            end = _shift_days(start, lambda first, _: first + timedelta(days=6))
            return replace(start, last=end.last)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(first: date) -> Reckoned:
    return Reckoned(first, first.replace(day=monthrange(first.year, first.month)[1]))


def _month_of(tree: MonthOf, period: Period) -> Reckoned:
    if tree.number < 0:
        return _month(period.last.replace(day=1))
    first = add_months(period.first.replace(day=1), tree.number - 1)
    if first > period.last:
        raise PhraseFault("P04", tree.at, found=in_english(tree))
    return _month(first)


def _days(period: Period) -> Reckoned:
    return Reckoned(period.first, period.last)


def _one_day(year: int, month: int, day: int, at: int) -> Reckoned:
    if day > monthrange(year, month)[1]:
        raise PhraseFault("P04", at, found=f"{year}-{month:02}-{day:02}")
    return Reckoned(date(year, month, day), date(year, month, day))


def _day_of_span(tree: DayOf, frame: Frame) -> Reckoned:
    span = _span(tree.span, frame)
    if span.first is None or span.last is None:
        return span
    day = span.last if tree.number < 0 else span.first + timedelta(days=tree.number - 1)
    if day > span.last:
        raise PhraseFault("P04", tree.at, found=f"{in_english(tree)}（{span.first} 起）")
    return Reckoned(day, day, span.awaited)


def _shift_days(span: Reckoned, move: Callable[[date, date], date]) -> Reckoned:
    """`span` with both ends at the day that `move` makes of its first and last day."""
    if span.first is None or span.last is None:
        return span
    day = move(day_of(span.first), day_of(span.last))
    return replace(span, first=day, last=day)


def _period(ref: PeriodRef, frame: Frame) -> Period | None:
    current = frame.period
    if current is None or current.kind != ref.kind:
        around = frame.start if current is None else current.first
        current = frame.periods.containing(ref.kind, around)
    found = None if current is None else frame.periods.shifted(current, ref.shift)
    if found is None:
        raise PhraseFault("P11", ref.at, kind=ref.kind)
    return found


def _named(tree: Named, end: End | None, frame: Frame) -> Reckoned:
    if tree.name == "start":
        return Reckoned(frame.start, frame.start)
    if tree.name in frame.events:
        moment = frame.events[tree.name]
        return Reckoned(waits=(tree.name,)) if moment is None else Reckoned(moment, moment)
    entry = frame.entry(tree.name, frame.period, end)
    if entry is not None:
        return entry
    value = _parameter(tree.name, tree.at, frame)
    if isinstance(value, date):
        return Reckoned(value, value)
    if isinstance(value, Missing | NotApplicable):
        return Reckoned(waits=(tree.name,))
    raise PhraseFault("P08", tree.at, name=tree.name, found=_kind_of(value), want="日期")


def _edge_of(of: Named | Span, end: End, frame: Frame) -> Reckoned:
    if isinstance(of, Named):
        is_name = of.name in frame.events or of.name in frame.entry_names or of.name == "start"
        is_period = not is_name and frame.periods.knows(of.name)
        return _span(PeriodRef(of.name, 0, of.at), frame) if is_period else _named(of, end, frame)
    return _span(of, frame)


def _parameter(name: str, at: int, frame: Frame) -> Value:
    if name in frame.parameters:
        return frame.parameters[name]
    known = [*frame.events, *frame.entry_names, *frame.parameters]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"是不是想写“{near[0]}”？" if near else ""
    raise PhraseFault("P06", at, name=name, hint=hint)


def _kind_of(value: Value) -> str:
    if isinstance(value, bool):
        return "是/否"
    return "数" if isinstance(value, Fraction) else "文字"


def _offset(tree: Offset, frame: Frame) -> Reckoned:
    anchor = _reckon(tree.anchor, frame)
    amount, waits = amount_of(tree.length, frame)
    if anchor.first is None or anchor.last is None or amount is None:
        return Reckoned(awaited=anchor.awaited, waits=(*anchor.waits, *waits))
    base = anchor.last if tree.direction == "after" else anchor.first
    if tree.length.unit in _CLOCK:
        if not isinstance(base, datetime):
            raise PhraseFault("P09", tree.anchor.at, name=in_english(tree.anchor))
        sign = -1 if tree.direction == "before" else 1
        moment = base + sign * amount * _CLOCK[tree.length.unit]
        return Reckoned(moment, moment, anchor.awaited)
    day, awaited = moved(
        day_of(base), amount, tree.length.unit, tree.direction, calendar=frame.calendar
    )
    return Reckoned(day, day, anchor.awaited | awaited)


def amount_of(length: Length, frame: Frame) -> tuple[int | None, tuple[str, ...]]:
    """The number of a length, or the parameter it waits for."""
    if isinstance(length.amount, int):
        return length.amount, ()
    value = _parameter(length.amount, length.at, frame)
    if isinstance(value, Missing | NotApplicable):
        return None, (length.amount,)
    whole = isinstance(value, Fraction) and value.denominator == 1 and value >= 1
    if not whole or not isinstance(value, Fraction):
        found = str(value) if isinstance(value, Fraction) else _kind_of(value)
        raise PhraseFault("P08", length.at, name=length.amount, found=found, want="1 以上的整数")
    return int(value), ()


def moved(
    day: date, amount: int, unit: Unit, direction: Direction, *, calendar: WorkCalendar
) -> tuple[date, frozenset[int]]:
    """`day` moved by whole days, and the years awaited. `from` counts `day` itself (D10)."""
    sign = -1 if direction == "before" else 1
    if unit == "working_day":
        if direction == "from":
            dated = last_day_of_publicity(day, amount, calendar=calendar)
        else:
            dated = add_workdays(day, sign * amount, calendar=calendar)
        return dated.day, frozenset(dated.awaited_years)
    if unit in _MONTHS:
        shifted = add_months(day, sign * amount * _MONTHS[unit])
    else:
        shifted = day + sign * amount * _DAYS[unit] * _ONE_DAY
    return (shifted - _ONE_DAY if direction == "from" else shifted), frozenset()


def latest_start(
    last: date, amount: int, unit: Unit, *, calendar: WorkCalendar
) -> tuple[date, frozenset[int]]:
    """The latest day from which `amount` units, both ends counted, are over with `last`."""
    if unit == "working_day":
        dated = latest_posting_day(last, amount, calendar=calendar)
        return dated.day, frozenset(dated.awaited_years)
    day, awaited = moved(last, amount, unit, "before", calendar=calendar)
    return day + _ONE_DAY, awaited
