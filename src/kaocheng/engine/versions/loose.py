"""Parts without a counterpart in their own list: they may have gone somewhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kaocheng.engine.language.scheme import Item
from kaocheng.engine.mechanisms.parts import Parts
from kaocheng.engine.versions.change import Path
from kaocheng.engine.versions.matching import matched
from kaocheng.engine.versions.spots import Spot


@dataclass(frozen=True)
class Loose:
    """A part and where it stands. `into` is its list as it stands in the old pack, if it does."""

    part: object
    spot: Spot
    parent: Spot
    section: str
    within: str
    into: Path | None = None


def paired(old: Sequence[Loose], new: Sequence[Loose]) -> list[tuple[Loose, Loose]]:
    """What left one list and came into another; what moved with its whole is not listed."""
    olds = [one for loose in old for one in _with_parts(loose)]
    news = [one for loose in new for one in _with_parts(loose)]
    pairs = matched([one.part for one in olds], [one.part for one in news]).pairs
    found = [
        (olds[one], news[other])
        for one, other in pairs
        if type(olds[one].part) is type(news[other].part)
        and olds[one].section == news[other].section
    ]
    return [pair for pair in found if _is_outermost(pair, found)]


def _with_parts(loose: Loose) -> Iterator[Loose]:
    """A part, and the indicators below it: any of them may stand elsewhere in the other pack."""
    yield loose
    if isinstance(loose.part, Item):
        for below in parts_below(loose.part, loose):
            yield from _with_parts(below)


def parts_below(item: Item, around: Loose) -> Iterator[Loose]:
    """The parts of an indicator that has no counterpart of its own kind."""
    if isinstance(item.spec, Parts):
        listed = around.spot.at("spec", "parts")
        for at, part in enumerate(item.spec.parts):
            spot = listed.inside(part, at)
            yield replace(
                around, part=part, spot=spot, parent=around.spot, within="parts", into=None
            )


def _is_outermost(pair: tuple[Loose, Loose], found: Sequence[tuple[Loose, Loose]]) -> bool:
    return not any(
        other is not pair
        and any(_is_inside(inner, outer) for outer, inner in zip(other, pair, strict=True))
        for other in found
    )


def _is_inside(inner: Loose, outer: Loose) -> bool:
    length = len(outer.spot.path)
    return length < len(inner.spot.path) and inner.spot.path[:length] == outer.spot.path
