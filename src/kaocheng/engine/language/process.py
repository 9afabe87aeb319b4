"""process.yaml: who owes what by when, and the steps around the results."""

from __future__ import annotations

from dataclasses import dataclass

from kaocheng.engine.language.shape import Record


@dataclass(frozen=True)
class Process:
    """Nothing yet."""


PROCESS_FILE = Record(Process, {}, place=False)
