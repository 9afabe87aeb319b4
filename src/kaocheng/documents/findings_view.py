"""What checking found: what is wrong, what to settle before publishing, what to look at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from kaocheng.engine.lint import blocks_publishing
from kaocheng.engine.problems import Problem

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
class KindView:
    """All findings of one id within a part; `name` says what they are about."""

    id: str
    name: str
    count: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class PartView:
    """Errors, warnings, what blocks publishing, or the rest. `tone` colours its chips."""

    title: str
    says: str
    tone: str
    kinds: tuple[KindView, ...]

    @property
    def count(self) -> int:
        return sum(kind.count for kind in self.kinds)


_PARTS = (
    ("错误", "必须改正，否则不能核算。", "bad"),
    ("警告", "多半是写错了或数据有缺，请逐条核对。", "look"),
    ("发布前须解决", "通知没有写明，或自相矛盾；由采用单位定下来，才能公布结果。", "look"),
    ("请再看一眼", "合法，也算得出来；多数是通知本身的写法，知道就好。", ""),
)


def findings_view(problems: Iterable[Problem]) -> tuple[PartView, ...]:
    """The parts that have anything, the gravest first; in each the kinds by id."""
    parted: list[list[Problem]] = [[] for _ in _PARTS]
    for problem in problems:
        parted[_part(problem)].append(problem)
    return tuple(
        PartView(title, says, tone, tuple(_kinds(found)))
        for (title, says, tone), found in zip(_PARTS, parted, strict=True)
        if found
    )


def _part(problem: Problem) -> int:
    if problem.severity != "lint":
        return 0 if problem.severity == "error" else 1
    return 2 if blocks_publishing(problem) else 3


def _kinds(found: list[Problem]) -> Iterator[KindView]:
    by_id: dict[str, list[Problem]] = {}
    for problem in found:
        by_id.setdefault(problem.id, []).append(problem)
    for id, alike in sorted(by_id.items()):
        name = alike[0].message.name("zh")
        yield KindView(id, name, len(alike), tuple(_findings(alike)))


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
