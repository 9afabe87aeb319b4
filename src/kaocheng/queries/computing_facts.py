"""The facts of an adoption as text columns: out of PostgreSQL by COPY, register by register.

Shape: the columns `_id` (of the subject or entry), `_unit` (where it belongs) and one text for each
field of the register, null where nothing was written. The line of a row is its id, so that what an
explanation names leads to the entry; ids stay below 2³¹.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from django.db import connection
from psycopg import sql

from kaocheng.engine.columnar.arrow_table import ArrowTable, text_table_of
from kaocheng.engine.language.registers import Register
from kaocheng.engine.text_table import TextTable
from kaocheng.queries.adopted import Adopted

ID, UNIT = "_id", "_unit"
# An entry counts no more once the one that it is about has left the roster.
STILL_THERE = (
    "not exists (select from records_subject gone where gone.id = subject_id and gone.has_left)"
)
# Register → id of the unit → how often it changed, and the transaction that last did.
State = dict[str, dict[int, tuple[int, str]]]
# Register → how many revisions it has, and a sum over them.
Marks = dict[str, tuple[int, str]]


def marks_of(adoption_id: int) -> Marks:
    """Differs for a register whenever it has changed, also if that was rolled back.

    The transaction that wrote a revision is part of it: a number may be given twice when the first
    who gave it did not commit.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select register, count(*), sum("
            "hashint8extended(unit_id, hashint8extended(revision, xmin::text::bigint)))::text"
            " from records_registerrevision where adoption_id = %s group by register",
            [adoption_id],
        )
        return {register: (count, total) for register, count, total in cursor.fetchall()}


def state_of(adoption_id: int, registers: Collection[str] | None = None) -> State:
    """Every revision of the adoption, or of some of its registers."""
    some = None if registers is None else sorted(registers)
    with connection.cursor() as cursor:
        cursor.execute(
            "select register, unit_id, revision, xmin::text from records_registerrevision"
            " where adoption_id = %s and (%s::text[] is null or register = any(%s))",
            [adoption_id, some, some],
        )
        found: State = {}
        for register, unit, number, by in cursor.fetchall():
            found.setdefault(register, {})[unit] = number, by
        return found


def revisions_in(state: State) -> dict[str, int]:
    """How often what changed: `register/unit` → number."""
    return {
        f"{register}/{unit}": number
        for register, units in state.items()
        for unit, (number, _) in units.items()
    }


def load(found: Adopted, register: Register, units: Collection[int] | None = None) -> pa.Table:
    """The rows that count; with `units`, those that belong to one of them."""
    table, name, counts = (
        ("records_subject", "roster", "not has_left")
        if register.kind == "roster"
        else ("records_entry", "register", f"standing = 'counts' and {STILL_THERE}")
    )
    fields = sql.SQL(", ").join(
        sql.SQL("values->>{}").format(sql.Literal(field)) for field in register.fields
    )
    query = sql.SQL(
        "copy (select id, unit_id, {fields} from {table} where adoption_id = {adoption}"
        " and {name} = {register} and {counts}{within} order by id) to stdout (format csv)"
    ).format(
        fields=fields,
        table=sql.Identifier(table),
        adoption=sql.Literal(found.adoption.pk),
        name=sql.Identifier(name),
        register=sql.Literal(register.id),
        counts=sql.SQL(counts),
        within=_within(units),
    )
    copied = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for part in copy:
            copied.write(part)
    return _read(copied, register)


def _within(units: Collection[int] | None) -> sql.Composable:
    if units is None:
        return sql.SQL("")
    return sql.SQL(" and unit_id = any({})").format(sql.Literal(sorted(units)))


def _read(copied: io.BytesIO, register: Register) -> pa.Table:
    kinds = {ID: pa.int64(), UNIT: pa.int64(), **dict.fromkeys(register.fields, pa.string())}
    if not copied.tell():
        return pa.schema(list(kinds.items())).empty_table()
    copied.seek(0)
    return pyarrow.csv.read_csv(
        copied,
        read_options=pyarrow.csv.ReadOptions(column_names=list(kinds)),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=kinds,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    ).combine_chunks()


def replaced(whole: pa.Table, units: Collection[int], rows: pa.Table) -> pa.Table:
    """The table with these rows instead of all that belonged to the units."""
    gone = pc.is_in(whole.column(UNIT), value_set=pa.array(sorted(units), pa.int64()))
    kept = pa.concat_tables([whole.filter(pc.invert(gone)), rows])
    return kept.take(pc.sort_indices(kept, [(ID, "ascending")])).combine_chunks()


def without(rows: pa.Table, ids: Collection[int]) -> pa.Table:
    """The table without these rows."""
    gone = pc.is_in(rows.column(ID), value_set=pa.array(sorted(ids), pa.int64()))
    return rows.filter(pc.invert(gone)).combine_chunks()


def arrow_table(register: Register, texts: pa.Table) -> ArrowTable:
    """The rows as the engine takes them."""
    lines = pc.cast(texts.column(ID).combine_chunks(), pa.int32())
    fields = texts.select(list(register.fields))
    return ArrowTable(register.id, register.title, fields, lines)


def tables_of(
    found: Adopted, texts: Mapping[str, pa.Table], *, by_rows: bool
) -> dict[str, ArrowTable | TextTable]:
    """What the adoption has settled, and every register; `by_rows`: as rows of text."""
    tables: dict[str, ArrowTable | TextTable] = dict(found.settled)
    for register in (*found.rosters, *found.ledgers):
        rows = texts[register.id]
        if rows.num_rows or not register.optional:
            table = arrow_table(register, rows)
            tables[register.id] = text_table_of(table) if by_rows else table
    return tables


def facts_digest(found: Adopted, texts: Mapping[str, pa.Table]) -> str:
    """SHA-256 over the digests of every (register, unit), rows in the order of their ids.

    A row is the JSON list of its texts in the order of the fields, empty where there is none.
    """
    lines = (
        f"{register} {unit} {digest}\n"
        for register in sorted(texts)
        for unit, digest in sorted(_unit_digests(found, register, texts[register]))
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _unit_digests(found: Adopted, register: str, texts: pa.Table) -> Iterator[tuple[int, str]]:
    fields = [texts.column(name).to_pylist() for name in found.register(register).fields]
    hashes: dict[int, Any] = {}
    for unit, *cells in zip(texts.column(UNIT).to_pylist(), *fields, strict=True):
        line = json.dumps([cell or "" for cell in cells], ensure_ascii=False) + "\n"
        hashes.setdefault(unit, hashlib.sha256()).update(line.encode())
    return ((unit, one.hexdigest()) for unit, one in hashes.items())
