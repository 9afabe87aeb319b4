"""Bundles: packs whose files are the sections of one text, as examples and broken files are."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kaocheng.engine import verbs
from kaocheng.engine.cases import CaseReport, case_facts
from kaocheng.engine.compile import Compiled
from kaocheng.engine.lint import lint_pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle
from kaocheng.engine.reference.run import Run
from kaocheng.engine.values import is_number


def compile_bundle(text: str, *, file: str = "example.yaml") -> tuple[Compiled | None, Problems]:
    """The bundle compiled and linted, with every problem found on the way."""
    problems = Problems()
    pack = read_bundle(text, file=file, problems=problems)
    compiled = None if pack is None else verbs.compile(pack, problems=problems)
    if compiled is not None:
        lint_pack(compiled, problems=problems)
    return compiled, problems


def told(problems: Problems) -> list[str]:
    """Every problem as one readable line."""
    return [f"{one.place} {one.id} {one.reason()}" for one in problems]


def told_failures(reports: list[CaseReport]) -> list[str]:
    return [
        f"{failure.case} {failure.what}: {failure.want} != {failure.found}"
        for report in reports
        for failure in report.failures
    ]


def runs_of(compiled: Compiled) -> Iterator[tuple[str, Run]]:
    """Every case whose facts are sound, with its run."""
    for case in compiled.pack.cases:
        problems = Problems()
        facts = case_facts(compiled.pack, case, problems=problems)
        if not problems.errors:
            yield case.id, verbs.run(compiled, facts)


def lines_that_do_not_add_up(compiled: Compiled) -> list[str]:
    """Outcomes that say their lines add up to their value, and lie."""
    return [
        f"{case} {result}.{'/'.join(key)}.{item}"
        for case, run in runs_of(compiled)
        for (result, item), column in run.outcomes.items()
        for key, outcome in column.items()
        if outcome.adds_up and is_number(outcome.value) and outcome.lines
        if sum((line.value for line in outcome.lines if is_number(line.value)), Fraction(0))
        != outcome.value
    ]
