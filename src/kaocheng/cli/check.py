"""`kaocheng check`: is what stands in the packs sound, and is it fit to be published?"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from kaocheng.cli.command import Command
from kaocheng.cli.packs import folders
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.engine import verbs
from kaocheng.engine.lint import blocks_publishing
from kaocheng.engine.lint.duplicates import same_in_two_packs
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problem, Problems, refuse
from kaocheng.engine.text_table import TextTable


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    what = say("方案文件夹，或放方案的文件夹", "a pack, or a folder of packs")
    parser.add_argument("path", metavar=say("路径", "PATH"), nargs="+", help=what)
    strict = say(
        "发布前的检查：有错误、警告或发布前须处理的提示，就不通过",
        "before publishing: errors, warnings and hints that must be settled count as failures",
    )
    parser.add_argument("--strict", action="store_true", help=strict)
    parameters = say(
        "采用时填好的参数：parameters.csv，或放参数和对照表的文件夹；填了的不再提示",
        "parameters as filled in: parameters.csv, or a folder of it and of tables",
    )
    parser.add_argument("--parameters", metavar=say("文件", "FILE"), help=parameters)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    problems = Problems()
    found = folders(options.path, problems=problems)
    wrong_use = bool(problems)
    parameters = _parameters(options.parameters, found, problems=problems)
    packs: list[Pack] = []
    for done, folder in enumerate(found, start=1):
        terminal.progress(terminal.say("正在检查", "Checking"), done, len(found))
        compiled = verbs.check(folder, problems=problems, parameters=parameters)
        packs.extend([] if compiled is None else [compiled.pack])
    problems.extend(one.problem for one in same_in_two_packs(packs))
    terminal.end_progress()
    listed = list(problems)
    blocking = [one for one in listed if blocks_publishing(one)]
    if options.strict:
        _print_for_publishing(listed, blocking, terminal)
    else:
        terminal.problems(listed, to=terminal.out)
    _print_counts(found, listed, blocking if options.strict else None, terminal)
    if wrong_use:
        return 2
    return 1 if problems.errors or (options.strict and blocking) else 0


def _parameters(
    name: str | None, packs: list[Path], *, problems: Problems
) -> Mapping[str, TextTable]:
    """The tables at `name`; a file of any name is the table of parameters."""
    if name is None:
        return {}
    if len(packs) > 1:
        names = "、".join(str(folder) for folder in packs)
        raise refuse("C03", Place("--parameters"), path=name, count=len(packs), names=names)
    # Imported here: most checks read no tables.
    from kaocheng.formats import read_tables

    path = Path(name)
    tables = read_tables(path, problems=problems)
    problems.stop_on_errors()
    if path.is_file() and len(tables) == 1:
        return {"parameters": next(iter(tables.values()))}
    return tables


def _print_for_publishing(
    listed: list[Problem], blocking: list[Problem], terminal: Terminal
) -> None:
    """First what has to be settled before results are published, then what is only worth a look."""
    rest = [one for one in listed if one not in blocking]
    groups = (
        (blocking, f"发布前须处理 {len(blocking)} 条：", f"{len(blocking)} to settle first:"),
        (rest, f"不影响发布的提示 {len(rest)} 条：", f"{len(rest)} hints beside that:"),
    )
    for found, zh, en in groups:
        if found:
            terminal.line(terminal.styled(terminal.say(zh, en), "bold"))
            terminal.problems(found, to=terminal.out)


def _print_counts(
    packs: list[Path], listed: list[Problem], blocking: list[Problem] | None, terminal: Terminal
) -> None:
    counts = terminal.counts(listed)
    zh, en = f"{len(packs)} 个方案，{counts}", f"packs {len(packs)}, {counts}"
    if blocking:
        zh, en = f"{zh}；还不能发布", f"{en}; not fit to be published"
    elif blocking is not None:
        zh, en = f"{zh}；可以发布", f"{en}; fit to be published"
    terminal.line(terminal.say(zh, en))


COMMAND = Command(declare=_declare, run=_run)
