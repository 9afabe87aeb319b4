"""Groups of rows in arrays: what aggregates take, what keys find, and which rows meet in a join."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kaocheng.engine.columnar.array_nodes import Array, Values, either, narrow, spread, true

MOST_PAIRS = 2_000_000  # rows that meet in one join; more than these are left to the database
_SPAN = 2**62


class Unfit(Exception):  # a finding about a plan or its facts, not a fault of the program
    """What arrays are not made for; the database computes it."""


@dataclass(eq=False)
class Groups:
    """Rows of a table of `size` rows, group by group.

    `rows`: which rows, in the order of their groups (None: all, as they stand). `ids`: the group of
    each of them, ascending, out of `count` groups. A group may be without rows.
    """

    rows: Array | None
    ids: Array
    count: int
    size: int

    @cached_property
    def starts(self) -> Array:
        """Where each group that has rows begins."""
        if len(self.ids) == 0:
            return np.zeros(0, np.int64)
        return np.concatenate(([0], np.flatnonzero(self.ids[1:] != self.ids[:-1]) + 1))

    @cached_property
    def of_row(self) -> Array:
        """The group of each row of the table, where all of them have one."""
        if self.rows is None:
            return self.ids
        found = np.empty(self.size, np.int64)
        found[self.rows] = self.ids
        return found

    def take(self, data: Array) -> Array:
        return data if self.rows is None else data[self.rows]

    def where(self, mask: Array) -> Groups:
        """Only the rows for which `mask` is true."""
        kept = np.flatnonzero(self.take(np.broadcast_to(mask, self.size)))
        rows = kept if self.rows is None else self.rows[kept]
        return Groups(rows, self.ids[kept], self.count, self.size)

    def placed(self, found: Array) -> Values:
        """What groups with rows come to, at its group; null for a group without."""
        if len(self.starts) == self.count:
            return Values(found)
        data = np.zeros(self.count, found.dtype)
        nulls = np.ones(self.count, dtype=bool)
        present = self.ids[self.starts]
        data[present], nulls[present] = found, False
        return Values(data, nulls)


def restricted(groups: Groups, condition: Values) -> Groups:
    return groups.where(true(condition))


def codes(columns: Sequence[Values]) -> tuple[Array, Array | None]:
    """One whole number for each combination of values, and where one of them is null.

    The numbers are in the order of the values.
    """
    found, nulls = sortable(columns[0].data), columns[0].nulls
    for one in columns[1:]:
        own, nulls = sortable(one.data), either(nulls, one.nulls)
        if len(found) == 0:
            return found, nulls
        found, own = _from_zero(found), _from_zero(own)
        width = int(own.max()) + 1
        if (int(found.max()) + 1) * width >= _SPAN:
            found = np.unique(found, return_inverse=True)[1]
            own = np.unique(own, return_inverse=True)[1]
            width = int(own.max()) + 1
        found = found * width + own
    return found, nulls


def sortable(data: Array) -> Array:
    """Whole numbers in the order of the values."""
    if data.dtype == object:
        return np.unique(data, return_inverse=True)[1]
    return data if data.dtype == np.int64 else data.astype(np.int64)


def _from_zero(found: Array) -> Array:
    low, high = int(found.min()), int(found.max())
    if high - low >= _SPAN:
        return np.unique(found, return_inverse=True)[1]
    return found - low


def groups_of(count: int, *keys: Values) -> Groups:
    """The groups of a pass by its keys; rows with a key that is null are in none."""
    if not keys:
        return Groups(None, np.zeros(count, np.int64), 1, count)
    found, nulls = codes([spread(one, count) for one in keys])
    rows = None
    if nulls is not None and nulls.any():
        rows = np.flatnonzero(~nulls)
        found = found[rows]
    return _sorted(found, rows, count)


def partitions_of(count: int, *keys: Values) -> Groups:
    """The partitions of a window; rows whose key is null are one of their own."""
    columns = [one for key in keys for one in _null_as_value(key, count)]
    if not columns or count == 0:
        return Groups(None, np.zeros(count, np.int64), min(1, count), count)
    found, _ = codes(columns)
    return _sorted(found, None, count)


def _null_as_value(column: Values, count: int) -> list[Values]:
    """Columns without nulls that are alike where the column is, null being like null."""
    data, nulls = spread(column, count)
    if nulls is None or not nulls.any():
        return [Values(data)]
    return [Values(nulls), Values(np.where(nulls, data[:1], data))]


def _sorted(found: Array, rows: Array | None, size: int) -> Groups:
    if len(found) > 1 and not (found[1:] >= found[:-1]).all():
        order = np.argsort(found, kind="stable")
        found = found[order]
        rows = order if rows is None else rows[order]
    ids = np.zeros(len(found), np.int64)
    if len(found):
        np.cumsum(found[1:] != found[:-1], out=ids[1:])
    return Groups(rows, ids, int(ids[-1]) + 1 if len(ids) else 0, size)


def key_of_groups(groups: Groups, key: Values) -> Values:
    """The key of every group."""
    return Values(groups.take(spread(key, groups.size).data)[groups.starts])


def number_of_groups(groups: Groups) -> int:
    return groups.count


# Aggregates


def _known(groups: Groups, *columns: Values) -> tuple[Groups, list[Array]]:
    """The rows in which every column is known, and what stands there."""
    whole = [spread(one, groups.size) for one in columns]
    for one in whole:
        if one.nulls is not None:
            groups = groups.where(~one.nulls)
    return groups, [groups.take(one.data) for one in whole]


def _count(groups: Groups, *columns: Values) -> Values:
    groups, _ = _known(groups, *columns)
    return Values(np.bincount(groups.ids, minlength=groups.count))


def _reduced(function: np.ufunc, prepare: Callable[[Array], Array]) -> Callable[..., Values]:
    """An aggregate by a function of two values."""

    def aggregate(groups: Groups, column: Values) -> Values:
        groups, (data,) = _known(groups, column)
        data = prepare(data)
        if not len(data):
            return groups.placed(data)
        return groups.placed(function.reduceat(data, groups.starts))

    return aggregate


def _distinct(groups: Groups, *columns: Values) -> Values:
    """How many different values there are; of several columns, with null as a value too."""
    if len(columns) == 1:
        groups, data = _known(groups, *columns)
    else:
        whole = [one for column in columns for one in _null_as_value(column, groups.size)]
        data = [groups.take(one.data) for one in whole]
    if not len(groups.ids):
        return Values(np.zeros(groups.count, np.int64))
    found, _ = codes([Values(groups.ids), *map(Values, data)])
    _, first = np.unique(found, return_index=True)
    return Values(np.bincount(groups.ids[first], minlength=groups.count))


def _arg_max(groups: Groups, column: Values, order: Values) -> Values:
    """The value in the row that comes last."""
    groups, (data, keys) = _known(groups, column, order)
    by = np.lexsort((sortable(keys), groups.ids))
    ends = np.append(groups.starts[1:], len(by)) - 1 if len(by) else groups.starts
    return groups.placed(data[by][ends])


def _run(groups: Groups, held: Values, order: Values) -> Values:
    """The length of the longest piece in which all hold, in order."""
    by = np.lexsort((sortable(groups.take(spread(order, groups.size).data)), groups.ids))
    holds = groups.take(np.broadcast_to(true(held), groups.size))[by]
    places = np.arange(len(by))
    breaks = ~holds
    breaks[groups.starts] = True
    since = places - np.maximum.accumulate(np.where(breaks, places, 0)) + 1
    # A piece that begins at a break which holds itself is one longer than from behind a break.
    first = holds[np.maximum.accumulate(np.where(breaks, places, 0))] if len(by) else holds
    found = np.where(holds, np.where(first, since, since - 1), 0)
    return groups.placed(np.maximum.reduceat(found, groups.starts) if len(by) else found)


def _same(data: Array) -> Array:
    return data


AGGREGATES: dict[str, Callable[..., Values]] = {
    "count": _count,
    "distinct": _distinct,
    "sum": _reduced(np.add, lambda data: narrow(data).astype(np.int64, copy=False)),
    "huge_sum": _reduced(np.add, lambda data: data.astype(object)),
    "mask": _reduced(np.bitwise_or, lambda data: np.uint64(1) << data.astype(np.uint64)),
    "any": _reduced(np.logical_or, lambda data: data.astype(bool, copy=False)),
    "min": _reduced(np.minimum, _same),
    "max": _reduced(np.maximum, _same),
    "arg_max": _arg_max,
    "run": _run,
}


# Rows that meet


def _sides(left: Sequence[Values], right: Sequence[Values]) -> tuple[Array, Array]:
    """The keys of both sides as numbers that are equal where the values are."""
    if not left:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    size = len(left[0].data)
    if len(left) == 1 and left[0].data.dtype != object:
        return sortable(left[0].data), sortable(right[0].data)
    joined = [
        Values(np.concatenate((one.data, other.data)))
        for one, other in zip(left, right, strict=True)
    ]
    found, _ = codes(joined)
    return found[:size], found[size:]


def _nulls(columns: Sequence[Values]) -> Array | None:
    found = None
    for one in columns:
        found = either(found, one.nulls)
    return found


def found_rows(count: int, others: int, *keys: Values) -> Array | None:
    """For each of `count` rows the row of the other side whose keys are the same (-1: none).

    `keys`: this side's, then the other side's, among which no two rows are alike. None where each
    row finds the one in its own place.
    """
    half = len(keys) // 2
    left = [spread(one, count) for one in keys[:half]]
    right = [spread(one, others) for one in keys[half:]]
    if not half:
        return np.full(count, 0 if others else -1)
    own, other = _sides(left, right)
    gone, unknown = _nulls(left), _nulls(right)
    if gone is None and unknown is None and count == others and np.array_equal(own, other):
        return None
    rows = None if unknown is None else np.flatnonzero(~unknown)
    other = other if rows is None else other[rows]
    if not len(other):
        return np.full(count, -1)
    if not (other[1:] >= other[:-1]).all():
        order = np.argsort(other, kind="stable")
        other, rows = other[order], order if rows is None else rows[order]
    places = np.minimum(np.searchsorted(other, own), len(other) - 1)
    hit = other[places] == own
    if gone is not None:
        hit &= ~gone
    return np.where(hit, places if rows is None else rows[places], -1)


def rows_at(count: int, others: int, key: Values) -> Array:
    """As `found_rows`, where the key is the place of the row itself."""
    whole = spread(key, count)
    hit = (whole.data >= 0) & (whole.data < others)
    if whole.nulls is not None:
        hit &= ~whole.nulls
    return np.where(hit, whole.data, -1)


def pairs(count: int, others: int, *keys: Values) -> tuple[Array, Array]:
    """The rows of both sides that meet because their keys are the same; without keys, all."""
    half = len(keys) // 2
    left = [spread(one, count) for one in keys[:half]]
    right = [spread(one, others) for one in keys[half:]]
    own, other = _sides(left, right)
    if not half:
        own, other = np.zeros(count, np.int64), np.zeros(others, np.int64)
    unknown = _nulls(right)
    rows = np.arange(others) if unknown is None else np.flatnonzero(~unknown)
    rows = rows[np.argsort(other[rows], kind="stable")]
    low = np.searchsorted(other[rows], own, "left")
    many: Array = np.searchsorted(other[rows], own, "right") - low
    gone = _nulls(left)
    if gone is not None:
        many = many * ~gone
    total = int(many.sum())
    if total > MOST_PAIRS:
        raise Unfit(f"{total} pairs of rows")
    ends = np.cumsum(many)
    inside = np.arange(total) - np.repeat(ends - many, many)
    return np.repeat(np.arange(count), many), rows[np.repeat(low, many) + inside]
