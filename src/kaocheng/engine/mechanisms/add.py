"""`add`: points or money added, entry by entry, all of them or only the highest.

    value = Σ entries   or, with `take: highest`, the largest of them (D12)

There is no ceiling unless the item says `cap` (D3). Amounts of money use it too (unit: 元).

Error bound: 0, a sum, or the largest, of fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.cells import Cell, arithmetic, by_case, guarded, less, literal
from kaocheng.engine.columnar.lowered import Lowered
from kaocheng.engine.columnar.nodes import FALSE, any_of, negated, op
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import Key, ListOf, Record, Setting, SettingValue
from kaocheng.engine.mechanisms.entries import (
    Entry,
    count_entry,
    entry_settings,
    entry_shape,
    entry_slots,
    lower_entry,
)
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, number_type
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.trace import Line, Outcome
from kaocheng.engine.values import Missing, is_number

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Add:
    entries: tuple[Entry, ...]
    place: Place
    take: SettingValue | None = None


def _slots(item: Item) -> Iterable[Slot]:
    for entry in _spec(item).entries:
        yield from entry_slots(entry)


def _check(item: Item, problems: Problems) -> None:
    for entry in _spec(item).entries:
        if entry.points is None:
            why = "每一条都要写 points（分值或金额）"
            problems.add("S30", entry.place, title=entry.title, why=why, page="add")


def _outcome(item: Item, frame: Frame) -> Outcome:
    spec = _spec(item)
    lines = []
    for entry in spec.entries:
        counted = count_entry(entry, frame)
        lines.append(Line(entry.title, counted.value, counted.text, entry.clauses, counted.rows))
    known = [line.value for line in lines if is_number(line.value)]
    for line in lines:
        if isinstance(line.value, Missing):
            return Outcome(Missing(line.value.why, sum(known, Fraction(0))), tuple(lines))
    if spec.take is not None and frame.setting(spec.take) == "highest":
        return _highest(lines)
    return Outcome(sum(known, Fraction(0)), tuple(lines), adds_up=True)


def _highest(lines: list[Line]) -> Outcome:
    """Only the largest entry counts; the others stay in the explanation as 0."""
    best = max((line.value for line in lines if is_number(line.value)), default=Fraction(0))
    kept, taken = [], False
    for line in lines:
        if is_number(line.value) and (taken or line.value != best):
            text = f"{line.text}（只取最高一项，不计）" if line.value else line.text
            kept.append(replace(line, value=Fraction(0), text=text))
        else:
            taken = taken or is_number(line.value)
            kept.append(line)
    return Outcome(best, tuple(kept), adds_up=True)


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    zero = literal(Fraction(0))
    entries = [low.keep("entry", lower_entry(entry, low)) for entry in spec.entries]
    known = [by_case([(one.known, one)], zero) for one in entries]
    known = [replace(one, open=False, na=FALSE) for one in known]
    added = reduce(lambda a, b: arithmetic("+", a, b), known, zero)
    found = added
    if spec.take is not None and low.setting(spec.take) == "highest":
        found = _lowered_highest(entries)
    found = guarded(found, any_of(*(one.missing for one in entries)))
    return Lowered(replace(found, low=added.num) if low.want_low else found)


def _lowered_highest(entries: Sequence[Cell]) -> Cell:
    """The largest of those that are known; 0 where none is."""
    best: Cell | None = None
    for one in entries:
        if best is None:
            best = one
            continue
        larger = by_case([(op("holds", less(">", one, best)), one)], best)
        best = by_case([(negated(best.known), one), (negated(one.known), best)], larger)
    zero = literal(Fraction(0))
    return zero if best is None else by_case([(best.known, best)], zero)


def _spec(item: Item) -> Add:
    assert isinstance(item.spec, Add)
    return item.spec


ADD = Mechanism(
    key="add",
    title="加分、奖励",
    shape=Record(
        Add,
        {
            "entries": Key(ListOf(entry_shape(percent=False)), "各条加分", required=True),
            "take": Key(
                Setting({"sum": "各条相加", "highest": "只取最高一条"}),
                "几条都有时怎样计，默认相加",
            ),
        },
    ),
    slots=_slots,
    type_of=number_type,
    outcome=_outcome,
    lower=_lower,
    check=_check,
    settings=lambda item: [
        *(one for entry in _spec(item).entries for one in entry_settings(entry)),
        *(one for one in (_spec(item).take,) if one is not None),
    ],
)
