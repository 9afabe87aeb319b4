"""What the page of a round's results shows: frozen view-models."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page

from kaocheng.queries.result_faults import Faults
from kaocheng.queries.result_frozen import Frozen, Stale
from kaocheng.queries.result_scope import Found


@dataclass(frozen=True)
class Line:
    """A row of the table. `place` 0: none; `why`: what is missing, with the range it leaves."""

    subject_id: int
    key: str
    name: str
    unit_id: int
    unit_name: str
    period: str
    place: int
    value: str
    state: str
    grade: str
    flags: tuple[str, ...]
    exempt: str
    why: str = ""
    acknowledged: bool = False
    row: Found | None = None
    # Of a result about single entries; of a list both ids are 0.
    entry_id: int = 0

    @property
    def page_id(self) -> int:
        """By which its explanation is found; 0: it has no page."""
        return self.subject_id or self.entry_id


@dataclass(frozen=True)
class Head:
    """What the page of a round says above any table."""

    round_id: int
    title: str
    scheme: str
    tabs: tuple[tuple[str, str], ...]
    chosen: str
    frozen: Frozen | None
    stale: Stale | None
    is_live: bool
    is_running: bool
    may_decide: bool
    has_effects: bool


@dataclass(frozen=True)
class Counts:
    rows: int
    scored: int
    missing: int
    exempt: int
    flags: int
    grades: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Table:
    """One result; `lines` are those of the page.

    `wrong`: why nothing can be computed; `faults`: which entries are not in what was computed.
    """

    head: Head
    result_title: str
    headline: str
    full: str
    unit_words: str
    has_grade: bool
    lines: tuple[Line, ...]
    page: Page[Line] | None
    counts: Counts
    units: tuple[tuple[int, str], ...]
    unit: int
    periods: tuple[tuple[str, str], ...]
    period: str
    sort: str
    show: str
    has_seats: bool
    expected_by: tuple[str, ...]
    wrong: Faults | None = None
    faults: Faults | None = None

    @property
    def shows_units(self) -> bool:
        """Whether the column of units says more than the names do: of schools it would not."""
        return bool(self.units) and any(one.unit_name != one.name for one in self.lines)


@dataclass(frozen=True)
class Asked:
    """What the reader has chosen; anything unknown means all, or the first."""

    result: str = ""
    unit: int = 0
    period: str = ""
    sort: str = ""
    show: str = ""
    is_live: bool = False
    page: int = 1
