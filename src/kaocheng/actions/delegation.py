"""代办: given with one tap or by a signed slip, ended early by either side."""

from __future__ import annotations

from datetime import date, timedelta

from kaocheng.access.account import only_in_person
from kaocheng.access.delegation import (
    colleagues,
    delegations,
    holds_administrator,
    people_of_slips,
)
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.access.scope import one
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.actor import appointments_today
from kaocheng.queries.setting import setting
from kaocheng.records.models import Account, Delegation, Message, Person


@action("delegation.grant")
def grant_delegation(act: Act, *, helper_id: int, ends_on: date) -> Answer:
    """Somebody names a colleague who may act for them up to and with the day."""
    only_in_person(act.actor)
    return _grant(act, _self(act), helper_id, ends_on, slip_number="")


@action("delegation.enter_slip")
def enter_slip(
    act: Act, *, person_id: int, helper_id: int, ends_on: date, slip_number: str
) -> Answer:
    """The clerk enters what the person has signed on paper."""
    only_in_person(act.actor)
    person = one(people_of_slips(act.actor, on=_today(act)), person_id)
    if not slip_number.strip():
        raise Invalid({"slip_number": Refused("W38", title="代办单编号")})
    return _grant(act, person.pk, helper_id, ends_on, slip_number=slip_number.strip()[:40])


@action("delegation.end")
def end_delegation(act: Act, *, delegation_id: int) -> Answer:
    """By the person, the helper, or the clerk who keeps the slips."""
    only_in_person(act.actor)
    row = act.lock(delegations(act.actor, on=_today(act)), delegation_id)
    if row.ended_at is None:
        row.ended_at = act.at
        act.keep(row, "ended_at")
    else:
        act.audit(row, ended_before=True)
    return Answer.of(row)


@action("delegation.take_up")
def take_up(act: Act, *, delegation_id: int) -> Answer:
    """The helper begins to act for the person; the log has it before the first deed."""
    only_in_person(act.actor)
    row = one(delegations(act.actor, on=_today(act)), delegation_id)
    today = _today(act)
    if row.helper_id != act.actor.person_id or row.ended_at or not row.starts_on <= today:
        raise NotYours
    if row.ends_on < today:
        raise NotYours
    _must_have_second_factor(act, row)
    act.audit(row, taken_up=True)
    return Answer.of(row)


def _grant(act: Act, person_id: int, helper_id: int, ends_on: date, *, slip_number: str) -> Answer:
    today = _today(act)
    problems: dict[str, Refused] = {}
    days = int(setting("delegation_days"))
    if not today <= ends_on <= today + timedelta(days=days):
        problems["ends_on"] = Refused("W33", days=days)
    helper = colleagues(person_id, on=today).filter(pk=helper_id).first()
    if helper is None or holds_administrator(person_id, on=today):
        problems["helper"] = Refused("W34")
    if problems:
        raise Invalid(problems)
    assert helper is not None
    earlier = Delegation.objects.unscoped("the same two people's own earlier one, replaced")
    for row in earlier.filter(person=person_id, helper=helper, ended_at=None).select_for_update():
        row.ended_at = act.at
        act.keep(row, "ended_at")
    made = Delegation(
        person_id=person_id,
        helper=helper,
        starts_on=today,
        ends_on=ends_on,
        slip_number=slip_number,
        entered_by_id=_self(act),
    )
    act.make(made, person=person_id, helper=helper.pk, ends_on=ends_on, by_slip=bool(slip_number))
    _tell(act, made, person_id, helper)
    return Answer.of(made)


def _tell(act: Act, made: Delegation, person_id: int, helper: Person) -> None:
    """Both sides learn of it in the product; whoever is named by a slip must be able to object."""
    named = Person.objects.unscoped("the two people whom it concerns")
    person = named.get(pk=person_id)
    until = f"{made.ends_on.month}月{made.ends_on.day}日"
    said = (
        (
            helper,
            f"{person.name}请您代办，至{until}",
            "在“代办”里开始；本人制作、评分、签字不能代办。",
        ),
        (
            person,
            f"{helper.name}可代您办理，至{until}",
            "随时可在“代办”里结束；每一步都记两个人的名字。",
        ),
    )
    Message.objects.bulk_create(
        Message(
            person=to,
            subject=subject,
            body=body,
            page="/delegations",
            object_kind="delegation",
            object_id=str(made.pk),
            effect_key=f"delegation-{made.pk}-{to.pk}",
            made_at=act.at,
        )
        for to, subject, body in said
    )


def _must_have_second_factor(act: Act, row: Delegation) -> None:
    """A post that needs a second factor needs it of whoever acts for its holder, too."""
    needing = set(setting("second_factor_roles"))
    roles = {held.role for held in appointments_today(row.person_id)}
    account = Account.objects.get(pk=act.actor.account_id or 0)
    if roles & needing and not account.has_second_factor:
        raise Refused("W39")


def _self(act: Act) -> int:
    if act.actor.person_id is None:
        raise NotYours
    return act.actor.person_id


def _today(act: Act) -> date:
    return act.at.astimezone(CHINA).date()
