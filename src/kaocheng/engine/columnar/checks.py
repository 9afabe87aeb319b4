"""Tables of columns checked as the reference checks rows, and told in its very words.

The rows at fault are found on whole columns; those alone are then given to the reference's reader,
which says what is wrong with them. Of a table with very many, only the first are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.engine.columnar.arrow_table import ArrowTable, cell_text, is_exact
from kaocheng.engine.columnar.encoding_columns import (
    ReadColumn,
    key_texts,
    read_column,
    without_values,
)
from kaocheng.engine.columnar.encoding_layout import Links, ReadTable
from kaocheng.engine.facts import NOT_APPLICABLE, Reader, check_references
from kaocheng.engine.language.registers import Register
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.text_table import TextRow, TextTable

# Of errors and of warnings each; who has more has one cause for them all.
MOST_LISTED = 1_000
_CODES_BEFORE_RENUMBERING = 2**31


@dataclass(frozen=True)
class _Repeated:
    """Keys that occur again: their `codes`, the first row of each, and the code of every row."""

    codes: pa.Array
    first_rows: pa.Array
    code_of_row: pa.Array

    def first_of(self, rows: pa.Array) -> pa.Array:
        found = pc.index_in(self.code_of_row.take(rows), value_set=self.codes)
        return self.first_rows.take(found.drop_null())


@dataclass
class CheckedTable:
    """A register read from columns. Masks of rows: those with errors, those with warnings."""

    table: ArrowTable
    read: ReadTable
    at: Mapping[str, int]
    columns: Mapping[str, ReadColumn]
    refused: frozenset[str]
    errors: list[pa.Array] = field(default_factory=list)
    warnings: list[pa.Array] = field(default_factory=list)
    repeated: _Repeated | None = None

    @property
    def too_wide(self) -> list[str]:
        return [name for name, column in self.columns.items() if column.too_wide]

    def tell(self, links: Links, reader: Reader) -> None:
        """Note everything that is wrong with the table, in the words of the reference."""
        references = [name for table, name in links.at if table == self.read.register.id]
        for name in references:
            self.errors.append(links.is_dangling(self.read, name))
            blank = self.columns[name].blank
            is_read = name in self.at and name not in self.refused
            if blank is not None and is_read and self._belongs_to_somebody(name):
                self.warnings.append(blank)
        errors, warnings = _rows_of(self.errors), _rows_of(self.warnings)
        rows = _together(errors[:MOST_LISTED], warnings[:MOST_LISTED])
        if self.repeated is not None:
            rows = _together(rows, self.repeated.first_of(rows))
        self._tell_rows(rows, references, links, reader)
        for id, found in (("F83", errors), ("F84", warnings)):
            if (
                more := len(found) - pc.sum(pc.is_in(found, value_set=rows)).as_py()
                if len(found)
                else 0
            ):
                reader.problems.add(id, Place(self.table.source), count=more)

    def _belongs_to_somebody(self, name: str) -> bool:
        """Whether an entry that leaves the reference empty is warned of."""
        register = self.read.register
        return register.kind in ("register", "review") and not register.fields[name].required

    def _tell_rows(
        self, rows: pa.Array, references: Sequence[str], links: Links, reader: Reader
    ) -> None:
        register = self.read.register
        if not len(rows) and self.table.arrow.num_rows:
            # The reader looks at the header too, and whether there is any row at all.
            rows = pa.array([0], pa.int64())
        facts = reader.table(register, self._texts(rows))
        keys: dict[str, set[str]] = {}
        for name in references:
            found = pc.is_valid(links.at[register.id, name].take(rows))
            values = self.read.cells[name].values.take(rows).filter(found)
            keys.setdefault(register.fields[name].type, set()).update(values.to_pylist())
        check_references(reader.pack, {register.id: facts}, keys, reader.problems)

    def _texts(self, rows: pa.Array) -> TextTable:
        lines = self.read.lines.take(rows).to_pylist()
        columns = [
            self._texts_of(name, index, rows) for index, name in enumerate(self.table.header)
        ]
        cells = zip(*columns, strict=True) if columns else [()] * len(lines)
        found = tuple(TextRow(line, tuple(one)) for line, one in zip(lines, cells, strict=True))
        return TextTable(self.table.name, self.table.source, self.table.header, found)

    def _texts_of(self, name: str, index: int, rows: pa.Array) -> list[str]:
        if name in self.refused:
            return [NOT_APPLICABLE] * len(rows)  # What has been refused need not be read.
        if self.at.get(name) != index:
            return [""] * len(rows)
        kind = self.read.register.fields[name].type
        values = exact_column(self.table.arrow.column(index).take(rows)).to_pylist()
        return [cell_text(value, column_type=kind) for value in values]


def checked_table(table: ArrowTable, register: Register, *, reader: Reader) -> CheckedTable:
    """Read one register and find the rows at fault; `reader` is told of columns of no use only."""
    trial = Reader(reader.pack, reader.spine, Problems())
    at = {name: index for index, name in enumerate(table.header) if name in register.fields}
    raw: dict[str, pa.Array] = {}
    columns: dict[str, ReadColumn] = {}
    for name, described in register.fields.items():
        column = _sound_column(table, register, name, at.get(name), reader.problems)
        if column is not None:
            raw[name] = column
            columns[name] = read_column(column, described, reader=trial)
        else:
            columns[name] = without_values(table.arrow.num_rows, described)
    cells = {name: column.cells for name, column in columns.items()}
    keys = None
    if register.key:
        keys = key_texts(cells[register.key], register.fields[register.key], reader=trial)
    lines = table.lines_of_rows()
    absent = frozenset(register.fields.keys() - at.keys())
    read = ReadTable(register, cells, lines, keys, table.source, absent)
    checked = CheckedTable(table, read, at, columns, frozenset(at.keys() - raw.keys()))
    _find_faulty_cells(checked, raw)
    _find_repeated_keys(checked, raw)
    _find_days_of_no_period(checked, reader)
    return checked


def exact_column(column: pa.ChunkedArray) -> pa.Array:
    """One array; moments to the second, as a cell has them. Raises ArrowInvalid out of range."""
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    elif pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s"), safe=False).cast(pa.timestamp("us"))
    return column.combine_chunks()


def _sound_column(
    table: ArrowTable, register: Register, name: str, index: int | None, problems: Problems
) -> pa.Array | None:
    """The column; None when there is none, or its type says nothing exact."""
    if index is None:
        return None
    column = table.arrow.column(index)
    kind, title = column.type, register.fields[name].title
    place = Place(table.source, 1, index + 1, title)
    if pa.types.is_floating(kind):
        problems.add("F81", place, column=name, title=title, type=kind)
        return None
    try:
        exact = exact_column(column) if is_exact(kind) else None
        if exact is not None and not _is_out_of_calendar(exact):
            return exact
    except pa.ArrowInvalid:
        pass
    problems.add("F82", place, column=name, title=title, type=str(kind)[:60])
    return None


def _is_out_of_calendar(column: pa.Array) -> bool:
    """Whether a day or a moment lies beyond the years 1 to 9999."""
    if not pa.types.is_temporal(column.type) or column.null_count == len(column):
        return False
    days = pc.min_max(column.cast(pa.date32(), safe=False).cast(pa.int32())).as_py()
    return not _day(date.min) <= days["min"] <= days["max"] <= _day(date.max)


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1)


def _find_faulty_cells(checked: CheckedTable, raw: Mapping[str, pa.Array]) -> None:
    for name in raw:
        column = checked.columns[name]
        if column.faulty is not None:
            checked.errors.append(column.faulty)
        if column.blank is not None and checked.read.register.fields[name].required:
            checked.errors.append(column.blank)


def _find_repeated_keys(checked: CheckedTable, raw: Mapping[str, pa.Array]) -> None:
    register = checked.read.register
    unique = register.once or ((register.key,) if register.key else ())
    if not unique or not all(name in raw for name in unique):
        return
    blanks = [blank for name in unique if (blank := checked.columns[name].blank) is not None]
    checked.errors.extend(blanks)
    codes = _codes_of([raw[name] for name in unique])
    if blanks:
        nobody = pa.scalar(None, codes.type)
        codes = pc.replace_with_mask(codes, reduce(pc.or_, blanks), nobody)
    if pc.count_distinct(codes).as_py() == len(codes) - codes.null_count:
        return
    rows = pa.table({"code": codes, "row": pa.arange(0, len(codes))}).drop_null()
    counted = rows.group_by("code").aggregate([("row", "min"), ("row", "count")])
    again = counted.filter(pc.greater(counted["row_count"], 1)).combine_chunks()
    found = again["code"].combine_chunks(), again["row_min"].combine_chunks()
    checked.repeated = _Repeated(*found, codes)
    is_first = pc.is_in(pa.arange(0, len(codes)), value_set=found[1])
    is_repeated = pc.is_in(codes, value_set=found[0], skip_nulls=True)
    checked.errors.append(pc.and_not(is_repeated, is_first))


def _codes_of(columns: Sequence[pa.Array]) -> pa.Array:
    """One number for each combination of what is written in the columns."""
    codes, many = pa.array([0] * 0, pa.int64()), 1
    for position, column in enumerate(columns):
        own, size = _codes_of_one(column)
        if position == 0:
            codes, many = own, size
            continue
        codes, many = pc.add(pc.multiply(codes, size), own), many * size
        if many > _CODES_BEFORE_RENUMBERING:
            codes, many = _codes_of_one(codes)
    return codes


def _codes_of_one(column: pa.Array) -> tuple[pa.Array, int]:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
        return column.indices.cast(pa.int64()), max(len(column.dictionary), 1)
    # A file may list a text twice in its dictionary.
    own, size = _codes_of_one(column.dictionary)
    return own.take(column.indices), size


def _find_days_of_no_period(checked: CheckedTable, reader: Reader) -> None:
    register = checked.read.register
    if register.kind == "roster" or register.date not in checked.at or not reader.spine:
        return
    days = checked.read.cells[register.date].values.cast(pa.date32(), safe=False)
    kinds = {period.kind for period in reader.spine}
    outside = [
        day
        for day in days.unique().drop_null().to_pylist()
        for kind in kinds
        if not any(period.kind == kind and period.holds(day) for period in reader.spine)
    ]
    if outside:
        values = pa.array(sorted(set(outside)), pa.date32())
        checked.warnings.append(pc.is_in(days, value_set=values, skip_nulls=True))


def _rows_of(masks: Sequence[pa.Array]) -> pa.Array:
    """The rows that are in any of the masks, in order."""
    if not masks:
        return pa.array([], pa.int64())
    return pc.indices_nonzero(reduce(pc.or_, masks)).cast(pa.int64())


def _together(left: pa.Array, right: pa.Array) -> pa.Array:
    return pc.unique(pa.concat_arrays([left, right])).sort()
