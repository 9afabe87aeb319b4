"""Shapes: one description of what may stand in a file, used three ways.

A shape reads a located tree into plain values and notes every problem (`read`), says the same as a
JSON Schema for editors (`schema`), and is what the reference pages are made from (`Key.doc`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Protocol

from kaocheng.engine.exact import NotExact, read_exact
from kaocheng.engine.expressions.parse import UNITS, parse_expression
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.hints import near
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.reading import yaml_text as yaml_tree
from kaocheng.engine.reading.yaml_text import Node, Scalar

Schema = dict[str, object]

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_QUANTITY = re.compile(r"(?P<number>[^\s\u4e00-\u9fff]+)\s?(?P<unit>[\u4e00-\u9fff]*)")


class Shape(Protocol):
    """What one place of a file may hold. `read` gives None after noting a problem."""

    def read(self, node: Node, *, problems: Problems) -> object | None: ...

    def schema(self) -> Schema: ...


def _scalar(node: Node, *, want: str, problems: Problems) -> Scalar | None:
    if isinstance(node, Scalar):
        return node
    single = f"一个{want}，不是列表" if isinstance(node, yaml_tree.Sequence) else want
    problems.add("S03", node.place, want=single)
    return None


@dataclass(frozen=True)
class Text:
    """A text of one or more characters."""

    most: int = 4_000

    def read(self, node: Node, *, problems: Problems) -> str | None:
        scalar = _scalar(node, want="文字", problems=problems)
        if scalar is None:
            return None
        if not scalar.text.strip():
            problems.add("S04", scalar.place)
            return None
        if len(scalar.text) > self.most:
            problems.add("S05", scalar.place, most=self.most)
            return None
        return scalar.text

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True)
class Identifier:
    """A name in code: lower-case letters, digits and underscores."""

    def read(self, node: Node, *, problems: Problems) -> str | None:
        scalar = _scalar(node, want="名称", problems=problems)
        if scalar is None:
            return None
        if not _IDENTIFIER.fullmatch(scalar.text) or len(scalar.text) > 60:
            problems.add("S06", scalar.place, name=scalar.text[:60])
            return None
        return scalar.text

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_IDENTIFIER.pattern}$"}


@dataclass(frozen=True)
class Number:
    """An exact number, with or without a unit: `10`, `0.2 分`, `95%`, `2/3`."""

    least: Fraction | None = None

    def read(self, node: Node, *, problems: Problems) -> Fraction | None:
        scalar = _scalar(node, want="数", problems=problems)
        if scalar is None:
            return None
        parts = _QUANTITY.fullmatch(scalar.text.strip())
        if parts is None or (parts["unit"] and parts["unit"] not in UNITS):
            problems.add("S07", scalar.place, found=scalar.text[:60])
            return None
        try:
            number = read_exact(parts["number"])
        except NotExact:
            problems.add("S07", scalar.place, found=scalar.text[:60])
            return None
        if self.least is not None and number < self.least:
            problems.add("S08", scalar.place, found=scalar.text, least=self.least)
            return None
        return number

    def schema(self) -> Schema:
        return {"type": ["number", "string"]}


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` up."""

    least: int = 0

    def read(self, node: Node, *, problems: Problems) -> int | None:
        number = Number(Fraction(self.least)).read(node, problems=problems)
        if number is not None and number.denominator != 1:
            problems.add("S07", node.place, found=str(number))
            return None
        return None if number is None else int(number)

    def schema(self) -> Schema:
        return {"type": ["integer", "string"]}


@dataclass(frozen=True)
class YesNo:
    """是 or 否."""

    def read(self, node: Node, *, problems: Problems) -> bool | None:
        scalar = _scalar(node, want="是或否", problems=problems)
        if scalar is None:
            return None
        if scalar.text not in ("是", "否"):
            problems.add("S09", scalar.place, found=scalar.text[:60], options="是、否")
            return None
        return scalar.text == "是"

    def schema(self) -> Schema:
        return {"enum": ["是", "否"]}


@dataclass(frozen=True)
class Day:
    """A date such as 2024-03-01."""

    def read(self, node: Node, *, problems: Problems) -> date | None:
        scalar = _scalar(node, want="日期", problems=problems)
        if scalar is None:
            return None
        try:
            return date.fromisoformat(scalar.text)
        except ValueError:
            problems.add("S10", scalar.place, found=scalar.text[:60])
            return None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


@dataclass(frozen=True)
class OneOf:
    """One of a few words, each with what it means."""

    options: Mapping[str, str]

    def read(self, node: Node, *, problems: Problems) -> str | None:
        scalar = _scalar(node, want="选项", problems=problems)
        if scalar is None:
            return None
        if scalar.text not in self.options:
            listed = "、".join(self.options)
            problems.add("S09", scalar.place, found=scalar.text[:60], options=listed)
            return None
        return scalar.text

    def schema(self) -> Schema:
        words = [{"const": word, "description": doc} for word, doc in self.options.items()]
        # Editors read `1` as a number; here every scalar is text.
        numbers = [{"const": int(word)} for word in self.options if word.isdecimal()]
        return {"anyOf": [*words, *numbers]}


@dataclass(frozen=True)
class Setting:
    """One of a few words, or the id of a choice parameter that decides between them."""

    options: Mapping[str, str]

    def read(self, node: Node, *, problems: Problems) -> SettingValue | None:
        scalar = _scalar(node, want="选项", problems=problems)
        if scalar is None:
            return None
        if scalar.text in self.options:
            return SettingValue(scalar.text, "", scalar.place, tuple(self.options))
        if _IDENTIFIER.fullmatch(scalar.text):
            return SettingValue("", scalar.text, scalar.place, tuple(self.options))
        listed = "、".join(self.options)
        problems.add("S09", scalar.place, found=scalar.text[:60], options=listed)
        return None

    def schema(self) -> Schema:
        words = [{"const": word, "description": doc} for word, doc in self.options.items()]
        parameter = {**Identifier().schema(), "description": "choice 参数的 id"}
        return {"anyOf": [*words, parameter]}


@dataclass(frozen=True)
class SettingValue:
    """A fixed word, or the parameter whose value is the word."""

    word: str
    parameter: str
    place: Place
    options: tuple[str, ...]


@dataclass(frozen=True)
class Expression:
    """A condition or an amount in the expression language."""

    def read(self, node: Node, *, problems: Problems) -> Expr | None:
        scalar = _scalar(node, want="条件或算式", problems=problems)
        return None if scalar is None else parse_expression(scalar, problems=problems)

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"], "description": "条件或算式"}


@dataclass(frozen=True)
class Clause:
    """The words of the notice that a rule rests on, with the id of the rule where it has one."""

    rule: str
    text: str
    place: Place = field(compare=False)


@dataclass(frozen=True)
class Clauses:
    """The words of the notice: one text, or a mapping from rule ids to texts."""

    def read(self, node: Node, *, problems: Problems) -> tuple[Clause, ...] | None:
        if isinstance(node, Scalar):
            text = Text().read(node, problems=problems)
            return None if text is None else (Clause("", text, node.place),)
        if not isinstance(node, yaml_tree.Mapping):
            problems.add("S03", node.place, want="条款原文")
            return None
        clauses = []
        for rule, value in node.pairs:
            text = Text().read(value, problems=problems)
            if text is not None:
                clauses.append(Clause(rule.text, text, rule.place))
        return tuple(clauses)

    def schema(self) -> Schema:
        text = Text().schema()
        return {"oneOf": [text, {"type": "object", "additionalProperties": text}]}


@dataclass(frozen=True)
class ListOf:
    """A list; `least` is how many entries it must have."""

    of: Shape
    least: int = 1

    def read(self, node: Node, *, problems: Problems) -> tuple[object, ...] | None:
        if not isinstance(node, yaml_tree.Sequence):
            problems.add("S03", node.place, want="列表（每项以“-”开头）")
            return None
        if len(node.items) < self.least:
            problems.add("S04", node.place)
            return None
        values = [self.of.read(item, problems=problems) for item in node.items]
        return tuple(value for value in values if value is not None)

    def schema(self) -> Schema:
        return {"type": "array", "items": self.of.schema(), "minItems": self.least}


@dataclass(frozen=True)
class MapOf:
    """A mapping from names to values of one shape; the order of the text is kept."""

    of: Shape
    names: Shape = field(default_factory=Identifier)

    def read(self, node: Node, *, problems: Problems) -> dict[str, object] | None:
        if not isinstance(node, yaml_tree.Mapping):
            problems.add("S03", node.place, want="“名称: 内容”")
            return None
        values: dict[str, object] = {}
        for name, value in node.pairs:
            key = self.names.read(name, problems=problems)
            content = self.of.read(value, problems=problems)
            if isinstance(key, str) and content is not None:
                values[key] = content
        return values

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.of.schema()}


@dataclass(frozen=True)
class Key:
    """One key of a record: its shape, what it means (Chinese, for editors and the reference)."""

    shape: Shape
    doc: str
    required: bool = False
    default: object = None
    attribute: str = ""


CLAUSE = Key(Clauses(), "条款原文", default=(), attribute="clauses")


@dataclass(frozen=True)
class Record:
    """A mapping with fixed keys, read into `make(**values)`.

    `make` also gets `place=` when it has a field of that name. Unknown and missing keys are
    problems; everything else is still read, so that all problems show at once.
    """

    make: Callable[..., object]
    keys: Mapping[str, Key]
    place: bool = True

    def read(self, node: Node, *, problems: Problems) -> object | None:
        if not isinstance(node, yaml_tree.Mapping):
            problems.add("S03", node.place, want="“名称: 内容”")
            return None
        self._note_unknown(node, problems)
        values: dict[str, object] = {"place": node.place} if self.place else {}
        whole = True
        for name, key in self.keys.items():
            child = node.get(name)
            if child is None:
                if key.required:
                    problems.add("S02", node.place, key=name, doc=key.doc)
                    whole = False
                values[key.attribute or name] = key.default
                continue
            value = key.shape.read(child, problems=problems)
            if value is None:
                whole = whole and not key.required
            values[key.attribute or name] = key.default if value is None else value
        return self.make(**values) if whole else None

    def _note_unknown(self, node: yaml_tree.Mapping, problems: Problems) -> None:
        for name, _ in node.pairs:
            if name.text not in self.keys:
                hint = near(name.text, self.keys)
                listed = "、".join(self.keys)
                problems.add("S01", name.place, key=name.text[:60], hint=hint, keys=listed)

    def schema(self) -> Schema:
        return {
            "type": "object",
            "properties": {
                name: {**key.shape.schema(), "description": key.doc}
                for name, key in self.keys.items()
            },
            "required": [name for name, key in self.keys.items() if key.required],
            "additionalProperties": False,
        }
