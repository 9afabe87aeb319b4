"""Periods: terms, quarters, months and years are rows of a table, never assumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Period:
    """One row of `periods`: `first` and `last` are both included."""

    first: date
    last: date
    kind: str
    id: str
    title: str

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def contains(self, other: Period) -> bool:
        return self.first <= other.first and other.last <= self.last
