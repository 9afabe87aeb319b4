"""Steps of a table from numbers to points or grades, shared by `band` and `grade`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import Cell, less
from kaocheng.engine.columnar.nodes import FALSE, TRUE, Const, Node, any_of, both, negated, op
from kaocheng.engine.exact import exact_text
from kaocheng.engine.expressions.tree import Expr, literal_number
from kaocheng.engine.language.shape import (
    CLAUSE,
    Clause,
    Expression,
    Key,
    Number,
    Record,
    Setting,
    Text,
)
from kaocheng.engine.mechanisms.mechanism import Frame, Slot
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.values import Missing, is_number

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering

BOUNDARY = Setting({"better": "边界值归上一档（以上含本数）", "worse": "边界值归下一档"})


@dataclass(frozen=True)
class WrittenStep:
    """A step as the scheme says it: its bounds are numbers, or parameters that hold them."""

    start: Expr
    place: Place
    end: Expr | None = None
    points: Fraction | None = None
    gives: str = ""
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Step:
    """From `start` (included) up to the next step; `end` repeats what the notice prints."""

    start: Fraction
    place: Place
    end: Fraction | None = None
    points: Fraction | None = None
    gives: str = ""
    clauses: tuple[Clause, ...] = ()

    @property
    def words(self) -> str:
        low = exact_text(self.start)
        return f"{low} 至 {exact_text(self.end)}" if self.end is not None else f"{low} 以上"


def step_shape(gives: str) -> Record:
    """`gives` is the key that holds the outcome as text (`grade` or `gives`)."""
    return Record(
        WrittenStep,
        {
            "from": Key(Expression(), "下限（含）；可以是参数", required=True, attribute="start"),
            "to": Key(Expression(), "通知里写明的上限", attribute="end"),
            "points": Key(Number(), "得分"),
            gives: Key(Text(60), "等次或名称", default="", attribute="gives"),
            "clause": CLAUSE,
        },
    )


def step_slots(steps: Iterable[WrittenStep]) -> Iterable[Slot]:
    for step in steps:
        yield Slot(step.start)
        if step.end is not None:
            yield Slot(step.end)


def literal_steps(steps: Iterable[WrittenStep]) -> list[Step]:
    """The steps whose bounds are written as numbers, known before anything is computed."""
    found = []
    for step in steps:
        start = literal_number(step.start)
        end = None if step.end is None else literal_number(step.end)
        if start is not None and (step.end is None) == (end is None):
            found.append(_step(step, start, end))
    return found


def known_steps(steps: Iterable[WrittenStep], frame: Frame) -> list[Step] | Missing:
    """Every step with its bounds computed; missing when one of them is."""
    found = []
    for step in steps:
        start = frame.value(step.start)
        end = None if step.end is None else frame.value(step.end)
        for bound in (start, end):
            if bound is not None and not is_number(bound):
                return bound if isinstance(bound, Missing) else Missing("分数线不适用")
        assert is_number(start)
        found.append(_step(step, start, end if is_number(end) else None))
    return found


def _step(step: WrittenStep, start: Fraction, end: Fraction | None) -> Step:
    return Step(start, step.place, end, step.points, step.gives, step.clauses)


def find_step(value: Fraction, steps: Sequence[Step], *, boundary: str) -> Step | None:
    """The step that `value` falls into; a shared boundary goes to the better step (D1, D2)."""
    ordered = sorted(steps, key=lambda step: step.start, reverse=True)
    for at, step in enumerate(ordered):
        last = at == len(ordered) - 1
        on_shared = value == step.start and boundary == "worse" and not last
        if value >= step.start and not on_shared:
            return step
    return None


def check_steps(written: Sequence[WrittenStep], problems: Problems) -> None:
    """Overlaps beyond a shared boundary, and gaps, where the notice prints both ends."""
    steps = literal_steps(written)
    ordered = sorted(steps, key=lambda step: step.start)
    for low, high in pairwise(ordered):
        if low.start == high.start or (low.end is not None and low.end > high.start):
            problems.add("S25", high.place, first=low.words, second=high.words)
        elif low.end is not None and low.end < high.start:
            low_end, high_start = exact_text(low.end), exact_text(high.start)
            problems.add("S26", high.place, low=low_end, high=high_start)
    for step in steps:
        if step.end is not None and step.end < step.start:
            problems.add("S25", step.place, first=exact_text(step.start), second=step.words)


@dataclass(frozen=True)
class LoweredStep:
    """A step with its bounds as cells."""

    start: Cell
    end: Cell | None


def lowered_steps(
    steps: Sequence[WrittenStep], low: Lowering
) -> tuple[list[LoweredStep], list[Cell]]:
    """The steps with their bounds, and the bounds one by one as they must be known."""
    found: list[LoweredStep] = []
    bounds: list[Cell] = []
    for step in steps:
        start = low.value(step.start)
        end = None if step.end is None else low.value(step.end)
        found.append(LoweredStep(start, end))
        # A bound that does not apply leaves the step as open as a missing one.
        bounds.extend(
            replace(one, na=FALSE, open=True) if one.na != FALSE else one
            for one in (start, end)
            if one is not None
        )
    return found, bounds


def standing_in(
    value: Cell, steps: Sequence[LoweredStep], *, boundary: str
) -> list[tuple[int, Node]]:
    """The steps by position with the condition (never null) of falling into each.

    The first condition that is true decides. Steps whose starts are known beforehand come best
    first; otherwise every condition also says that no better step holds.
    """
    places = range(len(steps))
    order = sorted(places, key=lambda at: sum(_before(steps, one, at) == TRUE for one in places))
    sure = all(isinstance(_before(steps, a, b), Const) for a in places for b in places if a != b)
    holds = [_reached(value, steps, at, boundary) for at in places]
    if sure:
        return [(at, holds[at]) for at in order]
    found = []
    for at in places:
        better = [
            both(op("holds", _before(steps, one, at)), holds[one]) for one in places if one != at
        ]
        found.append((at, both(holds[at], *(negated(one) for one in better))))
    return found


def _reached(value: Cell, steps: Sequence[LoweredStep], at: int, boundary: str) -> Node:
    """Whether the value has reached a step; on a shared boundary the worse one may have it."""
    start = steps[at].start
    if boundary == "better":
        return op("holds", less(">=", value, start))
    last = both(*(op("holds", _before(steps, one, at)) for one in range(len(steps)) if one != at))
    above = op("holds", less(">", value, start))
    return any_of(above, both(last, op("holds", less("=", value, start))))


def _before(steps: Sequence[LoweredStep], one: int, other: int) -> Node:
    """Whether step `one` stands before step `other` from best to worst."""
    if one == other:
        return FALSE
    if one < other:
        return less(">=", steps[one].start, steps[other].start)
    return less(">", steps[one].start, steps[other].start)
