"""Which days and periods take no entries any more: before the open rounds, and archived ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from kaocheng.access.refusal import Refused
from kaocheng.engine.language.periods import Period
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import Round
from kaocheng.records.models.round import RoundState

OPEN = (RoundState.PREPARING, RoundState.RUNNING, RoundState.FROZEN)


@dataclass(frozen=True)
class Archived:
    title: str
    first: date
    last: date
    period: str


@dataclass(frozen=True)
class Closed:
    """`first`: the earliest day that an open round is about; None where no round is open."""

    first: date | None
    open_title: str
    archived: tuple[Archived, ...]
    periods: tuple[Period, ...]

    @classmethod
    def of(cls, found: Adopted) -> Self:
        spans = {period.id: period for period in found.periods}
        begun = sorted(
            (_first_day(one, spans), one.title) for one in found.rounds if one.state in OPEN
        )
        past = [one for one in found.rounds if one.state == RoundState.ARCHIVED]
        return cls(
            first=begun[0][0] if begun else None,
            open_title=begun[0][1] if begun else "",
            archived=tuple(
                Archived(one.title, _first_day(one, spans), _last_day(one, spans), one.period)
                for one in past
            ),
            periods=found.periods,
        )

    def refusal(self, day: date | None, period: str) -> Refused | None:
        """Why an entry of the day, or of the period where it has no day, is not taken."""
        if refusal := self.archived_refusal(day, period):
            return refusal
        last = self._span(day, period)[1]
        if self.first is not None and last is not None and last < self.first:
            when = self._words(day, period)
            return Refused("K23", day=when, round=self.open_title, first=self.first)
        return None

    def archived_refusal(self, day: date | None, period: str) -> Refused | None:
        """Why nothing about the day, or the period, changes any more: it is archived."""
        first, last = self._span(day, period)
        for one in self.archived:
            is_named = bool(period) and period == one.period
            is_within = first is not None and one.first <= first
            if is_named or (is_within and last is not None and last <= one.last):
                return Refused("K24", when=self._words(day, period), round=one.title)
        return None

    def _span(self, day: date | None, period: str) -> tuple[date | None, date | None]:
        span = self._period(period)
        return (day, day) if day else (span.first, span.last) if span else (None, None)

    def _words(self, day: date | None, period: str) -> date | str:
        span = self._period(period)
        return day or (span.title if span else period)

    def _period(self, period: str) -> Period | None:
        return next((one for one in self.periods if one.id == period), None)


def _first_day(one: Round, spans: dict[str, Period]) -> date:
    return spans[one.period].first if one.period in spans else one.starts_on


def _last_day(one: Round, spans: dict[str, Period]) -> date:
    if one.period in spans:
        return spans[one.period].last
    archived = one.archived_at
    return archived.astimezone(CHINA).date() if archived else one.starts_on
