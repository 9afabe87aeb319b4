"""The expressions of a process, for binding (replaced when the process grammar lands)."""

from __future__ import annotations

from collections.abc import Iterator

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.process import Process
from kaocheng.engine.language.types import Type


def process_slots(_process: Process) -> Iterator[tuple[Expr, str, Type]]:
    """(expression, result or table whose rows it is read on, wanted type)."""
    yield from ()
