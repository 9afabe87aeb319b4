"""What the doors give, row by row: the matrix sees pages, and a page may ask another door first."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType
from typing import Any

import pytest
from django.db.models import QuerySet

from kaocheng.access import ballot as ballots
from kaocheng.access import collection as collections
from kaocheng.access import entry as entries
from kaocheng.access import notice as notices
from kaocheng.access import result as results
from kaocheng.access import round as rounds
from kaocheng.access.actor import Actor
from kaocheng.access.entry import Route
from kaocheng.access.grants import Permission
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import (
    Adoption,
    Consequence,
    Entry,
    MonthlySheet,
    Obligation,
    ResultRow,
    ResultSet,
    Round,
    Subject,
)
from tests.access.city import City
from tests.access.mutants import DOORS, functions_of, spot
from tests.access.stranger import FAR
from tests.cast import NOW

pytestmark = pytest.mark.django_db

WHY = "all of the test"
Row = Entry | Subject | ResultRow | Consequence | MonthlySheet | Obligation
Whose = tuple[set[int | None], int]


# ── About oneself, or within reach ──────────────────────────────────────────────────────────────


def reach(city: City, role: str) -> set[int]:
    """Ids of the units of which somebody with the role sees what is about others."""
    cast = city.cast
    group = {cast.group.pk}
    school = {*group, cast.school.pk, city.bundle(role, "same_school").unit.pk}
    town = {*school, cast.town.pk, cast.other_school.pk}
    district = {*town, cast.district.pk}
    every = {one.unit.pk for one in city.bundles.values()} - {cast.panel.pk}
    far = Subject.objects.unscoped(WHY).filter(unit__name=FAR).values_list("unit", flat=True)
    return {
        "workshop_leader": group,
        "lead/group": group,
        "lead/school": school,
        "clerk/school": school,
        "officer/town": town,
        "officer/district": district,
        "officer/city": every | set(far),
    }.get(role, set())


def of_subject(subject: Subject) -> Whose:
    return {subject.person_id}, subject.unit_id


def of_entry(entry: Entry) -> Whose:
    own = {entry.entered_by_id, entry.subject.person_id if entry.subject else None}
    return own, entry.unit_id


def of_entry_with_results(entry: Entry) -> Whose:
    return of_subject(entry.subject) if entry.subject else (set(), entry.unit_id)


def of_result(row: ResultRow) -> Whose:
    if row.subject is not None:
        return of_subject(row.subject)
    return of_entry_with_results(row.entry) if row.entry else (set(), row.unit_id)


def of_obligation(row: Obligation) -> Whose:
    people = {row.subject.person_id if row.subject else None}
    return people | ({row.entry.entered_by_id} if row.entry else set()), row.unit_id


SEEN: dict[str, tuple[Callable[..., QuerySet[Row]], type[Row], Callable[..., Whose]]] = {
    "entries": (entries.entries_in_sight, Entry, of_entry),
    "subjects": (entries.subjects_in_sight, Subject, of_subject),
    "subjects to enter for": (
        partial(entries.subjects_in_sight, permission=Permission.WRITE_ENTRIES),
        Subject,
        of_subject,
    ),
    "sheets": (entries.sheets_in_sight, MonthlySheet, lambda row: of_subject(row.subject)),
    "subjects with results": (results.subjects_with_results, Subject, of_subject),
    "entries with results": (results.entries_with_results, Entry, of_entry_with_results),
    "obligations": (rounds.obligations_in_sight, Obligation, of_obligation),
    "result rows": (results.rows_in_sight, ResultRow, of_result),
    "consequences": (
        results.consequences_in_sight,
        Consequence,
        lambda row: of_subject(row.subject),
    ),
}


@pytest.fixture
def strewn(city: City) -> City:
    """Besides: what another unit wrote about somebody here, what is about nobody, and its rows."""
    cast = city.cast
    far = city.bundle("officer/city", "other_district")
    for relation in ("same_group", "other_district"):
        here = city.bundle("lead/school", relation)
        subject = Subject.objects.unscoped(WHY).get(pk=str(here.ids["subject_id"]))
        results = ResultSet.objects.unscoped(WHY).get(pk=str(here.ids["set_id"]))
        facts = {"adoption": subject.adoption, "register": "leave", "entered_at": NOW}
        elsewhere = Entry.objects.create(**facts, subject=subject, unit=far.unit)
        about_nobody = Entry.objects.create(**facts, unit=here.unit)
        Entry.objects.create(**facts, unit=far.unit, entered_by=cast.teacher)
        found = {"result_set": results, "result": "yearly", "values": {}}
        ResultRow.objects.create(**found, key="list", unit=here.unit)
        ResultRow.objects.create(**found, entry=elsewhere, unit=far.unit)
        ResultRow.objects.create(**found, entry=about_nobody, unit=here.unit)
    return city


@pytest.mark.parametrize("name", SEEN)
def test_door_gives_what_is_about_oneself_and_what_lies_within_reach(
    name: str, strewn: City
) -> None:
    door, model, whose = SEEN[name]
    rows = [(row.pk, *whose(row)) for row in model._default_manager.unscoped(WHY)]
    workers = {role: one for role, one in strewn.actors.items() if "admin" not in role}

    given = {role: {row.pk for row in door(one)} for role, one in workers.items()}

    for role, one in workers.items():
        there = reach(strewn, role)
        assert given[role] == {
            pk for pk, people, unit in rows if one.person_id in people or unit in there
        }, role


# ── In the hands of one unit ────────────────────────────────────────────────────────────────────

OFFICERS = {"officer/town", "officer/district", "officer/city"}
HEADS = {"lead/school"} | OFFICERS
MANAGERS = HEADS | {"clerk/school"}
LEADERS = MANAGERS | {"lead/group"}
SIGNERS = LEADERS | {"workshop_leader"}
IN_GROUPS = SIGNERS | {"member/group"}
FILLERS = IN_GROUPS | {"member/school"}
WORKERS = FILLERS | {"reviewer"}

# Door, the way from a row to the unit in whose hands it is, and who has it in hand there.
HELD: tuple[tuple[Callable[..., QuerySet[Any]], str, set[str]], ...] = (
    (rounds.rounds_to_run, "unit", MANAGERS),
    (rounds.adoptions_to_run, "unit", MANAGERS),
    (rounds.obligations_to_run, "round__unit", MANAGERS),
    (ballots.ballots_to_hold, "unit", MANAGERS),
    (ballots.rounds_to_hold, "unit", MANAGERS),
    (entries.adoptions_to_keep, "unit", MANAGERS),
    (results.rounds_to_decide, "unit", HEADS),
    (results.sets_to_decide, "round__unit", HEADS),
    (notices.notices_to_issue, "unit", LEADERS),
    (notices.receipts_of_issued, "notice__unit", LEADERS),
    (notices.receipts_to_sign, "unit", SIGNERS),
    (notices.own_receipts, "unit", WORKERS),
    (collections.asked_by_us, "unit", LEADERS),
    (collections.parts_to_split, "unit", LEADERS),
    (collections.parts_asked_by_us, "collection__unit", LEADERS),
    (collections.parts_to_send, "unit", IN_GROUPS),
    (collections.our_parts, "unit", FILLERS),
)


@pytest.mark.parametrize(("door", "way", "who"), HELD, ids=lambda one: getattr(one, "__name__", ""))
def test_door_gives_what_is_in_the_hands_of_the_own_unit(
    door: Callable[..., QuerySet[Any]], way: str, who: set[str], city: City
) -> None:
    every = door(city.actors["officer/city"]).model._default_manager.unscoped(WHY)
    unit_of = dict(every.values_list("pk", way))

    given = {role: {row.pk for row in door(one)} for role, one in city.actors.items()}

    expected = {
        role: {
            pk
            for pk, unit in unit_of.items()
            if role in who and one.held and unit == one.held.unit_id
        }
        for role, one in city.actors.items()
    }
    assert given == expected


# ── Whoever has no part in it ───────────────────────────────────────────────────────────────────


# The log of one object, which it refuses; what is annotated has come through a door before.
APART = {"history", "with_rights"}


def doors() -> Iterator[FunctionType]:
    for path in DOORS:
        for function in functions_of(path):
            said = inspect.signature(function)
            is_open = not function.__name__.startswith("_") and function.__name__ not in APART
            is_door = is_open and next(iter(said.parameters), "") == "actor"
            if is_door and "QuerySet" in str(said.return_annotation):
                yield function


ALL_DOORS = {spot(one).removeprefix("kaocheng/access/"): one for one in doors()}


def rows_given(city: City, door: FunctionType, actor: Actor) -> int:
    """How many rows, with whatever else the door asks; with permissions that the actor lacks."""
    bundle = city.bundle("lead/school", "own")
    holders = (Holder(How.SUBJECT), Holder(How.ROLE, role="lead"))
    known: dict[str, object] = {
        "adoption": Adoption.objects.unscoped(WHY).get(pk=str(bundle.ids["adoption_id"])),
        "round_": Round.objects.unscoped(WHY).get(pk=str(bundle.ids["round_id"])),
        "route": Route("leave", holders, (holders,)),
        "routes": [Route("leave", holders, (holders,))],
        "holders": holders,
        "effect": "praise",
        "giver_id": city.cast.outsider.pk,
        "kinds": ["school", "group"],
        "on": NOW.date(),
    }
    wanted = set(inspect.signature(door).parameters)
    named = {name: value for name, value in known.items() if name in wanted}
    if "permission" not in wanted:
        return len(door(actor, **named))
    lacking = [one for one in Permission if not actor.may(one)]
    return sum(len(door(actor, permission=one, **named)) for one in lacking)


def outsiders(city: City) -> dict[str, Actor]:
    """Somebody not signed in, somebody who works nowhere, and those who have no work of ours."""
    unemployed = Actor(account_id=1, person_id=city.cast.teacher.pk, name="")
    administrators = {role: one for role, one in city.actors.items() if "admin" in role}
    return {"nobody": NOBODY, "unemployed": unemployed, **administrators}


# What is one's own whatever one works as, and what an administrator's permission is for.
OWN = {
    "delegation:delegations",
    "file:files",
    "handover:handovers_in_sight",
    "handover:handovers_given",
    "job:jobs",
    "message:own_messages",
    "task:own_tasks",
}
PARTS = {
    "nobody": set[str](),
    "unemployed": OWN,
    "system_admin": OWN | {"person:personal_data", "unit:units_to_reorganise"},
    "security_admin": OWN | {"person:personal_data", "account:helped_people"},
    "audit_admin": OWN | {"person:personal_data", "audit:whole_log"},
}
# Asked about whoever is assessed or works on the way up; its pages ask for a permission.
OF_EVERYBODY = {"entry:own_sheets", "review:rounds_at_work"}


@pytest.mark.parametrize("who", PARTS)
def test_doors_give_nothing_to_whoever_has_no_part_in_it(who: str, city: City) -> None:
    actor = outsiders(city)[who]

    given = {name for name, door in ALL_DOORS.items() if rows_given(city, door, actor)}

    assert given - OF_EVERYBODY == PARTS[who]
