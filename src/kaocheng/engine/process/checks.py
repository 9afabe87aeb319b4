"""What does not fit: names that lead nowhere, and clocks that collide on the calendar."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from kaocheng.engine.language.process import Process
from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.process.entries import Duty, Entry, Objection, Phase, Publicity, Route
from kaocheng.engine.process.layout import Layout, all_entries, timed
from kaocheng.engine.process.reckoning import Moment, Reckoned, day_of
from kaocheng.engine.process.rows import Row
from kaocheng.engine.process.words import in_chinese

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


def check_names(process: Process, *, problems: Problems) -> None:
    """Ids used twice, and references to entries and events that do not exist."""
    places = dict.fromkeys(process.events, "events")
    for entry in all_entries(process):
        if entry.id in places:
            values = (("id", entry.id), ("place", places[entry.id]))
            problems.extend([Problem(entry.place, "S20", values)])
        places.setdefault(entry.id, str(entry.place))
    for entry, name, what, known in _references(process):
        if name and name not in known:
            near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
            hint = f"是不是想写“{near[0]}”？" if near else ""
            problems.add("S21", entry.place, name=name, what=what, hint=hint)


def check_numbers(process: Process, *, problems: Problems) -> None:
    """Shares that cannot be, and entries that say too little or too much."""
    for vote in process.votes:
        for share in (vote.quorum, vote.majority):
            if not 0 <= share <= 1 or vote.majority == 0:
                problems.add("P27", vote.place, title=vote.title, found=share)
    for entry, why in _incomplete(process):
        problems.add("P28", entry.place, title=entry.title, why=why)


def _incomplete(process: Process) -> Iterator[tuple[Entry, str]]:
    for draw in process.draws:
        if (draw.share is None) == (draw.count is None):
            yield draw, "要写明抽取比例 share 或数量 count，只能写一个"
    for gate in process.gates:
        if gate.need is None and not gate.after:
            yield gate, "没有写明条件 need，也没有写明须先完成什么 after"
        if (gate.need or gate.if_empty) and not gate.of:
            yield gate, "写了条件，没有写明对谁判断（of）"
    for duty in process.duties:
        if duty.when is not None and not duty.of:
            yield duty, "写了 when，没有写明对谁判断（of）"
        if duty.at_most is not None and duty.at_most < duty.at_least:
            yield duty, "至多的次数少于至少的次数"
    for posting in process.publicity:
        if posting.length.tree.unit in ("hour", "minute"):
            yield posting, "公示时间要按天或工作日计"


def _references(process: Process) -> Iterator[tuple[Entry, str, str, Iterable[str]]]:
    """Entry, name, what it should be (Chinese), and what there is of that kind."""
    phases = {phase.id for phase in process.phases}
    entries = {entry.id for entry in all_entries(process)}
    dated = {entry.id for entry in timed(process)}
    effects = {effect.id for effect in process.effects}
    for phase in process.phases:
        yield phase, phase.within, "阶段", phases - {phase.id}
    for duty in process.duties:
        yield duty, duty.within, "阶段", phases
        yield duty, duty.done, "事项", process.events
        if _IDENTIFIER.fullmatch(duty.otherwise):
            yield duty, duty.otherwise, "结果运用", effects
    for gate in process.gates:
        if _IDENTIFIER.fullmatch(gate.before):
            yield gate, gate.before, "阶段或义务", entries
        for name in gate.after:
            yield gate, name, "事项或阶段", {*process.events, *dated}
    for publicity in process.publicity:
        yield publicity, publicity.posted, "事项", process.events
    for objection in process.objections:
        yield objection, objection.filed, "事项", process.events
        yield objection, objection.answered, "事项", process.events
        yield objection, objection.before, "阶段或义务", dated
    for vote in process.votes:
        yield vote, vote.passed, "事项", process.events


def check_calendar(layout: Layout, rows: Iterable[Row]) -> None:
    """Everything that collides once it has days."""
    _check_phases(layout)
    _check_duties(layout, rows)
    for publicity in layout.process.publicity:
        _check_publicity(layout, publicity)
    for objection in layout.process.objections:
        _check_objection(layout, objection)
    _check_gates(layout)
    for route in layout.process.routes:
        _check_route(layout, route)


def _span(layout: Layout, name: str) -> Reckoned:
    return layout.entry(name) or Reckoned()


def _check_phases(layout: Layout) -> None:
    ordered: list[tuple[Phase, Reckoned]] = []
    for phase in layout.process.phases:
        days = _span(layout, phase.id)
        _check_past(layout, phase, days)
        if days.first and days.last and day_of(days.last) < day_of(days.first):
            first, last = day_of(days.first), day_of(days.last)
            layout.note(phase, "P13", title=phase.title, first=first, last=last)
        elif phase.within:
            _check_inside(layout, phase, phase.within, days)
        elif days.first and days.last:
            ordered.append((phase, days))
    for (before, earlier), (after, later) in pairwise(ordered):
        assert earlier.last is not None
        assert later.first is not None
        between = (day_of(later.first) - day_of(earlier.last)).days
        last, first = day_of(earlier.last), day_of(later.first)
        if between != 1:
            id = "P14" if between > 1 else "P15"
            layout.note(after, id, before=before.title, last=last, after=after.title, first=first)


def _check_past(layout: Layout, entry: Entry, days: Reckoned) -> None:
    if days.last is not None and day_of(days.last) < layout.frame.start:
        day, start = day_of(days.last), layout.frame.start
        layout.note(entry, "P21", title=entry.title, day=day, start=start)


def _check_inside(layout: Layout, entry: Entry, phase_id: str, days: Reckoned) -> None:
    """`days` against the phase an entry belongs to."""
    phase = _span(layout, phase_id)
    if phase.first is None or phase.last is None or days.last is None:
        return
    first, last = day_of(phase.first), day_of(phase.last)
    begins = day_of(days.first or days.last)
    outside = [day for day in (day_of(days.last), begins) if not first <= day <= last]
    if outside:
        title = layout.entries[phase_id].title
        values = {"day": outside[0], "phase": title, "first": first, "last": last}
        layout.note(entry, "P16", title=entry.title, **values)


def _check_duties(layout: Layout, rows: Iterable[Row]) -> None:
    duties = {duty.id: duty for duty in layout.process.duties}
    for row in rows:
        duty = duties.get(re.split(r"[/.]", row.id)[0])
        if duty is None or row.kind != "duty" or ".escalation" in row.id:
            continue
        days = Reckoned(row.ends, row.ends)
        if duty.within:
            _check_inside(layout, duty, duty.within, days)
        if duty.each is None:
            _check_past(layout, duty, days)
            _check_begins(layout, duty, row)


def _check_begins(layout: Layout, duty: Duty, row: Row) -> None:
    if row.starts and row.ends and day_of(row.ends) < day_of(row.starts):
        first, last = day_of(row.starts), day_of(row.ends)
        layout.note(duty, "P13", title=duty.title, first=first, last=last)


def _check_publicity(layout: Layout, entry: Publicity) -> None:
    found = layout.posting(entry)
    if found.first and found.last and found.latest and found.by and found.first > found.latest:
        layout.note(
            entry,
            "P17",
            title=entry.title,
            earliest=found.first,
            latest=found.latest,
            by=found.by,
            days=in_chinese(entry.length.tree, {}),
        )


def _check_objection(layout: Layout, entry: Objection) -> None:
    filed, answered = (layout.frame.events.get(id) for id in (entry.filed, entry.answered))
    if filed and answered and day_of(answered) < day_of(filed):
        titles = layout.process.events
        first, second = titles[entry.filed], titles[entry.answered]
        earlier, later = day_of(filed), day_of(answered)
        layout.note(entry, "P23", first=first, second=second, earlier=earlier, later=later)
    answer = layout.answered_at_latest(entry)
    following = _span(layout, entry.before) if entry.before else Reckoned()
    if answer and following.first and day_of(answer) >= day_of(following.first):
        values = {"answer": day_of(answer), "first": day_of(following.first)}
        following_title = layout.entries[entry.before].title
        layout.note(entry, "P18", title=entry.title, next=following_title, **values)


def _check_gates(layout: Layout) -> None:
    for gate in layout.process.gates:
        waiting = layout.entries.get(gate.before)
        days = _span(layout, gate.before)
        if waiting is None or days.first is None or _recurs(waiting):
            continue
        for name in gate.after:
            done = layout.frame.events.get(name) or _span(layout, name).last
            if done is not None and day_of(done) > day_of(days.first):
                after = layout.process.events.get(name) or layout.entries[name].title
                values = {"day": day_of(done), "first": day_of(days.first)}
                layout.note(gate, "P19", after=after, before=waiting.title, **values)


def _recurs(entry: Entry) -> bool:
    return isinstance(entry, Duty) and entry.each is not None


def _check_route(layout: Layout, route: Route) -> None:
    dated: list[tuple[str, Moment]] = []
    for step in route.steps:
        last = layout.days(step.by).last
        if last is not None:
            dated.append((step.title, last))
    for (before, earlier), (after, later) in pairwise(dated):
        if day_of(later) < day_of(earlier):
            values = {"earlier": day_of(earlier), "later": day_of(later)}
            layout.note(route, "P20", title=route.title, first=before, second=after, **values)
