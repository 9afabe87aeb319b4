"""Explanations as indented text, for a terminal or a mail."""

from __future__ import annotations

from collections.abc import Iterator

from kaocheng.documents.register_rows import RegisterRows, RowFinder
from kaocheng.documents.spoken import (
    arithmetic,
    counted_words,
    exact_words,
    out_of,
    reason,
    value_words,
)
from kaocheng.engine.explain import Branch, Explanation
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.model import Pack
from kaocheng.engine.trace import RowRef, unit_words

INDENT = "  "


def score_text(pack: Pack, explanations: list[Explanation], *, rows: RowFinder) -> str:
    """Every explanation, from the total down to clause and register row."""
    return "\n".join(_lines(pack, explanations, rows)) + "\n"


def _lines(pack: Pack, explanations: list[Explanation], rows: RowFinder) -> Iterator[str]:
    first = explanations[0]
    yield f"{rows.name_of(first.fact.ref.table, first.subject)}（{first.subject}）"
    yield f"{pack.scheme.title} · {pack.scheme.source.document}"
    for explanation in explanations:
        period = f" · {explanation.period.title}" if explanation.period else ""
        yield ""
        yield f"【{explanation.result.title}{period}】"
        if explanation.exempt is not None:
            yield f"免于考核：{explanation.exempt.title}"
        yield from (_clause(clause) for clause in explanation.clauses)
        for branch in explanation.branches:
            yield from _branch_lines(branch, explanation.fact.ref, rows)
        if explanation.advice:
            yield "还可以做的："
            yield from (f"{INDENT}{advice}" for advice in explanation.advice)


def _branch_lines(branch: Branch, about: RowRef, rows: RowFinder) -> Iterator[str]:
    yield _head(branch)
    for line in _detail(branch, about, rows):
        yield INDENT + line
    for below in branch.branches:
        for line in _branch_lines(below, about, rows):
            yield INDENT + line


def _head(branch: Branch) -> str:
    full = f" / {out_of(branch)}" if out_of(branch) else ""
    unit = f" {unit_words(branch.unit)}".rstrip()
    exactly = exact_words(branch.value, unit=branch.unit)
    exact = f"（精确值 {exactly}）" if exactly else ""
    hidden = "（中间步骤）" if branch.hidden else ""
    return (
        f"{branch.title}{hidden}  {value_words(branch.value, unit=branch.unit)}{full}{unit}{exact}"
    )


def _detail(branch: Branch, about: RowRef, rows: RowFinder) -> Iterator[str]:
    if why := reason(branch.value, unit=branch.unit):
        yield f"原因：{why}"
    if spelled := arithmetic(branch, rows, about=about):
        yield f"怎么算：{spelled}"
    if counted_words(branch):
        yield f"计入上一级：{counted_words(branch)}"
    if branch.reads:
        yield "用到：" + "、".join(dict.fromkeys(read.title for read in branch.reads))
    yield from (_clause(clause) for clause in branch.clauses)
    for table in rows.tables(branch.rows, about=about):
        yield from _row_lines(table)
    yield from (f"提示：{flag}" for flag in branch.flags)
    if branch.rounding_note:
        yield f"说明：{branch.rounding_note}"
    if branch.note:
        yield f"读法：{branch.note}"


def _clause(clause: Clause) -> str:
    rule = f" {clause.rule}" if clause.rule else ""
    return f"条款{rule}：“{clause.text}”"


def _row_lines(table: RegisterRows) -> Iterator[str]:
    for line, cells in table.rows:
        filled = zip(table.columns, cells, strict=True)
        words = "，".join(f"{column.title} {cell}" for column, cell in filled if cell)
        yield f"记录：{table.title}第 {line} 行：{words}"
