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
from kaocheng.engine.facts import text_table
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.registers import Field, Register
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption import Head, head_of, owned
from kaocheng.queries.adoption_calendar import agenda_of
from kaocheng.queries.adoption_gaps import Gaps, gaps_of
from kaocheng.queries.adoption_roster import source_words
from kaocheng.queries.adoption_rows import holds_rows, lacking, values_by_roster
from kaocheng.queries.adoption_values import Step, fixed_days, steps_of
from kaocheng.queries.amendment import coming_of, day_words, parameter_words
from kaocheng.queries.holder_choices import Choice, choices_for, name_of
from kaocheng.queries.holder_count import Counted, HolderCount
from kaocheng.queries.titles import titles_in, titles_of
from kaocheng.records.models import Subject
from kaocheng.records.models.unit import UnitKind

WHY = "the adoption was fetched under its scope"
PAGE = 50


@dataclass(frozen=True)
class ParameterLine:
    """One parameter of the form; `value` is what stands there, empty where it is still open.

    `coming`: what is to hold later, in words.
    """

    parameter: Parameter
    value: str
    rows: int = 0
    coming: str = ""

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
        return parameter_words(self.parameter, text) if text else ""


@dataclass(frozen=True)
class ParameterForm:
    head: Head
    plain: tuple[ParameterLine, ...]
    tables: tuple[ParameterLine, ...]


def parameter_form(actor: Actor, adoption_id: int, *, now: datetime) -> ParameterForm:
    """One query; what is open comes first."""
    found = owned(actor, adoption_id)
    lines = [_parameter(found, one) for one in found.pack.parameters.values()]
    lines.sort(key=lambda one: not (one.is_open and one.parameter.must_be_settled))
    return ParameterForm(
        head_of(actor, found.adoption, now=now),
        tuple(one for one in lines if one.parameter.type != "table"),
        tuple(one for one in lines if one.parameter.type == "table"),
    )


def _parameter(found: Adopted, one: Parameter) -> ParameterLine:
    kept = found.terms.parameters.get(one.id)
    coming = _coming(found, f"parameters.{one.id}")
    if one.type == "table":
        default = text_table(one.id, one.rows, source=one.id).rows
        return ParameterLine(one, "", len(kept) - 1 if kept else len(default), coming)
    # A default that has to be confirmed is offered beside the field, not as if it were settled.
    return ParameterLine(one, str(kept or ("" if one.confirm else one.default)), coming=coming)


def _coming(found: Adopted, name: str) -> str:
    later = coming_of(found).get(name)
    return later.sentence if later else ""


@dataclass(frozen=True)
class TableForm:
    head: Head
    parameter: Parameter
    columns: tuple[tuple[str, Field], ...]
    rows: tuple[tuple[str, ...], ...]
    coming: str


def table_form(actor: Actor, adoption_id: int, parameter: str, *, now: datetime) -> TableForm:
    """The rows of a table as they are settled, else as the scheme has them."""
    found = owned(actor, adoption_id)
    one = found.pack.parameters.get(parameter)
    if one is None or one.type != "table":
        raise NotYours
    kept = found.terms.parameters.get(parameter)
    default = text_table(parameter, one.rows, source=parameter)
    header: Sequence[str] = kept[0] if kept else default.header
    rows = kept[1:] if kept else [row.cells for row in default.rows]
    ordered = tuple(
        tuple(dict(zip(header, row, strict=False)).get(name, "") for name in one.columns)
        for row in rows
    )
    head = head_of(actor, found.adoption, now=now)
    coming = _coming(found, f"parameters.{parameter}")
    return TableForm(head, one, tuple(one.columns.items()), ordered, coming)


@dataclass(frozen=True)
class HolderLine:
    """A title of the scheme: what it does there, who is chosen (at most two), how many that are."""

    number: int
    title: str
    does: tuple[str, ...]
    first: str
    second: str
    counted: Counted
    coming: str


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
        coming = _coming(found, f"holders.{title}")
        counted = count.counted(holders)
        lines.append(HolderLine(number, title, deeds, first, second, counted, coming))
    head = head_of(actor, found.adoption, now=now)
    return HolderForm(head, tuple(lines), choices_for(actor, found))


def _deeds(found: Adopted) -> Mapping[str, Sequence[str]]:
    """What the scheme has each title do, so that it can be told who is meant."""
    deeds: defaultdict[str, list[str]] = defaultdict(list)
    for register in found.ledgers:
        later = [title for one in register.fields.values() for title in one.filled_by]
        for verb, phrases in (
            ("登记", register.entered_by),
            ("审签", register.signed_by),
            ("填写", later),
        ):
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
    rows = values_by_roster(found.adoption)
    return RosterList(
        head_of(actor, found.adoption, now=now),
        tuple(
            RosterLine(
                one.id,
                one.title,
                source_words(found.adoption.sources.get(one.id, {})),
                len(rows.get(one.id, ())),
                tuple(lacking(one, rows.get(one.id, ()))),
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
    gaps: Gaps
    page: Page[Subject]
    may_empty: bool

    @property
    def columns(self) -> str:
        return "、".join(one.title for one in self.roster.fields.values())


def roster_page(
    actor: Actor, adoption_id: int, roster: str, *, page: int, now: datetime
) -> RosterPage:
    """The rows of a roster by name, what lacks, and where they may come from; five queries."""
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
        gaps=gaps_of(found, register),
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
    # By the first day; of those that begin together the longer first.
    kept = sorted(found.adoption.periods, key=lambda row: str(row[4]), reverse=True)
    kept.sort(key=lambda row: str(row[3]))
    rows = tuple(tuple(str(cell) for cell in row) for row in kept)
    kinds = tuple(found.pack.period_kinds.items())
    return PeriodForm(head_of(actor, found.adoption, now=now), kinds, rows)


@dataclass(frozen=True)
class StepLine:
    """One end of a step, the day that it comes to now, and the one that it is to have later."""

    step: Step
    falls_on: str
    coming: str


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
        rows[entry].append(
            StepLine(
                one, day_words(day.isoformat() if day else ""), _coming(found, f"dates.{one.name}")
            )
        )
    return DateForm(
        head_of(actor, found.adoption, now=now),
        tuple((titles[entry], tuple(ends)) for entry, ends in rows.items()),
        fixed_days(found),
    )
