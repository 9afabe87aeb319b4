"""Who bears a title for whom, asked from both sides."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kaocheng.access.holding import Holding, Owner, about_others, bears, subjects_held
from kaocheng.actions.fact_load import Place
from kaocheng.methods.holders import Holder, How, suggested
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import Entry, Subject
from tests.adopting import adopt, fill
from tests.cast import NOW, Cast, actor, unit

LEADS_SCHOOL = Holder(How.ROLE, role="lead", kind="school")
OFFICE = Holder(How.ROLE, role="officer", kind="district")
ASSIGNED = Holder(How.REGISTER, register="assignment", field="guide")


@pytest.fixture
def city(cast: Cast) -> Adopted:
    """The schools of the example lie in two districts; the first guide is the reviewer."""
    found = adopt("s2-guangzhou", cast.city)

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        if roster == "guide":
            return Place(cast.district, cast.reviewer if values["id"] == "G1" else None)
        if values.get("district", values["id"]).startswith("HZ"):
            return Place(cast.far_school)
        return Place(cast.school)

    fill(found, placed)
    return found


def keys(rows: object) -> set[str]:
    return {one.key for one in rows}  # type: ignore[attr-defined]  # a query


def school(found: Adopted, key: str) -> Subject:
    return Subject.objects.unscoped("a test").get(adoption=found.adoption, roster="school", key=key)


def test_lead_bears_what_the_lead_of_the_school_bears(city: Adopted, cast: Cast) -> None:
    seen = subjects_held(actor(cast.lead), city.adoption, [LEADS_SCHOOL])
    assert "YL02" in keys(seen)
    assert "HZ08" not in keys(seen)
    assert not subjects_held(actor(cast.teacher), city.adoption, [LEADS_SCHOOL]).exists()
    assert Holding(city.adoption).owners([LEADS_SCHOOL], school(city, "YL02")) == (
        Owner(cast.school.pk, role="lead"),
    )


def test_office_bears_it_for_all_schools_of_its_district(city: Adopted, cast: Cast) -> None:
    assert "YL02" in keys(subjects_held(actor(cast.officer), city.adoption, [OFFICE]))
    holding = Holding(city.adoption)
    assert holding.owners([OFFICE], school(city, "YL02")) == (
        Owner(cast.district.pk, role="officer"),
    )
    assert holding.owners([OFFICE], school(city, "HZ08")) == (
        Owner(cast.other_district.pk, role="officer"),
    )


def test_whom_a_register_assigns_is_found_by_the_roster(city: Adopted, cast: Cast) -> None:
    seen = keys(subjects_held(actor(cast.reviewer), city.adoption, [ASSIGNED]))
    assert {"YL04", "YL05"} <= seen
    assert "YL02" not in seen
    assert Holding(city.adoption).owners([ASSIGNED], school(city, "YL04")) == (
        Owner(cast.district.pk, cast.reviewer.pk),
    )


def test_what_nobody_bears_falls_to_the_adopting_office(city: Adopted, cast: Cast) -> None:
    office = Owner(cast.city.pk, role="officer")
    holding = Holding(city.adoption)
    assert holding.owners([ASSIGNED], school(city, "YL02")) == (office,)
    assert holding.owners([Holder(How.OUTSIDE)], None) == (office,)
    assert bears(actor(cast.city_officer), city.adoption, [Holder(How.OUTSIDE)])
    assert not bears(actor(cast.officer), city.adoption, [Holder(How.OUTSIDE)])


def test_what_nobody_bears_is_open_to_the_adopting_office_alone(city: Adopted, cast: Cast) -> None:
    seen = keys(subjects_held(actor(cast.city_officer), city.adoption, [ASSIGNED]))
    assert "YL02" in seen
    assert not {"YL04", "YL05"} & seen
    assert not subjects_held(actor(cast.officer), city.adoption, [ASSIGNED]).exists()
    borne = [ASSIGNED, LEADS_SCHOOL]
    assert "YL02" not in keys(subjects_held(actor(cast.city_officer), city.adoption, borne))


def test_who_stands_in_no_roster_is_found_among_the_appointed(city: Adopted, cast: Cast) -> None:
    named = Holder(How.FIELD, field="superior")
    for key, superior in (("YL02", cast.officer.name), ("YL03", "没有这个人")):
        one = school(city, key)
        one.values["superior"] = superior
        one.save()
    empty = school(city, "YL04")
    empty.values.pop("superior", None)
    empty.save()
    holding = Holding(city.adoption)
    found = {key: holding.owners([named], school(city, key)) for key in ("YL02", "YL03", "YL04")}
    assert found == {
        "YL02": (Owner(cast.district.pk, cast.officer.pk),),
        "YL03": (Owner(cast.city.pk, role="officer"),),
        "YL04": (Owner(cast.city.pk, role="officer"),),
    }
    assert keys(subjects_held(actor(cast.officer), city.adoption, [named])) == {"YL02"}
    others = keys(subjects_held(actor(cast.city_officer), city.adoption, [named]))
    assert {"YL03", "YL04"} <= others
    assert "YL02" not in others


def test_whoever_a_roster_knows_otherwise_is_found_by_their_number(
    city: Adopted, cast: Cast
) -> None:
    named = Holder(How.FIELD, field="superior")
    cast.reviewer.staff_number = "YP09999"
    cast.reviewer.save()
    one = school(city, "YL02")
    one.values["superior"] = "YP09999"
    one.save()

    owners = Holding(city.adoption).owners([named], one)

    assert [owner.person_id for owner in owners] == [cast.reviewer.pk]
    assert keys(subjects_held(actor(cast.reviewer), city.adoption, [named])) == {"YL02"}


def test_subject_that_is_a_person_bears_it_alone(city: Adopted, cast: Cast) -> None:
    itself = Holder(How.SUBJECT)
    assert "G1" in keys(subjects_held(actor(cast.reviewer), city.adoption, [itself]))
    assert "YL02" in keys(subjects_held(actor(cast.lead), city.adoption, [itself]))
    assert not bears(actor(cast.outsider), city.adoption, [itself])
    guide = Subject.objects.unscoped("a test").get(adoption=city.adoption, key="G1")
    holding = Holding(city.adoption)
    assert holding.owners([itself], guide) == (Owner(cast.district.pk, cast.reviewer.pk),)
    assert holding.owners([itself], school(city, "YL02")) == (Owner(cast.school.pk, role="lead"),)


def test_titles_are_first_guessed_from_their_words() -> None:
    assert suggested("学校校长角色") == LEADS_SCHOOL
    assert suggested("区工程办") == OFFICE
    assert suggested("继教网平台") == Holder(How.OUTSIDE)
    assert suggested("被考核人") == Holder(How.SUBJECT)
    assert suggested("直接上级", fields={"直接上级": "superior"}) == Holder(
        How.FIELD, field="superior"
    )
    assert Holder.of(OFFICE.kept()) == OFFICE


PANEL = Holder(How.ROLE, role="reviewer", kind="panel")


def test_a_panel_bears_it_for_what_lies_below_its_keeper(city: Adopted, cast: Cast) -> None:
    closed = unit("撤销了的团队", "panel", keeper=cast.other_district)
    closed.closes_on = NOW.date()
    closed.save()
    holding = Holding(city.adoption)

    seen = keys(subjects_held(actor(cast.reviewer), city.adoption, [PANEL]))

    assert "YL02" in seen
    assert "HZ08" not in seen
    assert not subjects_held(actor(cast.officer), city.adoption, [PANEL]).exists()
    # The only panel of the other district is closed: there it falls to the office.
    others = keys(subjects_held(actor(cast.city_officer), city.adoption, [PANEL]))
    assert "HZ08" in others
    assert "YL02" not in others
    assert holding.owners([PANEL], school(city, "YL02")) == (Owner(cast.panel.pk, role="reviewer"),)
    assert holding.owners([PANEL], school(city, "HZ08")) == (Owner(cast.city.pk, role="officer"),)
    assert holding.owners([PANEL], None) == (Owner(cast.city.pk, role="officer"),)


def test_one_panel_that_is_named_bears_it_for_all(city: Adopted, cast: Cast) -> None:
    named = Holder(How.PANEL, panel=cast.panel.pk)

    assert {"YL02", "HZ08"} <= keys(subjects_held(actor(cast.reviewer), city.adoption, [named]))
    assert not subjects_held(actor(cast.officer), city.adoption, [named]).exists()
    assert Holding(city.adoption).owners([named], school(city, "HZ08")) == (
        Owner(cast.panel.pk, role="reviewer"),
    )


def test_only_what_counts_in_that_very_register_assigns(city: Adopted, cast: Cast) -> None:
    rows = Entry.objects.unscoped("a test").filter(adoption=city.adoption)
    given = rows.get(register="assignment", subject__key="YL04")
    given.standing = "replaced"
    given.save()
    elsewhere = rows.exclude(register="assignment").filter(subject__key="YL02").first()
    assert elsewhere is not None
    elsewhere.pk, elsewhere.values = None, {**elsewhere.values, "guide": given.values["guide"]}
    elsewhere.once = "another"
    elsewhere.save()
    holding = Holding(city.adoption)

    seen = keys(subjects_held(actor(cast.reviewer), city.adoption, [ASSIGNED]))

    assert "YL05" in seen
    assert not {"YL02", "YL04"} & seen
    office = (Owner(cast.city.pk, role="officer"),)
    assert holding.owners([ASSIGNED], school(city, "YL04")) == office
    assert holding.owners([ASSIGNED], school(city, "YL02")) == office
    others = keys(subjects_held(actor(cast.city_officer), city.adoption, [ASSIGNED]))
    assert {"YL02", "YL04"} <= others
    assert "YL05" not in others


def test_whoever_leads_the_subject_answers_for_it_and_nobody_beside(
    city: Adopted, cast: Cast
) -> None:
    itself = Holder(How.SUBJECT)

    assert not subjects_held(actor(cast.teacher), city.adoption, [itself]).exists()
    assert "HZ08" not in keys(subjects_held(actor(cast.lead), city.adoption, [itself]))
    assert "G1" not in keys(subjects_held(actor(cast.officer), city.adoption, [itself]))


def test_nobody_decides_about_themselves_by_a_title_for_others(city: Adopted, cast: Cast) -> None:
    rows = Subject.objects.unscoped("a test").filter(adoption=city.adoption)
    me = actor(cast.reviewer)

    others = keys(rows.filter(about_others(me, [ASSIGNED], at="")))
    everybody = keys(rows.filter(about_others(me, [ASSIGNED, Holder(How.SUBJECT)], at="")))

    assert "G1" not in others
    assert "YL02" in others
    assert {"G1", "YL02"} <= everybody


def test_where_no_such_unit_lies_above_it_falls_to_the_office(city: Adopted, cast: Cast) -> None:
    direct = school(city, "YL03")
    direct.unit = cast.city
    direct.save()

    others = keys(subjects_held(actor(cast.city_officer), city.adoption, [OFFICE]))

    assert "YL03" in others
    assert "YL02" not in others


def test_another_adoption_of_the_same_scheme_has_its_own_subjects(
    city: Adopted, cast: Cast
) -> None:
    later = adopt("s2-guangzhou", cast.city)
    fill(later, lambda _roster, _values: Place(cast.school))

    held = subjects_held(actor(cast.lead), city.adoption, [LEADS_SCHOOL])

    assert set(held.values_list("adoption", flat=True)) == {city.adoption.pk}
    assert "HZ08" not in keys(held)


def test_a_title_of_the_unit_itself_goes_by_its_role(cast: Cast) -> None:
    leader, lead = Holder(How.ROLE, role="workshop_leader"), Holder(How.ROLE, role="lead")
    here = adopt("s0.4-appraisal", cast.school)
    above = adopt("s2-guangzhou", cast.city)
    school_office, city_office = (
        Owner(cast.school.pk, role="lead"),
        Owner(cast.city.pk, role="officer"),
    )

    assert not bears(actor(cast.lead), here.adoption, [leader])
    assert bears(actor(cast.lead), here.adoption, [lead])
    assert bears(actor(cast.clerk), here.adoption, [lead])
    assert bears(actor(cast.city_officer), above.adoption, [leader])
    assert Holding(here.adoption).owners([lead], None) == (school_office,)
    assert Holding(here.adoption).owners([Holder(How.SUBJECT)], None) == (school_office,)
    assert Holding(above.adoption).owners([leader], None) == (city_office,)
    assert Holding(above.adoption).owners([Holder(How.SUBJECT)], None) == (city_office,)
