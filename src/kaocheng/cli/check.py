"""`kaocheng check`: is what stands in the packs sound?"""

from __future__ import annotations

import argparse

from kaocheng.cli.command import Command
from kaocheng.cli.packs import folders
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.engine import verbs
from kaocheng.engine.problems import Problems


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    what = say("方案文件夹，或放方案的文件夹", "a pack, or a folder of packs")
    parser.add_argument("path", metavar=say("路径", "PATH"), nargs="+", help=what)
    strict = say("有警告或提示也算不通过", "warnings and hints count as failures too")
    parser.add_argument("--strict", action="store_true", help=strict)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    problems = Problems()
    found = folders(options.path, problems=problems)
    wrong_use = bool(problems)
    for done, folder in enumerate(found, start=1):
        terminal.progress(terminal.say("正在检查", "Checking"), done, len(found))
        verbs.check(folder, problems=problems)
    terminal.end_progress()
    listed = list(problems)
    terminal.problems(listed, to=terminal.out)
    counts = terminal.counts(listed)
    terminal.line(terminal.say(f"{len(found)} 个方案，{counts}", f"packs {len(found)}, {counts}"))
    if wrong_use:
        return 2
    return 1 if problems.errors or (options.strict and listed) else 0


COMMAND = Command(declare=_declare, run=_run)
