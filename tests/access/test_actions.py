"""Actions refuse whoever may not, from whatever page they are asked: its need refuses first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kaocheng.access.actor import Actor, By, Helper
from kaocheng.access.refusal import NotAllowed, NotYours, Refused
from kaocheng.actions.account import (
    end_other_sign_ins,
    end_sign_in,
    issue_one_time_password,
    lock_account,
)
from kaocheng.actions.administrator import appoint_administrator, end_administrator
from kaocheng.actions.adoption import start_adoption
from kaocheng.actions.amendment import make_amendment
from kaocheng.actions.appointment_switch import switch_appointment
from kaocheng.actions.audit import anchor_log, note_export
from kaocheng.actions.collection import write_collection
from kaocheng.actions.consequence import decide_consequence
from kaocheng.actions.delegation import grant_delegation, take_up
from kaocheng.actions.entry import correct
from kaocheng.actions.entry import withdraw as withdraw_entry
from kaocheng.actions.entry_sign import advance
from kaocheng.actions.file import withdraw_file
from kaocheng.actions.handover import begin_for_absent
from kaocheng.actions.job import cancel_job
from kaocheng.actions.monthly_sheet import make_sheets
from kaocheng.actions.notice import withdraw_notice, write_notice
from kaocheng.actions.obligation import finish
from kaocheng.actions.perform import Answer
from kaocheng.actions.person import retire_person
from kaocheng.actions.preference import choose_type_size
from kaocheng.actions.reminder import remind_matter
from kaocheng.actions.result import reopen_results
from kaocheng.actions.review import open_own_review
from kaocheng.actions.review_assignment import reassign_review
from kaocheng.actions.robot import remove_robot
from kaocheng.actions.second_factor import (
    confirm_sms,
    make_spare_codes,
    reset_second_factor,
)
from kaocheng.actions.secret import Secret
from kaocheng.actions.setting import change_setting
from kaocheng.actions.subject import add_subject
from kaocheng.actions.unit import add_unit
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import (
    Account,
    Appointment,
    Consequence,
    Delegation,
    FileUse,
    Person,
)
from tests.access.city import City
from tests.cast import NOW, account_of
from tests.cast import actor as actor_of

pytestmark = pytest.mark.django_db

Asked = Callable[[By, City], Answer]


def post(who: Person) -> int:
    return Appointment.objects.unscoped("a test").get(person=who).pk


def helped(asked: By) -> By:
    """Somebody else is at the keyboard."""
    return replace(asked, actor=replace(asked.actor, helper=Helper(1, "代办人")))


def to_one_without(asked: By, person: Person) -> Answer:
    Account.objects.filter(person=person).delete()
    return issue_one_time_password(asked, person_id=person.pk, password=Secret("Banyan-2026"))


def of_one_locked_out(asked: By, person: Person) -> Answer:
    Account.objects.filter(person=person).update(is_active=False)
    return appoint_administrator(asked, person_id=person.pk, role="audit_admin")


def to_decide_on_what_is_gone(asked: By, consequence_id: int) -> Answer:
    rows = Consequence.objects.unscoped("a test")
    rows.filter(pk=consequence_id).update(effect="gone")
    return decide_consequence(
        asked, consequence_id=consequence_id, is_confirmed=True, because="属实"
    )


def to_act_too_late(city: City) -> Answer:
    delegation_id = city.id_of("delegation_id", "member/group")
    rows = Delegation.objects.unscoped("a test")
    rows.filter(pk=delegation_id).update(ends_on=NOW.date() - timedelta(days=1))
    return take_up(By(actor_of(city.cast.colleague), at=NOW), delegation_id=delegation_id)


def to_withdraw_a_roster(asked: By, use_id: int) -> Answer:
    # Who may read personal data sees the file, and it is not theirs.
    FileUse.objects.unscoped("a test").filter(pk=use_id).update(object_kind="rosterimport")
    return withdraw_file(asked, use_id=use_id, version=1)


def to_withdraw_again(asked: By, notice_id: int) -> Answer:
    withdraw_notice(asked, notice_id=notice_id, because="日期写错了")
    return withdraw_notice(asked, notice_id=notice_id, because="写错了")


def to_open_again(asked: By, set_id: int) -> Answer:
    reopen_results(asked, set_id=set_id, because="漏了一条")
    return reopen_results(asked, set_id=set_id, because="重算")


# Who asks, what for, and the refusal.
REFUSED: dict[str, tuple[str, Asked, type[Refused]]] = {
    "another account": (
        "lead/school",
        lambda asked, city: lock_account(asked, account_id=account_of(city.cast.reviewer)),
        NotAllowed,
    ),
    "the second factor of another": (
        "lead/school",
        lambda asked, city: reset_second_factor(asked, account_id=account_of(city.cast.reviewer)),
        NotAllowed,
    ),
    "the second factor of nobody": (
        "security_admin",
        lambda asked, _city: reset_second_factor(asked, account_id=0),
        NotYours,
    ),
    "to make an administrator": (
        "lead/school",
        lambda asked, city: appoint_administrator(
            asked, person_id=city.cast.outsider.pk, role="audit_admin"
        ),
        NotAllowed,
    ),
    "to make a head of an administrator's page": (
        "security_admin",
        lambda asked, city: appoint_administrator(
            asked, person_id=city.cast.outsider.pk, role="lead"
        ),
        NotYours,
    ),
    "to make an administrator of oneself": (
        "security_admin",
        lambda asked, city: appoint_administrator(
            asked, person_id=city.cast.security_admin.pk, role="security_admin"
        ),
        NotYours,
    ),
    "to end an administrator": (
        "lead/school",
        lambda asked, city: end_administrator(asked, appointment_id=post(city.cast.audit_admin)),
        NotAllowed,
    ),
    "to give the digest of the log out": (
        "lead/school",
        lambda asked, _city: anchor_log(asked, where="档案室"),
        NotAllowed,
    ),
    "to take the log away": (
        "lead/school",
        lambda asked, _city: note_export(asked, chosen={}, rows=0),
        NotAllowed,
    ),
    "a setting of the system": (
        "security_admin",
        lambda asked, _city: change_setting(
            asked, name="delegation_days", values=["60"], version=0
        ),
        NotAllowed,
    ),
    "a setting that there is not": (
        "system_admin",
        lambda asked, _city: change_setting(asked, name="nothing", values=["60"], version=0),
        NotYours,
    ),
    "a unit at the top": (
        "lead/school",
        lambda asked, _city: add_unit(
            asked, above_id=None, kind="city", name="新市", on=NOW.date()
        ),
        NotAllowed,
    ),
    "to adopt": (
        "system_admin",
        lambda asked, _city: start_adoption(asked, folder=Path(__file__).with_name("pack")),
        NotAllowed,
    ),
    "to collect": (
        "system_admin",
        lambda asked, _city: write_collection(
            asked, title="收集", why="", fields=(), to_kinds=(), due_at=NOW
        ),
        NotAllowed,
    ),
    "to write a notice": (
        "system_admin",
        lambda asked, _city: write_notice(
            asked, title="通知", body="正文", to_kinds=["school"], to_roles=["lead"]
        ),
        NotAllowed,
    ),
    "a robot": ("system_admin", lambda asked, _city: remove_robot(asked), NotAllowed),
    "a row of a roster": (
        "system_admin",
        lambda asked, city: add_subject(
            asked,
            adoption_id=city.id_of("adoption_id"),
            register="teacher",
            unit_id=0,
            values={"id": "T0", "name": "新", "unit": "一"},
        ),
        NotAllowed,
    ),
    "an entry": (
        "system_admin",
        lambda asked, city: withdraw_entry(
            asked, entry_id=city.id_of("entry_id"), version=1, because="撤销"
        ),
        NotAllowed,
    ),
    "a password for somebody without an account": (
        "lead/school",
        lambda asked, city: to_one_without(asked, city.cast.workshop_leader),
        NotYours,
    ),
    "a device of another": (
        "lead/school",
        lambda asked, city: end_sign_in(asked, sign_in_id=city.id_of("sign_in_id", "reviewer")),
        NotYours,
    ),
    "to make an administrator of whoever is locked out": (
        "security_admin",
        lambda asked, city: of_one_locked_out(asked, city.cast.outsider),
        NotYours,
    ),
    "to amend": (
        "clerk/school",
        lambda asked, city: make_amendment(
            asked,
            adoption_id=city.id_of("adoption_id", "clerk/school"),
            version=1,
            why="延期",
            takes_effect_on=NOW.date(),
        ),
        NotAllowed,
    ),
    "another post in the name of another": (
        "lead/school",
        lambda asked, city: switch_appointment(helped(asked), appointment_id=post(city.cast.lead)),
        NotAllowed,
    ),
    "the post of another": (
        "lead/school",
        lambda asked, city: switch_appointment(asked, appointment_id=post(city.cast.officer)),
        NotYours,
    ),
    "the type size of another": (
        "lead/school",
        lambda asked, _city: choose_type_size(helped(asked), large=True),
        NotAllowed,
    ),
    "an effect that the scheme does not have": (
        "lead/school",
        lambda asked, city: to_decide_on_what_is_gone(asked, city.id_of("decided_id")),
        NotYours,
    ),
    "to act in one's own name": (
        "member/group",
        lambda asked, city: take_up(
            asked, delegation_id=city.id_of("delegation_id", "member/group")
        ),
        NotYours,
    ),
    "to act for somebody after the last day": (
        "member/group",
        lambda _asked, city: to_act_too_late(city),
        NotYours,
    ),
    "to entrust, signed in nowhere": (
        "nobody",
        lambda asked, city: grant_delegation(
            asked, helper_id=city.cast.colleague.pk, ends_on=NOW.date()
        ),
        NotYours,
    ),
    "a roster that another has handed in": (
        "lead/school",
        lambda asked, city: to_withdraw_a_roster(
            asked, city.id_of("use_id", relation="same_school")
        ),
        NotYours,
    ),
    "to hand over for oneself as absent": (
        "member/group",
        lambda asked, city: begin_for_absent(
            asked, giver_id=city.cast.teacher.pk, taker_id=city.cast.colleague.pk, because="出差"
        ),
        NotAllowed,
    ),
    "background work of another": (
        "lead/school",
        lambda asked, city: cancel_job(asked, job_id=city.id_of("job_id", "reviewer")),
        NotYours,
    ),
    "sheets of a register that others keep": (
        "member/group",
        lambda asked, city: make_sheets(
            asked,
            adoption_id=city.id_of("adoption_id", "member/group"),
            register="leave",
            month=NOW.date().replace(day=1),
        ),
        NotYours,
    ),
    "to withdraw a notice that is withdrawn": (
        "lead/school",
        lambda asked, city: to_withdraw_again(asked, city.id_of("notice_id")),
        NotYours,
    ),
    "to finish what there is not": (
        "lead/school",
        lambda asked, _city: finish(asked, obligation_id=0),
        NotYours,
    ),
    "to remind, signed in nowhere": (
        "nobody",
        lambda asked, _city: remind_matter(asked, source_kind="test", source_id="1"),
        NotYours,
    ),
    "a rating in a register that holds none": (
        "lead/school",
        lambda asked, city: open_own_review(
            asked,
            round_id=city.id_of("round_id"),
            register="leave",
            subject_id=city.id_of("rated_id"),
        ),
        NotYours,
    ),
    "that somebody rates who does not bear the title": (
        "lead/school",
        lambda asked, city: reassign_review(
            asked, review_id=city.id_of("review_id"), assessor_id=city.cast.outsider.pk
        ),
        NotYours,
    ),
    "a robot that there is not": (
        "lead/school",
        lambda asked, _city: remove_robot(asked),
        NotYours,
    ),
    "to retire": (
        "lead/school",
        lambda asked, city: retire_person(
            asked, person_id=city.cast.lead.pk, on=NOW.date(), version=1
        ),
        NotAllowed,
    ),
    "a password, for whoever acts for another": (
        "lead/school",
        lambda asked, city: issue_one_time_password(
            helped(asked), person_id=city.cast.teacher.pk, password=Secret("Banyan-2026")
        ),
        NotAllowed,
    ),
    "a second factor, for whoever acts for another": (
        "security_admin",
        lambda asked, city: reset_second_factor(
            helped(asked), account_id=account_of(city.cast.teacher)
        ),
        NotAllowed,
    ),
    "a phone, for whoever acts for another": (
        "lead/school",
        lambda asked, _city: confirm_sms(helped(asked), code=Secret("123456"), sent=None),
        NotAllowed,
    ),
    "the desk of an absent one, for whoever acts for another": (
        "lead/school",
        lambda asked, city: begin_for_absent(
            helped(asked), giver_id=city.cast.clerk.pk, taker_id=city.cast.teacher.pk, because=""
        ),
        NotAllowed,
    ),
    "to open results that are open": (
        "lead/school",
        lambda asked, city: to_open_again(asked, city.id_of("set_id")),
        NotYours,
    ),
    "to correct what another has entered": (
        "lead/school",
        lambda asked, city: correct(
            asked,
            entry_id=city.id_of("entry_id", relation="same_school"),
            version=1,
            values={},
            why="写错",
        ),
        NotAllowed,
    ),
    "a state of an entry": (
        "clerk/school",
        lambda asked, city: advance(
            asked,
            entry_id=city.id_of("entry_id", relation="same_school"),
            version=1,
            to="已办",
        ),
        NotAllowed,
    ),
    "their sign-ins, signed in nowhere": (
        "nobody",
        lambda asked, _city: end_other_sign_ins(asked, sign_in_id=None),
        NotYours,
    ),
    "spare codes, signed in nowhere": (
        "nobody",
        lambda asked, _city: make_spare_codes(asked, codes=[Secret("a")]),
        NotYours,
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_action_refuses_whoever_may_not(what: str, city: City) -> None:
    role, ask, refusal = REFUSED[what]
    actor: Actor = city.actors.get(role, NOBODY)

    with pytest.raises(refusal):
        ask(By(actor, at=NOW, key=""), city)
