"""A pack as one linked whole: every file's content, found by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kaocheng.engine.language.cases import Case
from kaocheng.engine.language.documents import Document
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.process import Process
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.language.scheme import Item, Result, SchemeFile, items_below
from kaocheng.engine.language.types import (
    BOOLEAN,
    DATE,
    MOMENT,
    NUMBER,
    TEXT,
    Type,
    reference,
)
from kaocheng.engine.notice import Notice

_PLAIN_TYPES = {
    "text": TEXT,
    "number": NUMBER,
    "whole": NUMBER,
    "money": NUMBER,
    "date": DATE,
    "moment": MOMENT,
    "boolean": BOOLEAN,
    "period": Type("period"),
}


@dataclass(frozen=True)
class Pack:
    """A scheme with its process, registers, parameters, cases and documents, each found by id."""

    name: str
    scheme: SchemeFile
    registers: Mapping[str, Register]
    period_kinds: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    process: Process
    cases: tuple[Case, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    notice: Notice | None = None
    texts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def results(self) -> dict[str, Result]:
        return {result.id: result for result in self.scheme.results}

    @cached_property
    def items(self) -> dict[tuple[str, str], Item]:
        """Every item by (result, item), parts before their whole."""
        return {
            (result.id, item.id): item
            for result in self.scheme.results
            for item in items_below(result.items)
        }

    def subject_of(self, result: Result) -> Register:
        return self.registers[result.of]


def field_type(described: Field) -> Type:
    """The type of a register's or parameter table's column."""
    if described.type in ("choice", "scale"):
        return Type("choice" if described.type == "choice" else "scale", described.values)
    return _PLAIN_TYPES.get(described.type) or reference(described.type)


def parameter_type(parameter: Parameter) -> Type:
    """The type of a parameter that is not a table."""
    if parameter.type == "choice":
        return Type("choice", tuple(parameter.options))
    return _PLAIN_TYPES[parameter.type]
