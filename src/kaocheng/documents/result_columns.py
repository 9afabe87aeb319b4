"""A result of a columnar run as a table to be written, without an object per row.

The cells are those of `result_table`, text for text; what is looked at row by row is only what few
rows have: flags with figures in them, and numbers that the data themselves divide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc

from kaocheng.documents.result_layout import Layout, fixed_extras
from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.decoding import keys_of
from kaocheng.engine.columnar.facts import AT, ORDER
from kaocheng.engine.columnar.nodes import FALSE, ONE, Const, Node, Ref
from kaocheng.engine.columnar.outcomes import Reader
from kaocheng.engine.columnar.planner import Kept, Planner
from kaocheng.engine.columnar.rows import PERIOD
from kaocheng.engine.language.registers import Field
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.formats.cell_text import NO, YES
from kaocheng.formats.number_texts import number_texts
from kaocheng.formats.out_columns import OutColumns, TextColumn
from kaocheng.formats.out_table import out_text

T = TypeVar("T")
_STATES = ("scored", "missing", "not_applicable")
_NUMBERS = ("number", "whole", "money")


@dataclass
class Spelled:
    """What the columns of a result were spelled as: one that is as it was is not spelled again.

    Taken only where the plan is the same (its scales, options and keys) and every column that the
    texts were made from equals the one of now.
    """

    planner: Planner | None = None
    _known: dict[object, tuple[list[pa.Array], Any]] = field(default_factory=dict)

    def of(
        self, place: object, planner: Planner, columns: list[pa.Array], spell: Callable[[], T]
    ) -> T:
        if planner is not self.planner:
            self.planner, self._known = planner, {}
        before, found = self._known.get(place, (None, None))
        if before is None or not _are_equal(before, columns):
            found = spell()
            self._known[place] = columns, found
        return cast("T", found)


def _are_equal(before: list[pa.Array], now: list[pa.Array]) -> bool:
    return all(one.equals(other) for one, other in zip(before, now, strict=True))


def result_columns(
    run: ColumnarRun,
    result: Result,
    *,
    unit: str | None = None,
    titled: bool = False,
    spelled: Spelled | None = None,
) -> OutColumns:
    """What `result_table` (`titled`: `titled_table`) says, in columns of text.

    With `spelled`, only what has changed since is spelled anew (one for each way of calling this).
    """
    rows = ResultRows(run, result, unit, spelled or Spelled())
    layout = Layout(run.pack, result, rows.extras(), titled)
    cells = (*_subject_cells(rows, layout), *_item_cells(rows, layout), TextColumn(rows.flags()))
    return OutColumns(result.id, result.title, layout.columns(), cells)


@dataclass(frozen=True)
class ResultRows:
    """The rows of a result in the order of the table; with `unit`, only those of that unit."""

    run: ColumnarRun
    result: Result
    unit: str | None = None
    spelled: Spelled = field(default_factory=Spelled)

    @cached_property
    def arrow(self) -> pa.Table:
        """The computed columns of these rows."""
        table = self.run.tables[self.result.id].combine_chunks()
        if self.unit is not None:
            table = table.filter(pc.fill_null(pc.equal(self._units(table), self.unit), False))
        places = {"order": self._roster.column(ORDER).take(table.column(AT))}
        if self.result.each:
            places["period"] = table.column(PERIOD)
        keys = [(name, "ascending") for name in places]
        return table.take(pc.sort_indices(pa.table(places), sort_keys=keys))

    @property
    def size(self) -> int:
        return int(self.arrow.num_rows)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(items_below(self.result.items))

    def kept(self, item: Item) -> Kept:
        return self.run.planner.kept_items[self.result.id, item.id]

    def units(self) -> list[str]:
        """The units that the rows belong to."""
        texts = pc.unique(self._units(self.arrow))
        return [text for text in texts.to_pylist() if text is not None]

    def _units(self, table: pa.Table) -> pa.ChunkedArray:
        texts = self._field_texts(self.run.pack.subject_of(self.result).unit, table).texts
        return texts.cast(pa.string())

    @cached_property
    def _roster(self) -> pa.Table:
        return self.run.planner.facts.tables[self.result.of].arrow

    # What stands in the cells

    def spelled_once(self, place: object, nodes: Iterable[Node], spell: Callable[[], T]) -> T:
        """What `spell` makes of these columns, kept for the next time that they are the same."""
        columns = [self.column(node) for node in nodes]
        return self.spelled.of(place, self.run.planner, columns, spell)

    def subject_texts(self, field: str) -> TextColumn:
        """A field of the subjects."""
        return self._field_texts(field, self.arrow)

    def periods(self, *, titled: bool) -> TextColumn:
        texts = [one.title if titled else one.id for one in self.run.planner.facts.periods]
        return TextColumn(_by_place(self.column(Ref(PERIOD)), texts))

    def texts(self, cell: Cell) -> TextColumn:
        """The values of a cell, null where there is none."""
        values = self.column(cell.node)
        if cell.num is not None:
            over = None if cell.num.over == ONE else self.column(cell.num.over)
            return TextColumn(number_texts(values, den=cell.num.den, over=over), "exact")
        if not cell.coded:
            return _plain_texts(values)
        if cell.type.options:
            return TextColumn(_by_place(values, cell.type.options))
        if cell.type.table:
            return TextColumn(_by_place(values, self._keys(cell.type.table)))
        return TextColumn(_by_place(values, [one.id for one in self.run.planner.facts.periods]))

    def states(self, cell: Cell) -> pa.DictionaryArray:
        """`scored`, `missing` or `not_applicable` for each row."""
        known = pc.is_valid(self.column(cell.node))
        none = pa.scalar(1, pa.int32())
        if cell.na != FALSE:
            inapplicable = pc.fill_null(self.column(cell.na), False)
            none = pc.if_else(inapplicable, pa.scalar(2, pa.int32()), none)
        return pa.DictionaryArray.from_arrays(
            pc.if_else(known, pa.scalar(0, pa.int32()), none), pa.array(_STATES)
        )

    def extras(self) -> dict[str, list[str]]:
        """The further columns of each item: those that it has for anybody, in their order."""
        every = self if self.unit is None else ResultRows(self.run, self.result)
        return {item.id: every.extras_of(item) for item in self.items}

    def extras_of(self, item: Item) -> list[str]:
        if (fixed := fixed_extras(item)) is not None:
            return fixed
        kept = self.kept(item)
        return [name for name, cell in kept.columns.items() if self._is_for_anybody(cell)]

    def _is_for_anybody(self, cell: Cell) -> bool:
        """A further column that was not computed for a row is absent there."""
        states = self.states(cell)
        return bool(pc.any(pc.not_equal(states.indices, 2)).as_py())

    def flags(self) -> pa.Array:
        """What is said of each row, joined; empty where nothing is."""
        said: dict[int, list[str]] = {}
        for item in self.items:
            for at, text in self._said_once(item):
                said.setdefault(at, []).append(f"{item.title}：{text}")
        codes: dict[str, int] = {"": 0}
        found = [0] * self.size
        for at, texts in said.items():
            found[at] = codes.setdefault("；".join(texts), len(codes))
        return pa.DictionaryArray.from_arrays(
            pa.array(found, pa.int32()), pa.array(list(codes), pa.string())
        )

    def _said_once(self, item: Item) -> list[tuple[int, str]]:
        flags = self.kept(item).flags
        nodes = [node for flag in flags for node in (flag.when, *_read_by(*flag.values))]
        return self.spelled_once((item.id, "flags"), nodes, lambda: [*self._said_of(item)])

    def _said_of(self, item: Item) -> Iterator[tuple[int, str]]:
        for flag in self.kept(item).flags:
            places = pc.indices_nonzero(self.column(flag.when))
            if len(places):
                reader = Reader(self.run.planner.facts, self._all_keys, self.arrow.take(places))
                yield from zip(places.to_pylist(), reader.said(flag), strict=True)

    # Reading columns

    def column(self, node: Node) -> pa.Array:
        """A computed column in one piece."""
        if isinstance(node, Const):
            value = node.value
            kind = pa.null() if value is None else None
            return pa.repeat(pa.scalar(value, kind), self.size)
        assert isinstance(node, Ref)
        return _in_one(self.arrow.column(node.name))

    def _field_texts(self, name: str, table: pa.Table) -> TextColumn:
        register = self.run.pack.subject_of(self.result)
        values = _in_one(self._roster.column(name).take(table.column(AT)))
        return self._texts_of_field(register.fields[name], name, values)

    def _texts_of_field(self, field: Field, name: str, values: pa.Array) -> TextColumn:
        facts = self.run.planner.facts
        if field.type in _NUMBERS:
            scale = facts.tables[self.result.of].columns[name].scale
            return TextColumn(number_texts(values, den=scale), "exact")
        if field.type in ("choice", "scale"):
            return TextColumn(_by_place(values, field.values))
        if field.type == "period":
            return TextColumn(_by_place(values, [one.id for one in facts.periods]))
        if field.type in facts.tables:
            return TextColumn(_by_place(values, self._keys(field.type)))
        return _plain_texts(values)

    def _keys(self, table: str) -> Sequence[str]:
        return [str(key) for key in self._all_keys[table]]

    @cached_property
    def _all_keys(self) -> dict[str, Sequence[str]]:
        tables = self.run.planner.facts.tables
        return {name: keys_of(one) for name, one in tables.items() if one.register.key}


def _subject_cells(rows: ResultRows, layout: Layout) -> Iterator[TextColumn]:
    for name in layout.subject_fields:
        yield rows.spelled_once(("", name), [Ref(AT)], partial(rows.subject_texts, name))
    if rows.result.each:
        yield rows.periods(titled=layout.titled)


def _item_cells(rows: ResultRows, layout: Layout) -> Iterator[TextColumn]:
    words = pa.array([layout.state(state) for state in _STATES])
    for item in layout.items:
        kept = rows.kept(item)
        yield _texts_once(rows, (item.id, "value"), kept.cell)
        states = rows.states(kept.cell)
        yield TextColumn(pa.DictionaryArray.from_arrays(states.indices, words), "exact")
        for name in layout.extras[item.id]:
            yield _texts_once(rows, (item.id, "further", name), kept.columns[name])


def _texts_once(rows: ResultRows, place: object, cell: Cell) -> TextColumn:
    return rows.spelled_once(place, _read_by(cell), partial(rows.texts, cell))


def _read_by(*cells: Cell) -> list[Node]:
    """The columns that cells are read from; what is constant is the plan's and not among them."""
    return [
        node
        for cell in cells
        for node in (cell.node, cell.na, *([] if cell.num is None else [cell.num.over]))
        if not isinstance(node, Const)
    ]


def _in_one(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # of no chunks, or too long for one
        return pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], whole.type)
    return whole


def _by_place(places: pa.Array, texts: Sequence[str]) -> pa.DictionaryArray:
    indices = places.cast(pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array(texts, pa.string()))


def _plain_texts(values: pa.Array) -> TextColumn:
    """Texts, days, and yes or no, as they stand in columns."""
    kind = values.type
    if pa.types.is_null(kind):
        return TextColumn(values.cast(pa.string()), "exact")
    if pa.types.is_boolean(kind):
        return TextColumn(pc.if_else(values, YES, NO), "truth")
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return TextColumn(values.cast(pa.string()), "text")
    coded = values.dictionary_encode()
    texts = [out_text(one) for one in coded.dictionary.to_pylist()]
    found = pa.DictionaryArray.from_arrays(coded.indices, pa.array(texts, pa.string()))
    return TextColumn(found, "exact")
