"""Entries of `deduct` and `add`: so many points for each so many of something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, cast

from kaocheng.engine.columnar.cells import (
    Cell,
    arithmetic,
    by_case,
    first_unknown,
    guarded,
    less,
    literal,
)
from kaocheng.engine.columnar.functions import apply
from kaocheng.engine.columnar.nodes import TRUE, Node, negated, op
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.shape import (
    CLAUSE,
    Clause,
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

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Entry:
    """`points` for each `per` of `amount`, after `free` of them (in each period of `each`).

    With `short_of` it is what `amount` falls short of that number that counts. `most` bounds the
    points of the entry, in each period where there are periods.
    """

    id: str
    title: str
    place: Place
    amount: Expr | None = None
    points: Expr | None = None
    per: Expr | None = None
    free: Expr | None = None
    short_of: Expr | None = None
    most: Expr | None = None
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
    "short_of": Key(Expression(), "应有的数量；计的是比它少多少（每少一次……）"),
    "most": Key(Expression(), "这一条最多计多少分（有 each 时按每个周期）"),
    "each": Key(Identifier(), "按哪种周期分别免计、分别统计，如 term", default=""),
    "over": Key(
        Setting({"excess": "只计超出免计的部分", "all": "一旦超出，全部都计"}),
        "超出免计数量后怎样计，默认只计超出部分",
    ),
    "whole": Key(YesNo(), "是：不足一份的不计", default=False),
    "when": Key(Expression(), "只在这种情况下计"),
    "clause": CLAUSE,
}
PERCENT_KEY = {"percent": Key(Expression(), "按当前得分的百分之几扣，与 amount、points 不同用")}


def entry_shape(*, percent: bool) -> Record:
    return Record(Entry, {**ENTRY_KEYS, **(PERCENT_KEY if percent else {})})


def entry_slots(entry: Entry) -> Iterable[Slot]:
    if entry.amount is not None:
        yield Slot(entry.amount, each=entry.each)
    for expr in (
        entry.points,
        entry.per,
        entry.free,
        entry.short_of,
        entry.most,
        entry.percent,
    ):
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
    numbers = _numbers(entry, frame)
    if not isinstance(numbers, _Numbers):
        return Counted(numbers, "", frame.rows_used())
    words, counted, total = [], Fraction(0), Fraction(0)
    for amount, where in _amounts(entry, frame):
        if not is_number(amount):
            return Counted(amount, "", frame.rows_used())
        extra = _beyond(amount, numbers, entry, frame)
        shares = extra / numbers.per
        shares = Fraction(shares.__floor__()) if entry.whole else shares
        points = shares * numbers.points
        most = points if numbers.most is None else numbers.most
        counted, total = counted + shares, total + min(points, most)
        if amount or extra:
            limit = f"（最多计 {shown_points(most)}）" if most < points else ""
            words.append(_words(where, amount, numbers, extra) + limit)
    spelled = "；".join(words) or "无"
    times = f"，{_share(counted, numbers.per)} × {shown_points(numbers.points)}" if counted else ""
    return Counted(total, spelled + times, frame.rows_used())


@dataclass(frozen=True)
class _Numbers:
    """The numbers of an entry for one subject."""

    per: Fraction
    points: Fraction
    free: Fraction
    short_of: Fraction | None
    most: Fraction | None


def _numbers(entry: Entry, frame: Frame) -> _Numbers | Value:
    assert entry.points is not None
    values: list[Value | None] = [
        Fraction(1) if entry.per is None else frame.value(entry.per),
        frame.value(entry.points),
        Fraction(0) if entry.free is None else frame.value(entry.free),
        None if entry.short_of is None else frame.value(entry.short_of),
        None if entry.most is None else frame.value(entry.most),
    ]
    for value in values:
        if value is not None and not is_number(value):
            return value
    per, points, free, short_of, most = cast("list[Fraction]", values)
    if per <= 0:
        return Missing("几个算一份须大于 0")
    return _Numbers(per, points, free, short_of, most)


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


def _beyond(amount: Fraction, numbers: _Numbers, entry: Entry, frame: Frame) -> Fraction:
    """What counts: the shortfall, or what is beyond the allowance (D4)."""
    if numbers.short_of is not None:
        return max(Fraction(0), numbers.short_of - amount)
    if amount <= numbers.free:
        return Fraction(0)
    everything = entry.over is not None and frame.setting(entry.over) == "all"
    return amount if everything else amount - numbers.free


def _words(where: str, amount: Fraction, numbers: _Numbers, extra: Fraction) -> str:
    head = f"{where} " if where else ""
    if numbers.short_of is not None:
        wanted, lacking = shown_points(numbers.short_of), shown_points(extra)
        return f"{head}{shown_points(amount)}，应有 {wanted}，少 {lacking}"
    if not numbers.free:
        return f"{head}{shown_points(amount)}"
    return (
        f"{head}{shown_points(amount)}，免 {shown_points(numbers.free)}，计 {shown_points(extra)}"
    )


def _share(counted: Fraction, per: Fraction) -> str:
    return (
        shown_points(counted)
        if per == 1
        else f"{shown_points(counted)} 份（每 {shown_points(per)} 一份）"
    )


def lower_entry(entry: Entry, low: Lowering) -> Cell:
    """The points of an entry in columns, as `count_entry` counts them."""
    assert entry.points is not None
    zero, one = literal(Fraction(0)), literal(Fraction(1))
    per = one if entry.per is None else low.keep("per", low.value(entry.per))
    points = low.value(entry.points)
    free = zero if entry.free is None else low.value(entry.free)
    short_of = None if entry.short_of is None else low.value(entry.short_of)
    most = None if entry.most is None else low.value(entry.most)
    asked = [cell for cell in (per, points, free, short_of, most) if cell is not None]
    amounts: list[Cell] = []
    counted: list[Cell] = []
    for amount, applies in _lowered_amounts(entry, low):
        extra = _lowered_beyond(entry, amount, free, short_of, low)
        shares = arithmetic("/", extra, per)
        shares = apply("floor", [shares]) if entry.whole else shares
        gained = arithmetic("*", shares, points)
        gained = gained if most is None else apply("min", [gained, most])
        amounts.append(by_case([(negated(applies), zero)], amount))
        counted.append(by_case([(negated(applies), zero)], gained))
    value = reduce(lambda a, b: arithmetic("+", a, b), counted, zero)
    value = first_unknown(amounts, value)
    nothing = op("holds", less("<=", per, zero))
    value = first_unknown(asked, guarded(value, nothing))
    if entry.when is None:
        return value
    holds = low.value(entry.when)
    return first_unknown([holds], by_case([(holds.false, zero)], value))


def _lowered_amounts(entry: Entry, low: Lowering) -> list[tuple[Cell, Node]]:
    """The amount, or that of every period; with it, for which rows it is asked at all."""
    if entry.amount is None:
        return [(literal(Fraction(1)), TRUE)]
    if not entry.each:
        return [(low.keep("amount", low.value(entry.amount)), TRUE)]
    return [
        (low.keep("amount", low.value(entry.amount, period=period)), applies)
        for period, applies in low.periods(entry.each)
    ]


def _lowered_beyond(
    entry: Entry, amount: Cell, free: Cell, short_of: Cell | None, low: Lowering
) -> Cell:
    zero = literal(Fraction(0))
    if short_of is not None:
        return apply("max", [zero, arithmetic("-", short_of, amount)])
    everything = entry.over is not None and low.setting(entry.over) == "all"
    beyond = amount if everything else arithmetic("-", amount, free)
    if not everything and free.const == 0 and amount.number.low >= 0:
        return amount
    return by_case([(op("holds", less("<=", amount, free)), zero)], beyond)
