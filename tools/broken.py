"""Broken examples: one file per problem id under tests/engine/broken that raises just that problem.

A file says `about` what it is, what to `expect` (ids, with the line where there is one), and holds
one of these:

- a bundle (`scheme`, `registers` and so on), with `facts` for it or without;
- `text`, as many `times` over: a raw text where a bundle should be;
- `folder`: the files of a pack, name and text;
- a `process` alone, on a `calendar` (`start`, `until`, `events`) where its own dates do not do;
- a `command`, a list of arguments, run in a folder that holds `files`.

The tests hold every file to what it expects, and the reference shows it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, datetime
from io import StringIO
from pathlib import Path

from kaocheng.cli.main import main
from kaocheng.engine import verbs
from kaocheng.engine.facts import read_facts, text_table
from kaocheng.engine.language.process import PROCESS_FILE, Process
from kaocheng.engine.lint import lint_pack
from kaocheng.engine.problems import Language, Problem, Problems
from kaocheng.engine.process.agenda import lay_out
from kaocheng.engine.process.reckoning import Moment
from kaocheng.engine.reading import yaml_text as yaml
from kaocheng.engine.reading.packs import read_bundle
from kaocheng.methods.workdays import mainland_calendar

# How the messages name the bundle of an example.
_BUNDLE = "例.yaml"
FOLDER = Path(__file__).resolve().parent.parent / "tests" / "engine" / "broken"
# How a command tells a problem: `place id reason`; what to do stands indented below.
_TOLD = re.compile(r"^\S.*? (?P<id>[A-Z]\d{2,3}) ", re.MULTILINE)


@dataclass(frozen=True)
class Expected:
    id: str
    line: int


@dataclass(frozen=True)
class Calendar:
    """What `lay_out` is given besides the process."""

    start: date | None = None
    until: date | None = None
    events: Mapping[str, Moment] = field(default_factory=dict)


@dataclass(frozen=True)
class Broken:
    """One file; `text` is the bundle (or what stands in its place) as it was written."""

    name: str
    about: str
    text: str
    expect: tuple[Expected, ...]
    facts: Mapping[str, str]
    folder: Mapping[str, str]
    process: yaml.Node | None
    calendar: Calendar
    files: Mapping[str, str]
    command: tuple[str, ...]


def read_broken(path: Path) -> Broken:
    whole = path.read_text("utf-8")
    # A file whose own YAML is at fault (Y07, Y09) is still readable section by section.
    node = yaml.read_yaml(whole, file=path.name, problems=Problems())
    assert isinstance(node, yaml.Mapping)
    told = _texts(node)
    alone = node.get("scheme") is None
    return Broken(
        name=path.stem,
        about=told["about"],
        text=told["text"] * int(told.get("times", "1")) if "text" in told else whole,
        expect=tuple(_expected(one) for one in _items(node.get("expect"))),
        facts=_texts(node.get("facts")),
        folder=_texts(node.get("folder")),
        process=node.get("process") if alone else None,
        calendar=_calendar(node.get("calendar")),
        files=_texts(node.get("files")),
        command=tuple(_text(one) for one in _items(node.get("command"))),
    )


def found_in(broken: Broken) -> list[Expected]:
    """What the example raises, in the order a reader sees it."""
    if broken.command:
        return [Expected(told["id"], 0) for told in _TOLD.finditer(said_by(broken))]
    return [Expected(one.id, one.place.line) for one in problems_of(broken)]


def problems_of(broken: Broken) -> list[Problem]:
    """The problems of anything but a command, which only says them."""
    problems = Problems()
    if broken.folder:
        with _in_a_folder_of(broken.folder):
            verbs.check(Path(), problems=problems)
    elif broken.process is not None:
        _lay_out(broken.process, broken.calendar, problems=problems)
    else:
        _check_bundle(broken, problems=problems)
    return list(problems)


def said_by(broken: Broken, language: Language = "zh") -> str:
    """Everything the command of the example writes, with paths as seen from its folder."""
    said = StringIO()
    with _in_a_folder_of(broken.files), redirect_stdout(said), redirect_stderr(said):
        main(["--lang", language, *broken.command])
        here = Path.cwd()
    return said.getvalue().replace(f"{here}/", "")


def _check_bundle(broken: Broken, *, problems: Problems) -> None:
    pack = read_bundle(broken.text, file=_BUNDLE, problems=problems)
    compiled = None if pack is None else verbs.compile(pack, problems=problems)
    if compiled is None:
        return
    lint_pack(compiled, problems=problems)
    if broken.facts:
        tables = {
            name: text_table(name, text, source=f"{name}.csv")
            for name, text in broken.facts.items()
        }
        read_facts(compiled.pack, tables, problems=problems)


def _lay_out(node: yaml.Node, calendar: Calendar, *, problems: Problems) -> None:
    process = PROCESS_FILE.read(node, problems=problems)
    if problems.errors or not isinstance(process, Process):
        return
    agenda = lay_out(
        process,
        start=calendar.start,
        until=calendar.until,
        events=calendar.events,
        calendar=mainland_calendar(),
    )
    problems.extend(agenda.problems)


@contextmanager
def _in_a_folder_of(files: Mapping[str, str]) -> Iterator[None]:
    """Work in a new folder of `files`, so that no message holds a path of this machine."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for name, text in files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        yield


def _text(node: yaml.Node) -> str:
    assert isinstance(node, yaml.Scalar)
    return node.text


def _texts(node: yaml.Node | None) -> dict[str, str]:
    """The pairs of a mapping whose values are text."""
    assert node is None or isinstance(node, yaml.Mapping)
    pairs = () if node is None else node.pairs
    return {name.text: value.text for name, value in pairs if isinstance(value, yaml.Scalar)}


def _items(node: yaml.Node | None) -> tuple[yaml.Node, ...]:
    assert node is None or isinstance(node, yaml.Sequence)
    return () if node is None else node.items


def _expected(node: yaml.Node) -> Expected:
    told = _texts(node)
    return Expected(told["id"], int(told.get("line", "0")))


def _calendar(node: yaml.Node | None) -> Calendar:
    if node is None:
        return Calendar()
    assert isinstance(node, yaml.Mapping)
    days = {name: date.fromisoformat(text) for name, text in _texts(node).items()}
    events = {name: _moment(text) for name, text in _texts(node.get("events")).items()}
    return Calendar(days.get("start"), days.get("until"), events)


def _moment(text: str) -> Moment:
    return datetime.fromisoformat(text) if ":" in text else date.fromisoformat(text)
