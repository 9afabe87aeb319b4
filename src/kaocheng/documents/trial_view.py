"""What each change does by itself, or with those that it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kaocheng.documents.move_words import signed
from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import items_below
from kaocheng.engine.versions.moves import ResultMoves
from kaocheng.engine.versions.trials import Trial
from kaocheng.methods.shares import exact_sum


@dataclass(frozen=True)
class TrialView:
    """What some changes do by themselves. `scores` is the sum of what scores change by."""

    numbers: tuple[int, ...]
    is_joint: bool
    is_tried: bool
    results: tuple[TrialResult, ...] = ()


@dataclass(frozen=True)
class TrialResult:
    title: str
    moved: int
    grades: int
    scores: str


def trial_views(tried: Sequence[Trial], results: Sequence[ResultMoves]) -> list[TrialView]:
    """What each trial does to each result; only results that it moves."""
    return [_trial_view(one, results) for one in tried]


def _trial_view(trial: Trial, results: Sequence[ResultMoves]) -> TrialView:
    numbers = tuple(at + 1 for at in trial.changes)
    if trial.rows is None:
        return TrialView(numbers, trial.is_joint, is_tried=False)
    found = []
    for result in results:
        rows = [row for (name, _), row in trial.rows.items() if name == result.old.id]
        moved = [row for row in rows if row.is_moved]
        if moved:
            changes = [change for row in moved if (change := row.score_change) is not None]
            item = next(
                (one for one in items_below(result.old.items) if one.id == result.old.headline),
                None,
            )
            total = exact_sum(changes)
            words = signed(total, unit_of(item)) if item is not None and total else ""
            grades = sum(row.grade_moved for row in moved)
            found.append(TrialResult(result.new.title, len(moved), grades, words))
    return TrialView(numbers, trial.is_joint, is_tried=True, results=tuple(found))
