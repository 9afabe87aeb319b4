"""Every clause that a pack quotes, wherever it stands, and whether the notice has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems


def clauses_of(pack: Pack) -> Iterator[Clause]:
    """Every clause with a place of its own, in the order of the files."""
    parts = (pack.scheme, pack.registers, pack.parameters, pack.process, pack.documents)
    for part in parts:
        yield from clauses_in(part)


def clauses_in(value: object) -> Iterator[Clause]:
    """Every clause inside a part of a pack."""
    if isinstance(value, Clause):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from clauses_in(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from clauses_in(one)
    elif is_dataclass(value) and not isinstance(value, Expr):
        for field in fields(value):
            yield from clauses_in(getattr(value, field.name))


def check_quotes(pack: Pack, *, problems: Problems) -> None:
    """Note every clause that does not stand in the notice, where the pack has its notice."""
    if pack.notice is None:
        return
    for clause in clauses_of(pack):
        if not pack.notice.find(clause.text):
            problems.add("S31", clause.place, quote=clause.text[:40], notice=pack.notice.file)
