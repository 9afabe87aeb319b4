"""Frozen results: what they are, whether the facts have moved on, and what that changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.result import rows_in_sight
from kaocheng.engine.language.scheme import items_below
from kaocheng.engine.problems import Refused
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing import Computed, computed, parameters_digest
from kaocheng.queries.computing_facts import revisions_in, state_of
from kaocheng.queries.result_scope import Found, rows_of_round
from kaocheng.records.models import Entry, ResultRow, ResultSet, Round
from kaocheng.records.models.round import ResultState

WHY = "whether frozen results are stale concerns every reader of them"
# What stands beside the items among the values of a frozen row.
EXEMPT = "_exempt"
Values = dict[str, list[str]]


@dataclass(frozen=True)
class Stale:
    """Entries written, corrected or withdrawn after the freeze, and the rows they have changed.

    `changed` is None where the results cannot be computed at present.
    """

    entries: int
    changed: int | None


@dataclass(frozen=True)
class Frozen:
    """The set that stands, or the last one that was opened again."""

    id: int
    number: int
    is_open: bool
    at: datetime
    by: str
    frozen_because: str
    reopened_at: datetime | None
    because: str
    digests: tuple[tuple[str, str], ...]


def last_set(work: Round) -> ResultSet | None:
    """The newest set of the round; whoever sees the round sees that it is frozen."""
    sets = ResultSet.objects.unscoped(WHY).filter(round=work).select_related("frozen_by")
    return sets.order_by("-number").first()


def frozen_of(found: ResultSet) -> Frozen:
    return Frozen(
        id=found.pk,
        number=found.number,
        is_open=found.state == ResultState.REOPENED,
        at=found.frozen_at,
        by=found.frozen_by.name if found.frozen_by else "",
        frozen_because=found.frozen_because,
        reopened_at=found.reopened_at,
        because=found.reopened_because,
        digests=(
            ("方案", found.scheme_digest),
            ("参数", found.parameters_digest),
            ("事实", found.facts_digest),
            ("结果", found.results_digest),
        ),
    )


def values_of(done: Computed, result_id: str, rows: list[Found]) -> list[Values]:
    """Item → exact text and state, for each of the rows."""
    columns = done.rows(result_id)
    items = [one.id for one in items_below(done.run.pack.results[result_id].items)]
    texts = {item: (columns.values(item), columns.states(item)) for item in items}
    found = []
    for row in rows:
        values = {item: [t[row.at] or "", s[row.at] or ""] for item, (t, s) in texts.items()}
        if row.exempt:
            values[EXEMPT] = [row.exempt, EXEMPT]
        found.append(values)
    return found


def stale(found: Adopted, work: Round, frozen: ResultSet) -> Stale | None:
    """None while everything that the results rest on is as it was."""
    now = revisions_in(state_of(found.adoption.pk))
    if now == frozen.revisions and parameters_digest(found) == frozen.parameters_digest:
        return None
    moved = Entry.objects.unscoped(WHY).filter(
        Q(entered_at__gt=frozen.frozen_at) | Q(steps__at__gt=frozen.frozen_at),
        adoption=found.adoption,
    )
    entries = moved.values("pk").distinct().count()
    try:
        done = computed(found)
    except Refused:
        return Stale(entries, None)
    if done.faults:
        return Stale(entries, None)
    return Stale(entries, len(changed_rows(done, found, work, frozen)))


def changed_rows(
    done: Computed, found: Adopted, work: Round, frozen: ResultSet
) -> list[tuple[str, str, str]]:
    """(result, key of the row, period) of every row that would be another one today."""
    columns = ("subject__key", "entry__key", "key", "result", "period", "values")
    kept = ResultRow.objects.unscoped(WHY).filter(result_set=frozen).values_list(*columns)
    before = {
        (result, subject or entry or key, period): values
        for subject, entry, key, result, period, values in kept
    }
    today = {}
    for result in found.pack.scheme.results:
        rows = rows_of_round(done, found, work, result)
        for row, values in zip(rows, values_of(done, result.id, rows), strict=True):
            today[result.id, row.key, row.period] = values
    return sorted(place for place in {*before, *today} if before.get(place) != today.get(place))


def frozen_rows(
    actor: Actor, frozen: ResultSet, *, result: str = "", subject_id: int | None = None
) -> list[ResultRow]:
    """Rows of the set that the reader may see, with what they are about; one query."""
    rows = rows_in_sight(actor).filter(result_set=frozen)
    if result:
        rows = rows.filter(result=result)
    if subject_id is not None:
        rows = rows.filter(subject=subject_id)
    rows = rows.select_related("subject", "entry", "unit", "acknowledged_by")
    return list(rows.defer("explanation", "entry__values"))
