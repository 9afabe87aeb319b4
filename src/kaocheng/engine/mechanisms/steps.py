"""Steps of a table from numbers to points or grades, shared by `band` and `grade`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.shape import Clause, Clauses, Key, Number, Record, Setting, Text
from kaocheng.engine.problems import Place, Problems

BOUNDARY = Setting({"better": "边界值归上一档（以上含本数）", "worse": "边界值归下一档"})


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
        Step,
        {
            "from": Key(Number(), "下限（含）", required=True, attribute="start"),
            "to": Key(Number(), "通知里写明的上限", attribute="end"),
            "points": Key(Number(), "得分"),
            gives: Key(Text(60), "等次或名称", default="", attribute="gives"),
            "clause": Key(Clauses(), "条款原文", default=(), attribute="clauses"),
        },
    )


def find_step(value: Fraction, steps: Sequence[Step], *, boundary: str) -> Step | None:
    """The step that `value` falls into; a shared boundary goes to the better step (D1, D2)."""
    ordered = sorted(steps, key=lambda step: step.start, reverse=True)
    for at, step in enumerate(ordered):
        last = at == len(ordered) - 1
        on_shared = value == step.start and boundary == "worse" and not last
        if value >= step.start and not on_shared:
            return step
    return None


def check_steps(steps: Sequence[Step], problems: Problems) -> None:
    """Overlaps beyond a shared boundary, and gaps, where the notice prints both ends."""
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
