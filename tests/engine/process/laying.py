"""Reading a process and showing an agenda, for the tests beside this file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kaocheng.engine.language.process import PROCESS_FILE, Process
from kaocheng.engine.problems import Problems
from kaocheng.engine.process.agenda import Agenda
from kaocheng.engine.process.reckoning import Moment
from kaocheng.engine.reading.yaml_text import read_yaml

SCHEMES = Path(__file__).parents[3] / "schemes"


def process_from(text: str, *, name: str = "process.yaml") -> Process:
    """The process written in `text`; stops the test when it cannot be read."""
    process, problems = read_process(text, name=name)
    assert problems == []
    assert isinstance(process, Process)
    return process


def read_process(text: str, *, name: str = "process.yaml") -> tuple[object, list[str]]:
    """What was read, and the problems as `line id`."""
    problems = Problems()
    node = read_yaml(text, file=name, problems=problems)
    process = None if node is None else PROCESS_FILE.read(node, problems=problems)
    return process, [f"{found.place.line} {found.id}" for found in problems]


def notice(system: str) -> Process:
    """The process of the pack of a system."""
    (path,) = SCHEMES.glob(f"{system.lower()}-*/process.yaml")
    return process_from(path.read_text("utf-8"), name=path.name)


def lines(agenda: Agenda) -> list[str]:
    """One line per row: `from..to id` with marks (暂定, 休息日), or `id ← events it waits for`."""
    return [_line(row_days(row.starts, row.ends), row.id, row.provisional, row.rest_day)
            if row.starts or row.ends
            else " ".join(["—", row.id, *(f"←{name}" for name in row.depends_on)])
            for row in agenda.rows]  # fmt: skip


def row_days(starts: Moment | None, ends: Moment | None) -> str:
    return "..".join(_moment(moment) for moment in (starts, ends) if moment is not None)


def _line(days: str, row_id: str, provisional: bool, rest_day: bool) -> str:
    marks = ["暂定"] * provisional + ["休息日"] * rest_day
    return " ".join([days, row_id, *marks])


def _moment(moment: Moment) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else moment.isoformat()


def problem_lines(agenda: Agenda) -> list[str]:
    """Every problem as `line id: words`."""
    return [f"{found.place.line} {found.id}: {found.reason()}" for found in agenda.problems]
