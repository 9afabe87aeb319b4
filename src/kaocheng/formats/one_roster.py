"""OneRoster's CSV files (1.1 and 1.2): users, with the schools and roles they point to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kaocheng.engine.problems import Place, refuse
from kaocheng.formats.grid import GridRow
from kaocheng.formats.roster_grids import LIMITS, csv_sheet
from kaocheng.formats.roster_headings import SYNONYMS
from kaocheng.formats.xlsx_guards import BrokenWorkbook, open_archive

FIELDS = ("unit", "name", "staff_number", "role", "phone", "email")
HEADING = tuple(SYNONYMS[field][0] for field in FIELDS)
_NEEDED = {"sourcedid", "givenname", "familyname"}
_NOT_STAFF = {"student", "parent", "guardian", "relative"}
_ROLES = {
    "principal": "lead",
    "administrator": "lead",
    "siteadministrator": "clerk",
    "systemadministrator": "clerk",
    "districtadministrator": "lead",
}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
Record = Mapping[str, str]
Read = tuple[tuple[str, ...], tuple[GridRow, ...], int]


def is_users_heading(cells: Sequence[str]) -> bool:
    return {cell.lower() for cell in cells} >= _NEEDED


def users_roster(rows: Sequence[GridRow]) -> Read:
    """A users.csv alone: schools stand in it by their ids, which may be our codes."""
    return _people(_records(rows), orgs={}, roles={})


def packed_roster(raw: bytes, *, file: str) -> Read:
    """users.csv with orgs.csv and, of version 1.2, roles.csv."""
    try:
        archive = open_archive(raw, file=file, limits=LIMITS)
        names = {name.rpartition("/")[2].lower(): name for name in archive.namelist()}
        tables = {
            table: _records(csv_sheet(archive.read(names[table]), file=f"{file} › {table}").rows)
            for table in ("users.csv", "orgs.csv", "roles.csv")
            if table in names
        }
    except BrokenWorkbook as error:
        raise refuse("F22", Place(file), path=file) from error
    orgs = {
        record.get("sourcedid", ""): record.get("identifier") or record.get("name", "")
        for _, record in tables.get("orgs.csv", [])
    }
    return _people(tables["users.csv"], orgs=orgs, roles=_roles(tables.get("roles.csv", [])))


def _records(rows: Sequence[GridRow]) -> list[tuple[int, Record]]:
    """Line and cells by heading, in small letters."""
    filled = [row for row in rows if any(row.cells)]
    if not filled:
        return []
    heading = [cell.lower() for cell in filled[0].cells]
    return [(row.line, dict(zip(heading, row.cells, strict=False))) for row in filled[1:]]


def _roles(records: list[tuple[int, Record]]) -> dict[str, Record]:
    """The primary role of each user, or the first."""
    roles: dict[str, Record] = {}
    for _, record in records:
        user = record.get("usersourcedid", "")
        if user not in roles or record.get("roletype", "").lower() == "primary":
            roles[user] = record
    return roles


def _people(
    users: list[tuple[int, Record]], *, orgs: Mapping[str, str], roles: Mapping[str, Record]
) -> Read:
    rows, skipped = [], 0
    for line, user in users:
        role = roles.get(user.get("sourcedid", ""), user)
        called = role.get("role", "").lower()
        if called in _NOT_STAFF or user.get("status", "").lower() == "tobedeleted":
            skipped += 1
            continue
        org = role.get("orgsourcedid") or user.get("primaryorgsourcedid") or _first(user)
        cells = {
            "unit": orgs.get(org, org),
            "name": _name(user),
            "staff_number": user.get("identifier") or user.get("username", ""),
            "role": _ROLES.get(called, "member"),
            "phone": user.get("sms") or user.get("phone", ""),
            "email": user.get("email", ""),
        }
        rows.append(GridRow(line, [cells[field] for field in FIELDS]))
    return HEADING, tuple(rows), skipped


def _first(user: Record) -> str:
    return user.get("orgsourcedids", "").partition(",")[0].strip()


def _name(user: Record) -> str:
    family, given = user.get("familyname", ""), user.get("givenname", "")
    if _CHINESE.search(family + given):
        return family + given
    return " ".join(part for part in (given, family) if part)
