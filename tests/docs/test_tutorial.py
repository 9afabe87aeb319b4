"""The tutorial is followed word for word: every file, every check, every figure.

A comment `<!-- step: … -->` above a block of the page says what to do with it:

    write FILE · append FILE     the block is the file, or its next lines
    mistake FILE                 a diff, applied for the next check only
    check                        the block shows exactly what checking finds
    test                         all cases hold
    data TABLE                   a table of facts
    score RESULT                 a Markdown table of displayed values
    explain SUBJECT              the explanation as an indented text
    expressions                  the first column holds expressions of the result's scope
    bundle                       a whole pack in one text; its cases hold
    say                          a command without output
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.explain import Branch
from kaocheng.engine.facts import text_table
from kaocheng.engine.problems import Problems
from kaocheng.engine.reference.run import Run
from kaocheng.engine.trace import shown
from tests.engine.bundles import compile_bundle, told, told_failures

KINDS = ("error", "warning", "lint")
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


def shown_problems(problems: Problems, folder: Path) -> str:
    """Problems as `kaocheng check` prints them, and the line that counts them."""
    lines = []
    for one in problems:
        place = str(one.place).replace(str(folder), "training")
        severity = {"error": "", "warning": "警告 ", "lint": "提示 "}[one.severity]
        lines += [f"{place} {one.id} {severity}{one.reason()}", f"    怎么办：{one.remedy()}"]
    counted = [sum(one.severity == kind for one in problems) for kind in KINDS]
    lines.append("1 个方案，错误 {}，警告 {}，提示 {}".format(*counted))
    return "".join(f"{line}\n" for line in lines)


def explained(branches: tuple[Branch, ...], level: int = 0) -> Iterator[str]:
    for branch in branches:
        of = f" / {shown(branch.points, places=0)}" if branch.points is not None else ""
        text = f"：{branch.text}" if branch.text and not branch.branches else ""
        yield f"{'  ' * level}{branch.title} {shown(branch.value)}{of}{text}\n"
        for row in branch.rows if not branch.branches else ():
            yield f"{'  ' * level}  见 {row.table} 第 {row.line} 行\n"
        yield from explained(branch.branches, level + 1)


def run_on(compiled: Compiled, tables: dict[str, str]) -> Run:
    problems = Problems()
    texts = {name: text_table(name, text, source=f"{name}.csv") for name, text in tables.items()}
    found = verbs.facts(compiled.pack, texts, problems=problems)
    assert told(problems) == []
    return verbs.run(compiled, found)


def with_expressions(scheme: str, table: str) -> str:
    """The scheme with one more result that holds every expression of the table's first column."""
    rows = re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)
    items = "".join(
        f"      - {{id: e{at}, title: 第{at}个, value: {quoted(row)}}}\n"
        for at, row in enumerate(rows)
    )
    # Items of another result are not visible there, so the lines go before the end of this one.
    return scheme.replace("    headline: total\n", f"{items}    headline: total\n")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def changed(text: str, diff: str) -> str:
    old = "".join(f"{line[1:]}\n" for line in diff.splitlines() if line.startswith("-"))
    new = "".join(f"{line[1:]}\n" for line in diff.splitlines() if line.startswith("+"))
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


@dataclass
class Reader:
    """Somebody who does in `folder` what the page says.

    Each method is one verb and yields (what the page shows, what really comes out).
    """

    folder: Path
    tables: dict[str, str] = field(default_factory=dict)
    mistakes: dict[Path, str] = field(default_factory=dict)

    def write(self, block: Block) -> Shown:
        (self.folder / block.subject).write_text(block.text, "utf-8")
        yield from ()

    def append(self, block: Block) -> Shown:
        path = self.folder / block.subject
        path.write_text(path.read_text("utf-8") + block.text, "utf-8")
        yield from ()

    def mistake(self, block: Block) -> Shown:
        path = self.folder / block.subject
        self.mistakes[path] = path.read_text("utf-8")
        path.write_text(changed(self.mistakes[path], block.text), "utf-8")
        yield from ()

    def check(self, block: Block) -> Shown:
        problems = Problems()
        verbs.check(self.folder, problems=problems)
        said = re.sub(r"^\$ .*\n", "", block.text)
        yield said, shown_problems(problems, self.folder)
        for path, before in self.mistakes.items():
            path.write_text(before, "utf-8")
        self.mistakes.clear()

    def test(self, block: Block) -> Shown:
        reports = verbs.test(checked(self.folder))
        yield "", "\n".join(told_failures(reports))
        said = re.sub(r"^\$ .*\n", "", block.text)
        yield said, f"{len(reports)} passed, 0 failed\n"

    def data(self, block: Block) -> Shown:
        self.tables[block.subject] = block.text
        yield from ()

    def score(self, block: Block) -> Shown:
        yield block.text, scores(run_on(checked(self.folder), self.tables), block)

    def explain(self, block: Block) -> Shown:
        (found,) = verbs.explain(run_on(checked(self.folder), self.tables), block.subject)
        yield block.text, "".join(explained(found.branches))

    def expressions(self, block: Block) -> Shown:
        path = self.folder / "scheme.yaml"
        scheme = path.read_text("utf-8")
        path.write_text(with_expressions(scheme, block.text), "utf-8")
        problems = Problems()
        verbs.check(self.folder, problems=problems)
        path.write_text(scheme, "utf-8")
        yield "", "\n".join(f"{one.place} {one.reason()}" for one in problems.errors)

    def bundle(self, block: Block) -> Shown:
        compiled, problems = compile_bundle(block.text)
        yield "", "\n".join(told(problems))
        assert compiled is not None
        yield "", "\n".join(told_failures(verbs.test(compiled)))

    def later(self, block: Block) -> Shown:
        """Read only: the process grammar is not on this branch yet."""
        assert block.text
        yield from ()

    def say(self, block: Block) -> Shown:
        yield "$ kaocheng ", block.text[:11]


def followed(folder: Path) -> Iterator[tuple[Block, str, str]]:
    """(step, what the page shows, what really comes out) for every step that shows something."""
    reader = Reader(folder)
    for block in blocks():
        for said, real in getattr(reader, block.verb)(block):
            yield block, said, real


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


def test_tutorial_says_what_really_happens(tmp_path: Path) -> None:
    steps = list(followed(tmp_path))

    wrong = {f"{block.line} {block.verb}": real for block, said, real in steps if said != real}
    assert wrong == {}
    assert {block.verb for block, _, _ in steps} == {
        *("bundle", "check", "expressions", "explain", "say", "score", "test"),
    }
