"""What a unit settles of an adoption, as it would stand, and what is wrong with it.

Shared by settling a draft and by amending what is in force. A value given as empty goes back to
what the scheme says itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import Refused
from kaocheng.engine.facts import Reader, read_parameters, read_periods
from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.process.entries import Entry
from kaocheng.engine.process.moved import movable
from kaocheng.engine.process.times import Fixed
from kaocheng.engine.process.words import in_chinese
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.methods.holders import Holder
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.holder_choices import choices_for
from kaocheng.queries.titles import titles_of

# A plain parameter's text, or the header and the rows of a table.
Parameter = str | Sequence[Sequence[str]]


def with_parameters(found: Adopted, given: Mapping[str, Parameter]) -> dict[str, Any]:
    """The parameters with what was given; what only says the default again is not kept.

    A default that has to be confirmed is kept when it is given: that is the confirmation.
    """
    settled: dict[str, Any] = dict(found.terms.parameters)
    for name, value in given.items():
        parameter = found.pack.parameters.get(name)
        kept = _table(value) if not isinstance(value, str) else value.strip()
        is_default = parameter is not None and kept == parameter.default and not parameter.confirm
        if not kept or is_default:
            settled.pop(name, None)
        else:
            settled[name] = kept
    return settled


def parameter_problems(
    found: Adopted, settled: Mapping[str, Any], names: Sequence[str]
) -> dict[str, Refused]:
    """The engine's own complaints, by `name`, or `name/line/column` within a table."""
    problems: dict[str, Refused] = {
        name: Refused("K06", name=name) for name in names if name not in found.pack.parameters
    }
    given = {name: settled[name] for name in names if name in settled}
    tables = found.with_terms(parameters=given).settled
    tables.pop("periods", None)
    lines = {row.line: row.cells[0] for row in tables["parameters"].rows}
    told = Problems()
    read_parameters(found.pack, tables, Reader(found.pack, found.periods, told), told)
    for one in told.errors:
        place = one.place
        if place.file == "parameters":
            problems.setdefault(lines[place.line], as_refusal(one))
        elif place.file in given:
            problems.setdefault(f"{place.file}/{place.line}/{place.column}", as_refusal(one))
    return problems


def period_problems(found: Adopted, rows: Sequence[Sequence[str]]) -> dict[str, Refused]:
    """By the number of the row, counted from 1."""
    draft = copy(found.adoption)
    draft.periods = [list(row) for row in rows]
    told = Problems()
    read_periods(found.pack, adopted(draft).settled.get("periods"), told)
    return {str(one.place.line - 1): as_refusal(one) for one in reversed(told.errors)}


def holder_problems(
    actor: Actor, found: Adopted, given: Mapping[str, Sequence[Holder]]
) -> dict[str, Refused]:
    """By title; what stands there already stays allowed."""
    titles = set(titles_of(found.pack))
    allowed = {one.holder for one in choices_for(actor, found)}
    problems: dict[str, Refused] = {}
    for title, holders in given.items():
        before = set(found.holders(title))
        if title not in titles:
            problems[title] = Refused("K06", name=title)
        elif not set(holders) <= allowed | before:
            problems[title] = Refused("K14", title=title)
    return problems


def with_holders(found: Adopted, given: Mapping[str, Sequence[Holder]]) -> dict[str, Any]:
    named = {title: [one.kept() for one in holders] for title, holders in given.items()}
    return {title: kept for title, kept in {**found.terms.holders, **named}.items() if kept}


@dataclass(frozen=True)
class Step:
    """An edge of a step that can be given a day: `name` as the adoption keeps it.

    `says`: what the scheme says, in Chinese; `day`: where the unit has moved it, else empty.
    """

    name: str
    title: str
    edge: str
    says: str
    day: str


def steps_of(found: Adopted) -> tuple[Step, ...]:
    """Every edge of a step that can be moved, in the order of the process."""
    titles = {entry.id: entry.title for entry in _entries(found)}
    pack = found.pack
    named = {
        **{one.id: one.title for one in pack.parameters.values()},
        **pack.period_kinds,
        **{id: f"“{title}”" for id, title in titles.items()},
        **pack.process.events,
        "start": pack.process.start.title if pack.process.start else "",
    }
    return tuple(
        Step(
            name=name,
            title=titles[name.rpartition(".")[0]],
            edge=name.rpartition(".")[2],
            says="" if written is None else in_chinese(written.tree, named),
            day=str(found.terms.dates.get(name, "")),
        )
        for name, written in movable(pack.process).items()
    )


def with_dates(found: Adopted, given: Mapping[str, str]) -> dict[str, str]:
    days = {**found.terms.dates, **{step: day.strip() for step, day in given.items()}}
    return {step: day for step, day in days.items() if day}


def date_problems(found: Adopted, given: Mapping[str, str]) -> dict[str, Refused]:
    """By step: unknown ones, days that cannot be read, ends before their beginning."""
    wrong = unreadable_days(found, given)
    return wrong or order_problems(found.with_terms(dates=with_dates(found, given)), given)


def unreadable_days(found: Adopted, given: Mapping[str, str]) -> dict[str, Refused]:
    """By step: unknown ones, and days that cannot be read."""
    steps = {step.name: step for step in steps_of(found)}
    problems: dict[str, Refused] = {}
    for name, text in given.items():
        if name not in steps:
            problems[name] = Refused("K06", name=name)
        elif text.strip() and _day(text) is None:
            problems[name] = Refused("K10", step=steps[name].title, found=text.strip()[:20])
    return problems


def order_problems(found: Adopted, names: Collection[str]) -> dict[str, Refused]:
    """By step: of those named, the ends before their beginning as the adoption stands."""
    problems: dict[str, Refused] = {}
    moved = movable(found.process)
    for step in steps_of(found):
        start = f"{step.name[:-3]}.from"
        if step.edge == "to" and (step.name in names or start in names):
            first, last = _fixed(moved.get(start)), _fixed(moved.get(step.name))
            if first and last and last < first:
                problems[step.name] = Refused("K11", step=step.title, first=first, last=last)
    return problems


def fixed_days(found: Adopted) -> dict[str, date]:
    """By step, the days as written or moved, not those that are reckoned from others."""
    days = {name: _fixed(written) for name, written in movable(found.process).items()}
    return {name: day for name, day in days.items() if day is not None}


def last_day_gone(found: Adopted) -> date | None:
    """The last of the fixed days, where all of them have gone by."""
    last = max(fixed_days(found).values(), default=None)
    return last if last is not None and last < found.on else None


def as_refusal(found: Problem) -> Refused:
    """A problem of the engine in the words of a refusal; where it is says the key beside it."""
    return Refused(found.id, **dict(found.values))


def as_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, source: str) -> TextTable:
    body = tuple(TextRow(line, tuple(row)) for line, row in enumerate(rows, start=2))
    return TextTable(source, source, tuple(header), body)


def _table(value: Sequence[Sequence[str]]) -> list[list[str]]:
    """Header and rows without the empty ones; nothing where no row is left."""
    cleaned = [[cell.strip() for cell in row] for row in value]
    body = [row for row in cleaned[1:] if any(row)]
    return [cleaned[0], *body] if body else []


def _entries(found: Adopted) -> Iterator[Entry]:
    process = found.pack.process
    for field in fields(process):
        value = getattr(process, field.name)
        for one in value if isinstance(value, tuple) else ():
            if isinstance(one, Entry):
                yield one


def _fixed(written: Any) -> date | None:  # noqa: ANN401  # Written[When] or None
    tree = getattr(written, "tree", None)
    return tree.day if isinstance(tree, Fixed) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
