"""What a mechanism says of its item in columns: a cell, flags and further columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.nodes import Node


@dataclass(frozen=True)
class Flag:
    """Where `when` (never null) holds, `text` is said.

    Each `{}` in it is one of `values`, shown with `places` decimals (2 where nothing is said).
    """

    when: Node
    text: str
    values: tuple[Cell, ...] = ()
    places: tuple[int, ...] = ()


@dataclass(frozen=True)
class Lowered:
    """`told` makes the numbers that a row's outcome is explained by, where a plan keeps them."""

    cell: Cell
    flags: Sequence[Flag] = ()
    columns: Mapping[str, Cell] = field(default_factory=dict)
    told: Mapping[str, Callable[[], Cell]] = field(default_factory=dict)
