"""A figure in both versions, in words: what it was, what it is, the difference with its sign."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from kaocheng.documents.spoken import value_words
from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.mechanisms.seats import Seats
from kaocheng.engine.trace import PERCENT, figure
from kaocheng.engine.values import Value
from kaocheng.engine.versions.moves import Figures, difference


@dataclass(frozen=True)
class Both:
    """A figure in both versions, in words; `change` has its sign, empty where nothing changed."""

    title: str
    old: str
    new: str
    change: str = ""

    @property
    def is_moved(self) -> bool:
        return self.old != self.new or bool(self.change)


def signed(change: Fraction, unit: str) -> str:
    """A difference with its sign: two decimals, or exact where two decimals would show nothing."""
    words = figure(change, unit=PERCENT if unit == PERCENT else "分")
    if not any(digit in words for digit in "123456789"):
        words = exact_text(change).replace("-", "−")
    return words if change < 0 else f"+{words}"


def both_in_words(title: str, old: Value | None, new: Value | None, unit: str) -> Both:
    words = ["" if one is None else value_words(one, unit=unit) for one in (old, new)]
    change = difference(old, new)
    return Both(title, words[0], words[1], signed(change, unit) if change else "")


def both_if_in_words(title: str, old: Value | None, new: Value | None, unit: str) -> Both | None:
    return None if old is None and new is None else both_in_words(title, old, new, unit)


def ranks_in_words(old: Figures, new: Figures) -> Both | None:
    if old.rank is None and new.rank is None:
        return None
    words = ["" if one is None else str(one) for one in (old.rank, new.rank)]
    change = "" if None in (old.rank, new.rank) else _places((old.rank or 0) - (new.rank or 0))
    return Both("", words[0], words[1], change)


def _places(up: int) -> str:
    return f"+{up}" if up > 0 else f"−{-up}" if up < 0 else ""


def seat_in_words(item: Item, old: Value | None, new: Value | None) -> Both:
    words = [_seat_words(one) for one in (old, new)]
    return Both(item.title, words[0], words[1])


def _seat_words(value: Value | None) -> str:
    if isinstance(value, bool):
        return "有" if value else "没有"
    return "" if value is None else value_words(value)


def has_seat(item: Item, value: Value | None) -> bool:
    take = item.spec.take if isinstance(item.spec, Seats) else None
    if take is None or value is None:
        return False
    return value is True or (bool(take.grade) and value == take.grade)
