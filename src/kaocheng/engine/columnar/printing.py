"""The plan in words: stages, chains, levels, joins, passes, and what is promised of each column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.nodes import FALSE, ONE, Agg, Const, Node, Op, Over, Ref
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.relation import Aggregate, Chain, Join
from kaocheng.engine.columnar.stages import Stages

_INFIX = {"+", "-", "*", "//", "%", "=", "<>", "<", "<=", ">", ">=", "and", "or"}
STAGES = {True: "unit", False: "wide"}


def node_text(node: Node) -> str:
    """A node as one reads it: `(a + 2) // 4`, `case when … then … else … end`."""
    match node:
        case Const():
            return "null" if node.value is None else repr(node.value)
        case Ref():
            return f"{node.table}.{node.name}" if node.table else node.name
        case Op():
            return _operation(node)
        case Agg():
            return _filtered(node.function, node.args, node.where)
        case Over():
            keys = ", ".join(f"{node_text(key.node)}{' desc' * key.down}" for key in node.order)
            parts = ", ".join(map(node_text, node.partition)) or "all"
            order = f" order {keys}" if keys else ""
            return f"{_filtered(node.function, node.args, node.where)} over ({parts}{order})"


def _operation(node: Op) -> str:
    args = [node_text(one) for one in node.args]
    if node.name in _INFIX:
        return "(" + f" {node.name} ".join(args) + ")"
    if node.name == "case":
        pairs = zip(args[:-1:2], args[1:-1:2], strict=True)
        whens = " ".join(f"when {when} then {value}" for when, value in pairs)
        return f"case {whens} else {args[-1]} end"
    return f"{node.name}({', '.join(args)})"


def _filtered(function: str, args: tuple[Node, ...], where: Node | None) -> str:
    listed = ", ".join(map(node_text, args))
    return f"{function}({listed})" + (f" where {node_text(where)}" if where is not None else "")


def plan_text(planner: Planner, stages: Stages) -> str:
    """The whole plan, one line for each column."""
    return "\n".join(_lines(planner, stages)) + "\n"


def _lines(planner: Planner, stages: Stages) -> Iterator[str]:
    pack = planner.pack
    yield f"plan of {pack.scheme.id} {pack.scheme.title}"
    yield f"units: {stages.units.table}"
    kept = {
        cell.node.name: (item, cell)
        for (_, item), cell in planner.items.items()
        if isinstance(cell.node, Ref)
    }
    written: set[str] = set()
    for name, chain in planner.chains.items():
        if name not in planner.members:
            continue
        yield ""
        yield f"result {name} {pack.results[name].title}"
        yield from _chain_lines(chain, stages.closed[name], stages.needed[name], kept, written)
    for (result, item), reason in planner.left.items():
        yield f"left to the reference: {result}.{item or '(members)'}: {reason}"


def _chain_lines(
    chain: Chain,
    closed: frozenset[str],
    needed: frozenset[str],
    kept: Mapping[str, tuple[str, Cell]],
    written: set[str],
) -> Iterator[str]:
    columns = ", ".join(
        f"{node_text(column)} as {name}"
        for name, column in chain.scan.columns.items()
        if name in needed
    )
    yield f"  scan {chain.scan.source} as s: {columns}"
    for at, level in enumerate(chain.levels, start=1):
        wanted = {name: node for name, node in level.columns.items() if name in needed}
        if not wanted and level.where is None:
            continue
        yield f"  level {at}"
        aliases = {ref.table for node in wanted.values() for ref in _refs(node) if ref.table}
        for join in level.joins:
            if join.alias in aliases:
                yield from _join_lines(join, written)
        for name, node in wanted.items():
            stage = STAGES[name in closed]
            yield f"    [{stage}] {name} = {node_text(node)}{_promise(kept.get(name))}"
        if level.where is not None:
            yield f"    keep where {node_text(level.where)}"


def _refs(node: Node) -> Iterator[Ref]:
    from kaocheng.engine.columnar.nodes import refs

    return refs(node)


def _promise(found: tuple[str, Cell] | None) -> str:
    """What is proven of a kept column: exactness, bounds and states."""
    if found is None:
        return ""
    _, cell = found
    words = []
    if cell.num is not None:
        over = "" if cell.num.over == ONE else f" × {node_text(cell.num.over)}"
        words.append(f"exact, ÷ {cell.num.den}{over}, {cell.num.low}..{cell.num.high}")
        words.extend(["hugeint"] if cell.num.huge else [])
    words.extend(["may be missing"] if cell.open else [])
    words.extend(["may not apply"] if cell.na != FALSE else [])
    return f"   -- {'; '.join(words)}" if words else ""


def _join_lines(join: Join, written: set[str]) -> Iterator[str]:
    pairs = " and ".join(f"{node_text(left)} = {node_text(right)}" for left, right in join.on)
    table = join.table
    if isinstance(table, Chain):
        yield f"    join {table.name} (level {join.level}) as {join.alias} on {pairs}"
        return
    if not isinstance(table, Aggregate):
        yield f"    join {table} as {join.alias} on {pairs}"
        return
    yield f"    join pass {table.name} on {pairs or 'every row'}"
    if table.name in written:
        return
    written.add(table.name)
    source = table.source if isinstance(table.source, str) else table.source.name
    keys = ", ".join(map(node_text, table.keys)) or "all"
    where = "" if table.where is None else f" where {node_text(table.where)}"
    yield f"      pass over {source} as {table.alias} by {keys}{where}"
    for inner in table.joins:
        yield from (f"    {line}" for line in _join_lines(inner, written))
    for name, agg in table.columns.items():
        yield f"        {name} = {node_text(agg)}"
