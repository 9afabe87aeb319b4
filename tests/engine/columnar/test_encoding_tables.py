"""Tables of columns are read exactly as tables of text: the same facts, the same problems."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from kaocheng.engine.columnar.arrow_table import ArrowTable
from kaocheng.engine.text_table import TextRow, TextTable
from tests.engine.columnar.arrow_tables import PACK, by_columns, by_rows

KEYS = ["a", "b", "c", "d", "不适用", ""]
NUMBERS = ["1", "01", "12.50", "0.5", "7/3", "95%", "-3", "+2", "1e3", "１", "", "不适用", "22.5"]
DAYS = ["2024-03-01", "2024-2-29", "2024/10/2", "2024-02-30", "1999-01-01", "", "不适用", "某日"]
MOMENTS = ["2024-03-01 09:00", "2024-03-31T23:59", "2024-3-1 9:5:7", "2024-03-01", "", "不适用"]
CELLS: Mapping[str, list[str]] = {
    "id": KEYS,
    "school": ["东", "西", "北", "", "不适用"],
    "weekly": NUMBERS,
    "pay": [*NUMBERS, "9223372036854775808", "0.01"],
    "born": DAYS,
    "mentor": KEYS,
    "staff": KEYS,
    "date": DAYS,
    "kind": ["病假", "事假", "婚假", "", "不适用"],
    "days": ["1", "2", "2.0", "31", "1.5", "4/2", "", "不适用", "9" * 41, "9" * 30],
    "signed": ["是", "否", "Y", "", "不适用"],
    "at": MOMENTS,
    "host": KEYS,
    "note": ["一", "二", "", "不适用"],
    "term": ["t1", "t2", "t3", "", "不适用"],
    "no": NUMBERS,
    "head": KEYS,
    "extra": ["多", ""],
}
SOUND: Mapping[str, list[str]] = {
    **CELLS,
    "school": ["东", "西", "", "不适用"],
    "weekly": ["1", "12.50", "7/3", "95%", "+2", "", "不适用"],
    "pay": [
        "-1",
        "12.50",
        "7.1",
        "95%",
        "",
        "不适用",
        "92233720368547758.07",
        "184467440737095517",
    ],
    "born": ["2024-03-01", "2024-2-29", "2024/10/2", "", "不适用"],
    "mentor": ["a", "", "不适用"],
    "staff": ["a"],
    "date": [f"2024-03-{day}" for day in range(10, 32)],
    "kind": ["病假", "事假", "", "不适用"],
    "days": ["1", "2.0", "4/2", "", "不适用"],
    "signed": ["是", "否", "", "不适用"],
    "at": [one for one in MOMENTS if one != "2024-03-01"],
    "host": ["a", "", "不适用"],
    "term": ["t1", "t2", "", "不适用"],
    "head": ["a", "", "不适用"],
}


def table_of(name: str, columns: list[str], rows: list[tuple[str, ...]]) -> TextTable:
    numbered = tuple(TextRow(line, row) for line, row in enumerate(rows, 2))
    return TextTable(name, f"{name}.csv", tuple(columns), numbered)


@st.composite
def tables(draw: st.DrawFn, cells: Mapping[str, list[str]], *, is_sound: bool) -> list[TextTable]:
    found = []
    for register in PACK.registers.values():
        if register.kind == "list" or (register.optional and draw(st.booleans())):
            continue
        columns = list(draw(st.permutations(list(register.fields))))
        if not is_sound:
            columns = columns[: draw(st.integers(0, len(columns)))]
            columns = [*columns, *draw(st.sampled_from([[], [], ["extra"]]))]
        choices = st.tuples(*[st.sampled_from(cells[name]) for name in columns])
        first = next(iter(register.once or [register.key]))
        place = columns.index(first) if first in columns else 0
        by_key = (lambda row, at=place: row[at]) if is_sound and register.key else None
        rows = draw(st.lists(choices, max_size=12 if columns else 0, unique_by=by_key))
        if is_sound:
            rows = _without_repetition(register.once, columns, rows)
            if register.id == "staff":
                rows = [_replaced(columns, row, "id", f"k{at}") for at, row in enumerate(rows)]
                rows.append(_replaced(columns, ("",) * len(columns), "id", "a"))
            if register.id == "class":
                rows = [_replaced(columns, row, "no", f"{at}/2") for at, row in enumerate(rows)]
        found.append(table_of(register.id, columns, rows))
    return found


def _replaced(columns: list[str], row: tuple[str, ...], name: str, text: str) -> tuple[str, ...]:
    return tuple(text if one == name else cell for one, cell in zip(columns, row, strict=True))


def _without_repetition(
    once: tuple[str, ...], columns: list[str], rows: list[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    keyed = {tuple(row[columns.index(name)] for name in once): row for row in rows}
    return list(keyed.values()) if once else rows


def as_columns(table: TextTable, *, is_dictionary: bool = False) -> ArrowTable:
    kind = pa.dictionary(pa.int32(), pa.string()) if is_dictionary else pa.string()
    arrays = [
        pa.array([row.cells[at] or None for row in table.rows], pa.string()).cast(kind)
        for at in range(len(table.header))
    ]
    return ArrowTable(table.name, table.source, pa.table(arrays, names=list(table.header)))


@settings(max_examples=300, deadline=None)
@given(tables(CELLS, is_sound=False), st.booleans())
def test_faults_are_told_in_the_words_of_the_reference(
    given: list[TextTable], is_dictionary: bool
) -> None:
    columns = [as_columns(table, is_dictionary=is_dictionary) for table in given]

    assert by_columns(columns)[1] == by_rows(given)[1]


@settings(max_examples=200, deadline=None)
@given(tables(SOUND, is_sound=True), st.booleans())
def test_columns_hold_what_rows_hold(given: list[TextTable], is_dictionary: bool) -> None:
    columns = [as_columns(table, is_dictionary=is_dictionary) for table in given]

    expected, problems = by_rows(given)
    found, told = by_columns(columns)

    assert {one.id for one in problems if one.severity == "error"} <= {"F80"}
    assert told == problems
    assert found == expected
