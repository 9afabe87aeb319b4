"""The verbs of the engine, for everybody outside it: read, check, compile, run, explain and more.

`run` is the reference: every row by itself, in exact fractions. `run_in_columns` computes the same
results, bit for bit, by whole columns in a database; `sql` and `plan` show how it does that.

What computes is imported by the verbs that compute: a check should not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.engine.clauses import check_quotes
from kaocheng.engine.compile import Compiled, compile_pack
from kaocheng.engine.facts import Facts, Reader, filled_in, read_facts, read_parameters
from kaocheng.engine.lint import lint_pack
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.process.agenda import lay_out
from kaocheng.engine.reading.packs import find_packs, read_pack
from kaocheng.engine.text_table import TextTable
from kaocheng.engine.values import Value
from kaocheng.methods.workdays import mainland_calendar

# Phases, deadlines, publicity, answers, gates and routes that do not fit each other.
COLLISIONS = ("P13", "P14", "P15", "P16", "P17", "P18", "P19", "P20")

if TYPE_CHECKING:
    from kaocheng.engine.cases import CaseReport
    from kaocheng.engine.columnar.arrow_table import ArrowTable
    from kaocheng.engine.columnar.columnar_run import ColumnarRun
    from kaocheng.engine.columnar.database import Resources
    from kaocheng.engine.columnar.facts import ColumnFacts
    from kaocheng.engine.explain import Explanation
    from kaocheng.engine.reference.run import Run
    from kaocheng.engine.sampling import Sample

__all__ = [
    "check",
    "compile",
    "explain",
    "facts",
    "facts_in_columns",
    "find_packs",
    "plan",
    "read",
    "run",
    "run_in_columns",
    "sample",
    "sql",
    "test",
]


def read(folder: Path, *, problems: Problems) -> Pack | None:
    """The pack in `folder`, or None after noting every problem of its text."""
    return read_pack(folder, problems=problems)


def compile(pack: Pack, *, problems: Problems) -> Compiled | None:  # noqa: A001  # its verb
    """The pack with every name bound and every column in order, or None after noting problems."""
    return compile_pack(pack, problems=problems)


def check(
    folder: Path, *, problems: Problems, parameters: Mapping[str, TextTable] | None = None
) -> Compiled | None:
    """Read, compile and lint the pack in `folder`; everything found goes into `problems`.

    `parameters` are what an adoption fills in: `parameters` (id, value) and tables by their own id,
    as among facts. What they settle is no longer told.
    """
    pack = read(folder, problems=problems)
    if pack is None:
        return None
    compiled = compile(pack, problems=problems)
    if compiled is not None:
        check_quotes(pack, problems=problems)
        tables = parameters or {}
        lint_pack(compiled, problems=problems, given=filled_in(pack, tables))
        values, _ = read_parameters(pack, tables, Reader(pack, (), problems), problems)
        problems.extend(_collisions(pack, values))
    return compiled


def _collisions(pack: Pack, parameters: Mapping[str, Value]) -> list[Problem]:
    """What collides once the process is laid on the calendar, as far as its own dates go."""
    agenda = lay_out(pack.process, parameters=parameters, calendar=mainland_calendar())
    return [found for found in agenda.problems if found.id in COLLISIONS]


def facts(pack: Pack, tables: Mapping[str, TextTable], *, problems: Problems) -> Facts:
    """Typed facts from text tables by id; raises `Refused` when any table has an error."""
    found = read_facts(pack, tables, problems=problems)
    problems.stop_on_errors()
    return found


def facts_in_columns(
    pack: Pack, tables: Mapping[str, ArrowTable | TextTable], *, problems: Problems
) -> ColumnFacts:
    """Typed facts in columns from tables by id; what is wrong is told as `facts` tells it.

    Shape: one Arrow table per register, encoded as `columnar.facts` says; a column of numbers is
    whole numbers at one scale. Raises `Refused` when any table has an error, or (F80) where a
    column would need more than 63 bits.
    """
    from kaocheng.engine.columnar.encoding import encode_tables

    return encode_tables(pack, tables, problems=problems)


def run(
    compiled: Compiled, facts: Facts, *, progress: Callable[[int, int], None] | None = None
) -> Run:
    """Every result of the pack, computed exactly by the reference evaluator."""
    from kaocheng.engine.reference.run import run_reference

    return run_reference(compiled, facts, progress=progress)


def run_in_columns(
    compiled: Compiled,
    facts: ColumnFacts,
    *,
    resources: Resources | None = None,
    progress: Callable[[int, int], None] | None = None,
    tells: bool = False,
) -> ColumnarRun:
    """Every result of the pack, computed by columns: equal to `run` in every value and state.

    Shape: one Arrow table per result, a row per subject (and period), read as outcomes where asked.
    The database lives as long as the run, which asks it for the rows that it explains.
    `progress` is told how many of the statements are done. With `tells` the results also keep what
    single subjects are explained by: for whoever calls `explain` on a large city. Raises `Refused`
    (R01, R02) where memory or room for what is laid off does not suffice.
    """
    from kaocheng.engine.columnar.database import Resources, connect, failures_told
    from kaocheng.engine.columnar.run import computed_store

    given = resources or Resources()
    with failures_told(given):
        store = computed_store(compiled, facts, lambda: connect(given), progress, tells=tells)
        return store.results()


def sql(compiled: Compiled, facts: ColumnFacts, *, tables: Path | None = None) -> str:
    """The statements that compute the results from tables `r_<register>`, with what each fills.

    They rest on what is promised of `facts` (widths of numbers, gaps). With `tables`, statements
    come first that read the facts from the Parquet files in that folder. Raises `Unlowered`
    where no result can be said in SQL; items that cannot are named in the legend.
    """
    from kaocheng.engine.columnar.listing import listing

    return listing(compiled, facts, tables=tables)


def plan(compiled: Compiled, facts: ColumnFacts) -> str:
    """The plan that `sql` is written from: chains, levels, passes, bounds and states of columns."""
    from kaocheng.engine.columnar.planner import Planner
    from kaocheng.engine.columnar.printing import plan_text
    from kaocheng.engine.columnar.stages import stages_of

    planner = Planner(compiled, facts)
    planner.plan()
    return plan_text(planner, stages_of(planner))


def explain(done: Run | ColumnarRun, subject: str) -> list[Explanation]:
    """Every result row of `subject` as a tree down to clause and register row.

    Both kinds of run give the same tree. Whoever explains many subjects of one columnar run keeps
    an `engine.columnar.explaining.Explainer`.
    """
    from kaocheng.engine.explain import explain_subject
    from kaocheng.engine.reference.run import Run

    if isinstance(done, Run):
        return explain_subject(done, subject)
    from kaocheng.engine.columnar.explaining import explain_from_columns

    return explain_from_columns(done, subject)


def sample(compiled: Compiled, example: Mapping[str, TextTable], *, seed: int, size: int) -> Sample:
    """Believable facts about `size` subjects, edge cases among them; equal for equal seeds.

    Shape: a header for every table, and rows (cells as text by field) each with the table it
    belongs to. `example` are the tables of the pack's example, which the facts are modelled on.
    """
    from kaocheng.engine import sampling

    return sampling.sample(compiled, example, seed=seed, size=size)


def test(compiled: Compiled) -> list[CaseReport]:
    """The pack's own cases, each with the expectations that do not hold."""
    from kaocheng.engine.cases import run_case

    return [run_case(compiled, case) for case in compiled.pack.cases]
