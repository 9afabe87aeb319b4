"""Adopted schemes as they are listed, looked at and amended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils.translation import gettext

from kaocheng.access.actor import Actor
from kaocheng.access.adoption import adoptions_in_sight, own_adoptions, own_amendments
from kaocheng.access.grants import Permission
from kaocheng.access.scope import one
from kaocheng.engine.language.parameters import Parameter
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.adoption_check import Checked, checked
from kaocheng.queries.adoption_rows import subjects_by_roster
from kaocheng.queries.adoption_values import last_day_gone
from kaocheng.queries.amendment import (
    AmendmentLine,
    amendment_line,
    amendments_of,
    coming_of,
    parameter_words,
)
from kaocheng.queries.holder_choices import words_of
from kaocheng.queries.titles import titles_of
from kaocheng.records.models import Adoption, Amendment
from kaocheng.records.models.scheme import AdoptionState

PAGE = 50
OWN, ABOVE, BELOW = "own", "above", "below"
SHOWN = (OWN, ABOVE, BELOW)
_TONES = {"draft": "wa", "in_force": "ok", "replaced": "", "ended": ""}


@dataclass(frozen=True)
class AdoptionLine:
    id: int
    title: str
    unit: str
    scheme: str
    state: str
    since: datetime

    @property
    def state_words(self) -> str:
        return str(AdoptionState(self.state).label)

    @property
    def tone(self) -> str:
        return _TONES[self.state]


@dataclass(frozen=True)
class AdoptionList:
    lines: tuple[AdoptionLine, ...]
    shown: str
    page: Page[Adoption]
    may_adopt: bool
    sees_below: bool


def adoption_list(actor: Actor, *, shown: str, page: int) -> AdoptionList:
    """Of one's own unit, of those above, or of those below; what is at work first; two queries."""
    rows = adoptions_in_sight(actor, Permission.SEE_ROUNDS).select_related("unit", "scheme")
    unit_id = actor.held.unit_id if actor.held else 0
    path = actor.held.unit_path if actor.held else ""
    below = Q(unit__path__startswith=path)
    if shown == OWN:
        rows = rows.filter(unit=unit_id)
    else:
        rows = rows.filter(below if shown == BELOW else ~below).exclude(unit=unit_id)
    rows = rows.order_by("state", "unit__pinyin", "-pk")
    found = Paginator(rows, PAGE).get_page(page)
    return AdoptionList(
        lines=tuple(_line(row) for row in found.object_list),
        shown=shown,
        page=found,
        may_adopt=actor.may(Permission.ADOPT),
        sees_below=actor.may(Permission.ADOPT),
    )


def _line(row: Adoption) -> AdoptionLine:
    return AdoptionLine(
        id=row.pk,
        title=row.title,
        unit=row.unit.name,
        scheme=gettext("%(scheme)s 第 %(version)s 版")
        % {"scheme": row.scheme.scheme_id, "version": row.scheme.version},
        state=row.state,
        since=row.approved_at or row.made_at,
    )


@dataclass(frozen=True)
class Matter:
    """One thing to settle: the name of its page, and how it stands."""

    page: str
    title: str
    words: str
    is_done: bool
    icon: str = "circle-check"


@dataclass(frozen=True)
class Head:
    """What the head of every page about an adoption says, and what the reader may do there."""

    id: int
    version: int
    title: str
    unit: str
    state: str
    state_words: str
    tone: str
    pack: str
    is_ours: bool
    may_change: bool
    may_approve: bool
    approved_on: date | None = None
    today: date | None = None

    @property
    def is_draft(self) -> bool:
        return self.state == AdoptionState.DRAFT

    @property
    def in_force(self) -> bool:
        return self.state == AdoptionState.IN_FORCE

    @property
    def may_edit(self) -> bool:
        """Whether the forms are open: a draft to whoever prepares it, in force to who amends."""
        return (self.is_draft and self.may_change) or (self.in_force and self.may_approve)

    @property
    def is_amended(self) -> bool:
        """Whether what is sent is an amendment, with its reason and its day."""
        return self.in_force


@dataclass(frozen=True)
class AdoptionPage:
    head: Head
    scheme: str
    approved_by: str
    approved_at: datetime | None
    replaces: tuple[int, str] | None
    replaced_by: tuple[int, str] | None
    matters: tuple[Matter, ...]
    must: int
    settled: tuple[tuple[str, str, str], ...]
    holders: tuple[tuple[str, str, str], ...]
    amendments: tuple[AmendmentLine, ...] = field(default=())


def head_of(actor: Actor, adoption: Adoption, *, now: datetime) -> Head:
    is_ours = actor.held is not None and adoption.unit_id == actor.held.unit_id
    return Head(
        id=adoption.pk,
        version=adoption.version,
        title=adoption.title,
        unit=adoption.unit.name,
        state=adoption.state,
        state_words=str(AdoptionState(adoption.state).label),
        tone=_TONES[adoption.state],
        pack=adoption.scheme.pack,
        is_ours=is_ours,
        may_change=is_ours and actor.may(Permission.ADOPT),
        may_approve=is_ours and actor.may(Permission.APPROVE),
        approved_on=_china(adoption.approved_at),
        today=_china(now),
    )


def seen(actor: Actor, adoption_id: int) -> Adopted:
    """One that the actor may read; one query."""
    rows = adoptions_in_sight(actor, Permission.SEE_ROUNDS)
    return adopted(one(rows.select_related("unit", "scheme", "approved_by"), adoption_id))


def owned(actor: Actor, adoption_id: int) -> Adopted:
    """One that the actor's unit adopted and the actor may prepare; one query."""
    rows = own_adoptions(actor, Permission.ADOPT)
    return adopted(one(rows.select_related("unit", "scheme", "replaces"), adoption_id))


def adoption_page(actor: Actor, adoption_id: int, *, now: datetime) -> AdoptionPage:
    found = seen(actor, adoption_id)
    adoption, head = found.adoption, head_of(actor, found.adoption, now=now)
    findings = checked(found) if head.is_draft else Checked((), ())
    return AdoptionPage(
        head=head,
        scheme=f"{adoption.scheme.scheme_id} {adoption.scheme.title}",
        approved_by=adoption.approved_by.name if adoption.approved_by else "",
        approved_at=adoption.approved_at,
        replaces=_named(adoption.replaces_id),
        replaced_by=_replacing(adoption, is_ours=head.is_ours),
        matters=tuple(_matters(found, findings)) if head.may_change else (),
        must=len(findings.must),
        settled=tuple(settled_words(found)),
        holders=tuple(who_words(found)),
        amendments=tuple(
            amendment_line(found, row, may_withdraw=head.in_force and head.may_approve)
            for row in amendments_of(adoption)[:3]
        ),
    )


def open_parameters(found: Adopted) -> list[Parameter]:
    """What has to be filled in or confirmed, and is not."""
    settled = found.terms.parameters
    parameters = found.pack.parameters.values()
    return [one for one in parameters if one.id not in settled and one.must_be_settled]


def settled_words(found: Adopted) -> Iterator[tuple[str, str, str]]:
    """Every parameter by its title with what holds now, and what is to hold, in words."""
    coming = coming_of(found)
    for parameter in found.pack.parameters.values():
        value = found.terms.parameters.get(parameter.id, parameter.default)
        words = parameter_words(parameter, value)
        is_open = parameter.confirm and parameter.id not in found.terms.parameters and value
        later = coming.get(f"parameters.{parameter.id}")
        words = f"{words}（未确认）" if is_open else words
        yield parameter.title, words, later.sentence if later else ""


def who_words(found: Adopted) -> Iterator[tuple[str, str, str]]:
    """Every title with who is meant now, and who is to be, in words."""
    coming = coming_of(found)
    for title in titles_of(found.pack):
        later = coming.get(f"holders.{title}")
        words = "；".join(words_of(holder, found) for holder in found.holders(title))
        yield title, words, later.sentence if later else ""


@dataclass(frozen=True)
class AmendmentPage:
    head: Head
    lines: tuple[AmendmentLine, ...]
    page: Page[Amendment]


def amendment_list(actor: Actor, adoption_id: int, *, page: int, now: datetime) -> AmendmentPage:
    """The newest first; three queries."""
    found = seen(actor, adoption_id)
    head = head_of(actor, found.adoption, now=now)
    shown = Paginator(amendments_of(found.adoption), PAGE).get_page(page)
    may_withdraw = head.in_force and head.may_approve
    lines = (amendment_line(found, row, may_withdraw=may_withdraw) for row in shown.object_list)
    return AmendmentPage(head, tuple(lines), shown)


def amendment_page(actor: Actor, amendment_id: int, *, now: datetime) -> tuple[Head, AmendmentLine]:
    """One of the actor's own unit, which they may withdraw while its day has not come."""
    rows = own_amendments(actor, Permission.APPROVE).select_related(
        "adoption__unit", "adoption__scheme", "made_by", "withdrawn_by"
    )
    row = one(rows, amendment_id)
    found = adopted(row.adoption)
    head = head_of(actor, row.adoption, now=now)
    return head, amendment_line(found, row, may_withdraw=head.in_force and head.may_approve)


def _matters(found: Adopted, findings: Checked) -> Iterator[Matter]:
    left = len(open_parameters(found))
    words = gettext("还有 %(count)s 项没有定") % {"count": left} if left else gettext("都定了")
    yield Matter("adoption-parameters", gettext("参数"), words, not left)
    titles = titles_of(found.pack)
    unnamed = sum(not found.terms.holders.get(title) for title in titles)
    named = gettext("%(count)s 个称呼，都写明了") % {"count": len(titles)}
    words = gettext("%(count)s 个称呼没有写明") % {"count": unnamed} if unnamed else named
    yield Matter("adoption-holders", gettext("谁是谁"), words, not unnamed)
    if found.rosters:
        counted = subjects_by_roster(found.adoption)
        empty = [one for one in found.rosters if not counted.get(one.id) and not one.optional]
        said = "、".join(f"{one.title} {counted.get(one.id, 0)}" for one in found.rosters)
        words = gettext("%(count)s 张还是空的") % {"count": len(empty)} if empty else said
        yield Matter("adoption-rosters", gettext("名册"), words, not empty)
    if found.pack.period_kinds:
        have = {one.kind for one in found.periods}
        lacking = [title for kind, title in found.pack.period_kinds.items() if kind not in have]
        said = gettext("%(count)s 个，都有起止") % {"count": len(found.periods)}
        words = gettext("缺：%(names)s") % {"names": "、".join(lacking)} if lacking else said
        yield Matter("adoption-periods", gettext("周期"), words, not lacking)
    past = last_day_gone(found) is not None
    words = gettext("都已过去，请挪到这一轮的日期") if past else _moved_words(found)
    yield Matter("adoption-dates", gettext("日期"), words, not past)
    if found.adoption.state == AdoptionState.DRAFT:
        must = len(findings.must)
        fine = gettext("可以批准，另有 %(count)s 条提示") % {"count": len(findings.may)}
        words = gettext("%(count)s 处必须处理") % {"count": must} if must else fine
        yield Matter("adoption-check", gettext("检查结果"), words, not must)


def _moved_words(found: Adopted) -> str:
    moved = len(found.terms.dates)
    return gettext("挪了 %(count)s 处") % {"count": moved} if moved else gettext("按通知")


def _named(adoption_id: int | None) -> tuple[int, str] | None:
    if adoption_id is None:
        return None
    rows = Adoption.objects.unscoped("the other end of a replacement, of the same unit")
    return rows.filter(pk=adoption_id).values_list("pk", "title").first()


def _replacing(adoption: Adoption, *, is_ours: bool) -> tuple[int, str] | None:
    """What replaces it; a draft that is to do so is shown to its unit alone."""
    rows = Adoption.objects.unscoped("the other end of a replacement, of the same unit")
    found = rows.filter(replaces=adoption)
    if not is_ours:
        found = found.exclude(state=AdoptionState.DRAFT)
    return found.values_list("pk", "title").first()


def _china(moment: datetime | None) -> date | None:
    return moment.astimezone(CHINA).date() if moment else None
