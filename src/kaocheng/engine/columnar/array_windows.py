"""Windows with an order, in arrays: places within a partition, and what runs up to a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kaocheng.engine.columnar.array_groups import Groups, sortable
from kaocheng.engine.columnar.array_nodes import Array, Values, spread, true


@dataclass(eq=False)
class Sorted:
    """Rows in order within their partitions.

    For every place: where its partition `begins`, where those equal to it begin (`equals`), and
    the place behind the last of them (`ends`).
    """

    rows: Array
    begins: Array
    equals: Array
    ends: Array

    def back(self, found: Array) -> Array:
        """From places to rows."""
        placed = np.empty(len(found), found.dtype)
        placed[self.rows] = found
        return placed


def in_order(downs: tuple[bool, ...]) -> Callable[..., Sorted]:
    """Sorts the rows of every partition by keys; `downs` says which of them fall."""

    def sort(groups: Groups, *keys: Values) -> Sorted:
        columns = []
        for key, down in zip(keys, downs, strict=True):
            column = sortable(spread(key, groups.size).data)
            columns.append(-column if down else column)
        columns.insert(0, groups.of_row)
        rows = np.lexsort(columns[::-1])
        new = np.ones(len(rows), dtype=bool)
        new[1:] = columns[0][rows][1:] != columns[0][rows][:-1]
        differs = new.copy()
        for column in columns[1:]:
            placed = column[rows]
            differs[1:] |= placed[1:] != placed[:-1]
        places = np.arange(len(rows))
        equals = np.maximum.accumulate(np.where(differs, places, 0)) if len(rows) else places
        starts = np.append(np.flatnonzero(differs), len(rows))
        ends = starts[np.cumsum(differs)] if len(rows) else places
        begins = np.maximum.accumulate(np.where(new, places, 0)) if len(rows) else places
        return Sorted(rows, begins, equals, ends)

    return sort


def row_number(order: Sorted) -> Values:
    return Values(order.back(np.arange(len(order.rows)) - order.begins + 1))


def rank(order: Sorted) -> Values:
    return Values(order.back(order.equals - order.begins + 1))


def count_so_far(order: Sorted, *counted: Values) -> Values:
    """How many rows there are up to each row and its equals for which all of `counted` hold."""
    return Values(order.back(_so_far(order, _held(order, counted).astype(np.int64))))


def sum_so_far(order: Sorted, column: Values, *counted: Values) -> Values:
    whole = spread(column, len(order.rows))
    held = _held(order, counted)
    if whole.nulls is not None:
        held = held & ~whole.nulls[order.rows]
    data = _so_far(order, np.where(held, whole.data[order.rows], 0))
    return Values(order.back(data), order.back(_so_far(order, held.astype(np.int64)) == 0))


def _held(order: Sorted, counted: Sequence[Values]) -> Array:
    held = np.ones(len(order.rows), dtype=bool)
    for one in counted:
        held &= np.broadcast_to(true(one), len(held))[order.rows]
    return held


def _so_far(order: Sorted, numbers: Array) -> Array:
    summed = np.concatenate((np.zeros(1, numbers.dtype), np.cumsum(numbers)))
    return summed[order.ends] - summed[order.begins]


def first_value(order: Sorted, column: Values) -> Values:
    whole = spread(column, len(order.rows))
    first = order.back(order.rows[order.begins])
    nulls = None if whole.nulls is None else whole.nulls[first]
    return Values(whole.data[first], nulls)


ORDERED: Mapping[str, Callable[..., Values]] = {
    "row_number": row_number,
    "rank": rank,
    "count": count_so_far,
    "sum": sum_so_far,
    "first_value": first_value,
}
