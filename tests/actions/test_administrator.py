"""三员分立: three posts, three people, appointed by the security administrator alone."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kaocheng.access.actor import system
from kaocheng.access.refusal import NotAllowed, NotYours, Refused
from kaocheng.actions.administrator import (
    First,
    appoint_administrator,
    begin_installation,
    end_administrator,
)
from kaocheng.actions.secret import Secret
from kaocheng.queries.actor import appointments_today
from kaocheng.records.models import Account, Appointment, Person, Unit
from tests.actions.test_sign_in import attempt
from tests.cast import NOW, Cast, administers, by


def post_of(who: Person) -> int:
    return Appointment.objects.unscoped("a test looks").get(person=who).pk


def roles(who: Person) -> list[str]:
    return [held.role for held in appointments_today(who.pk)]


def test_security_administrator_appoints_somebody_with_an_account(cast: Cast) -> None:
    asked = by(cast.security_admin)

    appoint_administrator(asked, person_id=cast.teacher.pk, role="audit_admin")
    appoint_administrator(asked, person_id=cast.teacher.pk, role="audit_admin")

    assert roles(cast.teacher) == ["member", "audit_admin"]


def test_nobody_becomes_two_of_the_three(cast: Cast) -> None:
    for who in (cast.system_admin, cast.audit_admin):
        for role in ("system_admin", "security_admin", "audit_admin"):
            if role in roles(who):
                continue
            with pytest.raises(Refused) as refused:
                appoint_administrator(by(cast.security_admin), person_id=who.pk, role=role)
            assert refused.value.message_id == "W35"


def test_whoever_was_one_of_the_three_may_become_another(cast: Cast) -> None:
    administers(cast, starts=-30, ends=0)

    asked = by(cast.security_admin)
    appoint_administrator(asked, person_id=cast.teacher.pk, role="system_admin")

    assert roles(cast.teacher) == ["member", "system_admin"]


@pytest.mark.parametrize(("starts", "ends"), [(1, None), (-30, 1)], ids=["later", "till tomorrow"])
def test_whoever_is_to_be_one_of_the_three_does_not_become_another(
    starts: int, ends: int | None, cast: Cast
) -> None:
    administers(cast, starts=starts, ends=ends)

    asked = by(cast.security_admin)
    with pytest.raises(Refused) as refused:
        appoint_administrator(asked, person_id=cast.teacher.pk, role="system_admin")

    assert refused.value.message_id == "W35"


def test_nobody_else_appoints_and_nobody_themselves_or_to_another_post(cast: Cast) -> None:
    for who in (cast.system_admin, cast.audit_admin, cast.city_officer, cast.lead):
        with pytest.raises(NotAllowed):
            appoint_administrator(by(who), person_id=cast.teacher.pk, role="audit_admin")
    for person, role in (
        (cast.security_admin, "audit_admin"),
        (cast.teacher, "officer"),
        (cast.teacher, "emperor"),
    ):
        with pytest.raises(NotYours):
            appoint_administrator(by(cast.security_admin), person_id=person.pk, role=role)

    assert roles(cast.teacher) == ["member"]
    assert roles(cast.security_admin) == ["security_admin"]


def test_post_is_ended_by_another_and_its_devices_are_signed_out(cast: Cast) -> None:
    attempt("shenji")

    end_administrator(by(cast.security_admin), appointment_id=post_of(cast.audit_admin))
    with pytest.raises(NotAllowed):
        end_administrator(by(cast.security_admin), appointment_id=post_of(cast.security_admin))
    with pytest.raises(NotYours):
        end_administrator(by(cast.security_admin), appointment_id=post_of(cast.teacher))

    assert roles(cast.audit_admin) == []
    assert cast.audit_admin.account.sign_ins.get().ended_because == "administrator"


def begin(*more: str) -> str:
    out = StringIO()
    names = ("--system=甲某:jia", "--security=乙某:yi", "--audit=丙某:bing")
    call_command("begin_installation", "云山区教育局", "--kind=district", *names, *more, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_empty_installation_begins_with_three_people_who_can_sign_in() -> None:
    said = begin()

    unit = Unit.objects.unscoped("a test looks").get()
    posts = Appointment.objects.unscoped("a test looks").order_by("pk")
    assert (unit.name, unit.kind) == ("云山区教育局", "district")
    assert [(one.person.name, one.role, one.unit) for one in posts] == [
        ("甲某", "system_admin", unit),
        ("乙某", "security_admin", unit),
        ("丙某", "audit_admin", unit),
    ]
    password = said.split("登录名 yi　密码 ")[1].split("\n")[0]
    assert attempt("yi", password).values["sets_up"] is True
    assert Account.objects.get(login="yi").must_change_password
    assert posts[0].starts_on == date(2026, 11, 27)


def test_installation_with_people_cannot_begin_again(cast: Cast) -> None:
    before = Account.objects.count()

    with pytest.raises(CommandError, match="系统里已有人员"):
        begin()

    assert Account.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "roles", "refusal"),
    [
        ("district", ("system_admin", "security_admin"), NotAllowed),
        ("district", ("system_admin", "security_admin", "security_admin"), NotAllowed),
        ("district", ("system_admin", "security_admin", "lead"), NotAllowed),
        ("galaxy", ("system_admin", "security_admin", "audit_admin"), NotYours),
    ],
)
def test_installation_begins_with_one_of_each_administrator_in_a_known_kind_of_unit(
    kind: str, roles: tuple[str, ...], refusal: type[Refused]
) -> None:
    first = [
        First(role, name, name, Secret("Banyan-2026"))
        for role, name in zip(roles, ("甲", "乙", "丙"), strict=False)
    ]

    with pytest.raises(refusal):
        begin_installation(system(NOW), unit_name="云山区教育局", unit_kind=kind, first=first)

    assert not Person.objects.unscoped("a test looks").exists()
