"""Whose entries of one register somebody reads, signs, strikes and writes."""

from __future__ import annotations

from typing import Any

import pytest

from kaocheng.access import entry as doors
from kaocheng.access.entry import PROPOSED, Route
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Adoption, Entry, EntryStep, Person, Subject, Unit
from tests.access.city import City, ids
from tests.access.table import ADMINISTRATORS, EVERYBODY
from tests.cast import NOW

pytestmark = pytest.mark.django_db

WHY = "all of the test"
ITSELF = Holder(How.SUBJECT)
OFFICE = Holder(How.ROLE, role="lead")
DISTRICTS = Holder(How.ROLE, role="officer", kind="district")
OFFICES = ("lead/school", "clerk/school", "officer/town", "officer/district", "officer/city")
LEAVE = Route("leave", (ITSELF,), ((OFFICE,),))
# What is kept beside an entry that somebody without the title wrote.
BY_ANOTHER = ("state", PROPOSED)


@pytest.fixture(params=[1, 500])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many ids are named one by one; beyond, the database asks for them itself."""
    monkeypatch.setattr(doors, "FEW", request.param)


def written(
    about: Subject | None,
    by: Person,
    *,
    adoption: Adoption,
    signed: int = 0,
    step: tuple[str, str] | None = None,
    **spine: Any,  # noqa: ANN401  # whatever an entry has
) -> Entry:
    spine = {"register": "leave", "unit": adoption.unit, "standing": "waiting"} | spine
    made = Entry(
        adoption=adoption,
        subject=about,
        entered_by=by,
        entered_at=NOW,
        signed_count=signed,
        **spine,
    )
    made.save()
    if step is not None:
        EntryStep.objects.create(entry=made, kind=step[0], what=step[1], at=NOW)
    return made


ABOUT_SCHOOL = {"me", "colleague", "group"}
EVERY = ABOUT_SCHOOL | {"stranger", "nobody", "nobody far"}


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize(
    ("relation", "signer", "read"),
    [
        (
            "own",
            OFFICE,
            dict.fromkeys(
                ("lead/school", "clerk/school", "officer/town", "officer/district", "officer/city"),
                EVERY,
            )
            | {"workshop_leader": {"group"}, "lead/group": {"group"}},
        ),
        (
            "shared",
            DISTRICTS,
            {
                "workshop_leader": {"group"},
                "lead/group": {"group"},
                # For what is about nobody they sign, or enter as whoever leads the subject.
                "lead/school": EVERY - {"stranger"},
                "clerk/school": EVERY - {"stranger"},
                "officer/district": EVERY - {"stranger"},
                "officer/town": ABOUT_SCHOOL | {"nobody"},
                "officer/city": EVERY,
            },
        ),
    ],
)
def test_register_shows_whom_one_reads_and_for_whom_one_bears_a_title(
    relation: str,
    signer: Holder,
    read: dict[str, set[str]],
    role: str,
    city: City,
) -> None:
    """The register of the clerk's adoption: the school's, or the city's with districts to sign."""
    cast, who = city.cast, city.actors[role]
    adoption = city.adoption("clerk/school", relation=relation)
    route = Route("leave", (ITSELF,), ((signer,),))
    about = city.subjects("clerk/school", relation=relation)
    elsewhere = city.adoption("member/school")
    far, other = cast.far_school, cast.outsider
    labels = {
        "me": written(about["T"], other, adoption=adoption, unit=far),
        "colleague": written(about["S"], other, adoption=adoption, unit=far),
        "stranger": written(about["Z"], other, adoption=adoption, unit=far),
        "nobody": written(None, other, adoption=adoption, unit=cast.school),
        "nobody far": written(None, other, adoption=adoption, unit=far),
        "group": written(None, other, adoption=adoption, unit=cast.group),
        "by me": written(about["Z"], city.people[role], adoption=adoption, unit=far),
    }
    known = {one.pk: label for label, one in labels.items()}
    others = {
        written(about["S"], other, adoption=adoption, register="talk").pk,
        written(city.subjects("member/school")["S"], other, adoption=elsewhere).pk,
    }

    found = ids(doors.entries_of(who, adoption, route))
    seen = {label for label, one in labels.items() if doors.is_in_sight(who, one, route)}

    expected = set() if role in ADMINISTRATORS else read.get(role, set()) | {"by me"}
    assert {known[pk] for pk in found if pk in known} == seen == expected
    assert not found & others


def test_registers_show_nothing_to_nobody(city: City) -> None:
    adoption = city.adoption("clerk/school")
    entry = written(None, city.cast.outsider, adoption=adoption)
    assert not doors.entries_of(NOBODY, adoption, LEAVE).exists()
    assert not doors.subjects_of(NOBODY, adoption, LEAVE).exists()
    assert not doors.entries_to_sign(NOBODY, adoption, [LEAVE]).exists()
    assert not doors.entries_to_strike(NOBODY, adoption, [OFFICE]).exists()
    assert not doors.is_in_sight(NOBODY, entry, LEAVE)
    assert not doors.may_enter_for_office(NOBODY, adoption, [OFFICE])


def test_rosters_of_one_adoption_list_nobody_of_another(city: City) -> None:
    adoption = city.adoption("clerk/school")

    def listed(role: str) -> set[str]:
        return {one.key[0] for one in doors.subjects_of(city.actors[role], adoption, LEAVE)}

    assert listed("clerk/school") == listed("lead/school") == {"T", "S", "Z"}
    assert listed("officer/town") == {"T", "S"}
    assert not listed("member/school") | listed("lead/group") | listed("security_admin")
    entered = doors.subjects_to_enter(city.actors["clerk/school"], adoption, LEAVE)
    assert {one.key[0] for one in entered} == {"T", "S"}
    assert {one.adoption_id for one in entered} == {adoption.pk}


def test_next_signature_is_of_whoever_bears_the_title_and_wrote_nothing_of_it(city: City) -> None:
    cast = city.cast
    adoption, other = city.adoption("clerk/school"), cast.outsider
    about = city.subjects("clerk/school")
    Entry.objects.unscoped(WHY).filter(adoption=adoption).exclude(register="nothing").filter(
        standing="waiting"
    ).update(standing="replaced")
    labels = {
        "about the clerk": written(about["T"], cast.clerk, adoption=adoption),
        "about a colleague": written(about["S"], other, adoption=adoption),
        "by the lead": written(about["S"], cast.lead, adoption=adoption),
        "signed already": written(about["S"], other, adoption=adoption, signed=1),
        "proposed": written(about["T"], other, adoption=adoption, step=BY_ANOTHER),
        "proposed and confirmed": written(
            about["T"], other, adoption=adoption, signed=1, step=BY_ANOTHER
        ),
        "proposed and signed": written(
            about["T"], other, adoption=adoption, signed=2, step=BY_ANOTHER
        ),
        "counts": written(about["S"], other, adoption=adoption, standing="counts"),
        "another register": written(about["S"], other, adoption=adoption, register="talk"),
        "another adoption": written(
            city.subjects("lead/school")["S"], other, adoption=city.adoption("lead/school")
        ),
        "in another state": written(about["T"], other, adoption=adoption, step=("state", "整改")),
        "signed as such": written(about["T"], other, adoption=adoption, step=("signed", PROPOSED)),
        "about nobody elsewhere": written(None, other, adoption=city.adoption("lead/school")),
        "about nobody": written(None, other, adoption=adoption),
        "proposed about nobody": written(None, other, adoption=adoption, step=BY_ANOTHER),
    }
    known = {one.pk: label for label, one in labels.items()}

    def to_sign(role: str) -> set[str]:
        rows = doors.entries_to_sign(city.actors[role], adoption, [LEAVE])
        return {known[one.pk] for one in rows}

    of_office = {"about a colleague", "about nobody", "proposed about nobody"}
    about_clerk = {"about the clerk", "proposed and confirmed", "in another state"}
    assert to_sign("lead/school") == of_office | about_clerk | {"signed as such"}
    assert to_sign("clerk/school") == of_office | {"by the lead", "proposed"}
    assert {role: to_sign(role) for role in EVERYBODY if not role.endswith("/school")} == {
        role: set() for role in EVERYBODY if not role.endswith("/school")
    }
    assert not to_sign("member/school")


def test_without_signers_only_what_was_proposed_waits_for_anybody(city: City) -> None:
    adoption, other = city.adoption("clerk/school"), city.cast.outsider
    about = city.subjects("clerk/school")
    written(about["T"], other, adoption=adoption)
    proposed = written(about["T"], other, adoption=adoption, step=BY_ANOTHER)
    nobody_enters = Route("leave", ())

    def to_sign(route: Route) -> set[int]:
        return ids(doors.entries_to_sign(city.actors["clerk/school"], adoption, [route]))

    assert to_sign(Route("leave", (ITSELF,))) == {proposed.pk}
    assert not to_sign(nobody_enters)


def test_last_signers_strike_what_is_about_others(city: City) -> None:
    adoption, other = city.adoption("clerk/school"), city.cast.outsider
    elsewhere = city.adoption("lead/school")
    about = city.subjects("clerk/school")
    labels = {
        key: written(about[key], other, adoption=adoption, standing="counts") for key in "TSZ"
    }
    written(city.subjects("lead/school")["S"], other, adoption=elsewhere, standing="counts")
    known = {one.pk: label for label, one in labels.items()}

    def strikes(role: str) -> set[str]:
        rows = doors.entries_to_strike(city.actors[role], adoption, [OFFICE])
        return {known.get(one.pk, one.subject.key[0]) for one in rows if one.subject}

    assert strikes("lead/school") == {"T", "S", "Z"}
    assert strikes("clerk/school") == {"S", "Z"}
    assert not strikes("officer/district") | strikes("member/school") | strikes("lead/group")
    administered = city.adoption("audit_admin")
    assert not doors.entries_to_strike(city.actors["audit_admin"], administered, [ITSELF]).exists()
    rows = doors.entries_to_strike(city.actors["lead/school"], adoption, [OFFICE])
    assert set(rows.values_list("adoption", flat=True)) == {adoption.pk}


def test_office_enters_what_is_about_nobody(city: City) -> None:
    adoption = city.adoption("clerk/school")

    def may(role: str, holder: Holder) -> bool:
        return doors.may_enter_for_office(city.actors[role], adoption, [holder])

    assert may("lead/school", OFFICE)
    assert may("clerk/school", OFFICE)
    assert may("clerk/school", ITSELF)
    assert not may("officer/district", OFFICE)
    assert not may("member/school", OFFICE)
    assert not may("audit_admin", ITSELF)


def test_what_is_personal_shows_to_the_person_the_writer_and_the_own_office(city: City) -> None:
    cast = city.cast

    def may(role: str, *, about: Person | None, where: Unit, by: Person | None) -> bool:
        return doors.may_see_personal(
            city.actors[role],
            person_id=about.pk if about else None,
            unit_path=where.path,
            entered_by_id=by.pk if by else None,
        )

    me = cast.teacher
    assert may("member/group", about=me, where=cast.far_school, by=None)
    assert may("member/group", about=None, where=cast.far_school, by=me)
    assert not may("member/group", about=cast.colleague, where=cast.group, by=None)
    assert not may("member/group", about=None, where=cast.group, by=None)
    for role in ("lead/school", "clerk/school"):
        assert may(role, about=me, where=cast.group, by=None)
        assert not may(role, about=me, where=cast.other_school, by=None)
    for role in ("lead/group", "officer/district", "security_admin", "reviewer"):
        assert not may(role, about=me, where=cast.group, by=None)
    assert not doors.may_see_personal(
        NOBODY, person_id=None, unit_path=cast.group.path, entered_by_id=None
    )
