"""Lint: what is legal but wants a second look, with place, reason and remedy.

Each lint is a function from a `Look` at one pack to findings, one idea in one file, registered in
the table below. A finding that the scheme accepts with a reason is kept apart. What wants more than
one pack (`duplicates.same_in_two_packs`) or results (`boundaries`) is called by who has them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from kaocheng.engine.compile import Compiled
from kaocheng.engine.lint import (
    annexes,
    bands,
    calendar,
    choices,
    clicks,
    counts,
    dates,
    doubts,
    duplicates,
    gates,
    groups,
    limits,
    numbering,
    parameters,
    percents,
    rates,
    sensitive,
    stacking,
    status,
    sums,
    together,
    vague,
)
from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.problems import Problem, Problems

CHECKS: tuple[Callable[[Look], Iterable[Finding]], ...] = (
    bands.shared_boundaries,
    parameters.to_confirm,
    sums.wrong_sums,
    annexes.missing_annexes,
    percents.glued_percentages,
    counts.stated_counts,
    numbering.skipped_numbers,
    dates.garbled_dates,
    calendar.on_the_calendar,
    limits.limits_not_said,
    rates.bases_not_named,
    vague.vague_words,
    groups.small_groups,
    choices.idle_or_impossible,
    stacking.stacking_open,
    together.interlocking_rules,
    duplicates.printed_twice,
    gates.gates_on_others,
    status.draft_status,
    sensitive.sensitive_criteria,
    clicks.points_for_clicks,
    doubts.doubts_of_the_author,
)


def findings(compiled: Compiled, *, given: Collection[str] = ()) -> list[Finding]:
    """Everything that wants a second look, accepted or not; `given` parameters are filled in."""
    look = Look(compiled, given)
    return [finding for check in CHECKS for finding in check(look)]


def lint_pack(compiled: Compiled, *, problems: Problems, given: Collection[str] = ()) -> None:
    """Note every finding, except those the scheme accepts with a reason."""
    found = findings(compiled, given=given)
    problems.extend(one.problem for one in found if not one.accepted)


def blocks_publishing(found: Problem) -> bool:
    """Whether it has to be settled before results may be published.

    Errors and warnings have to be; of the lints those that leave something to decide, unless the
    pack says how it has decided.
    """
    if found.severity != "lint":
        return True
    return found.message.blocks and not dict(found.values).get("settled")
