"""What somebody looks at before they decide about results."""

from __future__ import annotations

from dataclasses import dataclass

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours
from kaocheng.access.result import rounds_to_decide, rows_to_acknowledge, sets_to_decide
from kaocheng.access.scope import one
from kaocheng.engine.language.scheme import Result
from kaocheng.engine.problems import Refused
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.computing import computed
from kaocheng.queries.result_faults import Faults, faults_told
from kaocheng.queries.result_scope import is_of_subjects, rows_of_round
from kaocheng.records.models import Subject
from kaocheng.records.models.round import ResultState

NAMED = 50


@dataclass(frozen=True)
class Lacking:
    result: str
    title: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Freezing:
    """What a freeze would keep. `wrong`: entries at fault, which keep it from being frozen."""

    round_id: int
    title: str
    rows: int
    flags: int
    lacking: tuple[Lacking, ...]
    wrong: Faults | None


def freezing(actor: Actor, round_id: int) -> Freezing:
    work = one(rounds_to_decide(actor).select_related("adoption__scheme"), round_id)
    found = adopted(work.adoption)
    try:
        done = computed(found)
        problems = done.faults
    except Refused as refused:
        problems = refused.problems
    if wrong := faults_told(actor, found, problems):
        return Freezing(work.pk, work.title, 0, 0, (), wrong)
    rows, flags, lacking = 0, 0, []
    for result in found.pack.scheme.results:
        listed = rows_of_round(done, found, work, result)
        rows += len(listed)
        flags += sum(len(row.flags) for row in listed)
        keys = list(dict.fromkeys(row.key for row in listed if row.lacks))
        if keys:
            names = _names(found, result, keys[:NAMED])
            lacking.append(Lacking(result.id, result.title, len(keys), names))
    return Freezing(work.pk, work.title, rows, flags, tuple(lacking), None)


def _names(found: Adopted, result: Result, keys: list[str]) -> tuple[str, ...]:
    if not is_of_subjects(found, result):
        return tuple(keys)
    subjects = Subject.objects.unscoped("whoever freezes sees all of the round").filter(
        adoption=found.adoption, roster=result.of, key__in=keys
    )
    return tuple(subjects.order_by("pinyin", "pk").values_list("name", flat=True))


@dataclass(frozen=True)
class Reopening:
    set_id: int
    round_id: int
    title: str
    number: int


def reopening(actor: Actor, set_id: int) -> Reopening:
    kept = one(sets_to_decide(actor).select_related("round"), set_id)
    if kept.state != ResultState.FROZEN:
        raise NotYours
    return Reopening(kept.pk, kept.round_id, kept.round.title, kept.number)


def acknowledged_where(actor: Actor, row_id: int) -> tuple[int, str, int]:
    """Round, result and subject of a row that the actor has signed."""
    row = one(rows_to_acknowledge(actor).select_related("result_set"), row_id)
    assert row.subject_id is not None  # nobody signs for an entry
    return row.result_set.round_id, row.result, row.subject_id
