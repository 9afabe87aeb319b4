"""The five verbs of the engine, for everybody outside it: read, check, compile, run, explain.

What computes is imported by the verbs that compute: a check should not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.engine.compile import Compiled, compile_pack
from kaocheng.engine.facts import Facts, default_parameters, read_facts
from kaocheng.engine.lint import lint_pack
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.process.agenda import lay_out
from kaocheng.engine.reading.packs import find_packs, read_pack
from kaocheng.engine.text_table import TextTable
from kaocheng.methods.workdays import mainland_calendar

# Phases, deadlines, publicity, answers, gates and routes that do not fit each other.
COLLISIONS = ("P13", "P14", "P15", "P16", "P17", "P18", "P19", "P20")

if TYPE_CHECKING:
    from kaocheng.engine.cases import CaseReport
    from kaocheng.engine.explain import Explanation
    from kaocheng.engine.reference.run import Run

__all__ = ["check", "compile", "explain", "find_packs", "read", "run", "test"]


def read(folder: Path, *, problems: Problems) -> Pack | None:
    """The pack in `folder`, or None after noting every problem of its text."""
    return read_pack(folder, problems=problems)


def compile(pack: Pack, *, problems: Problems) -> Compiled | None:  # noqa: A001  # its verb
    """The pack with every name bound and every column in order, or None after noting problems."""
    return compile_pack(pack, problems=problems)


def check(folder: Path, *, problems: Problems) -> Compiled | None:
    """Read, compile and lint the pack in `folder`; everything found goes into `problems`."""
    pack = read(folder, problems=problems)
    if pack is None:
        return None
    compiled = compile(pack, problems=problems)
    if compiled is not None:
        lint_pack(compiled, problems=problems)
        problems.extend(_collisions(pack))
    return compiled


def _collisions(pack: Pack) -> list[Problem]:
    """What collides once the process is laid on the calendar, as far as its own dates go."""
    agenda = lay_out(
        pack.process, parameters=default_parameters(pack), calendar=mainland_calendar()
    )
    return [found for found in agenda.problems if found.id in COLLISIONS]


def facts(pack: Pack, tables: Mapping[str, TextTable], *, problems: Problems) -> Facts:
    """Typed facts from text tables by id; raises `Refused` when any table has an error."""
    found = read_facts(pack, tables, problems=problems)
    problems.stop_on_errors()
    return found


def run(
    compiled: Compiled, facts: Facts, *, progress: Callable[[int, int], None] | None = None
) -> Run:
    """Every result of the pack, computed exactly by the reference evaluator."""
    from kaocheng.engine.reference.run import run_reference

    return run_reference(compiled, facts, progress=progress)


def explain(done: Run, subject: str) -> list[Explanation]:
    """Every result row of `subject` as a tree down to clause and register row."""
    from kaocheng.engine.explain import explain_subject

    return explain_subject(done, subject)


def test(compiled: Compiled) -> list[CaseReport]:
    """The pack's own cases, each with the expectations that do not hold."""
    from kaocheng.engine.cases import run_case

    return [run_case(compiled, case) for case in compiled.pack.cases]
