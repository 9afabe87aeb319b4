"""What an adoption still lacks: the engine's own findings, and what the unit has not settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from django.db.models import Count

from kaocheng.engine.clauses import check_quotes
from kaocheng.engine.facts import Reader, filled_in, read_parameters
from kaocheng.engine.lint import blocks_publishing, lint_pack
from kaocheng.engine.problems import Place, Problem, Problems, problem
from kaocheng.engine.process.agenda import lay_out
from kaocheng.engine.verbs import COLLISIONS
from kaocheng.methods.workdays import mainland_calendar
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.titles import titles_of
from kaocheng.records.models import Adoption, Subject
from kaocheng.records.models.scheme import AdoptionState

WHY = "the adoption was fetched under its scope"


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


def subjects_by_roster(adoption: Adoption) -> dict[str, int]:
    """How many rows each roster has; a draft that replaces another one works with its rows."""
    rows = Subject.objects.unscoped(WHY).filter(adoption=holds_rows(adoption), has_left=False)
    counted = rows.order_by().values_list("roster").annotate(Count("pk"))
    return dict(counted)


def holds_rows(adoption: Adoption) -> int:
    """The id of the adoption that has the rows: until it is approved, the one to be replaced."""
    is_waiting = adoption.state == AdoptionState.DRAFT and adoption.replaces_id is not None
    return int(adoption.replaces_id if is_waiting else adoption.pk)  # type: ignore[arg-type]  # not None


def _unsettled(found: Adopted) -> Iterator[Problem]:
    for title in titles_of(found.pack):
        if not found.adoption.holders.get(title):
            yield problem("K07", Place("谁是谁", field=title), title=title)
    counted = subjects_by_roster(found.adoption)
    for roster in found.rosters:
        if not counted.get(roster.id) and not roster.optional:
            yield problem("K08", Place("名册", field=roster.title), title=roster.title)
    have = {period.kind for period in found.periods}
    for kind, title in found.pack.period_kinds.items():
        if kind not in have:
            yield problem("K09", Place("周期", field=title), kind=title)
