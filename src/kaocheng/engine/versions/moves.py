"""Who moves between two runs on the same facts: score, place, grade, seat and pay, by which change.

Rows are matched by subject and period, items as `Comparison` says. Values are compared exactly;
states are compared as states, whatever the reason for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from kaocheng.engine.compile import MEMBERS, Column
from kaocheng.engine.explain import unit_of
from kaocheng.engine.facts import FactRow
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.reference.run import RowKey
from kaocheng.engine.values import Value, is_known, is_number, state_of
from kaocheng.engine.versions.causes import Causes
from kaocheng.engine.versions.change import Comparison
from kaocheng.engine.versions.columns import Columns, Subject

# What flags say of a score that stands exactly on the line of a grade.
ON_BOUNDARY = "临界值"


@dataclass(frozen=True)
class Figures:
    """What a row comes to in one version. `seats` and `pay` are by the id of their item there."""

    score: Value | None = None
    rank: int | None = None
    grade: Value | None = None
    seats: Mapping[str, Value] = field(default_factory=dict)
    pay: Mapping[str, Value] = field(default_factory=dict)
    is_exempt: bool = False
    is_on_boundary: bool = False


@dataclass(frozen=True)
class ItemMove:
    """An item whose value differs; None where a version has no such item."""

    item: str
    title: str
    unit: str
    old: Value | None
    new: Value | None

    @property
    def difference(self) -> Fraction | None:
        return difference(self.old, self.new)


@dataclass(frozen=True)
class Row:
    """A subject (and period) in both versions; None where it is not assessed.

    `causes` are positions of changes; `by_others`: they act on others, whom this row is ranked or
    compared with.
    """

    key: RowKey
    fact: FactRow
    period: str
    group: Value | None
    old: Figures | None
    new: Figures | None
    items: tuple[ItemMove, ...] = ()
    causes: tuple[int, ...] = ()
    by_others: bool = False

    @property
    def score_change(self) -> Fraction | None:
        if self.old is None or self.new is None:
            return None
        return difference(self.old.score, self.new.score)

    @property
    def grade_moved(self) -> bool:
        old = None if self.old is None else self.old.grade
        return not same(old, None if self.new is None else self.new.grade)

    @property
    def rank_moved(self) -> bool:
        return (self.old and self.old.rank) != (self.new and self.new.rank)

    @property
    def is_moved(self) -> bool:
        """Whether anything that people look at differs, besides the place among the others."""
        if self.old is None or self.new is None:
            return True
        old, new = self.old, self.new
        pairs = [(old.score, new.score), (old.grade, new.grade)]
        pairs += [*_pairs(old.seats, new.seats), *_pairs(old.pay, new.pay)]
        figures = [pair for pair in pairs if pair != (None, None)]
        return any(not same(*pair) for pair in figures) if figures else bool(self.items)


@dataclass(frozen=True)
class ResultMoves:
    """One result in both versions. `rows` are all of it, by subject and then by period."""

    old: Result
    new: Result
    rows: tuple[Row, ...]

    @cached_property
    def moved(self) -> Sequence[Row]:
        return [row for row in self.rows if row.is_moved]

    @property
    def has_score(self) -> bool:
        return any(is_number(one.score) for row in self.rows for one in _figures(row))

    @property
    def has_grade(self) -> bool:
        return bool(self.old.grade or self.new.grade)

    @cached_property
    def seats(self) -> Sequence[Item]:
        """The items that give seats in either version, the new one's first."""
        return _either(self, lambda item: item.mechanism == "seats")

    @cached_property
    def pay(self) -> Sequence[Item]:
        return _either(self, lambda item: item.mechanism == "pay")


def difference(old: Value | None, new: Value | None) -> Fraction | None:
    """How much more the new value is, where both are numbers."""
    return new - old if is_number(old) and is_number(new) else None


def same(old: Value | None, new: Value | None) -> bool:
    """Whether two values are alike: equal, or in the same state."""
    if old is None or new is None:
        return old is new
    if is_known(old) and is_known(new):
        return type(old) is type(new) and old == new
    return state_of(old) == state_of(new)


def moves(
    old: Columns, new: Columns, comparison: Comparison, *, by: str | None = None
) -> list[ResultMoves]:
    """Every result that both versions have, row by row.

    `by`: the field of the rosters that groups the rows; None takes the field of their unit.
    """
    causes = Causes(new.compiled, comparison.changes)
    pairs = [
        _Pairing(old, new, old.compiled.pack.results[one], new.compiled.pack.results[other], by)
        for one, other in comparison.results.items()
    ]
    found = [pairing.moves(comparison) for pairing in pairs]
    tracer = _Tracer(causes, found)
    return [replace(one, rows=tuple(tracer.traced(one, row) for row in one.rows)) for one in found]


@dataclass(frozen=True)
class _Pairing:
    """One result of both runs."""

    old: Columns
    new: Columns
    old_result: Result
    new_result: Result
    by: str | None

    def moves(self, comparison: Comparison) -> ResultMoves:
        olds = {one.key: one for one in self.old.subjects(self.old_result.id)}
        news = {one.key: one for one in self.new.subjects(self.new_result.id)}
        items = dict(self._item_moves(comparison, list(olds), list(news)))
        old_figures = _figures_of(self.old, self.old_result, list(olds.values()))
        new_figures = _figures_of(self.new, self.new_result, list(news.values()))
        rows = tuple(
            self._row(
                news.get(key) or olds[key],
                old_figures.get(key),
                new_figures.get(key),
                tuple(items.get(key, ())),
            )
            for key in sorted(
                {**olds, **news}, key=lambda key: _in_order(news.get(key) or olds[key])
            )
        )
        return ResultMoves(self.old_result, self.new_result, rows)

    def _row(
        self,
        subject: Subject,
        old: Figures | None,
        new: Figures | None,
        items: tuple[ItemMove, ...],
    ) -> Row:
        register = self.new.compiled.pack.subject_of(self.new_result)
        field_name = register.unit if self.by is None else self.by
        group = subject.fact.values.get(field_name) if field_name else None
        period = subject.period.title if subject.period else ""
        return Row(subject.key, subject.fact, period, group, old, new, items)

    def _item_moves(
        self, comparison: Comparison, olds: Sequence[RowKey], news: Sequence[RowKey]
    ) -> Iterable[tuple[RowKey, list[ItemMove]]]:
        """The items that differ, by row; what only one version has, where something else does."""
        found: dict[RowKey, list[ItemMove]] = {}
        backwards = {new: old for old, new in comparison.items.items()}
        for item in items_below(self.new_result.items):
            column = (self.new_result.id, item.id)
            if column not in backwards or backwards[column][0] != self.old_result.id:
                continue
            before = dict(zip(olds, self.old.values(*backwards[column]), strict=True))
            after = zip(news, self.new.values(*column), strict=True)
            for key, value in after:
                if key in before and not same(before[key], value):
                    move = ItemMove(item.id, item.title, unit_of(item), before[key], value)
                    found.setdefault(key, []).append(move)
        return found.items()


def _in_order(subject: Subject) -> tuple[str, str, str]:
    """As in the table of a result: by subject, then by time."""
    first = subject.period.first.isoformat() if subject.period else ""
    return (subject.key[0], first, subject.key[1])


def _figures_of(
    columns: Columns, result: Result, subjects: Sequence[Subject]
) -> dict[RowKey, Figures]:
    count = len(subjects)
    items = {item.id: item for item in items_below(result.items)}

    def of(item: str) -> Sequence[Value | None]:
        return list(columns.values(result.id, item)) if item in items else [None] * count

    scores, grades = of(result.headline), of(result.grade)
    flags = columns.flags(result.id, result.grade) if result.grade in items else [()] * count
    ranks = _ranks(scores, subjects)
    seats = {one.id: of(one.id) for one in items.values() if one.mechanism == "seats"}
    pay = {one.id: of(one.id) for one in items.values() if one.mechanism == "pay"}
    return {
        subject.key: Figures(
            scores[at],
            ranks[at],
            grades[at],
            {id: value for id, column in seats.items() if (value := column[at]) is not None},
            {id: value for id, column in pay.items() if (value := column[at]) is not None},
            subject.is_exempt,
            any(ON_BOUNDARY in flag for flag in flags[at]),
        )
        for at, subject in enumerate(subjects)
    }


def _ranks(scores: Sequence[Value | None], subjects: Sequence[Subject]) -> list[int | None]:
    """Places within each period, equal scores sharing the better one: 1, 2, 2, 4."""
    groups: dict[str, list[Fraction]] = {}
    for score, subject in zip(scores, subjects, strict=True):
        if is_number(score):
            groups.setdefault(subject.key[1], []).append(score)
    places: dict[tuple[str, Fraction], int] = {}
    for period, listed in groups.items():
        for at, score in enumerate(sorted(listed, reverse=True), start=1):
            places.setdefault((period, score), at)
    return [
        places[subject.key[1], score] if is_number(score) else None
        for score, subject in zip(scores, subjects, strict=True)
    ]


@dataclass(frozen=True)
class _Tracer:
    """Follows a value that moved back to the changes that moved it."""

    causes: Causes
    results: Sequence[ResultMoves]

    @cached_property
    def _subjects(self) -> dict[Column, set[str]]:
        """For each column that moved: the subjects it moved for."""
        found: dict[Column, set[str]] = {}
        for result in self.results:
            for row in result.rows:
                for item in row.items:
                    found.setdefault((result.new.id, item.item), set()).add(row.key[0])
                if row.old is None or row.new is None:
                    found.setdefault((result.new.id, MEMBERS), set()).add(row.key[0])
        return found

    @cached_property
    def _rosters(self) -> dict[str, str]:
        return {result.new.id: result.new.of for result in self.results}

    def traced(self, result: ResultMoves, row: Row) -> Row:
        begun = [(result.new.id, item.item) for item in row.items]
        if row.old is None or row.new is None:
            begun.append((result.new.id, MEMBERS))
        own = self._found(begun, row.key[0], result.new.of)
        if own or not begun:
            return replace(row, causes=tuple(sorted(own)))
        others = self._found(begun, None, result.new.of)
        return replace(row, causes=tuple(sorted(others)), by_others=bool(others))

    def _found(self, begun: Sequence[Column], subject: str | None, roster: str) -> set[int]:
        """The changes on columns that moved (for `subject`, or for anybody) and are read here."""
        found: set[int] = set()
        open_, seen = list(begun), set(begun)
        while open_:
            column = open_.pop()
            found.update(self.causes.by_column.get(column, ()))
            for read in self._read(column):
                if read not in seen and self._has_moved(read, subject, roster):
                    seen.add(read)
                    open_.append(read)
        return found

    def _read(self, column: Column) -> Iterator[Column]:
        reads = self.causes.reads.get(column)
        yield from reads.columns if reads is not None else ()

    def _has_moved(self, column: Column, subject: str | None, roster: str) -> bool:
        moved = self._subjects.get(column, set())
        if subject is None or self._rosters.get(column[0]) != roster:
            return bool(moved)
        return subject in moved


def _pairs(
    old: Mapping[str, Value], new: Mapping[str, Value]
) -> list[tuple[Value | None, Value | None]]:
    return [(old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new))]


def _figures(row: Row) -> Iterator[Figures]:
    yield from (one for one in (row.old, row.new) if one is not None)


def _either(result: ResultMoves, wanted: object) -> Sequence[Item]:
    assert callable(wanted)
    items = [*items_below(result.new.items), *items_below(result.old.items)]
    return list({item.id: item for item in items if wanted(item)}.values())
