"""Variety: copies of one world differ as people do, and some stand right on a boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.sampling.dice import Dice
from kaocheng.engine.sampling.worlds import Row, World

_NUMBERS = ("number", "whole", "money")
_CHOICES = ("choice", "scale", "boolean")
# How many cells in a thousand take what somebody else has; take a value of the cases; take another
# choice; are moved by some days; are left empty where the cases leave them empty.
_BORROWED, _EDGE, _OTHER, _MOVED, _EMPTY = 300, 40, 30, 300, 1
_MOST_DAYS = 5

Pool = Mapping[tuple[str, ...], Sequence[str]]


@dataclass(frozen=True)
class Vary:
    """Varies the rows of one table.

    `alike` has the cells of a field by the choices of their row, `edges` what the cases have there,
    `emptied` are the fields that they leave empty somewhere.
    """

    fields: Mapping[str, Field]
    alike: Mapping[str, Pool]
    emptied: frozenset[str]
    edges: Mapping[str, Sequence[str]]
    spans: Sequence[tuple[date, date]]
    dice: Dice

    def row(self, row: Row) -> Row:
        kind = self._kind(row)
        return {
            name: self._cell(name, cell, kind) if name in self.fields else cell
            for name, cell in row.items()
        }

    def _kind(self, row: Row) -> tuple[str, ...]:
        return kind_of(row, self.fields)

    def _cell(self, name: str, cell: str, kind: tuple[str, ...]) -> str:
        described, dice = self.fields[name], self.dice
        if described.type in _NUMBERS:
            edges = self.edges.get(name, ())
            if edges and dice.happens(_EDGE):
                return dice.one_of(edges)
            if cell and name in self.emptied and dice.happens(_EMPTY):
                return ""
            if cell and dice.happens(_BORROWED):
                return dice.one_of(self.alike[name][kind])
        elif described.type in _CHOICES:
            if cell and dice.happens(_OTHER):
                return dice.one_of(self.alike[name][()])
        elif described.type == "date" and cell and dice.happens(_MOVED):
            return self._moved(cell)
        return cell

    def _moved(self, cell: str) -> str:
        """Some days earlier or later within the month, and within the same periods as before."""
        try:
            day = date.fromisoformat(cell)
        except ValueError:
            return cell
        moved = day + timedelta(days=self.dice.below(2 * _MOST_DAYS + 1) - _MOST_DAYS)
        within = [first <= day <= last for first, last in self.spans]
        same = moved.month == day.month and within == [
            first <= moved <= last for first, last in self.spans
        ]
        return moved.isoformat() if same else cell


def kind_of(row: Row, fields: Mapping[str, Field]) -> tuple[str, ...]:
    """The choices of a row: figures are only borrowed from rows of the same kind."""
    return tuple(row.get(name, "") for name, one in fields.items() if one.type in _CHOICES)


def vary_table(
    register: Register, worlds: Sequence[World], edges: Sequence[World], *, dice: Dice
) -> Vary:
    """What may vary in a table: neither its key, its references, nor what makes an entry unique."""
    fixed = {register.key, register.name, register.period, *register.once}
    # What somebody is stays as it is: the entries about them fit it.
    kinds = _NUMBERS if register.kind == "roster" else (*_NUMBERS, *_CHOICES)
    fields = {
        name: one for name, one in register.fields.items()
        if name not in fixed and one.type in (*kinds, "date")
    }  # fmt: skip
    alike: dict[str, dict[tuple[str, ...], list[str]]] = {name: {} for name in fields}
    for row in (row for world in worlds for row in world.tables.get(register.id, ())):
        for name in fields:
            if row.get(name):
                alike[name].setdefault(kind_of(row, fields), []).append(row[name])
                alike[name].setdefault((), []).append(row[name])
    rows = [row for one in edges for row in one.tables.get(register.id, ())]
    met = {name: [row[name] for row in rows if row.get(name)] for name in fields}
    emptied = frozenset(
        name for name, one in fields.items()
        if not one.required and any(row.get(name) == "" for row in rows)
    )  # fmt: skip
    spans = [
        (date.fromisoformat(one["from"]), date.fromisoformat(one["to"]))
        for one in worlds[0].periods
    ]
    return Vary(fields, alike, emptied, met, spans, dice)
