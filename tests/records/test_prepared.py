"""A query whose text is written once answers like the query that it was written from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet, Value
from django.test.utils import CaptureQueriesContext

from kaocheng.records.models import Account, Appointment, Task
from kaocheng.records.prepared import Prepared
from kaocheng.records.scoped import ForgottenScope
from tests.cast import Cast


def _held(  # the shape comes first
    role: str, person_id: int, unit_id: int | None, on: date
) -> QuerySet[Any, Any]:
    rows = Appointment.objects.unscoped("a test").filter(person=person_id, starts_on__lte=on)
    if unit_id is not None:
        rows = rows.filter(unit=unit_id)
    return rows.filter(role=role).values_list("person__name", "starts_on")


def test_prepared_query_answers_for_each_of_its_values(cast: Cast) -> None:
    held = Prepared(_held)
    today = date(2026, 11, 27)

    found = [
        held.ask(cast.teacher.pk, None, today, shape="member"),
        held.ask(cast.colleague.pk, None, today, shape="member"),
        held.ask(cast.colleague.pk, cast.group.pk, today, shape="member"),
        held.ask(cast.colleague.pk, cast.school.pk, today, shape="member"),
        held.ask(cast.colleague.pk, None, date(1999, 1, 1), shape="member"),
        held.ask(cast.lead.pk, None, today, shape="lead"),
    ]

    assert [[name for name, _ in rows] for rows in found] == [
        [cast.teacher.name],
        [cast.colleague.name],
        [cast.colleague.name],
        [],
        [],
        [cast.lead.name],
    ]
    assert type(found[0][0][1]) is date


def test_prepared_query_takes_texts_and_keeps_its_constants(cast: Cast) -> None:
    Account.objects.filter(person=cast.teacher).update(login="50%s of all")
    found = Prepared(
        lambda _shape, login, name: (
            Account.objects.filter(login=login)
            .exclude(person__name=name)
            .values_list(Value("100%s"), "login")
        )
    )

    assert found.ask("50%s of all", "nobody") == [("100%s", "50%s of all")]
    assert found.ask("50%s of all", cast.teacher.name) == []
    assert found.ask("'; --", "nobody") == []


def test_prepared_query_takes_the_beginning_of_a_text_literally(cast: Cast) -> None:
    begun = Prepared(
        lambda _shape, login: Account.objects.filter(login__startswith=login).values_list("login")
    )
    Account.objects.filter(person=cast.teacher).update(login="zz_1%\\b")
    Account.objects.filter(person=cast.colleague).update(login="zzb1")

    assert sorted(begun.ask("zz")) == [("zz_1%\\b",), ("zzb1",)]
    assert begun.ask("zz_") == begun.ask("zz_1%\\") == [("zz_1%\\b",)]
    assert begun.ask("zz%") == []


def test_prepared_query_may_stand_in_a_larger_one(cast: Cast) -> None:
    counted = Prepared(
        lambda _shape, pk: Account.objects.filter(person=pk).values_list("login"),
        around=lambda text, shape: f"select upper(login) || '{shape}' from ({text}) found",
    )
    login = Account.objects.get(person=cast.teacher).login

    assert counted.ask(cast.teacher.pk, shape="!") == [(f"{login.upper()}!",)]


def test_prepared_query_is_planned_once_and_counted_by_django(cast: Cast) -> None:
    held = Prepared(_held)
    mark = "starts_on%role%member"

    with CaptureQueriesContext(connection) as asked:
        for person in (cast.teacher, cast.colleague, cast.teacher):
            held.ask(person.pk, None, date(2026, 11, 27), shape="member")
    with connection.cursor() as cursor:
        cursor.execute(
            "select statement from pg_prepared_statements where statement like %s", [f"%{mark}%"]
        )
        statements = [row[0] for row in cursor.fetchall()]

    assert len(asked) == 3
    assert len(statements) == 1
    assert "'member'" in statements[0]


def test_prepared_query_for_a_beginning_is_planned_for_each(cast: Cast) -> None:
    begun = Prepared(
        lambda _shape, login: Account.objects.filter(login__startswith=login).values_list("login")
    )

    for person in (cast.teacher, cast.colleague, cast.teacher):
        begun.ask(person.name)
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_prepared_statements where statement like '%LIKE $1'")
        found = cursor.fetchall()

    assert found == []


def test_prepared_query_reads_columns_as_the_model_does(cast: Cast) -> None:
    Account.objects.filter(person=cast.teacher).update(earlier_passwords=["a", "b"])
    earlier = Prepared(
        lambda _shape, pk: Account.objects.filter(person=pk).values_list("earlier_passwords")
    )

    assert earlier.ask(cast.teacher.pk) == [(["a", "b"],)]


def test_prepared_query_of_owned_rows_has_to_say_its_scope() -> None:
    forgotten = Prepared(lambda _shape, pk: Task.objects.filter(pk=pk).values_list("title"))

    with pytest.raises(ForgottenScope):
        forgotten.ask(1)


def test_prepared_query_has_to_ask_for_what_it_is_given() -> None:
    deaf = Prepared(lambda _shape, _at: Account.objects.values_list("pk"))

    with pytest.raises(ValueError, match="does not ask for"):
        deaf.ask(datetime(2026, 11, 27, tzinfo=UTC))
