"""Actions refuse whoever may not, from whatever page they are asked: its need refuses first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kaocheng.access.actor import Actor, By
from kaocheng.access.refusal import NotAllowed, NotYours, Refused
from kaocheng.actions.account import end_other_sign_ins, issue_one_time_password, lock_account
from kaocheng.actions.administrator import appoint_administrator, end_administrator
from kaocheng.actions.adoption import start_adoption
from kaocheng.actions.audit import anchor_log, note_export
from kaocheng.actions.collection import write_collection
from kaocheng.actions.entry import withdraw as withdraw_entry
from kaocheng.actions.notice import write_notice
from kaocheng.actions.perform import Answer
from kaocheng.actions.robot import remove_robot
from kaocheng.actions.second_factor import make_spare_codes, reset_second_factor
from kaocheng.actions.secret import Secret
from kaocheng.actions.setting import change_setting
from kaocheng.actions.subject import add_subject
from kaocheng.actions.unit import add_unit
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Account, Appointment, Person
from tests.access.city import City
from tests.cast import NOW

pytestmark = pytest.mark.django_db

Asked = Callable[[By, City], Answer]


def account(who: Person) -> int:
    return Account.objects.get(person=who).pk


def post(who: Person) -> int:
    return Appointment.objects.unscoped("a test").get(person=who).pk


def of_lead(city: City, name: str) -> int:
    return int(str(city.bundle("lead/school", "own").ids[name]))


def to_one_without(asked: By, person: Person) -> Answer:
    Account.objects.filter(person=person).delete()
    return issue_one_time_password(asked, person_id=person.pk, password=Secret("Banyan-2026"))


# Who asks, what for, and the refusal.
REFUSED: dict[str, tuple[str, Asked, type[Refused]]] = {
    "another account": (
        "lead/school",
        lambda asked, city: lock_account(asked, account_id=account(city.cast.reviewer)),
        NotAllowed,
    ),
    "the second factor of another": (
        "lead/school",
        lambda asked, city: reset_second_factor(asked, account_id=account(city.cast.reviewer)),
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
            adoption_id=of_lead(city, "adoption_id"),
            register="teacher",
            unit_id=0,
            values={"id": "T0", "name": "新", "unit": "一"},
        ),
        NotAllowed,
    ),
    "an entry": (
        "system_admin",
        lambda asked, city: withdraw_entry(
            asked, entry_id=of_lead(city, "entry_id"), version=1, because="撤销"
        ),
        NotAllowed,
    ),
    "a password for somebody without an account": (
        "lead/school",
        lambda asked, city: to_one_without(asked, city.cast.workshop_leader),
        NotYours,
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
