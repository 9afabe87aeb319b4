"""Worlds: sets of tables that fit each other, to make copies of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from kaocheng.engine.exact import exact_text
from kaocheng.engine.facts import PERIOD_COLUMNS, text_table
from kaocheng.engine.language.cases import Case
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.model import Pack
from kaocheng.engine.sampling.dice import Dice
from kaocheng.engine.text_table import TextTable

Row = dict[str, str]
# The year that a world made from types has: a school year.
_FIRST = date(2025, 9, 1)
_SUBJECTS, _GROUPS = 12, 3


@dataclass(frozen=True)
class World:
    """`tables` by id, a cell by field; `values` are parameters by id, `periods` rows of periods."""

    tables: Mapping[str, list[Row]]
    values: Mapping[str, str] = field(default_factory=dict)
    periods: list[Row] = field(default_factory=list)


def world_of(pack: Pack, tables: Mapping[str, TextTable]) -> World:
    """The world that a folder of facts describes; what it leaves out is empty."""
    named = {**pack.registers, **_parameter_tables(pack)}
    return World(
        tables={name: _rows(table) for name, table in tables.items() if name in named},
        values={row["id"]: row.get("value", "") for row in _rows(tables.get("parameters"))},
        periods=_rows(tables.get("periods")),
    )


def world_of_case(pack: Pack, case: Case) -> World:
    """The world of a case; its parameters are readings to try, so they stay behind."""
    tables = {name: text_table(name, text, source=case.id) for name, text in case.facts.items()}
    filled = {
        name: text_table(name, text, source=case.id)
        for name, text in case.parameters.items()
        if name in _parameter_tables(pack)
    }
    return world_of(pack, {**tables, **filled})


def _rows(table: TextTable | None) -> list[Row]:
    if table is None:
        return []
    return [dict(zip(table.header, row.cells, strict=False)) for row in table.rows]


def _parameter_tables(pack: Pack) -> dict[str, Parameter]:
    return {one.id: one for one in pack.parameters.values() if one.type == "table"}


def made_from_types(pack: Pack, dice: Dice) -> World:
    """A small world from the types of the fields: a dozen subjects in three groups."""
    tables: dict[str, list[Row]] = {}
    periods = list(_periods(pack))
    makers = _Cells(pack, periods, tables, dice)
    for register in _rosters_first(pack):
        tables[register.id] = list(makers.rows(register))
    for parameter in _parameter_tables(pack).values():
        if not parameter.rows:
            tables[parameter.id] = [makers.row(parameter.columns, at=0)]
    values = {
        one.id: makers.cell(_as_field(one), at=0)
        for one in pack.parameters.values()
        if one.type != "table" and not one.default
    }
    return World(tables, values, periods)


def _as_field(parameter: Parameter) -> Field:
    options = tuple(parameter.options)
    return Field(
        parameter.title, parameter.type, parameter.place, values=options,
        least=parameter.least, most=parameter.most, unit=parameter.unit,
    )  # fmt: skip


def _rosters_first(pack: Pack) -> list[Register]:
    """Every table that has rows of its own, each after those it refers to where that can be."""
    waiting = {one.id: one for one in pack.registers.values() if one.kind != "list"}
    ordered: list[Register] = []
    while waiting:
        ready = [one for one in waiting.values() if not _refers_to(one) & waiting.keys() - {one.id}]
        ready = ready or list(waiting.values())[:1]
        ordered.extend(waiting.pop(register.id) for register in ready)
    return ordered


def _refers_to(register: Register) -> set[str]:
    return {described.type for described in register.fields.values()}


@dataclass(frozen=True)
class _Cells:
    """Makes cells by the type of their field."""

    pack: Pack
    periods: list[Row]
    tables: Mapping[str, list[Row]]
    dice: Dice

    def rows(self, register: Register) -> Iterator[Row]:
        is_group = any(register.id in _refers_to(one) for one in self._rosters(register))
        few = _GROUPS if is_group else _SUBJECTS
        count = few if register.kind == "roster" else _SUBJECTS * 2
        seen: set[tuple[str, ...]] = set()
        for at in range(count):
            row = self.row(register.fields, at=at)
            if register.key:
                row[register.key] = f"{register.id[:1].upper()}{at + 1:02}"
            key = tuple(row[name] for name in register.once)
            if not key or key not in seen:
                seen.add(key)
                yield row

    def _rosters(self, register: Register) -> list[Register]:
        rosters = self.pack.registers.values()
        return [one for one in rosters if one.kind == "roster" and one is not register]

    def row(self, fields: Mapping[str, Field], *, at: int) -> Row:
        return {name: self.cell(described, at=at) for name, described in fields.items()}

    def cell(self, described: Field, *, at: int) -> str:
        match described.type:
            case "choice" | "scale":
                return self.dice.one_of(described.values)
            case "number" | "whole" | "money":
                return self._number(described)
            case "date":
                return self._day().isoformat()
            case "moment":
                return f"{self._day().isoformat()} 10:00"
            case "boolean":
                return "是" if self.dice.happens(800) else "否"
            case "period":
                return self.dice.one_of(self.periods)["id"] if self.periods else ""
            case "text":
                return f"{described.title}{at + 1}"
        rows = self.tables.get(described.type) or _list_rows(self.pack, described.type)
        key = self.pack.registers[described.type].key
        return rows[at % len(rows)].get(key, "") if rows else ""

    def _number(self, described: Field) -> str:
        """Between the bounds, or from 0 to 10; in tenths where whole steps would be few."""
        low = Fraction(0) if described.least is None else described.least
        high = low + 10 if described.most is None else described.most
        tenths = described.type != "whole" and high - low < 10
        step = Fraction(1, 10) if tenths else Fraction(1)
        return exact_text(low + step * self.dice.below(int((high - low) / step) + 1))

    def _day(self) -> date:
        return _FIRST + timedelta(days=self.dice.below(300))


def _list_rows(pack: Pack, name: str) -> list[Row]:
    register = pack.registers.get(name)
    if register is None or not register.rows:
        return []
    return _rows(text_table(name, register.rows, source=name))


def _periods(pack: Pack) -> Iterator[Row]:
    """A school year of each kind of period: two halves, quarters, months, weeks, or the year."""
    lengths = {"term": 6, "half": 6, "quarter": 3, "month": 1, "week": 0}
    last = date(_FIRST.year + 1, _FIRST.month, 1)
    for kind, title in pack.period_kinds.items():
        months = lengths.get(kind, 12)
        start, number = _FIRST, 1
        while start < last:
            after = start + timedelta(days=7) if months == 0 else _later(start, months)
            end = min(after, last) - timedelta(days=1)
            cells = (kind, f"{kind}-{number}", f"{title}{number}", str(start), str(end))
            yield dict(zip(PERIOD_COLUMNS, cells, strict=True))
            start, number = after, number + 1


def _later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, 1)
