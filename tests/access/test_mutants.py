"""A check that is taken away turns the matrix red.

The suite tries a small sample; `python -m tools.mutate_access` tries them all and names those that
nothing notices.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest

from kaocheng.config.urls import ENDPOINTS
from tests.access import walk
from tests.access.bodies import BODIES
from tests.access.calls import is_door
from tests.access.city import City
from tests.access.mutants import Mutant, all_mutants
from tests.access.spared import DOUBLED, is_among
from tests.access.table import Cell, read_roles, read_table
from tests.access.trace import Trace, forget_texts

pytestmark = pytest.mark.django_db

ROLES = read_roles()
TABLE = read_table()
BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}
ALL = "KAOCHENG_MUTANTS" in os.environ
# Beginnings of the names of endpoints whose cells are asked; all where it is empty.
AT = tuple(os.environ.get("KAOCHENG_MUTANTS_AT", "").split(",")) if ALL else ()
REPORT = Path(os.environ.get("KAOCHENG_MUTANTS_REPORT", ""))
# What `taken` writes where no test beside the matrix notices anything.
LEFT_TO_THE_MATRIX = ("missed", "no test")
# What the suite tries: checks of the log, whose pages are quick, by the beginning of their names.
SAMPLED = frozenset({"audit", "history"})
SAMPLE = (
    "need of audit:",
    "grant audit.all of system_admin",
    "grant audit.history of lead",
    "grant audit.history of clerk",
    "kaocheng/access/audit:history: ",
)


def is_red(city: City, cell: Cell) -> bool:
    forget_texts()
    row = TABLE.decided(cell)
    try:
        answer = walk.ask(city, BY_NAME[cell.endpoint], cell, BODIES)
    except Exception:  # noqa: BLE001  # a mutant can break the page that tells of errors too
        return True
    return any(walk.faults(city, ROLES, cell, row, answer))


def asked_cells() -> list[Cell]:
    """Those that refuse come first: a check less shows there; near ones lie far apart."""
    every = [
        cell
        for endpoint in ENDPOINTS
        if (endpoint.name.startswith(AT) if ALL else endpoint.name in SAMPLED)
        for cell in walk.cells(endpoint, ROLES)
    ]
    expected = {cell: TABLE.decided(cell).expect for cell in every}
    asked = [cell for cell in every if expected[cell] != "n/a"]
    return sorted(
        asked, key=lambda cell: (expected[cell] in {"allow", "mask"}, crc32(str(cell).encode()))
    )


def traced(city: City, cells: list[Cell], mutants: list[Mutant]) -> Trace:
    """What each cell runs, which permissions it asks about, and where a door would differ.

    Whom the need of an endpoint refuses gets no further, whatever the object: of those with the
    same role, need and method one is traced for all.
    """
    trace = Trace(all_mutants(ENDPOINTS) if ALL else mutants)
    if ALL and trace.recalls(REPORT, about=str(AT)):
        return trace
    refused: defaultdict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    with trace.listening():
        for cell in cells:
            endpoint = BY_NAME[cell.endpoint]
            trace.cell = None
            alike: list[Cell] = []
            if cell.role in {*city.people, "nobody"}:
                status = walk.refused_by_need(city, endpoint, cell.role)
                if status is not None:
                    alike = refused[cell.role, str(endpoint.needs), cell.method]
                    alike.append(cell)
            if len(alike) <= 1:
                trace.cell = cell
                trace.note(f"endpoint {cell.endpoint}")
                is_red(city, cell)
    for first, *others in refused.values():
        trace.share(first, others)
    if ALL:
        trace.keep(REPORT, about=str(AT))
    return trace


def notices(city: City, mutant: Mutant, cells: list[Cell], sound: dict[Cell, bool]) -> bool:
    """Whether a cell that is green without the mutant is red with it."""
    for cell in cells:
        with mutant.applied():
            red = is_red(city, cell)
        if red and cell not in sound:
            sound[cell] = not is_red(city, cell)
        if red and sound[cell]:
            return True
    return False


def lets_in(city: City, mutant: Mutant) -> bool:
    """Noticed without a request: a need lets somebody in whom the table refuses."""
    kind, _, name = mutant.touches.partition(" ")
    if kind not in {"endpoint", "permission"}:
        return False
    asked = [one for one in ENDPOINTS if name == (one.name if kind == "endpoint" else one.needs)]
    with mutant.applied():
        return any(fault for one in asked for fault in walk.need_faults(city, TABLE, one))


def fates(city: City, mutants: list[Mutant]) -> Iterator[tuple[str, Mutant]]:
    """Of each mutant: killed, survived, or not asked where no cell runs it.

    `no difference`: cells run it, and in none of them a door gave anything else.
    """
    cells = asked_cells()
    needs_trace = any(not one.touches.startswith("endpoint ") for one in mutants)
    trace = traced(city, cells, mutants) if needs_trace else Trace()
    for cell in cells:
        trace.cells.setdefault(f"endpoint {cell.endpoint}", set()).add(cell)
    held = held_by_role(city)
    sound: dict[Cell, bool] = {}
    for mutant in sorted(mutants, key=lambda one: len(trace.cells.get(one.touches, ()))):
        touched = trace.cells.get(mutant.touches, set())
        could = {cell for cell in touched if mutant.concerns(*held[cell.role])}
        if mutant.exchanged is not None and is_door(mutant.exchanged[0]):
            could &= trace.doors.differ[mutant.name]
        if not touched:
            yield "not asked", mutant
        elif lets_in(city, mutant) or notices(
            city, mutant, [cell for cell in cells if cell in could], sound
        ):
            yield "killed", mutant
        else:
            yield "survived" if could else "no difference", mutant


def held_by_role(city: City) -> dict[str, tuple[str, str]]:
    """Role and kind of unit by the names of the table; whoever acts has those of the person."""
    held = {role: one.held for role, one in city.actors.items()}
    found = {role: (one.role, one.unit_kind) if one else ("", "") for role, one in held.items()}
    return found | {"helper": found["member/group"], "half": ("", ""), "nobody": ("", "")}


def chosen() -> list[Mutant]:
    """What the run is about, without what an earlier one or another test has noticed already."""
    mutants = [one for one in all_mutants(ENDPOINTS) if not is_among(one.name, DOUBLED)]
    if not ALL:
        return [one for one in mutants if one.name.startswith(SAMPLE)]
    only = os.environ["KAOCHENG_MUTANTS"]
    lines = REPORT.read_text("utf-8").splitlines() if REPORT.exists() else []
    fates_by_name = [line.split("\t", 1) for line in lines]
    known = {name for fate, name in fates_by_name if not fate.startswith(LEFT_TO_THE_MATRIX)}
    return [one for one in mutants if (only == "all" or only in one.name) and one.name not in known]


def test_check_that_is_taken_away_turns_the_matrix_red(city: City) -> None:
    found = Counter[str]()
    for fate, mutant in fates(city, chosen()):
        found[fate] += 1
        if ALL:
            with REPORT.open("a", encoding="utf-8") as report:
                report.write(f"{fate}\t{mutant.name}\n")

    if not ALL:
        assert found["survived"] + found["no difference"] == 0
        assert found["killed"] > len(SAMPLE)
