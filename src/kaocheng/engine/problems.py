"""Problems: what is wrong, where, and what to do, told in the reader's words.

Three kinds of failure are kept apart: a `Problem` is a fault in what somebody wrote (a scheme, a
table, a command); a value that cannot be computed is a state of that value (`values.Missing`); any
other exception is a bug of ours and is never caught to carry on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from kaocheng.engine.messages import MESSAGES, Message

Language = Literal["zh", "en"]
Severity = Literal["error", "warning", "lint"]


@dataclass(frozen=True, order=True)
class Place:
    """Where a problem sits. Line and column count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0
    field: str = ""

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
        if self.line and self.column:
            parts.append(str(self.column))
        place = ":".join(parts)
        return f"{place} [{self.field}]" if self.field else place


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: a stable id of the message catalogue, a place, and the words to fill in."""

    place: Place
    id: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> Message:
        message = MESSAGES[self.id]
        return message.in_own_words if "said" in dict(self.values) else message

    @property
    def severity(self) -> Severity:
        return self.message.severity

    def reason(self, language: Language = "zh") -> str:
        return self.message.reason(language).format(**dict(self.values))

    def remedy(self, language: Language = "zh") -> str:
        return self.message.remedy(language).format(**dict(self.values))


def problem(id: str, place: Place, /, **values: object) -> Problem:
    """Make a `Problem`; raises KeyError when the id is not in the catalogue (a bug of ours)."""
    MESSAGES[id]
    return Problem(place, id, tuple((name, str(value)) for name, value in values.items()))


@dataclass
class Problems:
    """Collects every problem, so that a reader sees all of them at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, id: str, place: Place, /, **values: object) -> None:
        self.found.append(problem(id, place, **values))

    def extend(self, more: Iterable[Problem]) -> None:
        self.found.extend(more)

    @property
    def errors(self) -> list[Problem]:
        return [found for found in self.found if found.severity == "error"]

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(set(self.found)))

    def __len__(self) -> int:
        return len(self.found)

    def stop_on_errors(self) -> None:
        """Raise `Refused` with everything found so far when any of it is an error."""
        if self.errors:
            raise Refused(tuple(self))


class Refused(Exception):
    """Input that cannot be accepted; carries every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{one.place} {one.id} {one.reason()}" for one in problems))
        self.problems = problems


def refuse(id: str, place: Place, /, **values: object) -> Refused:
    """The exception for a single problem that ends the work: `raise refuse("F01", place, ...)`."""
    return Refused((problem(id, place, **values),))
