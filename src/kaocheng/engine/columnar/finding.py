"""Finding rows: the few of a large table that have a value, without looking at the others.

Tables are sorted by whom their rows are about, so that most questions are two binary searches.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.engine.columnar.decoding import RowDecoder, keys_at, keys_of
from kaocheng.engine.columnar.encoding_cells import CODED, NUMBERS, codes_of
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.expressions.bound import BField, BFollow, Bound
from kaocheng.engine.facts import FactRow
from kaocheng.engine.values import Known, is_number

# Of whole numbers by their width in bytes.
_FORMATS: Mapping[int, Literal["b", "h", "i", "q"]] = {1: "b", 2: "h", 4: "i", 8: "q"}
# Of rows that lie together: up to here, slices are found sooner than single rows are gathered.
_MOST_STRETCHES = 20
Numbers = Sequence[int]  # of rows in an encoded table


class Index:
    """Which rows of a column of whole numbers hold a value. Nothing is copied if it is sorted."""

    def __init__(self, values: pa.Array) -> None:
        nothing = -(2 ** (values.type.bit_width - 1))
        values = pc.fill_null(values, nothing) if values.null_count else values
        self._order: memoryview[int] | None = None
        if not _is_sorted(values):
            order = pc.array_sort_indices(values)
            values, self._order = values.take(order), _in_memory(order)
        self._values = _in_memory(values)

    def rows(self, value: int) -> Numbers:
        first = bisect_left(self._values, value)
        found = range(first, bisect_right(self._values, value, first))
        return found if self._order is None else self._order[found.start : found.stop].tolist()


def _is_sorted(values: pa.Array) -> bool:
    later = pc.greater_equal(values.slice(1), values.slice(0, max(len(values) - 1, 0)))
    return bool(later.false_count == 0)


def _in_memory(values: pa.Array) -> memoryview[int]:
    """The numbers as they lie in memory."""
    width, end = values.type.bit_width // 8, values.offset + len(values)
    whole = memoryview(values.buffers()[1] if len(values) else b"")[: end * width]
    return whole.cast("B").cast(_FORMATS[width])[values.offset :]


@dataclass(eq=False)
class Finder:
    """Finds and decodes rows of encoded facts; what it looks up by is made once."""

    facts: ColumnFacts
    _indexes: dict[tuple[str, str], Index] = field(default_factory=dict)
    _codes: dict[tuple[str, str], Mapping[Any, int]] = field(default_factory=dict)
    _positions: dict[str, Mapping[str | None, int]] = field(default_factory=dict)
    _columns: dict[tuple[str, str], pa.Array | pa.ChunkedArray] = field(default_factory=dict)
    _decoders: dict[str, RowDecoder] = field(default_factory=dict)

    def position(self, table: str, key: str) -> int | None:
        """Where the row with this key stands."""
        if table not in self._positions:
            found = self.facts.tables[table]
            is_text = found.register.fields[found.register.key].type == "text"
            keys = keys_of(found) if is_text else keys_at(self.facts, found, range(found.rows))
            self._positions[table] = {key: at for at, key in enumerate(keys)}
        return self._positions[table].get(key)

    def rows_with(self, table: str, path: Bound, value: Known) -> Numbers | None:
        """The rows on which `path` has this value; None where all would have to be looked at."""
        match path:
            case BField():
                return self.rows_where(table, path.field, value)
            case BFollow(base=base):
                return self._leading_to(table, base, self.rows_where(path.table, path.field, value))
        return None

    def _leading_to(self, table: str, path: Bound, targets: Numbers) -> Numbers | None:
        """The rows on which `path` refers to one of `targets`."""
        match path:
            case BField():
                index = self._index(table, path.field)
                return [row for target in targets for row in index.rows(target)]
            case BFollow(base=base):
                index = self._index(path.table, path.field)
                between = [row for target in targets for row in index.rows(target)]
                return self._leading_to(table, base, between)
        return None

    def rows_where(self, table: str, field_id: str, value: Known) -> Numbers:
        """The rows whose field has this value."""
        code = self._code(table, field_id, value)
        return () if code is None else self._index(table, field_id).rows(code)

    def rows_at(self, table: str, column: str, number: int) -> Numbers:
        """The rows with this number in a column that is not a field, such as `_line`."""
        return self._index(table, column).rows(number)

    def _code(self, table: str, field_id: str, value: Known) -> int | None:
        """A value as it is encoded; None where no row can have it."""
        described = self.facts.tables[table].register.fields[field_id]
        if described.type in NUMBERS:
            assert is_number(value)
            scaled = value * self.facts.tables[table].columns[field_id].scale
            return scaled.numerator if scaled.denominator == 1 else None
        if described.type in CODED:
            periods = {period.id: at for at, period in enumerate(self.facts.periods)}
            return codes_of(described, periods).get(str(value))
        if described.type in self.facts.tables:
            return self.position(described.type, str(value))
        self._index(table, field_id)
        return self._codes[table, field_id].get(value)

    def _index(self, table: str, field_id: str) -> Index:
        at = (table, field_id)
        if at not in self._indexes:
            column = self.facts.tables[table].arrow.column(field_id).combine_chunks()
            if not pa.types.is_integer(column.type):
                column = column.dictionary_encode()
                values = column.dictionary.to_pylist()
                self._codes[at] = {value: code for code, value in enumerate(values)}
                column = column.indices
            self._indexes[at] = Index(column)
        return self._indexes[at]

    def decoded(self, table: str, numbers: Numbers) -> list[FactRow]:
        """These rows, in this order."""
        if table not in self._decoders:
            self._decoders[table] = RowDecoder(self.facts, self.facts.tables[table])
        stretches = _stretches(numbers)

        def cells_of(name: str) -> list[Any]:
            column = self._column(table, name)
            if len(stretches) > _MOST_STRETCHES:
                return cast("list[Any]", column.take(pa.array(numbers, pa.int64())).to_pylist())
            return [
                cell for one in stretches for cell in column.slice(one.start, len(one)).to_pylist()
            ]

        return self._decoders[table].rows(cells_of)

    def _column(self, table: str, name: str) -> pa.Array | pa.ChunkedArray:
        at = (table, name)
        if at not in self._columns:
            column = self.facts.tables[table].arrow.column(name)
            self._columns[at] = column.chunk(0) if column.num_chunks == 1 else column
        return self._columns[at]


def _stretches(numbers: Numbers) -> list[range]:
    """The same numbers, those that follow each other as one range."""
    if isinstance(numbers, range):
        return [numbers]
    found: list[range] = []
    for number in numbers:
        if found and found[-1].stop == number:
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
    return found


def is_read_at(path: Bound, level: int) -> bool:
    """Whether a path starts from a field of the row at `level`."""
    while isinstance(path, BFollow):
        path = path.base
    return isinstance(path, BField) and path.level == level
