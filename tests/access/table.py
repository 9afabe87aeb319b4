"""The access matrix as the files under docs/reference/access say it.

A row covers every cell that its patterns match; the first row that matches a cell decides it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kaocheng.engine.messages import MESSAGES

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference" / "access"
# Rows for all endpoints, tried after those of the nouns.
HEADINGS = ("endpoint", "method", "role", "relation", "expect", "sees", "why")
FOR_ALL = "all.csv"
ROLES_FILE = "roles.csv"

RELATIONS = ("own", "same_group", "same_school", "other_school", "other_district")
# 回避, 锁定 and a part in what another office holds mean something for some endpoints only: a row
# has to name them.
APART = ("conflicted", "frozen", "shared")
# A page that is about no object in particular has one cell for each role.
NO_OBJECT = "-"
# Short names for several, in the columns `role` and `relation`.
STAFF = (
    "member/group",
    "member/school",
    "workshop_leader",
    "lead/school",
    "clerk/school",
    "officer/town",
    "officer/district",
    "officer/city",
    "reviewer",
    "lead/group",
)
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
EVERYBODY = (*STAFF, *ADMINISTRATORS)
SHORT = {
    "staff": STAFF,
    "signed": (*EVERYBODY, "helper"),
    "officer": STAFF[5:8],
    "manager": STAFF[3:8],
    "others": RELATIONS[1:],
}
OUTCOMES = frozenset({"allow", "mask", "401", "403", "404", "422", "n/a", *MESSAGES})


@dataclass(frozen=True)
class Role:
    """What a role may read at most, on whatever page.

    `texts`: what people wrote: of their own (`own`), also what their unit has together (`unit`),
    also what each one in it has to do (`unit_people`), everything below (`below`), or the whole log
    (`log`).
    `personal`: ID numbers, phones and the like, of themselves or of all below.
    """

    name: str
    texts: str
    personal: str
    says: str


@dataclass(frozen=True)
class Cell:
    endpoint: str
    method: str
    role: str
    relation: str

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint} · {self.role} · {self.relation}"


@dataclass
class Row:
    """A line of a file; `sees` names the personal data that its pages may show at all."""

    file: str
    line: int
    endpoints: frozenset[str]
    methods: frozenset[str]
    roles: frozenset[str]
    relations: frozenset[str]
    expect: str
    sees: frozenset[str]
    why: str
    decided: list[Cell] = field(default_factory=list)

    def covers(self, cell: Cell) -> bool:
        """`*` stands for all, but conflicted and frozen are always named."""
        if cell.relation in APART and cell.relation not in self.relations:
            return False
        return all(
            "*" in patterns or value in patterns
            for patterns, value in (
                (self.endpoints, cell.endpoint),
                (self.methods, cell.method),
                (self.roles, cell.role),
                (self.relations, cell.relation),
            )
        )


def read_roles() -> dict[str, Role]:
    with (FOLDER / ROLES_FILE).open(encoding="utf-8", newline="") as file:
        return {
            row["role"]: Role(row["role"], row["texts"], row["personal"], row["says"])
            for row in csv.DictReader(file)
        }


@dataclass(frozen=True)
class Table:
    """The rows of all nouns, then those for all endpoints."""

    rows: tuple[Row, ...]
    _of: dict[str, list[Row]] = field(default_factory=dict)

    def decide(self, cell: Cell) -> Row | None:
        """The first row that covers the cell, which notes it."""
        if cell.endpoint not in self._of:
            named = {cell.endpoint, "*"}
            self._of[cell.endpoint] = [row for row in self.rows if row.endpoints & named]
        row = next((row for row in self._of[cell.endpoint] if row.covers(cell)), None)
        if row is not None:
            row.decided.append(cell)
        return row

    def decided(self, cell: Cell) -> Row:
        row = self.decide(cell)
        assert row is not None, f"no row of the matrix covers {cell}"
        return row


def read_table() -> Table:
    names = sorted(path.name for path in FOLDER.glob("*.csv") if path.name != ROLES_FILE)
    names.sort(key=lambda name: name == FOR_ALL)
    return Table(tuple(row for name in names for row in _rows_of(FOLDER / name)))


def _rows_of(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            words = {name: _words(row[name] or "") for name in HEADINGS}
            yield Row(
                file=path.name,
                line=line,
                endpoints=words["endpoint"],
                methods=words["method"],
                roles=words["role"],
                relations=words["relation"],
                expect=row["expect"],
                sees=words["sees"],
                why=row["why"] or "",
            )


def _words(text: str) -> frozenset[str]:
    return frozenset(name for word in text.split() for name in SHORT.get(word, (word,)))
