"""Explanations: one subject's results as a tree, from the total down to clause and register row.

What is explained is what was executed: the tree is made from the outcomes of the run. What its
branches count for sums exactly to an additive value; where the rounded figures on show do not, the
tree says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from kaocheng.engine.expressions.bound import BAggregate, BFollowItem, BItem
from kaocheng.engine.facts import FactRow
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.scheme import Exemption, Item, Result, children_of
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.mechanisms.grade import Grade
from kaocheng.engine.mechanisms.steps import known_steps
from kaocheng.engine.mechanisms.value import Value as ValueSpec
from kaocheng.engine.reference.run import Member, RowFrame, RowKey, Run
from kaocheng.engine.trace import (
    PERCENT,
    Advice,
    Line,
    Outcome,
    RowRef,
    figure,
    shown,
    unit_words,
)
from kaocheng.engine.values import Missing, Value, high_of, is_number
from kaocheng.methods.shares import rounded_half_up

_ARITHMETIC = re.compile(r"[\d.\s%（）]+([+−×÷][\d.\s%（）]+)+")


@dataclass(frozen=True)
class Read:
    """Another column that a value was made from. `item` is empty for a whole result table."""

    result: str
    item: str
    title: str
    value: Value | None = None


@dataclass(frozen=True)
class Branch:
    """One node: an item, or a line of its arithmetic (`item` is empty then).

    `counted` is what the node adds to the value above it, where that value is a sum (`adds_up`):
    with weights it differs from `value`, and `counted_text` says how.
    """

    item: str
    title: str
    value: Value
    text: str = ""
    points: Fraction | None = None
    unit: str = ""
    counted: Value | None = None
    counted_text: str = ""
    clauses: tuple[Clause, ...] = ()
    rows: tuple[RowRef, ...] = ()
    reads: tuple[Read, ...] = ()
    flags: tuple[str, ...] = ()
    note: str = ""
    mechanism: str = "line"
    hidden: bool = False
    bonus: bool = False
    adds_up: bool = False
    rounding_note: str = ""
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """A row of a result, explained. `fact` is the subject's own row of its register."""

    result: Result
    fact: FactRow
    name: str
    period: Period | None
    exempt: Exemption | None
    clauses: tuple[Clause, ...]
    branches: tuple[Branch, ...]
    advice: tuple[str, ...]

    @property
    def subject(self) -> str:
        return self.fact.ref.key

    def branch(self, item: str) -> Branch | None:
        """The top-level or deeper branch of an item; None when the result has no such item."""
        return next((one for one in walk_branches(self.branches) if one.item == item), None)


def walk_branches(branches: Iterable[Branch]) -> Iterator[Branch]:
    """Every branch, each before those below it."""
    for branch in branches:
        yield branch
        yield from walk_branches(branch.branches)


def explain_subject(run: Run, subject: str) -> list[Explanation]:
    """Every row that results hold for `subject`, in the order of the scheme; empty when none."""
    return [
        explain_row(run, result, key)
        for result in run.pack.scheme.results
        for key in run.members[result.id]
        if key[0] == subject
    ]


def explain_row(run: Run, result: Result, key: RowKey) -> Explanation:
    """One row of a result; KeyError when there is no such row."""
    member = run.members[result.id][key]
    register = run.pack.registers[result.of]
    fact = member.row.fact
    return Explanation(
        result=result,
        fact=fact,
        name=shown(fact.values[register.name]) if register.name else key[0],
        period=member.row.period,
        exempt=member.exempt,
        clauses=(*result.clauses, *(member.exempt.clauses if member.exempt else ())),
        branches=tuple(_branch(run, member, result, item) for item in result.items),
        advice=tuple(_advice(run, result, RowFrame(run, result, member.row))),
    )


def _branch(
    run: Run, member: Member, result: Result, item: Item, *, share: Line | None = None
) -> Branch:
    """`share` is the line that the value above has for this item, when it is a sum."""
    whole = run.outcomes[result.id, item.id][member.row.key]
    taken = tuple(clause for line in whole.lines for clause in line.clauses)
    outcome = _merged(whole)
    shares = {line.item: line for line in outcome.lines if line.item and outcome.adds_up}
    lines = [line for line in outcome.lines if not line.item]
    parts = [
        _branch(run, member, result, part, share=shares.get(part.id)) for part in children_of(item)
    ]
    unit = unit_of(item)
    return Branch(
        item=item.id,
        title=item.title,
        value=outcome.value,
        text=_spelled(outcome, unit),
        points=item.points,
        unit=unit,
        counted=None if share is None else share.value,
        counted_text="" if share is None else share.text,
        clauses=_clauses(item, outcome, taken=taken),
        rows=outcome.rows,
        reads=tuple(_reads(run, result, item, member.row.key)),
        flags=outcome.flags,
        note=item.note,
        mechanism=item.mechanism,
        hidden=item.hidden,
        bonus=item.bonus,
        adds_up=outcome.adds_up,
        rounding_note=_rounding_note(outcome, unit),
        branches=(*parts, *(_line_branch(line, outcome, unit) for line in lines)),
    )


def _merged(outcome: Outcome) -> Outcome:
    """An outcome whose only line says the same as the outcome itself, without that line.

    What the line rests on goes to the outcome; its clauses are among those that the item quotes.
    """
    if len(outcome.lines) != 1 or outcome.lines[0].item or outcome.lines[0].value != outcome.value:
        return outcome
    (line,) = outcome.lines
    rows = tuple(dict.fromkeys((*outcome.rows, *line.rows)))
    return replace(outcome, text=outcome.text or line.text, rows=rows, lines=())


def _spelled(outcome: Outcome, unit: str) -> str:
    """How the value came about, up to the value itself: `38 ÷ 40 × 60 ＝ 57.00`."""
    text = outcome.text
    if not text and outcome.adds_up and len(outcome.lines) > 1:
        numbers = [line.value for line in outcome.lines if is_number(line.value)]
        text = _sum_text(numbers, unit=PERCENT if unit == PERCENT else "分")
    value = figure(outcome.value, unit=unit)
    if not text or not is_number(outcome.value):
        return text
    if _ARITHMETIC.fullmatch(text):
        return f"{text} ＝ {value}"
    is_plain = text.replace("−", "-").lstrip("-").replace(".", "").isdigit()
    return text if is_plain or value in text else f"{text}，得 {value} {unit_words(unit)}".rstrip()


def unit_of(item: Item) -> str:
    """The unit the scheme names; what has a full mark is in points."""
    return item.unit or ("分" if item.points is not None else "")


def _sum_text(numbers: Iterable[Fraction], *, unit: str) -> str:
    """`10.00 − 0.20 + 3.00`; what adds nothing is left out."""
    text = ""
    for number in numbers:
        if text and number == 0:
            continue
        sign = " − " if number < 0 else " + "
        added = figure(abs(number), unit=unit)
        text = f"{text}{sign}{added}" if text else figure(number, unit=unit)
    return text


def _clauses(item: Item, outcome: Outcome, *, taken: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """What the item quotes anywhere, except what stands beside one of its lines.

    Of several cases of a `value` only the one that applied is quoted, which `taken` is.
    """
    beside = {clause for line in outcome.lines for clause in line.clauses}
    raised = [flag.clauses for flag in item.flags if flag.say in outcome.flags]
    applied = taken if isinstance(item.spec, ValueSpec) else item.quoted
    quoted = [*item.clauses, *applied, *(one for few in raised for one in few)]
    return tuple(clause for clause in dict.fromkeys(quoted) if clause not in beside)


def _reads(run: Run, result: Result, item: Item, key: RowKey) -> Iterator[Read]:
    """The columns of this and other results that the item's expressions look at."""
    inside = {part.id for part in children_of(item)}
    found = {
        (read.result, read.item): read
        for node in run.compiled.looks_at[result.id, item.id]
        for read in [_read(run, node)]
        if (read.result, read.item) != (result.id, item.id) and read.item not in inside
    }
    for read in found.values():
        if read.result == result.id and read.item:
            value = run.value(result.id, read.item, key)
            yield Read(read.result, read.item, read.title, value)
        else:
            yield read


def _read(run: Run, node: BAggregate | BFollowItem | BItem) -> Read:
    match node:
        case BAggregate():
            return Read(node.source, "", run.pack.results[node.source].title)
        case BFollowItem():
            title = run.pack.items[node.result, node.item].title
            return Read(node.result, node.item, f"{run.pack.results[node.result].title}·{title}")
        case BItem():
            return Read(node.result, node.item, run.pack.items[node.result, node.item].title)


def _line_branch(line: Line, outcome: Outcome, unit: str) -> Branch:
    return Branch(
        item="",
        title=line.label,
        value=line.value,
        text=line.text,
        unit=unit if unit == PERCENT else "",
        counted=line.value if outcome.adds_up else None,
        clauses=line.clauses,
        rows=line.rows,
    )


def _rounding_note(outcome: Outcome, unit: str) -> str:
    """Says so where the displayed figures do not add up although the exact ones do."""
    numbers = [line.value for line in outcome.lines if is_number(line.value)]
    if not outcome.adds_up or len(numbers) < 2 or not is_number(outcome.value):
        return ""
    places = 4 if unit == PERCENT else 2
    displayed = sum((rounded_half_up(number, places=places) for number in numbers), Fraction(0))
    if displayed == rounded_half_up(outcome.value, places=places):
        return ""
    unit = PERCENT if unit == PERCENT else "分"
    return (
        f"各项显示的数四舍五入后相加为 {figure(displayed, unit=unit)}，"
        f"按精确数相加为 {figure(outcome.value, unit=unit)}，以后者为准"
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
    steps_known = known_steps(spec.bands, frame)
    bands = [] if isinstance(steps_known, Missing) else steps_known
    better = sorted((band for band in bands if band.start > now), key=lambda band: band.start)
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
