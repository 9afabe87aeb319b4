"""Every endpoint, method, role and relation does what the table says, and shows no more."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from django.core import mail

from kaocheng.access.endpoints import Endpoint
from kaocheng.config.urls import ENDPOINTS
from tests.access import walk
from tests.access.addresses import FIXED, OF_ENDPOINT
from tests.access.bodies import BODIES
from tests.access.city import City
from tests.access.table import (
    APART,
    FOR_ALL,
    HEADINGS,
    NO_OBJECT,
    OUTCOMES,
    RELATIONS,
    SHORT,
    read_roles,
    read_table,
)

pytestmark = pytest.mark.django_db

ROLES = read_roles()
TABLE = read_table()
NAMES = {endpoint.name for endpoint in ENDPOINTS}


def test_every_endpoint_is_listed_by_its_name() -> None:
    named = {name for row in TABLE.rows if row.file != FOR_ALL for name in row.endpoints}

    assert NAMES - named == set()


def test_every_listed_endpoint_exists() -> None:
    named = {name for row in TABLE.rows for name in row.endpoints} - {"*"}

    assert named - NAMES == set()


def test_rows_use_the_words_of_the_table() -> None:
    roles = {*ROLES, "*"}
    relations = {*RELATIONS, *APART, NO_OBJECT, "*"}
    for row in TABLE.rows:
        place = f"{row.file}:{row.line}"
        assert row.expect in OUTCOMES, place
        assert all((row.roles, row.relations, row.methods)), place
        assert row.roles <= roles, place
        assert row.relations <= relations, place
        assert row.methods <= {"GET", "POST", "*"}, place
        assert row.sees <= {"id", "phone", "email", "born"}, place
        assert not (row.sees and row.expect != "allow"), place
    assert set(HEADINGS) == {"endpoint", "method", "role", "relation", "expect", "sees", "why"}
    assert {name for names in SHORT.values() for name in names} - roles - relations == set()


def test_every_cell_is_decided_and_every_row_decides_one() -> None:
    every = [cell for endpoint in ENDPOINTS for cell in walk.cells(endpoint, ROLES)]
    open_cells = [str(cell) for cell in every if TABLE.decide(cell) is None]

    assert open_cells == []
    idle = [f"{row.file}:{row.line}" for row in TABLE.rows if not row.decided]
    assert idle == []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_cell_answers_as_the_table_says(
    endpoint: Endpoint, city: City, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found: list[str] = []
    for cell in walk.cells(endpoint, ROLES):
        row = TABLE.decided(cell)
        if row.expect == "n/a":
            continue
        answer = walk.ask(city, endpoint, cell, BODIES)
        found += walk.faults(city, ROLES, cell, row, answer)
    found += filter(None, [walk.wrong_method(city, endpoint)])

    assert found == []
    written = "\n".join((caplog.text, *(str(one.message()) for one in mail.outbox)))
    assert walk.canaries(city, written) == []


@pytest.mark.parametrize("register", ["leave", "talk"])
@pytest.mark.parametrize("name", ["register", "register-export", "entry"])
def test_numbers_in_texts_of_entries_are_read_with_them_alone(
    name: str, register: str, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table holds for every register; records of interviews (`talk`) are one more."""
    monkeypatch.setitem(FIXED, f"{name}.register", lambda: register)
    entry = "talk_id" if register == "talk" else "entry_id"
    monkeypatch.setitem(OF_ENDPOINT, f"{name}.entry_id", lambda bundle: bundle.ids[entry])
    endpoint = next(one for one in ENDPOINTS if one.name == name)
    found: list[str] = []
    read: set[str] = set()
    for cell in walk.cells(endpoint, ROLES):
        row = TABLE.decided(cell)
        if cell.method != "GET" or row.expect == "n/a":
            continue
        answer = walk.ask(city, endpoint, cell, BODIES)
        found += walk.faults(city, ROLES, cell, row, answer)
        read |= {number for number in city.written if number in answer.text}

    assert found == []
    # Who may see them does.
    assert {city.written[number][0] for number in read} == (
        {"P", "R"} if name == "entry" else {"P", "R", "E", "C"}
    )


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_need_of_an_endpoint_refuses_whom_the_table_refuses_everything(
    endpoint: Endpoint, city: City
) -> None:
    assert list(walk.need_faults(city, TABLE, endpoint)) == []


def test_matrix_is_as_large_as_it_says() -> None:
    cells = [cell for endpoint in ENDPOINTS for cell in walk.cells(endpoint, ROLES)]
    asked = [cell for cell in cells if TABLE.decided(cell).expect != "n/a"]

    assert len(set(cells)) == len(cells)
    assert Counter(cell.role for cell in asked)["nobody"] * len(ROLES) == len(asked)
