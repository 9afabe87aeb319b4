"""Which rows of a result a round is about, and in which words they are shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.documents.result_summary import in_order_of_interest
from kaocheng.documents.spoken import MISSING, NOT_APPLICABLE
from kaocheng.engine.exact import NotExact, read_exact
from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import Item, Result
from kaocheng.engine.trace import figure, unit_words
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing import Computed
from kaocheng.queries.round_periods import is_about

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kaocheng.records.models import Round


@dataclass(frozen=True)
class Found:
    """A row of a result: its place in the table, whose it is, and its headline in exact text."""

    at: int
    key: str
    period: str
    value: str
    state: str
    grade: str
    flags: tuple[str, ...]
    exempt: str
    place: int = 0

    @property
    def lacks(self) -> bool:
        return self.state == "missing" and not self.exempt


def is_of_subjects(found: Adopted, result: Result) -> bool:
    """Whether its rows are about those of a roster, and not about entries or rows of a list."""
    return found.register(result.of).kind == "roster"


def periods_of(found: Adopted, work: Round, result: Result) -> frozenset[str] | None:
    """The periods of a result that the round is about; None where it has none of its own."""
    if not result.each:
        return None
    listed = [one for one in found.periods if one.kind == result.each]
    return frozenset(one.id for one in listed if is_about(found, work, one))


def results_of(found: Adopted, work: Round) -> list[Result]:
    """The results that the round is about, what people look for first in front."""
    listed = in_order_of_interest(found.pack.scheme.results)
    return [one for one in listed if periods_of(found, work, one) != frozenset()] or listed


def rows_of_round(done: Computed, found: Adopted, work: Round, result: Result) -> list[Found]:
    """The rows of a result that the round is about, each with its place in its period."""
    periods = periods_of(found, work, result)
    rows = [one for one in _rows(done, result) if periods is None or one.period in periods]
    return list(_placed(rows))


def _rows(done: Computed, result: Result) -> Iterator[Found]:
    rows = done.rows(result.id)
    head = rows.headline.id
    grades = rows.values(result.grade) if result.grade else [""] * len(rows.keys)
    columns = zip(
        rows.keys,
        rows.periods,
        rows.values(head),
        rows.states(head),
        grades,
        rows.flags,
        rows.exempt,
        strict=True,
    )
    for at, (key, period, value, state, grade, flags, exempt) in enumerate(columns):
        said = tuple(flags.split("；")) if flags else ()
        yield Found(
            at, key or "", period or "", value or "", state or "", grade or "", said, exempt
        )


def _placed(rows: list[Found]) -> Iterator[Found]:
    """The same rows with their places: equals share one; without a number there is none."""
    numbers: dict[str, list[Fraction]] = {}
    scores = [_number(row) for row in rows]
    for row, score in zip(rows, scores, strict=True):
        if score is not None:
            numbers.setdefault(row.period, []).append(score)
    places = {
        period: {score: at for at, score in reversed([*enumerate(sorted(found, reverse=True), 1)])}
        for period, found in numbers.items()
    }
    for row, score in zip(rows, scores, strict=True):
        place = 0 if score is None else places[row.period][score]
        yield replace(row, place=place)


def _number(row: Found) -> Fraction | None:
    if row.exempt or row.state != "scored":
        return None
    try:
        return read_exact(row.value)
    except NotExact:
        return None


def value_shown(text: str, state: str, item: Item) -> str:
    """The value of an item as it is read: `9.10`, `优秀`, `缺数据`."""
    if state == "missing":
        return MISSING
    if state == "not_applicable":
        return NOT_APPLICABLE
    try:
        return figure(read_exact(text), unit=unit_of(item))
    except NotExact:
        return text


def unit_shown(item: Item) -> str:
    return unit_words(unit_of(item))
