"""`deduct`: points off, entry by entry, from the full mark or from another item.

    value = from − Σ entries,  not below `floor` (0 where the notice is silent, D3)

An entry takes `points` for each `per` of its `amount` beyond `free` (in each period of `each`), or
`percent` of what is left after the entries before it: the order of the entries matters.

Error bound: 0, entries are fractions of points and percentages multiply.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import (
    Cell,
    arithmetic,
    by_case,
    first_unknown,
    guarded,
    literal,
)
from kaocheng.engine.columnar.lowered import Lowered
from kaocheng.engine.columnar.nodes import FALSE, Node, any_of
from kaocheng.engine.columnar.numbers import constant
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import Expression, Key, ListOf, Record
from kaocheng.engine.mechanisms.entries import (
    Entry,
    count_entry,
    entry_settings,
    entry_shape,
    entry_slots,
    lower_entry,
    shown_points,
)
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, number_type
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.trace import Line, Outcome
from kaocheng.engine.values import Missing, Value, is_number, without_bounds

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Deduct:
    entries: tuple[Entry, ...]
    place: Place
    start: Expr | None = None


def _slots(item: Item) -> Iterable[Slot]:
    spec = _spec(item)
    if spec.start is not None:
        yield Slot(spec.start)
    for entry in spec.entries:
        yield from entry_slots(entry)


def _check(item: Item, problems: Problems) -> None:
    spec = _spec(item)
    if spec.start is None and item.points is None:
        problems.add("S28", item.place, title=item.title)
    for entry in spec.entries:
        if (entry.percent is None) == (entry.points is None):
            why = "每一条写 points（分值）或 percent（百分比），二者取一"
            problems.add("S30", entry.place, title=entry.title, why=why, page="deduct")


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    start: Value | None = item.points if spec.start is None else frame.value(spec.start)
    assert start is not None
    label = "满分" if spec.start is None else frame.name_of(spec.start)
    lines = [Line(label, start, rows=frame.rows_used())]
    if not is_number(start):
        return Outcome(without_bounds(start), tuple(lines))
    left, trouble = start, None
    for entry in spec.entries:
        line = _line(entry, left, frame)
        lines.append(line)
        if is_number(line.value):
            left += line.value
        elif isinstance(line.value, Missing):
            trouble = trouble or line.value
    if trouble is not None:
        return Outcome(Missing(trouble.why, Fraction(0), left), tuple(lines))
    return Outcome(left, tuple(lines), adds_up=True)


def _line(entry: Entry, left: Fraction, frame: Frame) -> Line:
    if entry.percent is not None:
        return _percent_line(entry, left, frame)
    counted = count_entry(entry, frame)
    value = -counted.value if is_number(counted.value) else counted.value
    return Line(entry.title, value, counted.text, entry.clauses, counted.rows)


def _percent_line(entry: Entry, left: Fraction, frame: Frame) -> Line:
    assert entry.percent is not None
    holds: Value = True if entry.when is None else frame.value(entry.when)
    share: Value = frame.value(entry.percent) if holds is True else Fraction(0)
    rows = frame.rows_used()
    if holds not in (True, False):
        return Line(entry.title, holds, clauses=entry.clauses, rows=rows)
    if not is_number(share):
        return Line(entry.title, share, clauses=entry.clauses, rows=rows)
    if share == 0:
        return Line(entry.title, Fraction(0), "无", entry.clauses, rows)
    text = f"{shown_points(left)} × {shown_points(share * 100)}%"
    return Line(entry.title, -left * share, text, entry.clauses, rows)


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    assert spec.start is not None or item.points is not None
    start = literal(item.points or Fraction(0)) if spec.start is None else low.value(spec.start)
    left = low.keep("from", start)
    so_far = by_case([(left.known, left)], literal(Fraction(0)))
    so_far = replace(so_far, open=False, na=FALSE)
    trouble: Node = FALSE
    for entry in spec.entries:
        cut = low.keep("cut", _lowered_cut(entry, so_far, low))
        trouble = any_of(trouble, cut.missing)
        kept = by_case([(cut.known, cut)], literal(Fraction(0)))
        taken = arithmetic("-", so_far, replace(kept, open=False, na=FALSE))
        so_far = low.keep("left", taken)
    found = guarded(so_far, trouble)
    if low.want_low:
        found = replace(found, low=constant(Fraction(0)))
    return Lowered(first_unknown([left], found))


def _lowered_cut(entry: Entry, left: Cell, low: Lowering) -> Cell:
    """What an entry takes, as a positive number."""
    if entry.percent is None:
        return lower_entry(entry, low)
    zero = literal(Fraction(0))
    holds = literal(value=True) if entry.when is None else low.value(entry.when)
    share = low.value(entry.percent)
    cut = first_unknown([share], arithmetic("*", left, share))
    return first_unknown([holds], by_case([(holds.true, cut)], zero))


def _spec(item: Item) -> Deduct:
    assert isinstance(item.spec, Deduct)
    return item.spec


DEDUCT = Mechanism(
    key="deduct",
    title="扣分",
    shape=Record(
        Deduct,
        {
            "from": Key(Expression(), "从哪个得分里扣，默认从满分扣", attribute="start"),
            "entries": Key(ListOf(entry_shape(percent=True)), "各条扣分，按先后", required=True),
        },
    ),
    slots=_slots,
    type_of=number_type,
    outcome=_outcome,
    lower=_lower,
    check=_check,
    settings=lambda item: [one for entry in _spec(item).entries for one in entry_settings(entry)],
    least=Fraction(0),
)
