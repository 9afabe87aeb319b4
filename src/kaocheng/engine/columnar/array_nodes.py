"""The operators of the plan on NumPy arrays, with SQL's meaning of null.

A `Values` pairs an array with a mask of its nulls (None: there is none). Whole numbers are int64
where the plan has proven that they fit, else Python's own in arrays of objects; texts are objects.
What stands under a null is of the right type and means nothing. A constant is a single value.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

Array = Any  # numpy.ndarray, or one plain value for all rows


class Values(NamedTuple):
    """A column, or a constant; `nulls` is a mask, or None where no value is null."""

    data: Array
    nulls: Array | None = None


NULL = Values(0, np.True_)
Operator = Callable[..., Values]


def constant(value: object) -> Values:
    """A constant of the plan."""
    if value is None:
        return NULL
    if isinstance(value, datetime):
        return Values(np.datetime64(value, "us"))
    if isinstance(value, date):
        return Values(np.datetime64(value, "D"))
    if isinstance(value, str):
        return Values(np.array(value, dtype=object))
    return Values(value)


def spread(values: Values, count: int) -> Values:
    """The values as whole columns of `count` rows."""
    data, nulls = np.asarray(values.data), values.nulls
    if data.ndim == 0:
        data = np.broadcast_to(data, count)
    if nulls is not None and np.ndim(nulls) == 0:
        nulls = np.broadcast_to(nulls, count)
    return Values(data, nulls)


def taken(values: Values, index: Array | None) -> Values:
    """The rows at `index`, null where it is -1; None stands for all rows as they are."""
    if index is None:
        return values
    data, nulls = values
    nowhere = index < 0
    if np.ndim(data):
        data = data[index] if len(data) else np.broadcast_to(_nothing(data), len(index))
    if nulls is not None and np.ndim(nulls):
        nulls = nulls[index] if len(nulls) else np.broadcast_to(np.True_, len(index))
    return Values(data, either(nulls, nowhere if nowhere.any() else None))


def _nothing(data: Array) -> Array:
    """A value of the type of an array without rows."""
    return np.array("", dtype=object) if data.dtype == object else np.zeros((), data.dtype)


def either(first: Array | None, second: Array | None) -> Array | None:
    """Null where one of the two is."""
    if first is None:
        return second
    return first if second is None else np.logical_or(first, second)


def true(values: Values) -> Array:
    """Where a condition is true; it may be unknown elsewhere."""
    if values.nulls is None:
        return values.data
    return np.logical_and(values.data, np.logical_not(values.nulls))


def false(values: Values) -> Array:
    """Where a condition is false."""
    found = np.logical_not(values.data)
    return found if values.nulls is None else np.logical_and(found, np.logical_not(values.nulls))


def _strict(function: Callable[[Array, Array], Array]) -> Operator:
    """An operator of several values from the left, null where one of them is."""

    def operate(first: Values, *others: Values) -> Values:
        data, nulls = first
        for one in others:
            data, nulls = function(data, one.data), either(nulls, one.nulls)
        return Values(data, nulls)

    return operate


def _alone(function: Callable[[Array], Array]) -> Operator:
    return lambda one: Values(function(one.data), one.nulls)


def _quotient(top: Array, bottom: Array) -> Array:
    """Whole division, cut off towards zero; what divides by nothing is null."""
    whole = np.abs(top) // np.abs(bottom)
    return np.where(np.not_equal(np.less(top, 0), np.less(bottom, 0)), -whole, whole)


def _remainder(top: Array, bottom: Array) -> Array:
    """What whole division leaves over, with the sign of `top`."""
    rest = np.abs(top) % np.abs(bottom)
    return np.where(np.less(top, 0), -rest, rest)


def _dividing(function: Callable[[Array, Array], Array]) -> Operator:
    def divide(top: Values, bottom: Values) -> Values:
        under, nulls = bottom.data, either(top.nulls, bottom.nulls)
        nothing = np.equal(under, 0)
        if np.any(nothing):
            under, nulls = np.where(nothing, 1, under), either(nulls, nothing)
        return Values(function(top.data, under), nulls)

    return divide


def _and(*args: Values) -> Values:
    if all(one.nulls is None for one in args):
        return Values(reduce(np.logical_and, [one.data for one in args]))
    yes = reduce(np.logical_and, [true(one) for one in args])
    no = reduce(np.logical_or, [false(one) for one in args])
    return Values(yes, np.logical_not(np.logical_or(yes, no)))


def _or(*args: Values) -> Values:
    if all(one.nulls is None for one in args):
        return Values(reduce(np.logical_or, [one.data for one in args]))
    yes = reduce(np.logical_or, [true(one) for one in args])
    no = reduce(np.logical_and, [false(one) for one in args])
    return Values(yes, np.logical_not(np.logical_or(yes, no)))


def _is_null(one: Values) -> Values:
    if one.nulls is None:
        return Values(np.zeros(np.shape(one.data), dtype=bool))
    return Values(one.nulls)


def chosen(condition: Array, then: Values, otherwise: Values) -> Values:
    """`then` where the condition holds, else `otherwise`."""
    if then is NULL:
        return Values(otherwise.data, either(otherwise.nulls, condition))
    if otherwise is NULL:
        return Values(then.data, either(then.nulls, np.logical_not(condition)))
    data = np.where(condition, then.data, otherwise.data)
    if then.nulls is None and otherwise.nulls is None:
        return Values(data)
    first, second = (np.False_ if one.nulls is None else one.nulls for one in (then, otherwise))
    return Values(data, np.where(condition, first, second))


def _case(*args: Values) -> Values:
    found = args[-1]
    for at in range(len(args) - 3, -1, -2):
        found = chosen(true(args[at]), args[at + 1], found)
    return found


def _pick(place: Values, *options: Values) -> Values:
    found = NULL
    for at, one in enumerate(options):
        if one is not NULL:
            found = chosen(true(Values(np.equal(place.data, at), place.nulls)), one, found)
    return found


def _place(text: Values, *options: Values) -> Values:
    found = NULL
    for at in range(len(options) - 1, -1, -1):
        found = chosen(true(_OPERATE["="](text, options[at])), Values(at), found)
    return found


def _in(one: Values, *options: Values) -> Values:
    return _or(*(_OPERATE["="](one, option) for option in options))


def _coalesce(*args: Values) -> Values:
    found = args[-1]
    for one in reversed(args[:-1]):
        found = one if one.nulls is None else chosen(np.logical_not(one.nulls), one, found)
    return found


def _nullif(one: Values, other: Values) -> Values:
    same = true(_OPERATE["="](one, other))
    return Values(one.data, either(one.nulls, same)) if np.any(same) else one


def _extreme(function: Callable[[Array, Array], Array]) -> Operator:
    """The least or greatest of the values that are known."""

    def operate(first: Values, *others: Values) -> Values:
        for one in others:
            both = Values(function(first.data, one.data), either(first.nulls, one.nulls))
            if both.nulls is not None:
                both = chosen(np.logical_not(both.nulls), both, _coalesce(first, one))
            first = both
        return first

    return operate


def _clamp(one: Values, last: Values) -> Values:
    """Within 0 and `last`; null where the value is."""
    data = _extreme(np.minimum)(last, Values(np.maximum(0, one.data))).data
    return Values(data, one.nulls)


def narrow(data: Array) -> Array:
    """Whole numbers as int64, which they fit in wherever they are known."""
    if np.asarray(data).dtype.kind != "O":
        return data
    try:
        return data.astype(np.int64)
    except OverflowError:  # under a null anything may stand
        return np.where(np.abs(data) < 2**63, data, 0).astype(np.int64)


def _wide(data: Array) -> Array:
    return np.asarray(data).astype(object)


def _of_texts(function: Callable[..., Any], kind: type) -> Operator:
    def operate(*args: Values) -> Values:
        nulls = reduce(either, [one.nulls for one in args])
        found = np.frompyfunc(function, len(args), 1)(*(one.data for one in args))
        return Values(np.asarray(found).astype(kind), nulls)

    return operate


def _year(day: Array) -> Array:
    return day.astype("datetime64[Y]").astype(np.int64) + 1970


def _month(day: Array) -> Array:
    return day.astype("datetime64[M]").astype(np.int64) % 12 + 1


def _day(day: Array) -> Array:
    date_ = day.astype("datetime64[D]")
    return (date_ - date_.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1


def _between(unit: str) -> Callable[[Array, Array], Array]:
    kind = f"datetime64[{unit}]"
    return lambda first, last: (last.astype(kind) - first.astype(kind)).astype(np.int64)


def _make_date(year: Values, month: Values, day: Values) -> Values:
    """The day, null where there is none."""
    nulls = reduce(either, [one.nulls for one in (year, month, day)])
    years, months, days = (np.asarray(narrow(one.data)) for one in (year, month, day))
    first = ((years - 1970) * 12 + months - 1).astype("datetime64[M]")
    found = first.astype("datetime64[D]") + (days - 1)
    exists = (months >= 1) & (months <= 12) & (found.astype("datetime64[M]") == first)
    return Values(found, either(nulls, np.logical_not(exists)))


_OPERATE: dict[str, Operator] = {
    "+": _strict(np.add),
    "-": _strict(np.subtract),
    "*": _strict(np.multiply),
    "//": _dividing(_quotient),
    "%": _dividing(_remainder),
    "=": _strict(np.equal),
    "<>": _strict(np.not_equal),
    "<": _strict(np.less),
    "<=": _strict(np.less_equal),
    ">": _strict(np.greater),
    ">=": _strict(np.greater_equal),
    "and": _and,
    "or": _or,
    "not": _alone(np.logical_not),
    "is_null": _is_null,
    "holds": lambda one: Values(true(one)),
    "in": _in,
    "case": _case,
    "pick": _pick,
    "place": _place,
    "clamp": _clamp,
    "coalesce": _coalesce,
    "nullif": _nullif,
    "neg": _alone(np.negative),
    "least": _extreme(np.minimum),
    "greatest": _extreme(np.maximum),
    "abs": _alone(np.abs),
    "sign": _alone(lambda data: narrow(np.sign(data))),
    "huge": _alone(_wide),
    "big": _alone(narrow),
    "bits": _alone(lambda data: np.bitwise_count(data).astype(np.int64)),
    "year": _alone(_year),
    "month": _alone(_month),
    "day": _alone(_day),
    "days": _strict(_between("D")),
    "micros": _strict(_between("us")),
    "day_of": _alone(lambda data: data.astype("datetime64[D]")),
    "make_date": _make_date,
    "length": _of_texts(len, np.int64),
    "starts_with": _of_texts(str.startswith, bool),
    "contains": _of_texts(str.__contains__, bool),
    "gcd": _strict(np.gcd),
}
OPERATORS = dict(_OPERATE)
