"""Every problem that a pack or its facts can raise has one broken example that raises just that."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.facts import read_facts, text_table
from kaocheng.engine.lint import lint_pack
from kaocheng.engine.messages import MESSAGES
from kaocheng.engine.problems import Language, Problem, Problems
from kaocheng.engine.reading.packs import read_bundle
from kaocheng.engine.reading.yaml_text import Mapping, Node, Scalar, Sequence, read_yaml

FOLDER = Path(__file__).parent / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
# Told elsewhere: files of facts (F01–F39), the process (P), commands (C).
ELSEWHERE = re.compile(r"F[0-3]\d|P\d\d|C\d\d")


@dataclass(frozen=True)
class Expected:
    id: str
    line: int


@dataclass(frozen=True)
class Broken:
    """A bundle (or a raw text, or files of a folder), facts for it, and what must be told."""

    name: str
    about: str
    text: str
    folder: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    expect: tuple[Expected, ...] = ()


def texts(node: Node | None) -> dict[str, str]:
    assert node is None or isinstance(node, Mapping)
    pairs = () if node is None else node.pairs
    return {name.text: value.text for name, value in pairs if isinstance(value, Scalar)}


def read_broken(path: Path) -> Broken:
    """The sections of one file, which is the bundle itself unless it has a raw `text`."""
    whole = path.read_text("utf-8")
    node = read_yaml(whole, file=path.name, problems=Problems())
    # A file whose own YAML is at fault (Y07, Y09) is still readable section by section.
    assert isinstance(node, Mapping)
    told = texts(node)
    wanted = node.get("expect")
    assert isinstance(wanted, Sequence)
    expect = [texts(one) for one in wanted.items]
    raw = told["text"] * int(told.get("times", "1")) if "text" in told else whole
    return Broken(
        path.stem,
        told["about"],
        raw,
        texts(node.get("folder")),
        texts(node.get("facts")),
        tuple(Expected(one["id"], int(one.get("line", "0"))) for one in expect),
    )


def problems_of(broken: Broken) -> Iterable[Problem]:
    problems = Problems()
    if broken.folder:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in broken.folder.items():
                (Path(folder) / name).write_text(text, "utf-8")
            verbs.check(Path(folder), problems=problems)
        return problems
    pack = read_bundle(broken.text, file=broken.name, problems=problems)
    compiled = None if pack is None else verbs.compile(pack, problems=problems)
    if compiled is None:
        return problems
    lint_pack(compiled, problems=problems)
    if broken.facts:
        tables = {
            name: text_table(name, text, source=f"{name}.csv")
            for name, text in broken.facts.items()
        }
        read_facts(compiled.pack, tables, problems=problems)
    return problems


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_broken_example_tells_exactly_what_is_wrong(path: Path) -> None:
    broken = read_broken(path)

    found = [Expected(one.id, one.place.line) for one in problems_of(broken)]

    assert found == list(broken.expect)
    assert path.stem in {one.id for one in broken.expect}
    assert broken.about.strip()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_of_a_problem_are_filled_in(path: Path, language: Language) -> None:
    for problem in problems_of(read_broken(path)):
        for words in (problem.reason(language), problem.remedy(language)):
            assert words.strip()
            assert not re.search(r"\{[a-z_]+\}", words)


def test_every_problem_of_a_pack_has_a_broken_example() -> None:
    wanted = {id for id in MESSAGES if not ELSEWHERE.fullmatch(id)}

    assert wanted - {path.stem for path in FILES} == set()
