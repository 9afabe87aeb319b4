"""Facts: text tables read into typed rows, every problem located, nothing guessed.

A cell is empty (missing), 不适用 (not applicable) or a value of its column's type. Shapes: one
`FactTable` per register with one `FactRow` per entry; periods and parameters are read alike.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise

from kaocheng.engine.cells import read_cell, read_day
from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.engine.trace import RowRef
from kaocheng.engine.values import Known, Missing, NotApplicable, Value, is_known

NOT_APPLICABLE = "不适用"
EMPTY = "没有填"
NO_COLUMN = "表里没有这一列"
PERIOD_COLUMNS = ("kind", "id", "title", "from", "to")


@dataclass(frozen=True)
class FactRow:
    """One entry. `values` has every field of the register."""

    ref: RowRef
    values: Mapping[str, Value]

    def get(self, field: str) -> Value:
        return self.values[field]


@dataclass(frozen=True)
class FactTable:
    register: Register
    rows: tuple[FactRow, ...] = ()
    source: str = ""

    def by_key(self) -> dict[str, FactRow]:
        return {row.ref.key: row for row in self.rows}


@dataclass(frozen=True)
class ParameterTable:
    """A lookup table: values by key columns."""

    columns: tuple[str, ...]
    rows: Mapping[tuple[Known, ...], Mapping[str, Value]]


@dataclass(frozen=True)
class Facts:
    """Everything that results are computed from. Equal facts give equal results."""

    tables: Mapping[str, FactTable]
    periods: tuple[Period, ...] = ()
    parameters: Mapping[str, Value] = field(default_factory=dict)
    parameter_tables: Mapping[str, ParameterTable] = field(default_factory=dict)

    def periods_of(self, kind: str) -> list[Period]:
        return [period for period in self.periods if period.kind == kind]


def read_facts(pack: Pack, tables: Mapping[str, TextTable], *, problems: Problems) -> Facts:
    """Typed facts of `pack` from text tables by id (`periods` and `parameters` among them)."""
    check_tables(pack, {name: table.source for name, table in tables.items()}, problems)
    periods = read_periods(pack, tables.get("periods"), problems)
    reader = Reader(pack, periods, problems)
    found: dict[str, FactTable] = {}
    for register in pack.registers.values():
        if register.kind == "list":
            found[register.id] = reader.table(register, list_table(register))
        elif register.id in tables:
            found[register.id] = reader.table(register, tables[register.id])
        else:
            found[register.id] = FactTable(register)
    keys = {name: set(table.by_key()) for name, table in found.items()}
    check_references(pack, found, keys, problems)
    parameters, parameter_tables = read_parameters(pack, tables, reader, problems)
    return Facts(found, periods, parameters, parameter_tables)


def check_tables(pack: Pack, sources: Mapping[str, str], problems: Problems) -> None:
    """Every table given must be used, and every table needed be given. `sources` by table."""
    known = {*pack.registers, "periods", "parameters", *_tables_of(pack)}
    for name, source in sources.items():
        if name not in known:
            listed = "、".join(sorted(pack.registers))
            problems.add("F02", Place(source), table=name, tables=listed)
    for register in pack.registers.values():
        if register.id not in sources and register.kind != "list" and not register.optional:
            place = Place(f"{register.id}.csv")
            problems.add("F40", place, table=register.id, title=register.title)


def default_parameters(pack: Pack) -> dict[str, Value]:
    """The parameters as the pack sets them, before anybody adopts it; tables are left out."""
    reader = Reader(pack, (), Problems())
    return {
        parameter.id: reader.value(parameter, parameter.default, parameter.place)
        for parameter in pack.parameters.values()
        if parameter.type != "table"
    }


def filled_in(pack: Pack, tables: Mapping[str, TextTable]) -> Set[str]:
    """The parameters that `tables` give a value to, as `read_parameters` reads them."""
    found = {name for name in pack.parameters if name in tables and tables[name].rows}
    overlay = tables.get("parameters")
    if overlay is not None:
        rows = [dict(zip(overlay.header, row.cells, strict=False)) for row in overlay.rows]
        found |= {row.get("id", "") for row in rows if row.get("value")}
    return found


def text_table(name: str, text: str, *, source: str, line: int = 0) -> TextTable:
    """A table written as text: first row the field ids, cells separated by commas."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    rows = list(csv.reader(io.StringIO(unified), skipinitialspace=True, strict=False))
    numbered = [(line + at, [cell.strip() for cell in row]) for at, row in enumerate(rows, 1)]
    numbered = [(at, row) for at, row in numbered if any(row)]
    if not numbered:
        return TextTable(name, source, (), ())
    header = tuple(numbered[0][1])
    width = len(header)
    body = tuple(
        TextRow(at, (*row, *[""] * (width - len(row)))[: max(width, len(row))])
        for at, row in numbered[1:]
    )
    return TextTable(name, source, header, body)


def list_table(register: Register) -> TextTable:
    """The rows of a reference table that is written in the pack itself."""
    place = f"{register.place.file}:{register.place.line} {register.id}"
    return text_table(register.id, register.rows, source=place)


def _tables_of(pack: Pack) -> list[str]:
    return [one.id for one in pack.parameters.values() if one.type == "table"]


class Reader:
    """Reads tables and cells by the type of their column."""

    def __init__(self, pack: Pack, periods: tuple[Period, ...], problems: Problems) -> None:
        self.pack = pack
        self.spine = periods
        self.periods = {period.id for period in periods}
        self.problems = problems

    def table(self, register: Register, table: TextTable) -> FactTable:
        at = self._columns(register.fields, table, needed=_needed(register))
        rows: list[FactRow] = []
        seen: dict[tuple[str, ...], int] = {}
        unique = register.once or ((register.key,) if register.key else ())
        for row in table.rows:
            values = self._row(register.fields, at, row, table)
            key = str(values[register.key]) if register.key in values else ""
            if unique:
                self._check_unique(unique, at, row, table, seen)
            if register.kind != "roster" and register.date in at:
                place = Place(table.source, row.line, at[register.date] + 1)
                self._check_day(values[register.date], place)
            rows.append(FactRow(RowRef(register.id, row.line, key), values))
        if register.kind == "roster" and not rows:
            self.problems.add("F62", Place(table.source), title=register.title)
        return FactTable(register, tuple(rows), table.source)

    def _check_day(self, value: Value, place: Place) -> None:
        """Warn of an entry that no period of a kind in use holds: it would count nowhere."""
        if not isinstance(value, date):
            return
        day = value.date() if isinstance(value, datetime) else value
        for kind in {period.kind for period in self.spine}:
            if not any(period.kind == kind and period.holds(day) for period in self.spine):
                title = self.pack.period_kinds[kind]
                self.problems.add("F60", place, day=day, kind=title)

    def parameter_table(self, parameter: Parameter, table: TextTable) -> ParameterTable:
        at = self._columns(parameter.columns, table, needed=tuple(parameter.columns))
        rows: dict[tuple[Known, ...], Mapping[str, Value]] = {}
        seen: dict[tuple[str, ...], int] = {}
        for row in table.rows:
            values = self._row(parameter.columns, at, row, table)
            self._check_unique(parameter.key, at, row, table, seen)
            key = tuple(value for column in parameter.key if is_known(value := values[column]))
            if len(key) == len(parameter.key):
                rows[key] = values
        return ParameterTable(tuple(parameter.columns), rows)

    def value(self, described: Field | Parameter, text: str, place: Place) -> Value:
        """One cell; a problem is noted and the value missing when it cannot be read."""
        if text == "":
            return Missing(f"“{described.title}”{EMPTY}")
        if text == NOT_APPLICABLE:
            return NotApplicable(f"“{described.title}”填为不适用")
        try:
            value = read_cell(text, column_type=described.type)
        except ValueError as fault:
            self.problems.add("F43", place, found=text[:60], want=str(fault))
            return Missing(f"“{described.title}”填写有误")
        return self._in_range(described, value, text, place)

    def _in_range(
        self, described: Field | Parameter, value: Known, text: str, place: Place
    ) -> Value:
        options: Sequence[str] = ()
        if described.type in ("choice", "scale"):
            options = described.values if isinstance(described, Field) else [*described.options]
        if options and value not in options:
            self.problems.add("F44", place, found=text[:60], options="、".join(options))
            return Missing(f"“{described.title}”填写有误")
        if described.type == "period" and value not in self.periods:
            listed = "、".join(sorted(self.periods)) or "（periods 表是空的）"
            self.problems.add("F44", place, found=text[:60], options=listed)
            return Missing(f"“{described.title}”填写有误")
        if isinstance(value, Fraction):
            low, high = described.least, described.most
            if (low is not None and value < low) or (high is not None and value > high):
                lowest = "不限" if low is None else exact_text(low)
                highest = "不限" if high is None else exact_text(high)
                self.problems.add("F45", place, found=text[:60], low=lowest, high=highest)
                return Missing(f"“{described.title}”填写有误")
        return value

    def _columns(
        self, fields: Mapping[str, Field], table: TextTable, *, needed: Sequence[str]
    ) -> dict[str, int]:
        at: dict[str, int] = {}
        for index, name in enumerate(table.header):
            if name in fields:
                at[name] = index
            else:
                listed = "、".join(
                    f"{one}（{described.title}）" for one, described in fields.items()
                )
                place = Place(table.source, 1, index + 1, name[:60])
                self.problems.add("F41", place, column=name[:60], columns=listed)
        for name in needed:
            if name not in at and (table.header or not table.rows):
                title = fields[name].title
                place = Place(table.source, 1)
                self.problems.add("F42", place, column=name, title=title)
        return at

    def _row(
        self, fields: Mapping[str, Field], at: Mapping[str, int], row: TextRow, table: TextTable
    ) -> dict[str, Value]:
        values: dict[str, Value] = {}
        if len(row.cells) > len(table.header):
            self.problems.add("F46", Place(table.source, row.line))
        for name, described in fields.items():
            if name not in at:
                values[name] = Missing(NO_COLUMN)
                continue
            text = row.cells[at[name]]
            place = Place(table.source, row.line, at[name] + 1, described.title)
            if text == "" and described.required:
                self.problems.add("F47", place)
            values[name] = self.value(described, text, place)
        return values

    def _check_unique(
        self,
        columns: Sequence[str],
        at: Mapping[str, int],
        row: TextRow,
        table: TextTable,
        seen: dict[tuple[str, ...], int],
    ) -> None:
        if not all(column in at for column in columns):
            return
        key = tuple(row.cells[at[column]] for column in columns)
        if not all(key):
            self.problems.add("F47", Place(table.source, row.line, 0, "、".join(columns)))
        elif key in seen:
            place = Place(table.source, row.line, 0, "、".join(columns))
            self.problems.add("F48", place, key="、".join(key), line=seen[key])
        else:
            seen[key] = row.line


def _needed(register: Register) -> list[str]:
    """The columns a table cannot do without."""
    known = [register.key, register.date, register.period, *register.once]
    required = [name for name, described in register.fields.items() if described.required]
    return list(dict.fromkeys(name for name in (*known, *required) if name))


def check_references(
    pack: Pack,
    tables: Mapping[str, FactTable],
    keys: Mapping[str, Set[Known]],
    problems: Problems,
) -> None:
    """Every reference must lead to a row of its table; an entry about nobody is warned of."""
    for table in tables.values():
        for name, described in table.register.fields.items():
            target = pack.registers.get(described.type)
            if target is None:
                continue
            entry = table.register.kind in ("register", "review") and not described.required
            for row in table.rows:
                value = row.values[name]
                place = Place(table.source, row.ref.line, 0, described.title)
                if is_known(value) and value not in keys[target.id]:
                    problems.add("F49", place, found=value, table=target.title)
                elif entry and isinstance(value, Missing) and value.why.endswith(EMPTY):
                    problems.add("F61", place, table=target.title)


def read_periods(pack: Pack, table: TextTable | None, problems: Problems) -> tuple[Period, ...]:
    if not pack.period_kinds:
        return ()
    if table is None:
        problems.add("F40", Place("periods.csv"), table="periods", title="周期表")
        return ()
    if tuple(sorted(table.header)) != tuple(sorted(PERIOD_COLUMNS)):
        want = "、".join(PERIOD_COLUMNS)
        problems.add("F42", Place(table.source, 1), column=want, title="周期表的列")
        return ()
    found: dict[str, Period] = {}
    lines: dict[str, int] = {}
    for row in table.rows:
        cells = dict(zip(table.header, row.cells, strict=False))
        place = Place(table.source, row.line)
        if cells["kind"] not in pack.period_kinds:
            listed = "、".join(pack.period_kinds)
            problems.add("F44", place, found=cells["kind"], options=listed)
            continue
        try:
            first, last = read_day(cells["from"]), read_day(cells["to"])
        except ValueError as fault:
            problems.add("F43", place, found=f"{cells['from']}、{cells['to']}", want=str(fault))
            continue
        if last < first:
            problems.add("F50", place, first=first, last=last)
        elif cells["id"] in found:
            problems.add("F48", place, key=cells["id"], line=lines[cells["id"]])
        else:
            title = cells["title"] or cells["id"]
            found[cells["id"]] = Period(first, last, cells["kind"], cells["id"], title)
            lines[cells["id"]] = row.line
    for kind in pack.period_kinds:
        ordered = sorted(period for period in found.values() if period.kind == kind)
        for before, after in pairwise(ordered):
            if after.first <= before.last:
                place = Place(table.source, lines[after.id])
                problems.add("F52", place, first=before.title, second=after.title)
    return tuple(sorted(found.values()))


def read_parameters(
    pack: Pack, tables: Mapping[str, TextTable], reader: Reader, problems: Problems
) -> tuple[dict[str, Value], dict[str, ParameterTable]]:
    """Defaults of the pack, overlaid by `parameters` (id, value) and by tables of their own."""
    given: dict[str, tuple[str, Place]] = {}
    overlay = tables.get("parameters")
    if overlay is not None:
        for row in overlay.rows:
            cells = dict(zip(overlay.header, row.cells, strict=False))
            place = Place(overlay.source, row.line)
            name = cells.get("id", "")
            if name not in pack.parameters:
                listed = "、".join(pack.parameters)
                problems.add("F51", place, name=name[:60], names=listed)
            else:
                given[name] = (cells.get("value", ""), place)
    values: dict[str, Value] = {}
    lookups: dict[str, ParameterTable] = {}
    for parameter in pack.parameters.values():
        if parameter.type == "table":
            own = f"{parameter.place.file}:{parameter.place.line} {parameter.id}"
            default = text_table(parameter.id, parameter.rows, source=own)
            table = tables.get(parameter.id, default)
            if table.header:
                lookups[parameter.id] = reader.parameter_table(parameter, table)
            else:
                lookups[parameter.id] = ParameterTable(tuple(parameter.columns), {})
            continue
        text, place = given.get(parameter.id, (parameter.default, parameter.place))
        values[parameter.id] = reader.value(parameter, text, place)
        if not is_known(values[parameter.id]):
            values[parameter.id] = Missing(f"参数“{parameter.title}”还没有确定")
    return values, lookups
