"""Two packs compared by what they say, key by key, never by lines of text.

The walk goes through both typed models at once. Lists of parts are matched first (`matching`);
what is left over is looked for elsewhere (an indicator that went to another parent), and only then
told as added or removed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import SequenceMatcher
from itertools import zip_longest

from kaocheng.engine.language.scheme import Item, Result
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.model import Pack
from kaocheng.engine.notice import Notice
from kaocheng.engine.problems import Place
from kaocheng.engine.versions.change import Change, Comparison, Effect, Kind, Side
from kaocheng.engine.versions.keys import Attribute, attributes_of, effect_of, effect_of_part
from kaocheng.engine.versions.leaves import (
    Said,
    Teller,
    is_empty,
    is_part,
    is_same_text,
    label_of,
    meaning,
    place_of,
    with_options,
)
from kaocheng.engine.versions.loose import Loose, paired, parts_below
from kaocheng.engine.versions.matching import matched
from kaocheng.engine.versions.rows import row_changes
from kaocheng.engine.versions.spots import Pair, Spot

# Lists in which the order decides; elsewhere it only shows.
_ORDER_DECIDES = frozenset(
    {
        ("Deduct", "entries"),
        ("Grade", "fail"),
        ("Pay", "take"),
        ("Result", "exempt"),
        ("Seats", "shares"),
        ("Value", "first"),
    }
)
_ORDER_HANDLES = frozenset({("Process", "phases"), ("Route", "steps")})
# Cases test a pack and are no part of what it says.
_NOT_COMPARED = frozenset({"name", "cases", "texts"})


def compare_packs(old: Pack, new: Pack) -> Comparison:
    """Every difference in what two packs say; none where only comments, blanks and places differ.

    Cases are not compared. The changes come in the order of the new pack.
    """
    walk = _Walk()
    walk.packs(old, new)
    return Comparison(tuple(walk.changes), walk.results, walk.items)


@dataclass
class _Walk:
    changes: list[Change] = field(default_factory=list)
    removed: list[Loose] = field(default_factory=list)
    added: list[Loose] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)
    items: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    section: str = ""
    within: str = ""

    def packs(self, old: Pack, new: Pack) -> None:
        for one in fields(Pack):
            if one.name not in _NOT_COMPARED:
                self.section, self.within = one.name, ""
                attribute = Attribute(one.name, one.name, "", None)
                self.values("Pack", attribute, Pair(old, new, Spot(old), Spot(new)))
        while self.pair_loose():
            pass
        for loose in self.removed:
            self.whole("removed", loose)
        for loose in self.added:
            self.whole("added", loose)

    # One part with its counterpart

    def parts(self, pair: Pair) -> None:
        old, new = pair.old, pair.new
        part = type(new).__name__
        if isinstance(old, Result) and isinstance(new, Result):
            self.results[old.id] = new.id
        for attribute in attributes_of(type(new)):
            if part == "SchemeFile":
                self.section = "doubts" if attribute.name == "doubts" else "scheme"
            if attribute.name == "id" and part != "SchemeFile":
                self.renamed(part, (getattr(old, "id", ""), getattr(new, "id", "")), pair)
            else:
                self.values(part, attribute, pair)
        if isinstance(old, Item) and isinstance(new, Item):
            self.mechanisms(old, new, pair)

    def renamed(self, part: str, ids: tuple[object, object], pair: Pair) -> None:
        old, new = (str(one or "") for one in ids)
        if old != new:
            left = pair.left.side(Said(old, old), key="id")
            right = pair.right.side(Said(new, new), key="id")
            self.note("renamed", "wording", part, "id", left, right)

    def mechanisms(self, old: Item, new: Item, pair: Pair) -> None:
        """The mechanism of an indicator and what it is given."""
        left, right = pair.left, pair.right
        assert left.result is not None
        assert right.result is not None
        self.items[left.result.id, old.id] = right.result.id, new.id
        around, self.within = self.within, ""
        if old.mechanism == new.mechanism:
            self.within = new.mechanism
            self.parts(pair.at("spec", old=old.spec, new=new.spec))
        else:
            sides = [
                spot.side(Said(item.mechanism, _words(item, spot.teller)), key="mechanism")
                for item, spot in ((old, left), (new, right))
            ]
            self.note("changed", "results", "Item", "mechanism", *sides)
            for item, spot, into in ((old, left, self.removed), (new, right, self.added)):
                into.extend(parts_below(item, Loose(item, spot, spot, self.section, "")))
        self.within = around

    # The two values of one key

    def values(self, part: str, attribute: Attribute, around: Pair) -> None:
        name = attribute.name
        old, new = getattr(around.old, name, None), getattr(around.new, name, None)
        if (is_empty(old) and is_empty(new)) or is_same_text(old, new):
            return
        pair = around.at(name, old=old, new=new)
        sample = old if is_empty(new) else new
        if isinstance(sample, Notice):
            self.notices(pair)
        elif name == "clauses":
            self.clauses(pair)
        elif isinstance(sample, Mapping) and not any(is_part(one) for one in sample.values()):
            self.entries(part, attribute, pair)
        elif isinstance(sample, Mapping) or (isinstance(sample, tuple) and is_part(sample[0])):
            self.lists(part, attribute, pair)
        elif is_part(sample) and not is_empty(old) and not is_empty(new):
            self.parts(_inside(pair, attribute, part))
        elif name == "rows":
            for sides in row_changes(pair):
                self.note("changed", "results", part, attribute.key, *sides)
        else:
            self.leaf(part, with_options(attribute, around.old, around.new), pair)

    def leaf(self, part: str, attribute: Attribute, pair: Pair) -> None:
        if is_same_text(pair.old, pair.new):
            return
        is_alike = meaning(pair.old) == meaning(pair.new)
        old = pair.left.teller.said(pair.old, attribute)
        new = pair.right.teller.said(pair.new, attribute)
        if is_alike and old.words == new.words:
            return
        if old.words == new.words:  # what is said leaves out what differs
            old, new = replace(old, words=old.text), replace(new, words=new.text)
        effect = effect_of(part, attribute.name, section=self.section)
        self.note(
            "changed",
            "wording" if is_alike else effect,
            part,
            attribute.key,
            pair.left.side(old, key=attribute.key, place=place_of(pair.old, pair.left.place)),
            pair.right.side(new, key=attribute.key, place=place_of(pair.new, pair.right.place)),
        )

    def clauses(self, pair: Pair) -> None:
        befores, afters = _by_rule(pair.old), _by_rule(pair.new)
        for rule in dict.fromkeys((*befores, *afters)):
            old, new = befores.get(rule), afters.get(rule)
            if old is None or new is None or old.text != new.text:
                left = None if old is None else pair.left.clause_side(old)
                right = None if new is None else pair.right.clause_side(new)
                self.note(_kind(left, right), "wording", "Clause", "clause", left, right)

    def notices(self, pair: Pair) -> None:
        """The paragraphs of the notice itself; one that changed is told with its counterpart."""
        old, new = (
            one if isinstance(one, Notice) else Notice("", ()) for one in (pair.old, pair.new)
        )
        blocks = SequenceMatcher(None, old.paragraphs, new.paragraphs, autojunk=False)
        for tag, i1, i2, j1, j2 in blocks.get_opcodes():
            for at, to in zip_longest(range(i1, i2), range(j1, j2)) if tag != "equal" else ():
                left = None if at is None else pair.left.paragraph_side(old, at)
                right = None if to is None else pair.right.paragraph_side(new, to)
                self.note(_kind(left, right), "wording", "Notice", "paragraphs", left, right)

    def entries(self, part: str, attribute: Attribute, pair: Pair) -> None:
        """A mapping from names to single values."""
        befores = pair.old if isinstance(pair.old, Mapping) else {}
        afters = pair.new if isinstance(pair.new, Mapping) else {}
        for name in dict.fromkeys((*befores, *afters)):
            left, right = pair.left.entry(name, befores), pair.right.entry(name, afters)
            self.leaf(part, attribute, Pair(befores.get(name), afters.get(name), left, right))
        old = [name for name in befores if name in afters]
        new = [name for name in afters if name in befores]
        if (part, attribute.name) in _ORDER_DECIDES and old != new:
            self.order(part, attribute, pair, (old, new))

    # Lists of parts

    def lists(self, part: str, attribute: Attribute, pair: Pair) -> None:
        befores, afters = _numbered(pair.old), _numbered(pair.new)
        found = matched([one for _, one in befores], [one for _, one in afters])
        for one, other in found.pairs:
            (at, before), (to, after) = befores[one], afters[other]
            inner = Pair(before, after, pair.left.inside(before, at), pair.right.inside(after, to))
            if isinstance(at, str) and not hasattr(before, "id"):
                self.renamed(type(after).__name__, (at, to), inner)
            self.parts(inner)
        around = self.section, self.within
        for one in found.old:
            key, part_of_old = befores[one]
            spot = pair.left.inside(part_of_old, key)
            self.removed.append(Loose(part_of_old, spot, pair.left, *around))
        for one in found.new:
            key, part_of_new = afters[one]
            spot = pair.right.inside(part_of_new, key)
            self.added.append(Loose(part_of_new, spot, pair.right, *around, pair.left.path))
        ordered = sorted(found.pairs, key=lambda one: one[1])
        if isinstance(pair.old, tuple) and ordered != list(found.pairs):
            names = (
                [label_of(befores[one][1]) for one, _ in found.pairs],
                [label_of(afters[other][1]) for _, other in ordered],
            )
            self.order(part, attribute, pair, names)

    def order(
        self,
        part: str,
        attribute: Attribute,
        pair: Pair,
        names: tuple[Sequence[str], Sequence[str]],
    ) -> None:
        sides = [
            spot.side(Said("、".join(listed), "、".join(listed)), key=attribute.key)
            for spot, listed in zip((pair.left, pair.right), names, strict=True)
        ]
        effect = _effect_of_order(part, attribute.name)
        self.note("reordered", effect, part, attribute.key, *sides)

    # What has no counterpart where it stands

    def pair_loose(self) -> bool:
        """Tell what moved and what changed in it; whether anything was found."""
        found = paired(self.removed, self.added)
        gone = {id(one.part) for pair in found for one in pair}
        self.removed = [one for one in self.removed if id(one.part) not in gone]
        self.added = [one for one in self.added if id(one.part) not in gone]
        for old, new in found:
            part = type(new.part).__name__
            self.section = new.section
            self.within = new.within if old.within == new.within else ""
            sides = [
                one.spot.side(Said(words, words))
                for one, words in ((one, " · ".join(one.parent.titles)) for one in (old, new))
            ]
            effect = effect_of_part(part, section=new.section)
            self.note("moved", effect, part, "", sides[0], replace(sides[1], into=new.into))
            self.parts(Pair(old.part, new.part, old.spot, new.spot))
        return bool(found)

    def whole(self, kind: Kind, loose: Loose) -> None:
        """A part that came or went as a whole."""
        self.section, self.within = loose.section, loose.within
        part = type(loose.part).__name__
        words = loose.spot.teller.described(loose.part)
        side = replace(loose.spot.side(Said(words, words)), into=loose.into)
        effect = effect_of_part(part, section=loose.section)
        sides = (None, side) if kind == "added" else (side, None)
        self.note(kind, effect, part, "", *sides)

    def note(self, kind: Kind, effect: Effect, part: str, key: str, *sides: Side | None) -> None:
        old, new = sides
        self.changes.append(Change(kind, effect, self.section, part, key, old, new, self.within))


def _words(item: Item, teller: Teller) -> str:
    inner = teller.described(item.spec)
    return MECHANISMS[item.mechanism].title + (f"（{inner}）" if inner else "")


def _inside(pair: Pair, attribute: Attribute, part: str) -> Pair:
    """A pair of parts that are the values of one key; files of a pack begin where they begin."""
    left, right = (
        replace(spot, place=place_of(one, Place(attribute.name)))
        if part == "Pack"
        else spot.named(attribute.key)
        for spot, one in ((pair.left, pair.old), (pair.right, pair.new))
    )
    return Pair(pair.old, pair.new, left, right)


def _by_rule(value: object) -> dict[str, Clause]:
    clauses = value if isinstance(value, tuple) else ()
    return {clause.rule: clause for clause in clauses if isinstance(clause, Clause)}


def _kind(old: Side | None, new: Side | None) -> Kind:
    return "added" if old is None else "removed" if new is None else "changed"


def _numbered(value: object) -> list[tuple[str | int, object]]:
    """The parts of a list or mapping with the step of the path that leads to each."""
    if isinstance(value, Mapping):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, tuple) else []


def _effect_of_order(part: str, attribute: str) -> Effect:
    if (part, attribute) in _ORDER_DECIDES:
        return "results"
    return "process" if (part, attribute) in _ORDER_HANDLES else "wording"
