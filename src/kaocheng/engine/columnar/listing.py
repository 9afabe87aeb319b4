"""The plan's SQL for people who check it: what each statement fills, and what its columns are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlglot import exp

from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.columnar.nodes import FALSE, Const, Ref
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.rows import PERIOD, stored
from kaocheng.engine.columnar.sql import name, text
from kaocheng.engine.columnar.stages import wanted
from kaocheng.engine.columnar.statements import Cut, Writer
from kaocheng.engine.compile import Compiled
from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.values import is_known, is_number

_ABOUT = """\
用 DuckDB 从上到下运行，每张结果表的最后一段就是结果。
数都按整数计算，不用小数：列后写着要除以几才是原来的数。
没有值的地方是空（NULL）；以 _na 结尾的列为真的，是不适用，其余的是缺数据。
选项、等次写成序号，从 0 数起；名册里的人写成在名册中的位置（_at）。"""


def listing(compiled: Compiled, facts: ColumnFacts, *, tables: Path | None = None) -> str:
    """Every statement below a comment that says what it fills, with a legend of columns on top."""
    planner = Planner(compiled, facts)
    planner.plan()
    writer = writer_of(planner, pretty=True)
    statements = {cut: statement.sql for cut, statement in writer.written.items()}
    parts = [_comment([compiled.pack.scheme.title, "", *_ABOUT.splitlines()])]
    parts.append(_comment(["数据表", *_registers(planner)]))
    if tables is not None:
        parts.extend(f"{_loading(table, tables)};" for table in facts.tables)
    results = compiled.pack.results.values()
    parts.extend(_comment(_legend(planner, result)) for result in results)
    for cut, sql in statements.items():
        parts.append(f"{_comment(_heading(planner, writer, cut))}\n{sql};")
    return "\n\n".join(parts) + "\n"


def writer_of(planner: Planner, *, pretty: bool = False) -> Writer:
    """The writer that has written the statements of a plan."""
    results = planner.pack.results.values()
    nodes = {result.id: list(wanted(planner, result).values()) for result in results}
    writer = Writer(planner.chains, nodes, pretty=pretty)
    writer.statements()
    return writer


def stretches(writer: Writer, chain: str) -> list[int]:
    """The levels at which a chain is cut into statements, first to last."""
    return sorted(level for name, level in writer.written if name == chain)


def items_at(planner: Planner, writer: Writer, cut: Cut) -> list[Item]:
    """The items whose values a statement computes."""
    chain, upto = cut
    below = max((level for level in stretches(writer, chain) if level < upto), default=-1)
    standing = planner.chains[chain].standing
    found = []
    for item in items_below(planner.pack.results[chain].items):
        node = planner.kept_items[chain, item.id].cell.node
        if isinstance(node, Ref) and below < standing[node.name] <= upto:
            found.append(item)
    return found


def _loading(table: str, folder: Path) -> str:
    file = str(folder / f"{stored(table)}.parquet")
    read = exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(file)])
    create = exp.Create(
        this=exp.Table(this=name(stored(table))),
        kind="TABLE",
        expression=exp.select("*").from_(exp.Table(this=read)),
        replace=True,
    )
    return text(create)


def _registers(planner: Planner) -> Iterator[str]:
    for table, held in planner.facts.tables.items():
        yield f"  {stored(table)}  {held.register.title}，{held.rows} 行"


def _heading(planner: Planner, writer: Writer, cut: Cut) -> list[str]:
    chain, upto = cut
    result, cuts = planner.pack.results[chain], stretches(writer, chain)
    lines = [f"{result.title}（{chain}），第 {cuts.index(upto) + 1} 段，共 {len(cuts)} 段"]
    if titles := "、".join(item.title for item in items_at(planner, writer, cut)):
        lines.append(f"算出：{titles}")
    return lines


def _legend(planner: Planner, result: Result) -> Iterator[str]:
    chain = planner.chains[result.id]
    register = planner.pack.subject_of(result)
    yield f"{result.title}（{result.id}）的列，结果在 {chain.cte(chain.top)}"
    yield f"  _at  {register.title}中的位置，见 {stored(register.id)}._at"
    if result.each:
        spans = "，".join(f"{at} = {one.title}" for at, one in _periods(planner, result))
        yield f"  {PERIOD}  周期：{spans}"
    exempt = planner.members[result.id].exempt
    if isinstance(exempt, Ref):
        states = [f"{at} = {one.title}" for at, one in enumerate(result.exempt, start=1)]
        yield f"  {exempt.name}  免于考核：{'，'.join(['0 = 不免', *states, '-1 = 未定'])}"
    for item in items_below(result.items):
        kept = planner.kept_items[result.id, item.id]
        yield from _cell_lines(item.title, item.unit, kept.cell)
        for column, cell in kept.columns.items():
            yield from _cell_lines(f"{item.title}·{column}", "", cell)
        for flag in kept.flags:
            if isinstance(flag.when, Ref):
                yield f"  {flag.when.name}  {item.title}：为真的有提示“{flag.text}”"


def _periods(planner: Planner, result: Result) -> Iterator[tuple[int, Period]]:
    return iter(planner.reader.calendar.of_kind(result.each))


def _cell_lines(title: str, unit: str, cell: Cell) -> Iterator[str]:
    if isinstance(cell.node, Const):
        yield f"  （没有列）  {title}：{_constant(cell)}"
    else:
        assert isinstance(cell.node, Ref)
        yield f"  {cell.node.name}  {title}{_how_to_read(cell, unit)}"
    if cell.na != FALSE and isinstance(cell.na, Ref):
        yield f"  {cell.na.name}  {title}：为真的不适用"


def _constant(cell: Cell) -> str:
    value = cell.const
    if value is not None and is_known(value):
        return f"每一行都是 {exact_text(value) if is_number(value) else value}"
    return "每一行都没有值"


def _how_to_read(cell: Cell, unit: str) -> str:
    if cell.num is not None:
        by = [str(cell.num.den)] if cell.num.den != 1 else []
        by += [cell.num.over.name] if isinstance(cell.num.over, Ref) else []
        divided = f"，除以 {' 再除以 '.join(by)}" if by else ""
        return f"{divided}{'，单位 ' + unit if unit else ''}"
    if cell.coded and cell.type.options:
        return "：" + "，".join(f"{at} = {text}" for at, text in enumerate(cell.type.options))
    if cell.coded and cell.type.table:
        return f"：{stored(cell.type.table)}._at"
    return ""


def _comment(lines: Iterator[str] | list[str]) -> str:
    """Lines as comments; what people wrote cannot end one."""
    return "\n".join(f"-- {' '.join(line.splitlines())}".rstrip() for line in lines)
