"""The same fault on many rows: the first ones are listed, the rest counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kaocheng.engine.problems import Place, Problems

LISTED = 20


@dataclass
class Recurring:
    """Collects the faults of one table; `source` names it. `close` reports what was not listed."""

    source: str
    problems: Problems
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, id: str, place: Place, **values: object) -> None:
        self.counts[id] += 1
        if self.counts[id] <= LISTED:
            self.problems.add(id, place, **values)

    def close(self) -> None:
        for id, count in sorted(self.counts.items()):
            if count > LISTED:
                self.problems.add("F19", Place(self.source), which=id, count=count - LISTED)
