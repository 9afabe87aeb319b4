"""A check that is taken away turns the matrix red.

The suite tries a small sample; `python -m tools.mutate_access` tries them all and names those that
nothing notices.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse

from kaocheng.access.refusal import Refused
from kaocheng.config.urls import ENDPOINTS
from kaocheng.web import errors
from tests.access import walk
from tests.access.bodies import BODIES
from tests.access.city import City
from tests.access.mutants import DOUBLED, Mutant, all_mutants, traced
from tests.access.table import Cell, read_roles, read_rows

pytestmark = pytest.mark.django_db

ROLES = read_roles()
ROWS = read_rows()
BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}
ALL = "KAOCHENG_MUTANTS" in os.environ
# What the suite tries: checks of the log, whose pages are quick, by the beginning of their names.
SAMPLED = frozenset({"audit", "history"})
SAMPLE = (
    "need of audit:",
    "grant audit.all of system_admin",
    "grant audit.history of lead",
    "grant audit.history of clerk",
    "kaocheng/access/audit:history: ",
)


@pytest.fixture
def plain_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their pages take longer than the checks themselves and show nothing of the object."""
    full = errors.refused

    def short(request: HttpRequest, problem: Refused) -> HttpResponse:
        if problem.status in {403, 404}:
            return HttpResponse(status=problem.status)
        return full(request, problem)

    monkeypatch.setattr(errors, "refused", short)


def is_red(city: City, cell: Cell) -> bool:
    row = walk.decided(ROWS, cell)
    answer = walk.ask(city, BY_NAME[cell.endpoint], cell, BODIES)
    return any(walk.faults(city, ROLES, cell, row, answer))


def asked_cells() -> list[Cell]:
    """Those that refuse come first: a check less shows there."""
    every = [
        cell
        for endpoint in ENDPOINTS
        if ALL or endpoint.name in SAMPLED
        for cell in walk.cells(endpoint, ROLES)
    ]
    expected = {cell: walk.decided(ROWS, cell).expect for cell in every}
    asked = [cell for cell in every if expected[cell] != "n/a"]
    return sorted(asked, key=lambda cell: expected[cell] in {"allow", "mask"})


def traces(city: City, cells: list[Cell]) -> dict[str, set[Cell]]:
    """What each cell runs, and which permissions it asks about."""
    trace: dict[str, set[Cell]] = {}
    for cell in cells:
        with traced(cell, trace):
            is_red(city, cell)
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


def lowers_a_need(city: City, mutant: Mutant) -> bool:
    """Noticed without a request: the need lets somebody in whom the table refuses."""
    kind, _, name = mutant.touches.partition(" ")
    if kind != "endpoint":
        return False
    with mutant.applied():
        return any(walk.need_faults(city, ROWS, BY_NAME[name]))


def survivors(city: City, mutants: list[Mutant]) -> tuple[list[str], list[str], int]:
    """Mutants that nothing notices; those that no cell runs; how many were noticed."""
    cells = asked_cells()
    needs_trace = any(not one.touches.startswith("endpoint ") for one in mutants)
    trace = traces(city, cells) if needs_trace else {}
    for cell in cells:
        trace.setdefault(f"endpoint {cell.endpoint}", set()).add(cell)
    alive, unreached, killed = [], [], 0
    sound: dict[Cell, bool] = {}
    for mutant in mutants:
        could = {cell for cell in trace.get(mutant.touches, ()) if mutant.concerns(cell)}
        if not could:
            unreached.append(mutant.name)
        elif lowers_a_need(city, mutant) or notices(
            city, mutant, [cell for cell in cells if cell in could], sound
        ):
            killed += 1
        else:
            alive.append(mutant.name)
    return alive, unreached, killed


@pytest.mark.usefixtures("plain_refusals")
def test_check_that_is_taken_away_turns_the_matrix_red(city: City) -> None:
    mutants = all_mutants(ENDPOINTS)
    mutants = [one for one in mutants if not one.name.startswith(tuple(DOUBLED))]
    if not ALL:
        mutants = [one for one in mutants if one.name.startswith(SAMPLE)]
    only = os.environ.get("KAOCHENG_MUTANTS", "")
    mutants = [one for one in mutants if only in {"", "all"} or only in one.name]

    alive, unreached, killed = survivors(city, mutants)

    if ALL:
        report = {"killed": killed, "alive": alive, "unreached": unreached}
        Path(os.environ["KAOCHENG_MUTANTS_REPORT"]).write_text(
            json.dumps(report, ensure_ascii=False, indent=1), "utf-8"
        )
        return
    assert alive == []
    assert killed == len(mutants) - len(unreached) > len(SAMPLE)
