"""Whose reviews: what an office assigns in its rounds and in those above, what is one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from kaocheng.access.actor import Actor
from kaocheng.access.review import Office, own_reviews, rounds_at_work, subjects_to_open
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import Review, Round, Subject, Unit
from kaocheng.records.models.review import ReviewState
from tests.access import made
from tests.access.posts import PANEL, at, units_by_name
from tests.cast import NOW, Cast, actor, appoint, unit

# The rounds by their titles: whose each is, and the units that are assessed in it. A panel stands
# outside the tree: what were its own would be nobody's to assign.
ROUNDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "市评": ("花城市", ("榕荫小学", "数学组", "海屿二小")),
    "市评二": ("花城市", ("海屿二小",)),
    "区评": ("云山区", ("珠岸中学", "海屿二小")),
    "镇评": ("榕镇", ("数学组",)),
    "校评": ("榕荫小学", ("数学组", "海屿二小")),
    "远区评": ("海屿区", ("海屿二小",)),
    "远校评": ("海屿二小", ("榕荫小学",)),
    "专评": (PANEL, (PANEL,)),
}
LEFT = "已撤并"

OFFICES = ("花城市", "云山区", "榕镇", "海屿区", "北田区")
SCHOOLS = ("榕荫小学", "珠岸中学", "海屿二小")
MANAGING = [
    *((role, where) for role in ("lead", "clerk", "officer") for where in OFFICES),
    *((role, where) for role in ("lead", "clerk") for where in SCHOOLS),
]
ASSIGNING_NOTHING = [
    *(("member", where) for where in ("花城市", "云山区", "榕荫小学", "数学组")),
    ("workshop_leader", "榕荫小学"),
    ("workshop_leader", "数学组"),
    ("lead", "数学组"),
    ("lead", PANEL),
    ("reviewer", PANEL),
    *((role, "花城市") for role in ("system_admin", "security_admin", "audit_admin")),
]

BY_DISTRICTS = Holder(How.ROLE, role="officer", kind="district")
BY_TOWNS = Holder(How.ROLE, role="officer", kind="town")
BY_SCHOOLS = Holder(How.ROLE, role="lead", kind="school")
BY_PANELS = Holder(How.ROLE, role="reviewer", kind="panel")


@dataclass(frozen=True)
class Work:
    cast: Cast
    units: dict[str, Unit]
    rounds: dict[str, Round]

    def at(self, role: str, where: str) -> Actor:
        return at(role, self.units[where])

    def office(self, where: str) -> Office:
        return Office(self.at("lead" if where in SCHOOLS else "officer", where))


@pytest.fixture
def work(cast: Cast) -> Work:
    """In each round two tables of ratings about each unit, and one unit that is there no more."""
    unit("北田区", "district", cast.city)
    units = units_by_name()
    rounds = {}
    for title, (office, assessed) in ROUNDS.items():
        there = units[office]
        rounds[title] = work_of = made.work(made.adoption(there, title))
        for name in assessed:
            subject = listed(work_of, name, units[name])
            for register, assessor in (("rating", cast.reviewer), ("peers", cast.colleague)):
                Review(
                    round=work_of,
                    register=register,
                    subject=subject,
                    assessor=assessor,
                    unit=subject.unit,
                    made_at=NOW,
                ).save()
        listed(work_of, LEFT, there, has_left=True)
    return Work(cast, units, rounds)


def listed(work: Round, name: str, where: Unit, **more: object) -> Subject:
    return Subject.objects.create(
        adoption=work.adoption, roster="unit", key=name, name=name, unit=where, **more
    )


def titles(rows: object) -> set[str]:
    return {one.title for one in rows}  # type: ignore[attr-defined]  # a query


def names(rows: object) -> set[str]:
    return {one.name for one in rows}  # type: ignore[attr-defined]  # a query


def about(office: Office) -> set[str]:
    rows = office.all_reviews().filter(register="rating").select_related("round", "subject")
    return {f"{one.round.title}·{one.subject.name}" for one in rows}


# ── What an office assigns ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["lead", "clerk", "officer"])
def test_rounds_to_assign_in_lie_below_or_assess_somebody_below(role: str, work: Work) -> None:
    found = {
        where: titles(Office(work.at(role, where)).rounds())
        for with_role, where in MANAGING
        if with_role == role
    }

    offices = {
        "花城市": set(ROUNDS) - {"专评"},
        "云山区": {"市评", "区评", "镇评", "校评"},
        "榕镇": {"市评", "区评", "镇评", "校评"},
        "海屿区": {"市评", "市评二", "远区评", "远校评"},
        "北田区": set(),
    }
    schools = {"榕荫小学": {"校评"}, "珠岸中学": set(), "海屿二小": {"远校评"}}
    assert found == (offices if role == "officer" else offices | schools)


@pytest.mark.parametrize("role", ["lead", "clerk", "officer"])
def test_reviews_are_counted_of_rounds_below_and_about_units_below(role: str, work: Work) -> None:
    found = {
        where: about(Office(work.at(role, where)))
        for with_role, where in MANAGING
        if with_role == role
    }

    school = {
        "市评·榕荫小学",
        "市评·数学组",
        "镇评·数学组",
        "校评·数学组",
        "校评·海屿二小",
        "远校评·榕荫小学",
    }
    far = {
        "市评·海屿二小",
        "市评二·海屿二小",
        "区评·海屿二小",
        "校评·海屿二小",
        "远区评·海屿二小",
        "远校评·榕荫小学",
    }
    other_school = {"区评·珠岸中学"}
    offices = {
        "花城市": school | far | other_school,
        "云山区": school | other_school | {"区评·海屿二小"},
        "榕镇": school | other_school,
        "海屿区": far,
        "北田区": set(),
    }
    schools = {"榕荫小学": school, "珠岸中学": other_school, "海屿二小": far}
    assert found == (offices if role == "officer" else offices | schools)


def test_whoever_manages_no_organisation_assigns_nothing(work: Work) -> None:
    everybody = {f"{role} {where}": work.at(role, where) for role, where in ASSIGNING_NOTHING}
    every = (BY_DISTRICTS, BY_TOWNS, BY_SCHOOLS, BY_PANELS)
    for name, who in {**everybody, "nobody": NOBODY}.items():
        office = Office(who)

        assert not office.rounds().exists(), name
        assert not office.all_reviews().exists(), name
        for round_ in work.rounds.values():
            assert not office.subjects(round_, every).exists(), name
            assert not office.reviews(round_, "rating", every).exists(), name


@pytest.mark.parametrize(
    ("where", "held"),
    [
        ("花城市", set(ROUNDS) - {"专评"}),
        ("云山区", {"区评", "镇评", "校评"}),
        ("榕荫小学", {"校评"}),
        ("海屿区", {"远区评", "远校评"}),
        ("北田区", set()),
    ],
)
def test_an_office_holds_its_rounds_and_those_below(where: str, held: set[str], work: Work) -> None:
    office = work.office(where)

    assert {title for title, one in work.rounds.items() if office.holds(one)} == held
    assert not any(Office(NOBODY).holds(one) for one in work.rounds.values())


@pytest.mark.parametrize(
    ("where", "title", "holder", "assigned"),
    [
        ("花城市", "市评", BY_DISTRICTS, ["榕荫小学", "数学组", "海屿二小"]),
        ("花城市", "市评", BY_SCHOOLS, ["榕荫小学", "数学组", "海屿二小"]),
        ("云山区", "市评", BY_DISTRICTS, ["榕荫小学", "数学组"]),
        ("云山区", "市评", BY_TOWNS, []),
        ("云山区", "市评", BY_SCHOOLS, []),
        ("云山区", "市评二", BY_DISTRICTS, []),
        ("云山区", "区评", BY_SCHOOLS, ["珠岸中学", "海屿二小"]),
        ("云山区", "校评", BY_SCHOOLS, ["数学组", "海屿二小"]),
        ("云山区", "远区评", BY_DISTRICTS, []),
        ("云山区", "远校评", BY_DISTRICTS, []),
        ("榕镇", "市评", BY_TOWNS, ["榕荫小学", "数学组"]),
        ("榕镇", "市评", BY_DISTRICTS, []),
        ("榕镇", "区评", BY_TOWNS, ["珠岸中学"]),
        ("海屿区", "市评", BY_DISTRICTS, ["海屿二小"]),
        ("海屿区", "区评", BY_DISTRICTS, []),
        ("海屿区", "校评", BY_DISTRICTS, []),
        ("北田区", "市评", BY_DISTRICTS, []),
        ("榕荫小学", "市评", BY_SCHOOLS, []),
        ("榕荫小学", "镇评", BY_SCHOOLS, []),
        ("榕荫小学", "校评", BY_DISTRICTS, ["数学组", "海屿二小"]),
    ],
)
def test_an_office_assigns_all_of_its_round_and_its_part_of_one_above(
    where: str, title: str, holder: Holder, assigned: list[str], work: Work
) -> None:
    office, round_ = work.office(where), work.rounds[title]

    assert names(office.subjects(round_, [holder])) == set(assigned)
    reviews = office.reviews(round_, "rating", [holder]).select_related("subject")
    assert sorted(one.subject.name for one in reviews) == sorted(assigned)


def test_a_table_for_its_people_is_its_own_to_assign_in_rounds_above_alone(work: Work) -> None:
    district, town = work.office("云山区"), work.office("榕镇")

    def assigned(office: Office, *holders: Holder) -> set[str]:
        return {title for title, one in work.rounds.items() if office.assigns(one, holders)}

    assert assigned(district, BY_DISTRICTS) == {"市评", "市评二", "区评", "镇评", "校评"}
    assert assigned(district, BY_SCHOOLS, BY_TOWNS) == {"区评", "镇评", "校评"}
    assert assigned(town, BY_DISTRICTS) == {"镇评", "校评"}
    assert assigned(town, BY_DISTRICTS, BY_TOWNS) == {"市评", "市评二", "区评", "镇评", "校评"}
    # Units of a kind are not meant by a title that names people otherwise.
    by_field = Holder(How.FIELD, field="superior", kind="district")
    assert assigned(district, by_field) == {"区评", "镇评", "校评"}


@pytest.mark.parametrize(
    ("where", "panels", "assigns"),
    [
        ("云山区", "any", True),
        ("云山区", PANEL, True),
        ("云山区", "镇专家组", False),
        ("云山区", "旧专家组", False),
        ("云山区", "远区旧专家组", False),
        ("榕镇", "any", True),
        ("榕镇", "镇专家组", True),
        ("榕镇", PANEL, False),
        ("海屿区", "any", False),
        ("海屿区", "远区旧专家组", False),
        ("海屿区", PANEL, False),
        ("北田区", "any", False),
    ],
)
def test_whoever_keeps_an_open_panel_assigns_what_it_rates_in_the_round_above(
    where: str, panels: str, work: Work, *, assigns: bool
) -> None:
    kept = {PANEL: work.cast.panel}
    kept["镇专家组"] = unit("镇专家组", "panel", keeper=work.cast.town)
    for name, keeper in (
        ("旧专家组", work.cast.district),
        ("远区旧专家组", work.cast.other_district),
    ):
        closed = kept[name] = unit(name, "panel", keeper=keeper)
        closed.closes_on = NOW.date()
        closed.save()
    office, round_ = work.office(where), work.rounds["市评"]
    holder = BY_PANELS if panels == "any" else Holder(How.PANEL, panel=kept[panels].pk)

    assert office.assigns(round_, [holder]) is assigns
    below = {"榕荫小学", "数学组"} if assigns else set()
    assert names(office.subjects(round_, [holder])) == below


# ── What is one's own ───────────────────────────────────────────────────────────────────────────


def test_own_reviews_are_those_not_taken_away_from_oneself(work: Work) -> None:
    cast, round_ = work.cast, work.rounds["镇评"]
    subject = Subject.objects.unscoped("a test").get(adoption=round_.adoption, name="数学组")
    for state in ReviewState.values:
        Review(
            round=round_,
            register="rating",
            subject=subject,
            period=state,
            assessor=cast.teacher,
            unit=cast.school,
            state=state,
            made_at=NOW,
            submitted_at=NOW,
        ).save()
    who = administering(cast)
    own = own_reviews(who).values_list("period", flat=True)
    assert sorted(own) == ["checked", "open", "returned", "submitted"]
    assert not own_reviews(actor(cast.lead)).exists()
    assert not any(own_reviews(one).exists() for one in administrators(who))
    assert not own_reviews(NOBODY).exists()


def test_one_assesses_unasked_those_for_whom_one_bears_the_title(work: Work) -> None:
    cast, round_ = work.cast, work.rounds["市评"]
    for key, has_left in (("在册", False), ("离册", True)):
        listed(round_, key, cast.group, person=cast.teacher, has_left=has_left)
    itself = (Holder(How.SUBJECT),)

    who = administering(cast)
    assert names(subjects_to_open(who, round_, itself)) == {"在册"}
    assert names(subjects_to_open(actor(cast.lead), round_, itself)) == {"榕荫小学"}
    assert names(subjects_to_open(actor(cast.officer), round_, (BY_DISTRICTS,))) == {
        "榕荫小学",
        "数学组",
        "在册",
    }
    for administrator in administrators(who):
        assert not subjects_to_open(administrator, round_, itself).exists()
    assert not subjects_to_open(actor(cast.colleague), round_, itself).exists()


def test_rounds_at_work_run_above_or_list_oneself(work: Work) -> None:
    cast = work.cast
    for title in ("远区评", "远校评"):
        listed(work.rounds[title], "林晓棠", cast.far_school, person=cast.teacher)
    for title, state in (("市评二", "frozen"), ("远校评", "preparing")):
        work.rounds[title].state = state
        work.rounds[title].save()

    people = ("teacher", "colleague", "lead", "officer", "city_officer", "far_lead", "reviewer")
    assert {who: titles(rounds_at_work(actor(getattr(cast, who)))) for who in people} == {
        "teacher": {"市评", "区评", "镇评", "校评", "远区评"},
        "colleague": {"市评", "区评", "镇评", "校评"},
        "lead": {"市评", "区评", "镇评", "校评"},
        "officer": {"市评", "区评"},
        "city_officer": {"市评"},
        "far_lead": {"市评", "远区评"},
        "reviewer": {"专评"},
    }
    assert not rounds_at_work(NOBODY).exists()
    assert not rounds_at_work(replace(actor(cast.teacher), held=None)).exists()


def administering(cast: Cast) -> Actor:
    """The teacher at work in their group, who administers the city three times over besides."""
    for role in ("system_admin", "security_admin", "audit_admin"):
        appoint(cast.teacher, role, cast.city, starts=-9)
    return actor(cast.teacher)


def administrators(who: Actor) -> list[Actor]:
    return [replace(who, held=one) for one in who.others if one.unit_kind == "city"]
