"""Which evaluator computes, with what it may take; and its results, whichever it was."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from kaocheng.cli.packs import Tables, facts_by_rows
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problem, Problems, Refused, refuse
from kaocheng.engine.text_table import TextTable
from kaocheng.engine.trace import PERCENT, figure
from kaocheng.engine.values import is_known

if TYPE_CHECKING:
    from kaocheng.documents.result_summary import ResultSummary
    from kaocheng.documents.result_table import AnyRun
    from kaocheng.engine.columnar.columnar_run import ColumnarRun
    from kaocheng.engine.columnar.database import Resources
    from kaocheng.engine.reference.run import Run
    from kaocheng.formats import Kind, Writable

Backend = Literal["auto", "duckdb", "reference", "spark"]
# Above either, `auto` computes by columns. Measured on `benchmarks/city`, whole command, CSV facts:
# both take 1.5 s for 15,000 rows; for 29,000 it is 1.4 s by columns against 2.7 s by rows, for
# 147,000 it is 1.5 s against 12.5 s.
MANY_ROWS, MANY_SUBJECTS = 20_000, 2_000
_MEMORY = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,2})?\s?(?:MB|GB|TB|MiB|GiB|TiB)", re.IGNORECASE)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Computed:
    """The results of a run by either evaluator. `why`: what could not be computed by columns."""

    run: AnyRun
    backend: Literal["duckdb", "reference", "spark"]
    why: str = ""

    @property
    def _columns(self) -> ColumnarRun | None:
        """The run, where every cell of it stands in columns."""
        if self.backend == "reference":
            return None
        run = cast("ColumnarRun", self.run)
        return None if run.share_by_reference.decided else run

    def table(self, result: Result, *, unit: str | None, titled: bool, kind: Kind) -> Writable:
        """The table of a result, fit to be written in that format."""
        if (columns := self._columns) is not None and kind != "xlsx":
            from kaocheng.documents.result_columns import result_columns

            return result_columns(columns, result, unit=unit, titled=titled)
        from kaocheng.documents.result_table import result_table, titled_table

        return (titled_table if titled else result_table)(self.run, result, unit=unit)

    def summary(self, result: Result, *, unit: str | None) -> ResultSummary:
        if (columns := self._columns) is not None:
            from kaocheng.documents.summary_columns import summarize_columns

            return summarize_columns(columns, result, unit=unit)
        from kaocheng.documents.result_summary import summarize

        return summarize(self.run, result, unit=unit)

    def units(self, result: Result) -> Collection[str]:
        """The units that the subjects of a result belong to."""
        if (columns := self._columns) is not None:
            from kaocheng.documents.result_columns import ResultRows

            return ResultRows(columns, result).units()
        field = self.run.pack.subject_of(result).unit
        members = self.run.members[result.id].values()
        values = [member.row.fact.values[field] for member in members]
        return {str(value) for value in values if is_known(value)}

    def borderline(self, results: list[Result], *, unit: str | None) -> list[Problem]:
        """The hints about whoever sits exactly on a line between two grades."""
        from kaocheng.cli.borderline import hits_by_columns, hits_by_rows

        if (columns := self._columns) is not None:
            return list(hits_by_columns(columns, results, unit=unit))
        if self.backend == "reference":
            parameters = cast("Run", self.run).facts.parameters
        else:
            parameters = cast("ColumnarRun", self.run).planner.facts.parameters
        return list(hits_by_rows(self.run, parameters, results, unit=unit))

    def by(self, say: Say) -> str:
        """Who computed, in a sentence."""
        if self.backend == "reference":
            zh, en = "由参考计算逐行核算", "Computed row by row by the reference evaluator"
            zh_why, en_why = f"（按列算不了：{self.why}）", f" (not by columns: {self.why})"
            return say(zh + zh_why, en + en_why) if self.why else say(zh, en)
        share = cast("ColumnarRun", self.run).share_by_reference
        zh, en = "由 DuckDB 按列核算", "Computed by columns in DuckDB"
        if self.backend == "spark":
            zh, en = "由 Spark 分段、DuckDB 按列核算", "Computed by columns in DuckDB, on Spark"
        if not share.decided:
            return say(zh, en)
        percent = figure(Fraction(share.decided, share.rows), unit=PERCENT)
        return say(
            f"{zh}，其中 {percent} 的行由参考计算裁定",
            f"{en}; the reference evaluator decided {percent} of the rows",
        )


def compute(
    compiled: Compiled,
    tables: Tables,
    terminal: Terminal,
    *,
    backend: Backend,
    resources: Resources,
    problems: Problems,
    cluster: str = "",
    tells: bool = False,
) -> Computed:
    """Read the facts and compute every result; `auto` computes large facts by columns.

    `tables` are used up. `cluster`: the address of the Spark cluster, for the backend `spark`.
    `tells`: as `verbs.run_in_columns` takes it.
    """

    def progress(done: int, total: int) -> None:
        terminal.progress(terminal.say("正在核算", "Computing"), done, total)

    chosen = _chosen(compiled.pack, tables) if backend == "auto" else backend
    why = ""
    if chosen == "spark":
        from kaocheng.cli.on_spark import run_on_cluster

        facts_in_columns = verbs.facts_in_columns(compiled.pack, tables, problems=problems)
        tables.clear()
        folder = resources.temporary
        assert folder is not None
        run = run_on_cluster(compiled, facts_in_columns, cluster=cluster, folder=folder)
        return Computed(run, "spark")
    if chosen == "duckdb":
        found = Problems()  # of its own: what is only too wide for columns is nobody's fault
        try:
            computed = _by_columns(
                compiled, tables, resources, progress, problems=found, tells=tells
            )
            problems.extend(found.found)
            return computed
        except Refused as refused:
            why = _too_wide(refused)
            if backend != "auto" or not why:
                raise
    facts = facts_by_rows(compiled.pack, tables, problems=problems)
    return Computed(verbs.run(compiled, facts, progress=progress), "reference", why)


def _by_columns(
    compiled: Compiled,
    tables: Tables,
    resources: Resources,
    progress: Progress,
    *,
    problems: Problems,
    tells: bool,
) -> Computed:
    from kaocheng.engine.columnar.database import failures_told

    with failures_told(resources):
        facts = verbs.facts_in_columns(compiled.pack, tables, problems=problems)
    tables.clear()  # they hold as much memory again, and nobody reads them any more
    run = verbs.run_in_columns(compiled, facts, resources=resources, progress=progress, tells=tells)
    return Computed(run, "duckdb")


def _too_wide(refused: Refused) -> str:
    """What no database has numbers for, where nothing else is wrong with the facts."""
    errors = [one for one in refused.problems if one.severity == "error"]
    if {one.id for one in errors} != {"F80"}:
        return ""
    return f"F80 {errors[0].reason().rstrip('。')}"


def _chosen(pack: Pack, tables: Tables) -> Literal["duckdb", "reference"]:
    rows = {name: _rows(tables[name]) for name in pack.registers if name in tables}
    subjects = max((rows.get(result.of, 0) for result in pack.scheme.results), default=0)
    is_large = sum(rows.values()) > MANY_ROWS or subjects > MANY_SUBJECTS
    return "duckdb" if is_large else "reference"


def _rows(table: object) -> int:
    if isinstance(table, TextTable):
        return len(table.rows)
    return int(getattr(table, "arrow").num_rows)  # noqa: B009  # pyarrow is not imported here


@contextmanager
def resources_of(memory: str, temporary: str | None) -> Iterator[Resources]:
    """What the options allow; a folder of our own for what is laid off, gone afterwards."""
    from kaocheng.engine.columnar.database import Resources

    if memory and not _MEMORY.fullmatch(memory):
        raise refuse("C18", Place("--memory"), found=memory[:60])
    if temporary is not None and not Path(temporary).is_dir():
        raise refuse("F36", Place("--temp"), path=temporary)
    with tempfile.TemporaryDirectory(prefix="kaocheng-", dir=temporary) as folder:
        yield Resources(memory, Path(folder))
