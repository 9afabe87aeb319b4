"""What a case expects of the process (replaced when the process grammar lands)."""

from __future__ import annotations

from collections.abc import Iterator

from kaocheng.engine.language.cases import Case
from kaocheng.engine.reference.run import Run


def process_failures(_run: Run, _case: Case) -> Iterator[tuple[str, str, str]]:
    """(what, wanted text, found text) for gates, effects, draws, votes and the calendar."""
    yield from ()
