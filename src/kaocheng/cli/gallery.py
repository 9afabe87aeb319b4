"""`kaocheng gallery`: check, test and compute every pack with example facts, and write a report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.cli.columns import aligned, one_line
from kaocheng.cli.command import Command
from kaocheng.cli.packs import computed, folders, the_facts
from kaocheng.cli.report_folder import refuse_foreign, write_report
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.cli.test import print_failures
from kaocheng.engine import verbs
from kaocheng.engine.problems import Place, Problem, Problems, Refused, refuse

if TYPE_CHECKING:
    from kaocheng.documents.pack_view import Checked
    from kaocheng.documents.result_summary import ResultSummary

# Of a checkout that the package is installed from in place; elsewhere there is none.
_CHECKOUT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Outcome:
    """A pack that went into the report, or what kept it out."""

    folder: Path
    checked: Checked | None
    problems: tuple[Problem, ...]


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    out = say(
        "报告写到这个文件夹，默认 build/gallery", "folder of the report; build/gallery by default"
    )
    parser.add_argument("--out", metavar=say("文件夹", "DIR"), help=out)
    schemes = say(
        "放方案的文件夹，默认项目里的 schemes", "folder of packs; the project's by default"
    )
    parser.add_argument("--schemes", metavar=say("文件夹", "DIR"), help=schemes)
    opened = say("写完后在浏览器里打开（有屏幕时）", "open it in a browser where there is a screen")
    parser.add_argument("--open", action="store_true", help=opened)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    schemes = _schemes(options.schemes)
    out = Path(options.out) if options.out else _beside(schemes) / "build" / "gallery"
    problems = Problems()
    found = folders([str(schemes)], problems=problems)
    problems.stop_on_errors()
    refuse_foreign(out)
    shown = []
    for done, folder in enumerate(found, start=1):
        terminal.progress(terminal.say("正在核算", "Computing"), done, len(found))
        shown.append(_shown(folder, terminal))
        terminal.clear_progress()
        _print_pack(shown[-1], terminal)
    pages = _write([one.checked for one in shown if one.checked], out, terminal)
    terminal.line(_closing(shown, pages, terminal))
    index = (out / "index.html").resolve()
    terminal.line(terminal.styled(str(index), "bold"))
    if options.open:
        _open(index)
    return 1 if any(_has_failed(one) for one in shown) else 0


def _schemes(given: str | None) -> Path:
    if given is not None:
        return Path(given)
    for folder in (Path("schemes"), _CHECKOUT / "schemes"):
        if folder.is_dir():
            return folder
    raise refuse("C11", Place("kaocheng gallery"))


def _beside(schemes: Path) -> Path:
    """The project's folder for its own schemes; the working folder for anybody else's."""
    return _CHECKOUT if schemes.resolve() == _CHECKOUT / "schemes" else Path()


def _shown(folder: Path, terminal: Terminal) -> Outcome:
    from kaocheng.documents.pack_view import Checked

    problems = Problems()
    compiled = verbs.check(folder, problems=problems)
    if compiled is None:
        return Outcome(folder, None, tuple(problems))
    if not (folder / "example").is_dir():
        problems.add("C17", Place(str(folder)))
        return Outcome(folder, None, tuple(problems))
    reports = verbs.test(compiled)
    print_failures(reports, terminal)
    failed = sum(bool(report.failures) for report in reports)
    try:
        facts, warnings = the_facts(compiled.pack, folder / "example")
    except Refused as refused:
        problems.extend(refused.problems)
        return Outcome(folder, None, tuple(problems))
    problems.extend(warnings)
    run = computed(compiled, facts, terminal)
    checked = Checked(run, tuple(problems), len(reports) - failed, failed)
    return Outcome(folder, checked, tuple(problems))


def _print_pack(pack: Outcome, terminal: Terminal) -> None:
    """The title, what was checked, and each result in a line or two."""
    from kaocheng.documents.result_summary import in_order_of_interest, summarize

    checked = pack.checked
    if checked is None:
        terminal.line(terminal.styled(pack.folder.name, "bold"))
        terminal.problems((one for one in pack.problems if one.severity != "lint"), to=terminal.out)
        terminal.line()
        return
    scheme = checked.run.pack.scheme
    terminal.line(terminal.styled(f"{scheme.id}  {one_line(scheme.title)}", "bold"))
    cases = checked.cases_passed + checked.cases_failed
    tested = terminal.say(
        f"算例 {checked.cases_passed} / {cases}", f"cases {checked.cases_passed} / {cases}"
    )
    colour = terminal.styled(tested, "red" if checked.cases_failed else "green")
    terminal.line(f"  {colour}   {terminal.counts(checked.problems)}")
    rows = [
        _result_row(summarize(checked.run, result), terminal.say)
        for result in in_order_of_interest(scheme.results)
    ]
    for line in aligned(rows):
        terminal.line(f"  {line}")
    terminal.line()


def _result_row(summary: ResultSummary, say: Say) -> tuple[str, str, str, str]:
    """Title, how many, what came out, what to look at."""
    came_out = [f"{grade} {count}" for grade, count in summary.grades]
    if summary.spread is not None:
        spread = summary.spread
        mean = say("平均", "mean")
        came_out.append(f"{spread.title}{mean} {spread.words(spread.mean)}")
    look = [
        f"{word} {count}"
        for word, count in (
            (say("缺数据", "missing"), summary.missing),
            (say("提示", "flags"), summary.flags),
        )
        if count
    ]
    subjects = say(f"{summary.subjects} 个对象", f"{summary.subjects} subjects")
    return (one_line(summary.title), subjects, "，".join(came_out), "，".join(look))


def _write(packs: Sequence[Checked], out: Path, terminal: Terminal) -> int:
    from kaocheng.documents.gallery import gallery_pages

    pages = gallery_pages(packs, progress=terminal.progress)
    written = write_report(out, pages)
    terminal.end_progress()
    return written


def _closing(shown: Sequence[Outcome], pages: int, terminal: Terminal) -> str:
    reported = sum(one.checked is not None for one in shown)
    failed = sum(_has_failed(one) for one in shown)
    zh = f"{reported} 个方案已核算，方案库共 {pages} 页" + (
        f"；{failed} 个方案有错" if failed else ""
    )
    en = f"{reported} packs computed, {pages} pages" + (f"; {failed} with errors" if failed else "")
    return terminal.say(zh, en)


def _has_failed(pack: Outcome) -> bool:
    if any(problem.severity == "error" for problem in pack.problems):
        return True
    return pack.checked is not None and pack.checked.cases_failed > 0


def _open(index: Path) -> None:
    """In a browser with windows; where there is no screen, the path that was printed must do."""
    import os
    import sys
    import webbrowser

    has_screen = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if has_screen:
        webbrowser.open(index.as_uri())


COMMAND = Command(declare=_declare, run=_run)
