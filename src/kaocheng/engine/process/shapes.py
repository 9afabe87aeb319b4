"""Shapes of phrases of time, for the keys of process.yaml."""

from __future__ import annotations

from dataclasses import dataclass

from kaocheng.engine.language.shape import Identifier, Schema, Text
from kaocheng.engine.problems import Problems
from kaocheng.engine.process.parsing import parse_length, parse_recurrence, parse_when
from kaocheng.engine.process.times import RESERVED, Length, Recurrence, When, Written
from kaocheng.engine.reading.yaml_text import Node, Scalar


def _scalar(node: Node, *, problems: Problems) -> Scalar | None:
    return node if Text().read(node, problems=problems) and isinstance(node, Scalar) else None


@dataclass(frozen=True)
class TimeName:
    """A name that phrases of time can use: none of their own words."""

    def read(self, node: Node, *, problems: Problems) -> str | None:
        name = Identifier().read(node, problems=problems)
        if name in RESERVED:
            problems.add("P10", node.place, name=name)
            return None
        return name

    def schema(self) -> Schema:
        return Identifier().schema()


@dataclass(frozen=True)
class WhenText:
    """A day, a moment or a span of days, such as `10 working days after appeal_filed`."""

    def read(self, node: Node, *, problems: Problems) -> Written[When] | None:
        scalar = _scalar(node, problems=problems)
        return None if scalar is None else parse_when(scalar, problems=problems)

    def schema(self) -> Schema:
        return {"type": "string", "description": "2024-03-01, 12-30, day 15 of first month of …"}


@dataclass(frozen=True)
class LengthText:
    """A length of time, such as `7 working days`."""

    def read(self, node: Node, *, problems: Problems) -> Written[Length] | None:
        scalar = _scalar(node, problems=problems)
        return None if scalar is None else parse_length(scalar, problems=problems)

    def schema(self) -> Schema:
        return {"type": "string", "description": "7 working days, 3 days, 24 hours …"}


@dataclass(frozen=True)
class RecurrenceText:
    """How often something recurs: `quarter`, `every 2 weeks on thursday from 2024-04-04`."""

    def read(self, node: Node, *, problems: Problems) -> Written[Recurrence] | None:
        scalar = _scalar(node, problems=problems)
        return None if scalar is None else parse_recurrence(scalar, problems=problems)

    def schema(self) -> Schema:
        return {"type": "string", "description": "quarter, every 2 weeks on thursday from …"}
