"""Cities of teachers for the pack `benchmarks/city`, from the very tables that the peers read.

Keys are the peers' numbers with leading zeros, so that both sides order teachers alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.engine.model import Pack
from kaocheng.engine.text_table import TextRow, TextTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

PACK = Path(__file__).parent / "city"
TEACHER_KEY, SCHOOL_KEY = "lpad(tid::VARCHAR, 8, '0')", "lpad(school_id::VARCHAR, 6, '0')"


@dataclass(frozen=True)
class Origin:
    """Where a register's rows come from: the peers' table and what each field is there."""

    table: str
    fields: Mapping[str, str]
    # The peers' codes of a choice, in the order of the values of our field.
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ORIGINS = {
    "school": Origin(
        "(SELECT DISTINCT school_id, school_id AS rowid FROM teacher)", {"id": SCHOOL_KEY}
    ),
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
        codes={"environment": ("A", "B", "C"), "previous_grade": ("A", "B", "C", "D")},
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
        codes={"kind": ("late", "minor", "award", "veto")},
    ),
    "mark": Origin(
        "man",
        {"teacher": TEACHER_KEY, "area": "ind", "rater": "rater", "score": "score"},
        codes={"area": ("1", "2", "3"), "rater": ("0", "1")},
    ),
    "attendance": Origin(
        "att", {"teacher": TEACHER_KEY, "month": "mon", "required": "req", "attended": "pres"}
    ),
    "review": Origin(
        "rev",
        {"teacher": TEACHER_KEY, "competency": "mc", "reviewer": "reviewer", "score": "score"},
        codes={"competency": ("1", "2", "3")},
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
    return {name: _text_table(pack, name, connection) for name in ORIGINS}


def _text_table(pack: Pack, name: str, connection: duckdb.DuckDBPyConnection) -> TextTable:
    origin, register = ORIGINS[name], pack.registers[name]
    columns = []
    for field_id, written in origin.fields.items():
        codes = origin.codes.get(field_id)
        if codes is None:
            columns.append(f"({written})::VARCHAR")
        else:
            words = register.fields[field_id].values
            columns.append(f"({list(words)})[list_position({list(codes)}, ({written})::VARCHAR)]")
    query = f"SELECT {', '.join(columns)} FROM {origin.table} ORDER BY rowid"  # noqa: S608  # ours
    rows = connection.execute(query).fetchall()
    numbered = tuple(TextRow(line, tuple(cells)) for line, cells in enumerate(rows, start=2))
    return TextTable(name, f"{name}.csv", tuple(origin.fields), numbered)
