"""Two packs compared by what they say, key by key, never by lines of text.

The walk goes through both typed models at once. Lists of parts are matched first (`matching`);
what is left over is looked for elsewhere (an indicator that went to another parent), and only then
told as added or removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from kaocheng.engine.facts import list_table, text_table
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.registers import Register
from kaocheng.engine.language.scheme import Item, Result
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.mechanisms.parts import Parts
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place
from kaocheng.engine.versions.change import Change, Comparison, Effect, Kind, Path, Side
from kaocheng.engine.versions.keys import (
    Attribute,
    attributes_of,
    effect_of,
    effect_of_part,
)
from kaocheng.engine.versions.leaves import (
    Said,
    Teller,
    is_empty,
    is_part,
    label_of,
    meaning,
    place_of,
)
from kaocheng.engine.versions.matching import matched

# Lists in which the order decides; elsewhere it only shows.
_ORDER_DECIDES = frozenset(
    [("Deduct", "entries"), ("Value", "first"), ("Grade", "fail"), ("Result", "exempt")]
    + [("Pay", "take")]
)
_ORDER_HANDLES = frozenset({("Process", "phases"), ("Route", "steps")})
# Not compared: cases test a pack and are no part of what it says.
_NOT_COMPARED = frozenset({"name", "cases", "texts"})
_MECHANISM = Attribute("mechanism", "mechanism", "算法", None)


@dataclass(frozen=True)
class _Spot:
    """A place in one pack: how to get there, what it is called, what stands around it."""

    pack: Pack
    path: Path = ()
    ids: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    place: Place = field(default_factory=lambda: Place(""))
    clauses: tuple[Clause, ...] = ()
    result: Result | None = None

    def at(self, *path: str | int) -> _Spot:
        return replace(self, path=(*self.path, *path))

    def inside(self, part: object, *path: str | int) -> _Spot:
        """The spot of a part; parts without clauses of their own rest on those around them."""
        label = label_of(part)
        id = getattr(part, "id", "") or label or str(path[-1])
        own = getattr(part, "clauses", ())
        return replace(
            self.at(*path),
            ids=(*self.ids, id),
            titles=(*self.titles, label) if label else self.titles,
            place=place_of(part, self.place),
            clauses=own or self.clauses,
            result=part if isinstance(part, Result) else self.result,
        )

    @property
    def teller(self) -> Teller:
        return Teller(self.pack, self.result)

    def side(self, said: Said, *, key: str = "", place: Place | None = None) -> Side:
        ids = (*self.ids, key) if key else self.ids
        return Side(
            ".".join(ids),
            self.titles,
            said.text,
            said.words,
            place or self.place,
            self.clauses,
            self.path,
        )


@dataclass(frozen=True)
class _Loose:
    """A part without a counterpart in its own list. `into` is that list in the old pack."""

    part: object
    spot: _Spot
    parent: _Spot
    section: str
    within: str
    key: str
    into: Path | None


@dataclass
class _Walk:
    changes: list[Change] = field(default_factory=list)
    removed: list[_Loose] = field(default_factory=list)
    added: list[_Loose] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)
    items: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    section: str = ""
    within: str = ""

    # Whole packs

    def packs(self, old: Pack, new: Pack) -> None:
        for one in fields(Pack):
            if one.name in _NOT_COMPARED:
                continue
            self.section, self.within = one.name, ""
            left, right = getattr(old, one.name), getattr(new, one.name)
            attribute = Attribute(one.name, one.name, _TITLES_OF_SECTIONS.get(one.name, ""), None)
            spots = _Spot(old), _Spot(new)
            if is_part(left) and is_part(right):
                begun = place_of(left, Place(one.name)), place_of(right, Place(one.name))
                left_spot, right_spot = (
                    replace(spot.at(one.name), place=place)
                    for spot, place in zip(spots, begun, strict=True)
                )
                self.parts(left, right, left_spot, right_spot)
            else:
                self.values("Pack", attribute, left, right, *spots)
        while self._pair_loose():
            pass
        for loose in self.removed:
            self._whole("removed", loose, None)
        for loose in self.added:
            self._whole("added", None, loose)

    # One part with its counterpart

    def parts(self, old: object, new: object, left: _Spot, right: _Spot) -> None:
        part = type(new).__name__
        if isinstance(old, Result) and isinstance(new, Result):
            self.results[old.id] = new.id
        for attribute in attributes_of(type(new)):
            pair = getattr(old, attribute.name, None), getattr(new, attribute.name, None)
            if attribute.name == "id" and part not in ("SchemeFile",):
                self._renamed(part, pair, left, right)
            else:
                self.values(part, attribute, *pair, left, right)
        if isinstance(old, Item) and isinstance(new, Item):
            self._items(old, new, left, right)

    def _renamed(
        self, part: str, ids: tuple[object, object], left: _Spot, right: _Spot
    ) -> None:
        old, new = (str(one or "") for one in ids)
        if old != new:
            sides = left.side(Said(old, old), key="id"), right.side(Said(new, new), key="id")
            self._note("renamed", "wording", part, "id", *sides)

    def _items(self, old: Item, new: Item, left: _Spot, right: _Spot) -> None:
        """The mechanism of an indicator and what it is given."""
        assert left.result is not None
        assert right.result is not None
        self.items[left.result.id, old.id] = right.result.id, new.id
        around, self.within = self.within, new.mechanism
        if old.mechanism == new.mechanism:
            self.parts(old.spec, new.spec, left.at("spec"), right.at("spec"))
        else:
            said = [
                Said(item.mechanism, _mechanism_words(item, spot.teller))
                for item, spot in ((old, left), (new, right))
            ]
            sides = (
                left.side(said[0], key="mechanism"),
                right.side(said[1], key="mechanism"),
            )
            self._note("changed", "results", "Item", "mechanism", *sides)
            self._left_over(old, left, self.removed, right)
            self._left_over(new, right, self.added, left)
        self.within = around

    def _left_over(self, item: Item, spot: _Spot, into: list[_Loose], other: _Spot) -> None:
        """The parts of an indicator that has no counterpart of its own kind."""
        if isinstance(item.spec, Parts):
            for at, part in enumerate(item.spec.parts):
                own = spot.inside(part, "spec", "parts", at)
                into.append(_Loose(part, own, spot, self.section, "parts", "parts", None))

    # The two values of one key

    def values(
        self,
        part: str,
        attribute: Attribute,
        old: object,
        new: object,
        left: _Spot,
        right: _Spot,
    ) -> None:
        if is_empty(old) and is_empty(new):
            return
        left, right = left.at(attribute.name), right.at(attribute.name)
        sample = new if not is_empty(new) else old
        if attribute.name == "clauses":
            self._clauses(old, new, left, right)
        elif isinstance(sample, tuple) and is_part(sample[0]):
            self._lists(part, attribute, old, new, left, right)
        elif isinstance(sample, Mapping):
            self._mappings(part, attribute, old, new, left, right)
        elif is_part(sample) and not is_empty(old) and not is_empty(new):
            self.parts(old, new, _named(left, attribute), _named(right, attribute))
        elif attribute.name == "rows" and part in ("Parameter", "Register"):
            self._tables(old, new, left, right, attribute)
        elif not (part in ("Parameter", "Register") and attribute.name == "shared"):
            self._leaf(part, attribute, old, new, left, right)
        else:
            self._leaf(part, attribute, old, new, left, right)

    def _leaf(
        self,
        part: str,
        attribute: Attribute,
        old: object,
        new: object,
        left: _Spot,
        right: _Spot,
    ) -> None:
        said = left.teller.said(old, attribute), right.teller.said(new, attribute)
        if meaning(old) == meaning(new):
            if said[0].text == said[1].text or not _differs_in_units(*said):
                return
        if said[0].words == said[1].words:
            # What is said leaves something out, or only names a thing of another title.
            said = (replace(said[0], words=said[0].text), replace(said[1], words=said[1].text))
        sides = (
            left.side(said[0], key=attribute.key, place=place_of(old, left.place)),
            right.side(said[1], key=attribute.key, place=place_of(new, right.place)),
        )
        effect = effect_of(part, attribute.name, section=self.section)
        if meaning(old) == meaning(new):
            effect = "wording"
        self._note("changed", effect, part, attribute.key, *sides)

    def _clauses(self, old: object, new: object, left: _Spot, right: _Spot) -> None:
        befores, afters = _clauses_by_rule(old), _clauses_by_rule(new)
        for rule in dict.fromkeys((*befores, *afters)):
            before, after = befores.get(rule), afters.get(rule)
            if before is not None and after is not None and before.text == after.text:
                continue
            sides = [
                None
                if clause is None
                else replace(
                    spot.side(Said(clause.text, clause.text), key="clause", place=clause.place),
                    titles=(*spot.titles, rule),
                    clauses=(clause,),
                )
                for clause, spot in ((before, left), (after, right))
            ]
            kind: Kind = "changed" if None not in sides else "added" if after else "removed"
            self._note(kind, "wording", "Clause", "clause", *sides)

    def _mappings(
        self,
        part: str,
        attribute: Attribute,
        old: object,
        new: object,
        left: _Spot,
        right: _Spot,
    ) -> None:
        befores = old if isinstance(old, Mapping) else {}
        afters = new if isinstance(new, Mapping) else {}
        if any(is_part(one) for one in (*befores.values(), *afters.values())):
            self._lists(part, attribute, befores, afters, left, right)
            return
        for name in dict.fromkeys((*befores, *afters)):
            self._leaf(
                part,
                attribute,
                befores.get(name),
                afters.get(name),
                _entry(left, name, befores),
                _entry(right, name, afters),
            )
        common = [name for name in befores if name in afters]
        orders = common, [name for name in afters if name in befores]
        if (part, attribute.name) == ("Seats", "shares") and orders[0] != orders[1]:
            self._order(part, attribute, *orders, left, right, effect="results")

    def _tables(
        self, old: object, new: object, left: _Spot, right: _Spot, attribute: Attribute
    ) -> None:
        """The cells of a table that is written in the pack, by its key."""
        befores, afters = _cells(_owner(left)), _cells(_owner(right))
        part = type(_owner(right)).__name__
        for key in dict.fromkeys((*befores, *afters)):
            before, after = befores.get(key, {}), afters.get(key, {})
            both = bool(before) and bool(after)
            columns = dict.fromkeys((*before, *after)) if both else dict.fromkeys(("",))
            for column in columns:
                pair = (
                    (before.get(column, ""), after.get(column, ""))
                    if both
                    else (_row_words(before), _row_words(after))
                )
                spots = _entry(left, key, befores), _entry(right, key, afters)
                if column:
                    spots = _column(spots[0], column), _column(spots[1], column)
                said = Said(pair[0], pair[0]), Said(pair[1], pair[1])
                if pair[0] != pair[1]:
                    paths = left.path, right.path
                    sides = [
                        replace(spot.side(one, key=attribute.key), path=path)
                        for spot, one, path in zip(spots, said, paths, strict=True)
                    ]
                    self._note("changed", "results", part, attribute.key, *sides)

    # Lists of parts

    def _lists(
        self,
        part: str,
        attribute: Attribute,
        old: object,
        new: object,
        left: _Spot,
        right: _Spot,
    ) -> None:
        befores, afters = _numbered(old), _numbered(new)
        found = matched([one for _, one in befores], [one for _, one in afters])
        if part == "Pack":
            left, right = replace(left, path=(attribute.name,)), replace(
                right, path=(attribute.name,)
            )
        for one, other in found.pairs:
            (at, before), (to, after) = befores[one], afters[other]
            if isinstance(old, Mapping) and not hasattr(before, "id") and at != to:
                self._renamed(type(after).__name__, (at, to), left, right)
            self.parts(before, after, left.inside(before, at), right.inside(after, to))
        for at in found.old:
            key, one = befores[at]
            spot = left.inside(one, key)
            self.removed.append(
                _Loose(one, spot, left, self.section, self.within, attribute.key, None)
            )
        for at in found.new:
            key, one = afters[at]
            spot = right.inside(one, key)
            self.added.append(
                _Loose(one, spot, right, self.section, self.within, attribute.key, left.path)
            )
        if not isinstance(old, Mapping) and not isinstance(new, Mapping):
            in_old = [label_of(afters[other][1]) for _, other in sorted(found.pairs)]
            ordered = sorted(found.pairs, key=lambda pair: pair[1])
            in_new = [label_of(afters[other][1]) for _, other in ordered]
            if ordered != sorted(found.pairs):
                effect = _effect_of_order(part, attribute.name)
                named = [label_of(befores[one][1]) for one, _ in sorted(found.pairs)]
                moved = [label_of(befores[one][1]) for one, _ in ordered]
                if named != moved or in_old != in_new:
                    self._order(part, attribute, named, in_new, left, right, effect=effect)

    def _order(
        self,
        part: str,
        attribute: Attribute,
        old: Sequence[str],
        new: Sequence[str],
        left: _Spot,
        right: _Spot,
        *,
        effect: Effect,
    ) -> None:
        sides = [
            spot.side(Said("、".join(names), "、".join(names)), key=attribute.key)
            for spot, names in ((left, old), (right, new))
        ]
        self._note("reordered", effect, part, attribute.key, *sides)

    # What has no counterpart where it stands

    def _pair_loose(self) -> bool:
        """Pair what left one list with what came into another; whether anything was found."""
        olds = [one for loose in self.removed for one in _with_parts(loose)]
        news = [one for loose in self.added for one in _with_parts(loose)]
        found = [
            (olds[one], news[other])
            for one, other in matched([one.part for one in olds], [one.part for one in news]).pairs
            if _may_be_the_same(olds[one], news[other])
        ]
        found = [pair for pair in found if _is_outermost(pair, found)]
        if not found:
            return False
        gone = {id(one.part) for pair in found for one in pair}
        self.removed = [one for one in self.removed if id(one.part) not in gone]
        self.added = [one for one in self.added if id(one.part) not in gone]
        for before, after in found:
            self.section, self.within = after.section, after.within
            names = before.parent.titles, after.parent.titles
            sides = [
                loose.spot.side(Said(words, words))
                for loose, words in zip((before, after), map(" · ".join, names), strict=True)
            ]
            effect = effect_of_part(type(after.part).__name__, section=after.section)
            self._note("moved", effect, type(after.part).__name__, "", *sides)
            self.parts(before.part, after.part, before.spot, after.spot)
        return True

    def _whole(self, kind: Kind, old: _Loose | None, new: _Loose | None) -> None:
        loose = new or old
        assert loose is not None
        self.section, self.within = loose.section, loose.within
        part = type(loose.part).__name__
        words = loose.spot.teller.described(loose.part)
        side = loose.spot.side(Said(words, words))
        effect = effect_of_part(part, section=loose.section)
        pair = (None, side) if kind == "added" else (side, None)
        self._note(kind, effect, part, "", *pair)

    def _note(
        self,
        kind: Kind,
        effect: Effect,
        part: str,
        key: str,
        *sides: Side | None,
    ) -> None:
        old, new = sides
        self.changes.append(Change(kind, effect, self.section, part, key, old, new, self.within))


_TITLES_OF_SECTIONS = {"registers": "数据表", "parameters": "参数", "period_kinds": "周期"}


def compare_packs(old: Pack, new: Pack) -> Comparison:
    """Every difference in what two packs say; none where only comments, blanks and places differ.

    Cases are not compared. The changes come in the order of the new pack.
    """
    walk = _Walk()
    walk.packs(old, new)
    return Comparison(tuple(walk.changes), walk.results, walk.items)


def _mechanism_words(item: Item, teller: Teller) -> str:
    inner = teller.described(item.spec)
    return MECHANISMS[item.mechanism].title + (f"（{inner}）" if inner else "")


def _named(spot: _Spot, attribute: Attribute) -> _Spot:
    """Inside a part that is the value of a key, such as a cap with its condition."""
    return replace(spot, ids=(*spot.ids, attribute.key))


def _entry(spot: _Spot, name: str, entries: Mapping[str, object]) -> _Spot:
    found = entries.get(name)
    return replace(
        spot.at(name),
        ids=(*spot.ids, name),
        titles=(*spot.titles, name),
        place=place_of(found, spot.place),
    )


def _column(spot: _Spot, column: str) -> _Spot:
    return replace(spot, ids=(*spot.ids, column), titles=(*spot.titles, column))


def _owner(spot: _Spot) -> Parameter | Register:
    """The register or parameter whose rows the spot is."""
    kind, id = str(spot.path[0]), str(spot.path[1])
    found: Parameter | Register = getattr(spot.pack, kind)[id]
    return found


def _cells(owner: Parameter | Register) -> dict[str, dict[str, str]]:
    """The cells of a table in the pack, by its key and by the title of the column."""
    if isinstance(owner, Register):
        table, fields_of, keys = list_table(owner), owner.fields, (owner.key,)
    else:
        table = text_table(owner.id, owner.rows, source=owner.id)
        fields_of, keys = owner.columns, owner.key
    found: dict[str, dict[str, str]] = {}
    for row in table.rows:
        cells = dict(zip(table.header, row.cells, strict=False))
        titles = {
            fields_of[name].title if name in fields_of else name: cell
            for name, cell in cells.items()
            if name not in keys
        }
        found["、".join(cells.get(key, "") for key in keys)] = titles or {"": "有"}
    return found


def _row_words(cells: Mapping[str, str]) -> str:
    return "，".join(f"{title} {cell}".strip() for title, cell in cells.items() if cell)


def _clauses_by_rule(value: object) -> dict[str, Clause]:
    clauses = value if isinstance(value, tuple) else ()
    return {clause.rule: clause for clause in clauses if isinstance(clause, Clause)}


def _numbered(value: object) -> list[tuple[str | int, object]]:
    """The parts of a list or mapping with the step of the path that leads to each."""
    if isinstance(value, Mapping):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, tuple) else []


def _differs_in_units(old: Said, new: Said) -> bool:
    """Whether equal meanings are told with other units, not merely with other blanks or zeros."""
    return old.words != new.words


def _effect_of_order(part: str, attribute: str) -> Effect:
    if (part, attribute) in _ORDER_DECIDES:
        return "results"
    return "process" if (part, attribute) in _ORDER_HANDLES else "wording"


def _with_parts(loose: _Loose) -> Iterator[_Loose]:
    """A part, and the indicators below it: any of them may stand elsewhere in the other pack."""
    yield loose
    if isinstance(loose.part, Item) and isinstance(loose.part.spec, Parts):
        for at, part in enumerate(loose.part.spec.parts):
            spot = loose.spot.inside(part, "spec", "parts", at)
            below = replace(loose, part=part, spot=spot, parent=loose.spot, into=None)
            yield from _with_parts(below)


def _may_be_the_same(old: _Loose, new: _Loose) -> bool:
    """What left a list and came into the same one again would have been matched there."""
    return type(old.part) is type(new.part) and old.section == new.section


def _is_outermost(pair: tuple[_Loose, _Loose], found: Sequence[tuple[_Loose, _Loose]]) -> bool:
    """Parts of a pair that moved as a whole are compared with it, not by themselves."""
    return not any(
        other is not pair
        and any(
            len(outer.spot.path) < len(inner.spot.path)
            and inner.spot.path[: len(outer.spot.path)] == outer.spot.path
            for outer, inner in zip(other, pair, strict=True)
        )
        for other in found
    )


