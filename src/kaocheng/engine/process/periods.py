"""Periods: the rows of the periods table, and the calendar's own where the table has none."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kaocheng.engine.language.periods import Period

_ONE_DAY = timedelta(days=1)
_MONTHS_LONG = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_COUNTED = {"quarter": "第{}季度", "half": "{}半年"}
_NUMBERS = ("一", "二", "三", "四")
_HALVES = ("上", "下")


@dataclass(frozen=True)
class Periods:
    """`rows` of the periods table win over the calendar; a term exists only as a row.

    `first_month` is the month the year begins in; quarters and halves follow it.
    """

    rows: tuple[Period, ...] = ()
    first_month: int = 1

    def knows(self, kind: str) -> bool:
        return kind in _MONTHS_LONG or kind in ("day", "week") or bool(self.listed(kind))

    def listed(self, kind: str) -> list[Period]:
        rows = (period for period in self.rows if period.kind == kind)
        return sorted(rows, key=lambda period: (period.first, period.last, period.id))

    def containing(self, kind: str, day: date) -> Period | None:
        """The period `day` lies in; between two rows of the table, the one to come."""
        rows = self.listed(kind)
        found = next((period for period in rows if day <= period.last), None)
        return self.computed(kind, day) if found is None else found

    def shifted(self, period: Period, shift: int) -> Period | None:
        """The period after (1) or before (-1) `period`."""
        rows = self.listed(period.kind)
        if shift > 0:
            later = (row for row in rows if row.first > period.last)
            return next(later, None) or self.computed(period.kind, period.last + _ONE_DAY)
        if shift < 0:
            earlier = (row for row in reversed(rows) if row.last < period.first)
            return next(earlier, None) or self.computed(period.kind, period.first - _ONE_DAY)
        return period

    def between(self, kind: str, first: date, last: date) -> Iterator[Period]:
        """Every period that shares a day with `first`..`last`."""
        rows = self.listed(kind)
        if rows:
            yield from (row for row in rows if row.first <= last and row.last >= first)
            return
        period = self.computed(kind, first)
        while period is not None and period.first <= last:
            yield period
            period = self.computed(kind, period.last + _ONE_DAY)

    def computed(self, kind: str, day: date) -> Period | None:
        """The calendar's own period around `day`; None for kinds the calendar does not have."""
        if kind == "day":
            title = f"{day.year}年{day.month}月{day.day}日"
            return Period(day, day, kind, day.isoformat(), title)
        if kind == "week":
            monday = day - timedelta(days=day.weekday())
            year, week, _ = monday.isocalendar()
            title = f"{year}年第{week}周"
            return Period(monday, monday + timedelta(days=6), kind, f"{year}-W{week:02}", title)
        if kind in _MONTHS_LONG:
            return self._block_of_months(kind, day)
        return None

    def _block_of_months(self, kind: str, day: date) -> Period:
        length = _MONTHS_LONG[kind]
        months_in = (day.month - self.first_month) % 12
        number = 0 if kind == "month" else months_in // length
        first = add_months(day.replace(day=1), -(months_in % length))
        last = add_months(first, length) - _ONE_DAY
        if kind == "month":
            return Period(first, last, kind, f"{day:%Y-%m}", f"{day.year}年{day.month}月")
        year = day.year if day.month >= self.first_month else day.year - 1
        if kind == "year":
            return Period(first, last, kind, str(year), f"{year}年度")
        words = _HALVES[number] if kind == "half" else _NUMBERS[number]
        title = f"{year}年{_COUNTED[kind].format(words)}"
        return Period(first, last, kind, f"{year}-{kind[0].upper()}{number + 1}", title)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it has no such day."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = whole // 12, whole % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
