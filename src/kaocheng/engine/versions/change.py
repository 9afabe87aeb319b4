"""What differs between two versions of a scheme, one difference a `Change`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from kaocheng.engine.language.shape import Clause
from kaocheng.engine.problems import Place

Kind = Literal["changed", "added", "removed", "moved", "renamed", "reordered"]
# What a change can change: results; how things are handled (process, ledgers, hints, papers); or
# nothing but words.
Effect = Literal["results", "process", "wording"]
# How to get from a pack to the changed part: attributes, positions, keys of mappings.
Path = tuple[str | int, ...]

_OPPOSITE: Mapping[Kind, Kind] = {"added": "removed", "removed": "added"}


@dataclass(frozen=True)
class Side:
    """One of the two versions of what changed.

    `id` names the part by ids (`yearly.level.bands.优秀.from`), `titles` by what people call it,
    outermost first. `text` is what is written, `words` the same in plain Chinese; both are empty
    where nothing is written. `into` is the list of the old pack that an added part goes into.
    """

    id: str
    titles: tuple[str, ...]
    text: str
    words: str
    place: Place
    clauses: tuple[Clause, ...] = ()
    path: Path = field(default=(), compare=False)
    into: Path | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Change:
    """`key` is the key of the file that changed; empty where a whole part came, went or moved.

    `kind_of_part` is the type of the part that `key` belongs to, or of the part itself; `within`
    the mechanism around it. `old` is None for what was added, `new` for what was removed.
    """

    kind: Kind
    effect: Effect
    section: str
    part: str
    key: str
    old: Side | None
    new: Side | None
    within: str = ""

    @property
    def side(self) -> Side:
        """The side that stands for the change: the new one, where there is one."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def id(self) -> str:
        return (self.old or self.side).id


@dataclass(frozen=True)
class Comparison:
    """Every change from one pack to the other, and which results and items belong together.

    `results` and `items` map ids of the old pack to those of the new one, for those in both.
    """

    changes: tuple[Change, ...]
    results: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def with_effect(self, effect: Effect) -> Sequence[Change]:
        return [change for change in self.changes if change.effect == effect]


def reversed_change(change: Change) -> Change:
    """The same change seen from the other version."""
    kind = _OPPOSITE.get(change.kind, change.kind)
    return replace(change, kind=kind, old=change.new, new=change.old)
