"""Moments around the day on which the demo is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kaocheng.gateways.clock import CHINA
from kaocheng.methods.workdays import add_workdays, is_workday, mainland_calendar


@dataclass(frozen=True)
class Days:
    """`at` is the moment of loading; scenes are so many working days before or after it."""

    at: datetime

    @property
    def today(self) -> date:
        return self.at.astimezone(CHINA).date()

    def ago(self, workdays: int, *, hour: int = 10, minute: int = 0) -> datetime:
        """A moment of work, never later than now."""
        day = self.today
        while workdays or not is_workday(day, calendar=mainland_calendar()):
            day -= timedelta(days=1)
            workdays -= workdays and is_workday(day, calendar=mainland_calendar())
        moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)
        return min(moment, self.at - timedelta(minutes=1))

    def end_after(self, workdays: int) -> datetime:
        """24:00 of the working day so many after today; 0 is today."""
        day = self.today
        if workdays:
            day = add_workdays(day, workdays, calendar=mainland_calendar()).day
        return self._midnight_after(day)

    def end_before(self, workdays: int) -> datetime:
        """24:00 of the working day so many before today."""
        return self._midnight_after(self.ago(workdays).astimezone(CHINA).date())

    def _midnight_after(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)
