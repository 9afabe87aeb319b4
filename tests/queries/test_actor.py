"""Who a signed-in account is: the account, the person and what they hold, in one query."""

from __future__ import annotations

from datetime import date, timedelta

from pytest_django import DjangoAssertNumQueries

from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.actor import account_at_work, actor_of, appointments_today
from kaocheng.records.models import Account, Appointment, Person
from kaocheng.records.models.unit import UnitKind
from tests.cast import Cast


def hold(who: Person, cast: Cast, *, starts_on: date, ends_on: date | None = None) -> None:
    Appointment(
        person=who, role="clerk", unit=cast.school, starts_on=starts_on, ends_on=ends_on
    ).save()


def test_account_comes_with_what_it_holds_today_the_oldest_first(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    today = CLOCK.today()
    hold(cast.teacher, cast, starts_on=date(2021, 9, 1), ends_on=today)
    hold(cast.teacher, cast, starts_on=date(2022, 9, 1), ends_on=today + timedelta(days=1))
    hold(cast.teacher, cast, starts_on=today + timedelta(days=1))
    kept = Account.objects.get(person=cast.teacher)

    with django_assert_num_queries(1):
        account = account_at_work(kept.pk)
        assert account is not None
        found, step = actor_of(account, {})

    assert (found.account_id, found.person_id, found.name, step) == (
        kept.pk,
        cast.teacher.pk,
        "林晓棠",
        "",
    )
    assert [(one.role, one.unit_name, one.within) for one in found.others] == [
        ("member", "数学组", "榕荫小学"),
        ("clerk", "榕荫小学", ""),
    ]
    assert found.held == found.others[0]
    assert found.others == appointments_today(cast.teacher.pk)
    assert found.held.unit_kind == UnitKind.GROUP


def test_account_of_somebody_without_an_appointment_holds_nothing(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Appointment.objects.unscoped("a test").filter(person=cast.teacher).update(ends_on=CLOCK.today())
    kept = Account.objects.get(person=cast.teacher)

    with django_assert_num_queries(1):
        account = account_at_work(kept.pk)
        assert account is not None
        found, step = actor_of(account, {})

    assert (found.held, found.others, step) == (None, (), "")


def test_account_that_is_not_there_is_nobody(cast: Cast) -> None:
    assert account_at_work(10**9) is None
