"""Variety: copies of one world differ as people do, and some stand right on a boundary."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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

    `kinds` are the fields that say of what kind a row is. `alike` has the cells of a field by kind,
    `edges` those that the cases have; `emptied` are the fields that they leave empty somewhere.
    """

    fields: Mapping[str, Field]
    kinds: tuple[str, ...]
    alike: Mapping[str, Pool]
    emptied: frozenset[str]
    edges: Mapping[str, Pool]
    spans: Sequence[tuple[date, date]]
    dice: Dice

    def row(self, row: Row) -> Row:
        kind = tuple(row.get(name, "") for name in self.kinds)
        return {
            name: self._cell(name, cell, kind) if name in self.fields else cell
            for name, cell in row.items()
        }

    def _cell(self, name: str, cell: str, kind: tuple[str, ...]) -> str:
        described, dice = self.fields[name], self.dice
        if described.type in _NUMBERS:
            edges = self.edges[name].get(kind, ())
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


def vary_table(
    register: Register,
    worlds: Sequence[World],
    edges: Sequence[World],
    *,
    renamed: Collection[str],
    dice: Dice,
) -> Vary:
    """What may vary in a table: neither its key, its references, nor what makes an entry unique.

    A row is of the kind that its choices, its fixed references (which indicator is marked) and the
    texts that make it unique say.
    """
    fixed = {register.key, register.name, register.period, *register.once}
    # What somebody is stays as it is: the entries about them fit it.
    types = _NUMBERS if register.kind == "roster" else (*_NUMBERS, *_CHOICES)
    fields = {
        name: one for name, one in register.fields.items()
        if name not in fixed and one.type in (*types, "date")
    }  # fmt: skip
    plain = (*_NUMBERS, "text", "date", "moment", "period")
    kinds = tuple(
        name for name, one in register.fields.items()
        if (one.type not in plain and one.type not in renamed)
        or (one.type == "text" and name in register.once)
    )  # fmt: skip
    own = [row for world in worlds for row in world.tables.get(register.id, ())]
    met = [row for world in edges for row in world.tables.get(register.id, ())]
    emptied = frozenset(
        name for name, one in fields.items()
        if not one.required and any(row.get(name) == "" for row in met)
    )  # fmt: skip
    spans = [
        (date.fromisoformat(one["from"]), date.fromisoformat(one["to"]))
        for one in worlds[0].periods
    ]
    return Vary(
        fields, kinds, _pools(own, fields, kinds), emptied, _pools(met, fields, kinds), spans, dice
    )


def _pools(rows: Iterable[Row], fields: Iterable[str], kinds: tuple[str, ...]) -> dict[str, Pool]:
    """The cells of each field by the kind of their row; those of all kinds under ()."""
    pools: dict[str, dict[tuple[str, ...], list[str]]] = {name: {} for name in fields}
    for row in rows:
        kind = tuple(row.get(name, "") for name in kinds)
        for name, pool in pools.items():
            if row.get(name):
                for key in dict.fromkeys((kind, ())):
                    pool.setdefault(key, []).append(row[name])
    return dict(pools)
