"""Both evaluators agree on the cases and on every example that people have written.

The plan of a scheme is made anew for each case, which takes most of the time: a usual run tries
every third case of a scheme, a thorough one all. What each case should give is checked elsewhere.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kaocheng.engine import mechanisms, verbs
from kaocheng.engine.cases import case_facts
from kaocheng.engine.compile import Compiled
from kaocheng.engine.problems import Problems
from kaocheng.formats import read_tables
from tests.engine.bundles import compile_bundle
from tests.engine.columnar.agreement import agree_on
from tests.thorough import amount

ROOT = Path(__file__).parents[3]
PACKS = {pack.name: pack for pack in verbs.find_packs(ROOT / "schemes")}
EXAMPLES = {
    path.stem: path
    for path in sorted((Path(mechanisms.__file__).parent / "examples").glob("*.yaml"))
}


def checked(folder: Path) -> Compiled:
    compiled = verbs.check(folder, problems=Problems())
    assert compiled is not None
    return compiled


def differing_cases(compiled: Compiled, *, every: int = 1) -> list[str]:
    """Every case in which a cell differs, with that cell; cases whose facts are refused pass."""
    found = []
    for case in compiled.pack.cases[:: amount(every, 1)]:
        problems = Problems()
        facts = case_facts(compiled.pack, case, problems=problems)
        if problems.errors:
            continue
        try:
            agree_on(compiled, facts)
        except AssertionError as fault:
            found.append(f"{case.id}: {fault}")
    return found


@pytest.mark.parametrize("name", PACKS)
def test_evaluators_agree_on_the_cases_of_a_scheme(name: str) -> None:
    assert differing_cases(checked(PACKS[name]), every=3) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_evaluators_agree_on_every_case_of_a_mechanism(name: str) -> None:
    compiled, _ = compile_bundle(EXAMPLES[name].read_text("utf-8"))

    assert compiled is not None
    assert differing_cases(compiled) == []


@pytest.mark.parametrize("name", PACKS)
def test_evaluators_agree_on_the_example_of_a_scheme(name: str) -> None:
    compiled, problems = checked(PACKS[name]), Problems()
    tables = read_tables(PACKS[name] / "example", problems=problems)

    run = agree_on(compiled, verbs.facts(compiled.pack, tables, problems=problems))

    assert all(run.members[result] for result in run.pack.results)
