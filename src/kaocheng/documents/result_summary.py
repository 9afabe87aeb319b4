"""What a result comes to as a whole: how many rows in which state, grades, spread, flags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.documents.result_table import rows_of
from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.language.types import Type
from kaocheng.engine.reference.run import Member, RowKey
from kaocheng.engine.trace import PERCENT, figure, shown, unit_words
from kaocheng.engine.values import Missing, NotApplicable, Value, is_known, is_number

if TYPE_CHECKING:
    from kaocheng.documents.result_table import AnyRun


# Grades as schools name them, best first; whatever begins with 不 or 未 comes last.
_USUAL = ("优秀", "优", "良好", "良", "合格", "称职", "通过", "及格", "基本合格", "基本称职")


@dataclass(frozen=True)
class Spread:
    """The headline figures of those who have one."""

    title: str
    unit: str
    least: Fraction
    mean: Fraction
    most: Fraction

    def words(self, number: Fraction) -> str:
        """One of the figures with its unit behind it."""
        return self.figure(number) + self.behind

    def figure(self, number: Fraction) -> str:
        """One of the figures with two decimals, as a percentage where they are shares."""
        return figure(number, unit=PERCENT) if self.unit == PERCENT else shown(number)

    @property
    def behind(self) -> str:
        """What stands behind a figure: ` 分`, nothing behind a percentage."""
        return f" {unit_words(self.unit)}".rstrip()


@dataclass(frozen=True)
class ResultSummary:
    """`rows` = `scored` + `missing` + `not_applicable` + `exempt`; a row is one subject and period.

    `grades` are those that somebody has, best first.
    """

    title: str
    subjects: int
    rows: int
    scored: int
    missing: int
    not_applicable: int
    exempt: int
    grades: tuple[tuple[str, int], ...]
    spread: Spread | None
    flags: int


def summarize(run: AnyRun, result: Result, *, unit: str | None = None) -> ResultSummary:
    """Counts over the rows of a result, or over those of one unit."""
    rows = rows_of(run, result, unit=unit)
    states = Counter(_state(run, result, key, member) for key, member in rows)
    keys = [key for key, _ in rows]
    return ResultSummary(
        title=result.title,
        subjects=len({key[0] for key in keys}),
        rows=len(rows),
        scored=states["scored"],
        missing=states["missing"],
        not_applicable=states["not_applicable"],
        exempt=states["exempt"],
        grades=_grades(run, result, keys),
        spread=_spread(run, result, keys),
        flags=sum(
            len(run.outcomes[result.id, item.id][key].flags)
            for item in items_below(result.items)
            for key in keys
        ),
    )


def headline_item(result: Result) -> Item:
    """The item that stands for the whole result: its headline, else its grade, else its last."""
    wanted = result.headline or result.grade
    found = (item for item in items_below(result.items) if item.id == wanted)
    return next(found, result.items[-1])


def has_headline(result: Result) -> bool:
    """Whether the scheme itself says what stands for the result; lists and checks have nothing."""
    return bool(result.headline or result.grade)


def in_order_of_interest(results: Iterable[Result]) -> list[Result]:
    """What people look for first: results that grade, other headlines, lists, single periods."""
    return sorted(
        results,
        key=lambda result: (bool(result.each), not result.grade, not result.headline),
    )


def _state(run: AnyRun, result: Result, key: RowKey, member: Member) -> str:
    if member.exempt is not None:
        return "exempt"
    value = run.outcomes[result.id, headline_item(result).id][key].value
    if isinstance(value, Missing):
        return "missing"
    return "not_applicable" if isinstance(value, NotApplicable) else "scored"


def _grades(run: AnyRun, result: Result, keys: Sequence[RowKey]) -> tuple[tuple[str, int], ...]:
    if not result.grade:
        return ()
    column = run.outcomes[result.id, result.grade]
    values: list[Value] = [column[key].value for key in keys]
    counted = Counter(shown(value) for value in values if is_known(value))
    known = run.compiled.types[result.id, result.grade]
    means = {} if known.kind == "scale" else _means(run, result, keys)
    return in_order_of_grades(counted, known, means)


def in_order_of_grades(
    counted: Mapping[str, int], type_: Type, means: Mapping[str, Fraction]
) -> tuple[tuple[str, int], ...]:
    """Best first: by the scale, else by their headline figures, else in the usual order."""
    order = {grade: at for at, grade in enumerate(type_.options if type_.kind == "scale" else ())}

    def place(grade: str) -> tuple[int, Fraction, int, str]:
        usual = _USUAL.index(grade) if grade in _USUAL else len(_USUAL)
        last = len(_USUAL) + 1 if grade.startswith(("不", "未")) else usual
        return order.get(grade, len(order)), -means.get(grade, Fraction(0)), last, grade

    return tuple((grade, counted[grade]) for grade in sorted(counted, key=place))


def _means(run: AnyRun, result: Result, keys: Sequence[RowKey]) -> dict[str, Fraction]:
    """The mean headline figure of those who have a grade."""
    headline = run.outcomes[result.id, headline_item(result).id]
    figures: dict[str, list[Fraction]] = {}
    for key in keys:
        score = headline[key].value
        if is_number(score):
            grade = shown(run.outcomes[result.id, result.grade][key].value)
            figures.setdefault(grade, []).append(score)
    return {grade: sum(found, Fraction(0)) / len(found) for grade, found in figures.items()}


def _spread(run: AnyRun, result: Result, keys: Sequence[RowKey]) -> Spread | None:
    if not result.headline:
        return None
    item = headline_item(result)
    column = run.outcomes[result.id, item.id]
    numbers = [value for key in keys if is_number(value := column[key].value)]
    if not numbers:
        return None
    mean = sum(numbers, Fraction(0)) / len(numbers)
    return Spread(item.title, unit_of(item), min(numbers), mean, max(numbers))
