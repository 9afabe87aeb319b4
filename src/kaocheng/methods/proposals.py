"""First guesses for an adoption: the periods of this year, and where the rows of a roster are.

What is proposed stands in a form that the unit changes and confirms; nothing rests on it unseen.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_SEPTEMBER, _FEBRUARY = 9, 2
# From July on, whoever prepares anything prepares the school year to come.
_NEXT_YEAR_FROM = 7
_WEEKS = 20
_QUARTERS = "一二三四"


@dataclass(frozen=True)
class Proposed:
    """A row of the table of periods; both days are included."""

    kind: str
    id: str
    title: str
    first: date
    last: date

    @property
    def cells(self) -> list[str]:
        return [self.kind, self.id, self.title, self.first.isoformat(), self.last.isoformat()]


def proposed_periods(kinds: Mapping[str, str], *, today: date) -> list[Proposed]:
    """The periods of the school or calendar year of the day, by the titles of their kinds.

    Kinds of which nothing is known by their title (期、批次) are left for the unit to fill in.
    """
    in_school = any(re.search(r"学|教", title) for title in kinds.values())
    school_year = today.year if today.month >= _NEXT_YEAR_FROM else today.year - 1
    found: list[Proposed] = []
    for kind, title in kinds.items():
        if "学期" in title:
            found += _terms(kind, school_year)
        elif "季" in title:
            found += _quarters(kind, today.year)
        elif "月" in title:
            months = (school_year, _SEPTEMBER) if in_school else (today.year, 1)
            found += _months(kind, *months)
        elif "周" in title:
            found += _weeks(kind, today, school_year)
        elif "学年" in title:
            days = date(school_year, _SEPTEMBER, 1), date(school_year + 1, _SEPTEMBER - 1, 31)
            found.append(Proposed(kind, f"{school_year}学年", f"{school_year}学年", *days))
        elif "年" in title:
            days = date(today.year, 1, 1), date(today.year, 12, 31)
            found.append(Proposed(kind, str(today.year), f"{today.year}年度", *days))
    return found


def _terms(kind: str, year: int) -> Iterator[Proposed]:
    first, second = date(year, _SEPTEMBER, 1), date(year + 1, _FEBRUARY, 1)
    yield Proposed(kind, f"{year}-1", f"{year}学年第一学期", first, second - timedelta(days=1))
    last = date(year + 1, _SEPTEMBER - 1, 31)
    yield Proposed(kind, f"{year}-2", f"{year}学年第二学期", second, last)


def _quarters(kind: str, year: int) -> Iterator[Proposed]:
    for number, name in enumerate(_QUARTERS, start=1):
        last_month = number * 3
        last = date(year, last_month, monthrange(year, last_month)[1])
        title = f"{year}年第{name}季度"
        yield Proposed(kind, f"{year}Q{number}", title, date(year, last_month - 2, 1), last)


def _months(kind: str, year: int, month: int) -> Iterator[Proposed]:
    for _ in range(12):
        last = date(year, month, monthrange(year, month)[1])
        yield Proposed(kind, f"{last:%Y-%m}", f"{year}年{month}月", last.replace(day=1), last)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _weeks(kind: str, today: date, year: int) -> Iterator[Proposed]:
    """The weeks of the term of the day, from the one on that it begins in."""
    spring = date(year + 1, _FEBRUARY, 1)
    begins = spring if today >= spring else date(year, _SEPTEMBER, 1)
    monday = begins - timedelta(days=begins.weekday())
    for number in range(1, _WEEKS + 1):
        last = monday + timedelta(days=6)
        yield Proposed(kind, f"w{number:02d}", f"第{number}周", monday, last)
        monday += timedelta(days=7)


# Words in the title of a roster, and the kind of unit that its rows are.
_UNITS = (
    (r"学校|校区|幼儿园|附属园", "school"),
    (r"教研组|年级组|学科组|研修组|备课组", "group"),
    (r"部门|科室|处室|办公室", "department"),
    (r"公司|企业", "company"),
    (r"乡镇|街道", "township"),
    (r"区|县", "district"),
    (r"镇", "town"),
)
# The same for rosters of people, and the roles of those who are meant.
_PEOPLE = (
    (r"专家|指导|评审|督学", ("reviewer",)),
    (r"坊主|组长", ("workshop_leader",)),
    (r"管理员|信息员", ("clerk",)),
)
_EVERYBODY_AT_WORK = ("member", "workshop_leader")


def guessed_source(
    title: str, *, is_of_people: bool, unit_kinds: Collection[str]
) -> dict[str, object]:
    """Where the rows of a roster come from, as an adoption keeps it.

    `unit_kinds`: what there is below the adopting unit; a roster of units that it does not have,
    and one of things (课程、班级、奖项), is filled in by rows.
    """
    if is_of_people:
        # Parents and pupils have no appointment anywhere.
        if re.search(r"家长|学生|工人|代表", title):
            return {"from": "rows"}
        roles = next((roles for words, roles in _PEOPLE if re.search(words, title)), None)
        return {"from": "people", "roles": list(roles or _EVERYBODY_AT_WORK)}
    kind = unit_kind_in(title)
    return {"from": "units", "kind": kind} if kind in unit_kinds else {"from": "rows"}


def unit_kind_in(title: str) -> str:
    """The kind of unit that a title speaks of, empty where it speaks of something else."""
    return next((kind for words, kind in _UNITS if re.search(words, title)), "")
