"""What a trial of two versions shows: counts, groups, who wins and loses, and every row in words.

Names are masked where the register says so: nothing here shows more than a report of results does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from kaocheng.documents.move_words import (
    Both,
    both_if_in_words,
    both_in_words,
    has_seat,
    ranks_in_words,
    seat_in_words,
    signed,
)
from kaocheng.documents.register_rows import cell_text, subject_name
from kaocheng.documents.result_summary import in_order_of_grades
from kaocheng.engine.compile import Compiled
from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import Item, items_below
from kaocheng.engine.language.types import Type
from kaocheng.engine.mechanisms.seats import Seats
from kaocheng.engine.model import Pack
from kaocheng.engine.trace import shown
from kaocheng.engine.values import Value, is_known, is_number, state_of
from kaocheng.engine.versions.moves import Figures, ResultMoves, Row
from kaocheng.engine.versions.trials import Trial
from kaocheng.methods.shares import exact_sum

_MOST_EXTREMES = 5


@dataclass(frozen=True)
class Cause:
    """A change by its number (from 1), and what it alone does to the score, where it was tried."""

    number: int
    alone: str = ""


@dataclass(frozen=True)
class RowView:
    """One subject. `at` is where both scores stand between the least and the most, in per cent."""

    row: Row
    name: str
    key: str
    period: str
    group: str
    score: Both | None
    rank: Both | None
    grade: Both | None
    seats: tuple[Both, ...]
    pay: tuple[Both, ...]
    items: tuple[Both, ...]
    causes: tuple[Cause, ...]
    by_others: bool
    membership: str
    is_moved: bool
    at: tuple[str, str] | None = None


@dataclass(frozen=True)
class GroupView:
    name: str
    rows: int
    moved: int
    up: int
    down: int
    mean: Both | None
    pay: tuple[Both, ...]


@dataclass(frozen=True)
class MovesView:
    """One result. `rows` are those that moved, then the others, each in the order of the table."""

    id: str
    title: str
    period: str
    count: int
    moved: int
    up: int
    down: int
    ranks_moved: int
    came: int
    gone: int
    states: tuple[tuple[str, int, int], ...]
    boundary: tuple[int, int] | None
    grades: tuple[tuple[str, int, int], ...]
    mean: Both | None
    seats: tuple[tuple[str, int, int], ...]
    pay: tuple[Both, ...]
    groups: tuple[GroupView, ...]
    group_title: str
    losers: tuple[RowView, ...]
    winners: tuple[RowView, ...]
    rows: tuple[RowView, ...]


@dataclass(frozen=True)
class Named:
    """Names of the rows of registers, for groups that are units."""

    names: Mapping[str, Mapping[str, str]]

    def of(self, register: str, value: Value | None) -> str:
        if value is None or not is_known(value):
            return "（没有填）"
        text = cell_text(value)
        return self.names.get(register, {}).get(text, text)


def moves_view(
    moves: ResultMoves,
    compiled: tuple[Compiled, Compiled],
    tried: Sequence[Trial],
    *,
    by: str | None = None,
    named: Named,
) -> MovesView:
    """One result in words. `compiled` are both versions, `tried` what was tried alone."""
    builder = _Builder(moves, compiled, tried, by, named)
    return builder.view()


@dataclass(frozen=True)
class _Builder:
    moves: ResultMoves
    compiled: tuple[Compiled, Compiled]
    tried: Sequence[Trial]
    by: str | None
    named: Named

    def view(self) -> MovesView:
        rows, new = self.moves.rows, self.moves.new
        ups, downs = self._directions(rows)
        shown_rows = [*self.moves.moved, *(row for row in rows if not row.is_moved)]
        has_boundary = any(one and one.is_on_boundary for row in rows for one in (row.old, row.new))
        return MovesView(
            id=new.id,
            title=new.title,
            period=self._pack.period_kinds.get(new.each, ""),
            count=len(rows),
            moved=len(self.moves.moved),
            up=ups,
            down=downs,
            ranks_moved=sum(row.rank_moved for row in rows if row.old and row.new),
            came=sum(row.old is None for row in rows),
            gone=sum(row.new is None for row in rows),
            states=tuple(self._states()),
            boundary=self._on_boundary() if has_boundary else None,
            grades=tuple(self._grades()),
            mean=self._mean(rows),
            seats=tuple(self._seat_counts()),
            pay=tuple(self._totals(rows)),
            groups=tuple(self._groups()),
            group_title=self._group_title,
            losers=tuple(self._extremes(losers=True)),
            winners=tuple(self._extremes(losers=False)),
            rows=tuple(self._row(row) for row in shown_rows),
        )

    @property
    def _pack(self) -> Pack:
        """The new one: what is shown has its titles."""
        return self.compiled[1].pack

    # Counts

    @cached_property
    def _order(self) -> dict[str, int]:
        """Grades of both versions, best first, the new order before the old one."""
        listed = [grade for grade, _, _ in self._grades()]
        return {grade: at for at, grade in enumerate(listed)}

    def _directions(self, rows: Iterable[Row]) -> tuple[int, int]:
        ups = downs = 0
        for row in rows:
            old, new = (_grade(one) for one in (row.old, row.new))
            if old in self._order and new in self._order and old != new:
                ups += self._order[new] < self._order[old]
                downs += self._order[new] > self._order[old]
        return ups, downs

    def _grades(self) -> Iterator[tuple[str, int, int]]:
        if not self.moves.has_grade:
            return
        olds = Counter(g for row in self.moves.rows if (g := _grade(row.old)))
        news = Counter(g for row in self.moves.rows if (g := _grade(row.new)))
        ordered = [grade for grade, _ in self._in_order(1, news)]
        ordered += [grade for grade, _ in self._in_order(0, olds) if grade not in ordered]
        scale = [*self._options(1), *self._options(0)]
        if set(ordered) <= set(scale):
            ordered = [grade for grade in dict.fromkeys(scale) if grade in ordered]
        for grade in ordered:
            yield grade, olds[grade], news[grade]

    def _in_order(self, side: int, counted: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
        figures: dict[str, list[Fraction]] = {}
        for row in self.moves.rows:
            one = (row.old, row.new)[side]
            if one is not None and is_number(one.score) and (grade := _grade(one)):
                figures.setdefault(grade, []).append(one.score)
        means = {grade: exact_sum(found) / len(found) for grade, found in figures.items()}
        return in_order_of_grades(counted, self._grade_type(side), means)

    def _options(self, side: int) -> tuple[str, ...]:
        type_ = self._grade_type(side)
        return type_.options if type_.kind == "scale" else ()

    def _grade_type(self, side: int) -> Type:
        result = (self.moves.old, self.moves.new)[side]
        known = self.compiled[side].types.get((result.id, result.grade))
        return known or Type("text")

    def _states(self) -> Iterator[tuple[str, int, int]]:
        for state in ("missing", "not_applicable"):
            counts = [
                sum(
                    one is not None and one.score is not None and state_of(one.score) == state
                    for one in column
                )
                for column in self._sides
            ]
            if any(counts):
                yield state, counts[0], counts[1]

    @cached_property
    def _sides(self) -> tuple[list[Figures | None], list[Figures | None]]:
        return [row.old for row in self.moves.rows], [row.new for row in self.moves.rows]

    def _on_boundary(self) -> tuple[int, int]:
        old, new = (sum(bool(one and one.is_on_boundary) for one in side) for side in self._sides)
        return old, new

    def _mean(self, rows: Sequence[Row]) -> Both | None:
        item = self._headline
        if item is None or not self.moves.has_score:
            return None
        columns = [
            [one.score for one in side if one is not None and is_number(one.score)]
            for side in ([row.old for row in rows], [row.new for row in rows])
        ]
        old, new = (exact_sum(one) / len(one) if one else None for one in columns)
        return both_in_words(item.title, old, new, unit_of(item))

    def _seat_counts(self) -> Iterator[tuple[str, int, int]]:
        for item in self.moves.seats:
            if isinstance(item.spec, Seats) and item.spec.take is not None:
                old, new = (
                    sum(one is not None and has_seat(item, one.seats.get(item.id)) for one in side)
                    for side in self._sides
                )
                yield item.title, old, new

    def _totals(self, rows: Sequence[Row]) -> Iterator[Both]:
        for item in self.moves.pay:
            old, new = (
                exact_sum([v for one in side if one and is_number(v := one.pay.get(item.id))])
                for side in ([row.old for row in rows], [row.new for row in rows])
            )
            yield both_in_words(item.title, old, new, "元")

    # Groups

    @property
    def _group_field(self) -> str:
        return self._pack.subject_of(self.moves.new).unit if self.by is None else self.by

    @property
    def _group_title(self) -> str:
        fields = self._pack.subject_of(self.moves.new).fields
        return fields[self._group_field].title if self._group_field in fields else ""

    def _group_name(self, row: Row) -> str:
        fields = self._pack.subject_of(self.moves.new).fields
        described = fields.get(self._group_field)
        return "" if described is None else self.named.of(described.type, row.group)

    def _groups(self) -> Iterator[GroupView]:
        if not self._group_title:
            return
        found: dict[str, list[Row]] = {}
        for row in self.moves.rows:
            found.setdefault(self._group_name(row), []).append(row)
        for name, rows in sorted(found.items()):
            ups, downs = self._directions(rows)
            moved = sum(row.is_moved for row in rows)
            pay = tuple(self._totals(rows))
            yield GroupView(name, len(rows), moved, ups, downs, self._mean(rows), pay)

    # Rows

    @cached_property
    def _headline(self) -> Item | None:
        items = {item.id: item for item in items_below(self.moves.new.items)}
        return items.get(self.moves.new.headline)

    def _extremes(self, *, losers: bool) -> Iterator[RowView]:
        sign = -1 if losers else 1
        kept = [row for row in self.moves.rows if sign * (row.score_change or 0) > 0]
        kept.sort(key=lambda row: (-sign * (row.score_change or 0), row.key))
        yield from (self._row(row) for row in kept[:_MOST_EXTREMES])

    def _row(self, row: Row) -> RowView:
        register = self._pack.subject_of(self.moves.new)
        old, new = row.old or Figures(), row.new or Figures()
        unit = unit_of(self._headline) if self._headline else ""
        return RowView(
            row=row,
            name=subject_name(register, row.fact),
            key=row.key[0],
            period=row.period,
            group=self._group_name(row) if self._group_title else "",
            score=both_if_in_words("", old.score, new.score, unit),
            rank=ranks_in_words(old, new),
            grade=both_if_in_words("", old.grade, new.grade, ""),
            seats=tuple(
                seat_in_words(item, old.seats.get(item.id), new.seats.get(item.id))
                for item in self.moves.seats
            ),
            pay=tuple(
                both_in_words(item.title, old.pay.get(item.id), new.pay.get(item.id), "元")
                for item in self.moves.pay
                if item.id != self.moves.new.headline  # the score already says it
            ),
            items=tuple(both_in_words(one.title, one.old, one.new, one.unit) for one in row.items),
            causes=tuple(self._causes(row)),
            by_others=row.by_others,
            membership=_membership(row),
            is_moved=row.is_moved,
            at=self._at(old, new),
        )

    def _causes(self, row: Row) -> Iterator[Cause]:
        """The changes that act on this row; of those tried alone, exactly those that moved it."""
        result = self.moves.old.id
        joint = {at: one for one in self.tried if one.is_joint for at in one.changes}
        alone = {at: one for one in self.tried if not one.is_joint for at in one.changes}
        known = {at: one for at, one in {**joint, **alone}.items() if one.rows is not None}
        acting = {at for at in row.causes if at not in known}
        moving = sorted(acting | {at for at, one in known.items() if one.moves(result, row)})
        for at in moving or row.causes:
            yield Cause(at + 1, self._alone(alone.get(at), row))

    def _alone(self, trial: Trial | None, row: Row) -> str:
        if trial is None or trial.rows is None or len(trial.changes) > 1:
            return ""
        found = trial.rows.get((self.moves.old.id, row.key))
        change = None if found is None else found.score_change
        return (
            "" if not change else signed(change, unit_of(self._headline or self.moves.new.items[0]))
        )

    @cached_property
    def _spread(self) -> tuple[Fraction, Fraction] | None:
        scores = [one.score for side in self._sides for one in side if one is not None]
        numbers = [score for score in scores if is_number(score)]
        if not numbers or min(numbers) == max(numbers):
            return None
        return min(numbers), max(numbers)

    def _at(self, old: Figures, new: Figures) -> tuple[str, str] | None:
        spread = self._spread
        if spread is None or not (is_number(old.score) and is_number(new.score)):
            return None
        least, most = spread
        places = [(score - least) / (most - least) * 100 for score in (old.score, new.score)]
        return shown(places[0], places=1), shown(places[1], places=1)


def _grade(figures: Figures | None) -> str:
    if figures is None or figures.grade is None or not is_known(figures.grade):
        return ""
    return shown(figures.grade)


def _membership(row: Row) -> str:
    if row.old is None:
        return "came"
    return "gone" if row.new is None else ""
