"""`count`: a number of things against a minimum (不少于).

    value = points × min(1, of ÷ at_least)

Below the minimum the points are pro rata (D5); `short: nothing` gives nothing until it is reached.

Error bound: 0, `of ÷ at_least` stays a fraction.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import (
    arithmetic,
    by_case,
    first_unknown,
    guarded,
    less,
    literal,
)
from kaocheng.engine.columnar.functions import apply
from kaocheng.engine.columnar.lowered import Lowered
from kaocheng.engine.columnar.nodes import op
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import Expression, Key, Record, Setting, SettingValue
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, number_type
from kaocheng.engine.trace import Advice, Outcome, shown
from kaocheng.engine.values import Missing, is_number, without_bounds

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Count:
    of: Expr
    at_least: Expr
    short: SettingValue | None = None


def _slots(item: Item) -> list[Slot]:
    return [Slot(_spec(item).of), Slot(_spec(item).at_least)]


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec, points = _spec(item), _points(item)
    of = frame.value(spec.of)
    rows = frame.rows_used()
    least = frame.value(spec.at_least)
    for value in (of, least):
        if not is_number(value):
            return Outcome(without_bounds(value), rows=rows)
    assert is_number(of)
    assert is_number(least)
    if least <= 0:
        return Outcome(Missing("最低数量须大于 0"), rows=rows)
    spelled = f"{frame.spell(spec.of)} ÷ {frame.spell(spec.at_least)}"
    if of >= least:
        text = f"{frame.spell(spec.of)}，达到 {frame.spell(spec.at_least)}，得满分"
        return Outcome(points, text=text, rows=rows)
    if spec.short is not None and frame.setting(spec.short) == "nothing":
        text = f"{frame.spell(spec.of)}，未达到 {frame.spell(spec.at_least)}，不得分"
        return Outcome(Fraction(0), text=text, rows=rows)
    share = max(Fraction(0), of / least)
    return Outcome(points * share, text=f"{shown(points, places=0)} × {spelled}", rows=rows)


def _advise(item: Item, frame: Frame) -> list[Advice]:
    spec, now = _spec(item), frame.item(item.id).value
    of, least = frame.value(spec.of), frame.value(spec.at_least)
    if not (is_number(now) and is_number(of) and is_number(least)) or of >= least:
        return []
    lacking = shown(least - of, places=0)
    return [Advice(f"“{item.title}”再增加 {lacking} 就达到要求", _points(item) - now)]


def _points(item: Item) -> Fraction:
    assert item.points is not None
    return item.points


def _lower(item: Item, low: Lowering) -> Lowered:
    spec, points = _spec(item), literal(_points(item))
    of, least = low.value(spec.of), low.keep("least", low.value(spec.at_least))
    share = arithmetic("*", points, arithmetic("/", of, least))
    if spec.short is not None and low.setting(spec.short) == "nothing":
        share = literal(Fraction(0))
    share = apply("max", [literal(Fraction(0)), share])
    reached = op("holds", less(">=", of, least))
    value = by_case([(reached, points)], share)
    nothing = op("holds", less("<=", least, literal(Fraction(0))))
    return Lowered(first_unknown([of, least], guarded(value, nothing)))


def _spec(item: Item) -> Count:
    assert isinstance(item.spec, Count)
    return item.spec


COUNT = Mechanism(
    key="count",
    title="按数量计分",
    shape=Record(
        Count,
        {
            "of": Key(Expression(), "数量", required=True),
            "at_least": Key(Expression(), "不少于多少", required=True),
            "short": Key(
                Setting({"pro_rata": "不足时按比例", "nothing": "不足时不得分"}),
                "不足时怎样计，默认按比例",
            ),
        },
        place=False,
    ),
    slots=_slots,
    type_of=number_type,
    outcome=_outcome,
    lower=_lower,
    advise=_advise,
    settings=lambda item: [one for one in (_spec(item).short,) if one is not None],
    needs_points=True,
)
