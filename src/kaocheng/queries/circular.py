"""情况通报: the numbers of a week of a round, and the text of the circular that tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q

from kaocheng.access.actor import Actor
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.round import (
    COUNT_DONE,
    COUNT_MISSED,
    COUNT_OPEN,
    Figures,
    Head,
    figures_of,
    head,
    phases_of,
)
from kaocheng.queries.round_course import Course, owed_in_sight
from kaocheng.records.models import Obligation, Round, Unit
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.scoped import OwnedQuerySet

ONE_WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)
# A circular names this many; the table behind it has them all.
MOST_NAMED = 30


@dataclass(frozen=True)
class DutyLine:
    title: str
    figures: Figures
    this_week: int


@dataclass(frozen=True)
class UnitLine:
    """A unit that is behind, and with how much."""

    name: str
    missed: int


@dataclass(frozen=True)
class Circular:
    """`first` and `last` are the days of the week; the paragraphs are ready to be sent."""

    head: Head
    title: str
    first: date
    last: date
    week: int
    duties: tuple[DutyLine, ...]
    behind: tuple[UnitLine, ...]
    figures: Figures
    paragraphs: tuple[str, ...]
    issued_by: str
    issued_on: date

    @property
    def text(self) -> str:
        day = f"{self.issued_on.year}年{self.issued_on.month}月{self.issued_on.day}日"
        return "\n".join((self.title, "", *self.paragraphs, "", self.issued_by, day))


def circular(actor: Actor, work: Round, *, now: datetime, week_of: date | None = None) -> Circular:
    """Of the week that the day lies in (today's), for what the reader has under them."""
    today = now.astimezone(CHINA).date()
    day = min(week_of or today, today)
    first = day - timedelta(days=day.weekday())
    last = min(first + ONE_WEEK - ONE_DAY, today)
    course = Course(work, now)
    owed = owed_in_sight(actor, course)
    figures = figures_of(owed)
    duties = _duties(owed, course, first, last)
    behind = _behind(owed)
    top = head(actor, work, now=now)
    days = f"{first.month}月{first.day}日至{last.month}月{last.day}日"
    week = (first - (work.starts_on - timedelta(days=work.starts_on.weekday()))).days // 7 + 1
    return Circular(
        head=top,
        title=f"关于{work.title}进展情况的通报（第{max(week, 1)}周）",
        first=first,
        last=last,
        week=max(week, 1),
        duties=duties,
        behind=behind,
        figures=figures,
        paragraphs=tuple(_paragraphs(course, figures, duties, behind, days)),
        issued_by=_issuer(actor, work),
        issued_on=today,
    )


def _duties(
    owed: OwnedQuerySet[Obligation], course: Course, first: date, last: date
) -> tuple[DutyLine, ...]:
    since = datetime.combine(first, time.min, tzinfo=CHINA)
    until = datetime.combine(last + ONE_DAY, time.min, tzinfo=CHINA)
    in_week = Q(state__in=(State.DONE, State.LATE), done_at__gte=since, done_at__lt=until)
    rows = (
        owed.values("duty")
        .annotate(
            done=COUNT_DONE, open=COUNT_OPEN, missed=COUNT_MISSED, week=Count("pk", filter=in_week)
        )
        .order_by()
    )
    found = {row["duty"]: row for row in rows}
    return tuple(
        DutyLine(duty.title, Figures(row["done"], row["open"], row["missed"]), row["week"])
        for duty in course.duties.values()
        if (row := found.get(duty.id)) and row["done"] + row["open"]
    )


def _behind(owed: OwnedQuerySet[Obligation]) -> tuple[UnitLine, ...]:
    """Units with something missed, the most first; groups are told by the school above them."""
    rows = (
        owed.filter(state=State.MISSED)
        .values_list("unit__name", "unit__pinyin")
        .annotate(missed=Count("pk"))
        .order_by("-missed", "unit__pinyin")
    )
    return tuple(UnitLine(name, missed) for name, _, missed in rows)


def _paragraphs(
    course: Course,
    figures: Figures,
    duties: tuple[DutyLine, ...],
    behind: tuple[UnitLine, ...],
    days: str,
) -> Iterator[str]:
    done = sum(one.this_week for one in duties)
    yield f"现将{days}{course.work.title}进展情况通报如下。"
    whole = (
        f"一、总体情况。应办事项共{figures.total}项，已完成{figures.done}项（本周完成{done}项），"
        f"尚未完成{figures.open}项，其中逾期{figures.missed}项。"
    )
    yield whole + _phases(course)
    lines = "；".join(
        f"{one.title}应完成{one.figures.total}项，已完成{one.figures.done}项"
        + (f"，逾期{one.figures.missed}项" if one.figures.missed else "")
        for one in duties
    )
    yield f"二、各项工作。{lines or '目前没有应办的事项'}。"
    if not behind:
        yield "三、逾期情况。目前没有逾期未完成的事项。请各单位继续按期完成。"
        return
    named = "、".join(f"{one.name}（{one.missed}项）" for one in behind[:MOST_NAMED])
    more = f"等{len(behind)}个单位" if len(behind) > MOST_NAMED else ""
    yield f"三、逾期情况。以下单位有逾期未完成的事项：{named}{more}。"
    yield "请上述单位抓紧办理；确有困难的，及时说明情况。请其他单位按期完成。"


def _phases(course: Course) -> str:
    """Which phases run, and until when."""
    now = [
        f"“{one.title}”（{one.days}）"
        for one in phases_of(course.agendas, course.work.unit.path, now=course.now)
        if one.stage == "now"
    ]
    return f"目前处于{'、'.join(now)}。" if now else ""


def _issuer(actor: Actor, work: Round) -> str:
    """Who signs it: the reader's unit."""
    if actor.held is None:
        return work.unit.name
    return Unit.objects.unscoped("the reader's own unit").get(pk=actor.held.unit_id).name
