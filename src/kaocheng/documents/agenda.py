"""A process laid on a calendar, as text for people, a table for programs, and iCalendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from kaocheng.engine.language.process import Process
from kaocheng.engine.process.agenda import Agenda
from kaocheng.engine.process.reckoning import Moment, day_of
from kaocheng.engine.process.rows import Row
from kaocheng.formats import OutColumn, OutTable

KINDS = {
    "phase": "阶段",
    "duty": "要做的事",
    "gate": "前置条件",
    "publicity": "公示",
    "objection": "异议和申诉",
    "vote": "表决",
    "draw": "抽查",
    "step": "步骤",
}
STATES = {"": "", "kept": "按时", "missed": "逾期"}
_WEEKDAYS = "一二三四五六日"
_COLUMNS = {
    "id": "编号",
    "kind": "种类",
    "title": "事项",
    "who": "谁",
    "what": "做什么",
    "from": "从哪天起",
    "to": "到哪天止",
    "rule": "期限的写法",
    "clauses": "条款",
    "marks": "说明",
    "state": "办理情况",
    "otherwise": "逾期的后果",
}
# A line of iCalendar has at most 75 octets; a Chinese character takes three.
_OCTETS_A_LINE = 75


def with_effects_named(agenda: Agenda, process: Process) -> Agenda:
    """The agenda with the title of an effect where its id stands as what follows otherwise."""
    titles = {effect.id: effect.title for effect in process.effects}
    rows = tuple(
        replace(row, otherwise=titles.get(row.otherwise, row.otherwise)) for row in agenda.rows
    )
    return replace(agenda, rows=rows)


def agenda_lines(agenda: Agenda) -> Iterator[str]:
    """When and who, and what below; the undated come last with their rule in place of a day."""
    for row in agenda.rows:
        yield f"{days_in_words(row)}  {row.who}".rstrip()
        yield f"    {deed_in_words(row)}"
        if remarks := remarks_in_words(row):
            yield f"    {remarks}"


def agenda_table(agenda: Agenda) -> OutTable:
    """One row per line of the agenda, days as dates, under ids that stay the same."""
    columns = tuple(OutColumn(id, id) for id in _COLUMNS)
    rows = tuple(
        (
            row.id,
            row.kind,
            row.title,
            row.who,
            row.what,
            _cell(row.starts or row.ends),
            _cell(row.ends),
            row.words,
            "、".join(row.clauses),
            "、".join(_marks(row)),
            row.state,
            row.otherwise,
        )
        for row in agenda.rows
    )
    return OutTable("calendar", "日程", columns, rows)


def agenda_ics(agenda: Agenda, *, title: str) -> str:
    """All-day events for the calendar of a phone; what has no day is left out."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kaocheng//Kaocheng//ZH",
        "CALSCALE:GREGORIAN",
    ]
    for row in agenda.rows:
        if row.ends is not None:
            lines += _event(row, title)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def days_in_words(row: Row) -> str:
    if row.ends is None and row.starts is None:
        return row.words or "没有期限"
    first, last = row.starts, row.ends
    if first is None or last is None or first == last:
        moment = last or first
        assert moment is not None
        return _in_words(moment)
    until = _in_words(last)
    if day_of(first).year == day_of(last).year:
        until = until.partition("年")[2]
    return f"{_in_words(first)}至{until}"


def _in_words(moment: Moment) -> str:
    day = day_of(moment)
    words = f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"
    clock = f"{moment:%H:%M}" if isinstance(moment, datetime) else ""
    return f"{words}{clock}"


def deed_in_words(row: Row) -> str:
    return row.title if not row.what or row.what == row.title else f"{row.title}：{row.what}"


def remarks_in_words(row: Row) -> str:
    words = [*_marks(row), STATES[row.state] + (f"，用了 {row.took}" if row.took else "")]
    words += [f"否则{row.otherwise}"] if row.otherwise else []
    words += ["条款 " + "、".join(row.clauses)] if row.clauses else []
    return "；".join(word for word in words if word)


def _marks(row: Row) -> Iterator[str]:
    if row.soft:
        yield "力争"
    if row.rest_day:
        yield "当天休息"
    if row.provisional:
        years = "、".join(map(str, row.awaited_years))
        yield f"暂定（{years} 年放假安排未公布）"


def _cell(moment: Moment | None) -> date | None:
    return moment


def _event(row: Row, title: str) -> Iterator[str]:
    assert row.ends is not None
    first, last = day_of(row.starts or row.ends), day_of(row.ends)
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(row.id)}@kaocheng"
    # Required; the day itself keeps equal agendas equal, since nothing here reads a clock.
    yield f"DTSTAMP:{first:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(row.title)}"
    words = "\n".join(word for word in (row.who, row.what, remarks_in_words(row), title) if word)
    yield f"DESCRIPTION:{_escaped(words)}"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, each further one begun with a blank."""
    piece, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > _OCTETS_A_LINE:
            yield piece
            piece, octets = " ", 1
        piece += character
        octets += size
    yield piece
