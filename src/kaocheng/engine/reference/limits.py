"""Floor, cap, and the bounds of what is missing: the same for every mechanism."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from kaocheng.engine.language.scheme import Item, Limit
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.mechanisms.mechanism import Frame
from kaocheng.engine.trace import PERCENT, Line, Outcome, figure, shown
from kaocheng.engine.values import Missing, Value, is_number


def clamped(item: Item, outcome: Outcome, frame: Frame) -> Outcome:
    value = outcome.value
    if not is_number(value):
        return outcome
    floor: Value | None = MECHANISMS[item.mechanism].least
    if item.floor is not None:
        floor = _limit(item.floor, frame)
    cap = _limit(item.cap, frame)
    for bound, words in ((floor, "最低"), (cap, "最高")):
        if isinstance(bound, Missing):
            return replace(outcome, value=bound)
        if not is_number(bound):
            continue
        held = max(value, bound) if words == "最低" else min(value, bound)
        if held != value:
            limit = figure(bound, unit=PERCENT) if item.unit == PERCENT else shown(bound)
            line = Line(f"{words} {limit}", held - value)
            lines = (*outcome.lines, line) if outcome.adds_up else outcome.lines
            text = f"{outcome.text}，{words}为 {limit}" if outcome.text else line.label
            outcome, value = replace(outcome, value=held, lines=lines, text=text), held
    return outcome


def _limit(limit: Limit | None, frame: Frame) -> Value | None:
    """The value of a floor or cap that holds here; None where there is none."""
    if limit is None:
        return None
    holds: Value = True if limit.when is None else frame.value(limit.when)
    if holds is True:
        return frame.value(limit.at)
    return holds if isinstance(holds, Missing) else None


def bounded(item: Item, outcome: Outcome, frame: Frame) -> Outcome:
    """A missing mark lies between nothing and the full mark, unless more is known (D18)."""
    value = outcome.value
    if not isinstance(value, Missing) or item.points is None:
        return outcome
    low = Fraction(0) if value.low is None else value.low
    high = item.points if value.high is None else value.high
    floor: Value | None = MECHANISMS[item.mechanism].least
    if item.floor is not None:
        floor = _limit(item.floor, frame)
    cap = _limit(item.cap, frame)
    if is_number(floor):
        low, high = max(low, floor), max(high, floor)
    if is_number(cap):
        low, high = min(low, cap), min(high, cap)
    return replace(outcome, value=Missing(value.why, low, high))
