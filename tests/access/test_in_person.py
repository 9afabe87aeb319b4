"""What whoever acts for the head of a school is refused, because it is done in person.

In the matrix somebody acts for a teacher, who may do little of it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaocheng.config.urls import ENDPOINTS
from kaocheng.engine.messages import MESSAGES
from tests.access import walk
from tests.access.bodies import BODIES
from tests.access.city import City, acting_for
from tests.access.table import NO_OBJECT, Cell

pytestmark = pytest.mark.django_db

IN_PERSON = {
    "account-password",
    "account-second-factor",
    "account-second-factor-code",
    "account-second-factor-drop",
    "account-session-end",
    "account-sessions-end-others",
    "account-spare-codes",
    "act-for",
    "adoption-end",
    "ballot",
    "consequence-decide",
    "delegation-end",
    "delegation-grant",
    "delegation-slip",
    "entry-acknowledge",
    "entry-return",
    "entry-sign",
    "handover-give",
    "handover-take",
    "handover-witness",
    "notice-sign",
    "register-sign",
    "result-acknowledge",
    "result-freeze",
    "result-reopen",
    "review",
    "review-check",
    "review-open",
    "sheet-confirm",
    "sheet-dispute",
    "sign-in-help-person",
}


def test_what_is_done_in_person_is_refused_to_whoever_acts_for_the_lead(city: City) -> None:
    lead = city.bundle("lead/school", "own")
    helper = acting_for(city.cast.far_lead, lead.ids["delegation_id"])
    theirs = replace(city, clients=city.clients | {"lead/school": helper})
    refused: set[str] = set()
    for endpoint in ENDPOINTS:
        if "POST" not in endpoint.methods:
            continue
        relation = "own" if walk.parameters(endpoint) else NO_OBJECT
        cell = Cell(endpoint.name, "POST", "lead/school", relation)
        answer = walk.ask(theirs, endpoint, cell, BODIES)
        if answer.status == 403 and MESSAGES["W32"].remedy("zh") in answer.text:
            refused.add(endpoint.name)

    assert refused == IN_PERSON
