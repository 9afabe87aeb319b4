"""The plan as text: chains of levels, joins, passes over registers, and what is known of columns.

    appraisal  教师考核，r_teacher
      1  + p1: r_mark 按 teacher
         total = a + b                     ÷ 100，0 至 12700，可缺
      2  只留 …
      ── 第 1 段

A column that leads to nothing wanted is not in the plan. A number is followed by what it has to be
divided by and by the bounds of the whole number; a column by the states it can be in.
"""

from __future__ import annotations

from collections.abc import Iterator

from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.listing import items_at, stretches, writer_of
from kaocheng.engine.columnar.nodes import FALSE, Const, Node, Ref, refs
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.relation import Aggregate, Chain, Join, Level
from kaocheng.engine.columnar.sql import text, tree
from kaocheng.engine.columnar.statements import Writer
from kaocheng.engine.language.scheme import Result


def plan_text(planner: Planner) -> str:
    """The whole plan: one part for each result, then the passes that they read."""
    writer = writer_of(planner)
    parts = [
        "\n".join(_result_lines(planner, writer, result))
        for result in planner.pack.results.values()
    ]
    passes = _passes(planner, writer)
    parts.extend("\n".join(_pass_lines(one)) for one in passes)
    return "\n\n".join(parts) + "\n"


def _result_lines(planner: Planner, writer: Writer, result: Result) -> Iterator[str]:
    chain = planner.chains[result.id]
    known = dict(_known_columns(planner, result))
    yield f"{result.id}  {result.title}，{chain.scan.source}"
    if chain.scan.spans is not None:
        yield f"  0  每个周期一行：{'、'.join(map(str, chain.scan.spans))}"
    for name, node in chain.scan.columns.items():
        if name in writer.needed[chain.name]:
            yield f"  0  {name} = {_said(node)}"
    cuts = stretches(writer, chain.name)
    for at, level in enumerate(chain.levels, start=1):
        lines = list(_level_lines(level, writer.needed[chain.name], known))
        yield from (
            f"  {at if not place else ' ' * len(str(at))}  {line}"
            for place, line in enumerate(lines)
        )
        if at in cuts:
            titles = "、".join(one.title for one in items_at(planner, writer, (chain.name, at)))
            yield f"  ── 第 {cuts.index(at) + 1} 段：{chain.cte(at)}" + (
                f"，{titles}" if titles else ""
            )


def _level_lines(level: Level, needed: set[str], known: dict[str, str]) -> Iterator[str]:
    columns = {name: node for name, node in level.columns.items() if name in needed}
    read = {alias for node in columns.values() for alias in _aliases(node)}
    for join in level.joins:
        if join.alias in read or not join.outer:
            yield f"+ {_join_text(join)}"
    for name, node in columns.items():
        about = f"    〔{known[name]}〕" if name in known else ""
        yield f"{name} = {_said(node)}{about}"
    if level.where is not None:
        yield f"只留 {_said(level.where)}"


def _join_text(join: Join) -> str:
    pairs = "，".join(f"{_said(left)} = {_said(right)}" for left, right in join.on)
    also = "" if join.also is None else f"，且 {_said(join.also)}"
    kept = "" if join.outer else "，只留配得上的"
    return f"{join.alias}：{_name_of(join.table, join.level)}（{pairs or '每一行'}{also}{kept}）"


def _name_of(table: str | Aggregate | Chain, level: int) -> str:
    if isinstance(table, str):
        return table
    return table.name if isinstance(table, Aggregate) else table.cte(level)


def _passes(planner: Planner, writer: Writer) -> list[Aggregate]:
    """The passes that the plan reads, each once, in the order it meets them."""
    found: dict[str, Aggregate] = {}
    for chain in planner.chains.values():
        needed = writer.needed[chain.name]
        for level in chain.levels:
            nodes = [node for name, node in level.columns.items() if name in needed]
            read = {alias for node in nodes for alias in _aliases(node)}
            for join in level.joins:
                if isinstance(join.table, Aggregate) and join.alias in read:
                    found.setdefault(join.table.name, join.table)
    return list(found.values())


def _pass_lines(over: Aggregate) -> Iterator[str]:
    keys = "，".join(_said(key) for key in over.keys)
    yield f"{over.name}  {_name_of(over.source, over.level)} 按 {keys or '全体'} 汇总"
    for join in over.joins:
        yield f"     + {_join_text(join)}"
    if over.where is not None:
        yield f"     只取 {_said(over.where)}"
    for name, agg in over.columns.items():
        yield f"     {name} = {_said(agg)}"


def _known_columns(planner: Planner, result: Result) -> Iterator[tuple[str, str]]:
    """What is proven of the columns of items."""
    for (owner, _), kept in planner.kept_items.items():
        if owner == result.id:
            for cell in (kept.cell, *kept.columns.values()):
                if isinstance(cell.node, Ref):
                    yield cell.node.name, "，".join(_facts_of(cell))


def _facts_of(cell: Cell) -> Iterator[str]:
    if cell.num is not None:
        num = cell.num
        if num.den != 1:
            yield f"÷ {num.den}"
        if isinstance(num.over, Ref):
            yield f"÷ {num.over.name}（至多 {num.most_over}）"
        yield f"{num.low} 至 {num.high}"
        if num.huge:
            yield "127 位"
    elif cell.coded and cell.type.options:
        yield "、".join(cell.type.options)
    else:
        yield cell.type.table or cell.type.kind
    if cell.open:
        yield "可缺"
    if cell.na != FALSE:
        yield "可不适用"


def _aliases(node: Node) -> set[str]:
    return {ref.table for ref in refs(node) if ref.table}


def _said(node: Node) -> str:
    if isinstance(node, Const) and node.value is None:
        return "空"
    return text(tree(node)).replace('"', "")
