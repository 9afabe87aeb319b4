"""Working days of mainland China, and deadlines counted in them.

A date named in a State Council notice is off or on as the notice says; every other date is a
working day from Monday to Friday. Sources: 《国务院关于职工工作时间的规定》 article 7 for the
weekend, and for each year the notices listed in `notices.csv`, whose dates stand in `workdays.csv`.
Deadlines follow catalogue choice D10: the day of filing is not counted for an answer, the day of
posting is counted for publicity.

As long as the notice of a year is not out, the weekend rule stands in for it. Such an answer is
provisional and names the years whose notice it waits for; it is never passed off as settled.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, cast, get_args

DayKind = Literal["holiday", "workday"]

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)

_COLUMNS = ("date", "kind", "name", "notice")
_SATURDAY = 5
_REACH_OF_NEW_YEAR = (12, 29)
_ONE_DAY = timedelta(days=1)


class WorkdayError(ValueError):
    """A question about working days that has no answer; the text is Chinese, for the reader."""


class CalendarRowsError(ValueError):
    """A table of days that cannot be used; `faults` holds every fault found, in Chinese."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class CalendarRow:
    """One date that does not follow the weekend rule, and the document that says so.

    `name` is what the reader sees (`春节`, `校庆`), `notice` the document number or any other
    source; both may be empty in a table of one's own.
    """

    day: date
    kind: DayKind
    name: str = ""
    notice: str = ""


@dataclass(frozen=True)
class Notice:
    """A State Council notice on the days off of `year`; a year may have a second, changing one."""

    year: int
    number: str
    issued_on: date
    title: str


@dataclass(frozen=True)
class WorkCalendar:
    """The dates off and on against the weekend rule, and the years whose notice is out.

    `days` holds only dates named in a table; `published_years` says for which years this table is
    complete.
    """

    days: Mapping[date, DayKind]
    published_years: frozenset[int]


@dataclass(frozen=True)
class CountedDays:
    """Working days in the order counted, and the years whose notice could still change them."""

    counted: tuple[date, ...]
    awaited_years: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many working days there are."""
        return len(self.counted)

    @property
    def provisional(self) -> bool:
        """Whether a notice still awaited could change the answer."""
        return bool(self.awaited_years)


@dataclass(frozen=True)
class DatedDay:
    """A day found by counting, the working days counted, and the years whose notice is awaited."""

    day: date
    counted: tuple[date, ...]
    awaited_years: tuple[int, ...]

    @property
    def provisional(self) -> bool:
        """Whether a notice still awaited could change the answer."""
        return bool(self.awaited_years)


@cache
def mainland_calendar() -> WorkCalendar:
    """The built-in calendar: every State Council notice in the package, and nothing else."""
    nothing_yet = WorkCalendar(days=MappingProxyType({}), published_years=frozenset())
    years = {notice.year for notice in mainland_notices()}
    return calendar_from_rows(mainland_rows(), on_top_of=nothing_yet, also_published=years)


@cache
def mainland_rows() -> tuple[CalendarRow, ...]:
    """The rows of the built-in `workdays.csv`, in the order of their dates."""
    return rows_from_csv(_packaged("workdays.csv"))


@cache
def mainland_notices() -> tuple[Notice, ...]:
    """The rows of the built-in `notices.csv`, by year and then by the day of issue."""
    return tuple(
        Notice(int(row["year"]), row["number"], date.fromisoformat(row["issued_on"]), row["title"])
        for row in csv.DictReader(_packaged("notices.csv").splitlines())
    )


def rows_from_csv(text: str) -> tuple[CalendarRow, ...]:
    """Read a table with the columns `date,kind,name,notice`; `kind` is `holiday` or `workday`.

    Dates are written 2027-01-01. Raises CalendarRowsError with every fault, by line from 1.
    """
    reader = csv.reader(text.removeprefix("\ufeff").splitlines())
    header = next(reader, [])
    if tuple(header) != _COLUMNS:
        raise CalendarRowsError(
            (f"第1行：表头应为 {','.join(_COLUMNS)}，现在是“{','.join(header)}”。",)
        )
    rows: list[CalendarRow] = []
    faults: list[str] = []
    for cells in reader:
        found = [f"第{reader.line_num}行：{fault}" for fault in _faults_of_cells(cells)]
        faults.extend(found)
        if cells and not found:
            day, kind, name, notice = cells
            rows.append(CalendarRow(date.fromisoformat(day), cast(DayKind, kind), name, notice))
    if faults:
        raise CalendarRowsError(tuple(faults))
    return tuple(rows)


def calendar_from_rows(
    rows: Iterable[CalendarRow],
    *,
    on_top_of: WorkCalendar,
    also_published: Iterable[int] = (),
) -> WorkCalendar:
    """A calendar of `on_top_of` with `rows` over it: where both name a date, the row wins.

    For a school's own days off and on, leave `also_published` empty: they do not stand in for the
    State Council. Name a year there only when `rows` hold the whole notice of that year.

    Raises CalendarRowsError with every fault: an unknown kind, a date named twice, a date out of
    range, a year called published of which no date is known.
    """
    listed = tuple(rows)
    days = dict(on_top_of.days) | {row.day: row.kind for row in listed}
    years = frozenset(also_published)
    faults = (
        *_faults_of_rows(listed),
        *(
            f"{year}年标为已公布，但表中没有{year}年的任何日期；请先录入该年放假通知的各个日期。"
            for year in sorted(years - {day.year for day in days})
        ),
    )
    if faults:
        raise CalendarRowsError(faults)
    return WorkCalendar(MappingProxyType(days), on_top_of.published_years | years)


def is_workday(day: date, *, calendar: WorkCalendar) -> bool:
    """Whether people work on `day`; ask `is_provisional` whether that is settled.

    Raises WorkdayError outside `FIRST_DAY`..`LAST_DAY`, as does every function below.
    """
    _require_day(day)
    kind = calendar.days.get(day)
    return day.weekday() < _SATURDAY if kind is None else kind == "workday"


def is_provisional(day: date, *, calendar: WorkCalendar) -> bool:
    """Whether a State Council notice that is not out yet could still change `day`.

    True for every day of an unpublished year, and for 29–31 December as long as the next year's
    notice is not out: the New Year holiday reached back to 2018-12-29 and to 2022-12-31.
    """
    return bool(_awaited_years(day, day, calendar=calendar))


def add_workdays(start: date, count: int, *, calendar: WorkCalendar) -> DatedDay:
    """The `count`-th working day after `start`, which is not counted itself.

    A negative `count` goes backwards; 0 gives `start` whether people work then or not. Provisional
    when any day from `start` to the result is. Filed on Friday 2024-03-01, 10 working days end on
    Friday 2024-03-15.
    """
    _require_day(start)
    counted = _count(start + (_ONE_DAY if count > 0 else -_ONE_DAY), count, calendar=calendar)
    return _dated(start, counted, calendar=calendar)


def last_day_to_answer(filed_on: date, days: int, *, calendar: WorkCalendar) -> DatedDay:
    """The last day of an answer due within `days` working days; the day of filing is not counted.

    Source: 《民法典》 article 201; catalogue choice D10. Raises WorkdayError when `days` is below
    1. For a step back from a date, or of no days at all, use `add_workdays`.
    """
    _require_positive(days)
    return add_workdays(filed_on, days, calendar=calendar)


def last_day_of_publicity(posted_on: date, days: int, *, calendar: WorkCalendar) -> DatedDay:
    """The last day on which a list posted on `posted_on` must still hang for `days` working days.

    The day of posting is the first one when it is a working day (D10), otherwise the next working
    day is. Raises WorkdayError when `days` is below 1. Posted on 2023-12-27, 7 working days end on
    2024-01-05.
    """
    _require_positive(days)
    counted = _count(posted_on, days, calendar=calendar)
    return _dated(posted_on, counted, calendar=calendar)


def latest_posting_day(ends_on: date, days: int, *, calendar: WorkCalendar) -> DatedDay:
    """The latest day to post a list so that `days` working days are over with `ends_on`.

    Both ends are counted when they are working days (D10). `counted` runs backwards from `ends_on`.
    Raises WorkdayError when `days` is below 1.
    """
    _require_positive(days)
    counted = _count(ends_on, -days, calendar=calendar)
    return _dated(ends_on, counted, calendar=calendar)


def workdays_between(first: date, last: date, *, calendar: WorkCalendar) -> CountedDays:
    """The working days from `first` to `last`, both ends included.

    Raises WorkdayError when `last` lies before `first`.
    """
    _require_day(first)
    _require_day(last)
    if last < first:
        raise WorkdayError(f"结束日期 {last} 早于开始日期 {first}；请核对两个日期的先后。")
    counted = tuple(day for day in _each_day(first, last) if is_workday(day, calendar=calendar))
    return CountedDays(counted, _awaited_years(first, last, calendar=calendar))


def _count(first: date, count: int, *, calendar: WorkCalendar) -> tuple[date, ...]:
    """`abs(count)` working days from `first` on, backwards when `count` is negative."""
    step = _ONE_DAY if count > 0 else -_ONE_DAY
    counted: list[date] = []
    day = first
    while len(counted) < abs(count):
        if is_workday(day, calendar=calendar):
            counted.append(day)
        day += step
    return tuple(counted)


def _dated(start: date, counted: tuple[date, ...], *, calendar: WorkCalendar) -> DatedDay:
    day = counted[-1] if counted else start
    awaited = _awaited_years(min(start, day), max(start, day), calendar=calendar)
    return DatedDay(day, counted, awaited)


def _awaited_years(first: date, last: date, *, calendar: WorkCalendar) -> tuple[int, ...]:
    """The years whose notice could still change a day from `first` to `last`, ascending."""
    _require_day(first)
    _require_day(last)
    deciding = set(range(first.year, last.year + 1))
    if (last.month, last.day) >= _REACH_OF_NEW_YEAR:
        deciding.add(last.year + 1)
    return tuple(sorted(deciding - calendar.published_years))


def _each_day(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def _require_day(day: date) -> None:
    # A datetime is a date to Python, but equals none: the table would silently not be found.
    if isinstance(day, datetime):
        raise TypeError("working days take a date; turn the datetime into the local date first")
    if not FIRST_DAY <= day <= LAST_DAY:
        raise WorkdayError(
            f"日期 {day} 超出可计算的范围（{FIRST_DAY} 至 {LAST_DAY}）；请核对年份和工作日数。"
        )


def _require_positive(days: int) -> None:
    if days < 1:
        raise WorkdayError(f"工作日数是 {days}，应当至少为 1；请核对期限。")


def _faults_of_cells(cells: list[str]) -> Iterator[str]:
    if not cells:
        return
    if len(cells) != len(_COLUMNS):
        yield f"应有 {len(_COLUMNS)} 格，现在有 {len(cells)} 格。"
        return
    if not _is_iso_date(cells[0]):
        yield f"日期“{cells[0]}”不存在或写法不对，应写成 2027-01-01 的样子。"
    if cells[1] not in get_args(DayKind):
        yield _unknown_kind(cells[1])


def _unknown_kind(kind: str) -> str:
    return f"类别“{kind}”不认识，放假写 holiday，上班写 workday。"


def _is_iso_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _faults_of_rows(rows: tuple[CalendarRow, ...]) -> Iterator[str]:
    for row in rows:
        if row.kind not in get_args(DayKind):
            yield f"日期 {row.day} 的{_unknown_kind(row.kind)}"
    times = Counter(row.day for row in rows)
    for day in sorted(times):
        if times[day] > 1:
            yield f"日期 {day} 出现了 {times[day]} 次，无法确定以哪一行为准；请只保留一行。"
        if not FIRST_DAY <= day <= LAST_DAY:
            yield f"日期 {day} 超出可计算的范围（{FIRST_DAY} 至 {LAST_DAY}）；请核对年份。"


def _packaged(file_name: str) -> str:
    return resources.files("kaocheng.methods").joinpath(file_name).read_text(encoding="utf-8")
