"""Entries of `deduct` and `add`: so many points for each so many of something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.shape import (
    Clause,
    Clauses,
    Expression,
    Identifier,
    Key,
    Record,
    Setting,
    SettingValue,
    Text,
    YesNo,
)
from kaocheng.engine.language.types import BOOLEAN
from kaocheng.engine.mechanisms.mechanism import Frame, Slot
from kaocheng.engine.problems import Place
from kaocheng.engine.trace import RowRef, shown
from kaocheng.engine.values import Missing, Value, is_number


@dataclass(frozen=True)
class Entry:
    """`points` for each `per` of `amount`, after `free` of them (in each period of `each`)."""

    id: str
    title: str
    place: Place
    amount: Expr | None = None
    points: Expr | None = None
    per: Expr | None = None
    free: Expr | None = None
    each: str = ""
    over: SettingValue | None = None
    whole: bool = False
    percent: Expr | None = None
    when: Expr | None = None
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Counted:
    """The points an entry comes to, and how."""

    value: Value
    text: str
    rows: tuple[RowRef, ...]


ENTRY_KEYS = {
    "id": Key(Identifier(), "名称", default=""),
    "title": Key(Text(100), "事项", required=True),
    "amount": Key(Expression(), "数量，如天数、次数"),
    "points": Key(Expression(), "每一份的分值"),
    "per": Key(Expression(), "几个算一份，默认 1"),
    "free": Key(Expression(), "免计的数量（含本数）"),
    "each": Key(Identifier(), "按哪种周期分别免计、分别统计，如 term", default=""),
    "over": Key(
        Setting({"excess": "只计超出免计的部分", "all": "一旦超出，全部都计"}),
        "超出免计数量后怎样计，默认只计超出部分",
    ),
    "whole": Key(YesNo(), "是：不足一份的不计", default=False),
    "when": Key(Expression(), "只在这种情况下计"),
    "clause": Key(Clauses(), "条款原文", default=(), attribute="clauses"),
}
PERCENT_KEY = {"percent": Key(Expression(), "按当前得分的百分之几扣，与 amount、points 不同用")}


def entry_shape(*, percent: bool) -> Record:
    return Record(Entry, {**ENTRY_KEYS, **(PERCENT_KEY if percent else {})})


def entry_slots(entry: Entry) -> Iterable[Slot]:
    if entry.amount is not None:
        yield Slot(entry.amount, each=entry.each)
    for expr in (entry.points, entry.per, entry.free, entry.percent):
        if expr is not None:
            yield Slot(expr)
    if entry.when is not None:
        yield Slot(entry.when, BOOLEAN)


def entry_settings(entry: Entry) -> Iterable[SettingValue]:
    if entry.over is not None:
        yield entry.over


def count_entry(entry: Entry, frame: Frame) -> Counted:
    """What the entry comes to in points; missing or not applicable when a number is."""
    if entry.when is not None:
        holds = frame.value(entry.when)
        if holds is False:
            return Counted(Fraction(0), "不涉及", frame.rows_used())
        if holds is not True:
            return Counted(holds, "", frame.rows_used())
    assert entry.points is not None
    per, points = _number(entry.per, frame, 1), frame.value(entry.points)
    free = _number(entry.free, frame, 0)
    for value in (per, points, free):
        if not is_number(value):
            return Counted(value, "", frame.rows_used())
    assert is_number(per) and is_number(points) and is_number(free)  # noqa: PT018
    if per <= 0:
        return Counted(Missing("几个算一份须大于 0"), "", frame.rows_used())
    words, counted = [], Fraction(0)
    for amount, where in _amounts(entry, frame):
        if not is_number(amount):
            return Counted(amount, "", frame.rows_used())
        extra = _beyond(amount, free, entry, frame)
        counted += Fraction((extra / per).__floor__()) if entry.whole else extra / per
        if amount:
            words.append(_words(where, amount, free, extra))
    spelled = "；".join(words) or "无"
    text = f"{spelled}，{_share(counted, per)} × {shown_points(points)}" if counted else spelled
    return Counted(counted * points, text, frame.rows_used())


def shown_points(points: Fraction) -> str:
    """Points without trailing zeros: 0.2, 5, 0.5."""
    text = shown(points, places=4)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amounts(entry: Entry, frame: Frame) -> list[tuple[Value, str]]:
    if entry.amount is None:
        return [(Fraction(1), "")]
    if not entry.each:
        return [(frame.value(entry.amount), "")]
    periods = frame.periods(entry.each)
    return [(frame.value(entry.amount, period=period), period.title) for period in periods]


def _beyond(amount: Fraction, free: Fraction, entry: Entry, frame: Frame) -> Fraction:
    """What counts after the allowance: only the excess, or all of it once exceeded (D4)."""
    if amount <= free:
        return Fraction(0)
    everything = entry.over is not None and frame.setting(entry.over) == "all"
    return amount if everything else amount - free


def _words(where: str, amount: Fraction, free: Fraction, extra: Fraction) -> str:
    head = f"{where} " if where else ""
    if not free:
        return f"{head}{shown_points(amount)}"
    return f"{head}{shown_points(amount)}，免 {shown_points(free)}，计 {shown_points(extra)}"


def _share(counted: Fraction, per: Fraction) -> str:
    return (
        shown_points(counted)
        if per == 1
        else f"{shown_points(counted)} 份（每 {shown_points(per)} 一份）"
    )


def _number(expr: Expr | None, frame: Frame, default: int) -> Value:
    return Fraction(default) if expr is None else frame.value(expr)
