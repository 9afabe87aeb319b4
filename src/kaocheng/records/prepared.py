"""A query that every page asks: Django writes its text once, later its blanks are only filled in.

Writing the text takes Django several times as long as PostgreSQL needs to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from kaocheng.records.scoped import ForgottenScope, OwnedQuerySet

# Stands in the text where a value comes: far from any id, any day and any moment of ours.
_NO_ID = -7_000_000_000_000
Value = int | date | None


@dataclass(frozen=True)
class Text:
    """`places`: which value goes where, or a constant; `read`: columns that Django converts."""

    sql: str
    places: tuple[tuple[int | None, Any], ...]
    read: tuple[tuple[int, list[Callable[..., Any]], Any], ...]


class Prepared:
    """`ask(values)` gives the rows as tuples, in the order of the `values_list` of the query.

    `build(shape, *values)` makes the queryset. Numbers, days and moments are blanks, nothing stays
    nothing; whatever else changes the text or its constants (such as a role) belongs to the shape.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._texts: dict[Hashable, Text] = {}

    def ask(self, *values: Value, shape: Hashable = None) -> list[tuple[Any, ...]]:
        key = (shape, *(value is None for value in values))
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = self._written(shape, values)
        given = [fixed if place is None else values[place] for place, fixed in text.places]
        with connection.cursor() as cursor:
            cursor.execute(text.sql, given)
            rows = cursor.fetchall()
        return [_converted(row, text) for row in rows] if text.read else rows

    def _written(self, shape: Hashable, values: tuple[Value, ...]) -> Text:
        blanks = [_blank(position, value) for position, value in enumerate(values)]
        rows = self._build(shape, *blanks)
        if isinstance(rows, OwnedQuerySet) and not rows.said_scope:
            raise ForgottenScope(rows.model.__name__)
        compiler = rows.query.get_compiler(connection=connection)
        sql, found = compiler.as_sql()
        places = tuple(
            (blanks.index(one), None) if _is_among(one, blanks) else (None, one) for one in found
        )
        missing = [blank for blank in blanks if blank is not None and blank not in found]
        if missing:
            raise ValueError(f"the query does not ask for {missing}")
        columns = [column for column, _, _ in compiler.select]
        read = compiler.get_converters(columns)
        return Text(sql, places, tuple((at, how, column) for at, (how, column) in read.items()))


def _converted(row: tuple[Any, ...], text: Text) -> tuple[Any, ...]:
    values = list(row)
    for at, how, column in text.read:
        for convert in how:
            values[at] = convert(values[at], column, connection)
    return tuple(values)


def _blank(position: int, value: Value) -> Value:
    if value is None:
        return None
    if isinstance(value, datetime):
        return datetime(1, 1, 2 + position, tzinfo=UTC)
    if isinstance(value, date):
        return date(1, 1, 2 + position)
    return _NO_ID - position


def _is_among(value: object, blanks: list[Value]) -> bool:
    return value is not None and any(
        type(value) is type(blank) and value == blank for blank in blanks
    )
