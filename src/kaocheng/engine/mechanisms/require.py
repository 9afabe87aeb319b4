"""`require`: things that must be there or be done (必达、前置、一票否决的条件、清单).

    value = all needs are met        (or at least `at_least` of them)

The value is 是 or 否; an item with `points` earns them when met, otherwise nothing. A need that is
not met while its pool is empty (nobody's work to review yet) is decided by `if_empty`: `owed`
counts as met and is flagged as a debt, `met` and `unmet` decide at once.

Error bound: 0, needs are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import (
    Cell,
    by_case,
    first_unknown,
    less,
    literal,
    missing,
    number,
)
from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.nodes import (
    FALSE,
    ONE,
    ZERO,
    Node,
    any_of,
    both,
    case,
    negated,
    op,
    total,
)
from kaocheng.engine.columnar.numbers import whole
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import (
    CLAUSE,
    Clause,
    Expression,
    Identifier,
    Key,
    ListOf,
    OneOf,
    Record,
    Text,
)
from kaocheng.engine.language.types import BOOLEAN, NUMBER, Type
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, TypeOf
from kaocheng.engine.problems import Place
from kaocheng.engine.trace import Line, Outcome, shown
from kaocheng.engine.values import Missing, NotApplicable, Value, is_number, without_bounds

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class IfEmpty:
    """When `of` counts nothing, the need is `then`."""

    of: Expr
    then: str


@dataclass(frozen=True)
class Need:
    id: str
    title: str
    need: Expr
    place: Place
    if_empty: IfEmpty | None = None
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Require:
    needs: tuple[Need, ...]
    at_least: Expr | None = None


def _slots(item: Item) -> Iterable[Slot]:
    spec = _spec(item)
    for need in spec.needs:
        yield Slot(need.need, BOOLEAN)
        if need.if_empty is not None:
            yield Slot(need.if_empty.of)
    if spec.at_least is not None:
        yield Slot(spec.at_least)


def _type_of(item: Item, _type_of: TypeOf) -> Type:
    return BOOLEAN if item.points is None else NUMBER


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    lines, flags = [], []
    for need in spec.needs:
        value, text, flag = _met(need, frame)
        lines.append(Line(need.title, value, text, need.clauses, frame.rows_used()))
        flags.extend([flag] if flag else [])
    asked = [line.value for line in lines if not isinstance(line.value, NotApplicable)]
    least: Value = Fraction(len(asked)) if spec.at_least is None else frame.value(spec.at_least)
    if not is_number(least):
        return Outcome(without_bounds(least), tuple(lines), flags=tuple(flags))
    met = sum(value is True for value in asked)
    open_ = sum(isinstance(value, Missing) for value in asked)
    text = f"{met} 项达到，须达到 {shown(least, places=0)} 项"
    if met >= least:
        return _given(item, True, lines, text, flags)
    if met + open_ < least:
        return _given(item, False, lines, text, flags)
    why = "、".join(line.label for line in lines if isinstance(line.value, Missing))
    return Outcome(Missing(f"还不能判断：{why}"), tuple(lines), text, tuple(flags))


def _met(need: Need, frame: Frame) -> tuple[Value, str, str]:
    met = frame.value(need.need)
    if met is True:
        return met, frame.spell(need.need), ""
    if need.if_empty is not None and frame.value(need.if_empty.of) == 0:
        if need.if_empty.then == "owed":
            return True, "目前没有可做的对象，先通过，之后补上", f"欠：{need.title}"
        return need.if_empty.then == "met", "目前没有可做的对象", ""
    return met, frame.spell(need.need), ""


def _given(item: Item, met: bool, lines: list[Line], text: str, flags: list[str]) -> Outcome:
    value: Value = met
    if item.points is not None:
        value = item.points if met else Fraction(0)
    return Outcome(value, tuple(lines), text, tuple(flags))


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    type_ = low.type_of(item)
    flags, needs = [], []
    for need in spec.needs:
        met = low.keep("met", low.value(need.need))
        if need.if_empty is not None:
            empty = op("holds", less("=", low.value(need.if_empty.of), literal(Fraction(0))))
            empty = low.let("empty", both(negated(met.true), empty))
            met = by_case([(empty, literal(need.if_empty.then != "unmet"))], met)
            if need.if_empty.then == "owed":
                flags.append(Flag(empty, f"欠：{need.title}"))
        needs.append(met)
    count = len(needs)
    asked = _tally([negated(one.na) for one in needs])
    least = asked if spec.at_least is None else low.value(spec.at_least)
    met_by = _tally([one.true for one in needs])
    open_ = _tally([any_of(one.true, one.missing) for one in needs])
    yes, no = literal(value=True), literal(value=False)
    if item.points is not None:
        yes, no = literal(item.points), literal(Fraction(0))
    reached = op("holds", less(">=", met_by, least))
    lost = op("holds", less("<", open_, least)) if count else FALSE
    found = by_case([(reached, yes), (lost, no)], missing(type_))
    return Lowered(first_unknown([least], found), flags)


def _tally(conditions: Sequence[Node]) -> Cell:
    """How many of the conditions (never null) hold."""
    node = total([case([(one, ONE)], ZERO) for one in conditions])
    return number(whole(node, 0, len(conditions)))


def _spec(item: Item) -> Require:
    assert isinstance(item.spec, Require)
    return item.spec


NEED = Record(
    Need,
    {
        "id": Key(Identifier(), "名称", default=""),
        "title": Key(Text(100), "要求", required=True),
        "need": Key(Expression(), "达到的条件", required=True),
        "if_empty": Key(
            Record(
                IfEmpty,
                {
                    "of": Key(Expression(), "可做对象的数量", required=True),
                    "then": Key(
                        OneOf({"owed": "先通过，记为欠", "met": "视为达到", "unmet": "视为未达到"}),
                        "数量为 0 时",
                        required=True,
                    ),
                },
                place=False,
            ),
            "没有可做的对象时怎样办",
        ),
        "clause": CLAUSE,
    },
)

REQUIRE = Mechanism(
    key="require",
    title="必达、清单",
    shape=Record(
        Require,
        {
            "needs": Key(ListOf(NEED), "各项要求", required=True),
            "at_least": Key(Expression(), "至少达到几项，默认全部"),
        },
        place=False,
    ),
    slots=_slots,
    type_of=_type_of,
    outcome=_outcome,
    lower=_lower,
)
