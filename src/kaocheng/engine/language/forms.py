"""Shapes around other shapes: known later, in two forms, or turned into something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kaocheng.engine.language.shape import Schema, Shape
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.yaml_text import Mapping, Node


@dataclass(frozen=True)
class Later:
    """A shape that is only known later (items hold items)."""

    name: str
    shape: Callable[[], Shape]

    def read(self, node: Node, *, problems: Problems) -> object | None:
        return self.shape().read(node, problems=problems)

    def schema(self) -> Schema:
        return {"$ref": f"#/$defs/{self.name}"}


@dataclass(frozen=True)
class Either:
    """A terse form (one scalar) or the full form (a mapping)."""

    scalar: Shape
    full: Shape

    def read(self, node: Node, *, problems: Problems) -> object | None:
        shape = self.full if isinstance(node, Mapping) else self.scalar
        return shape.read(node, problems=problems)

    def schema(self) -> Schema:
        return {"anyOf": [self.scalar.schema(), self.full.schema()]}


@dataclass(frozen=True)
class Made:
    """Another shape whose value is turned into something else."""

    of: Shape
    make: Callable[..., object]

    def read(self, node: Node, *, problems: Problems) -> object | None:
        value = self.of.read(node, problems=problems)
        return None if value is None else self.make(value)

    def schema(self) -> Schema:
        return self.of.schema()
