"""A query that every page asks: Django writes its text once, later its blanks are only filled in.

Writing the text takes Django several times as long as PostgreSQL needs to answer it. The text is a
prepared statement of the connection besides: PostgreSQL plans it once, not at every page. A text
that looks for beginnings it plans each time: of how many rows there are under one it has no idea
before it sees it, and the plan for a single row takes several times as long among 1,600.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import QuerySet

from kaocheng.records.scoped import ForgottenScope, OwnedQuerySet

# Stands in the text where a value comes: far from any id, any day and any moment of ours.
_NO_ID = -7_000_000_000_000
_NO_TEXT = "\x1fblank "
_MARKS = re.compile("%%|%s")
Value = int | str | date | None


@dataclass(frozen=True)
class Text:
    """`places`: which value goes where, and whether as the beginning that a text has to have.

    `read`: columns that Django converts.

    Without `sql` no row can meet the conditions, such as those of somebody without the right.
    """

    sql: str
    places: tuple[tuple[int, bool], ...]
    read: tuple[tuple[int, list[Callable[..., Any]], Any], ...]


class Prepared:
    """`ask(values)` gives the rows as tuples, in the order of the `values_list` of the query.

    `build(shape, *values)` makes the queryset. Numbers, texts, days and moments are blanks, nothing
    stays nothing; whatever else changes the query or its constants (such as a role) belongs to the
    shape. Constants stand in the text, so that PostgreSQL can plan for them. `around(text, shape)`
    may put it into a larger one, with the same columns.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any, Any]],
        *,
        around: Callable[[str, Any], str] = lambda text, _shape: text,
    ) -> None:
        self._build = build
        self._around = around
        self._texts: dict[Hashable, Text] = {}

    def ask(self, *values: Value, shape: Hashable = None) -> list[tuple[Any, ...]]:
        key = (shape, *(value is None for value in values))
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = self._written(shape, values)
        if not text.sql:
            return []
        given = [_given(values[at], begins=begins) for at, begins in text.places]
        rows = _answered(text, given)
        return [_converted(row, text) for row in rows] if text.read else rows

    def _written(self, shape: Hashable, values: tuple[Value, ...]) -> Text:
        blanks = [_blank(position, value) for position, value in enumerate(values)]
        rows = self._build(shape, *blanks)
        if isinstance(rows, OwnedQuerySet) and not rows.said_scope:
            raise ForgottenScope(rows.model.__name__)
        compiler = rows.query.get_compiler(connection=connection)
        try:
            sql, found = compiler.as_sql()
        except EmptyResultSet:
            return Text("", (), ())
        places = [place for place in (_place(one, blanks) for one in found) if place]
        missing = {one for one in blanks if one is not None} - {blanks[at] for at, _ in places}
        if missing:
            raise ValueError(f"the query does not ask for {sorted(missing, key=str)}")
        columns = [column for column, _, _ in compiler.select]
        read = compiler.get_converters(columns)
        return Text(
            self._around(_with_constants(sql, found, blanks), shape),
            tuple(places),
            tuple((at, how, column) for at, (how, column) in read.items()),
        )


class _PlannedEachTime(psycopg.Cursor[tuple[Any, ...]]):
    def execute(self, query: Any, params: Any = None, **_: object) -> Self:  # noqa: ANN401
        return super().execute(query, params, prepare=False)


def _answered(text: Text, given: list[Value]) -> list[tuple[Any, ...]]:
    """With the values sent beside the text: only so does PostgreSQL know the text again."""
    # Every look at `connection` asks which thread this is.
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    looks_for_beginnings = any(begins for _, begins in text.places)
    kind: Any = _PlannedEachTime if looks_for_beginnings else psycopg.Cursor
    cursor = kind(database.connection)
    rows: list[tuple[Any, ...]]
    if database.queries_logged:
        with database.make_debug_cursor(cursor) as logged:
            logged.execute(text.sql, given)
            rows = logged.fetchall()
        return rows
    # What Django's own cursor does besides; it takes as long as the query.
    database.validate_no_broken_transaction()
    with database.wrap_database_errors, cursor:
        cursor.execute(text.sql, given)
        rows = cursor.fetchall()
    return rows


def _with_constants(sql: str, found: tuple[Any, ...], blanks: list[Value]) -> str:
    """The text with a mark for each blank alone."""
    values = iter(found)

    def written(mark: re.Match[str]) -> str:
        if mark[0] == "%%":
            return "%%"
        value = next(values)
        if _place(value, blanks):
            return "%s"
        return client.mogrify("%s", [value]).replace("%", "%%")

    connection.ensure_connection()
    client = psycopg.ClientCursor(connection.connection)
    return _MARKS.sub(written, sql)


def _converted(row: tuple[Any, ...], text: Text) -> tuple[Any, ...]:
    values = list(row)
    for at, how, column in text.read:
        for convert in how:
            values[at] = convert(values[at], column, connection)
    return tuple(values)


def _blank(position: int, value: Value) -> Value:
    if value is None:
        return None
    if isinstance(value, str):
        return f"{_NO_TEXT}{position}"
    if isinstance(value, datetime):
        return datetime(1, 1, 2 + position, tzinfo=UTC)
    if isinstance(value, date):
        return date(1, 1, 2 + position)
    return _NO_ID - position


def _place(value: object, blanks: list[Value]) -> tuple[int, bool] | None:
    """Which blank stands here, and whether only as a beginning; None for a constant."""
    for at, blank in enumerate(blanks):
        if blank is not None and type(value) is type(blank):
            if value == blank:
                return at, False
            if value == f"{blank}%":
                return at, True
    return None


def _given(value: Value, *, begins: bool) -> Value:
    if not begins:
        return value
    plain = str(value).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"{plain}%"
