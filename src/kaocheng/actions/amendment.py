"""修订: a dated change of a scheme in force, with before, after and reason; never silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Max

from kaocheng.access.adoption import own_adoptions
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.actions.adoption import MOST_WHY, wrong_text
from kaocheng.actions.entry_write import changed
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.holders import Holder
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.adoption_values import (
    Parameter,
    date_problems,
    holder_problems,
    parameter_problems,
    with_dates,
    with_holders,
    with_parameters,
)
from kaocheng.records.models import Adoption, Amendment, RegisterRevision
from kaocheng.records.models.scheme import AdoptionState


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

    It holds at once and for all that is computed from now on; `takes_effect_on` says since when it
    was meant. Results that rest on it know that they are stale.
    """
    adoption = act.lock(own_adoptions(act.actor, Permission.ADOPT), adoption_id)
    if not act.actor.may(Permission.APPROVE):
        raise NotAllowed
    if adoption.state != AdoptionState.IN_FORCE:
        label = AdoptionState(adoption.state).label
        raise Refused("K04", title=adoption.title, state=label)
    found = adopted(adoption)
    after = {
        "parameters": with_parameters(found, parameters or {}),
        "dates": with_dates(found, dates or {}),
        "holders": with_holders(found, holders or {}),
    }
    problems: dict[str, Refused] = {
        **parameter_problems(found, after["parameters"], [*(parameters or {})]),
        **date_problems(found, dates or {}),
        **holder_problems(act.actor, found, holders or {}),
        **_wrong_reason(act, adoption, why, takes_effect_on),
    }
    if problems:
        raise Invalid(problems)
    changes = _changes(adoption, after)
    if not changes:
        raise Refused("K12")
    for name, value in after.items():
        setattr(adoption, name, value)
    act.keep(adoption, *after, version=version, changes=sorted(changes))
    amendment = Amendment(
        adoption=adoption,
        number=_next_number(adoption),
        changes=changes,
        why=why.strip(),
        takes_effect_on=takes_effect_on,
        made_by_id=act.actor.person_id,
        made_at=act.at,
    )
    act.make(amendment, why=digest(why), changes=sorted(changes))
    touch_all(adopted(adoption))
    return Answer.of(amendment, number=amendment.number)


def touch_all(found: Adopted) -> None:
    """Count a change in every roster and register: what was computed from them is stale."""
    adoption = found.adoption
    known = RegisterRevision.objects.filter(adoption=adoption).values_list("register", "unit_id")
    own = [(one.id, adoption.unit_id) for one in (*found.rosters, *found.ledgers)]
    changed(adoption, [*known, *own])


def _wrong_reason(act: Act, adoption: Adoption, why: str, on: date) -> dict[str, Refused]:
    problems: dict[str, Refused] = {}
    if problem := wrong_text("理由", why, MOST_WHY):
        problems["why"] = problem
    today = act.at.astimezone(CHINA).date()
    assert adoption.approved_at is not None
    first = adoption.approved_at.astimezone(CHINA).date()
    if not first <= on <= today:
        problems["takes_effect_on"] = Refused("K13", day=on, first=first, last=today)
    return problems


def _changes(adoption: Adoption, after: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """`parameters.pass_line` → before and after; None where there was or is nothing."""
    found: dict[str, list[Any]] = {}
    for group, values in after.items():
        before: Mapping[str, Any] = getattr(adoption, group)
        for name in dict.fromkeys((*before, *values)):
            if before.get(name) != values.get(name):
                found[f"{group}.{name}"] = [before.get(name), values.get(name)]
    return found


def _next_number(adoption: Adoption) -> int:
    rows = Amendment.objects.unscoped("the adoption is locked").filter(adoption=adoption)
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1
