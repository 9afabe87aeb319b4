"""The appraisal of a company adopted by a school of the cast: its staff are people of ours."""

from __future__ import annotations

from collections.abc import Mapping

from kaocheng.actions.fact_load import Place
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import Round, Subject
from tests.adopting import adopt, fill, open_round
from tests.cast import Cast

PACK, RESULT, YEAR = "s0.4-appraisal", "yearly", "2025"


def appraised(cast: Cast) -> tuple[Adopted, Round]:
    """S0.4 in 榕荫小学 for 2025; the first three of the staff: teacher, colleague and leader."""
    people = iter([cast.teacher, cast.colleague, cast.workshop_leader])
    found = adopt(PACK, cast.school)

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        if roster == found.pack.results[RESULT].of and (person := next(people, None)):
            return Place(cast.group, person)
        return Place(cast.school)

    fill(found, placed)
    return found, open_round(found, period=YEAR)


def pushed(cast: Cast) -> tuple[Adopted, Round]:
    """S2 in the city: schools of two districts of ours, and of the city itself."""
    found = adopt("s2-guangzhou", cast.city)
    units = (cast.school, cast.other_school, cast.far_school)

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        return Place(units[sum(map(ord, values["id"])) % 3] if roster == "school" else cast.city)

    fill(found, placed)
    return found, open_round(found)


def rated(cast: Cast) -> tuple[Adopted, Round]:
    """S4.3 in 榕荫小学, with results of courses: T04, whose course K1 is, is our teacher."""
    found = adopt("s4.3-participative", cast.school)

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        is_ours = roster == "teachers" and values["id"] == "T04"
        return Place(cast.school, cast.teacher if is_ours else None)

    fill(found, placed)
    return found, open_round(found)


def subject(found: Adopted, key: str) -> Subject:
    return Subject.objects.unscoped("a test").get(
        adoption=found.adoption, key=key, roster__in=[r.of for r in found.pack.scheme.results]
    )
