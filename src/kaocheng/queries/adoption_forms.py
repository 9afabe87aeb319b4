"""What the forms of an adoption are filled from: parameters, titles, rosters, periods, steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotYours
from kaocheng.access.scope import units
from kaocheng.documents.agenda import (
    days_in_words,
    deed_in_words,
    remarks_in_words,
    with_effects_named,
)
from kaocheng.engine.facts import text_table
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.workdays import mainland_calendar
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption import Head, day_words, fixed_days, head_of, owned, seen
from kaocheng.queries.adoption_check import holds_rows
from kaocheng.queries.adoption_roster import lacking, source_words
from kaocheng.queries.adoption_values import Step, steps_of
from kaocheng.queries.holder_choices import Choice, choices_for, name_of
from kaocheng.queries.holder_count import Counted, HolderCount
from kaocheng.queries.titles import titles_in, titles_of
from kaocheng.records.models import Subject
from kaocheng.records.models.unit import UnitKind

WHY = "the adoption was fetched under its scope"
PAGE = 50


@dataclass(frozen=True)
class ParameterLine:
    """One parameter of the form; `value` is what stands there, empty where it is still open."""

    parameter: Parameter
    value: str
    rows: int = 0

    @property
    def id(self) -> str:
        return self.parameter.id

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        if self.parameter.type == "boolean":
            return (("是", "是"), ("否", "否"))
        return tuple(self.parameter.options.items())

    @property
    def is_open(self) -> bool:
        return not (self.rows if self.parameter.type == "table" else self.value)

    @property
    def default(self) -> str:
        """The default in words, empty where the scheme has none."""
        text = self.parameter.default
        return self.parameter.options.get(text, text + self.parameter.unit if text else "")


@dataclass(frozen=True)
class ParameterForm:
    head: Head
    plain: tuple[ParameterLine, ...]
    tables: tuple[ParameterLine, ...]


def parameter_form(actor: Actor, adoption_id: int, *, now: datetime) -> ParameterForm:
    """One query; what is open comes first."""
    found = owned(actor, adoption_id)
    lines = [_parameter(found, one) for one in found.pack.parameters.values()]
    lines.sort(key=lambda one: not one.is_open)
    return ParameterForm(
        head_of(actor, found.adoption, now=now),
        tuple(one for one in lines if one.parameter.type != "table"),
        tuple(one for one in lines if one.parameter.type == "table"),
    )


def _parameter(found: Adopted, one: Parameter) -> ParameterLine:
    kept = found.adoption.parameters.get(one.id)
    if one.type == "table":
        default = text_table(one.id, one.rows, source=one.id).rows
        return ParameterLine(one, "", len(kept) - 1 if kept else len(default))
    # A default that has to be confirmed is offered beside the field, not as if it were settled.
    return ParameterLine(one, str(kept or ("" if one.confirm else one.default)))


@dataclass(frozen=True)
class TableForm:
    head: Head
    parameter: Parameter
    columns: tuple[tuple[str, Field], ...]
    rows: tuple[tuple[str, ...], ...]


def table_form(actor: Actor, adoption_id: int, parameter: str, *, now: datetime) -> TableForm:
    """The rows of a table as they are settled, else as the scheme has them."""
    found = owned(actor, adoption_id)
    one = found.pack.parameters.get(parameter)
    if one is None or one.type != "table":
        raise NotYours
    kept = found.adoption.parameters.get(parameter)
    default = text_table(parameter, one.rows, source=parameter)
    header: Sequence[str] = kept[0] if kept else default.header
    rows = kept[1:] if kept else [row.cells for row in default.rows]
    ordered = tuple(
        tuple(dict(zip(header, row, strict=False)).get(name, "") for name in one.columns)
        for row in rows
    )
    head = head_of(actor, found.adoption, now=now)
    return TableForm(head, one, tuple(one.columns.items()), ordered)


@dataclass(frozen=True)
class HolderLine:
    """A title of the scheme: what it does there, who is chosen (at most two), how many that are."""

    number: int
    title: str
    does: tuple[str, ...]
    first: str
    second: str
    counted: Counted


@dataclass(frozen=True)
class HolderForm:
    head: Head
    lines: tuple[HolderLine, ...]
    choices: tuple[Choice, ...]


def holder_form(actor: Actor, adoption_id: int, *, now: datetime) -> HolderForm:
    found = owned(actor, adoption_id)
    count = HolderCount(found, on=now.astimezone(CHINA).date())
    does = _deeds(found)
    lines = []
    for number, title in enumerate(titles_of(found.pack)):
        holders = found.holders(title)
        names = [name_of(one) for one in holders]
        first, second, *_ = (*names, "", "")
        deeds = tuple(does.get(title, ()))
        lines.append(HolderLine(number, title, deeds, first, second, count.counted(holders)))
    head = head_of(actor, found.adoption, now=now)
    return HolderForm(head, tuple(lines), choices_for(actor, found))


def _deeds(found: Adopted) -> Mapping[str, Sequence[str]]:
    """What the scheme has each title do, so that it can be told who is meant."""
    deeds: defaultdict[str, list[str]] = defaultdict(list)
    for register in found.ledgers:
        for verb, phrases in (("登记", register.entered_by), ("审签", register.signed_by)):
            for phrase in phrases:
                for title in titles_in(phrase):
                    deeds[title].append(f"{verb}“{register.title}”")
    process = found.pack.process
    doing = [
        *((one.who, one.title) for one in process.duties),
        *((one.who, one.title) for one in process.phases),
        *((one.who, one.title) for one in process.publicity),
        *((one.who, one.title) for one in process.votes),
    ]
    for who, what in doing:
        for title in titles_in(who):
            deeds[title].append(what)
    for effect in process.effects:
        for title in titles_in(effect.confirm):
            deeds[title].append(f"确认“{effect.title}”")
    return deeds


@dataclass(frozen=True)
class RosterLine:
    id: str
    title: str
    source: str
    count: int
    lacking: tuple[tuple[str, int], ...]
    is_optional: bool


@dataclass(frozen=True)
class RosterList:
    """`sheets`: id and title of each register, and whether a month of it is checked first."""

    head: Head
    lines: tuple[RosterLine, ...]
    sheets: tuple[tuple[str, str, bool], ...]


def roster_list(actor: Actor, adoption_id: int, *, now: datetime) -> RosterList:
    """Every roster with its rows and what is lacking in them; two queries."""
    found = owned(actor, adoption_id)
    rows: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    subjects = Subject.objects.unscoped(WHY).filter(
        adoption=holds_rows(found.adoption), has_left=False
    )
    for roster, values in subjects.values_list("roster", "values"):
        rows[roster].append(values)
    return RosterList(
        head_of(actor, found.adoption, now=now),
        tuple(
            RosterLine(
                one.id,
                one.title,
                source_words(found.adoption.sources.get(one.id, {})),
                len(rows[one.id]),
                tuple(lacking(one, rows[one.id])),
                one.optional,
            )
            for one in found.rosters
        ),
        tuple(
            (one.id, one.title, one.id in found.adoption.monthly_sheets)
            for one in found.ledgers
            if one.kind == "register"
        ),
    )


@dataclass(frozen=True)
class RosterPage:
    """`empty`: titles of the required fields that a row lacks, row by row."""

    head: Head
    roster: Register
    source: Mapping[str, Any]
    kinds: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Subject, str], ...]
    page: Page[Subject]
    may_empty: bool

    @property
    def columns(self) -> str:
        return "、".join(one.title for one in self.roster.fields.values())


def roster_page(
    actor: Actor, adoption_id: int, roster: str, *, page: int, now: datetime
) -> RosterPage:
    """The rows of a roster by name, and where they may come from; four queries."""
    found = owned(actor, adoption_id)
    register = next((one for one in found.rosters if one.id == roster), None)
    if register is None:
        raise NotYours
    subjects = Subject.objects.unscoped(WHY).filter(
        adoption=holds_rows(found.adoption), roster=roster
    )
    rows = subjects.select_related("unit").order_by("has_left", "pinyin", "pk")
    shown = Paginator(rows, PAGE).get_page(page)
    there = units(actor, Permission.SEE_UNIT).filter(closes_on=None).order_by()
    kinds = set(there.values_list("kind", flat=True).distinct())
    return RosterPage(
        head=head_of(actor, found.adoption, now=now),
        roster=register,
        source=found.adoption.sources.get(roster, {}),
        kinds=tuple((one.value, str(one.label)) for one in UnitKind if one.value in kinds),
        rows=tuple((one, _lacks(register, one)) for one in shown.object_list),
        page=shown,
        may_empty=found.adoption.state == "draft" and found.adoption.replaces_id is None,
    )


def _lacks(register: Register, subject: Subject) -> str:
    return "、".join(title for title, _ in lacking(register, [subject.values]))


@dataclass(frozen=True)
class PeriodForm:
    head: Head
    kinds: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]


def period_form(actor: Actor, adoption_id: int, *, now: datetime) -> PeriodForm:
    found = owned(actor, adoption_id)
    rows = tuple(tuple(str(cell) for cell in row) for row in found.adoption.periods)
    kinds = tuple(found.pack.period_kinds.items())
    return PeriodForm(head_of(actor, found.adoption, now=now), kinds, rows)


@dataclass(frozen=True)
class StepLine:
    """One end of a step, and the day that it comes to now."""

    step: Step
    falls_on: str


@dataclass(frozen=True)
class DateForm:
    """`rows`: the title of a step with its one or two ends."""

    head: Head
    rows: tuple[tuple[str, tuple[StepLine, ...]], ...]
    fixed: Mapping[str, date]

    @property
    def names(self) -> list[str]:
        return [line.step.name for _, ends in self.rows for line in ends]


def date_form(actor: Actor, adoption_id: int, *, now: datetime) -> DateForm:
    """Every step with what the scheme says and the days that it comes to; one query."""
    found = owned(actor, adoption_id)
    days = agenda_of(found, now=now).days
    rows: defaultdict[str, list[StepLine]] = defaultdict(list)
    titles: dict[str, str] = {}
    for one in steps_of(found):
        entry = one.name.rpartition(".")[0]
        titles[entry] = one.title
        day = days.get(one.name)
        rows[entry].append(StepLine(one, day_words(day.isoformat()) if day else ""))
    return DateForm(
        head_of(actor, found.adoption, now=now),
        tuple((titles[entry], tuple(ends)) for entry, ends in rows.items()),
        fixed_days(found),
    )


@dataclass(frozen=True)
class AgendaLine:
    days: str
    who: str
    deed: str
    remarks: str


@dataclass(frozen=True)
class CalendarPage:
    head: Head
    lines: tuple[AgendaLine, ...]
    page: Page[Any]


def calendar_page(actor: Actor, adoption_id: int, *, page: int, now: datetime) -> CalendarPage:
    """Who owes what by which day, as the adoption stands; one query."""
    found = seen(actor, adoption_id)
    agenda = with_effects_named(agenda_of(found, now=now), found.process)
    shown = Paginator(agenda.rows, PAGE).get_page(page)
    lines = tuple(
        AgendaLine(days_in_words(row), row.who, deed_in_words(row), remarks_in_words(row))
        for row in shown.object_list
    )
    return CalendarPage(head_of(actor, found.adoption, now=now), lines, shown)


def agenda_of(found: Adopted, *, now: datetime) -> Agenda:
    """The process on its days; from the day of approval, or today, where it names no day itself."""
    given = {
        "parameters": found.parameters,
        "periods": found.periods,
        "calendar": mainland_calendar(),
        "titles": {one.id: one.title for one in found.pack.parameters.values()}
        | dict(found.pack.period_kinds),
    }
    agenda = lay_out(found.process, **given)  # type: ignore[arg-type]  # each as it is named
    if agenda.start is not None:
        return agenda
    since = found.adoption.approved_at or now
    return lay_out(found.process, start=since.astimezone(CHINA).date(), **given)  # type: ignore[arg-type]  # each as it is named
