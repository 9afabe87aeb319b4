"""From the text of a phrase of time to its tree.

    when    = [LENGTH (after | before | from)] … point
    point   = 2023-12-06 | 12-30 [YEAR] | span | NAME | start | same day as when
            | (day N | last day) of span | WEEKDAY of week | (start | end) of (span | NAME)
    span    = MONTH [YEAR] | month N [YEAR] | (first…sixth | last) month of period | period
            | (early | mid | late) span | week N of period
    period  = [next | previous] (day | week | month | quarter | half | term | year | NAME)
    length  = (N | NAME) (minutes | hours | days | working days | weeks | months | years)
    each    = period kind | every LENGTH [on WEEKDAY] from when [to when]

`YEAR` is `next year` or `previous year`, before or behind. Bounded: 200 characters, 5 levels.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NoReturn, TypeVar, cast

from kaocheng.engine.problems import Problems
from kaocheng.engine.process.times import (
    KINDS,
    MONTHS,
    ORDINALS,
    RESERVED,
    UNIT_WORDS,
    WEEKDAYS,
    DayOf,
    Direction,
    EachPeriod,
    Edge,
    End,
    Every,
    Fixed,
    Length,
    Month,
    MonthDay,
    MonthOf,
    Named,
    Offset,
    PeriodRef,
    PhraseFault,
    Recurrence,
    SameDay,
    Span,
    Third,
    ThirdOf,
    WeekdayOf,
    WeekOf,
    When,
    Written,
)
from kaocheng.engine.reading.yaml_text import Scalar

MOST_CHARACTERS = 200
MOST_LEVELS = 5
MOST_AMOUNT = 999
_LEAP_YEAR = 2024
_LAST_DAY_OF_MONTH = 31

_TOKEN = re.compile(
    r"(?P<blank>\s+)"
    r"|(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-]))"
    r"|(?P<month_day>[0-9]{2}-[0-9]{2}(?![\w-]))"
    r"|(?P<number>[0-9]+(?![\w-]))"
    r"|(?P<word>[a-z][a-z0-9_]*)"
)
_SHIFTS = {"next": 1, "previous": -1}
_ORDINALS = {word: number for number, word in enumerate(ORDINALS, start=1)} | {"last": -1}

_RECURRING = ("day", "week", "month", "year")

Tree = TypeVar("Tree", When, Length, Recurrence)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse_when(source: Scalar, *, problems: Problems) -> Written[When] | None:
    """The day, moment or span written in `source`, or None after noting what is wrong."""
    return _parsed(source, _Parser.when, problems)


def parse_length(source: Scalar, *, problems: Problems) -> Written[Length] | None:
    """The length of time written in `source`, or None after noting what is wrong."""
    return _parsed(source, _Parser.length, problems)


def parse_recurrence(source: Scalar, *, problems: Problems) -> Written[Recurrence] | None:
    """How often something recurs, or None after noting what is wrong."""
    return _parsed(source, _Parser.recurrence, problems)


def _parsed(
    source: Scalar, rule: Callable[[_Parser], Tree], problems: Problems
) -> Written[Tree] | None:
    try:
        if len(source.text) > MOST_CHARACTERS:
            raise PhraseFault("P02", 0, most=f"{MOST_CHARACTERS} 个字符")
        parser = _Parser(_scan(source.text))
        tree = rule(parser)
        parser.expect_end()
        return Written(source, tree)
    except PhraseFault as fault:
        problems.add(fault.id, source.inside(fault.at), **fault.values)
        return None


def _scan(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            word = re.match(r"[\w-]+", text[at:])
            raise PhraseFault("P01", at, found=word[0] if word else text[at])
        if match.lastgroup != "blank":
            tokens.append(_Token(str(match.lastgroup), match[0], at))
        at = match.end()
    return [*tokens, _Token("end", "", len(text))]


class _Parser:
    """Recursive descent; only lengths and `same day as` nest, so depth is counted there."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.level = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def ahead(self, *texts: str) -> bool:
        """Whether the next words are exactly these."""
        words = [token.text for token in self.tokens[self.position :][: len(texts)]]
        return words == list(texts)

    def take(self) -> _Token:
        token = self.token
        if token.kind != "end":
            self.position += 1
        return token

    def accept(self, *texts: str) -> _Token | None:
        return self.take() if self.token.kind == "word" and self.token.text in texts else None

    def expect(self, *texts: str) -> _Token:
        token = self.accept(*texts)
        return self.wrong(" 或 ".join(texts)) if token is None else token

    def expect_end(self) -> None:
        if self.token.kind != "end":
            why = f"到“{self.token.text}”前面就写完了，后面是多余的"
            found = self.token.text
            raise PhraseFault("P03", self.token.at, want="the end", found=found, why=why)

    def wrong(self, want: str) -> NoReturn:
        if self.token.kind == "end":
            why = f"还没有写完，后面应为 {want}"
            raise PhraseFault("P03", self.token.at, want=want, found="the end", why=why)
        raise _unexpected(self.token.at, want, self.token.text)

    # Days and spans

    def when(self) -> When:
        self.level += 1
        if self.level > MOST_LEVELS:
            raise PhraseFault("P02", self.token.at, most=f"{MOST_LEVELS} 层")
        tree = self.related()
        self.level -= 1
        return tree

    def related(self) -> When:
        """A point, or something told from another: before it, after it, on the same day."""
        at = self.token.at
        if self.accept("same"):
            self.expect("day")
            self.expect("as")
            return SameDay(self.when(), at)
        if self.starts_length():
            length = self.length()
            direction = cast("Direction", self.expect("after", "before", "from").text)
            return Offset(length, direction, self.when(), at)
        return self.point()

    def point(self) -> When:
        token = self.token
        if token.kind == "date":
            return Fixed(_day(self.take()), token.at)
        if token.kind == "month_day":
            return self.month_day(shift=0)
        if token.text in _SHIFTS and self.ahead(token.text, "year"):
            return self.in_shifted_year()
        if token.text == "start" and not self.ahead("start", "of"):
            return Named(self.take().text, token.at)
        if self.accept("start", "end"):
            self.expect("of")
            return Edge(cast("End", token.text), self.named_or_span(), token.at)
        if self.ahead("last", "day"):
            self.position += 2
            self.expect("of")
            return DayOf(-1, self.span(), token.at)
        if token.text == "day" and self.tokens[self.position + 1].kind == "number":
            return self.day_of()
        if self.accept(*WEEKDAYS):
            self.expect("of")
            return WeekdayOf(WEEKDAYS.index(token.text), self.week(), token.at)
        return self.named_or_span()

    def in_shifted_year(self) -> When:
        """`next year 02-25`, `next year june`, or the whole of `next year`."""
        token = self.take()
        self.take()
        shift = _SHIFTS[token.text]
        if self.token.kind == "month_day":
            return self.month_day(shift=shift)
        if self.token.text in MONTHS:
            return Month(MONTHS.index(self.take().text) + 1, shift, token.at)
        return PeriodRef("year", shift, token.at)

    def month_day(self, *, shift: int) -> MonthDay:
        token = self.take()
        month, day = (int(part) for part in token.text.split("-"))
        if not 1 <= month <= len(MONTHS) or not 1 <= day <= monthrange(_LEAP_YEAR, month)[1]:
            raise PhraseFault("P04", token.at, found=token.text)
        return MonthDay(month, day, shift or self.year_behind(), token.at)

    def year_behind(self) -> int:
        if self.token.text in _SHIFTS and self.ahead(self.token.text, "year"):
            shift = _SHIFTS[self.take().text]
            self.take()
            return shift
        return 0

    def day_of(self) -> DayOf:
        at = self.take().at
        number = self.number()
        self.expect("of")
        span = self.span()
        in_month = not isinstance(span, PeriodRef) or span.kind == "month"
        if in_month and number > _LAST_DAY_OF_MONTH:
            raise PhraseFault("P04", at, found=f"day {number}")
        return DayOf(number, span, at)

    def named_or_span(self) -> Named | Span:
        token = self.token
        if token.kind == "word" and token.text not in RESERVED:
            return Named(self.take().text, token.at)
        return self.any_span()

    def any_span(self) -> Span:
        token = self.token
        if token.text == "week" and self.tokens[self.position + 1].kind == "number":
            self.take()
            number = self.number()
            self.expect("of")
            return WeekOf(number, self.period(), token.at)
        if self.accept("early", "mid", "late"):
            return ThirdOf(cast("Third", token.text), self.month(), token.at)
        return self.span()

    def span(self) -> Month | MonthOf | PeriodRef:
        token = self.token
        if token.text in MONTHS or self.at_numbered_month():
            return self.named_month()
        if self.accept(*_ORDINALS):
            self.expect("month")
            self.expect("of")
            return MonthOf(_ORDINALS[token.text], self.period(), token.at)
        return self.period()

    def month(self) -> Month | MonthOf | PeriodRef:
        token = self.token
        span = self.span()
        if isinstance(span, PeriodRef) and span.kind != "month":
            raise _unexpected(token.at, "月份", token.text)
        return span

    def at_numbered_month(self) -> bool:
        return self.token.text == "month" and self.tokens[self.position + 1].kind == "number"

    def named_month(self) -> Month:
        token = self.take()
        if token.text in MONTHS:
            return Month(MONTHS.index(token.text) + 1, self.year_behind(), token.at)
        number = self.token
        month = self.number()
        if month > len(MONTHS):
            raise PhraseFault("P04", number.at, found=f"month {month}")
        return Month(month, self.year_behind(), token.at)

    def week(self) -> PeriodRef | WeekOf:
        token = self.token
        span = self.any_span()
        if isinstance(span, WeekOf) or (isinstance(span, PeriodRef) and span.kind == "week"):
            return span
        raise _unexpected(token.at, "week", token.text)

    def period(self) -> PeriodRef:
        token = self.token
        shift = _SHIFTS[self.take().text] if token.text in _SHIFTS else 0
        kind = self.token
        if kind.kind != "word" or (kind.text in RESERVED and kind.text not in KINDS):
            self.wrong("周期，如 month、quarter、year")
        return PeriodRef(self.take().text, shift, token.at)

    # Lengths and recurrence

    def starts_length(self) -> bool:
        token, after = self.token, self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        if token.kind == "number":
            return True
        is_unit = after.text == "working" or after.text.removesuffix("s") in UNIT_WORDS
        return token.kind == "word" and token.text not in RESERVED and is_unit

    def length(self) -> Length:
        token = self.token
        if token.kind == "number":
            amount: int | str = self.number()
        elif token.kind == "word" and token.text not in RESERVED:
            amount = self.take().text
        else:
            self.wrong("时长，如 3 days、10 working days")
        return self.length_of(amount, token.at)

    def length_of(self, amount: int | str, at: int) -> Length:
        working = "working " if self.accept("working") else ""
        unit = UNIT_WORDS.get(working + self.token.text.removesuffix("s"))
        if unit is None:
            self.wrong("days、working days、hours、weeks、months 等")
        self.take()
        return Length(amount, unit, at)

    def number(self) -> int:
        token = self.token
        if token.kind != "number":
            self.wrong("数")
        self.take()
        if len(token.text) > len(str(MOST_AMOUNT)) or int(token.text) < 1:
            raise PhraseFault("P05", token.at, found=token.text, most=MOST_AMOUNT)
        return int(token.text)

    def recurrence(self) -> Recurrence:
        at = self.token.at
        if self.accept("every"):
            return self.every(at)
        period = self.period()
        if period.shift:
            raise _unexpected(at, "周期，如 month、quarter、year", "next")
        return EachPeriod(period.kind, at)

    def every(self, at: int) -> Every:
        interval = self.length_of(self.number() if self.token.kind == "number" else 1, at)
        weekday = None
        if self.accept("on"):
            weekday = WEEKDAYS.index(self.expect(*WEEKDAYS).text)
        if interval.unit not in _RECURRING or (weekday is not None and interval.unit != "week"):
            raise _unexpected(interval.at, "weeks（on 星期几）、days 或 months", "every")
        self.expect("from")
        first = self.when()
        last = self.when() if self.accept("to") else None
        return Every(interval, weekday, first, last, at)


def _unexpected(at: int, want: str, found: str) -> PhraseFault:
    why = f"这里应为 {want}，却是“{found}”"
    return PhraseFault("P03", at, want=want, found=found, why=why)


def _day(token: _Token) -> date:
    try:
        return date.fromisoformat(token.text)
    except ValueError:
        raise PhraseFault("P04", token.at, found=token.text) from None
