"""The types of the language: what a field, a parameter, an item or an expression holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "date", "moment", "boolean", "choice", "scale", "ref", "period"]


@dataclass(frozen=True)
class Type:
    """`options` for choice and scale (best first), `table` for a reference, `kind` of a period."""

    kind: Kind
    options: tuple[str, ...] = ()
    table: str = ""

    @property
    def zh(self) -> str:
        return {
            "number": "数",
            "text": "文字",
            "date": "日期",
            "moment": "时刻",
            "boolean": "是/否",
            "choice": "选项",
            "scale": "等级选项",
            "ref": "对应到另一张表的编号",
            "period": "周期",
        }[self.kind]

    @property
    def is_text(self) -> bool:
        """Held as text: may be compared with a text literal."""
        return self.kind in ("text", "choice", "scale", "ref", "period")


NUMBER = Type("number")
TEXT = Type("text")
DATE = Type("date")
MOMENT = Type("moment")
BOOLEAN = Type("boolean")


def reference(table: str) -> Type:
    return Type("ref", table=table)


def either(types: Sequence[Type]) -> Type:
    """The type of a value that is one of several; texts keep the set of what they can be."""
    first = types[0]
    if all(one == first for one in types) or not all(one.is_text for one in types):
        return first
    if not all(one.options for one in types):
        return TEXT
    options = tuple(dict.fromkeys(option for one in types for option in one.options))
    scales = [one for one in types if one.kind == "scale"]
    for scale in scales:
        if set(options) == set(scale.options):
            return scale
    return Type("choice", options)


def agree(left: Type, right: Type) -> bool:
    """Whether two types may be compared or take each other's place."""
    if left.kind == "ref" and right.kind == "ref":
        return left.table == right.table
    return left.kind == right.kind or (left.is_text and right.is_text)
