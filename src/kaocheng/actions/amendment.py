"""修订: a dated change of a scheme in force, with before, after and reason; never silent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date, timedelta
from typing import Any

from django.db.models import Max

from kaocheng.access.adoption import own_adoptions, own_amendments
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.actions.adoption import MOST_WHY, wrong_text
from kaocheng.actions.entry_write import changed
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.holders import Holder
from kaocheng.queries.adopted import GROUPS, Adopted, adopted
from kaocheng.queries.adoption_values import (
    Parameter,
    date_problems,
    holder_problems,
    order_problems,
    parameter_problems,
    unreadable_days,
    with_dates,
    with_holders,
    with_parameters,
)
from kaocheng.queries.amendment import change_title, coming_of
from kaocheng.records.models import Adoption, Amendment, RegisterRevision
from kaocheng.records.models.scheme import AdoptionState

# Further ahead is a slip of the year.
MOST_AHEAD = timedelta(days=5 * 366)


@action("amendment.make")
def make_amendment(
    act: Act,
    *,
    adoption_id: int,
    version: int,
    why: str,
    takes_effect_on: date,
    parameters: Mapping[str, Parameter] | None = None,
    dates: Mapping[str, str] | None = None,
    holders: Mapping[str, Sequence[Holder]] | None = None,
) -> Answer:
    """An extended deadline, a corrected rate, another committee: whoever approves may amend.

    Until the day the old holds, from it on the new, for all that is computed then; a day that is
    past says since when it was meant. Results that rest on it know that they are stale.
    """
    adoption = _in_force(act, adoption_id)
    today = act.at.astimezone(CHINA).date()
    is_at_once = takes_effect_on <= today
    found = adopted(adoption, on=today)
    after = {
        "parameters": with_parameters(found, parameters or {}),
        "dates": with_dates(found, dates or {}),
        "holders": with_holders(found, holders or {}),
    }
    problems: dict[str, Refused] = {
        **parameter_problems(found, after["parameters"], [*(parameters or {})]),
        **(date_problems if is_at_once else unreadable_days)(found, dates or {}),
        **holder_problems(act.actor, found, holders or {}),
        **_wrong_reason(adoption, why, takes_effect_on, today=today),
    }
    if problems:
        raise Invalid(problems)
    changes = _changes(found, after)
    if not changes:
        raise Refused("K12")
    _refuse_second(found, changes)
    number = next_number(adoption)
    if is_at_once:
        adoption.coming = adoption.coming[found.came :]
        for name, value in after.items():
            setattr(adoption, name, value)
    else:
        wanted = {name: new for name, (_, new) in changes.items()}
        coming = [*adoption.coming, [takes_effect_on.isoformat(), number, wanted]]
        adoption.coming = sorted(coming, key=lambda one: one[:2])
    _refuse_disorder(adoption, changes)
    act.keep(adoption, *GROUPS, "coming", version=version, changes=sorted(changes))
    amendment = Amendment(
        adoption=adoption,
        number=number,
        changes=changes,
        why=why.strip(),
        takes_effect_on=takes_effect_on,
        made_by_id=act.actor.person_id,
        made_at=act.at,
    )
    act.make(amendment, why=digest(why), changes=sorted(changes), on=takes_effect_on.isoformat())
    if is_at_once:
        touch_all(adopted(adoption))
    return Answer.of(amendment, number=number, is_at_once=is_at_once)


@action("amendment.withdraw")
def withdraw_amendment(act: Act, *, amendment_id: int, because: str) -> Answer:
    """Before its day, whoever may amend takes it back; it stays listed with both reasons."""
    amendment = act.lock(own_amendments(act.actor, Permission.APPROVE), amendment_id)
    adoption = _in_force(act, amendment.adoption_id)
    number = amendment.number
    if amendment.withdrawn_at is not None:
        raise Refused("K102", number=number)
    if amendment.takes_effect_on <= act.at.astimezone(CHINA).date():
        raise Refused("K101", number=number, day=amendment.takes_effect_on)
    if problem := wrong_text("撤回的理由", because, MOST_WHY):
        raise Invalid({"because": problem})
    adoption.coming = [one for one in adoption.coming if one[1] != number]
    act.keep(adoption, "coming", withdrawn=number)
    amendment.withdrawn_by_id, amendment.withdrawn_at = act.actor.person_id, act.at
    amendment.withdrawn_because = because.strip()
    act.keep(
        amendment, "withdrawn_by", "withdrawn_at", "withdrawn_because", because=digest(because)
    )
    return Answer.of(amendment, number=number)


def touch_all(found: Adopted) -> None:
    """Count a change in every roster and register: what was computed from them is stale."""
    adoption = found.adoption
    known = RegisterRevision.objects.filter(adoption=adoption).values_list("register", "unit_id")
    own = [(one.id, adoption.unit_id) for one in (*found.rosters, *found.ledgers)]
    changed(adoption, [*known, *own])


def _in_force(act: Act, adoption_id: int) -> Adoption:
    adoption = act.lock(own_adoptions(act.actor, Permission.ADOPT), adoption_id)
    if not act.actor.may(Permission.APPROVE):
        raise NotAllowed
    if adoption.state != AdoptionState.IN_FORCE:
        label = AdoptionState(adoption.state).label
        raise Refused("K04", title=adoption.title, state=label)
    return adoption


def _wrong_reason(adoption: Adoption, why: str, on: date, *, today: date) -> dict[str, Refused]:
    problems: dict[str, Refused] = {}
    if problem := wrong_text("理由", why, MOST_WHY):
        problems["why"] = problem
    assert adoption.approved_at is not None
    first, last = adoption.approved_at.astimezone(CHINA).date(), today + MOST_AHEAD
    if not first <= on <= last:
        problems["takes_effect_on"] = Refused("K13", day=on, first=first, last=last)
    return problems


def _changes(found: Adopted, after: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """`parameters.pass_line` → before and after; None where there was or is nothing."""
    listed: dict[str, list[Any]] = {}
    for group, values in after.items():
        before: Mapping[str, Any] = getattr(found.terms, group)
        for name in dict.fromkeys((*before, *values)):
            if before.get(name) != values.get(name):
                listed[f"{group}.{name}"] = [before.get(name), values.get(name)]
    return listed


def _refuse_second(found: Adopted, names: Iterable[str]) -> None:
    """With one change of a thing coming at a time, before and after are what they are told as."""
    coming = coming_of(found)
    for name in names:
        if name in coming:
            one = coming[name]
            raise Refused("K100", title=change_title(found, name), number=one.number, day=one.day)


def _refuse_disorder(adoption: Adoption, changes: Iterable[str]) -> None:
    """The steps have to be in their order on every day on which something changes."""
    steps = [name.removeprefix("dates.") for name in changes if name.startswith("dates.")]
    for day, _, _ in adoption.coming:
        found = adopted(copy(adoption), on=date.fromisoformat(day))
        if problems := order_problems(found, steps):
            raise Invalid(problems)


def next_number(adoption: Adoption) -> int:
    rows = Amendment.objects.unscoped("the adoption is locked").filter(adoption=adoption)
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1
