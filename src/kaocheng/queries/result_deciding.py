"""What somebody looks at before they decide about results."""

from __future__ import annotations

from dataclasses import dataclass

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours
from kaocheng.access.result import rounds_to_decide, rows_to_acknowledge, sets_to_decide
from kaocheng.access.scope import one
from kaocheng.engine.problems import Refused
from kaocheng.queries.adopted import adopted
from kaocheng.queries.computing import computed
from kaocheng.queries.result_scope import kept_results, rows_of_round
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
    """What a freeze would keep. `wrong`: what keeps everything from being computed."""

    round_id: int
    title: str
    rows: int
    flags: int
    lacking: tuple[Lacking, ...]
    wrong: tuple[str, ...]


def freezing(actor: Actor, round_id: int) -> Freezing:
    work = one(rounds_to_decide(actor).select_related("adoption__scheme"), round_id)
    found = adopted(work.adoption)
    try:
        done = computed(found)
    except Refused as refused:
        wrong = tuple(problem.reason() for problem in refused.problems)[:NAMED]
        return Freezing(work.pk, work.title, 0, 0, (), wrong)
    rows, flags, lacking = 0, 0, []
    for result in kept_results(found):
        listed = rows_of_round(done, found, work, result)
        rows += len(listed)
        flags += sum(len(row.flags) for row in listed)
        keys = list(dict.fromkeys(row.key for row in listed if row.lacks))
        if keys:
            names = Subject.objects.unscoped("whoever freezes sees all of the round").filter(
                adoption=found.adoption, roster=result.of, key__in=keys[:NAMED]
            )
            listed_names = tuple(names.order_by("pinyin", "pk").values_list("name", flat=True))
            lacking.append(Lacking(result.id, result.title, len(keys), listed_names))
    return Freezing(work.pk, work.title, rows, flags, tuple(lacking), ())


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
    return row.result_set.round_id, row.result, row.subject_id
