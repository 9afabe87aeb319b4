"""The rows of a round as they are frozen: values with the explanation of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from kaocheng.access.refusal import Refused
from kaocheng.engine import problems as engine
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing import Computed, computed, parameters_digest
from kaocheng.queries.computing_faults import errors_of
from kaocheng.queries.result_frozen import values_of
from kaocheng.queries.result_scope import Found, rows_of_round
from kaocheng.queries.result_tree import Kept, kept_tree
from kaocheng.records.models import Entry, ResultRow, ResultSet, Round, Subject

# Explained between two reports of how far it is.
ROWS_AT_ONCE = 50
WHY = "results are frozen of everybody"


class Told(Protocol):
    def __call__(self, *, done: int, total: int) -> None:
        """So many rows are explained."""


@dataclass(frozen=True)
class Prepared:
    """Everything that a freeze keeps, and what it rests on.

    `rows` by result; `trees` by result, key and period; `revisions` and `parameters` as in the set.
    """

    done: Computed
    rows: Mapping[str, list[Found]]
    trees: Mapping[tuple[str, str, str], Kept]
    revisions: Mapping[str, int]
    parameters: str

    def refuse_changed(self, found: Adopted) -> None:
        """Refused where a fact or a parameter is another one than when this was prepared."""
        now = now_computed(found).revisions()
        if now != self.revisions or parameters_digest(found) != self.parameters:
            raise Refused("K90")


def now_computed(found: Adopted) -> Computed:
    """The results as the facts stand now; refused in the words of the first fact at fault."""
    try:
        done = computed(found)
    except engine.Refused as refused:
        wrong = errors_of(refused.problems)
        raise Refused("K76", count=len(wrong), first=wrong[0].reason()) from refused
    if done.faults:
        raise Refused("K76", count=len(done.faults), first=done.faults[0].reason())
    return done


def rows_to_freeze(done: Computed, found: Adopted, work: Round) -> dict[str, list[Found]]:
    return {one.id: rows_of_round(done, found, work, one) for one in found.pack.scheme.results}


def prepared_rows(found: Adopted, work: Round, *, told: Told | None = None) -> Prepared:
    """Every row explained; `told` hears how far it is."""
    done = now_computed(found)
    rows = rows_to_freeze(done, found, work)
    trees: dict[tuple[str, str, str], Kept] = {}
    keys = list(dict.fromkeys(row.key for listed in rows.values() for row in listed))
    for at, key in enumerate(keys):
        if told is not None and at % ROWS_AT_ONCE == 0:
            told(done=at, total=len(keys))
        explained = done.explained(key)
        for one in explained.explanations:
            period = one.period.id if one.period else ""
            trees[one.result.id, key, period] = kept_tree(found.pack, one, explained.rows)
    return Prepared(done, rows, trees, done.revisions(), parameters_digest(found))


def result_rows(kept: ResultSet, found: Adopted, ready: Prepared) -> Iterator[ResultRow]:
    subjects = Subject.objects.unscoped(WHY).filter(adoption=found.adoption)
    ledgers = {one.of for one in found.pack.scheme.results}
    entries = Entry.objects.unscoped(WHY).filter(adoption=found.adoption, register__in=ledgers)
    of_subjects = dict(subjects.values_list("pk", "unit_id"))
    of_entries = dict(entries.values_list("pk", "unit_id"))
    for result in found.pack.scheme.results:
        rows, kind = ready.rows[result.id], found.register(result.of).kind
        for row, values in zip(rows, values_of(ready.done, result.id, rows), strict=True):
            tree = ready.trees[result.id, row.key, row.period]
            made = ResultRow(
                result_set=kept,
                result=result.id,
                period=row.period,
                headline=row.value[:120],
                grade=row.grade[:60],
                place=row.place,
                values=values,
                flags=list(tree.flags),
                explanation=tree.json,
            )
            match kind:
                case "roster":
                    made.subject_id, made.unit_id = tree.about, of_subjects[tree.about]
                case "list":
                    made.key, made.unit_id = row.key, found.adoption.unit_id
                case _:
                    made.entry_id, made.unit_id = tree.about, of_entries[tree.about]
            yield made
