"""Many new rows into a table by COPY: inserting each of them takes many times as long."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import Enum

from django.db import connection, models
from psycopg import sql


def copy_in(rows: Sequence[models.Model]) -> None:
    """Add new rows of one model within the present transaction; they get their ids here.

    As `bulk_create`, and with as little: nothing of `save` runs, no signal is sent.
    """
    if not rows:
        return
    model = type(rows[0])
    key = model._meta.pk
    if isinstance(key, models.AutoField):
        for row, new_id in zip(rows, _new_ids(model, len(rows)), strict=True):
            row.pk = new_id
    fields = [
        (field.attname, isinstance(field, models.JSONField))
        for field in model._meta.concrete_fields
    ]
    columns = [sql.Identifier(str(field.column)) for field in model._meta.concrete_fields]
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(columns)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_value(getattr(row, name), is_json) for name, is_json in fields])
            row._state.adding = False


def _new_ids(model: type[models.Model], count: int) -> list[int]:
    """As many ids of the table as are needed, which nobody else gets."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [new_id for (new_id,) in cursor.fetchall()]


def _value(value: object, is_json: bool) -> object:
    if is_json:
        return json.dumps(value, default=str)
    return value.value if isinstance(value, Enum) else value
