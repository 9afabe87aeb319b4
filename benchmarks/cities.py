"""Cities of teachers for the pack `benchmarks/city`, from the very tables that the peers read.

Keys are the peers' numbers with leading zeros, so that both sides order teachers alike. A row's
line is its place in the peers' table, as if that table had been handed in as text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kaocheng.engine.columnar.facts import AT, LINE, ORDER, SEQ, Column, ColumnFacts, ColumnTable
from kaocheng.engine.language.registers import Field
from kaocheng.engine.model import Pack
from kaocheng.engine.text_table import TextRow, TextTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

PACK = Path(__file__).parent / "city"
RESULT = "appraisal"
TEACHER_KEY, SCHOOL_KEY = "lpad(tid::VARCHAR, 8, '0')", "lpad(school_id::VARCHAR, 6, '0')"
# The first line of a table names its columns.
FIRST_LINE = 2
INTEGERS = {"SMALLINT": 15, "INTEGER": 31, "BIGINT": 63}
# Amounts have at most two decimals; one that needs fewer is encoded with fewer.
SCALES = (1, 2, 4, 5, 10, 20, 25, 50, 100)


@dataclass(frozen=True)
class Origin:
    """Where a register's rows come from: the peers' table and what each field is there.

    `codes`: the peers' codes of a choice, in the order of the values of our field.
    """

    table: str
    fields: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ORIGINS = {
    "school": Origin("school", {"id": SCHOOL_KEY}),
    "teacher": Origin(
        "teacher",
        {
            "id": TEACHER_KEY,
            "school": SCHOOL_KEY,
            "age": "age",
            "environment": "env",
            "previous_grade": "prev_grade",
            "hours": "hours",
        },
        {"environment": ("A", "B", "C"), "previous_grade": ("A", "B", "C", "D")},
    ),
    "learning": Origin(
        "ev",
        {
            "teacher": TEACHER_KEY,
            "course": "course",
            "minutes": "mins",
            "credit": "credit",
            "day": "dt",
        },
    ),
    "record": Origin(
        "ded",
        {"teacher": TEACHER_KEY, "kind": "code", "cut": "pts"},
        {"kind": ("late", "minor", "award", "veto")},
    ),
    "mark": Origin(
        "man",
        {"teacher": TEACHER_KEY, "area": "ind", "rater": "rater", "score": "score"},
        {"area": ("1", "2", "3"), "rater": ("0", "1")},
    ),
    "attendance": Origin(
        "att", {"teacher": TEACHER_KEY, "month": "mon", "required": "req", "attended": "pres"}
    ),
    "review": Origin(
        "rev",
        {"teacher": TEACHER_KEY, "competency": "mc", "reviewer": "reviewer", "score": "score"},
        {"competency": ("1", "2", "3")},
    ),
}

# The items of the pack that the peers compute too, under the peers' names.
PEER_COLUMNS = {
    "lessons": "i1",
    "research": "i2",
    "homeroom": "i3",
    "attendance_rate": "i4",
    "credits": "i5",
    "courses": "i6",
    "punctuality": "i7",
    "conduct": "i8",
    "awards": "i9",
    "workload": "i10",
    "reviewed": "i11",
    "young": "i14",
    "trimmed": "i15",
    "passed": "i12",
    "clean": "i13",
    "total": "total",
    "grade": "grade",
    "class": "fd",
    "demoted": "demote",
    "paid": "pay",
}
# Counted in whole numbers by the peers too; other numbers are hundredths there.
WHOLE_ITEMS = ("class",)


def text_tables(pack: Pack, connection: duckdb.DuckDBPyConnection) -> dict[str, TextTable]:
    """The facts of the pack as text, as people would hand them in: for small cities."""
    _number_the_rosters(connection)
    return {name: _text_table(pack, name, connection) for name in ORIGINS}


def _text_table(pack: Pack, name: str, connection: duckdb.DuckDBPyConnection) -> TextTable:
    origin, register = ORIGINS[name], pack.registers[name]
    columns = []
    for field_id, written in origin.fields.items():
        words = list(register.fields[field_id].values)
        text = f"{words}[{_position(origin, field_id)}]" if words else written
        columns.append(f"({text})::VARCHAR")
    query = f"SELECT {', '.join(columns)} FROM {origin.table} ORDER BY rowid"  # noqa: S608  # ours
    rows = connection.execute(query).fetchall()
    numbered = tuple(TextRow(line, tuple(cells)) for line, cells in enumerate(rows, FIRST_LINE))
    return TextTable(name, f"{name}.csv", tuple(origin.fields), numbered)


def column_facts(pack: Pack, connection: duckdb.DuckDBPyConnection) -> ColumnFacts:
    """The facts of the pack in columns, encoded by the database: for cities of any size."""
    _number_the_rosters(connection)
    return ColumnFacts(
        {name: _column_table(pack, name, connection) for name in ORIGINS},
    )


def _number_the_rosters(connection: duckdb.DuckDBPyConnection) -> None:
    """`school` and `teacher_at`: every school, and the places of every teacher."""
    connection.execute(
        "CREATE OR REPLACE TABLE school AS SELECT DISTINCT school_id FROM teacher ORDER BY ALL"
    )
    connection.execute(
        """CREATE OR REPLACE TABLE teacher_at AS SELECT tid,
        row_number() OVER (ORDER BY school_id, tid) - 1 AS by_school,
        row_number() OVER (ORDER BY tid) - 1 AS by_key FROM teacher"""
    )


def _column_table(pack: Pack, name: str, connection: duckdb.DuckDBPyConnection) -> ColumnTable:
    register, origin = pack.registers[name], ORIGINS[name]
    source = f"({_source(name, origin, register.date)})"
    columns, selected = {}, []
    for field_id, described in register.fields.items():
        written = _encoded(origin, field_id, described, pack)
        scale = _scale(connection, source, written) if described.type == "number" else 1
        columns[field_id] = _promise(connection, source, written, described, scale)
        selected.append(f"{_narrowed(written, described, columns[field_id])} AS {field_id}")
    keyed = register.kind == "roster"
    added = {LINE: f"line + {FIRST_LINE}", SEQ: "seq"}
    added |= {AT: "by_school", ORDER: "by_key"} if keyed else {}
    selected += [f"({written})::INTEGER AS {column}" for column, written in added.items()]
    order = "by_school" if keyed else "by_school, seq"
    query = f"SELECT {', '.join(selected)} FROM {source} ORDER BY {order}"  # noqa: S608  # ours
    most_per = {
        field_id: _most(connection, source, _encoded(origin, field_id, described, pack))
        for field_id, described in register.fields.items()
        if described.type in pack.registers
    }
    table = connection.sql(query).to_arrow_table()
    return ColumnTable(register, table, columns, most_per, f"{name}.csv")


def _source(name: str, origin: Origin, day: str) -> str:
    """The peers' rows with `by_school` and `by_key` (places of the subject), `line` and `seq`."""
    if name == "school":
        return (
            "SELECT *, rowid AS by_school, rowid AS by_key, rowid AS line, rowid AS seq FROM school"
        )
    in_time = f"{origin.fields[day]}, rowid" if day else ""
    seq = f"row_number() OVER (ORDER BY {in_time}) - 1" if day else "rowid"
    rows = f"SELECT *, rowid AS line, {seq} AS seq FROM {origin.table}"  # noqa: S608  # ours
    found = f"SELECT * FROM ({rows}) JOIN teacher_at USING (tid)"  # noqa: S608  # ours
    if name == "teacher":
        found += " JOIN (SELECT school_id, rowid AS school_at FROM school) USING (school_id)"
    return found


def _encoded(origin: Origin, field_id: str, described: Field, pack: Pack) -> str:
    """A field as it stands in columns, amounts still as decimals."""
    if described.type in pack.registers:
        return "by_school" if described.type == "teacher" else "school_at"
    if described.type in ("choice", "scale"):
        return f"{_position(origin, field_id)} - 1"
    return origin.fields[field_id]


def _position(origin: Origin, field_id: str) -> str:
    """Where a choice stands among the values of its field, from 1."""
    codes = list(origin.codes[field_id])
    return f"list_position({codes}, ({origin.fields[field_id]})::VARCHAR)"


def _narrowed(written: str, described: Field, column: Column) -> str:
    """In the narrowest type that holds the column; codes and positions have theirs."""
    if described.type in ("text", "date"):
        return written
    if described.type in ("choice", "scale"):
        return f"({written})::SMALLINT"
    if described.type not in ("number", "whole"):
        return f"({written})::INTEGER"
    bits = max(column.high, -1 - column.low).bit_length()
    narrowest = next(name for name, most in INTEGERS.items() if bits <= most)
    return f"(({written}) * {column.scale})::{narrowest}"


def _scale(connection: duckdb.DuckDBPyConnection, source: str, written: str) -> int:
    """The least scale at which every amount is whole."""
    tried = ", ".join(f"bool_and(({written}) * {scale} % 1 = 0)" for scale in SCALES)
    whole = _one(connection, f"SELECT {tried} FROM {source}")  # noqa: S608  # ours
    return next(scale for scale, fits in zip(SCALES, whole, strict=True) if fits)


def _promise(
    connection: duckdb.DuckDBPyConnection, source: str, written: str, described: Field, scale: int
) -> Column:
    if described.type == "text":
        return Column()
    whole = f"({written}) - DATE '1970-01-01'" if described.type == "date" else written
    ends = f"min({whole}) * {scale}, max({whole}) * {scale}"
    low, high = _one(connection, f"SELECT {ends} FROM {source}")  # noqa: S608  # ours
    return Column(scale, int(low), int(high))


def _most(connection: duckdb.DuckDBPyConnection, source: str, written: str) -> int:
    counts = f"SELECT count(*) AS rows FROM {source} GROUP BY {written}"  # noqa: S608  # ours
    (most,) = _one(connection, f"SELECT max(rows) FROM ({counts})")  # noqa: S608  # ours
    return int(most)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    (row,) = connection.execute(query).fetchall()
    return tuple(row)


def make_schools_uneven(connection: duckdb.DuckDBPyConnection) -> None:
    """Schools of 3 to 400 teachers instead of 100 each, in the same order of teachers."""
    people, places = _one(connection, "SELECT count(*), max(tid) + 1 FROM teacher")
    assert people == places
    sizes = ", ".join(f"({school}, {start})" for school, start in _uneven_starts(people))
    connection.execute(
        f"""CREATE OR REPLACE TABLE teacher AS
        SELECT t.* REPLACE (s.school_id::INTEGER AS school_id)
        FROM teacher t ASOF JOIN (VALUES {sizes}) s(school_id, start) ON t.tid >= s.start
        ORDER BY t.tid"""  # noqa: S608  # ours
    )


def _uneven_starts(people: int) -> Iterator[tuple[int, int]]:
    """(school, first teacher): sizes run through 3 to 400 in a mixed order."""
    start = school = 0
    while start < people:
        yield school, start
        start += 3 + school * 151 % 398
        school += 1


def make_some_marks_negative(connection: duckdb.DuckDBPyConnection) -> None:
    """One mark in seven below zero, as no office would enter it but no rule forbids."""
    for table in ("man", "rev"):
        connection.execute(f"UPDATE {table} SET score = -score WHERE hash(rowid) % 7 = 0")  # noqa: S608  # ours


def mix_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Every table in no order that anybody could use."""
    for table in ("teacher", *(origin.table for origin in ORIGINS.values())):
        if table != "school":
            connection.execute(
                f"CREATE OR REPLACE TABLE {table} AS FROM {table} ORDER BY hash(rowid)"
            )
