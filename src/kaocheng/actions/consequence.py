"""结果运用: what follows from frozen results, proposed by the scheme, decided by named people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kaocheng.access.account import only_in_person
from kaocheng.access.grants import CLERK
from kaocheng.access.holding import bears
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.access.result import consequences_in_sight, consequences_to_decide, rounds_to_decide
from kaocheng.actions.consequence_task import share_decisions
from kaocheng.actions.message import Letter, tell_each
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.result import not_stopped, wrong_reason
from kaocheng.actions.result_rows import now_computed
from kaocheng.engine.process.entries import Effect
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.computing import Computed
from kaocheng.queries.consequence import effect_of, holders_of, term_of
from kaocheng.queries.result_frozen import changed_rows
from kaocheng.queries.result_scope import periods_of
from kaocheng.records.models import Consequence, Entry, ResultSet, Round, Subject
from kaocheng.records.models.round import Decided, ResultState, RoundState

MOST_BECAUSE = 400
WHY = "what follows is worked out for everybody of the round"


@dataclass(frozen=True)
class _Follows:
    effect: Effect
    subject: Subject
    period: str


@action("consequence.propose")
def propose_consequences(act: Act, *, round_id: int) -> Answer:
    """Everything that follows from the frozen results and has not been brought up yet.

    What somebody must confirm is proposed to them; the rest stands at once, by the rule.
    """
    work = act.lock(rounds_to_decide(act.actor), round_id)
    not_stopped(work)
    if work.state == RoundState.ARCHIVED:
        raise Refused("K43", state=work.get_state_display())
    frozen = ResultSet.objects.unscoped(WHY).filter(round=work, state=ResultState.FROZEN).first()
    if frozen is None:
        raise Refused("K83")
    found = adopted(work.adoption)
    done = now_computed(found)
    if changed_rows(done, found, work, frozen):
        raise Refused("K82")
    there = set(
        Consequence.objects.unscoped(WHY)
        .filter(round=work)
        .values_list("effect", "subject_id", "period")
    )
    made = [
        _made(act, work, found, one)
        for one in _following(found, done, work)
        if (one.effect.id, one.subject.pk, one.period) not in there
    ]
    Consequence.objects.bulk_create(made)
    for row in made:
        act.audit(row, effect=row.effect, state=row.state)
    act.audit(work, proposed=len(made))
    share_decisions(act, work)
    return Answer.of(work, count=len(made))


@action("consequence.decide")
def decide_consequence(
    act: Act,
    *,
    consequence_id: int,
    is_confirmed: bool,
    because: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Answer:
    """Confirmed or declined, in person, by somebody who bears the title that the scheme names."""
    rows = consequences_in_sight(act.actor).select_related("round__adoption__scheme")
    row = act.lock(rows, consequence_id)
    only_in_person(act.actor)
    not_stopped(row.round)
    found = adopted(row.round.adoption)
    effect = effect_of(found, row.effect)
    if effect is None:
        raise NotYours
    holders = holders_of(found, effect.confirm)
    theirs = consequences_to_decide(act.actor, found.adoption, row.effect, holders)
    if not theirs.filter(pk=row.pk).exists():
        is_clerk = act.actor.held is not None and act.actor.held.role == CLERK
        prepares = is_clerk and bears(act.actor, found.adoption, holders)
        raise NotAllowed("K113" if prepares else "K85", who=effect.confirm)
    if row.state != Decided.PROPOSED:
        raise Refused("K84", state=row.get_state_display())
    problems = {
        "because": wrong_reason("理由", because, MOST_BECAUSE)
        if because.strip() or not is_confirmed
        else None,
        "ends_on": Refused("K86", starts=starts_on, ends=ends_on)
        if starts_on and ends_on and ends_on < starts_on
        else None,
    }
    if wrong := {name: problem for name, problem in problems.items() if problem}:
        raise Invalid(wrong)
    row.state = Decided.CONFIRMED if is_confirmed else Decided.DECLINED
    row.starts_on = starts_on if is_confirmed else None
    row.ends_on = ends_on if is_confirmed and starts_on else None
    row.decided_by_id, row.decided_at, row.because = act.actor.person_id, act.at, because
    act.keep(
        row,
        "state",
        "starts_on",
        "ends_on",
        "decided_by",
        "decided_at",
        "because",
        state=row.state,
        because_digest=digest(because),
    )
    _tell(act, row)
    share_decisions(act, row.round)
    return Answer.of(row)


def _following(found: Adopted, done: Computed, work: Round) -> Iterator[_Follows]:
    by_key = {
        (one.roster, one.key): one
        for one in Subject.objects.unscoped(WHY).filter(adoption=found.adoption)
    }
    for judged in done.effects():
        effect = effect_of(found, judged.entry)
        if judged.value is not True or effect is None:
            continue
        result = found.pack.results.get(effect.of)
        if result is None:
            if subject := _of_register(found, effect.of, judged.subject, by_key):
                yield _Follows(effect, subject, "")
            continue
        key, period = _parted(judged.subject, has_period=bool(result.each))
        periods = periods_of(found, work, result)
        subject = _of_register(found, result.of, key, by_key)
        if subject and (periods is None or period in periods):
            yield _Follows(effect, subject, period)


def _parted(words: str, *, has_period: bool) -> tuple[str, str]:
    if not has_period:
        return words, ""
    key, _, period = words.rpartition("/")
    return key, period


def _of_register(
    found: Adopted, register: str, words: str, by_key: dict[tuple[str, str], Subject]
) -> Subject | None:
    """Whom an entry is about: it is known by its key, else by its line, which is its id."""
    if found.register(register).kind == "roster":
        return by_key.get((register, words))
    entries = Entry.objects.unscoped(WHY).filter(adoption=found.adoption, register=register)
    is_keyed = bool(found.register(register).key)
    entry = entries.filter(**({"key": words} if is_keyed else {"pk": int(words)})).first()
    return entry.subject if entry else None


def _made(act: Act, work: Round, found: Adopted, one: _Follows) -> Consequence:
    effect = one.effect
    needs_somebody = bool(effect.confirm)
    starts_on, ends_on = term_of(
        effect.lasts, found, one.period or work.period, today=act.at.astimezone(CHINA).date()
    )
    return Consequence(
        round=work,
        effect=effect.id,
        subject=one.subject,
        period=one.period,
        unit_id=one.subject.unit_id,
        title=effect.title[:200],
        what=effect.then[:400],
        bars=list(effect.bars),
        state=Decided.PROPOSED if needs_somebody else Decided.CONFIRMED,
        starts_on=starts_on,
        ends_on=ends_on,
        decided_at=None if needs_somebody else act.at,
        because="" if needs_somebody else f"按方案直接生效：{effect.title}"[:MOST_BECAUSE],
        made_at=act.at,
    )


def _tell(act: Act, row: Consequence) -> None:
    """Whom it concerns is told, where that is a person of ours and not who decided."""
    subject = row.subject
    if subject.person_id is None or subject.person_id == act.actor.person_id:
        return
    tell_each(
        act,
        [
            Letter(
                subject.person_id,
                f"{row.title}：{row.get_state_display()}"[:80],
                f"consequence-{row.pk}",
                page=f"/results/consequences/{row.pk}",
                about=row,
            )
        ],
    )
