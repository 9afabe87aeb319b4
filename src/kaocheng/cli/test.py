"""`kaocheng test`: do the packs' own cases come out as they say?"""

from __future__ import annotations

import argparse
from pathlib import Path

from kaocheng.cli.columns import one_line
from kaocheng.cli.command import Command
from kaocheng.cli.packs import folders
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.engine import verbs
from kaocheng.engine.cases import CaseReport, totals
from kaocheng.engine.compile import Compiled
from kaocheng.engine.problems import Place, Problems


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    what = say("方案文件夹，或放方案的文件夹", "a pack, or a folder of packs")
    parser.add_argument("path", metavar=say("路径", "PATH"), nargs="+", help=what)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    problems = Problems()
    found = folders(options.path, problems=problems)
    wrong_use = bool(problems)
    reports: dict[str, list[CaseReport]] = {}
    for done, folder in enumerate(found, start=1):
        terminal.progress(terminal.say("正在检验", "Testing"), done, len(found))
        compiled = _compiled(folder, problems=problems)
        if compiled is not None:
            reports[str(folder)] = verbs.test(compiled)
    terminal.end_progress()
    terminal.problems(problems, to=terminal.out)
    for report in reports.values():
        print_failures(report, terminal)
    passed, failed = totals(reports)
    if unread := len(found) - len(reports):
        zh = f"{unread} 个方案有错，其中的算例没有运行"
        terminal.line(terminal.say(zh, f"{unread} packs have errors; their cases did not run"))
    terminal.line(f"{passed} passed, {failed} failed")
    if wrong_use:
        return 2
    return 1 if failed or problems.errors else 0


def _compiled(folder: Path, *, problems: Problems) -> Compiled | None:
    pack = verbs.read(folder, problems=problems)
    if pack is None:
        return None
    if not pack.cases:
        problems.add("C14", Place(str(folder)))
    return verbs.compile(pack, problems=problems)


def print_failures(reports: list[CaseReport], terminal: Terminal) -> None:
    """Each expectation that does not hold: where it stands, what was wanted, what was found."""
    for report in reports:
        for failure in report.failures:
            want, found = one_line(failure.want) or "（空）", one_line(failure.found) or "（空）"
            wanted = terminal.say(f"应为 {want}，实得 {found}", f"wanted {want}, found {found}")
            case = terminal.styled(failure.case, "red")
            terminal.line(f"{failure.place} {case} {failure.what}：{wanted}")


COMMAND = Command(declare=_declare, run=_run)
