"""Results: frozen with the digests of all they rest on, opened again with a reason, signed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.db.models import Max

from kaocheng.access.account import only_in_person
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.access.result import rounds_to_decide, rows_to_acknowledge, sets_to_decide
from kaocheng.actions.perform import MANY_ROWS, Act, Answer, action, digest
from kaocheng.actions.result_rows import (
    WHY,
    Prepared,
    now_computed,
    prepared_rows,
    result_rows,
    rows_to_freeze,
)
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.result_scope import Found
from kaocheng.queries.time_words import moment_words
from kaocheng.records.copying import copy_in
from kaocheng.records.models import Adoption, Job, ResultRow, ResultSet, Round, Subject
from kaocheng.records.models.job import JobState
from kaocheng.records.models.round import ResultState, RoundState
from kaocheng.records.scoped import OwnedQuerySet

JOB = "result.freeze"
# More rows than these are frozen by a job, and the asker watches it.
AT_ONCE = 200
MOST_BECAUSE = 200
NAMED = 5


@action("result.freeze")
def freeze_results(
    act: Act, *, round_id: int, because: str = "", ready: Prepared | None = None
) -> Answer:
    """Keep every row of the round as it is now; nobody writes facts meanwhile.

    Refused where data are missing, unless the reason says why it is frozen all the same. With
    `ready` the rows were explained beforehand: refused where a fact has changed since.
    """
    work, sets = _round_to_freeze(act, round_id, because)
    # Entries and revisions refer to the adoption: none is added while it is locked.
    adoption = (
        Adoption.objects.unscoped(WHY).select_related("scheme").select_for_update(of=("self",))
    )
    found = adopted(adoption.get(pk=work.adoption_id))
    if ready is None:
        _refuse_missing(found, rows_to_freeze(now_computed(found), found, work), because)
        ready = prepared_rows(found, work)
    else:
        ready.refuse_changed(found)
        _refuse_missing(found, ready.rows, because)
    kept = ResultSet(
        round=work,
        number=(sets.aggregate(last=Max("number"))["last"] or 0) + 1,
        frozen_by_id=act.actor.person_id,
        frozen_at=act.at,
        frozen_because=because.strip(),
        scheme_digest=found.adoption.scheme.digest,
        parameters_digest=ready.parameters,
        facts_digest=ready.done.facts_digest(),
        results_digest=ready.done.results_digest(),
        revisions=ready.revisions,
    )
    act.make(kept, results=kept.results_digest, because=digest(kept.frozen_because))
    listed = list(result_rows(kept, found, ready))
    if len(listed) > MANY_ROWS:
        copy_in(listed)
    else:
        ResultRow.objects.bulk_create(listed)
    work.state = RoundState.FROZEN
    act.keep(work, "state", rows=len(listed))
    return Answer.of(kept, count=len(listed))


@action("result.ask_freeze")
def ask_freeze(act: Act, *, round_id: int, because: str = "") -> Answer:
    """A freeze of many rows as background work; refused at once for what a freeze is refused for.

    Asked again while it waits, it is the same work.
    """
    work, _ = _round_to_freeze(act, round_id, because)
    found = adopted(work.adoption)
    _refuse_missing(found, rows_to_freeze(now_computed(found), found, work), because)
    waiting = Job.objects.filter(
        kind=JOB, state=JobState.WAITING, payload__round_id=work.pk
    ).first()
    act.audit(work, asked=True)
    if waiting is not None:
        if waiting.asked_by_person_id != act.actor.person_id:
            raise Refused("K91", when=moment_words(waiting.made_at, now=act.at))
        return Answer("job", waiting.effect_key)
    held = act.actor.held
    job = act.job(
        JOB,
        f"{JOB}-{work.pk}-{secrets.token_hex(8)}",
        title=f"冻结结果：{work.title}"[:80],
        round_id=work.pk,
        because=because,
        appointment_id=held.appointment_id if held else 0,
        person_id=act.actor.person_id,
    )
    return Answer("job", job.effect_key)


def _round_to_freeze(
    act: Act, round_id: int, because: str
) -> tuple[Round, OwnedQuerySet[ResultSet]]:
    """The round, locked, with its sets; refused where it is not to be frozen, or not by them."""
    rows = rounds_to_decide(act.actor).select_related("adoption__scheme")
    work = act.lock(rows, round_id)
    only_in_person(act.actor)
    if len(because) > MOST_BECAUSE:
        raise Refused("K79", field="理由", most=MOST_BECAUSE, count=len(because))
    sets = ResultSet.objects.unscoped("sets of a locked round").filter(round=work)
    if work.state != RoundState.RUNNING or sets.filter(state=ResultState.FROZEN).exists():
        raise Refused("K75")
    return work, sets


@action("result.reopen")
def reopen_results(act: Act, *, set_id: int, because: str) -> Answer:
    """The set stays as it is, with the reason; the round runs again until it is frozen anew."""
    kept = act.lock(sets_to_decide(act.actor).select_related("round"), set_id)
    only_in_person(act.actor)
    if kept.state != ResultState.FROZEN:
        raise NotYours
    if kept.round.state == RoundState.ARCHIVED:
        raise Refused("K43", state=kept.round.get_state_display())
    if problem := wrong_reason("重新打开的理由", because, MOST_BECAUSE):
        raise Invalid({"because": problem})
    kept.state, kept.reopened_at = ResultState.REOPENED, act.at
    kept.reopened_because = because
    act.keep(kept, "state", "reopened_at", "reopened_because", because=digest(because))
    work = act.lock(rounds_to_decide(act.actor), kept.round_id)
    not_stopped(work)
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


def not_stopped(work: Round) -> None:
    """Of a round that was stopped half way nothing changes any more."""
    if work.state == RoundState.STOPPED:
        raise Refused("K43", state=RoundState.STOPPED.label)


def wrong_reason(field: str, text: str, most: int) -> Refused | None:
    if not text.strip():
        return Refused("K78", field=field)
    if len(text) > most:
        return Refused("K79", field=field, most=most, count=len(text))
    return None


def _refuse_missing(found: Adopted, rows: Mapping[str, list[Found]], because: str) -> None:
    if not any(rows.values()):
        raise Refused("K88")
    lacking: list[tuple[str, str]] = []
    for result in found.pack.scheme.results:
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
    names = {(one.roster, one.key): one.name for one in subjects}
    ledgers = ((one, key) for one in found.ledgers for key in keys)
    return names | {(one.id, key): f"{one.title}{key}" for one, key in ledgers}
