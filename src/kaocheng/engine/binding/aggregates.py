"""Aggregates: which rows they read, and how a row belongs to the subject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kaocheng.engine.binding.names import bind_name
from kaocheng.engine.binding.scope import Faults, Level, Scope
from kaocheng.engine.expressions.bound import (
    BAggregate,
    BField,
    BFollow,
    BFollowItem,
    BItem,
    Bound,
    BPeriod,
    BSpecial,
    walk_bound,
)
from kaocheng.engine.expressions.tree import Aggregate, Tree
from kaocheng.engine.hints import near
from kaocheng.engine.language.registers import Register
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.language.types import BOOLEAN, NUMBER, Type, reference
from kaocheng.engine.model import field_type

BindNode = Callable[[Tree, Scope], Bound]


def bind_aggregate(node: Aggregate, scope: Scope, faults: Faults, bind_node: BindNode) -> Bound:
    """An aggregate with its source, its link to the subject and its scope resolved."""
    result = scope.pack.results.get(node.table)
    register = scope.pack.registers.get(result.of if result else node.table)
    if register is None:
        known = [*scope.pack.registers, *scope.pack.results]
        raise faults.fault("E26", node, name=node.table, hint=near(node.table, known))
    level = len(scope.levels)
    inner = scope.inside(Level(register, result))
    value = None if node.value is None else bind_node(node.value, inner)
    where = None if node.where is None else bind_node(node.where, inner)
    if where is not None and node.where is not None:
        faults.need(where, node.where, BOOLEAN)
    type_ = _aggregate_type(node, value, result, register, faults)
    whole = node.scope is not None and node.scope.path == ("all",)
    link = (
        ()
        if whole
        else _link(
            node, register=register, result=result, inner=inner, faults=faults, bind_node=bind_node
        )
    )
    group = None if whole or node.scope is None else _group(node, scope, inner, link, faults)
    inside = [bound for bound in (value, where) if bound is not None]
    alone = all(reads_only(bound, level) for bound in inside)
    timed = bool(register.date or register.period or (result is not None and result.each))
    return BAggregate(
        function=node.function,
        source=node.table,
        is_result=result is not None,
        title=result.title if result else register.title,
        value=value,
        where=where,
        link=link,
        scope=group,
        whole=whole,
        level=level,
        alone=alone,
        timed=timed and not (result is None and register.kind == "roster"),
        type=type_,
    )


def _aggregate_type(
    node: Aggregate,
    value: Bound | None,
    result: Result | None,
    register: Register,
    faults: Faults,
) -> Type:
    function = node.function
    if function == "run" and (result is None or not result.each):
        raise faults.fault("E31", node, table=node.table)
    if function == "latest" and not (register.date or (result is not None and result.each)):
        raise faults.fault("E33", node, table=node.table)
    if function in ("any", "none"):
        return BOOLEAN
    if value is None or node.value is None:
        return NUMBER
    if function in ("sum", "mean", "trimmed_mean"):
        faults.need(value, node.value, NUMBER)
    if function in ("min", "max") and value.type.kind not in ("number", "date", "moment"):
        raise faults.fault(
            "E23", node.value, want="数或日期", text=faults.words(node.value), found=value.type.zh
        )
    if function in ("worst", "best") and value.type.kind != "scale":
        raise faults.fault("E32", node, function=function)
    return NUMBER if function == "distinct" else value.type


def _link(
    node: Aggregate,
    *,
    register: Register,
    result: Result | None,
    inner: Scope,
    faults: Faults,
    bind_node: BindNode,
) -> tuple[Bound, ...]:
    """The path from a row to the subject of level 0."""
    level = len(inner.levels) - 1
    subject = inner.levels[0].register
    if subject is None:
        raise faults.fault(
            "E27", node, table=node.table, subject="本对象", why="这里没有被考核对象"
        )
    if node.link is not None:
        bound = bind_node(node.link, inner)
        if bound.type != reference(subject.id):
            why = f"“{node.link.text}”是{bound.type.zh}，不指向“{subject.title}”"
            raise faults.fault("E27", node, table=node.table, subject=subject.title, why=why)
        return (bound,)
    if register.id == subject.id:
        same = result is None or not result.each
        if same and node.scope is None:
            raise faults.fault("E28", node, table=node.table)
        return ()
    fields = [name for name, described in register.fields.items() if described.type == subject.id]
    if len(fields) != 1:
        why = "没有对应的字段" if not fields else f"有几个对应的字段（{'、'.join(fields)}）"
        raise faults.fault("E27", node, table=node.table, subject=subject.title, why=why)
    described = register.fields[fields[0]]
    return (BField(level, fields[0], field_type(described), described.title),)


def _group(
    node: Aggregate,
    scope: Scope,
    inner: Scope,
    link: tuple[Bound, ...],
    faults: Faults,
) -> tuple[Bound, Bound]:
    """The grouping field, read from the subject and from the subject of a row."""
    assert node.scope is not None
    subject = replace(scope, levels=scope.levels[:1])
    own = bind_name(node.scope, subject, faults)
    level = len(inner.levels) - 1
    return own, _moved(own, level, link, inner.levels[-1])


def _moved(bound: Bound, level: int, link: tuple[Bound, ...], row: Level) -> Bound:
    """The grouping field as read from the subject that a row at `level` belongs to."""
    match bound:
        case BField() if link:
            table = link[0].type.table
            return BFollow(link[0], table, bound.field, bound.type, bound.title)
        case BField():
            return replace(bound, level=level)
        case BItem() if link:
            return BFollowItem(link[0], bound.result, bound.item, bound.type, bound.title)
        case BItem() if row.result is not None and row.result.id == bound.result:
            return replace(bound, level=level)
        case BItem() if row.register is not None:
            register = row.register
            key = register.fields[register.key]
            own = BField(level, register.key, field_type(key), key.title)
            return BFollowItem(own, bound.result, bound.item, bound.type, bound.title)
        case BFollow():
            return replace(bound, base=_moved(bound.base, level, link, row))
        case BFollowItem():
            return replace(bound, base=_moved(bound.base, level, link, row))
        case _:
            return bound


def reads_only(bound: Bound, level: int) -> bool:
    """Whether nothing outside rows at `level` and deeper is read."""
    for node in walk_bound(bound):
        if isinstance(node, BField | BItem | BPeriod) and node.level < level:
            return False
        if isinstance(node, BSpecial):
            return False
        if isinstance(node, BAggregate) and not node.whole:
            return False
    return True
