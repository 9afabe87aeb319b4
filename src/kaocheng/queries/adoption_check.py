"""What an adoption still lacks: the engine's own findings, and what the unit has not settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from kaocheng.engine.clauses import check_quotes
from kaocheng.engine.facts import Reader, filled_in, read_parameters
from kaocheng.engine.lint import blocks_publishing, lint_pack
from kaocheng.engine.problems import Place, Problem, Problems, problem
from kaocheng.engine.process.agenda import lay_out
from kaocheng.engine.verbs import COLLISIONS
from kaocheng.methods.workdays import mainland_calendar
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption_rows import lacking, values_by_roster
from kaocheng.queries.adoption_values import last_day_gone
from kaocheng.queries.titles import titles_of


@dataclass(frozen=True)
class Checked:
    """The findings, what has to be settled before approval first, each in the order of places."""

    must: tuple[Problem, ...]
    may: tuple[Problem, ...]


def checked(found: Adopted) -> Checked:
    """All findings about the adoption as it stands; one query, and the engine's checks."""
    problems = [*_unsettled(found), *scheme_problems(found)]
    must = [one for one in problems if blocks_publishing(one)]
    return Checked(tuple(must), tuple(one for one in problems if one not in must))


def scheme_problems(found: Adopted) -> list[Problem]:
    """As `kaocheng check --strict --parameters` tells them, on the days of the adoption."""
    problems = Problems()
    pack = replace(found.pack, process=found.process)
    check_quotes(pack, problems=problems)
    given = filled_in(pack, found.settled)
    lint_pack(replace(found.compiled, pack=pack), problems=problems, given=given)
    values, _ = read_parameters(pack, found.settled, Reader(pack, (), problems), problems)
    agenda = lay_out(pack.process, parameters=values, calendar=mainland_calendar())
    problems.extend(one for one in agenda.problems if one.id in COLLISIONS)
    return [located(one) for one in problems]


def located(found: Problem) -> Problem:
    """The place without the folder in which the text happened to be unpacked."""
    file = PurePath(found.place.file)
    return replace(
        found, place=replace(found.place, file=file.name if file.is_absolute() else str(file))
    )


def _unsettled(found: Adopted) -> Iterator[Problem]:
    for title in titles_of(found.pack):
        if not found.terms.holders.get(title):
            yield problem("K07", Place("谁是谁", field=title), title=title)
    rows = values_by_roster(found.adoption)
    for roster in found.rosters:
        place = Place("名册", field=roster.title)
        listed = rows.get(roster.id, [])
        if not listed and not roster.optional:
            yield problem("K08", place, title=roster.title, roster=roster.id)
        if fields := lacking(roster, listed):
            named = "、".join(f"{title} {count}" for title, count in fields)
            yield problem("K104", place, title=roster.title, fields=named, roster=roster.id)
    have = {period.kind for period in found.periods}
    for kind, title in found.pack.period_kinds.items():
        if kind not in have:
            yield problem("K09", Place("周期", field=title), kind=title)
    if day := last_day_gone(found):
        yield problem("K105", Place("日期"), day=day)
