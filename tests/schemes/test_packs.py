"""Every pack checks, passes its own cases, and carries its rules with the notice's own words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.cases import run_case
from kaocheng.engine.clauses import clauses_in, clauses_of
from kaocheng.engine.compile import Compiled
from kaocheng.engine.problems import Problems

ROOT = Path(__file__).parents[2]
PACKS = verbs.find_packs(ROOT / "schemes")
RULES: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "rules.json").read_text())
CONTEXT_ONLY = {"S1.3-36", "S4.7-17", "S4.7-19", "S4.7-20", "S4.7-25", "S4.7-26"}


def compiled(folder: Path) -> Compiled:
    problems = Problems()
    found = verbs.check(folder, problems=problems)
    assert found is not None, [str(one) for one in problems]
    assert problems.errors == []
    return found


def system_of(folder: Path) -> str:
    return folder.name.split("-", 1)[0].upper()


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_pack_passes_its_own_cases(folder: Path) -> None:
    pack = compiled(folder)

    failures = [failure for case in pack.pack.cases for failure in run_case(pack, case).failures]

    assert failures == []
    assert len(pack.pack.cases) >= 1


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_pack_carries_every_rule_of_its_system(folder: Path) -> None:
    """A doubt is about a rule; it does not carry it."""
    pack = compiled(folder).pack
    systems = {system_of(folder), *(rule.rsplit("-", 1)[0] for rule in pack.scheme.same_as)}
    wanted = {rule for rule in RULES if rule.rsplit("-", 1)[0] in systems} - CONTEXT_ONLY

    quoted = [clause for clause in clauses_of(pack) if clause.rule]
    doubted = [id(clause) for clause in clauses_in(pack.scheme.doubts)]
    carried = {clause.rule for clause in quoted if id(clause) not in doubted}
    carried |= {rule for rule, same in pack.scheme.same_as.items() if same in carried}

    assert wanted - carried == set()
    assert {rule for rule in carried if rule not in RULES} == set()


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.name)
def test_pack_quotes_its_notice_byte_for_byte(folder: Path) -> None:
    clauses = [clause for clause in clauses_of(compiled(folder).pack) if clause.rule]

    altered = {
        clause.rule: clause.text for clause in clauses if clause.text != RULES[clause.rule]["quote"]
    }

    assert altered == {}


def test_every_system_of_the_rules_has_its_pack_or_is_the_same_as_another() -> None:
    systems = {rule.rsplit("-", 1)[0] for rule in RULES}
    same = {
        rule.rsplit("-", 1)[0] for folder in PACKS for rule in compiled(folder).pack.scheme.same_as
    }

    assert {system_of(folder) for folder in PACKS} | same == systems
    assert len(PACKS) == 20
    assert same == {"S4.10"}
