"""The facts of one version, as far as they fit another: what is left out, what is wanting."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kaocheng.engine.facts import PERIOD_COLUMNS
from kaocheng.engine.language.registers import Register
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.engine.versions.settling import PARAMETERS

if TYPE_CHECKING:
    from kaocheng.engine.columnar.arrow_table import ArrowTable

    AnyTable = ArrowTable | TextTable

PERIODS = "periods"


@dataclass(frozen=True)
class Fitted:
    """The tables of facts that a pack takes, and those of its parameters, by id."""

    facts: Mapping[str, AnyTable]
    parameters: Mapping[str, TextTable]


def fitted(
    pack: Pack, other: Pack, tables: Mapping[str, AnyTable], *, problems: Problems | None = None
) -> Fitted:
    """The tables without what only `other` knows; `problems` is told what is wanting or left out.

    What neither of the two knows stays where it is: whoever reads the facts complains of it.
    """
    found: dict[str, AnyTable] = {}
    parameters: dict[str, TextTable] = {}
    told = Problems() if problems is None else problems
    for name, table in tables.items():
        if name == PARAMETERS:
            parameters[name] = _known_parameters(pack, other, _by_rows(table), told)
        elif name in pack.parameters:
            parameters[name] = _by_rows(table)
        elif name == PERIODS:
            if pack.period_kinds:
                found[name] = _known_periods(pack, other, _by_rows(table))
        elif name in pack.registers:
            found[name] = _known_columns(pack.registers[name], other, table, told)
        elif name in other.registers or name in other.parameters:
            told.add("V05", Place(table.source), what=name)
        else:
            found[name] = table
    return Fitted(found, parameters)


def check_wanting(
    pack: Pack, other: Pack, tables: Mapping[str, AnyTable], *, problems: Problems
) -> None:
    """Note the tables (V02) and columns (V03, V04) that `pack` reads and the facts do not have."""
    for register in pack.registers.values():
        if register.kind == "list":
            continue
        table = tables.get(register.id)
        place = Place(f"{register.id}.csv")
        if table is None:
            if not register.optional and not _is_wanting_there_too(register, other):
                title, name = register.title, register.id
                problems.add("V02", place, title=title, table=name)
            continue
        known = other.registers.get(register.id)
        for name, field in register.fields.items():
            if name in table.header or (known is not None and name in known.fields):
                continue
            needed = field.required or name in (register.key, register.date, register.period)
            id = "V03" if needed else "V04"
            values = {"title": register.title, "column": name, "table": register.id}
            problems.add(id, Place(table.source), **values)


def _is_wanting_there_too(register: Register, other: Pack) -> bool:
    """Whoever reads the facts for the first pack complains of what that one needs as well."""
    known = other.registers.get(register.id)
    return known is not None and not known.optional


def check_set_defaults(
    pack: Pack, other: Pack, given: Collection[str], *, problems: Problems
) -> None:
    """Warn (V06) of new defaults of `pack` that have no effect, since the facts set the value."""
    for name in given:
        old, new = other.parameters.get(name), pack.parameters.get(name)
        if old is not None and new is not None and old.default != new.default:
            problems.add("V06", new.place, title=new.title, id=name)


def _by_rows(table: AnyTable) -> TextTable:
    if isinstance(table, TextTable):
        return table
    from kaocheng.engine.columnar.arrow_table import text_table_of

    return text_table_of(table)


def _known_parameters(pack: Pack, other: Pack, table: TextTable, told: Problems) -> TextTable:
    if "id" not in table.header:
        return table
    at, rows = table.header.index("id"), []
    for row in table.rows:
        name = row.cells[at]
        if name not in pack.parameters and name in other.parameters:
            what = f"{PARAMETERS} › {name}"
            told.add("V05", Place(table.source, row.line), what=what)
        else:
            rows.append(row)
    return replace(table, rows=tuple(rows))


def _known_periods(pack: Pack, other: Pack, table: TextTable) -> TextTable:
    """Without periods of kinds that only the other pack counts by."""
    if set(table.header) != set(PERIOD_COLUMNS):
        return table
    at = table.header.index("kind")
    rows = tuple(
        row
        for row in table.rows
        if row.cells[at] in pack.period_kinds or row.cells[at] not in other.period_kinds
    )
    return replace(table, rows=rows)


def _known_columns(register: Register, other: Pack, table: AnyTable, told: Problems) -> AnyTable:
    known = other.registers.get(register.id)
    left = [
        name
        for name in table.header
        if name not in register.fields and known is not None and name in known.fields
    ]
    for name in left:
        told.add("V05", Place(table.source), what=f"{register.id} › {name}")
    if not left:
        return table
    if not isinstance(table, TextTable):
        return replace(table, arrow=table.arrow.drop_columns(left))
    kept = [at for at, name in enumerate(table.header) if name not in left]
    return replace(
        table,
        header=tuple(table.header[at] for at in kept),
        rows=tuple(
            TextRow(row.line, tuple(row.cells[at] for at in kept if at < len(row.cells)))
            for row in table.rows
        ),
    )
