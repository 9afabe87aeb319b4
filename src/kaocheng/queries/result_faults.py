"""Facts at fault as a reader is told of them: each with its page, its reason and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kaocheng.access.actor import Actor
from kaocheng.access.entry import adoptions_to_keep, entries_in_sight
from kaocheng.engine.problems import Problem
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing_faults import by_title, errors_of
from kaocheng.records.models import Entry, Subject

MOST_LISTED = 50
WHY = "how many entries are left out concerns every reader of a result"
Row = tuple[str, int]


@dataclass(frozen=True)
class Fault:
    """`page`: where it is mended, empty for what is no row; `about`: whom the row is about."""

    page: str
    register: str
    about: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Faults:
    """`count` rows at fault, of which `unseen` are not within reach of the reader."""

    count: int
    listed: tuple[Fault, ...]
    unseen: int

    @property
    def more(self) -> int:
        return self.count - self.unseen - len(self.listed)


def faults_told(actor: Actor, found: Adopted, problems: Iterable[Problem]) -> Faults | None:
    """None where there are none. Two queries where there are some."""
    first: dict[Row, Problem] = {}
    for one in errors_of(problems):
        first.setdefault((one.place.file, one.place.line), one)
    if not first:
        return None
    seen = _seen(actor, found, first)
    rows = {row: one for row, one in first.items() if not row[1] or row in seen}
    listed = [
        Fault(*seen.get(row, ("", row[0], "")), reason=one.reason(), remedy=one.remedy())
        for row, one in [*rows.items()][:MOST_LISTED]
    ]
    return Faults(len(first), tuple(listed), len(first) - len(rows))


def _seen(actor: Actor, found: Adopted, rows: Collection[Row]) -> dict[Row, tuple[str, str, str]]:
    """Page, register and whom it is about, of the rows that the reader may see."""
    ledgers, rosters = by_title(found.ledgers), by_title(found.rosters)
    seen: dict[Row, tuple[str, str, str]] = {}
    entries = entries_in_sight(actor).filter(
        adoption=found.adoption, pk__in=[line for title, line in rows if title in ledgers]
    )
    for pk, register, name, key in entries.values_list("pk", "register", "subject__name", "key"):
        title = found.register(register).title
        seen[title, pk] = (f"/registers/entries/{pk}", title, name or key)
    in_rosters = [line for title, line in rows if title in rosters]
    if in_rosters and adoptions_to_keep(actor).filter(pk=found.adoption.pk).exists():
        subjects = Subject.objects.unscoped("whoever keeps the adoption keeps its rosters")
        listed = subjects.filter(adoption=found.adoption, pk__in=in_rosters)
        for pk, roster, name in listed.values_list("pk", "roster", "name"):
            title = found.register(roster).title
            seen[title, pk] = (f"/registers/subjects/{pk}", title, name)
    return seen


def left_out_of(problems: Iterable[Problem]) -> Counter[int]:
    """Subject → how many entries about them are left out; one query where there are some."""
    lines = {one.place.line for one in problems}
    if not lines:
        return Counter()
    entries = Entry.objects.unscoped(WHY).filter(pk__in=lines, subject__isnull=False)
    return Counter(entries.values_list("subject_id", flat=True))
