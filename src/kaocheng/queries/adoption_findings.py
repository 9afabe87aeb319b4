"""The findings of a check as a page shows them, each with the page on which it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaocheng.access.actor import Actor
from kaocheng.engine.problems import Problem
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption import Head, head_of, owned
from kaocheng.queries.adoption_check import checked


@dataclass(frozen=True)
class CheckPage:
    head: Head
    must: tuple[FindingLine, ...]
    may: tuple[FindingLine, ...]


@dataclass(frozen=True)
class FindingLine:
    """`page`: the page on which it is settled, empty where only the text of the scheme can."""

    id: str
    where: str
    reason: str
    remedy: str
    page: str


# The page on which what a finding speaks of is settled, by the beginning of its id.
_PAGES = {
    "K07": "adoption-holders",
    "K08": "adoption-rosters",
    "K09": "adoption-periods",
    "L04": "adoption-parameters",
    "L05": "adoption-parameters",
    "L25": "adoption-parameters",
    "F": "adoption-parameters",
    "P": "adoption-dates",
}


def check_page(actor: Actor, adoption_id: int, *, now: datetime) -> CheckPage:
    """What must be settled first, then what is only worth a look."""
    found = owned(actor, adoption_id)
    findings = checked(found)
    return CheckPage(
        head_of(actor, found.adoption, now=now),
        tuple(_finding(found, one) for one in findings.must),
        tuple(_finding(found, one) for one in findings.may),
    )


def _finding(found: Adopted, told: Problem) -> FindingLine:
    place = told.place
    where = f"{place.file} 第 {place.line} 行" if place.line else place.file
    parameter = next(
        (one for one in found.pack.parameters.values() if one.place.line == place.line), None
    )
    if parameter is not None and place.file.startswith("parameters"):
        where = f"参数“{parameter.title}”"
    page = _PAGES.get(told.id) or _PAGES.get(told.id[0], "")
    return FindingLine(told.id, where, told.reason(), told.remedy(), page)
