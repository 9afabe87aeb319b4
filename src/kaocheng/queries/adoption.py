"""Adopted schemes as they are listed, looked at and amended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.adoption import adoptions_in_sight, own_adoptions
from kaocheng.access.grants import Permission
from kaocheng.access.scope import one
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.process.moved import movable
from kaocheng.engine.process.times import Fixed
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.holders import Holder
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.adoption_check import Checked, checked, subjects_by_roster
from kaocheng.queries.adoption_values import steps_of
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
        scheme=f"{row.scheme.scheme_id} {row.scheme.version}",
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
    settled: tuple[tuple[str, str], ...]
    holders: tuple[tuple[str, str], ...]
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
        matters=tuple(_matters(found, findings, now=now)) if head.may_change else (),
        must=len(findings.must),
        settled=tuple(settled_words(found)),
        holders=tuple(
            (title, "；".join(words_of(holder, found) for holder in found.holders(title)))
            for title in titles_of(found.pack)
        ),
        amendments=tuple(_amended(found, row) for row in _amendments(adoption)[:3]),
    )


def open_parameters(found: Adopted) -> list[Parameter]:
    """What has to be filled in or confirmed, and is not."""
    settled = found.adoption.parameters
    return [
        one
        for one in found.pack.parameters.values()
        if one.id not in settled
        and (one.confirm or not (one.rows if one.type == "table" else one.default))
    ]


def settled_words(found: Adopted) -> Iterator[tuple[str, str]]:
    """Every parameter by its title with what holds now, in words."""
    for parameter in found.pack.parameters.values():
        value = found.adoption.parameters.get(parameter.id, parameter.default)
        words = parameter_words(parameter, value)
        is_open = parameter.confirm and parameter.id not in found.adoption.parameters and value
        yield parameter.title, f"{words}（未确认）" if is_open else words


def parameter_words(parameter: Parameter | None, value: Any) -> str:  # noqa: ANN401  # as kept
    """A value as people say it: the words of an option, the number with its unit."""
    if isinstance(value, list):
        return f"表，{len(value) - 1} 行"
    if not value:
        return "没有定"
    if parameter is None:
        return str(value)
    return parameter.options.get(value, f"{value}{'' if '%' in value else parameter.unit}")


@dataclass(frozen=True)
class AmendmentLine:
    """`changes`: what it is about, before and after, in words."""

    number: int
    why: str
    takes_effect_on: date
    made_by: str
    made_at: datetime
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class AmendmentPage:
    head: Head
    lines: tuple[AmendmentLine, ...]
    page: Page[Amendment]


def amendment_list(actor: Actor, adoption_id: int, *, page: int, now: datetime) -> AmendmentPage:
    """The newest first; three queries."""
    found = seen(actor, adoption_id)
    shown = Paginator(_amendments(found.adoption), PAGE).get_page(page)
    return AmendmentPage(
        head_of(actor, found.adoption, now=now),
        tuple(_amended(found, row) for row in shown.object_list),
        shown,
    )


def _amendments(adoption: Adoption) -> Any:  # noqa: ANN401  # a query
    rows = Amendment.objects.unscoped("the adoption was fetched under its scope")
    return rows.filter(adoption=adoption).select_related("made_by").order_by("-number")


def _amended(found: Adopted, row: Amendment) -> AmendmentLine:
    return AmendmentLine(
        number=row.number,
        why=row.why,
        takes_effect_on=row.takes_effect_on,
        made_by=row.made_by.name if row.made_by else "",
        made_at=row.made_at,
        changes=tuple(_change_words(found, name, *pair) for name, pair in row.changes.items()),
    )


def _change_words(found: Adopted, name: str, before: Any, after: Any) -> tuple[str, str, str]:  # noqa: ANN401  # as kept
    group, _, own = name.partition(".")
    if group == "parameters":
        parameter = found.pack.parameters.get(own)
        title = parameter.title if parameter else own
        return title, parameter_words(parameter, before), parameter_words(parameter, after)
    if group == "dates":
        step = next((one for one in steps_of(found) if one.name == own), None)
        edge = "开始" if own.endswith(".from") else "截止"
        says = step.says if step else ""
        title = f"{step.title if step else own}（{edge}）"
        return title, day_words(before) or says, day_words(after) or says
    return own, _who(found, before), _who(found, after)


def day_words(text: str | None) -> str:
    """2023年12月29日, as the phrases of a scheme write days."""
    day = date.fromisoformat(text) if text else None
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _who(found: Adopted, kept: Any) -> str:  # noqa: ANN401  # as kept
    return "；".join(words_of(Holder.of(one), found) for one in kept or ()) or "没有写明"


def _matters(found: Adopted, findings: Checked, *, now: datetime) -> Iterator[Matter]:
    left = len(open_parameters(found))
    words = f"还有 {left} 项没有定" if left else "都定了"
    yield Matter("adoption-parameters", "参数", words, not left)
    titles = titles_of(found.pack)
    unnamed = sum(not found.adoption.holders.get(title) for title in titles)
    words = f"{unnamed} 个称呼没有写明" if unnamed else f"{len(titles)} 个称呼，都写明了"
    yield Matter("adoption-holders", "谁是谁", words, not unnamed)
    if found.rosters:
        counted = subjects_by_roster(found.adoption)
        empty = [one for one in found.rosters if not counted.get(one.id) and not one.optional]
        said = "、".join(f"{one.title} {counted.get(one.id, 0)}" for one in found.rosters)
        words = f"{len(empty)} 张还是空的" if empty else said
        yield Matter("adoption-rosters", "名册", words, not empty)
    if found.pack.period_kinds:
        have = {one.kind for one in found.periods}
        lacking = [title for kind, title in found.pack.period_kinds.items() if kind not in have]
        words = f"缺：{'、'.join(lacking)}" if lacking else f"{len(found.periods)} 个，都有起止"
        yield Matter("adoption-periods", "周期", words, not lacking)
    moved = len(found.adoption.dates)
    days = fixed_days(found).values()
    past = bool(days) and max(days) < _today(now)
    words = "都已过去，请挪到这一轮的日期" if past else f"挪了 {moved} 处" if moved else "按通知"
    yield Matter("adoption-dates", "日期", words, not past)
    if found.adoption.state == AdoptionState.DRAFT:
        must = len(findings.must)
        words = f"{must} 处必须处理" if must else f"可以批准，另有 {len(findings.may)} 条提示"
        yield Matter("adoption-check", "检查结果", words, not must)


def fixed_days(found: Adopted) -> dict[str, date]:
    """By step, the days as written or moved, not those that are reckoned from others."""
    return {
        name: written.tree.day
        for name, written in movable(found.process).items()
        if written is not None and isinstance(written.tree, Fixed)
    }


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


def _today(now: datetime) -> date:
    return now.astimezone(CHINA).date()
