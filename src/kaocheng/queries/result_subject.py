"""The results of one subject or entry: their trees as the reader may see them, signing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours
from kaocheng.access.result import (
    entries_with_results,
    rows_in_sight,
    rows_to_acknowledge,
    subjects_with_results,
)
from kaocheng.access.scope import one
from kaocheng.engine.language.scheme import Result
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing import computed
from kaocheng.queries.result import chosen_result, round_of
from kaocheng.queries.result_faults import left_out_of
from kaocheng.queries.result_frozen import last_set
from kaocheng.queries.result_scope import is_of_subjects, periods_of, results_of
from kaocheng.queries.result_tree import Tree, for_reader, live_trees, read_tree
from kaocheng.records.models import Entry, Round, Subject
from kaocheng.records.models.round import ResultState


@dataclass(frozen=True)
class Signing:
    """One frozen row, and whether it was signed (签字确认)."""

    row_id: int
    period: str
    by: str
    at: datetime | None
    may_sign: bool


@dataclass(frozen=True)
class SubjectPage:
    round_id: int
    round_title: str
    scheme: str
    document: str
    result: str
    result_title: str
    # Of what the page is about the one is 0.
    subject_id: int
    entry_id: int
    name: str
    key: str
    unit_name: str
    is_own: bool
    trees: tuple[Tree, ...]
    frozen_at: datetime | None
    signings: tuple[Signing, ...]
    others: tuple[tuple[str, str], ...]
    # Of entries about the subject that are not computed with.
    left_out: int

    @property
    def page_id(self) -> int:
        return self.subject_id or self.entry_id


def subject_page(
    actor: Actor, round_id: int, result_id: str, about_id: int, *, is_live: bool = False
) -> SubjectPage:
    """Live, or as frozen where the results are; of a subject or, as the result is, of an entry.

    Raises the engine's `Refused` as `computed`.
    """
    work, found = round_of(actor, round_id)
    result = chosen_result(found, work, result_id)
    subject = entry = None
    about: Subject | Entry
    if is_of_subjects(found, result):
        about = subject = subject_of(actor, work, result, about_id)
    else:
        about = entry = _entry_of(actor, work, result, about_id)
    frozen = last_set(work)
    if frozen is not None and frozen.state == ResultState.FROZEN and not is_live:
        rows = list(
            rows_in_sight(actor)
            .filter(result_set=frozen, result=result.id, subject=subject, entry=entry)
            .select_related("acknowledged_by")
            .order_by("pk")
        )
        trees = [read_tree(row.explanation) for row in rows if row.explanation]
        titles = {period.id: period.title for period in found.periods}
        mine = set(
            rows_to_acknowledge(actor)
            .filter(pk__in=[row.pk for row in rows])
            .values_list("pk", flat=True)
        )
        signings = tuple(
            Signing(
                row.pk,
                titles.get(row.period, row.period),
                row.acknowledged_by.name if row.acknowledged_by else "",
                row.acknowledged_at,
                row.pk in mine and row.acknowledged_at is None and actor.helper is None,
            )
            for row in rows
        )
        frozen_at = frozen.frozen_at
    else:
        trees, signings, frozen_at = [], (), None
    left_out = 0
    if not trees:
        trees, frozen_at = _live(found, work, result, about.key), None
        left_out = left_out_of(computed(found).faults)[subject.pk] if subject else 0
    if not trees:
        raise NotYours
    person = subject.person_id if subject else None
    return SubjectPage(
        round_id=work.pk,
        round_title=work.title,
        scheme=found.pack.scheme.title,
        document=found.pack.scheme.source.document,
        result=result.id,
        result_title=result.title,
        subject_id=subject.pk if subject else 0,
        entry_id=entry.pk if entry else 0,
        name=subject.name if subject else about.key,
        key=about.key,
        unit_name=about.unit.name,
        is_own=person is not None and person == actor.person_id,
        trees=tuple(for_reader(actor, found, trees, about={subject is not None: about.pk})),
        frozen_at=frozen_at,
        signings=signings,
        others=tuple(
            (one_.id, one_.title)
            for one_ in results_of(found, work)
            if one_.of == result.of and one_.id != result.id
        ),
        left_out=left_out,
    )


def subject_of(actor: Actor, work: Round, result: Result, subject_id: int) -> Subject:
    rows = subjects_with_results(actor).filter(adoption=work.adoption_id, roster=result.of)
    return one(rows.select_related("unit"), subject_id)


def _entry_of(actor: Actor, work: Round, result: Result, entry_id: int) -> Entry:
    rows = entries_with_results(actor).filter(adoption=work.adoption_id, register=result.of)
    return one(rows.select_related("unit"), entry_id)


def _live(found: Adopted, work: Round, result: Result, key: str) -> list[Tree]:
    done = computed(found)
    periods = periods_of(found, work, result)
    explained = done.explained(key)
    chosen = [
        one_
        for one_ in explained.explanations
        if one_.result.id == result.id
        and (periods is None or (one_.period is not None and one_.period.id in periods))
    ]
    with done.kept.lock:
        return live_trees(found.pack, chosen, explained.rows)
