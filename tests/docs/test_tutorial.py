"""The tutorial is followed word for word: every file, every command, every figure.

A comment `<!-- step: … -->` above a block of the page says what to do with it:

    write FILE · append FILE     the block is the file of the pack, or its next lines
    mistake FILE                 a diff, applied for the next command only
    data TABLE                   a table of facts
    run                          a command and exactly what it prints
    score RESULT                 a Markdown table of displayed values
    expressions                  the first column holds expressions of the result's scope
    bundle                       a whole pack in one text; its cases hold
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kaocheng.cli.main import main
from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import text_table
from kaocheng.engine.problems import Problems
from kaocheng.engine.reference.run import Run
from kaocheng.engine.trace import shown
from tests.engine.bundles import compile_bundle, told, told_failures

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-scheme.md"
_STEP = re.compile(
    r"<!-- step: (?P<what>[^>]+?) -->\n"
    r"(?:```\w+\n(?P<text>.*?)```|(?P<table>(?:\|[^\n]*\n)+))",
    re.DOTALL,
)
Shown = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class Block:
    """One step of the page."""

    verb: str
    subject: str
    text: str
    line: int


def blocks() -> Iterator[Block]:
    page = PAGE.read_text("utf-8")
    for match in _STEP.finditer(page):
        verb, _, subject = match["what"].partition(" ")
        line = page.count("\n", 0, match.start()) + 1
        yield Block(verb, subject, match["text"] or match["table"] or "", line)


@dataclass
class Reader:
    """Somebody who does in `folder` what the page says.

    Each method is one verb and yields (what the page shows, what really comes out).
    """

    folder: Path
    printed: pytest.CaptureFixture[str]
    tables: dict[str, str] = field(default_factory=dict)
    mistakes: dict[Path, str] = field(default_factory=dict)

    @property
    def pack(self) -> Path:
        return self.folder / "training"

    def write(self, block: Block) -> Shown:
        self.pack.mkdir(exist_ok=True)
        (self.pack / block.subject).write_text(block.text, "utf-8")
        yield from ()

    def append(self, block: Block) -> Shown:
        path = self.pack / block.subject
        path.write_text(path.read_text("utf-8") + block.text, "utf-8")
        yield from ()

    def mistake(self, block: Block) -> Shown:
        path = self.pack / block.subject
        self.mistakes[path] = path.read_text("utf-8")
        path.write_text(changed(self.mistakes[path], block.text), "utf-8")
        yield from ()

    def data(self, block: Block) -> Shown:
        self.tables[block.subject] = block.text
        (self.folder / "data" / f"{block.subject}.csv").write_text(block.text, "utf-8")
        yield from ()

    def run(self, block: Block) -> Shown:
        command, _, said = block.text.partition("\n")
        main(command.removeprefix("$ kaocheng ").split())
        yield said, self.printed.readouterr().out
        if " new " in command:  # the page then says to delete these files of the sample
            (self.pack / "cases.yaml").unlink()
            (self.pack / "process.yaml").unlink()
        for path, before in self.mistakes.items():
            path.write_text(before, "utf-8")
        self.mistakes.clear()

    def score(self, block: Block) -> Shown:
        yield block.text, scores(run_on(checked(self.pack), self.tables), block)

    def expressions(self, block: Block) -> Shown:
        path = self.pack / "scheme.yaml"
        scheme = path.read_text("utf-8")
        path.write_text(with_expressions(scheme, block.text), "utf-8")
        problems = Problems()
        verbs.check(self.pack, problems=problems)
        path.write_text(scheme, "utf-8")
        yield "", "\n".join(f"{one.place} {one.reason()}" for one in problems.errors)

    def bundle(self, block: Block) -> Shown:
        compiled, problems = compile_bundle(block.text)
        yield "", "\n".join(told(problems))
        assert compiled is not None
        yield "", "\n".join(told_failures(verbs.test(compiled)))


def run_on(compiled: Compiled, tables: dict[str, str]) -> Run:
    problems = Problems()
    texts = {name: text_table(name, text, source=f"{name}.csv") for name, text in tables.items()}
    found = verbs.facts(compiled.pack, texts, problems=problems)
    assert told(problems) == []
    return verbs.run(compiled, found)


def with_expressions(scheme: str, table: str) -> str:
    """The scheme whose result has one more item for every expression of the table."""
    rows = re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)
    items = "".join(
        f"      - {{id: e{at}, title: 第{at}个, value: {quoted(row)}}}\n"
        for at, row in enumerate(rows)
    )
    return scheme.replace("    headline: total\n", f"{items}    headline: total\n")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def changed(text: str, diff: str) -> str:
    old = "".join(f"{line[1:]}\n" for line in diff.splitlines() if line.startswith("-"))
    new = "".join(f"{line[1:]}\n" for line in diff.splitlines() if line.startswith("+"))
    assert old in text, old
    return text.replace(old, new, 1)


def checked(folder: Path) -> Compiled:
    compiled = verbs.check(folder, problems=Problems())
    assert compiled is not None
    return compiled


def scores(run: Run, block: Block) -> str:
    """The page's table with the figures of the run."""
    head, rule, *rows = block.text.splitlines()
    items = [cell.split()[-1] for cell in head.strip("| ").split("|")][1:]
    lines = [head, rule]
    for row in rows:
        subject = row.strip("| ").split("|")[0].strip()
        values = [shown(run.value(block.subject, item, (subject, ""))) for item in items]
        lines.append("| " + " | ".join([subject, *values]) + " |")
    return "".join(f"{line}\n" for line in lines)


def followed(folder: Path, printed: pytest.CaptureFixture[str]) -> Iterator[tuple[Block, str, str]]:
    """(step, what the page shows, what really comes out) for every step that shows something."""
    reader = Reader(folder, printed)
    for block in blocks():
        for said, real in getattr(reader, block.verb)(block):
            yield block, said, real


def test_tutorial_says_what_really_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    steps = list(followed(tmp_path, capsys))

    wrong = {f"{block.line} {block.verb}": real for block, said, real in steps if said != real}
    assert wrong == {}
    assert {block.verb for block, _, _ in steps} == {"bundle", "expressions", "run", "score"}
