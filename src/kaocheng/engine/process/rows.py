"""The rows of an agenda: what falls on which day, for whom, and by which clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Literal

from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.process import OBJECTION_KINDS
from kaocheng.engine.problems import Place
from kaocheng.engine.process.clocks import end_of_day, is_in_time, start_of_day, time_taken
from kaocheng.engine.process.entries import (
    Draw,
    Duty,
    Entry,
    Gate,
    Objection,
    Phase,
    Publicity,
    Route,
    Vote,
)
from kaocheng.engine.process.layout import MOST_OCCURRENCES, Layout
from kaocheng.engine.process.reckoning import Moment, Reckoned, day_of
from kaocheng.engine.process.times import EachPeriod, Span, When, Written
from kaocheng.engine.process.words import deadline_in_chinese, in_chinese
from kaocheng.methods.workdays import is_workday

RowKind = Literal["phase", "duty", "gate", "publicity", "objection", "vote", "draw", "step"]
State = Literal["", "kept", "missed"]


@dataclass(frozen=True)
class Row:
    """One line of the agenda.

    `id` is the entry's id, with `/period` where it recurs and `.part` where it has several days.
    `ends` is the day something is due, `starts` the day it begins where it takes longer. Without
    both, `words` say the rule, and `depends_on` the events (or parameters) that will date it.
    `awaited_years` are the years whose notice on days off could still move the row; `rest_day` says
    that nobody works on the day it is due.
    """

    id: str
    kind: RowKind
    title: str
    who: str = ""
    what: str = ""
    starts: Moment | None = None
    ends: Moment | None = None
    words: str = ""
    clauses: tuple[str, ...] = ()
    awaited_years: tuple[int, ...] = ()
    depends_on: tuple[str, ...] = ()
    note: str = ""
    otherwise: str = ""
    soft: bool = False
    state: State = ""
    took: str = ""
    rest_day: bool = False
    # The period in which a recurring duty is owed, or the day of its series.
    period: Period | None = None

    @property
    def provisional(self) -> bool:
        """暂定: a notice that is not out yet could still move this row."""
        return bool(self.awaited_years)


@dataclass(frozen=True)
class RowMaker:
    """Makes the rows of each kind from the days that `layout` finds."""

    layout: Layout
    titles: Mapping[str, str]

    def row(self, entry: Entry, kind: RowKind, days: Reckoned, *, part: str = "") -> Row:
        same = days.first == days.last
        return Row(
            id=f"{entry.id}.{part}" if part else entry.id,
            kind=kind,
            title=entry.title,
            starts=None if same else days.first,
            ends=days.last,
            clauses=tuple(clause.rule for clause in entry.clauses if clause.rule),
            awaited_years=tuple(sorted(days.awaited)),
            depends_on=tuple(dict.fromkeys(days.waits)),
            note=entry.note,
        )

    def words(self, written: Written[When] | None) -> str:
        return "" if written is None else deadline_in_chinese(written.tree, self.titles)

    # Phases

    def phase(self, phase: Phase) -> Iterator[Row]:
        days = self.layout.entry(phase.id) or Reckoned()
        begins = "" if phase.begins is None else in_chinese(phase.begins.tree, self.titles)
        ends = "" if phase.ends is None else in_chinese(phase.ends.tree, self.titles)
        words = f"{begins}至{ends}" if begins and ends and begins != ends else begins or ends
        row = self.row(phase, "phase", days)
        yield replace(row, starts=days.first, who=phase.who, words=words)

    # Duties

    def duty(self, duty: Duty) -> Iterator[Row]:
        if duty.each is None:
            yield from self._duty_rows(duty, None)
            return
        occurrences = list(islice(self.layout.occurrences(duty), MOST_OCCURRENCES + 1))
        if len(occurrences) > MOST_OCCURRENCES:
            title, most = duty.title, MOST_OCCURRENCES
            self.layout.problems.add("P24", duty.place, title=title, most=most)
        if not occurrences:
            yield self._undated(duty)
        for period in occurrences[:MOST_OCCURRENCES]:
            start = self.layout.frame.start
            rows = self._duty_rows(duty, period)
            yield from (row for row in rows if row.ends is None or day_of(row.ends) >= start)

    def _undated(self, duty: Duty) -> Row:
        """A recurring duty whose periods are not known yet: the rule in words."""
        assert duty.each is not None
        each = duty.each.tree
        waits: tuple[str, ...] = ()
        if isinstance(each, EachPeriod) and not self.layout.frame.periods.knows(each.kind):
            self.layout.problems.add("P11", duty.each.place, kind=in_chinese(each, self.titles)[1:])
            waits = (each.kind,)
        words = "，".join(filter(None, (in_chinese(each, self.titles), self.words(duty.by))))
        row = self.row(duty, "duty", Reckoned(waits=waits))
        return replace(row, who=duty.who, what=what_of(duty), words=words, otherwise=duty.otherwise)

    def _duty_rows(self, duty: Duty, period: Period | None) -> Iterator[Row]:
        days = self.layout.entry(duty.id, period) or Reckoned()
        suffix = "" if period is None else f"/{period.id}"
        on_a_day = period is not None and period.kind == "occurrence"
        if duty.by is not None:
            on_a_day = not isinstance(duty.by.tree, Span)
        recurring = "" if duty.each is None else in_chinese(duty.each.tree, self.titles)
        common = replace(
            self.row(duty, "duty", days),
            id=duty.id + suffix,
            who=duty.who,
            what=what_of(duty),
            words="，".join(filter(None, (recurring, self.words(duty.by)))),
            otherwise=duty.otherwise,
            soft=duty.soft,
            rest_day=on_a_day and self.is_rest_day(days),
            period=period,
        )
        if duty.target is not None:
            target = self.layout.days(duty.target, period)
            yield self.judged(self._aimed(common, duty.target, target), duty.target, duty.done)
        yield self.judged(common, duty.by, duty.done)
        for number, step in enumerate(duty.escalate, start=1):
            days = self.layout.days(step.after, period)
            yield replace(
                common,
                id=f"{common.id}.escalation_{number}",
                who=step.goes_to,
                what=f"接办：{what_of(duty)}",
                starts=None,
                ends=days.last,
                depends_on=days.waits,
                words=f"{in_chinese(step.after.tree, self.titles)}仍未办结",
                rest_day=False,
            )

    def _aimed(self, row: Row, written: Written[When], days: Reckoned) -> Row:
        return replace(
            row,
            id=f"{row.id}.target",
            starts=None,
            ends=days.last,
            depends_on=days.waits,
            awaited_years=tuple(sorted(days.awaited)),
            words=self.words(written),
            soft=True,
            otherwise="",
            rest_day=self.is_rest_day(days),
        )

    def is_rest_day(self, days: Reckoned) -> bool:
        if days.last is None:
            return False
        return not is_workday(day_of(days.last), calendar=self.layout.frame.calendar)

    def judged(self, row: Row, written: Written[When] | None, done: str) -> Row:
        """Whether it was done in time, and how long it took, once `done` has happened."""
        happened = self.layout.frame.events.get(done)
        if happened is None or row.ends is None:
            return row
        in_time = is_in_time(happened, row.ends)
        if in_time is None:
            name = self.titles.get(done, done)
            self.layout.problems.add("P09", Place("events", field=done), name=name)
            return row
        took = "" if written is None else time_taken(written.tree, happened, self.layout.frame)
        return replace(row, state="kept" if in_time else "missed", took=took)

    # Clocks around a result

    def publicity(self, entry: Publicity) -> Iterator[Row]:
        posting = self.layout.posting(entry)
        days = Reckoned(posting.first, posting.last, posting.awaited, posting.waits)
        length = in_chinese(entry.length.tree, self.titles)
        by = f"，期满{self.words(entry.by)}" if entry.by else ""
        what = f"公示不少于 {length}" + (f"（范围：{entry.audience}）" if entry.audience else "")
        row = replace(
            self.row(entry, "publicity", days),
            starts=posting.first,
            who=entry.who,
            what=what,
            words=f"公示不少于 {length}{by}",
        )
        yield row
        if posting.latest is not None and self.layout.frame.events.get(entry.posted) is None:
            latest = replace(row, id=f"{entry.id}.latest", starts=None, ends=posting.latest)
            yield replace(latest, what="最迟在这一天张贴", depends_on=())

    def objection(self, entry: Objection) -> Iterator[Row]:
        kind = OBJECTION_KINDS[entry.kind].partition("（")[0]
        filing = replace(
            self.row(entry, "objection", self.layout.days(entry.within), part="filing"),
            who=entry.who,
            what=f"向{entry.goes_to}提出{kind}",
            words=self.words(entry.within),
        )
        yield self.judged(filing, entry.within, entry.filed)
        if entry.answer is None:
            return
        answer = replace(
            self.row(entry, "objection", self.layout.days(entry.answer), part="answer"),
            who=entry.goes_to,
            what=f"答复{kind}",
            words=self.words(entry.answer),
        )
        yield self.judged(answer, entry.answer, entry.answered)

    # Gates, votes, draws, routes

    def gate(self, gate: Gate) -> Iterator[Row]:
        """Due when what waits begins; a gate before something recurring has no day of its own."""
        waiting = self.layout.entries.get(gate.before)
        recurs = isinstance(waiting, Duty) and waiting.each is not None
        days = Reckoned() if recurs else self.layout.entry(gate.before) or Reckoned()
        done = "、".join(self.titles.get(name, name) for name in gate.after)
        before = f"{self.titles.get(gate.before, gate.before)}前"
        row = self.row(gate, "gate", replace(days, last=days.first))
        words = f"{before}须完成{done}" if done else before
        yield replace(row, what=gate.title, words=words, soft=gate.soft)

    def vote(self, vote: Vote) -> Iterator[Row]:
        present = {"present": "到会人员", "members": "应到人员"}[vote.of]
        strict = self.layout.word(vote.reading, "inclusive") == "strict"
        quorum = f"应到人员 {vote.quorum} 以上到会，" if vote.quorum else ""
        needed = f"超过 {vote.majority}" if strict else f" {vote.majority} 以上"
        row = self.row(vote, "vote", self.layout.entry(vote.id) or Reckoned())
        what = f"{quorum}{present}{needed}同意"
        yield replace(row, who=vote.who, what=what, words=self.words(vote.by))

    def draw(self, draw: Draw) -> Iterator[Row]:
        size = draw.share or draw.count
        text = "" if size is None else size.text
        named = self.titles.get(text)
        least = f"，不少于 {draw.at_least} 个" if draw.share and draw.at_least else ""
        unit = "" if draw.share else " 个"
        what = f"抽取，按“{named}”{least}" if named else f"抽取 {text}{unit}{least}"
        row = self.row(draw, "draw", self.layout.days(draw.by))
        yield replace(row, who=draw.who, what=what, words=self.words(draw.by))

    def route(self, route: Route) -> Iterator[Row]:
        """One row per step; a single row where no step has a deadline."""
        if all(step.by is None for step in route.steps):
            order = "→".join(step.title for step in route.steps)
            yield replace(self.row(route, "step", Reckoned()), what=order)
            return
        for number, step in enumerate(route.steps, start=1):
            row = self.row(route, "step", self.layout.days(step.by), part=step.id)
            what = f"第 {number} 步：{step.title}"
            yield replace(row, who=step.who, what=what, words=self.words(step.by))


def what_of(duty: Duty) -> str:
    """The whole sentence of what is owed: what, how often, for whom, to whom."""
    what = duty.what or duty.title
    if duty.at_most is not None:
        what += f"（{duty.at_least} 至 {duty.at_most} 次）"
    elif duty.at_least > 1:
        what += f"（不少于 {duty.at_least} 次）"
    if duty.about:
        what += f"（对象：{duty.about}）"
    return f"{what}，报{duty.goes_to}" if duty.goes_to else what


def sort_key(row: Row) -> tuple[bool, datetime]:
    """Spans by the day they begin, everything else by the day it is due; the undated last."""
    if row.starts is not None and row.kind in ("phase", "publicity"):
        return False, start_of_day(row.starts)
    due = row.ends or row.starts
    return due is None, end_of_day(due or date.max)
