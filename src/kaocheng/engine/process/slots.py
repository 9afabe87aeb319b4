"""The expressions of a process, for whoever binds and evaluates them per subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.process import Process
from kaocheng.engine.language.shape import SettingValue
from kaocheng.engine.language.types import BOOLEAN, NUMBER, Type
from kaocheng.engine.problems import Place
from kaocheng.engine.process.entries import Draw, Effect, Gate, Route

SlotKind = Literal[
    "duty", "gate", "gate_if_empty", "effect", "effect_flag", "draw_where", "draw_size"
]


@dataclass(frozen=True)
class Slot:
    """`expr` is about a subject of result or table `of`, and must be of type `want`."""

    expr: Expr
    of: str
    want: Type
    kind: SlotKind
    entry: str


def slots(process: Process) -> Iterator[Slot]:
    """Every expression of the process, in the order of the file's kinds."""
    for duty in process.duties:
        if duty.when is not None:
            yield Slot(duty.when, duty.of, BOOLEAN, "duty", duty.id)
    for gate in process.gates:
        if gate.need is not None:
            yield Slot(gate.need, gate.of, BOOLEAN, "gate", gate.id)
        if gate.if_empty is not None:
            yield Slot(gate.if_empty.of, gate.of, NUMBER, "gate_if_empty", gate.id)
    for draw in process.draws:
        if draw.where is not None:
            yield Slot(draw.where, draw.of, BOOLEAN, "draw_where", draw.id)
        size = draw.share or draw.count
        if size is not None:
            yield Slot(size, draw.of, NUMBER, "draw_size", draw.id)
    for effect in process.effects:
        yield Slot(effect.when, effect.of, BOOLEAN, "effect", effect.id)
        for flag in effect.flags:
            yield Slot(flag.when, effect.of, BOOLEAN, "effect_flag", effect.id)


def tables_named(process: Process) -> Iterator[tuple[str, Place]]:
    """Every result or register that the process names, and where."""
    for duty in process.duties:
        yield from ((name, duty.place) for name in (duty.of, duty.register) if name)
    judged: tuple[Gate | Draw | Effect | Route, ...] = (
        *process.gates,
        *process.draws,
        *process.effects,
        *process.routes,
    )
    yield from ((entry.of, entry.place) for entry in judged if entry.of)


def settings_of(process: Process) -> Iterator[SettingValue]:
    """Every choice that a parameter may decide."""
    readings = [duty.reading for duty in process.duties] + [vote.reading for vote in process.votes]
    yield from (reading for reading in readings if reading is not None)
