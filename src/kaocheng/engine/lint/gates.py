"""L21: a gate that waits for the work of others, when there are no others yet."""

from __future__ import annotations

from collections.abc import Iterator

from kaocheng.engine.expressions.bound import BAggregate, BBinary, BField, Bound
from kaocheng.engine.language.process import GATE_STATES
from kaocheng.engine.lint.look import Finding, Look, nodes_of
from kaocheng.engine.process.entries import Gate


def gates_on_others(look: Look) -> Iterator[Finding]:
    for gate in look.pack.process.gates:
        if gate.need is None:
            continue
        if gate.if_empty is not None:
            then = GATE_STATES[gate.if_empty.then]
            settled = f"方案写明还没有时“{then}”"
            settled_en = f"the pack says: {gate.if_empty.then}"
            yield _finding(look, gate, settled, settled_en)
        elif _asks_others(look, gate):
            yield _finding(look, gate, "", "the first cannot pass")


def _finding(look: Look, gate: Gate, settled: str, settled_en: str) -> Finding:
    how = settled or "第一个人过不了"
    values = {"title": gate.title, "how": how, "how_en": settled_en, "settled": settled}
    return look.at_entry("L21", gate, **values)


def _asks_others(look: Look, gate: Gate) -> bool:
    """Whether the condition, or an item it reads, counts what belongs to somebody else."""
    assert gate.need is not None
    nodes = look.nodes_in(gate.need)
    further = look.items_read(nodes, gate.of)
    nodes = [*nodes, *(node for column in further for node in look.nodes[column])]
    return any(
        isinstance(node, BAggregate) and node.where is not None and _excludes_self(node.where)
        for node in nodes
    )


def _excludes_self(where: Bound) -> bool:
    """`teacher != own.id`: the field of a row against one of the subject."""
    for node in nodes_of(where):
        if isinstance(node, BBinary) and node.operator == "!=":
            levels = {_level(node.left), _level(node.right)}
            if 0 in levels and len(levels - {None}) > 1:
                return True
    return False


def _level(node: Bound) -> int | None:
    while not isinstance(node, BField):
        base = getattr(node, "base", None)
        if base is None:
            return None
        node = base
    return node.level
