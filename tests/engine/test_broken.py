"""Every problem has one broken example that raises just that: of a pack, its process, its facts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kaocheng.engine.messages import MESSAGES
from kaocheng.engine.problems import Language
from tools.broken import FOLDER, Broken, found_in, problems_of, read_broken, said_by

FILES = sorted(FOLDER.glob("*.yaml"))
# Told elsewhere: files of facts (F01–F39), commands (C).
ELSEWHERE = re.compile(r"F[0-3]\d|C\d\d")


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


def test_every_problem_of_a_pack_has_a_broken_example() -> None:
    wanted = {id for id in MESSAGES if not ELSEWHERE.fullmatch(id)}

    assert wanted - {path.stem for path in FILES} == set()
