"""`kaocheng calendar`: who owes what by which day, laid on the calendar."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from kaocheng.cli.columns import one_line
from kaocheng.cli.command import Command
from kaocheng.cli.packs import the_facts, the_pack
from kaocheng.cli.terminal import Say, Terminal
from kaocheng.cli.text_files import write_text
from kaocheng.engine.facts import Facts, default_parameters
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems, refuse
from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.engine.process.reckoning import Moment
from kaocheng.methods.workdays import mainland_calendar


def _declare(parser: argparse.ArgumentParser, say: Say) -> None:
    parser.add_argument("pack", metavar=say("方案", "PACK"), help=say("方案文件夹", "a pack"))
    day = say("日期", "DATE")
    start = say("从哪天算起，如 2026-09-01", "first day, such as 2026-09-01")
    parser.add_argument("--start", metavar=day, help=start)
    until = say("周期性的事项排到哪天，默认一年", "last day of what recurs; one year by default")
    parser.add_argument("--until", metavar=day, help=until)
    event = say(
        "已经发生的事项及其日期或时刻，可以写几个",
        "what has happened, with its day or moment; may be given several times",
    )
    name = say("事项=日期", "NAME=DATE")
    parser.add_argument("--event", metavar=name, action="append", default=[], help=event)
    facts = say("数据表所在的文件夹（参数和周期从中读取）", "fact tables: parameters and periods")
    parser.add_argument("--facts", metavar=say("文件夹", "DIR"), help=facts)
    kind = say("文字、CSV 表格或日历文件，默认文字", "text by default")
    parser.add_argument("--format", choices=("text", "csv", "ics"), default="text", help=kind)
    out = say("写到这个文件，不写则显示出来", "write to this file instead of showing it")
    parser.add_argument("--out", metavar=say("文件", "FILE"), help=out)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    pack = the_pack(options.pack).pack
    start = _day(options.start, "--start")
    until = _day(options.until, "--until")
    events = _events(pack, options.event)
    facts = _facts(pack, options.facts, terminal)
    agenda = _laid_out(pack, facts, start=start, until=until, events=events)
    problems = Problems(list(agenda.problems))
    problems.stop_on_errors()
    terminal.problems(problems, to=terminal.err)
    text = _written(agenda, options.format, pack)
    if options.out is None:
        terminal.line(text.rstrip("\r\n"))
    else:
        mark = "\ufeff" if options.format == "csv" else ""  # so that Excel shows Chinese
        write_text(Path(options.out), mark + text)
        terminal.note(terminal.say(f"已写入 {options.out}", f"Written: {options.out}"))
    return 0


def _day(text: str | None, option: str) -> date | None:
    moment = None if text is None else _moment(text, option)
    if isinstance(moment, datetime):
        raise refuse("C16", Place(option), found=text)
    return moment


def _moment(text: str, option: str) -> Moment:
    try:
        return datetime.fromisoformat(text) if ":" in text else date.fromisoformat(text)
    except ValueError:
        raise refuse("C16", Place(option), found=text[:60]) from None


def _events(pack: Pack, given: list[str]) -> dict[str, Moment]:
    """The events of `NAME=DATE`; their names may be ids or titles."""
    ids = {title: id for id, title in pack.process.events.items()}
    found: dict[str, Moment] = {}
    for text in given:
        name, _, day = text.partition("=")
        found[ids.get(name, name)] = _moment(day, f"--event {name[:60]}")
    return found


def _facts(pack: Pack, folder: str | None, terminal: Terminal) -> Facts:
    """The facts of the folder; without one, the scheme's own parameters and no periods."""
    if folder is None:
        return Facts({}, parameters=default_parameters(pack))
    facts, warnings = the_facts(pack, Path(folder))
    terminal.problems(warnings, to=terminal.err)
    return facts


def _laid_out(
    pack: Pack,
    facts: Facts,
    *,
    start: date | None,
    until: date | None,
    events: Mapping[str, Moment],
) -> Agenda:
    return lay_out(
        pack.process,
        start=start,
        until=until,
        events=events,
        parameters=facts.parameters,
        periods=facts.periods,
        calendar=mainland_calendar(),
        titles={one.id: one.title for one in pack.parameters.values()} | dict(pack.period_kinds),
    )


def _written(agenda: Agenda, kind: str, pack: Pack) -> str:
    from kaocheng.documents.agenda import (
        agenda_ics,
        agenda_lines,
        agenda_table,
        with_effects_named,
    )

    agenda = with_effects_named(agenda, pack.process)
    if kind == "ics":
        return agenda_ics(agenda, title=pack.scheme.title)
    if kind == "csv":
        from kaocheng.formats import canonical_csv_bytes

        return canonical_csv_bytes(agenda_table(agenda)).decode()
    return "\n".join(one_line(line) for line in (pack.scheme.title, *agenda_lines(agenda)))


COMMAND = Command(declare=_declare, run=_run)
