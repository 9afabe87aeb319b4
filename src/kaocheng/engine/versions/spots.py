"""Places in a pack: how to get there, what they are called, what stands around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kaocheng.engine.language.scheme import Result
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.model import Pack
from kaocheng.engine.notice import Notice
from kaocheng.engine.problems import Place
from kaocheng.engine.versions.change import Path, Side
from kaocheng.engine.versions.leaves import Said, Teller, label_of, place_of


@dataclass(frozen=True)
class Spot:
    """A place in one pack. `clauses` are those of the nearest part that has any."""

    pack: Pack
    path: Path = ()
    ids: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    place: Place = field(default_factory=lambda: Place(""))
    clauses: tuple[Clause, ...] = ()
    result: Result | None = None

    def at(self, *path: str | int) -> Spot:
        return replace(self, path=(*self.path, *path))

    def inside(self, part: object, key: str | int) -> Spot:
        """The spot of a part in the list or mapping that this is."""
        label = label_of(part)
        id = key if isinstance(key, str) else getattr(part, "id", "") or label or str(key)
        # What a whole table quotes says nothing of a single indicator.
        around = () if self.path[-1:] == ("items",) else self.clauses
        return replace(
            self.at(key),
            ids=(*self.ids, id),
            titles=(*self.titles, label) if label else self.titles,
            place=place_of(part, self.place),
            clauses=getattr(part, "clauses", ()) or around,
            result=part if isinstance(part, Result) else self.result,
        )

    def named(self, id: str) -> Spot:
        """Inside a part that is the value of a key, such as a cap with its condition."""
        return replace(self, ids=(*self.ids, id))

    def entry(self, name: str, entries: Mapping[str, object]) -> Spot:
        """The spot of one entry of a mapping, whether it is there or not."""
        return replace(
            self.at(name),
            ids=(*self.ids, name),
            titles=(*self.titles, name),
            place=place_of(entries.get(name), self.place),
        )

    @property
    def teller(self) -> Teller:
        return Teller(self.pack, self.result)

    def side(self, said: Said, *, key: str = "", place: Place | None = None) -> Side:
        ids = (*self.ids, key) if key else self.ids
        begun = place or self.place
        return Side(
            ".".join(ids), self.titles, said.text, said.words, begun, self.clauses, self.path
        )

    def clause_side(self, clause: Clause) -> Side:
        side = self.side(Said(clause.text, clause.text), key="clause", place=clause.place)
        return replace(side, titles=(*self.titles, clause.rule), clauses=(clause,))

    def paragraph_side(self, notice: Notice, at: int) -> Side:
        text = notice.paragraphs[at].strip()
        return self.side(Said(text, text), key="notice", place=Place(notice.file, at + 1))


@dataclass(frozen=True)
class Pair:
    """The two values of one thing, and where each stands."""

    old: object
    new: object
    left: Spot
    right: Spot

    def at(self, name: str, *, old: object, new: object) -> Pair:
        return Pair(old, new, self.left.at(name), self.right.at(name))
