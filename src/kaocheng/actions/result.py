"""Results: frozen with the digests of all they rest on, opened again with a reason, signed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max

from kaocheng.access.account import only_in_person
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.access.result import rounds_to_decide, rows_to_acknowledge, sets_to_decide
from kaocheng.actions.perform import MANY_ROWS, Act, Answer, action, digest
from kaocheng.engine import problems as engine
from kaocheng.engine.language.scheme import Result
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.computing import Computed, computed, parameters_digest
from kaocheng.queries.result_frozen import values_of
from kaocheng.queries.result_scope import Found, kept_results, rows_of_round
from kaocheng.queries.result_tree import Kept, kept_tree
from kaocheng.queries.time_words import moment_words
from kaocheng.records.copying import copy_in
from kaocheng.records.models import Adoption, ResultRow, ResultSet, Subject
from kaocheng.records.models.round import ResultState, RoundState

MOST_BECAUSE = 200
NAMED = 5
WHY = "results are frozen of everybody"


@action("result.freeze")
def freeze_results(act: Act, *, round_id: int, because: str = "") -> Answer:
    """Keep every row of the round as it is now; nobody writes facts meanwhile.

    Refused where data are missing, unless the reason says why it is frozen all the same.
    """
    work = act.lock(rounds_to_decide(act.actor), round_id)
    only_in_person(act.actor)
    if len(because) > MOST_BECAUSE:
        raise Refused("K79", field="理由", most=MOST_BECAUSE, count=len(because))
    sets = ResultSet.objects.unscoped("sets of a locked round").filter(round=work)
    if work.state != RoundState.RUNNING or sets.filter(state=ResultState.FROZEN).exists():
        raise Refused("K75")
    # Entries and revisions refer to the adoption: none is added while it is locked.
    Adoption.objects.unscoped(WHY).select_for_update().get(pk=work.adoption_id)
    found = adopted(work.adoption)
    done = now_computed(found)
    rows = {one.id: rows_of_round(done, found, work, one) for one in kept_results(found)}
    _refuse_missing(found, rows, because)
    kept = ResultSet(
        round=work,
        number=(sets.aggregate(last=Max("number"))["last"] or 0) + 1,
        frozen_by_id=act.actor.person_id,
        frozen_at=act.at,
        scheme_digest=found.adoption.scheme.digest,
        parameters_digest=parameters_digest(found),
        facts_digest=done.facts_digest(),
        results_digest=done.results_digest(),
        revisions=done.revisions(),
    )
    act.make(kept, results=kept.results_digest, because=because)
    listed = list(_rows(kept, found, done, rows))
    if len(listed) > MANY_ROWS:
        copy_in(listed)
    else:
        ResultRow.objects.bulk_create(listed)
    work.state = RoundState.FROZEN
    act.keep(work, "state", rows=len(listed))
    return Answer.of(kept, count=len(listed))


@action("result.reopen")
def reopen_results(act: Act, *, set_id: int, because: str) -> Answer:
    """The set stays as it is, with the reason; the round runs again until it is frozen anew."""
    kept = act.lock(sets_to_decide(act.actor).select_related("round"), set_id)
    only_in_person(act.actor)
    if kept.state != ResultState.FROZEN:
        raise NotYours
    if problem := wrong_reason("重新打开的理由", because, MOST_BECAUSE):
        raise Invalid({"because": problem})
    kept.state, kept.reopened_at = ResultState.REOPENED, act.at
    kept.reopened_because = because
    act.keep(kept, "state", "reopened_at", "reopened_because", because=digest(because))
    work = act.lock(rounds_to_decide(act.actor), kept.round_id)
    work.state = RoundState.RUNNING
    act.keep(work, "state")
    return Answer.of(kept)


@action("result.acknowledge")
def acknowledge_result(act: Act, *, row_id: int) -> Answer:
    """签字确认: the subject has seen their result; in person, once."""
    row = act.lock(
        rows_to_acknowledge(act.actor).select_related("result_set", "acknowledged_by"), row_id
    )
    only_in_person(act.actor)
    if row.result_set.state != ResultState.FROZEN:
        raise Refused("K81")
    if row.acknowledged_by is not None and row.acknowledged_at is not None:
        when = moment_words(row.acknowledged_at, now=act.at)
        raise Refused("K80", who=row.acknowledged_by.name, when=when)
    row.acknowledged_by_id, row.acknowledged_at = act.actor.person_id, act.at
    act.keep(row, "acknowledged_by", "acknowledged_at")
    return Answer.of(row)


def now_computed(found: Adopted) -> Computed:
    """The results as the facts stand now; refused in the words of the first fact at fault."""
    try:
        return computed(found)
    except engine.Refused as refused:
        wrong = [one for one in refused.problems if one.severity == "error"]
        raise Refused("K76", count=len(wrong), first=wrong[0].reason()) from refused


def wrong_reason(field: str, text: str, most: int) -> Refused | None:
    if not text.strip():
        return Refused("K78", field=field)
    if len(text) > most:
        return Refused("K79", field=field, most=most, count=len(text))
    return None


def _refuse_missing(found: Adopted, rows: dict[str, list[Found]], because: str) -> None:
    if not any(rows.values()):
        raise Refused("K88")
    lacking: list[tuple[str, str]] = []
    for result in kept_results(found):
        keys = dict.fromkeys(row.key for row in rows[result.id] if row.lacks)
        lacking += [(result.of, key) for key in keys]
    lacking = list(dict.fromkeys(lacking))
    if not lacking or because.strip():
        return
    names = _names(found, [key for _, key in lacking[:NAMED]])
    listed = "、".join(names.get(place, place[1]) for place in lacking[:NAMED])
    more = "等" if len(lacking) > NAMED else ""
    raise Refused("K77", count=len(lacking), names=listed + more)


def _names(found: Adopted, keys: list[str]) -> dict[tuple[str, str], str]:
    subjects = Subject.objects.unscoped(WHY).filter(adoption=found.adoption, key__in=keys)
    return {(one.roster, one.key): one.name for one in subjects}


def _rows(
    kept: ResultSet, found: Adopted, done: Computed, rows: dict[str, list[Found]]
) -> Iterator[ResultRow]:
    subjects = {
        (one.roster, one.key): one
        for one in Subject.objects.unscoped(WHY)
        .filter(adoption=found.adoption)
        .only("roster", "key", "unit_id")
    }
    trees = _Trees(found, done)
    for result in kept_results(found):
        for row, values in zip(
            rows[result.id], values_of(done, result.id, rows[result.id]), strict=True
        ):
            subject = subjects[result.of, row.key]
            tree = trees.of(result, row)
            yield ResultRow(
                result_set=kept,
                result=result.id,
                subject=subject,
                period=row.period,
                unit_id=subject.unit_id,
                headline=row.value[:120],
                grade=row.grade[:60],
                place=row.place,
                values=values,
                flags=list(tree.flags),
                explanation=tree.json,
            )


class _Trees:
    """Explanations, each subject explained once although it may stand in several results."""

    def __init__(self, found: Adopted, done: Computed) -> None:
        self.found, self.done = found, done
        self.kept: dict[tuple[str, str, str], Kept] = {}

    def of(self, result: Result, row: Found) -> Kept:
        place = (result.id, row.key, row.period)
        if place not in self.kept:
            explained = self.done.explained(row.key)
            for one in explained.explanations:
                period = one.period.id if one.period else ""
                self.kept[one.result.id, one.subject, period] = kept_tree(
                    self.found.pack, one, explained.rows
                )
        return self.kept.pop(place)
