"""Who sits exactly on a line between two grades (L24), whichever evaluator has computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.lint.boundaries import Watched, boundary_hit, watched_lines
from kaocheng.engine.problems import Problem
from kaocheng.engine.values import Value, is_number

if TYPE_CHECKING:
    from kaocheng.documents.result_table import AnyRun
    from kaocheng.engine.columnar.columnar_run import ColumnarRun


def hits_by_rows(
    run: AnyRun, parameters: Mapping[str, Value], results: list[Result], *, unit: str | None
) -> Iterator[Problem]:
    from kaocheng.documents.result_table import rows_of

    for watched in watched_lines(run.compiled, parameters):
        result = run.pack.results[watched.result]
        if result not in results:
            continue
        register = run.pack.subject_of(result)
        hits = []
        for key, member in rows_of(run, result, unit=unit):
            value = run.outcomes[watched.result, watched.graded][key].value
            if is_number(value) and value in watched.lines:
                name = member.row.fact.values.get(register.name or register.key)
                hits.append((str(name), exact_text(value)))
        if (found := boundary_hit(watched, hits)) is not None:
            yield found


def hits_by_columns(
    run: ColumnarRun, results: list[Result], *, unit: str | None
) -> Iterator[Problem]:
    for watched in watched_lines(run.compiled, run.planner.facts.parameters):
        result = run.pack.results[watched.result]
        if result in results:
            hits = _in_columns(run, result, watched, unit=unit)
            if (found := boundary_hit(watched, hits)) is not None:
                yield found


def _in_columns(
    run: ColumnarRun, result: Result, watched: Watched, *, unit: str | None
) -> list[tuple[str, str]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    from kaocheng.documents.result_columns import ResultRows

    rows = ResultRows(run, result, unit)
    graded = run.pack.items[watched.result, watched.graded]
    values = rows.texts(rows.kept(graded).cell).texts.cast(pa.string())
    lines = pa.array([exact_text(line) for line in watched.lines])
    on_line = pc.fill_null(pc.is_in(values, value_set=lines), False)
    register = run.pack.subject_of(result)
    names = rows.subject_texts(register.name or register.key).texts.filter(on_line)
    return list(zip(names.to_pylist(), values.filter(on_line).to_pylist(), strict=True))
