"""Every problem is raised by one broken example that raises just that, or by a test of its own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from kaocheng.engine.messages import MESSAGES, Message
from kaocheng.engine.problems import Language
from tools.broken import FOLDER, Broken, found_in, problems_of, read_broken, said_by

FILES = sorted(FOLDER.glob("*.yaml"))
TESTS = Path(__file__).parents[1]
# Tests of one id each, for what no text can break: a full disk, a built workbook.
NAMED = re.compile(r"test_(?P<id>[a-z]\d{2,3})_\w+")


def words_of(broken: Broken, language: Language) -> list[str]:
    if broken.command:
        return [said_by(broken, language)]
    problems = problems_of(broken)
    return [words for one in problems for words in (one.reason(language), one.remedy(language))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_broken_example_tells_exactly_what_is_wrong(path: Path) -> None:
    broken = read_broken(path)

    assert found_in(broken) == list(broken.expect)
    assert path.stem in {one.id for one in broken.expect}
    assert broken.about.strip()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_of_a_problem_are_filled_in(path: Path, language: Language) -> None:
    for words in words_of(read_broken(path), language):
        assert words.strip()
        assert not re.search(r"\{[a-z_]+\}", words)


def ids_told_by_named_tests() -> set[str]:
    """The ids whose words, as the catalogue has them, are asserted by a test that bears the id."""
    return {
        id
        for path in TESTS.rglob("test_*.py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        and (named := NAMED.fullmatch(function.name))
        and (id := named["id"].upper()) in MESSAGES
        and tells(function, MESSAGES[id])
    }


def tells(function: ast.FunctionDef, message: Message) -> bool:
    """Whether the words stand in an `assert`, or in the `match` that something is raised with."""
    parts = re.split(r"\{[a-z_]+\}", message.zh)
    told = re.compile(".+".join(map(re.escape, parts)))
    return any(
        told.search(spelled(node))
        for asserted in ast.walk(function)
        if isinstance(asserted, ast.Assert)
        or (isinstance(asserted, ast.keyword) and asserted.arg == "match")
        for node in ast.walk(asserted)
    )


def spelled(node: ast.AST) -> str:
    """The text of a literal, with a dot for every value that is filled in; else nothing."""
    if isinstance(node, ast.JoinedStr):
        return "".join(spelled(part) or "…" for part in node.values)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text else ""  # type: ignore[attr-defined]  # a constant


def test_every_problem_has_a_broken_example_or_a_test_of_its_own() -> None:
    examples = {path.stem for path in FILES}

    assert set(MESSAGES) - examples - ids_told_by_named_tests() == set()


def test_every_broken_example_is_of_a_problem_in_the_catalogue() -> None:
    assert {path.stem for path in FILES} - set(MESSAGES) == set()
