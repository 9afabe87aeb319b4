"""The register rows behind a value, as a small table with the fields' titles.

Fields marked `personal` are masked here, so nothing made from these tables can show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kaocheng.engine.facts import FactRow, Facts
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.model import Pack
from kaocheng.engine.trace import RowRef, shown
from kaocheng.engine.values import Value, is_known, is_number

HIDDEN = "＊＊＊"
_TYPES_WITH_NUMBERS = ("number", "whole", "money")


@dataclass(frozen=True)
class Column:
    id: str
    title: str
    is_number: bool


@dataclass(frozen=True)
class RegisterRows:
    """Shape: every row has its line in the source and one text for each column."""

    table: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class RowFinder:
    """Finds rows of facts by their reference."""

    pack: Pack
    facts: Facts
    _by_line: dict[str, Mapping[int, FactRow]] = field(default_factory=dict)

    def tables(self, refs: Iterable[RowRef], *, about: RowRef) -> list[RegisterRows]:
        """The rows that `refs` name, one table per register; `about` is whose explanation it is.

        The column that only repeats the subject is left out.
        """
        lines: dict[str, list[int]] = {}
        for ref in dict.fromkeys(refs):
            lines.setdefault(ref.table, []).append(ref.line)
        return [self._table(name, at, about=about) for name, at in lines.items()]

    def _table(self, name: str, lines: Sequence[int], *, about: RowRef) -> RegisterRows:
        register = self.pack.registers[name]
        rows = [self._rows(name)[line] for line in lines]
        shown_fields = {
            id: described
            for id, described in register.fields.items()
            if not _repeats_subject(id, described, rows, about)
            and any(is_known(row.values[id]) for row in rows)
        }
        return RegisterRows(
            table=name,
            title=register.title,
            columns=tuple(
                Column(id, _title(described), described.type in _TYPES_WITH_NUMBERS)
                for id, described in shown_fields.items()
            ),
            rows=tuple(
                (row.ref.line, tuple(self._cell(register, id, row) for id in shown_fields))
                for row in rows
            ),
        )

    def _rows(self, name: str) -> Mapping[int, FactRow]:
        if name not in self._by_line:
            rows = self.facts.tables[name].rows
            self._by_line[name] = {row.ref.line: row for row in rows}
        return self._by_line[name]

    def _cell(self, register: Register, id: str, row: FactRow) -> str:
        described, value = register.fields[id], row.values[id]
        if not is_known(value):
            return "" if described.type in self.pack.registers else shown(value)
        if described.personal:
            return masked_name(str(value)) if id == register.name else HIDDEN
        if described.type == "period":
            return self._period_titles.get(str(value), str(value))
        if described.type in self.pack.registers:
            return self.name_of(described.type, str(value))
        return cell_text(value)

    @cached_property
    def _period_titles(self) -> dict[str, str]:
        return {period.id: period.title for period in self.facts.periods}

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        found = {}
        for table in self.facts.tables.values():
            register = table.register
            for row in table.rows if register.name else ():
                name = row.values[register.name]
                if is_known(name):
                    found[register.id, row.ref.key] = subject_name(register, row)
        return found

    def name_of(self, register: str, key: str) -> str:
        """What stands for a referenced row: its name where it has one, else its key."""
        return self._names.get((register, key), key)

    def named_group(self, register: str, words: str) -> str:
        """What is said of seats, which begins with the key of their group, with its name instead.

        `register`: whose rows they are given to; the group is what one of its fields refers to.
        """
        key, mark, rest = words.partition("：")
        for described in self.pack.registers[register].fields.values():
            if (described.type, key) in self._names:
                return f"{self.name_of(described.type, key)}{mark}{rest}"
        return words


def subject_name(register: Register, row: FactRow) -> str:
    """The name of a row as it may be shown; its key where it has none."""
    value = row.values[register.name] if register.name else None
    if value is None or not is_known(value):
        return row.ref.key
    text = shown(value)
    return masked_name(text) if register.fields[register.name].personal else text


def masked_name(name: str) -> str:
    """The first character, as public notices print names: 林＊＊."""
    return name[:1] + "＊" * max(1, len(name) - 1)


def cell_text(value: Value) -> str:
    """A value as the ledger shows it: numbers without trailing zeros, exact where they end."""
    text = shown(value, places=4)
    if is_number(value) and "." in text:
        return text.rstrip("0").rstrip(".")
    return text


def _title(described: Field) -> str:
    title, unit = described.title, described.unit
    return f"{title}（{unit}）" if unit and unit not in title else title


def _repeats_subject(id: str, described: Field, rows: Sequence[FactRow], about: RowRef) -> bool:
    return described.type == about.table and all(row.values[id] == about.key for row in rows)
