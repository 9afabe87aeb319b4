"""Names: the innermost row first, then outwards to the subject, then the parameters."""

from __future__ import annotations

from kaocheng.engine.binding.scope import Faults, Level, Scope
from kaocheng.engine.expressions.bound import (
    BField,
    BFollow,
    BFollowItem,
    BItem,
    Bound,
    BParameter,
    BPeriod,
    BSpecial,
)
from kaocheng.engine.expressions.tree import Name
from kaocheng.engine.hints import near
from kaocheng.engine.language.types import DATE, TEXT, Type
from kaocheng.engine.model import field_type, parameter_type


def bind_name(node: Name, scope: Scope, faults: Faults) -> Bound:
    """The field, item, parameter or period that a dotted name means."""
    first, rest = node.path[0], node.path[1:]
    base: Bound | None = None
    if first == "own" and rest:
        base, rest = at_level(rest[0], 0, scope), rest[1:]
    elif first == "row" and rest and len(scope.levels) > 1:
        base, rest = at_level(rest[0], len(scope.levels) - 1, scope), rest[1:]
    elif first == "outer" and rest and len(scope.levels) > 2:
        base, rest = at_level(rest[0], len(scope.levels) - 2, scope), rest[1:]
    elif first == "param" and rest:
        base, rest = _parameter(rest[0], scope), rest[1:]
    else:
        base, rest = _bare(first, rest, scope)
    if base is None:
        raise faults.fault("E20", node, name=node.text, hint=_hint(node, scope))
    for at, part in enumerate(rest):
        base = _step(base, part, rest=rest[at + 1 :], node=node, scope=scope, faults=faults)
        if isinstance(base, BFollowItem):
            return base
    return base


def _bare(first: str, rest: tuple[str, ...], scope: Scope) -> tuple[Bound | None, tuple[str, ...]]:
    """Innermost row first, then outwards, then parameters."""
    if first in scope.special:
        type_, title = scope.special[first]
        return BSpecial(first, type_, title), rest
    for level in range(len(scope.levels) - 1, -1, -1):
        if (found := at_level(first, level, scope)) is not None:
            if isinstance(found, BPeriod) and rest:
                kind = TEXT if rest[0] in ("title", "kind") else DATE
                if rest[0] in ("title", "kind", "from", "to"):
                    return BPeriod(level, rest[0], kind), rest[1:]
            return found, rest
    for level in range(len(scope.levels) - 1, -1, -1):
        if len(rest) == 1 and (item := _other_result(first, rest[0], level, scope)) is not None:
            return item, ()
    return _parameter(first, scope), rest


def _other_result(name: str, item: str, level: int, scope: Scope) -> Bound | None:
    """`score.final`: what another result says about the very subject of the row."""
    result, register = scope.pack.results.get(name), scope.levels[level].register
    if result is None or register is None or result.of != register.id:
        return None
    described = scope.pack.items.get((name, item))
    if described is None or result.each not in ("", scope.each):
        return None
    key = BField(level, register.key, TEXT, register.title)
    return BFollowItem(key, name, item, scope.item_type(name, item), described.title)


def at_level(name: str, level: int, scope: Scope) -> Bound | None:
    visible = scope.levels[level]
    result = visible.result
    if result is not None and (result.id, name) in scope.pack.items:
        title = scope.pack.items[result.id, name].title
        return BItem(level, result.id, name, scope.item_type(result.id, name), title)
    if visible.register is not None and name in visible.register.fields:
        described = visible.register.fields[name]
        return BField(level, name, field_type(described), described.title)
    has_period = (result is not None and result.each) or (level == 0 and scope.each)
    if name == "period" and has_period:
        return BPeriod(level, "id", Type("period"))
    return None


def _parameter(name: str, scope: Scope) -> Bound | None:
    parameter = scope.pack.parameters.get(name)
    if parameter is None or parameter.type == "table":
        return None
    return BParameter(name, parameter_type(parameter), parameter.title)


def _step(
    base: Bound,
    part: str,
    *,
    rest: tuple[str, ...],
    node: Name,
    scope: Scope,
    faults: Faults,
) -> Bound:
    """One dot further: a field of the row a reference points to, or an item of its result."""
    if base.type.kind != "ref":
        raise faults.fault("E30", node, name=node.text.rsplit(".", 1)[0], part=part)
    register = scope.pack.registers[base.type.table]
    if part in register.fields:
        described = register.fields[part]
        return BFollow(base, register.id, part, field_type(described), described.title)
    result = scope.pack.results.get(part)
    if result is not None and result.of == register.id and len(rest) == 1:
        item = scope.pack.items.get((result.id, rest[0]))
        fits = not result.each or result.each == scope.each
        if item is not None and fits:
            type_ = scope.item_type(result.id, rest[0])
            return BFollowItem(base, result.id, rest[0], type_, item.title)
    raise faults.fault("E20", node, name=node.text, hint=near(part, register.fields))


def _hint(node: Name, scope: Scope) -> str:
    """What was probably meant by a name that nothing has."""
    first, rest = node.path[0], node.path[1:]
    if first == "period":
        return "period 只在写了 each 的结果表里有。"
    if first not in ("own", "row", "outer") or not rest:
        return near(first, _visible(scope))
    at = {"own": 0, "row": -1, "outer": -2}[first]
    if first != "own" and len(scope.levels) < 2:
        return f"{first}. 只用在聚合里面；这里直接写“{'.'.join(rest)}”。"
    if at == -2 and len(scope.levels) == 2:
        return "outer. 只用在聚合里面的聚合；指本人请写 own.。"
    level = scope.levels[at]
    if level.register is not None and rest[0] == level.register.id and level.register.key:
        return f"“{level.register.title}”就是它自己，编号写 {first}.{level.register.key}。"
    return near(rest[0], _names_of(level, scope)).replace("“", f"“{first}.")


def _visible(scope: Scope) -> list[str]:
    found = [name for level in scope.levels for name in _names_of(level, scope)]
    return [*scope.pack.parameters, *found]


def _names_of(level: Level, scope: Scope) -> list[str]:
    names = [] if level.register is None else list(level.register.fields)
    if level.result is not None:
        names.extend(item for result, item in scope.pack.items if result == level.result.id)
    return names
