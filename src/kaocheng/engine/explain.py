"""Explanations: one subject's results as a tree, from the total down to clause and register row.

What is explained is what was executed: the tree is made from the outcomes of the run. Children sum
exactly to their parent; where the rounded figures on show do not, the tree says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.language.scheme import Item, Result, children_of
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.mechanisms.grade import Grade
from kaocheng.engine.reference.run import RowFrame, Run
from kaocheng.engine.trace import Advice, Line, Outcome, RowRef, shown
from kaocheng.engine.values import Missing, Value, high_of, is_number
from kaocheng.methods.shares import rounded_half_up


@dataclass(frozen=True)
class Branch:
    """One node: an item, or a line of its arithmetic (`item` is empty then)."""

    item: str
    title: str
    value: Value
    points: Fraction | None
    unit: str
    text: str
    clauses: tuple[Clause, ...]
    rows: tuple[RowRef, ...]
    flags: tuple[str, ...]
    note: str
    mechanism: str
    hidden: bool
    rounding_note: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Explanation:
    """A row of a result, explained."""

    result: Result
    subject: str
    name: str
    period: str
    exempt: str
    branches: tuple[Branch, ...]
    advice: tuple[str, ...]


def explain_subject(run: Run, subject: str) -> list[Explanation]:
    """Every row that results hold for `subject`, in the order of the scheme; empty when none."""
    found = []
    for result in run.pack.scheme.results:
        for key, member in run.members[result.id].items():
            if key[0] != subject:
                continue
            register = run.pack.registers[result.of]
            name = member.row.fact.values[register.name] if register.name else subject
            period = member.row.period.title if member.row.period else ""
            exempt = member.exempt.title if member.exempt else ""
            branches = tuple(_branch(run, result, item, key) for item in result.items)
            advice = tuple(_advice(run, result, RowFrame(run, result, member.row)))
            found.append(
                Explanation(result, subject, shown(name), period, exempt, branches, advice)
            )
    return found


def _branch(run: Run, result: Result, item: Item, key: tuple[str, str]) -> Branch:
    outcome = run.outcomes[result.id, item.id][key]
    parts = children_of(item)
    branches = [_branch(run, result, part, key) for part in parts]
    branches.extend(_line_branch(line) for line in _worth_showing(outcome) if not line.item)
    return Branch(
        item=item.id,
        title=item.title,
        value=outcome.value,
        points=item.points,
        unit=item.unit or ("分" if is_number(outcome.value) else ""),
        text=outcome.text,
        clauses=item.clauses,
        rows=outcome.rows,
        flags=outcome.flags,
        note=item.note,
        mechanism=item.mechanism,
        hidden=item.hidden,
        rounding_note=_rounding_note(outcome),
        branches=tuple(branches),
    )


def _worth_showing(outcome: Outcome) -> Iterator[Line]:
    """The lines of an outcome, unless the only one repeats the value."""
    if len(outcome.lines) == 1 and not outcome.lines[0].clauses and not outcome.adds_up:
        return
    yield from outcome.lines


def _line_branch(line: Line) -> Branch:
    return Branch(
        item="",
        title=line.label,
        value=line.value,
        points=None,
        unit="",
        text=line.text,
        clauses=line.clauses,
        rows=line.rows,
        flags=(),
        note="",
        mechanism="line",
        hidden=False,
        rounding_note="",
        branches=(),
    )


def _rounding_note(outcome: Outcome) -> str:
    """Says so where the displayed figures do not add up although the exact ones do."""
    numbers = [line.value for line in outcome.lines if is_number(line.value)]
    if not outcome.adds_up or len(numbers) < 2 or not is_number(outcome.value):
        return ""
    displayed = sum((rounded_half_up(number, places=2) for number in numbers), Fraction(0))
    if displayed == rounded_half_up(outcome.value, places=2):
        return ""
    return (
        f"各项显示的数四舍五入后相加为 {shown(displayed)}，"
        f"按精确数相加为 {shown(outcome.value)}，以后者为准"
    )


def _advice(run: Run, result: Result, frame: RowFrame) -> Iterator[str]:
    """What would reach the next grade, while it can still be reached."""
    steps = [step for item in result.items for step in _next_steps(run, frame, item)]
    for item in result.items:
        if isinstance(item.spec, Grade):
            yield from _next_grade(item.spec, frame, steps)
            return
    for step in steps:
        yield f"{step.text}（最多 +{shown(step.gain)}）"


def _next_steps(run: Run, frame: RowFrame, item: Item) -> Iterator[Advice]:
    mechanism = MECHANISMS[item.mechanism]
    applies = not isinstance(frame.item(item.id).value, Missing) or item.mechanism == "mark"
    if mechanism.advise is not None and applies:
        yield from mechanism.advise(item, frame)
    for part in children_of(item):
        yield from _next_steps(run, frame, part)


def _next_grade(spec: Grade, frame: RowFrame, steps: list[Advice]) -> Iterator[str]:
    score = frame.value(spec.of)
    now = score if is_number(score) else getattr(score, "low", None)
    if now is None or any(frame.value(fail.when) is True for fail in spec.fail):
        return
    better = sorted((band for band in spec.bands if band.start > now), key=lambda band: band.start)
    if not better:
        return
    target = better[0]
    most = high_of(score)
    reach = max(now + sum((step.gain for step in steps), Fraction(0)), most or now)
    if reach < target.start:
        return
    yield f"距“{target.gives}”还差 {shown(target.start - now)} 分"
    for step in steps:
        yield f"{step.text}（最多 +{shown(step.gain)}）"
