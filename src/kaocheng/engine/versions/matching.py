"""Which parts of two versions are the same part.

By id; else by equal content under another id; else by title; what has neither id nor title (the
steps of a band) by what it gives, by where it begins, at last by its position. Every rule looks at
both sides alike, so that nothing depends on which version is called the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from kaocheng.engine.versions.leaves import meaning

_NAMES = frozenset({"id", "place", "clauses", "note", "accept"})
_TITLES = _NAMES | {"title"}

Key = Callable[[object], Hashable]


def _id(part: object) -> Hashable:
    return getattr(part, "id", "") or None


def _content(part: object) -> Hashable:
    return _hashable(meaning(part, without=_NAMES))


def _content_without_title(part: object) -> Hashable:
    return _hashable(meaning(part, without=_TITLES)) if hasattr(part, "title") else None


def _title(part: object) -> Hashable:
    return getattr(part, "title", "") or None


def _given(part: object) -> Hashable:
    for name in ("gives", "grade", "lint", "say"):
        if found := getattr(part, name, ""):
            return _hashable(found)
    return getattr(part, "points", None)


def _start(part: object) -> Hashable:
    found = getattr(part, "start", None) or getattr(part, "when", None)
    return None if found is None else _hashable(meaning(found))


def _hashable(value: object) -> Hashable:
    assert isinstance(value, Hashable)
    return value


NAMED: Sequence[Key] = (_id, _content, _content_without_title, _title)
NAMELESS: Sequence[Key] = (_content, _given, _start)


@dataclass(frozen=True)
class Matched:
    """Positions: those that belong together, and those left over on either side."""

    pairs: tuple[tuple[int, int], ...]
    old: tuple[int, ...]
    new: tuple[int, ...]


def matched(old: Sequence[object], new: Sequence[object]) -> Matched:
    """The parts of two lists that are the same part."""
    left, right = list(range(len(old))), list(range(len(new)))
    pairs: list[tuple[int, int]] = []
    nameless = not any(hasattr(part, "title") for part in (*old, *new))
    for key in NAMELESS if nameless else NAMED:
        if not left or not right:
            break
        found = _by_key(key, [(at, old[at]) for at in left], [(at, new[at]) for at in right])
        pairs.extend(found)
        left = [at for at in left if at not in {one for one, _ in found}]
        right = [at for at in right if at not in {one for _, one in found}]
    if nameless:
        alike = list(zip(left, right, strict=False))
        pairs.extend(alike)
        left, right = left[len(alike) :], right[len(alike) :]
    return Matched(tuple(sorted(pairs)), tuple(left), tuple(right))


def _by_key(
    key: Key, old: Iterable[tuple[int, object]], new: Iterable[tuple[int, object]]
) -> list[tuple[int, int]]:
    """Those of one key, in their order; equal keys in equal number."""
    groups: dict[Hashable, tuple[list[int], list[int]]] = {}
    for side, parts in enumerate((old, new)):
        for at, part in parts:
            name = (type(part).__name__, key(part))
            if name[1] is not None:
                groups.setdefault(name, ([], []))[side].append(at)
    return [
        pair
        for left, right in groups.values()
        if len(left) == len(right)
        for pair in zip(left, right, strict=True)
    ]
