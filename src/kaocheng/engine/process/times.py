"""Phrases of time as trees: `day 15 of first month of next quarter`, `10 working days after filed`.

A phrase says a day, a moment or a span of days; only a calendar and what has happened make dates of
it (`reckoning`). Every node knows the offset of its first character.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Literal, TypeVar

from kaocheng.engine.problems import Place
from kaocheng.engine.reading.yaml_text import Scalar

Unit = Literal["minute", "hour", "day", "working_day", "week", "month", "year"]
Direction = Literal["after", "before", "from"]
Third = Literal["early", "mid", "late"]
End = Literal["start", "end"]

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
KINDS = ("day", "week", "month", "quarter", "half", "term", "year")
UNIT_WORDS: dict[str, Unit] = {
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "working day": "working_day",
    "week": "week",
    "month": "month",
    "year": "year",
}
RESERVED = frozenset(
    {*MONTHS, *WEEKDAYS, *ORDINALS, *KINDS, *UNIT_WORDS, *(f"{word}s" for word in UNIT_WORDS)}
    | {"working", "after", "before", "from", "to", "of", "on", "as", "same", "every"}
    | {"start", "end", "last", "next", "previous", "early", "mid", "late"}
)


class PhraseFault(Exception):
    """What is wrong with a phrase: id and values of the message, offset in the text."""

    def __init__(self, id: str, at: int, **values: object) -> None:
        super().__init__(id)
        self.id, self.at, self.values = id, at, values


@dataclass(frozen=True)
class Length:
    """`10 working days`; `amount` is a number or the id of a number parameter."""

    amount: int | str
    unit: Unit
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class PeriodRef:
    """`quarter`, `next quarter`, `previous month`: `shift` is 0, 1 or -1."""

    kind: str
    shift: int = 0
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Month:
    """`june`, `february next year`: a month of the year the process or period begins in."""

    month: int
    year: int = 0
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class MonthOf:
    """`first month of next quarter`; `number` -1 is the last."""

    number: int
    period: PeriodRef
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class ThirdOf:
    """`early june` (上旬, 1–10), `mid` (中旬, 11–20), `late` (下旬, from the 21st)."""

    part: Third
    month: Month | MonthOf | PeriodRef
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class WeekOf:
    """`week 2 of term`; week 1 is the calendar week the period begins in."""

    number: int
    period: PeriodRef
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Fixed:
    """`2023-12-06`."""

    day: date
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class MonthDay:
    """`12-30`, `next year 02-25`."""

    month: int
    day: int
    year: int = 0
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class DayOf:
    """`day 5 of month`, `last day of february`; `number` -1 is the last."""

    number: int
    span: Month | MonthOf | PeriodRef
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class WeekdayOf:
    """`friday of week`; Monday is 0."""

    weekday: int
    week: PeriodRef | WeekOf
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Named:
    """`start`, an event, a date parameter, or a phase or other entry of the process."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Edge:
    """`end of self_assessment`, `start of term`."""

    end: End
    of: Named | Span
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class SameDay:
    """`same day as reported`: any time before midnight."""

    anchor: When
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Offset:
    """`10 working days after filed`; `from` counts the day itself, `after` does not (D10)."""

    length: Length
    direction: Direction
    anchor: When
    at: int = field(default=0, compare=False)


Span = Month | MonthOf | ThirdOf | WeekOf | PeriodRef
When = Fixed | MonthDay | DayOf | WeekdayOf | Span | Named | Edge | SameDay | Offset


@dataclass(frozen=True)
class EachPeriod:
    """`quarter`: once in every quarter."""

    kind: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Every:
    """`every 2 weeks on thursday from 2024-04-04 to 2024-05-31`."""

    interval: Length
    weekday: int | None
    first: When
    last: When | None
    at: int = field(default=0, compare=False)


Recurrence = EachPeriod | Every

Tree = TypeVar("Tree", When, Length, Recurrence)


@dataclass(frozen=True)
class Written(Generic[Tree]):
    """A phrase as it stands in the file, with its tree."""

    source: Scalar
    tree: Tree = field(compare=False)

    @property
    def text(self) -> str:
        return self.source.text

    @property
    def place(self) -> Place:
        return self.source.place


def in_english(tree: When | Length | Recurrence) -> str:
    """The phrase as one would write it; reading it again gives the same tree."""
    match tree:
        case Month() | MonthOf() | ThirdOf() | WeekOf() | PeriodRef():
            return _span_in_english(tree)
        case Length(amount=amount, unit=unit):
            return f"{amount} {unit.replace('_', ' ')}{'' if amount == 1 else 's'}"
        case EachPeriod(kind=kind):
            return kind
        case Every(interval=interval, weekday=weekday, first=first, last=last):
            on = "" if weekday is None else f" on {WEEKDAYS[weekday]}"
            to = "" if last is None else f" to {in_english(last)}"
            return f"every {in_english(interval)}{on} from {in_english(first)}{to}"
        case _:
            return _day_in_english(tree)


def _span_in_english(tree: Span) -> str:
    match tree:
        case Month(month=month, year=year):
            return f"{MONTHS[month - 1]} {_of_year(year)}".strip()
        case MonthOf(number=number, period=period):
            ordinal = "last" if number < 0 else ORDINALS[number - 1]
            return f"{ordinal} month of {in_english(period)}"
        case ThirdOf(part=part, month=span):
            return f"{part} {in_english(span)}"
        case WeekOf(number=number, period=period):
            return f"week {number} of {in_english(period)}"
        case PeriodRef(kind=kind, shift=shift):
            return f"{_RELATIONS[shift]} {kind}".strip()


def _day_in_english(
    tree: Fixed | MonthDay | DayOf | WeekdayOf | Named | Edge | SameDay | Offset,
) -> str:
    match tree:
        case Fixed(day=day):
            return day.isoformat()
        case MonthDay(month=month, day=number, year=year):
            return f"{month:02}-{number:02} {_of_year(year)}".strip()
        case DayOf(number=number, span=span):
            return f"{'last day' if number < 0 else f'day {number}'} of {in_english(span)}"
        case WeekdayOf(weekday=weekday, week=week):
            return f"{WEEKDAYS[weekday]} of {in_english(week)}"
        case Named(name=name):
            return name
        case Edge(end=end, of=of):
            return f"{end} of {in_english(of)}"
        case SameDay(anchor=anchor):
            return f"same day as {in_english(anchor)}"
        case Offset(length=length, direction=direction, anchor=anchor):
            return f"{in_english(length)} {direction} {in_english(anchor)}"


_RELATIONS = {0: "", 1: "next", -1: "previous"}


def _of_year(shift: int) -> str:
    return f"{_RELATIONS[shift]} year" if shift else ""
