"""Passwords, handed over and changed; accounts made, locked and signed out."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from kaocheng.access.actor import Actor, By
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.account import (
    ask_for_password,
    change_password,
    create_account,
    issue_one_time_password,
    lock_account,
    unlock_account,
)
from kaocheng.actions.secret import Secret, one_time_password
from kaocheng.records.models import (
    Account,
    AuditRow,
    Message,
    Person,
    PersonalData,
    Setting,
    SignInDelay,
    Task,
)
from tests.actions.test_sign_in import attempt, fail
from tests.cast import NOW, PASSWORD, Cast, administers, by, person, unit

NEW = "Orchid-2026-river"


def change(
    who: Person, password: str = NEW, *, again: str | None = None, present: str = PASSWORD
) -> None:
    change_password(
        by(who),
        present=Secret(present),
        password=Secret(password),
        again=Secret(password if again is None else again),
        sign_in_id=None,
    )


def said(invalid: Invalid) -> dict[str, str]:
    return {name: str(problem) for name, problem in invalid.problems.items()}


def test_password_is_changed_and_the_old_one_is_kept_as_a_digest(cast: Cast) -> None:
    before = cast.teacher.account.password

    change(cast.teacher)

    account = Account.objects.get(person=cast.teacher)
    assert account.check_password(NEW)
    assert account.earlier_passwords == [before]
    assert (account.password_changed_at, account.must_change_password) == (NOW, False)


def test_w24_and_w25_short_and_plain_password_is_told_both_at_once(cast: Cast) -> None:
    with pytest.raises(Invalid) as invalid:
        change(cast.teacher, "banyan")

    assert said(invalid.value) == {
        "password": "密码至少要 10 位。",
        "password_1": "密码要有大写字母、小写字母、数字、符号这四类中的 3 类。",
    }


def test_w24_least_length_is_the_profiles() -> None:
    assert str(Refused("W24", least=12)) == "密码至少要 12 位。"


def test_w25_kinds_of_characters_are_named() -> None:
    assert str(Refused("W25", classes=3)) == (
        "密码要有大写字母、小写字母、数字、符号这四类中的 3 类。"
    )


@pytest.mark.parametrize(
    "password", ["Linxiaotang-2026", "林晓棠-Banyan-1", "T-linxiaotang-A9", "Aa-13900001234"]
)
def test_w26_password_must_not_hold_name_login_number_or_phone(cast: Cast, password: str) -> None:
    PersonalData.objects.create(person=cast.teacher, phone="13900001234")

    with pytest.raises(Invalid) as invalid:
        change(cast.teacher, password)

    assert said(invalid.value) == {"password": "密码里不能有登录名、姓名、手机号或师训编号。"}


def test_w27_last_five_passwords_cannot_come_back(cast: Cast) -> None:
    passwords = [PASSWORD, *(f"Banyan-{year}-bench" for year in range(2001, 2007))]
    for before, after in pairwise(passwords):
        change(cast.teacher, after, present=before)

    with pytest.raises(Invalid) as invalid:
        change(cast.teacher, passwords[2], present=passwords[-1])
    change(cast.teacher, passwords[0], present=passwords[-1])

    assert said(invalid.value) == {"password": "这个密码最近用过，请换一个新的。"}


def test_w28_asvs_profile_refuses_common_passwords_and_wants_no_classes(cast: Cast) -> None:
    Setting(name="password_profile", value="asvs").save()

    with pytest.raises(Invalid) as invalid:
        change(cast.teacher, "password123456")
    change(cast.teacher, "banyan shade bench")

    assert said(invalid.value) == {"password": "这个密码太常见，容易被猜中。"}


def test_w29_new_password_is_typed_twice(cast: Cast) -> None:
    with pytest.raises(Invalid) as invalid:
        change(cast.teacher, NEW, again="Orchid-2026-rivet")

    assert said(invalid.value) == {"again": "两次输入的新密码不一样。"}


def test_w30_present_password_is_asked_for(cast: Cast) -> None:
    with pytest.raises(Invalid) as invalid:
        change(cast.teacher, present="wrong")
    with pytest.raises(Invalid) as without:
        change_password(
            by(cast.teacher), present=None, password=Secret(NEW), again=Secret(NEW), sign_in_id=None
        )

    assert said(invalid.value) == said(without.value) == {"present": "现在的密码不对，密码没有改。"}
    assert Account.objects.get(person=cast.teacher).check_password(PASSWORD)


def ask(name: str, number: str) -> None:
    ask_for_password(
        By(Actor(None, None, ""), at=NOW, request_id="TEST"),
        name=name,
        staff_number=number,
        address="203.0.113.7",
    )


def tasks() -> list[Task]:
    return list(Task.objects.unscoped("a test looks").order_by("pk"))


def test_teacher_who_forgot_is_brought_to_lead_and_clerk_of_the_school(cast: Cast) -> None:
    ask("林晓棠", "T-linxiaotang")
    ask("林晓棠", "T-linxiaotang")

    (task,) = tasks()
    assert (task.unit, task.role, task.page, task.verb) == (
        cast.school,
        "lead",
        f"/sign-in-help/{cast.teacher.pk}",
        "核对后重发",
    )
    told = Message.objects.unscoped("a test looks").values_list("person", flat=True)
    assert set(told) == {cast.lead.pk, cast.clerk.pk}


def test_head_of_a_group_is_not_told(cast: Cast) -> None:
    person("周组长", "zhouzuzhang", "lead", cast.group)

    ask("林晓棠", "T-linxiaotang")

    assert [(task.unit, task.role) for task in tasks()] == [(cast.school, "lead")]


@pytest.mark.parametrize(
    ("name", "number", "where", "role"),
    [
        ("何敏仪", "T-heminyi", "district", "officer"),
        ("沈一鸣", "T-shenyiming", "school", "lead"),
        ("梁卓然", "T-liangzhuoran", "city", "officer"),
        ("周明远", "T-zhoumingyuan", "city", "security_admin"),
        ("申计", "T-shenji", "city", "security_admin"),
        ("邓启文", "T-dengqiwen", "district", "officer"),
    ],
)
def test_who_helps_others_is_helped_by_whoever_stands_above(
    cast: Cast, name: str, number: str, where: str, role: str
) -> None:
    ask(name, number)

    assert [(task.unit, task.role) for task in tasks()] == [(getattr(cast, where), role)]


def test_asking_for_nobody_leaves_no_task_and_no_name(cast: Cast) -> None:
    ask("林晓棠", "T-9999-typed")
    ask("陌生人", "T-linxiaotang")
    ask("林晓棠", "")

    assert tasks() == []
    assert "typed" not in str([row.__dict__ for row in AuditRow.objects.all()])


def test_one_address_cannot_ask_without_end(cast: Cast) -> None:
    for number in range(60):
        ask("陌生人", f"T-{number}")
    ask("林晓棠", "T-linxiaotang")

    assert tasks() == []


def issue(helper: Person, person: Person, password: str = "Abcd-2345-efgh") -> None:
    issue_one_time_password(by(helper), person_id=person.pk, password=Secret(password))


def test_lead_hands_over_a_password_that_holds_for_72_hours(cast: Cast) -> None:
    ask("林晓棠", "T-linxiaotang")
    fail(5, "linxiaotang")

    issue(cast.lead, cast.teacher)

    account = Account.objects.get(person=cast.teacher)
    assert account.must_change_password
    assert account.one_time_until == NOW + timedelta(hours=72)
    assert attempt("linxiaotang", "Abcd-2345-efgh").said == ""
    assert [task.state for task in tasks()] == ["done"]
    assert "Abcd-2345-efgh" not in str([row.changes for row in AuditRow.objects.all()])


def test_nobody_hands_a_password_to_whoever_may_do_more(cast: Cast) -> None:
    colleague_in_office = person("吴同事", "wutongshi", "officer", cast.district)
    allowed = {
        cast.clerk: {cast.teacher, cast.colleague, cast.workshop_leader},
        cast.lead: {cast.teacher, cast.colleague, cast.workshop_leader, cast.clerk},
        cast.officer: {
            cast.teacher,
            cast.colleague,
            cast.workshop_leader,
            cast.clerk,
            cast.lead,
            cast.other_lead,
            cast.reviewer,
        },
        cast.teacher: set(),
        cast.reviewer: set(),
        cast.system_admin: set(),
        cast.audit_admin: set(),
    }
    everybody = [getattr(cast, name) for name in cast.__dataclass_fields__]
    people = [one for one in (*everybody, colleague_in_office) if isinstance(one, Person)]

    helped = {helper: {one for one in people if _may(helper, one)} for helper in allowed}

    assert helped == allowed


def _may(helper: Person, other: Person) -> bool:
    try:
        issue(helper, other)
    except NotYours:
        return False
    return True


def test_officer_of_the_city_helps_the_officer_of_a_district(cast: Cast) -> None:
    assert _may(cast.city_officer, cast.officer)
    assert not _may(cast.officer, cast.city_officer)
    assert not _may(cast.city_officer, cast.security_admin)
    assert _may(cast.security_admin, cast.city_officer)
    assert not _may(cast.security_admin, cast.security_admin)


def test_teacher_who_is_also_officer_is_out_of_the_leads_reach(cast: Cast) -> None:
    from kaocheng.records.models import Appointment

    Appointment(person=cast.teacher, role="officer", unit=cast.city, starts_on=NOW.date()).save()

    assert not _may(cast.lead, cast.teacher)


def test_teacher_who_is_also_an_administrator_is_out_of_the_officers_reach(cast: Cast) -> None:
    from kaocheng.records.models import Appointment

    assert _may(cast.officer, cast.teacher)
    administers = {"role": "audit_admin", "unit": cast.city, "starts_on": NOW.date()}
    Appointment(person=cast.teacher, **administers).save()

    assert not _may(cast.officer, cast.teacher)


@pytest.mark.parametrize(("starts", "ends"), [(-30, 0), (1, None)], ids=["was", "will be"])
def test_post_of_another_day_keeps_nobody_out_of_the_officers_reach(
    starts: int, ends: int | None, cast: Cast
) -> None:
    administers(cast, starts=starts, ends=ends)

    assert _may(cast.officer, cast.teacher)


def test_same_form_gives_the_same_password_and_another_form_another() -> None:
    first, again = one_time_password("k1", "person 7"), one_time_password("k1", "person 7")
    other, nobody = one_time_password("k2", "person 7"), one_time_password("", "person 7")

    assert first.value == again.value
    assert len({first.value, other.value, nobody.value}) == 3
    assert [len(part) for part in first.value.split("-")] == [5, 5, 5]


def test_security_administrator_locks_and_unlocks(cast: Cast) -> None:
    fail(5, "linxiaotang")
    account = cast.teacher.account

    lock_account(by(cast.security_admin), account_id=account.pk)
    locked = attempt("linxiaotang", at=NOW + timedelta(hours=1)).said
    unlock_account(by(cast.security_admin), account_id=account.pk)

    assert locked == "W22"
    assert attempt("linxiaotang").said == ""
    assert not SignInDelay.objects.filter(account=account).exists()


def test_only_the_security_administrator_locks_and_never_herself(cast: Cast) -> None:
    for who in (cast.lead, cast.officer, cast.system_admin, cast.audit_admin, cast.teacher):
        with pytest.raises(NotAllowed):
            lock_account(by(who), account_id=cast.colleague.account.pk)
    with pytest.raises(NotYours):
        lock_account(by(cast.security_admin), account_id=cast.security_admin.account.pk)

    assert Account.objects.filter(is_active=False).count() == 0


def test_account_is_made_for_a_person_on_the_roster_only_once(cast: Cast) -> None:
    newcomer = person("新来的", "xinlaide", "member", cast.group, account=False)
    password = Secret("Abcd-2345-efgh")

    create_account(
        by(cast.security_admin), person_id=newcomer.pk, login=" xinlaide ", password=password
    )
    with pytest.raises(Invalid):
        create_account(
            by(cast.security_admin), person_id=newcomer.pk, login="other", password=password
        )
    other = person("又一位", "youyiwei", "member", cast.group, account=False)
    with pytest.raises(Invalid) as taken:
        create_account(
            by(cast.security_admin), person_id=other.pk, login="xinlaide", password=password
        )
    with pytest.raises(NotYours):
        create_account(by(cast.lead), person_id=other.pk, login="other", password=password)

    account = Account.objects.get(person=newcomer)
    assert (account.login, account.must_change_password) == ("xinlaide", True)
    assert list(taken.value.problems) == ["login"]
    assert not Account.objects.filter(person=other).exists()


def test_panel_member_is_helped_by_the_office_that_keeps_the_panel(cast: Cast) -> None:
    far_panel = unit("海屿区专家组", "panel", keeper=cast.other_district)
    far = person("远专家", "yuanzhuanjia", "reviewer", far_panel)

    assert _may(cast.officer, cast.reviewer)
    assert not _may(cast.officer, far)
