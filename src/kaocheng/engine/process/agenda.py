"""A process laid on a calendar: the one door from process.yaml to days."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import chain

from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.process import Process
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.problems import Place, Problem, Problems
from kaocheng.engine.process.checks import check_calendar, check_names, check_numbers
from kaocheng.engine.process.layout import Layout, timed
from kaocheng.engine.process.periods import Periods, add_months
from kaocheng.engine.process.reckoning import Frame, Moment, day_of, in_range
from kaocheng.engine.process.rows import Row, RowMaker, sort_key
from kaocheng.engine.process.times import Fixed, Month, Named
from kaocheng.engine.values import Missing, NotApplicable, Value
from kaocheng.methods.workdays import WorkCalendar

_MONTHS_IN_YEAR = 12


@dataclass(frozen=True)
class Agenda:
    """`rows` in the order of their days, the undated last; `problems` found on the way."""

    start: date | None
    until: date | None
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    @cached_property
    def moments(self) -> dict[str, Moment]:
        """By step: `row.from`, `row.to`, and `row` alone for when it is due (or begins)."""
        found: dict[str, Moment] = {}
        for row in self.rows:
            for name, moment in (("from", row.starts or row.ends), ("to", row.ends)):
                if moment is not None:
                    found[f"{row.id}.{name}"] = found[row.id] = moment
        return found

    @cached_property
    def days(self) -> dict[str, date]:
        """The same steps, as days."""
        return {step: day_of(moment) for step, moment in self.moments.items()}


def lay_out(
    process: Process,
    *,
    start: date | None = None,
    until: date | None = None,
    events: Mapping[str, Moment] | None = None,
    parameters: Mapping[str, Value] | None = None,
    periods: Iterable[Period] = (),
    calendar: WorkCalendar,
    titles: Mapping[str, str] | None = None,
) -> Agenda:
    """The agenda from `start` on; recurring duties up to `until`, by default for one year.

    `events` are local moments without zone; a mere date serves wherever no hours are counted.
    `parameters` need the typed values of those that phrases name. `titles` are Chinese names of
    parameters and of kinds of periods. Never raises for what is wrong with the process: see
    `Agenda.problems`.
    """
    problems = Problems()
    happened = dict(events or {})
    values = dict(parameters or {})
    check_names(process, problems=problems)
    check_numbers(process, problems=problems)
    _check_events(process, happened, problems=problems)
    begins = start or _own_start(process, values)
    if begins is None:
        problems.add("P26", Place("start"))
        return Agenda(None, until, (), tuple(problems))
    ends = (until or _a_year_on(begins)) if in_range(begins) else begins
    if not in_range(begins) or not in_range(ends):
        problems.add("P12", Place("start"))
        return Agenda(begins, ends, (), tuple(problems))
    if ends < begins:
        problems.add("P25", Place("until"), until=ends, start=begins)
    frame = _frame(process, begins, happened, values, calendar=calendar)
    first_month = _first_month(process, frame, problems=problems)
    frame = replace(frame, periods=Periods(tuple(periods), first_month))
    layout = Layout(process, frame, ends, problems)
    rows = tuple(sorted(_rows(layout, _titles(process, titles or {})), key=sort_key))
    check_calendar(layout, rows)
    return Agenda(begins, ends, rows, tuple(problems))


def _a_year_on(start: date) -> date:
    return add_months(start, _MONTHS_IN_YEAR) - timedelta(days=1)


def _check_events(process: Process, happened: Mapping[str, Moment], *, problems: Problems) -> None:
    for name, moment in happened.items():
        place = Place("events", field=name)
        if name not in process.events:
            near = difflib.get_close_matches(name, process.events, n=1, cutoff=0.6)
            hint = f"是不是想写“{near[0]}”？" if near else ""
            problems.add("P22", place, name=name, hint=hint, known="、".join(process.events))
        elif not in_range(moment):
            problems.add("P12", place)


def _frame(
    process: Process,
    start: date,
    happened: Mapping[str, Moment],
    parameters: Mapping[str, Value],
    *,
    calendar: WorkCalendar,
) -> Frame:
    in_use = {name: moment for name, moment in happened.items() if in_range(moment)}
    return Frame(
        start=start,
        events={name: in_use.get(name) for name in process.events},
        parameters=parameters,
        entry=lambda _name, _period, _end: None,
        entry_names=tuple(entry.id for entry in timed(process)),
        periods=Periods(),
        calendar=calendar,
    )


def _own_start(process: Process, parameters: Mapping[str, Value]) -> date | None:
    """The start the process names itself: a date, a date parameter, else its earliest full date."""
    written = None if process.start is None else process.start.day
    match None if written is None else written.tree:
        case Fixed(day=day):
            return day
        case Named(name=name):
            value = parameters.get(name)
            return value if isinstance(value, date) else None
        case _:
            return min(_full_dates(process), default=None)


def _full_dates(value: object) -> Iterator[date]:
    """Every date with its year that stands anywhere in the process."""
    if isinstance(value, Fixed):
        yield value.day
    elif isinstance(value, tuple):
        for one in value:
            yield from _full_dates(one)
    elif is_dataclass(value) and not isinstance(value, Clause | Place):
        for field in fields(value):
            yield from _full_dates(getattr(value, field.name))


def _first_month(process: Process, frame: Frame, *, problems: Problems) -> int:
    """The month the year begins in: `month 9`, or a parameter that is a month or a date."""
    written = process.year_starts
    if written is None:
        return 1
    tree = written.tree
    value = frame.parameters.get(tree.name) if isinstance(tree, Named) else None
    if isinstance(tree, Month):
        return tree.month
    if isinstance(value, date):
        return value.month
    if isinstance(value, Fraction) and value in range(1, _MONTHS_IN_YEAR + 1):
        return int(value)
    if isinstance(tree, Named) and isinstance(value, Missing | NotApplicable):
        return 1
    unknown = isinstance(tree, Named) and value is None
    if unknown:
        problems.add("P06", written.place, name=written.text, hint="")
    else:
        want = "月份，如 month 9"
        problems.add("P08", written.place, name=written.text, found="别的内容", want=want)
    return 1


def _titles(process: Process, more: Mapping[str, str]) -> dict[str, str]:
    entries = {entry.id: f"“{entry.title}”" for entry in timed(process)}
    start = {} if process.start is None else {"start": process.start.title}
    return {**more, **entries, **process.events, **start}


def _rows(layout: Layout, titles: Mapping[str, str]) -> Iterable[Row]:
    make = RowMaker(layout, titles)
    process = layout.process
    return chain(
        chain.from_iterable(map(make.phase, process.phases)),
        chain.from_iterable(map(make.duty, process.duties)),
        chain.from_iterable(map(make.gate, process.gates)),
        chain.from_iterable(map(make.publicity, process.publicity)),
        chain.from_iterable(map(make.objection, process.objections)),
        chain.from_iterable(map(make.vote, process.votes)),
        chain.from_iterable(map(make.draw, process.draws)),
        chain.from_iterable(map(make.route, process.routes)),
    )
