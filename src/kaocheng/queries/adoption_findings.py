"""The findings of a check as a page shows them, each with the page on which it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from kaocheng.access.actor import Actor
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.messages.lints import FILL
from kaocheng.engine.problems import Problem
from kaocheng.engine.process.moved import movable
from kaocheng.engine.verbs import COLLISIONS
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption import Head, head_of, owned
from kaocheng.queries.adoption_check import checked
from kaocheng.queries.amendment import parameter_words


@dataclass(frozen=True)
class CheckPage:
    """`may`: what the unit may settle too; `text`: what only the text of the scheme can."""

    head: Head
    must: tuple[FindingLine, ...]
    may: tuple[FindingLine, ...]
    text: tuple[FindingLine, ...]


@dataclass(frozen=True)
class FindingLine:
    """`page`: the page on which it is settled, empty where only the text of the scheme can.

    `part`: which roster or table the page is about.
    """

    id: str
    where: str
    reason: str
    remedy: str
    page: str
    part: str = ""


# The page on which what a finding speaks of is settled; parameters and rosters have their own.
_PAGES = {
    "K07": "adoption-holders",
    "K09": "adoption-periods",
    "K105": "adoption-dates",
    **dict.fromkeys(COLLISIONS, "adoption-dates"),
}


def check_page(actor: Actor, adoption_id: int, *, now: datetime) -> CheckPage:
    """What must be settled first, then what is only worth a look."""
    found = owned(actor, adoption_id)
    findings = checked(found)
    may = [_finding(found, one) for one in findings.may]
    return CheckPage(
        head_of(actor, found.adoption, now=now),
        tuple(_finding(found, one) for one in findings.must),
        tuple(one for one in may if one.page),
        tuple(one for one in may if not one.page),
    )


def _finding(found: Adopted, told: Problem) -> FindingLine:
    place, values = told.place, dict(told.values)
    parameter = _parameter(found, told)
    if parameter is not None:
        is_table = parameter.type == "table"
        return FindingLine(
            id=told.id,
            where=f"参数“{parameter.title}”",
            reason=told.reason(),
            remedy=_how_to_settle(told, parameter),
            page="adoption-table" if is_table else "adoption-parameters",
            part=parameter.id if is_table else "",
        )
    file = "通知原文" if PurePath(place.file).stem == "notice" else place.file
    where = f"{file} 第 {place.line} 行" if place.line else file
    roster = values.get("roster", "")
    page = "adoption-roster" if roster else _PAGES.get(told.id, "")
    if page == "adoption-dates" and not movable(found.process):
        page = ""
    return FindingLine(told.id, where, told.reason(), told.remedy(), page, roster)


def _parameter(found: Adopted, told: Problem) -> Parameter | None:
    """The parameter that a finding is about: of its line in the scheme, or of what was typed."""
    parameters = found.pack.parameters
    if told.place.file in parameters:
        return parameters[told.place.file]
    if told.place.file == "parameters":
        rows = {row.line: row.cells[0] for row in found.settled["parameters"].rows}
        return parameters.get(rows.get(told.place.line, ""))
    if PurePath(told.place.file).stem != "parameters":
        return None
    return next((one for one in parameters.values() if one.place.line == told.place.line), None)


def _how_to_settle(told: Problem, parameter: Parameter) -> str:
    """The remedy as the pages are used, where the engine's own speaks of a file to be edited."""
    by_hand = FILL.format(name=parameter.id)
    if not told.remedy().startswith(by_hand) and told.id != "L04":
        return told.remedy()
    if parameter.type == "table":
        how = "核对方案里的表，再保存" if parameter.rows else "填好以后保存"
        first = f"请打开表“{parameter.title}”，{how}。"
    else:
        shown = parameter_words(parameter, parameter.default)
        as_it_is = f"，或勾“就按 {shown}”" if parameter.default and parameter.confirm else ""
        verb = "选定" if parameter.options or parameter.type == "boolean" else "填写"
        first = f"请打开“参数”，{verb}“{parameter.title}”{as_it_is}。"
    return first + (told.remedy() if told.id == "L04" else told.remedy().removeprefix(by_hand))
