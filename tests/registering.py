"""Three schemes at work in the cast, for the tests of registers.

S4.1: a town's pay, adopted by the town; T01 is 林晓棠, T02 陈敏, the others nobody of ours. S0.4: a
company's appraisal, adopted by the school. S2: a city's schools, adopted by the city.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kaocheng.actions.fact_load import Place
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.records.models import Adoption, Entry, Subject, Unit
from tests.adopting import adopt, fill, open_round
from tests.cast import Cast

LEAD = {"how": "role", "role": "lead"}
SCHOOL_LEAD = {"how": "role", "role": "lead", "kind": "school"}
OFFICE = {"how": "role", "role": "officer", "kind": "town"}


def town(cast: Cast, *, sheets: tuple[str, ...] = ()) -> Adopted:
    """Leave is entered by the school's lead, findings by the town and signed by the district."""
    found = adopt("s4.1-dongliu", cast.town)
    people = {"T01": cast.teacher, "T02": cast.colleague}

    def placed(_roster: str, values: Mapping[str, str]) -> Place:
        return Place(cast.school, people.get(values["id"]))

    fill(found, placed)
    return settle(
        found,
        holders={
            "学校": [SCHOOL_LEAD],
            "中心学校": [OFFICE],
            "考核办公室": [OFFICE],
            "领导小组组长": [{"how": "role", "role": "officer", "kind": "district"}],
        },
        sheets=sheets,
    )


def company(cast: Cast) -> Adopted:
    """被考核人 is whom the row is about, 直接上级 whom the roster names."""
    found = adopt("s0.4-appraisal", cast.school)
    people: dict[str, object] = {}

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        who = None
        if roster == "employee":
            listed = (cast.teacher, cast.colleague)
            if len(people) < len(listed):
                who = listed[len(people)]
            people[values["id"]] = who
        return Place(cast.school, who)

    fill(found, placed)
    return settle(
        found,
        holders={
            **found.adoption.holders,
            "被考核人": [Holder(How.SUBJECT).kept()],
            "直接上级": [SCHOOL_LEAD],
            "人力资源部": [LEAD],
            "部门经理": [LEAD],
        },
    )


def city(cast: Cast) -> Adopted:
    found = adopt("s2-guangzhou", cast.city)
    schools = {"YL": cast.school, "HZ": cast.far_school}

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        where = schools.get(values.get("district", values["id"])[:2], cast.other_school)
        return Place(where if roster == "school" else cast.city)

    fill(found, placed)
    return settle(found, holders={**found.adoption.holders, "学校校长角色": [SCHOOL_LEAD]})


def settle(
    found: Adopted, *, holders: Mapping[str, object], sheets: tuple[str, ...] = ()
) -> Adopted:
    adoption = Adoption.objects.unscoped("a test").get(pk=found.adoption.pk)
    adoption.holders, adoption.monthly_sheets = dict(holders), list(sheets)
    adoption.save()
    return adopted(adoption)


def subject(found: Adopted, key: str, roster: str = "staff") -> Subject:
    rows = Subject.objects.unscoped("a test looks").select_related("unit")
    return rows.get(adoption=found.adoption, roster=roster, key=key)


def entry(entry_id: str | int) -> Entry:
    return Entry.objects.unscoped("a test looks").get(pk=entry_id)


def entries(found: Adopted, register: str) -> list[Entry]:
    rows = Entry.objects.unscoped("a test looks")
    return list(rows.filter(adoption=found.adoption, register=register).order_by("pk"))


def opened(found: Adopted, first: date, *, period: str = "") -> None:
    open_round(found, period=period, starts_on=first)


__all__ = ["Unit", "city", "company", "entries", "entry", "opened", "settle", "subject", "town"]
