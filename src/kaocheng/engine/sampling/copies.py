"""Copies of a world: every key under a name of its own, every reference following it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kaocheng.engine.facts import NOT_APPLICABLE
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.model import Pack
from kaocheng.engine.sampling import names
from kaocheng.engine.sampling.dice import Dice
from kaocheng.engine.sampling.variety import Vary
from kaocheng.engine.sampling.worlds import Row, World


@dataclass(frozen=True)
class Copier:
    """Makes copies of `world`. Tables in `renamed` get new keys, the others stand once."""

    pack: Pack
    world: World
    renamed: frozenset[str]
    variety: Mapping[str, Vary]
    dice: Dice

    def copy(
        self, number: int, *, left_out: frozenset[str], main: str
    ) -> Iterator[tuple[str, Row]]:
        """The rows of copy `number` (from 0) without those of the main table in `left_out`."""
        gone = self._gone(main, left_out)
        for table in self._in_order():
            if number and not self._is_renamed(table):
                continue
            for row in self.world.tables[table]:
                kept = self._without(table, row, gone)
                if kept is not None:
                    yield table, self._row(table, kept, number)

    def _gone(self, main: str, left_out: frozenset[str]) -> dict[str, set[str]]:
        """The keys of what is left out: the subjects themselves and whatever is about them."""
        gone: dict[str, set[str]] = {main: set(left_out)}
        grew = bool(left_out)
        while grew:
            grew = False
            for table, rows in self.world.tables.items():
                register = self.pack.registers.get(table)
                if register is None or not register.key:
                    continue
                known = gone.setdefault(table, set())
                lost = {
                    row[register.key] for row in rows
                    if row.get(register.key) and self._without(table, row, gone) is None
                }  # fmt: skip
                grew = grew or not lost <= known
                known |= lost
        return gone

    def _without(self, table: str, row: Row, gone: Mapping[str, set[str]]) -> Row | None:
        """The row without references to what is gone; None where it goes along.

        A unit stays when its head goes; an entry about somebody does not.
        """
        register = self.pack.registers.get(table)
        if register is not None and row.get(register.key) in gone.get(table, ()):
            return None
        lost = {
            name: one for name, one in self._fields(table).items()
            if row.get(name) and row[name] in gone.get(one.type, ())
        }  # fmt: skip
        if not lost:
            return row
        stays = register is not None and register.kind == "roster"
        if not stays or any(one.required for one in lost.values()):
            return None
        return {name: "" if name in lost else cell for name, cell in row.items()}

    def _in_order(self) -> list[str]:
        """Tables after those they refer to, as a reader expects them."""
        waiting, ordered = dict.fromkeys(self.world.tables), []
        while waiting:
            ready = [
                name for name in waiting
                if not {one.type for one in self._fields(name).values()} & (waiting.keys() - {name})
            ]  # fmt: skip
            for name in ready or list(waiting)[:1]:
                del waiting[name]
                ordered.append(name)
        return ordered

    def _fields(self, table: str) -> Mapping[str, Field]:
        register = self.pack.registers.get(table)
        return register.fields if register else self.pack.parameters[table].columns

    def _is_renamed(self, table: str) -> bool:
        """Whether a copy of its rows differs from the rows: in its key or in a reference."""
        fields = self._fields(table).values()
        return table in self.renamed or any(one.type in self.renamed for one in fields)

    def _row(self, table: str, row: Row, number: int) -> Row:
        register = self.pack.registers.get(table)
        fields = self._fields(table)
        varied = self.variety[table].row(row) if table in self.variety else dict(row)
        for name, cell in row.items():
            described = fields.get(name)
            if described is None or cell in ("", NOT_APPLICABLE):
                continue
            if described.type in self.renamed:
                varied[name] = renamed(cell, number)
            elif register is not None:
                varied[name] = self._identity(register, name, varied[name], number)
        return varied

    def _identity(self, register: Register, name: str, cell: str, number: int) -> str:
        """Keys and names of a renamed table, and whatever personal is written in digits."""
        if name == register.key and register.id in self.renamed:
            return renamed(cell, number)
        described = register.fields[name]
        if name == register.name and number:
            named = names.person(self.dice) if described.personal else names.place(cell, number)
            return named if register.id in self.renamed else cell
        if described.personal and described.type == "text" and cell.isdecimal() and number:
            return cell[:-4] + f"{self.dice.below(10_000):04}"
        alone = not any(register.fields[one].type in self.renamed for one in register.once)
        if name in register.once and described.type == "text" and alone:
            return renamed(cell, number)
        return cell


def renamed(key: str, number: int) -> str:
    """The key in copy `number`: `T01`, then `T01-2`, `T01-3` and so on."""
    return key if number == 0 else f"{key}-{number + 1}"
