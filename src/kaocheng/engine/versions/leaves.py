"""What is written at one key: its exact text, what it means, and how it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from kaocheng.engine.exact import decimal_places, exact_text
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.registers import FIELD_TYPES
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.language.shape import Clause, Identifier, OneOf, Setting, SettingValue
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place
from kaocheng.engine.process.times import Written
from kaocheng.engine.process.words import deadline_in_chinese, in_chinese
from kaocheng.engine.versions.keys import Attribute, attributes_of, word_of
from kaocheng.engine.versions.speech import Speaker, meaning_of

_DEADLINES = frozenset({"by", "answer", "after"})
_DERIVED = frozenset({"place", "conditions"})
# Words of the language whose explanation (`名册：被考核的人……`) is for its author.
_KINDS = frozenset({"evidence", "kind", "type"})
_EXPLAINED = re.compile("[：（]")
_TOLD_ELSEWHERE = frozenset({"id", "title", "clauses", "note", "accept", "hidden"})
# A part is told in a few words; whoever wants all of it opens the file.
_MOST_WORDS_OF_PART = 8


def is_part(value: object) -> bool:
    """Whether a value is made of keys of its own (and is not one thing said at one key)."""
    return (
        is_dataclass(value)
        and not isinstance(value, type)
        and not isinstance(value, Expr | Written | SettingValue | Clause)
    )


def is_empty(value: object) -> bool:
    """Whether nothing is written."""
    return value is None or (isinstance(value, str | tuple | Mapping) and len(value) == 0)


def meaning(value: object, *, without: frozenset[str] = frozenset()) -> object:
    """What a value says, whatever way it is written: equal meanings say the same.

    `without`: attributes of parts that are left out at the first level.
    """
    match value:
        case Expr():
            return meaning_of(value)
        case Written():
            return value.tree
        case SettingValue():
            return (value.word, value.parameter)
        case Clause():
            return (value.rule, value.text)
        case tuple():
            return tuple(meaning(one) for one in value)
        case Mapping():
            return frozenset((key, meaning(one)) for key, one in value.items())
        case str():
            return " ".join(value.split())
        case _ if is_part(value):
            own = fields(value)  # type: ignore[arg-type]  # is_part has looked
            return (
                type(value).__name__,
                *(
                    meaning(getattr(value, one.name))
                    for one in own
                    if one.name not in _DERIVED and one.name not in without
                ),
            )
    return value


def is_same_text(old: object, new: object) -> bool:
    """Whether two single values are written alike; False where they must be looked into."""
    if isinstance(old, Expr | Written) and isinstance(new, Expr | Written):
        return old.text == new.text
    return isinstance(old, str | int | Fraction | date) and type(old) is type(new) and old == new


def place_of(value: object, otherwise: Place) -> Place:
    """Where a value stands, as exactly as it knows."""
    if isinstance(value, Expr | Written | SettingValue | Clause):
        return value.place
    found = getattr(value, "place", None)
    return found if isinstance(found, Place) else otherwise


@dataclass(frozen=True)
class Said:
    """A value as it is written and as it is said; both empty for nothing."""

    text: str = ""
    words: str = ""


@dataclass(frozen=True)
class Teller:
    """Says what stands in one pack; `result` is the table that it belongs to, if any."""

    pack: Pack
    result: Result | None = None

    @cached_property
    def _speaker(self) -> Speaker:
        return Speaker(self.pack, self.result)

    @cached_property
    def _phrase_titles(self) -> dict[str, str]:
        process = self.pack.process
        entries = (
            *(*process.phases, *process.duties, *process.gates, *process.publicity),
            *(*process.objections, *process.votes, *process.draws, *process.effects),
            *process.routes,
        )
        start = {} if process.start is None else {"start": process.start.title}
        return {
            **self.pack.period_kinds,
            **{one.id: one.title for one in self.pack.parameters.values()},
            **{one.id: one.title for one in entries},
            **{step.id: step.title for route in process.routes for step in route.steps},
            **process.events,
            **start,
        }

    @cached_property
    def _titles(self) -> dict[str, str]:
        result = self.result
        near = {} if result is None else {one.id: one.title for one in items_below(result.items)}
        found = {
            **self._phrase_titles,
            **{one.id: one.title for one in self.pack.registers.values()},
            **{one.id: one.title for one in self.pack.scheme.results},
        }
        return {**found, **near}

    def said(self, value: object, attribute: Attribute) -> Said:
        """What is written at `attribute`."""
        if is_empty(value):
            return Said()
        if is_part(value):
            text = self.described(value)
            return Said(text, text)
        match value:
            case Expr():
                return Said(" ".join(value.text.split()), self._speaker.say(value))
            case Written():
                return Said(value.text, self._phrase(value, attribute))
            case SettingValue():
                return Said(value.word or value.parameter, self._setting(value, attribute))
            case bool():
                return _same("是" if value else "否")
            case Fraction() | int():
                return _same(_number(Fraction(value), attribute))
            case date():
                return _same(value.isoformat())
            case tuple():
                inner = replace(attribute, shape=getattr(attribute.shape, "of", None))
                each = [self.said(one, inner) for one in value]
                return Said(
                    "、".join(one.text for one in each), "、".join(one.words for one in each)
                )
            case Mapping():
                pairs = [(name, self.said(one, attribute)) for name, one in value.items()]
                return Said(
                    "，".join(f"{name}: {one.text}" for name, one in pairs),
                    "，".join(f"{name} {one.words}" for name, one in pairs),
                )
        return Said(str(value), self._word(str(value), attribute))

    def _phrase(self, value: Written, attribute: Attribute) -> str:  # type: ignore[type-arg]
        spell = deadline_in_chinese if attribute.name in _DEADLINES else in_chinese
        return spell(value.tree, self._phrase_titles)

    def _setting(self, value: SettingValue, attribute: Attribute) -> str:
        if value.parameter:
            return f"按参数“{self._titles.get(value.parameter, value.parameter)}”"
        options = attribute.shape.options if isinstance(attribute.shape, Setting) else {}
        return options.get(value.word, value.word)

    def _word(self, value: str, attribute: Attribute) -> str:
        if isinstance(attribute.shape, OneOf):
            words = attribute.shape.options.get(value, value)
            return _EXPLAINED.split(words)[0] if attribute.name in _KINDS else words
        if attribute.name == "type":
            known = FIELD_TYPES.get(value) or self._titles.get(value, value)
            return known.partition("（")[0]
        if isinstance(attribute.shape, Identifier):
            return self._titles.get(value, value)
        return value

    def described(self, part: object) -> str:
        """A whole part in a few words: what is written in it, without its id, name and clauses."""
        words = list(self._keys_of(part))
        more = "……" if len(words) > _MOST_WORDS_OF_PART else ""
        return "，".join(words[:_MOST_WORDS_OF_PART]) + more

    def _keys_of(self, part: object) -> list[str]:
        found = []
        for attribute in attributes_of(type(part)):
            value = getattr(part, attribute.name, None)
            if attribute.name in _TOLD_ELSEWHERE or not value or value == attribute.default:
                continue
            found.extend(self._key(part, with_options(attribute, part), value))
        if isinstance(part, Item):
            inner = self.described(part.spec)
            found.append(MECHANISMS[part.mechanism].title + (f"：{inner}" if inner else ""))
        return found

    def _key(self, part: object, attribute: Attribute, value: object) -> list[str]:
        word = word_of(type(part).__name__, attribute)
        if isinstance(value, tuple) and value and is_part(value[0]):
            titles = "、".join(label_of(one) for one in value)
            return [f"{word} {titles}".strip()]
        if isinstance(value, Mapping) and any(is_part(one) for one in value.values()):
            return [f"{word} {'、'.join(label_of(one) for one in value.values())}"]
        if isinstance(value, bool):
            return [word] if value else []
        if (type(part).__name__, attribute.name) == ("Value", "otherwise"):
            word = "" if len(getattr(part, "first", ())) == 0 else "其余"
        return [f"{word} {self.said(value, attribute).words}".strip()]


def with_options(attribute: Attribute, *parts: object) -> Attribute:
    """The default of a choice is told by what the reading means, in either version."""
    options: dict[str, str] = {}
    for part in parts:
        if isinstance(part, Parameter) and attribute.name == "default":
            options.update(part.options)
    return replace(attribute, shape=OneOf(options)) if options else attribute


def label_of(part: object) -> str:
    """What people call a part: its title, else the grade, name or points that it gives."""
    for name in ("title", "gives", "grade", "say", "id"):
        found = getattr(part, name, "")
        if isinstance(found, str) and found:
            return found
    points = getattr(part, "points", None)
    if isinstance(points, Fraction):
        return f"{exact_text(points)} 分"
    start = getattr(part, "start", None) or getattr(part, "pick", None)
    return start.text if isinstance(start, Expr) else ""


def _same(text: str) -> Said:
    return Said(text, text)


def _number(value: Fraction, attribute: Attribute) -> str:
    if attribute.is_share and decimal_places(value.denominator) is not None:
        return f"{exact_text(value * 100)}%"
    return exact_text(value)
