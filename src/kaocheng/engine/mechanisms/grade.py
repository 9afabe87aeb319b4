"""`grade`: a score becomes a grade (等次), after the conditions that decide at once.

`fail` lists conditions in order; the first that holds gives its grade whatever the score. Then the
bands: a lower bound belongs to its band, so 80 between 60–80 and 80–100 is the better grade (D1,
D2). The exact value is graded, never the displayed one (D17).

Error bound: 0, the score itself is compared, whatever it is displayed as.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import Cell, first_unknown, less, literal, missing
from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.nodes import Node, any_of, both, negated, op
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import (
    CLAUSE,
    Clause,
    Expression,
    Key,
    ListOf,
    Record,
    SettingValue,
    Text,
)
from kaocheng.engine.language.types import BOOLEAN, Type
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, TypeOf
from kaocheng.engine.mechanisms.steps import (
    BOUNDARY,
    WrittenStep,
    check_steps,
    find_step,
    known_steps,
    literal_steps,
    lowered_steps,
    standing_in,
    step_shape,
    step_slots,
)
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.trace import Line, Outcome, shown
from kaocheng.engine.values import Missing, is_number

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Fail:
    """When `when` holds, the grade is `grade`."""

    title: str
    when: Expr
    grade: str
    place: Place
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Grade:
    of: Expr
    bands: tuple[WrittenStep, ...]
    place: Place
    otherwise: str = ""
    fail: tuple[Fail, ...] = ()
    boundary: SettingValue | None = None


def grades_of(spec: Grade) -> tuple[str, ...]:
    """Every grade, best first: by the bounds, or as listed where a bound is a parameter."""
    known = literal_steps(spec.bands)
    names = [step.gives for step in spec.bands]
    if len(known) == len(spec.bands):
        ordered = sorted(known, key=lambda step: step.start, reverse=True)
        names = [step.gives for step in ordered]
    names.extend([spec.otherwise] if spec.otherwise else [])
    names.extend(fail.grade for fail in spec.fail)
    return tuple(dict.fromkeys(names))


def _slots(item: Item) -> Iterable[Slot]:
    spec = _spec(item)
    yield Slot(spec.of)
    yield from step_slots(spec.bands)
    for fail in spec.fail:
        yield Slot(fail.when, BOOLEAN)


def _type_of(item: Item, _type_of: TypeOf) -> Type:
    return Type("scale", grades_of(_spec(item)))


def _check(item: Item, problems: Problems) -> None:
    spec = _spec(item)
    check_steps(spec.bands, problems)
    for step in spec.bands:
        if not step.gives:
            why = "每一档都要写 grade（等次）"
            problems.add("S30", step.place, title=item.title, why=why, page="grade")


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    for fail in spec.fail:
        holds = frame.value(fail.when)
        rows = frame.rows_used()
        if holds is True:
            text = f"{fail.title}：{frame.spell(fail.when)}"
            line = Line(fail.title, fail.grade, text, fail.clauses, rows)
            return Outcome(fail.grade, (line,), text, rows=rows)
        if isinstance(holds, Missing):
            return Outcome(Missing(f"还不能判断“{fail.title}”：{holds.why}"), rows=rows)
    score = frame.value(spec.of)
    rows = frame.rows_used()
    if isinstance(score, Missing):
        return Outcome(Missing(score.why), text=_range(spec, frame, score), rows=rows)
    if not is_number(score):
        return Outcome(score, rows=rows)
    steps = known_steps(spec.bands, frame)
    if isinstance(steps, Missing):
        return Outcome(steps, rows=rows)
    boundary = "better" if spec.boundary is None else frame.setting(spec.boundary)
    step = find_step(score, steps, boundary=boundary)
    flags = ("处于临界值",) if any(one.start == score for one in steps) else ()
    if step is None and not spec.otherwise:
        return Outcome(Missing(f"{shown(score)} 分不在任何等次内"), rows=rows)
    gives = spec.otherwise if step is None else step.gives
    words = "低于最低一档" if step is None else f"达到 {shown(step.start, places=0)} 分"
    clauses = () if step is None else step.clauses
    text = f"{shown(score)} 分，{words}"
    return Outcome(gives, (Line(gives, gives, text, clauses),), text, flags, rows=rows)


def _range(spec: Grade, frame: Frame, score: Missing) -> str:
    """The grades between the score with all missing marks at zero and at full (D18)."""
    if score.low is None or score.high is None:
        return ""
    boundary = "better" if spec.boundary is None else frame.setting(spec.boundary)
    steps = known_steps(spec.bands, frame)
    if isinstance(steps, Missing):
        return ""
    ends = [find_step(end, steps, boundary=boundary) for end in (score.low, score.high)]
    names = [spec.otherwise or "未定" if step is None else step.gives for step in ends]
    return f"暂计 {shown(score.low)}–{shown(score.high)} 分，等次在 {names[0]} 与 {names[1]} 之间"


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    type_ = low.type_of(item)
    decided: list[tuple[Node, Cell]] = []
    for fail in spec.fail:
        holds = low.value(fail.when)
        decided.append((low.let("unclear", holds.missing), missing(type_)))
        decided.append((low.let("fails", holds.true), literal(fail.grade, type_)))
    score = low.keep("score", low.value(spec.of))
    steps, bounds = lowered_steps(spec.bands, low)
    boundary = "better" if spec.boundary is None else low.setting(spec.boundary)
    inside = standing_in(score, steps, boundary=boundary)
    gives = [literal(step.gives, type_) for step in spec.bands]
    rest = literal(spec.otherwise, type_) if spec.otherwise else missing(type_)
    found = low.by_case([(when, gives[at]) for at, when in inside], rest)
    found = first_unknown([score], first_unknown(bounds, found))
    open_ = both(
        negated(any_of(*(when for when, _ in decided))), score.known, *(one.known for one in bounds)
    )
    edge = any_of(*(op("holds", less("=", score, step.start)) for step in steps))
    return Lowered(low.by_case(decided, found), (Flag(both(open_, edge), "处于临界值"),))


def _spec(item: Item) -> Grade:
    assert isinstance(item.spec, Grade)
    return item.spec


GRADE = Mechanism(
    key="grade",
    title="等次",
    shape=Record(
        Grade,
        {
            "of": Key(Expression(), "按哪个得分", required=True),
            "bands": Key(ListOf(step_shape("grade")), "各等次的分数线", required=True),
            "otherwise": Key(Text(60), "低于最低一档的等次", default=""),
            "fail": Key(
                ListOf(
                    Record(
                        Fail,
                        {
                            "title": Key(Text(100), "情形", required=True),
                            "when": Key(Expression(), "什么情况下", required=True),
                            "grade": Key(Text(60), "直接定为", required=True),
                            "clause": CLAUSE,
                        },
                    )
                ),
                "不看得分、直接定等次的情形，按先后",
                default=(),
            ),
            "boundary": Key(BOUNDARY, "恰好等于两档共同的界限时"),
        },
    ),
    slots=_slots,
    type_of=_type_of,
    outcome=_outcome,
    lower=_lower,
    check=_check,
    settings=lambda item: [one for one in (_spec(item).boundary,) if one is not None],
)
