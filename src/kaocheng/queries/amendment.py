"""修订 in words: what was, what is, and what is to be from which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kaocheng.engine.language.parameters import Parameter
from kaocheng.methods.holders import Holder
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption_values import steps_of
from kaocheng.queries.holder_choices import words_of
from kaocheng.records.models import Adoption, Amendment


@dataclass(frozen=True)
class Coming:
    """A change whose day has not come: from the `day` of amendment `number` on, `words` hold."""

    day: date
    number: int
    words: str

    @property
    def sentence(self) -> str:
        return f"{day_words(self.day.isoformat())}起：{self.words}（第 {self.number} 号修订）"


def coming_of(found: Adopted) -> dict[str, Coming]:
    """By the name of what changes (`parameters.pass_line`); of each at most one is coming."""
    return {
        name: Coming(date.fromisoformat(day), number, _value_words(found, name, after))
        for day, number, changes in found.adoption.coming[found.came :]
        for name, after in changes.items()
    }


@dataclass(frozen=True)
class AmendmentLine:
    """`changes`: what it is about, before and after, in words; `stage`: coming, held, withdrawn."""

    id: int
    number: int
    why: str
    takes_effect_on: date
    made_by: str
    made_at: datetime
    changes: tuple[tuple[str, str, str], ...]
    stage: str
    may_withdraw: bool
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_because: str


def amendments_of(adoption: Adoption) -> Any:  # noqa: ANN401  # a query
    """The latest first."""
    rows = Amendment.objects.unscoped("the adoption was fetched under its scope")
    rows = rows.filter(adoption=adoption).select_related("made_by", "withdrawn_by")
    return rows.order_by("-number")


def amendment_line(found: Adopted, row: Amendment, *, may_withdraw: bool) -> AmendmentLine:
    is_coming = row.withdrawn_at is None and row.takes_effect_on > found.on
    return AmendmentLine(
        id=row.pk,
        number=row.number,
        why=row.why,
        takes_effect_on=row.takes_effect_on,
        made_by=row.made_by.name if row.made_by else "",
        made_at=row.made_at,
        changes=tuple(
            (
                change_title(found, name),
                _value_words(found, name, before),
                _value_words(found, name, after),
            )
            for name, (before, after) in row.changes.items()
        ),
        stage="withdrawn" if row.withdrawn_at else "coming" if is_coming else "held",
        may_withdraw=may_withdraw and is_coming,
        withdrawn_by=row.withdrawn_by.name if row.withdrawn_by else "",
        withdrawn_at=row.withdrawn_at,
        withdrawn_because=row.withdrawn_because,
    )


def change_title(found: Adopted, name: str) -> str:
    """What a name is about: `parameters.pass_line`, `dates.district.to`, `periods.2026Q1`, …"""
    group, _, own = name.partition(".")
    if group == "parameters":
        parameter = found.pack.parameters.get(own)
        return parameter.title if parameter else own
    if group == "dates":
        step = next((one for one in steps_of(found) if one.name == own), None)
        edge = "开始" if own.endswith(".from") else "截止"
        return f"{step.title if step else own}（{edge}）"
    if group == "periods":
        return f"周期“{next((row[2] for row in found.adoption.periods if row[1] == own), own)}”"
    return own


def _value_words(found: Adopted, name: str, value: Any) -> str:  # noqa: ANN401  # as kept
    group, _, own = name.partition(".")
    if group == "parameters":
        parameter = found.pack.parameters.get(own)
        if parameter is not None and not value:
            if parameter.rows:
                return "按方案里的表"
            value = parameter.default
        return parameter_words(parameter, value)
    if group == "dates":
        step = next((one for one in steps_of(found) if one.name == own), None)
        return day_words(value) or (step.says if step else "") or "按通知"
    if group == "periods":
        return _period_words(found, value) if value else "不再有"
    return "；".join(words_of(Holder.of(one), found) for one in value or ()) or "没有写明"


def parameter_words(parameter: Parameter | None, value: Any) -> str:  # noqa: ANN401  # as kept
    """A value as people say it: the words of an option, the number with its unit."""
    if isinstance(value, list):
        return f"表，{len(value) - 1} 行"
    if not value:
        return "不填" if parameter is not None and parameter.optional else "没有定"
    if parameter is None:
        return str(value)
    if parameter.type == "date":
        return day_words(value)
    return parameter.options.get(value, f"{value}{'' if '%' in value else parameter.unit}")


def _period_words(found: Adopted, row: Sequence[str]) -> str:
    kind, _, title, first, last = row
    days = f"{day_words(first)}至{day_words(last)}"
    return f"{found.pack.period_kinds.get(kind, kind)}“{title}”，{days}"


def day_words(text: str | None) -> str:
    """2023年12月29日, as the phrases of a scheme write days."""
    day = date.fromisoformat(text) if text else None
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
