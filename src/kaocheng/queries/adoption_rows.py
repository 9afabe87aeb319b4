"""The rows of an adoption's rosters: whose they are, how many, and what is lacking in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count

from kaocheng.engine.language.registers import Register
from kaocheng.records.models import Adoption, Subject
from kaocheng.records.models.scheme import AdoptionState

WHY = "the adoption was fetched under its scope"


def holds_rows(adoption: Adoption) -> int:
    """The id of the adoption that has the rows: until it is approved, the one to be replaced."""
    is_waiting = adoption.state == AdoptionState.DRAFT and adoption.replaces_id is not None
    return int(adoption.replaces_id if is_waiting else adoption.pk)  # type: ignore[arg-type]  # not None


def subjects_by_roster(adoption: Adoption) -> dict[str, int]:
    """How many rows each roster has; a draft that replaces another one works with its rows."""
    rows = Subject.objects.unscoped(WHY).filter(adoption=holds_rows(adoption), has_left=False)
    counted = rows.order_by().values_list("roster").annotate(Count("pk"))
    return dict(counted)


def values_by_roster(adoption: Adoption) -> dict[str, list[Mapping[str, str]]]:
    """The values of every row; none where a roster is empty. One query."""
    rows = Subject.objects.unscoped(WHY).filter(adoption=holds_rows(adoption), has_left=False)
    listed: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for roster, values in rows.values_list("roster", "values"):
        listed[roster].append(values)
    return listed


def lacking(roster: Register, rows: Iterable[Mapping[str, str]]) -> list[tuple[str, int]]:
    """Required fields that are empty in some rows: their titles, and in how many."""
    listed = list(rows)
    counts = {
        described.title: sum(not values.get(id) for values in listed)
        for id, described in roster.fields.items()
        if described.required or id == roster.key
    }
    return [(title, count) for title, count in counts.items() if count]
