"""`kaocheng new`: a commented pack to start from, which checks and tests well."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from kaocheng.cli.command import Command
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.cli.text_files import make_folder, write_text
from kaocheng.engine.problems import Place, refuse

_NAME = re.compile(
    r"[^\s./\\:*?\"'<>|\x00-\x1f][^/\\:*?\"'<>|\x00-\x1f]{0,58}[^\s./\\:*?\"'<>|\x00-\x1f]?"
)
_LONGEST_ID = 20


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    name = say("方案文件夹的名称，如 teacher-2026", "name of the pack's folder")
    parser.add_argument("name", metavar=say("名称", "NAME"), help=name)
    folder = say("建在哪个文件夹里，默认当前文件夹", "where to make it; here by default")
    parser.add_argument("--dir", metavar=say("文件夹", "DIR"), default=".", help=folder)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    name: str = options.name
    if not _NAME.fullmatch(name):
        raise refuse("C10", Place("kaocheng new"), name=name[:80])
    folder = Path(options.dir) / name
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise refuse("C09", Place(str(folder)), path=folder)
    for path, text in _starter(name):
        make_folder((folder / path).parent)
        write_text(folder / path, text)
        terminal.line(terminal.say(f"已写入 {folder / path}", f"Written: {folder / path}"))
    terminal.line(terminal.say("接下来：", "Next:"))
    for words in ("check {}", "test {}", "score {} --facts {}/example --out {}-results"):
        terminal.line(f"  kaocheng {words.format(folder, folder, folder)}")
    return 0


def _starter(name: str) -> Iterator[tuple[Path, str]]:
    """Every file of the starter pack with the new name put in."""
    # A title may not be empty and the id is short; both are to be edited anyway.
    values = {"{{name}}": name, "{{id}}": name[:_LONGEST_ID].strip()}
    for path, text in _texts(resources.files("kaocheng.cli") / "starter", Path()):
        for mark, value in values.items():
            text = text.replace(mark, value)  # noqa: PLW2901  # marks are few and plain
        yield path, text


def _texts(folder: Traversable, below: Path) -> Iterator[tuple[Path, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _texts(entry, below / entry.name)
        else:
            yield below / entry.name, entry.read_text(encoding="utf-8")


COMMAND = Command(declare=_declare, run=_run)
