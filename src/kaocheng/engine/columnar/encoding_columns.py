"""Columns of Arrow tables read by the type of their field, as cells of a CSV file would be.

Whatever can be is computed on whole columns; of what is written in any other way, each distinct
text is read once, by the reference's own reader of cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.engine.cells import read_cell
from kaocheng.engine.columnar.arrow_table import cell_text
from kaocheng.engine.columnar.encoding_cells import (
    CODED,
    NUMBERS,
    Cells,
    TooWide,
    key_text,
    plain_type,
)
from kaocheng.engine.columnar.encoding_numbers import (
    Numbers,
    faults_in,
    numbers_of_decimals,
    numbers_of_integers,
    numbers_of_texts,
)
from kaocheng.engine.facts import NOT_APPLICABLE, Reader
from kaocheng.engine.language.registers import FIELD_TYPES, Field
from kaocheng.engine.problems import Place

_DAY = "[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
# Only what is a day of every year, so that no valid pattern is an invalid day.
_PLAIN = {"date": f"^{_DAY}$", "moment": f"^{_DAY}[ T]{_CLOCK}$"}
# A text without two of its separators is no day; there may be millions of them.
_POSSIBLE_DAY = "(?s)[-/].*[-/]"
_TYPED = (*NUMBERS, "boolean", "date", "moment")
_MICROSECONDS_OF_A_MINUTE = 60_000_000
_MOST_EXACT_DIGITS = 38


@dataclass(frozen=True)
class ReadColumn:
    """A field of a table: its cells, and where they cannot be read (bool, None: nowhere).

    `blank` says where nothing is written, None where that is nowhere. `too_wide`: the numbers need
    more than 63 bits, and `cells` is empty of values.
    """

    cells: Cells
    faulty: pa.Array | None = None
    blank: pa.Array | None = None
    too_wide: bool = False


def read_column(column: pa.Array, described: Field, *, reader: Reader) -> ReadColumn:
    """The cells of one column, whose type `is_exact`. What `reader` finds wrong is not kept."""
    if pa.types.is_null(column.type):
        return without_values(len(column), described)
    if (direct := _read_directly(column, described)) is not None:
        return direct
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    texts = _texts(column.dictionary, described)
    known, is_blank, is_inapplicable = _states(texts)
    read = _read_texts(known, described, reader)
    is_plain = described.type in FIELD_TYPES
    spread = _spread if is_plain else _spread_keys
    values = spread(read.cells.values, column.indices)
    blank = _where(is_blank, column.indices)
    if column.indices.null_count:
        nothing = pc.is_null(column.indices)
        blank = nothing if blank is None else pc.or_(blank, nothing)
    faulty = None if read.faulty is None else _where(read.faulty, column.indices)
    inapplicable = _where(is_inapplicable, column.indices)
    cells = Cells(values, inapplicable, read.cells.scale)
    return ReadColumn(cells, faulty, blank, read.too_wide)


def key_texts(cells: Cells, described: Field, *, reader: Reader) -> pa.Array:
    """The keys of rows as the reference writes them; empty where there is none."""
    values = cells.values
    if described.type in CODED:
        periods = [period.id for period in reader.spine]
        options = periods if described.type == "period" else described.values
        texts = pa.array(options, pa.string()).take(values)
    elif described.type in _TYPED:
        distinct = values.dictionary_encode()
        known = distinct.dictionary.to_pylist()
        if described.type in NUMBERS:
            known = [Fraction(one, cells.scale) for one in known]
        texts = pa.array(map(key_text, known), pa.string()).take(distinct.indices)
    else:
        texts = values.cast(pa.string())
    if cells.inapplicable is not None:
        state = reader.value(described, NOT_APPLICABLE, Place(""))
        texts = pc.if_else(cells.inapplicable, str(state), texts)
    return pc.fill_null(texts, "")


def without_values(rows: int, described: Field) -> ReadColumn:
    """A column of which nothing is known."""
    kind = pa.int64() if described.type in NUMBERS else plain_type(described)
    kind = pa.int16() if described.type in CODED else kind
    return ReadColumn(Cells(pa.nulls(rows, kind)), blank=pa.repeat(True, rows))


def _read_directly(column: pa.Array, described: Field) -> ReadColumn | None:
    """A column whose values are of the type of the field already."""
    kind, wanted = column.type, described.type
    if wanted in NUMBERS and _is_short_number(kind):
        return _read_numbers(column, described)
    if wanted == "boolean" and pa.types.is_boolean(kind):
        return ReadColumn(Cells(column), blank=_nulls(column))
    if wanted == "date" and pa.types.is_date32(kind):
        return ReadColumn(Cells(column), blank=_nulls(column))
    if wanted == "moment" and pa.types.is_timestamp(kind):
        return ReadColumn(Cells(_to_minutes(column)), blank=_nulls(column))
    if wanted == "text" and pa.types.is_string(kind):
        return _read_plain_texts(column)
    return None


def _read_numbers(column: pa.Array, described: Field) -> ReadColumn | None:
    of_kind = numbers_of_decimals if pa.types.is_decimal(column.type) else numbers_of_integers
    try:
        numbers = of_kind(column)
    except TooWide:
        if described.type != "number" or (described.least, described.most) != (None, None):
            return None  # What is out of range is still to be told.
        nothing = Cells(pa.nulls(len(column), pa.int64()))
        return ReadColumn(nothing, blank=_nulls(column), too_wide=True)
    faulty = faults_in(numbers, described)
    faulty = None if faulty is None else if_any(faulty)
    return ReadColumn(Cells(numbers.values, None, numbers.scale), faulty, _nulls(column))


def _is_short_number(kind: pa.DataType) -> bool:
    if pa.types.is_decimal(kind):
        return bool(kind.precision <= _MOST_EXACT_DIGITS and kind.scale >= 0)
    return bool(pa.types.is_integer(kind))


def _to_minutes(moments: pa.Array) -> pa.Array:
    """As the reader of cells has it: seconds are not kept."""
    count = moments.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    beyond = pc.modulo(count, _MICROSECONDS_OF_A_MINUTE)
    return pc.subtract(count, beyond).cast(pa.timestamp("us"))


def _read_plain_texts(column: pa.Array) -> ReadColumn:
    known, blank, inapplicable = _states(column)
    if column.null_count:
        blank = pc.is_null(column) if blank is None else pc.or_(blank, pc.is_null(column))
    return ReadColumn(Cells(known, inapplicable), blank=blank)


def _states(texts: pa.Array) -> tuple[pa.Array, pa.Array | None, pa.Array | None]:
    """The texts that say something, where there is nothing, and where it says 不适用."""
    blank = if_any(pc.fill_null(pc.equal(texts, ""), False))
    inapplicable = if_any(pc.fill_null(pc.equal(texts, NOT_APPLICABLE), False))
    for state in (blank, inapplicable):
        if state is not None:
            texts = pc.replace_with_mask(texts, state, pa.scalar(None, texts.type))
    return texts, blank, inapplicable


def _texts(values: pa.Array, described: Field) -> pa.Array:
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_large_string(values.type) or pa.types.is_string_view(values.type):
        return values.cast(pa.string())
    kind = described.type
    return pa.array([cell_text(one, column_type=kind) for one in values.to_pylist()], pa.string())


def _read_texts(texts: pa.Array, described: Field, reader: Reader) -> ReadColumn:
    """Distinct texts (null: nothing to read) as values of the field."""
    kind = described.type
    if kind in NUMBERS:
        return _read_number_texts(texts, described, reader)
    if kind in CODED:
        periods = [period.id for period in reader.spine]
        options = periods if kind == "period" else described.values
        found = pc.index_in(texts, value_set=pa.array(options, pa.string()), skip_nulls=True)
        return _with_faults(texts, Cells(found.cast(pa.int16())))
    if kind == "boolean":
        words = pa.array(["否", "是"])
        found = pc.index_in(texts, value_set=words, skip_nulls=True)
        return _with_faults(texts, Cells(pc.equal(found, 1)))
    if kind in _PLAIN:
        return _with_faults(texts, Cells(_read_times(texts, described)))
    return ReadColumn(Cells(texts))


def _with_faults(texts: pa.Array, cells: Cells) -> ReadColumn:
    faulty = pc.and_(pc.is_valid(texts), pc.is_null(cells.values))
    return ReadColumn(cells, if_any(faulty))


def _read_number_texts(texts: pa.Array, described: Field, reader: Reader) -> ReadColumn:
    some = texts.drop_null()
    try:
        numbers, too_wide = numbers_of_texts(some), False
        faulty = pc.is_null(numbers.values)
        if (wrong := faults_in(numbers, described)) is not None:
            faulty = pc.or_(faulty, wrong)
    except TooWide:
        # Nothing can be computed with them, but what else is wrong with them is still to be told.
        numbers, too_wide = Numbers(pa.nulls(len(some), pa.int64()), 1), True
        refused = [_is_refused(text, described, reader) for text in some.to_pylist()]
        faulty = pa.array(refused, pa.bool_())
    places = pc.indices_nonzero(pc.is_valid(texts)).cast(pa.int64())
    back = pc.inverse_permutation(places, max_index=len(texts) - 1)
    cells = Cells(numbers.values.take(back), None, numbers.scale)
    return ReadColumn(cells, if_any(pc.fill_null(faulty.take(back), False)), too_wide=too_wide)


def _is_refused(text: str, described: Field, reader: Reader) -> bool:
    reader.problems.found.clear()
    reader.value(described, text, Place(""))
    return bool(reader.problems.found)


def _read_times(texts: pa.Array, described: Field) -> pa.Array:
    """Days or moments; null where they cannot be read."""
    arrow_type = plain_type(described)
    is_plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN[described.type]), False)
    plain = texts.filter(is_plain).cast(arrow_type)
    is_other = pc.invert(is_plain)
    texts = pc.if_else(pc.match_substring_regex(texts, _POSSIBLE_DAY), texts, None)
    others = [_time(text, described) for text in texts.filter(is_other).to_pylist()]
    together = pa.concat_arrays([plain, pa.array(others, arrow_type)])
    order = pa.concat_arrays([pc.indices_nonzero(is_plain), pc.indices_nonzero(is_other)])
    return together.take(pc.inverse_permutation(order.cast(pa.int64())))


def _time(text: str | None, described: Field) -> date | None:
    if text is None:
        return None
    try:
        value = read_cell(text, column_type=described.type)
    except ValueError:
        return None
    assert isinstance(value, date)
    return value


def _spread(values: pa.Array, indices: pa.Array) -> pa.Array:
    """The values of all rows from those of distinct ones."""
    return values.take(indices)


def _spread_keys(keys: pa.Array, indices: pa.Array) -> pa.Array:
    """The same for references, which need not be written out: they will be positions."""
    if keys.null_count:
        codes = pa.arange(0, len(keys)).cast(pa.int32())
        unknown = pa.scalar(None, pa.int32())
        indices = pc.if_else(pc.is_valid(keys), codes, unknown).take(indices)
    return pa.DictionaryArray.from_arrays(indices, pc.fill_null(keys, ""))


def _where(states: pa.Array | None, indices: pa.Array) -> pa.Array | None:
    """The rows of a state from the distinct texts that are in it."""
    return None if states is None else if_any(pc.fill_null(states.take(indices), False))


def if_any(mask: pa.Array) -> pa.Array | None:
    """None instead of a mask that is false everywhere."""
    return mask if mask.true_count else None


def _nulls(column: pa.Array) -> pa.Array | None:
    return pc.is_null(column) if column.null_count else None
