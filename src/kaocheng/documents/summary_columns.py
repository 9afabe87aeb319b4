"""What a result of a columnar run comes to as a whole: `summarize`, without an object per row."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.documents.result_columns import ResultRows
from kaocheng.documents.result_summary import (
    ResultSummary,
    Spread,
    headline_item,
    in_order_of_grades,
)
from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.nodes import ONE
from kaocheng.engine.exact import read_exact
from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.trace import shown


def summarize_columns(
    run: ColumnarRun, result: Result, *, unit: str | None = None
) -> ResultSummary:
    """Counts over the rows of a result, or over those of one unit."""
    rows = ResultRows(run, result, unit)
    exempt = pc.greater(rows.column(run.planner.members[result.id].exempt), 0)
    states = rows.states(rows.kept(headline_item(result)).cell).filter(pc.invert(exempt))
    counted = {one["values"]: one["counts"] for one in pc.value_counts(states).to_pylist()}
    return ResultSummary(
        title=result.title,
        subjects=len(pc.unique(rows.arrow.column("_at"))),
        rows=rows.size,
        scored=counted.get("scored", 0),
        missing=counted.get("missing", 0),
        not_applicable=counted.get("not_applicable", 0),
        exempt=exempt.true_count,
        grades=_grades(rows),
        spread=_spread(rows),
        flags=sum(
            rows.column(flag.when).true_count
            for item in rows.items
            for flag in rows.kept(item).flags
        ),
    )


def _grades(rows: ResultRows) -> tuple[tuple[str, int], ...]:
    result = rows.result
    if not result.grade:
        return ()
    item = next(item for item in rows.items if item.id == result.grade)
    cell = rows.kept(item).cell
    column = rows.texts(cell).texts
    texts = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    counted: dict[str, int] = {}
    for one in pc.value_counts(texts.drop_null()).to_pylist():
        grade = _shown(one["values"], cell)
        counted[grade] = counted.get(grade, 0) + one["counts"]
    type_ = rows.run.compiled.types[result.id, result.grade]
    means = {}
    if type_.kind != "scale":
        headline = rows.kept(headline_item(result)).cell
        for text in texts.dictionary.to_pylist():
            chosen = pc.fill_null(pc.equal(texts.cast(pa.string()), text), False)
            if headline.num is not None and (figures := _counted(rows, headline, chosen)):
                means[_shown(text, cell)] = _mean(figures)
    return in_order_of_grades(counted, type_, means)


def _shown(text: str, cell: Cell) -> str:
    """A grade as people read it."""
    return text if cell.num is None else shown(read_exact(text))


def _spread(rows: ResultRows) -> Spread | None:
    item = headline_item(rows.result)
    cell = rows.kept(item).cell
    if not rows.result.headline or cell.num is None:
        return None
    figures = _counted(rows, cell)
    if not figures:
        return None
    return Spread(item.title, unit_of(item), min(figures), _mean(figures), max(figures))


def _counted(rows: ResultRows, cell: Cell, chosen: pa.Array = None) -> dict[Fraction, int]:
    """How many rows have each of the numbers of a cell."""
    over = None if cell.number.over == ONE else rows.column(cell.number.over)
    values = rows.column(cell.node)
    if chosen is not None:
        values = values.filter(chosen)
        over = None if over is None else over.filter(chosen)
    return dict(_numbers(values, cell.number.den, over))


def _numbers(values: pa.Array, den: int, over: pa.Array | None) -> Iterator[tuple[Fraction, int]]:
    if over is None:
        for one in pc.value_counts(values.drop_null()).to_pylist():
            yield Fraction(int(one["values"]), den), one["counts"]
        return
    found = pa.table({"value": values, "over": over}).group_by(["value", "over"])
    counts: dict[Fraction, int] = {}
    for one in found.aggregate([([], "count_all")]).to_pylist():
        if one["value"] is not None and one["over"] is not None:
            number = Fraction(int(one["value"]), den * int(one["over"]))
            counts[number] = counts.get(number, 0) + one["count_all"]
    yield from counts.items()


def _mean(figures: dict[Fraction, int]) -> Fraction:
    total = sum((figure * count for figure, count in figures.items()), Fraction(0))
    return total / sum(figures.values())
