"""The explanation's proofs hold: its bundles compute, its excerpts stand in the packs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.clauses import clauses_of
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.problems import Problems
from tests.engine.bundles import compile_bundle, lines_that_do_not_add_up, told, told_failures
from tools import hard_rules

ROOT = Path(__file__).parents[2]
BUNDLES = sorted(
    path
    for folder in (hard_rules.HARD, ROOT / "docs" / "how-to")
    for path in folder.glob("*.yaml")
    if path.stem != "rules"
)
NOTICES = verbs.find_packs(ROOT / "docs" / "tutorial" / "notices")
RULES = json.loads((ROOT / "tests/schemes/rules.json").read_text("utf-8"))


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_bundle_says_the_rules_it_stands_for(path: Path) -> None:
    compiled, problems = compile_bundle(path.read_text("utf-8"), file=path.name)

    assert [str(one.place) for one in problems if one.severity != "lint"] == []
    assert compiled is not None
    assert told_failures(verbs.test(compiled)) == []
    assert lines_that_do_not_add_up(compiled) == []


@pytest.mark.parametrize("folder", NOTICES, ids=lambda path: path.name)
def test_notice_written_from_the_tutorial_holds(folder: Path) -> None:
    problems = Problems()

    compiled = verbs.check(folder, problems=problems)

    assert compiled is not None, told(problems)
    assert problems.errors == []
    assert told_failures(verbs.test(compiled)) == []


@pytest.mark.parametrize("folder", NOTICES, ids=lambda path: path.name)
def test_clauses_of_a_notice_stand_in_it(folder: Path) -> None:
    problems = Problems()

    compiled = verbs.check(folder, problems=problems)

    assert compiled is not None
    assert compiled.pack.notice is not None
    assert list(clauses_of(compiled.pack)) != []
    assert [str(one.place) for one in problems if one.id == "S31"] == []


def test_both_notices_are_there() -> None:
    assert {folder.name for folder in NOTICES} == {"grid-workers", "lesson-preparation"}


def test_every_phrase_is_written_as_some_executed_scheme_writes_it() -> None:
    folders = ("schemes", "docs", "src/kaocheng/engine/mechanisms/examples")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.yaml")]
    executed = " ".join(" ".join(path.read_text("utf-8").split()) for path in files)

    page = (ROOT / "docs" / "how-to" / "phrases.md").read_text("utf-8")
    writings = [line.split(" | ")[1] for line in page.splitlines() if line.startswith("| ")]
    parts = [part for writing in writings for part in re.findall("`([^`]+)`", writing)]

    assert len(parts) >= 40
    assert [part for part in parts if part not in executed] == []


def test_page_of_the_hardest_rules_is_current() -> None:
    expected = hard_rules.page()

    assert hard_rules.PAGE.read_text("utf-8") == expected, "run: python -m tools.hard_rules"


def test_excerpts_of_the_how_tos_are_current() -> None:
    stale = [
        path.name
        for path, text in hard_rules.how_to_pages().items()
        if path.read_text("utf-8") != text
    ]

    assert stale == [], "run: python -m tools.hard_rules"


def test_links_of_the_pages_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not target.startswith(("http:", "https:")) and not (page.parent / target).exists()
    ]

    assert dead == []


def test_quotes_are_the_words_of_the_notice() -> None:
    wrong = {
        rule: said
        for one in hard_rules.hard_rules()
        for rule in one.rules
        if rule in RULES
        if (said := hard_rules.clause_of(one.scheme, rule)) != RULES[rule]["quote"]
    }

    assert wrong == {}


def test_every_kind_of_rule_has_its_mechanism() -> None:
    page = (ROOT / "docs/explanation/rule-kinds.md").read_text("utf-8")
    kinds = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)

    assert len(kinds) == len(set(kinds)) == 44
    assert {kind for rule in RULES.values() for kind in rule["kinds"]} - set(kinds) == set()
    named = set(re.findall(r"reference/mechanisms/(\w+)\.md", page))
    assert named <= set(MECHANISMS)
