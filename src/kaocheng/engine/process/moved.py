"""Steps on other days than the notice says: a round of another year, an extended deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from kaocheng.engine.language.process import Process
from kaocheng.engine.process.entries import Entry
from kaocheng.engine.process.times import Fixed, When, Written
from kaocheng.engine.reading.yaml_text import Scalar

# The attribute of an entry that each edge of a step moves; an entry without `ends` is due `by`.
_EDGES = {"from": ("begins",), "to": ("ends", "by")}


def with_days(process: Process, days: Mapping[str, date]) -> Process:
    """The process with each step named in `days` (`district.to`) on the day that stands there.

    What is reckoned from a moved step moves along. A step that the process does not have, or an
    edge that it lacks, is left out: whoever asks checks with `movable`.
    """
    if not days:
        return process
    moved: dict[str, Any] = {}
    for field in fields(process):
        value = getattr(process, field.name)
        if isinstance(value, tuple) and value and isinstance(value[0], Entry):
            moved[field.name] = tuple(_moved(entry, days) for entry in value)
    return replace(process, **moved)


def movable(process: Process) -> dict[str, Written[When] | None]:
    """Every edge that can be given a day, with the phrase that stands there."""
    found: dict[str, Written[When] | None] = {}
    for field in fields(process):
        value = getattr(process, field.name)
        for entry in value if isinstance(value, tuple) else ():
            for edge in _EDGES:
                name = _attribute(entry, edge)
                if name:
                    found[f"{entry.id}.{edge}"] = getattr(entry, name)
    return found


def _moved(entry: Entry, days: Mapping[str, date]) -> Entry:
    given: dict[str, Any] = {}
    for edge in _EDGES:
        day = days.get(f"{entry.id}.{edge}")
        name = _attribute(entry, edge)
        if day is not None and name:
            given[name] = Written(Scalar(day.isoformat(), entry.place), Fixed(day))
    return replace(entry, **given)


def _attribute(entry: Entry, edge: str) -> str:
    return next((name for name in _EDGES[edge] if hasattr(entry, name)), "")
