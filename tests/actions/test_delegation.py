"""代办: to a colleague, until a day, never for what only the person may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from kaocheng.access.account import only_in_person, refuse_two_administrators
from kaocheng.access.actor import By, Helper
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.account import change_password
from kaocheng.actions.delegation import (
    end_delegation,
    enter_slip,
    grant_delegation,
    take_up,
)
from kaocheng.actions.secret import Secret
from kaocheng.queries.actor import actor_of
from kaocheng.queries.delegation import may_act_for
from kaocheng.records.models import Account, AuditRow, Delegation, Message, Person
from tests.cast import NOW, Cast, actor, administers, by, person

TODAY = date(2026, 11, 27)


def grant(who: Person, helper: Person, days: int = 30) -> Delegation:
    answer = grant_delegation(by(who), helper_id=helper.pk, ends_on=TODAY + timedelta(days=days))
    return Delegation.objects.unscoped("a test looks").get(pk=answer.id)


def helped(row: Delegation, *, account: Account) -> tuple[str, str | None, str]:
    """The name, the helper's name and the missing step of whoever acts."""
    found, step = actor_of(account, {"acting_for": row.pk})
    return found.name, found.helper.name if found.helper else None, step


def test_teacher_names_a_colleague_and_both_are_told(cast: Cast) -> None:
    row = grant(cast.teacher, cast.colleague)

    assert (row.person, row.helper, row.starts_on, row.ends_on, row.entered_by) == (
        cast.teacher,
        cast.colleague,
        TODAY,
        date(2026, 12, 27),
        cast.teacher,
    )
    told = Message.objects.unscoped("a test looks").order_by("pk")
    assert [(one.person, one.subject) for one in told] == [
        (cast.colleague, "林晓棠请您代办，至12月27日"),
        (cast.teacher, "陈敏可代您办理，至12月27日"),
    ]
    assert helped(row, account=cast.colleague.account) == ("林晓棠", "陈敏", "")
    assert [one.name for one in may_act_for(cast.colleague.pk, TODAY)] == ["林晓棠"]


def test_helper_has_the_persons_appointment_and_the_log_has_both_names(cast: Cast) -> None:
    row = grant(cast.lead, cast.clerk)
    found, _ = actor_of(cast.clerk.account, {"acting_for": row.pk})

    assert found.held is not None
    assert (found.held.role, found.helper) == ("lead", Helper(cast.clerk.pk, "沈一鸣"))

    from tests.actions.test_perform import rename

    rename(By(found, at=NOW), unit_id=cast.school.pk, name="榕荫实验小学")
    logged = AuditRow.objects.latest("pk")
    assert (logged.person_id, logged.helper_id, logged.account_id) == (
        cast.lead.pk,
        cast.clerk.pk,
        cast.clerk.account.pk,
    )


@pytest.mark.parametrize("days", [-1, 91, 4000])
def test_w33_end_lies_ahead_within_ninety_days(cast: Cast, days: int) -> None:
    with pytest.raises(Invalid) as invalid:
        grant(cast.teacher, cast.colleague, days)

    assert {name: str(problem) for name, problem in invalid.value.problems.items()} == {
        "ends_on": "代办的截止日期要在今天以后、90 天以内。"
    }


def test_w34_only_a_colleague_of_the_same_school_helps(cast: Cast) -> None:
    Person.objects.unscoped("a test arranges").filter(pk=cast.workshop_leader.pk).update(
        state="retired"
    )
    others = (
        cast.teacher,
        cast.other_lead,
        cast.outsider,
        cast.officer,
        cast.reviewer,
        cast.workshop_leader,
    )

    for other in others:
        with pytest.raises(Invalid) as invalid:
            grant(cast.teacher, other)
        assert str(invalid.value.problems["helper"]) == (
            "代办人须是同一单位的在岗同事，且不能是本人；管理员岗位不能代办。"
        )
    assert grant(cast.teacher, cast.clerk).helper == cast.clerk
    assert not Delegation.objects.unscoped("a test looks").exclude(helper=cast.clerk).exists()


def test_administrators_neither_give_nor_take(cast: Cast) -> None:
    for one, other in (
        (cast.security_admin, cast.city_officer),
        (cast.city_officer, cast.security_admin),
        (cast.system_admin, cast.audit_admin),
    ):
        with pytest.raises(Invalid) as invalid:
            grant(one, other)
        assert list(invalid.value.problems) == ["helper"]


def test_clerk_enters_a_slip_for_a_colleague_of_the_school_only(cast: Cast) -> None:
    def enter(person: Person, number: str = "DB-3") -> None:
        enter_slip(
            by(cast.clerk),
            person_id=person.pk,
            helper_id=cast.colleague.pk,
            ends_on=TODAY,
            slip_number=number,
        )

    enter(cast.teacher)
    with pytest.raises(Invalid) as without:
        enter(cast.workshop_leader, " ")
    with pytest.raises(NotYours):
        enter(cast.outsider)

    row = Delegation.objects.unscoped("a test looks").get()
    assert (row.person, row.helper, row.slip_number, row.entered_by) == (
        cast.teacher,
        cast.colleague,
        "DB-3",
        cast.clerk,
    )
    assert list(without.value.problems) == ["slip_number"]


@pytest.mark.parametrize("who", ["teacher", "colleague", "clerk"])
def test_person_helper_and_clerk_end_it_early(cast: Cast, who: str) -> None:
    row = grant(cast.teacher, cast.colleague)

    end_delegation(by(getattr(cast, who)), delegation_id=row.pk)

    row.refresh_from_db()
    assert row.ended_at == NOW
    assert helped(row, account=cast.colleague.account) == ("陈敏", None, "acting-ended")


@pytest.mark.parametrize("who", ["outsider", "workshop_leader", "other_lead", "audit_admin"])
def test_others_neither_end_nor_take_it_up(cast: Cast, who: str) -> None:
    row = grant(cast.teacher, cast.colleague)

    for deed in (end_delegation, take_up):
        with pytest.raises(NotYours):
            deed(by(getattr(cast, who)), delegation_id=row.pk)

    row.refresh_from_db()
    assert row.ended_at is None


def test_last_day_counts_and_the_next_does_not(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from kaocheng.gateways.clock import CLOCK

    row = grant(cast.teacher, cast.colleague, 3)

    def on(moment: datetime) -> tuple[str, str | None, str]:
        monkeypatch.setattr(CLOCK, "source", lambda: moment)
        return helped(row, account=Account.objects.get(person=cast.colleague))

    assert on(NOW + timedelta(days=3, hours=13)) == ("林晓棠", "陈敏", "")
    assert on(NOW + timedelta(days=3, hours=14)) == ("陈敏", None, "acting-ended")
    assert may_act_for(cast.colleague.pk, TODAY + timedelta(days=4)) == ()


def test_it_is_over_when_the_person_leaves_and_worthless_for_a_third(cast: Cast) -> None:
    row = grant(cast.teacher, cast.colleague)

    third = helped(row, account=cast.clerk.account)
    Person.objects.unscoped("a test arranges").filter(pk=cast.teacher.pk).update(state="left")

    assert third == ("沈一鸣", None, "acting-ended")
    assert helped(row, account=cast.colleague.account) == ("陈敏", None, "acting-ended")


def test_granting_again_replaces_the_earlier_one(cast: Cast) -> None:
    first, second = grant(cast.teacher, cast.colleague, 3), grant(cast.teacher, cast.colleague, 60)

    first.refresh_from_db()
    assert (first.ended_at, second.ended_at) == (NOW, None)


def test_w32_what_only_the_person_may_do_is_refused_to_the_helper(cast: Cast) -> None:
    grant(cast.teacher, cast.colleague)
    acting = replace(actor(cast.teacher), helper=Helper(cast.colleague.pk, "陈敏"))
    asked = By(acting, at=NOW)

    with pytest.raises(NotAllowed) as refused:
        only_in_person(acting)
    with pytest.raises(NotAllowed):
        grant_delegation(asked, helper_id=cast.clerk.pk, ends_on=TODAY)
    with pytest.raises(NotAllowed):
        change_password(
            asked,
            present=Secret("x"),
            password=Secret("x"),
            again=Secret("x"),
            sign_in_id=None,
        )

    only_in_person(actor(cast.teacher))
    assert str(refused.value) == "这件事须由 林晓棠 本人办，不能代办。"


def test_w35_one_person_is_never_two_administrators(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        refuse_two_administrators(cast.system_admin.pk, "audit_admin", on=TODAY)
    refuse_two_administrators(cast.system_admin.pk, "system_admin", on=TODAY)
    refuse_two_administrators(cast.system_admin.pk, "member", on=TODAY)
    refuse_two_administrators(cast.teacher.pk, "audit_admin", on=TODAY)

    assert str(refused.value) == "系统、安全、审计三个管理员岗位须由不同的人担任（三员分立）。"
    assert refused.value.values == {"role": "系统管理员"}


def test_whoever_was_one_administrator_may_become_another(cast: Cast) -> None:
    administers(cast, starts=-9, ends=0)

    refuse_two_administrators(cast.teacher.pk, "security_admin", on=TODAY)


def test_w35_holds_for_an_appointment_that_begins_later(cast: Cast) -> None:
    administers(cast, starts=35)

    with pytest.raises(Refused) as refused:
        refuse_two_administrators(cast.teacher.pk, "security_admin", on=TODAY)
    assert str(refused.value) == "系统、安全、审计三个管理员岗位须由不同的人担任（三员分立）。"


def test_acting_for_an_officer_needs_a_second_factor_as_the_officer_does(cast: Cast) -> None:
    other = person("吴同事", "wutongshi", "clerk", cast.district)
    row = grant(cast.officer, other)

    with pytest.raises(Refused) as refused:
        take_up(by(other), delegation_id=row.pk)
    Account.objects.filter(person=other).update(totp_confirmed_at=NOW)
    take_up(by(other), delegation_id=row.pk)

    assert refused.value.message_id == "W39"
    assert AuditRow.objects.latest("pk").changes == {"taken_up": True}
