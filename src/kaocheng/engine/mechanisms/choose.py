"""`choose`: whether somebody's choices keep the rules of choosing (选微能力、选课).

The picks are the subject's rows of a register; `item` is the field that names what was picked. The
value is 是 when every rule holds: how many, no repeats, what must be among them, how many different
environments or dimensions they cover, and conditions that each pick must meet.

Error bound: 0, picks are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import Cell, arithmetic, by_case, less, literal, missing, number
from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.nodes import FALSE, ONE, ZERO, Node, any_of, both, case, negated, op
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
    Record,
    Text,
    YesNo,
)
from kaocheng.engine.language.types import BOOLEAN, NUMBER, Type
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Row, Slot, TypeOf
from kaocheng.engine.problems import Place
from kaocheng.engine.trace import Line, Outcome, shown
from kaocheng.engine.values import (
    Missing,
    NotApplicable,
    Value,
    is_known,
    is_number,
    without_bounds,
)

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Entries, Lowering


@dataclass(frozen=True)
class PickRule:
    """`must` holds for every pick for which `when` holds."""

    title: str
    must: Expr
    place: Place
    when: Expr | None = None
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Include:
    """`pick` must be among the picks."""

    pick: Expr
    place: Place
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Cover:
    """The picks must cover at least `at_least` different values of `of`, read on each pick."""

    title: str
    of: Expr
    at_least: Expr
    place: Place
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Choose:
    picks: str
    item: str
    place: Place
    exactly: Expr | None = None
    at_least: Expr | None = None
    at_most: Expr | None = None
    distinct: bool = True
    includes: tuple[Include, ...] = ()
    covers: tuple[Cover, ...] = ()
    rules: tuple[PickRule, ...] = ()


def _slots(item: Item) -> Iterable[Slot]:
    spec = _spec(item)
    for expr in (spec.exactly, spec.at_least, spec.at_most):
        if expr is not None:
            yield Slot(expr)
    for include in spec.includes:
        yield Slot(include.pick, None)
    for cover in spec.covers:
        yield Slot(cover.of, None, table=spec.picks)
        yield Slot(cover.at_least)
    for rule in spec.rules:
        yield Slot(rule.must, BOOLEAN, table=spec.picks)
        if rule.when is not None:
            yield Slot(rule.when, BOOLEAN, table=spec.picks)


def _type_of(item: Item, _type_of: TypeOf) -> Type:
    return BOOLEAN if item.points is None else NUMBER


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    rows = frame.rows(spec.picks)
    picked = [row.get(spec.item) for row in rows]
    lines = [
        *_numbers(spec, picked, frame),
        *([_distinct(picked)] if spec.distinct else []),
        *(_include(include, picked, frame) for include in spec.includes),
        *(_cover(cover, rows, frame) for cover in spec.covers),
        *(_rule(rule, rows, frame) for rule in spec.rules),
    ]
    text = "所选：" + ("、".join(shown(pick) for pick in picked) or "无")
    used = tuple(row.ref for row in rows)
    if any(line.value is False for line in lines):
        broken = tuple(f"不符合：{line.label}" for line in lines if line.value is False)
        value: Value = False if item.points is None else Fraction(0)
        return Outcome(value, tuple(lines), text, broken, rows=used)
    missing = [line.value for line in lines if isinstance(line.value, Missing)]
    if missing:
        return Outcome(without_bounds(missing[0]), tuple(lines), text, rows=used)
    value = True if item.points is None else item.points
    return Outcome(value, tuple(lines), text, rows=used)


def _numbers(spec: Choose, picked: Sequence[Value], frame: Frame) -> Iterable[Line]:
    found = Fraction(len(picked))
    for words, expr in (
        ("正好", spec.exactly),
        ("不少于", spec.at_least),
        ("不多于", spec.at_most),
    ):
        if expr is None:
            continue
        want = frame.value(expr)
        if not is_number(want):
            yield Line(f"选择数量{words}规定的项数", want)
            continue
        holds = {
            "正好": found == want,
            "不少于": found >= want,
            "不多于": found <= want,
        }[words]
        label = f"{words} {shown(want, places=0)} 项"
        yield Line(label, holds, f"选了 {len(picked)} 项")


def _distinct(picked: Sequence[Value]) -> Line:
    return Line("不重复选择", len(set(picked)) == len(picked))


def _include(include: Include, picked: Sequence[Value], frame: Frame) -> Line:
    want = frame.value(include.pick)
    holds: Value = want in picked if is_known(want) else want
    return Line(f"必选 {shown(want)}", holds, clauses=include.clauses)


def _cover(cover: Cover, rows: Sequence[Row], frame: Frame) -> Line:
    values = [frame.value(cover.of, row=row) for row in rows]
    least = frame.value(cover.at_least)
    if not is_number(least):
        return Line(cover.title, least, clauses=cover.clauses)
    found = {value for value in values if is_known(value)}
    listed = "、".join(sorted(shown(value) for value in found)) or "无"
    return Line(cover.title, len(found) >= least, f"覆盖 {listed}", cover.clauses)


def _rule(rule: PickRule, rows: Sequence[Row], frame: Frame) -> Line:
    outcomes: list[Value] = []
    for row in rows:
        asked = True if rule.when is None else frame.value(rule.when, row=row)
        if asked is True:
            value = frame.value(rule.must, row=row)
            if value is False:
                return Line(rule.title, False, frame.spell_on(rule.must, row), rule.clauses)
            outcomes.append(value)
        elif asked is not False:
            outcomes.append(asked)
    if not outcomes:
        return Line(rule.title, NotApplicable("没有涉及的选择"), "", rule.clauses)
    for value in outcomes:
        if isinstance(value, Missing):
            return Line(rule.title, value, "", rule.clauses)
    return Line(rule.title, True, "", rule.clauses)


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    rows = low.entries(spec.picks, _read_on_rows(spec))
    lines = [
        *_lowered_numbers(spec, rows, low),
        *([_lowered_distinct(spec, rows)] if spec.distinct else []),
        *(_lowered_include(include, spec, rows, low) for include in spec.includes),
        *(_lowered_cover(cover, rows, low) for cover in spec.covers),
        *(_lowered_rule(rule, rows) for rule in spec.rules),
    ]
    broken = any_of(*(line.broken for line in lines))
    open_ = any_of(*(line.open for line in lines))
    yes, no = literal(value=True), literal(value=False)
    if item.points is not None:
        yes, no = literal(item.points), literal(Fraction(0))
    flags = [Flag(line.broken, f"不符合：{line.words}", line.figures, (0,)) for line in lines]
    return Lowered(by_case([(broken, no), (open_, missing(low.type_of(item)))], yes), flags)


@dataclass(frozen=True)
class _LoweredLine:
    """Where a rule of choosing is broken, and where that cannot be told (neither is null)."""

    broken: Node
    open: Node
    words: str
    figures: tuple[Cell, ...] = ()


def _read_on_rows(spec: Choose) -> list[Expr]:
    exprs = [cover.of for cover in spec.covers]
    exprs.extend(rule.must for rule in spec.rules)
    exprs.extend(rule.when for rule in spec.rules if rule.when is not None)
    return exprs


def _lowered_numbers(spec: Choose, rows: Entries, low: Lowering) -> Iterable[_LoweredLine]:
    found = rows.take("count")
    for words, operator, expr in (
        ("正好", "=", spec.exactly),
        ("不少于", ">=", spec.at_least),
        ("不多于", "<=", spec.at_most),
    ):
        if expr is not None:
            want = low.keep("want", low.value(expr))
            broken = op("holds", negated(less(operator, found, want)))
            yield _LoweredLine(broken, want.missing, f"{words} {{}} 项", (want,))


def _lowered_distinct(spec: Choose, rows: Entries) -> _LoweredLine:
    """Picks that are not filled in count as one and the same."""
    picked = rows.field(spec.item)
    different = rows.take("distinct", picked.known, picked)
    empty = [rows.any(where) for where in (picked.missing, picked.na) if where != FALSE]
    for one in empty:
        different = arithmetic("+", different, number(whole(case([(one, ONE)], ZERO), 0, 1)))
    broken = op("holds", less("<", different, rows.take("count")))
    return _LoweredLine(broken, FALSE, "不重复选择")


def _lowered_include(include: Include, spec: Choose, rows: Entries, low: Lowering) -> _LoweredLine:
    want = low.keep("pick", low.value(include.pick))
    there = rows.any(op("holds", rows.same(rows.field(spec.item), want)))
    return _LoweredLine(both(want.known, negated(there)), want.missing, "必选 {}", (want,))


def _lowered_cover(cover: Cover, rows: Entries, low: Lowering) -> _LoweredLine:
    of, least = rows.value(cover.of), low.value(cover.at_least)
    found = rows.take("distinct", of.known, of)
    return _LoweredLine(op("holds", less("<", found, least)), least.missing, cover.title)


def _lowered_rule(rule: PickRule, rows: Entries) -> _LoweredLine:
    asked = literal(value=True) if rule.when is None else rows.value(rule.when)
    must = rows.value(rule.must)
    broken = rows.any(both(asked.true, must.false))
    return _LoweredLine(
        broken, rows.any(any_of(asked.missing, both(asked.true, must.missing))), rule.title
    )


def _spec(item: Item) -> Choose:
    assert isinstance(item.spec, Choose)
    return item.spec


_CLAUSE: Mapping[str, Key] = {"clause": CLAUSE}

CHOOSE = Mechanism(
    key="choose",
    title="选择规则",
    shape=Record(
        Choose,
        {
            "picks": Key(Identifier(), "记录选择的表", required=True),
            "item": Key(Identifier(), "所选内容的字段", required=True),
            "exactly": Key(Expression(), "正好选几项"),
            "at_least": Key(Expression(), "至少选几项"),
            "at_most": Key(Expression(), "至多选几项"),
            "distinct": Key(YesNo(), "否：可以重复选", default=True),
            "includes": Key(
                ListOf(
                    Record(Include, {"pick": Key(Expression(), "必选项", required=True), **_CLAUSE})
                ),
                "必须包含",
                default=(),
            ),
            "covers": Key(
                ListOf(
                    Record(
                        Cover,
                        {
                            "title": Key(Text(100), "要求", required=True),
                            "of": Key(Expression(), "看所选项的哪个内容", required=True),
                            "at_least": Key(Expression(), "至少几种", required=True),
                            **_CLAUSE,
                        },
                    )
                ),
                "必须覆盖几种",
                default=(),
            ),
            "rules": Key(
                ListOf(
                    Record(
                        PickRule,
                        {
                            "title": Key(Text(100), "要求", required=True),
                            "when": Key(Expression(), "对哪些选择"),
                            "must": Key(Expression(), "须满足", required=True),
                            **_CLAUSE,
                        },
                    )
                ),
                "每一项选择须满足的条件",
                default=(),
            ),
        },
    ),
    slots=_slots,
    type_of=_type_of,
    outcome=_outcome,
    lower=_lower,
    fields=lambda item: [(_spec(item).picks, _spec(item).item)],
)
