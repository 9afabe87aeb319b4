"""`band`: a value or a rate falls into one of several bands, each worth fixed points.

    rate = of ÷ over          (without `over`, the value of `of` itself)

The lower bound of a band belongs to it, so a value on a shared boundary takes the better band; the
other reading is `boundary: worse` (D2). Exact fractions are compared: 94.9 % is never 95 % (D7).
With nothing to divide by the rate is undefined: it earns `if_zero` (0) and a warning, or is missing
where the bands have names. Error bound: 0, a rate is compared with a bound by cross-multiplication.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import Cell, arithmetic, first_unknown, less, literal, missing
from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.nodes import FALSE, Node, any_of, both, negated, op
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import Expression, Key, ListOf, Number, Record, SettingValue
from kaocheng.engine.language.types import NUMBER, TEXT, Type
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, TypeOf
from kaocheng.engine.mechanisms.steps import (
    BOUNDARY,
    LoweredStep,
    Step,
    WrittenStep,
    check_steps,
    find_step,
    known_steps,
    lowered_steps,
    standing_in,
    step_shape,
    step_slots,
)
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.trace import Advice, Outcome, shown
from kaocheng.engine.values import Missing, Value, is_number, without_bounds

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Band:
    of: Expr
    steps: tuple[WrittenStep, ...]
    place: Place
    over: Expr | None = None
    otherwise: Fraction | None = None
    if_zero: Fraction = Fraction(0)
    boundary: SettingValue | None = None


def _slots(item: Item) -> list[Slot]:
    spec = _spec(item)
    given = [Slot(expr) for expr in (spec.of, spec.over) if expr is not None]
    return [*given, *step_slots(spec.steps)]


def _check(item: Item, problems: Problems) -> None:
    spec = _spec(item)
    check_steps(spec.steps, problems)
    for step in spec.steps:
        named = bool(spec.steps[0].gives)
        if (step.points is None) == (not step.gives) or bool(step.gives) != named:
            why = "每一档都写 points（得分），或都写 gives（名称）"
            problems.add("S30", step.place, title=item.title, why=why, page="band")
        if named and spec.otherwise is not None:
            why = "各档写的是名称，otherwise（得分）不能同写"
            problems.add("S30", step.place, title=item.title, why=why, page="band")
        if item.points is not None and step.points is not None and step.points > item.points:
            why = f"有一档得 {shown(step.points)} 分，超过满分 {shown(item.points)}"
            problems.add("S30", step.place, title=item.title, why=why, page="band")


def _type_of(item: Item, _type_of: TypeOf) -> Type:
    return TEXT if _is_named(_spec(item)) else NUMBER


def _is_named(spec: Band) -> bool:
    """Whether the steps give names, not points."""
    return any(step.gives for step in spec.steps)


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    of = frame.value(spec.of)
    over = None if spec.over is None else frame.value(spec.over)
    rows = frame.rows_used()
    if not is_number(of):
        return Outcome(without_bounds(of), rows=rows)
    if over is not None and not is_number(over):
        return Outcome(without_bounds(over), rows=rows)
    if over == 0:
        flag = "统计基数为 0，比率没有意义"
        value = Missing(flag) if _is_named(spec) else spec.if_zero
        return Outcome(value, text=flag, rows=rows, flags=(flag,))
    rate = of if over is None else of / over
    steps = known_steps(spec.steps, frame)
    if isinstance(steps, Missing):
        return Outcome(steps, rows=rows)
    step = find_step(rate, steps, boundary=_boundary(spec, frame))
    text = _text(spec, frame, rate)
    if step is None:
        if spec.otherwise is None:
            return Outcome(Missing(f"{text}，不在任何一档内"), rows=rows)
        return Outcome(spec.otherwise, text=f"{text}，低于最低一档", rows=rows)
    gained: Value = step.gives if step.points is None else step.points
    flags = () if step.end is None or rate <= step.end else ("高于最高一档的上限，请核对",)
    return Outcome(gained, text=f"{text}，属于 {_range(spec, step)} 一档", rows=rows, flags=flags)


def _text(spec: Band, frame: Frame, value: Fraction) -> str:
    if spec.over is None:
        return frame.spell(spec.of)
    return f"{frame.spell(spec.of)} ÷ {frame.spell(spec.over)} ＝ {shown(value * 100)}%"


def _range(spec: Band, step: Step) -> str:
    """The step in the notice's terms: percent for rates."""
    scale, sign = (100, "%") if spec.over is not None else (1, "")
    low = f"{shown(step.start * scale, places=0)}{sign}"
    return low + ("以上" if step.end is None else f"–{shown(step.end * scale, places=0)}{sign}")


def _boundary(spec: Band, frame: Frame) -> str:
    return "better" if spec.boundary is None else frame.setting(spec.boundary)


def _advise(item: Item, frame: Frame) -> list[Advice]:
    spec = _spec(item)
    now = frame.item(item.id).value
    of = frame.value(spec.of)
    over = Fraction(1) if spec.over is None else frame.value(spec.over)
    if not (is_number(now) and is_number(of) and is_number(over)) or over == 0:
        return []
    steps = known_steps(spec.steps, frame)
    known = [] if isinstance(steps, Missing) else steps
    better = [step for step in known if step.points is not None and step.points > now]
    if not better:
        return []
    step = min(better, key=lambda one: one.start)
    assert step.points is not None
    missing = step.start * over - of
    lacking = Fraction(missing.__ceil__()) if spec.over is not None else missing
    text = f"“{item.title}”再增加 {shown(lacking, places=0)} 就进入 {_range(spec, step)} 一档"
    return [Advice(text, step.points - now)]


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    of = low.value(spec.of)
    over = None if spec.over is None else low.keep("over", low.value(spec.over))
    asked = [of] if over is None else [of, over]
    value = of if over is None else low.keep("rate", arithmetic("/", of, over))
    steps, bounds = lowered_steps(spec.steps, low)
    inside = standing_in(value, steps, boundary=_low_boundary(spec, low))
    type_ = low.type_of(item)
    gives = [
        literal(step.gives if step.points is None else step.points, type_) for step in spec.steps
    ]
    rest = missing(type_) if spec.otherwise is None else literal(spec.otherwise)
    found = low.by_case([(when, gives[at]) for at, when in inside], rest)
    flags = [Flag(one, "高于最高一档的上限，请核对") for one in _above(value, steps, inside)]
    found = first_unknown(bounds, found)
    if over is not None:
        empty = op("holds", less("=", over, literal(Fraction(0))))
        nothing = missing(type_) if _is_named(spec) else literal(spec.if_zero)
        found = low.by_case([(empty, nothing)], found)
        flags = [replace(flag, when=both(flag.when, negated(empty))) for flag in flags]
        flags.insert(0, Flag(both(of.known, empty), "统计基数为 0，比率没有意义"))
    return Lowered(first_unknown(asked, found), flags)


def _above(
    value: Cell, steps: Sequence[LoweredStep], inside: Sequence[tuple[int, Node]]
) -> Iterator[Node]:
    """Where a value lies above the end that the notice prints for its step."""
    better: Node = FALSE
    for at, when in inside:
        end = steps[at].end
        if end is not None:
            yield both(when, negated(better), op("holds", less(">", value, end)))
        better = any_of(better, when)


def _low_boundary(spec: Band, low: Lowering) -> str:
    return "better" if spec.boundary is None else low.setting(spec.boundary)


def _spec(item: Item) -> Band:
    assert isinstance(item.spec, Band)
    return item.spec


BAND = Mechanism(
    key="band",
    title="分档计分",
    shape=Record(
        Band,
        {
            "of": Key(Expression(), "数值；有 over 时是比率的分子", required=True),
            "over": Key(Expression(), "比率的分母（统计基数）"),
            "steps": Key(ListOf(step_shape("gives")), "各档", required=True),
            "otherwise": Key(Number(), "低于最低一档时的得分"),
            "if_zero": Key(Number(), "统计基数为 0 时的得分，默认 0", default=Fraction(0)),
            "boundary": Key(BOUNDARY, "恰好等于两档共同的界限时"),
        },
    ),
    slots=_slots,
    type_of=_type_of,
    outcome=_outcome,
    lower=_lower,
    check=_check,
    advise=_advise,
    settings=lambda item: [one for one in (_spec(item).boundary,) if one is not None],
)
