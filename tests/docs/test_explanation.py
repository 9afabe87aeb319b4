"""The explanation's proofs hold: its bundles compute, its excerpts stand in the packs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.mechanisms import MECHANISMS
from tests.engine.bundles import compile_bundle, lines_that_do_not_add_up, told_failures
from tools import hard_rules

ROOT = Path(__file__).parents[2]
BUNDLES = sorted(path for path in hard_rules.HARD.glob("*.yaml") if path.stem != "rules")
RULES = json.loads((ROOT / "tests/schemes/rules.json").read_text("utf-8"))


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_bundle_says_the_rules_it_stands_for(path: Path) -> None:
    compiled, problems = compile_bundle(path.read_text("utf-8"), file=path.name)

    assert [str(one.place) for one in problems if one.id not in ("L02", "L04")] == []
    assert compiled is not None
    assert told_failures(verbs.test(compiled)) == []
    assert lines_that_do_not_add_up(compiled) == []


def test_page_of_the_hardest_rules_is_current() -> None:
    expected = hard_rules.page()

    assert hard_rules.PAGE.read_text("utf-8") == expected, "run: python tools/hard_rules.py"


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
