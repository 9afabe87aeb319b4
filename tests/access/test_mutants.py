"""A check that is taken away turns the matrix red.

The suite tries a small sample; `python -m tools.mutate_access` tries them all and names those that
nothing notices.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse

from kaocheng.access.refusal import Refused
from kaocheng.config.urls import ENDPOINTS
from kaocheng.web import errors
from tests.access import walk
from tests.access.bodies import BODIES
from tests.access.city import City
from tests.access.mutants import Mutant, all_mutants, traced
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


def sound_cells(city: City) -> tuple[list[Cell], dict[str, set[Cell]]]:
    """The cells that are green without any mutant, and what each of them runs."""
    trace: dict[str, set[Cell]] = {}
    sound = []
    for endpoint in ENDPOINTS:
        if not ALL and endpoint.name not in SAMPLED:
            continue
        for cell in walk.cells(endpoint, ROLES):
            if walk.decided(ROWS, cell).expect == "n/a":
                continue
            with traced(cell, trace):
                red = is_red(city, cell)
            if not red:
                sound.append(cell)
    return sound, trace


def in_order(cells: list[Cell]) -> Iterator[Cell]:
    """Those that refuse come first: a check less shows there."""
    refusing: Callable[[Cell], bool] = lambda cell: walk.decided(ROWS, cell).expect == "allow"  # noqa: E731
    return iter(sorted(cells, key=refusing))


def survivors(city: City, mutants: list[Mutant]) -> tuple[list[str], list[str], int]:
    """Mutants that nothing notices; those that no cell runs; how many were noticed."""
    sound, trace = sound_cells(city)
    alive, unreached, killed = [], [], 0
    for mutant in mutants:
        could = trace.get(mutant.touches, set())
        cells = [cell for cell in sound if cell in could]
        if not cells:
            unreached.append(mutant.name)
            continue
        with mutant.applied():
            noticed = any(is_red(city, cell) for cell in in_order(cells))
        if noticed:
            killed += 1
        else:
            alive.append(mutant.name)
    return alive, unreached, killed


@pytest.mark.usefixtures("plain_refusals")
def test_check_that_is_taken_away_turns_the_matrix_red(city: City) -> None:
    mutants = all_mutants(ENDPOINTS)
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
