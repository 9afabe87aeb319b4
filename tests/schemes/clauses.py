"""Every clause of a pack, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from kaocheng.engine.language.shape import Clause
from kaocheng.engine.model import Pack


def clauses_of(pack: Pack) -> Iterator[Clause]:
    for part in (pack.scheme, pack.registers, pack.parameters, pack.process):
        yield from _clauses_in(part)


def _clauses_in(value: object) -> Iterator[Clause]:
    if isinstance(value, Clause):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _clauses_in(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _clauses_in(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _clauses_in(getattr(value, field.name))
