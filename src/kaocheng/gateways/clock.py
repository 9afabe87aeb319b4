"""The one clock: UTC for storing, China's time for showing; tests set their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def system_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Says the time; `source` is replaced in tests and rehearsals."""

    def __init__(self, source: Callable[[], datetime] = system_time) -> None:
        self.source = source

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return self.source()

    def today(self) -> date:
        """The day in China."""
        return self.now().astimezone(CHINA).date()


CLOCK = Clock()
