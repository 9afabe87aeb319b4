"""What follows from results: lists, one of them, and whether somebody is barred from something."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotYours
from kaocheng.access.result import (
    consequences_in_sight,
    consequences_to_decide,
    rounds_to_decide,
    rounds_with_results,
    sees_whole_units,
)
from kaocheng.access.scope import one
from kaocheng.engine.process.entries import Effect
from kaocheng.methods.holders import Holder
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.titles import titles_in
from kaocheng.records.models import Consequence
from kaocheng.records.models.round import Decided, ResultState, RoundState

PAGE = 50
# Terms that name the period which the results are about.
_OF_PERIOD = re.compile(r"(?:本|当|该)(?:年度|年|学年|学期|季度|季|月|期|周期)内?")
_YEARS = re.compile(r"(?P<count>\d|一|两|二|三|四|五)年(?:内|以内)?")
_COUNTS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5}
TONES = {Decided.PROPOSED: "wa", Decided.CONFIRMED: "no", Decided.DECLINED: ""}
ICONS = {
    Decided.PROPOSED: "clock",
    Decided.CONFIRMED: "alert-circle",
    Decided.DECLINED: "arrow-back-up",
}


@dataclass(frozen=True)
class Line:
    id: int
    title: str
    what: str
    name: str
    unit_name: str
    period: str
    state: str
    state_words: str
    tone: str
    icon: str
    bars: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    decided_by: str
    decided_at: datetime | None
    because: str
    confirm: str
    may_decide: bool


@dataclass(frozen=True)
class ConsequencesPage:
    round_id: int
    round_title: str
    lines: tuple[Line, ...]
    page: Page[Consequence]
    counts: tuple[tuple[str, str, int], ...]
    chosen: str
    is_frozen: bool
    may_propose: bool


def effect_of(found: Adopted, effect: str) -> Effect | None:
    return next((one for one in found.process.effects if one.id == effect), None)


def holders_of(found: Adopted, phrase: str) -> tuple[Holder, ...]:
    return tuple(holder for title in titles_in(phrase) for holder in found.holders(title))


def term_of(
    lasts: str, found: Adopted, period: str, *, today: date
) -> tuple[date | None, date | None]:
    """First and last day of `本年度` and `两年`; (None, None) where a person has to say."""
    own = next((one for one in found.periods if one.id == period), None)
    if _OF_PERIOD.fullmatch(lasts):
        if own is not None:
            return own.first, own.last
        is_year = lasts.endswith(("年度", "年", "年内", "年度内")) and "学年" not in lasts
        return (date(today.year, 1, 1), date(today.year, 12, 31)) if is_year else (None, None)
    if years := _YEARS.fullmatch(lasts):
        count = _COUNTS.get(years["count"]) or int(years["count"])
        return today, _years_on(today, count) - timedelta(days=1)
    return None, None


def _years_on(day: date, count: int) -> date:
    try:
        return day.replace(year=day.year + count)
    except ValueError:  # 29 February
        return date(day.year + count, 3, 1)


def consequences(actor: Actor, round_id: int, *, chosen: str, page: int) -> ConsequencesPage:
    """What follows in a round for those in sight: what waits first."""
    work = one(rounds_with_results(actor).select_related("adoption__scheme"), round_id)
    found = adopted(work.adoption)
    rows = consequences_in_sight(actor).filter(round=work)
    states = list(rows.values_list("state", flat=True))
    if chosen in Decided.values:
        rows = rows.filter(state=chosen)
    rows = rows.select_related("subject", "unit", "decided_by").order_by(
        "-state", "effect", "subject__key", "pk"
    )
    shown = Paginator(rows, PAGE).get_page(page)
    mine = _mine(actor, found, list(shown.object_list))
    return ConsequencesPage(
        round_id=work.pk,
        round_title=work.title,
        lines=tuple(_line(actor, found, row, mine) for row in shown.object_list),
        page=shown,
        counts=tuple((str(state), str(state.label), states.count(state)) for state in Decided),
        chosen=chosen if chosen in Decided.values else "",
        is_frozen=work.result_sets.unscoped("sets of a round in sight")
        .filter(state=ResultState.FROZEN)
        .exists(),
        may_propose=work.state != RoundState.ARCHIVED
        and rounds_to_decide(actor).filter(pk=work.pk).exists(),
    )


@dataclass(frozen=True)
class ConsequencePage:
    line: Line
    round_id: int
    round_title: str
    result: str
    subject_id: int
    clauses: tuple[str, ...]
    lasts: str
    note: str


def consequence_page(actor: Actor, consequence_id: int) -> ConsequencePage:
    rows = consequences_in_sight(actor).select_related(
        "subject", "unit", "decided_by", "round__adoption__scheme"
    )
    row = one(rows, consequence_id)
    found = adopted(row.round.adoption)
    effect = effect_of(found, row.effect)
    if effect is None:
        raise NotYours
    return ConsequencePage(
        line=_line(actor, found, row, _mine(actor, found, [row])),
        round_id=row.round_id,
        round_title=row.round.title,
        result=effect.of if effect.of in found.pack.results else "",
        subject_id=row.subject_id,
        clauses=tuple(clause.text for clause in effect.clauses),
        lasts=effect.lasts,
        note=effect.note,
    )


@dataclass(frozen=True)
class Bar:
    """Something that somebody may not take part in at present."""

    id: int
    name: str
    unit_name: str
    bars: tuple[str, ...]
    title: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class BarsPage:
    asked: str
    what: str
    choices: tuple[str, ...]
    on: date
    lines: tuple[Bar, ...]
    page: Page[Consequence]


def bars(actor: Actor, *, asked: str, what: str, on: date, page: int) -> BarsPage:
    """Who of those in sight is barred on a day: confirmed, begun, and not over."""
    begun = Q(starts_on=None) | Q(starts_on__lte=on)
    lasting = Q(ends_on=None) | Q(ends_on__gte=on)
    rows = consequences_in_sight(actor).filter(begun, lasting, state=Decided.CONFIRMED)
    rows = rows.exclude(bars=[])
    choices = sorted({word for listed in rows.values_list("bars", flat=True) for word in listed})
    if asked:
        rows = rows.filter(
            Q(subject__name__contains=asked) | Q(subject__key=asked) | Q(unit__name__contains=asked)
        )
    if what in choices:
        rows = rows.filter(bars__contains=[what])
    rows = rows.select_related("subject", "unit").order_by("subject__pinyin", "subject_id", "pk")
    shown = Paginator(rows, PAGE).get_page(page)
    return BarsPage(
        asked=asked,
        what=what if what in choices else "",
        choices=tuple(choices),
        on=on,
        lines=tuple(
            Bar(
                row.pk,
                row.subject.name,
                row.unit.name,
                tuple(row.bars),
                row.title,
                row.starts_on,
                row.ends_on,
            )
            for row in shown.object_list
        ),
        page=shown,
    )


def _mine(actor: Actor, found: Adopted, rows: Iterable[Consequence]) -> set[int]:
    """Ids of those that wait for the actor."""
    waiting: dict[str, list[int]] = {}
    for row in rows:
        if row.state == Decided.PROPOSED:
            waiting.setdefault(row.effect, []).append(row.pk)
    mine: set[int] = set()
    for effect_id, ids in waiting.items():
        effect = effect_of(found, effect_id)
        if effect is not None and actor.may(Permission.SEE_RESULTS):
            holders = holders_of(found, effect.confirm)
            theirs = consequences_to_decide(actor, found.adoption, effect_id, holders)
            mine.update(theirs.filter(pk__in=ids).values_list("pk", flat=True))
    return mine


def _line(actor: Actor, found: Adopted, row: Consequence, mine: set[int]) -> Line:
    """The reason is for whom it concerns, and for the offices above them."""
    effect = effect_of(found, row.effect)
    periods = {period.id: period.title for period in found.periods}
    state = Decided(row.state)
    is_theirs = row.subject.person_id == actor.person_id or sees_whole_units(actor)
    return Line(
        id=row.pk,
        title=row.title,
        what=row.what,
        name=row.subject.name,
        unit_name=row.unit.name,
        period=periods.get(row.period, row.period),
        state=state.value,
        state_words=str(state.label),
        tone=TONES[state],
        icon=ICONS[state],
        bars=tuple(row.bars),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        decided_by=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        because=row.because if is_theirs or row.pk in mine else "",
        confirm=effect.confirm if effect else "",
        may_decide=row.pk in mine,
    )
