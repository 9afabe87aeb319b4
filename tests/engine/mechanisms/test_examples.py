"""Every mechanism has an example that people read, and every example holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaocheng.engine import mechanisms, verbs
from kaocheng.engine.language.scheme import items_below
from kaocheng.engine.mechanisms import MECHANISMS
from tests.engine.bundles import (
    compile_bundle,
    lines_that_do_not_add_up,
    told_failures,
)

EXAMPLES = sorted((Path(mechanisms.__file__).parent / "examples").glob("*.yaml"))


def test_every_mechanism_has_one_example() -> None:
    assert sorted(MECHANISMS) == [path.stem for path in EXAMPLES]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_holds_in_every_case(path: Path) -> None:
    compiled, problems = compile_bundle(path.read_text("utf-8"), file=path.name)

    # What a notice leaves open, or says badly, stays so in its example.
    assert [str(one) for one in problems if one.severity != "lint"] == []
    assert compiled is not None
    assert told_failures(verbs.test(compiled)) == []
    assert lines_that_do_not_add_up(compiled) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_uses_the_mechanism_it_is_named_after(path: Path) -> None:
    compiled, _ = compile_bundle(path.read_text("utf-8"), file=path.name)

    assert compiled is not None
    used = {
        item.mechanism
        for result in compiled.pack.scheme.results
        for item in items_below(result.items)
    }
    assert path.stem in used
    assert compiled.pack.cases
