"""What checking found, the same kind together: errors, warnings, hints, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from kaocheng.engine.problems import Problem

_ORDER = {"error": 0, "warning": 1, "lint": 2}
_WORDS = {"error": "错误", "warning": "警告", "lint": "提示"}
# The same thing found in more places than this is counted, not listed.
_MOST_PLACES = 3


@dataclass(frozen=True)
class Finding:
    """One thing, wherever it stands; `remedy` is empty where the finding below has the same."""

    reason: str
    remedy: str
    places: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class FindingsView:
    """All findings of one id."""

    id: str
    severity: str
    word: str
    count: int
    findings: tuple[Finding, ...]


def findings_view(problems: Iterable[Problem]) -> tuple[FindingsView, ...]:
    """Errors first, then warnings, then hints, each by id."""
    by_id: dict[str, list[Problem]] = {}
    for problem in problems:
        by_id.setdefault(problem.id, []).append(problem)
    ordered = sorted(by_id.items(), key=lambda one: (_ORDER[one[1][0].severity], one[0]))
    return tuple(
        FindingsView(
            id=id,
            severity=found[0].severity,
            word=_WORDS[found[0].severity],
            count=len(found),
            findings=tuple(_findings(found)),
        )
        for id, found in ordered
    )


def _findings(found: list[Problem]) -> Iterator[Finding]:
    alike: dict[tuple[str, str], list[str]] = {}
    for problem in found:
        alike.setdefault((problem.reason(), problem.remedy()), []).append(_place(problem))
    remedies = [*(remedy for _, remedy in alike), ""]
    for at, ((reason, remedy), places) in enumerate(alike.items()):
        shown = tuple(places[:_MOST_PLACES])
        said = "" if remedies[at + 1] == remedy else remedy
        yield Finding(reason, said, shown, len(places) - len(shown))


def _place(problem: Problem) -> str:
    """The file and line, without the folders above it."""
    place = problem.place
    name = PurePath(place.file).name
    line = f" 第 {place.line} 行" if place.line else ""
    return f"{name}{line}" + (f"（{place.field}）" if place.field else "")
