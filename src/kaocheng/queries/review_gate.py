"""Whether a review may be made yet: the gates of the scheme before the duty that it fulfils."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kaocheng.engine.facts import FactRow
from kaocheng.engine.problems import Refused
from kaocheng.engine.process.entries import Duty, Gate
from kaocheng.engine.reference.judging import OPEN, OWED, gates
from kaocheng.engine.reference.run import Run
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing import Computed, computed
from kaocheng.queries.review_roles import Roles
from kaocheng.records.models import Obligation, Subject
from kaocheng.records.models.round import ObligationState, Round

NO_ROW: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Shut:
    """A gate that does not let pass, and what it says about whom."""

    gate: str
    title: str
    subject: str


def duties_of(found: Adopted, register: str) -> tuple[Duty, ...]:
    return tuple(duty for duty in found.process.duties if duty.register == register)


def gates_of(found: Adopted, register: str) -> tuple[Gate, ...]:
    """The gates before a duty that is fulfilled in the register."""
    duties = {duty.id for duty in duties_of(found, register)}
    return tuple(
        gate for gate in found.process.gates if gate.before in duties and gate.need is not None
    )


def _computed(found: Adopted) -> Computed | None:
    """Every result on the facts that count now; nothing where the facts do not fit together."""
    try:
        return computed(found)
    except Refused:
        return None


def shut_reasons(
    round_: Round,
    found: Adopted,
    register: str,
    subject: Subject,
    rater: Subject | None,
    *,
    period: str,
) -> tuple[str, ...]:
    """Titles of the gates that keep the review shut; empty when it is open.

    Of gates about periods, those of the review's own. An obligation of the round knows it already;
    without one the gates are asked of the facts.
    """
    asked = gates_of(found, register)
    if not asked:
        return ()
    known = _from_obligations(round_, found, register, subject, period)
    if known is not None:
        return known
    done = _computed(found)
    if done is None:
        return ()
    with done.kept.lock:
        shut = [*_shut(done.by_rows, found, register, subject, rater, period=period)]
    return tuple(dict.fromkeys(one.title for one in shut))


def _from_obligations(
    round_: Round, found: Adopted, register: str, subject: Subject, period: str
) -> tuple[str, ...] | None:
    duties = [duty.id for duty in duties_of(found, register)]
    rows = list(
        Obligation.objects.unscoped("the subject's own review asks whether it is open").filter(
            round=round_, duty__in=duties, subject=subject
        )
    )
    live = [
        row for row in rows if row.state != ObligationState.DROPPED and _is_of(row.period, period)
    ]
    if not live:
        return None
    if any(row.state != ObligationState.SHUT for row in live):
        return ()
    return tuple(dict.fromkeys(row.because or row.title for row in live))


def _shut(
    run: Run,
    found: Adopted,
    register: str,
    subject: Subject,
    rater: Subject | None,
    *,
    period: str,
) -> Iterator[Shut]:
    """The gates of the register that are not open for the subject or for whoever rates."""
    duties = {duty.id: duty for duty in duties_of(found, register)}
    asked = {gate.id: gate for gate in gates_of(found, register)}
    for judged in gates(run):
        gate = asked.get(judged.entry)
        if gate is None or judged.value in (OPEN, OWED):
            continue
        if not _is_of(judged.subject.partition("/")[2], period):
            continue
        row = _row_of(run, gate, judged.subject)
        if row is None or not _concerns(found, row, subject, rater):
            continue
        if _is_owed(run, duties[gate.before], subject):
            yield Shut(gate.id, gate.title, judged.subject)


def over_load(found: Adopted, register: str, raters: Iterable[Subject]) -> dict[int, str]:
    """By id of a row of the assessors' list: the gate that they do not meet, such as too many."""
    roles = Roles.of(found.pack, found.register(register))
    roster = roles.register.fields[roles.assessor].type if roles.assessor else ""
    done = _computed(found) if roster in found.pack.registers else None
    if done is None:
        return {}
    shut: dict[str, str] = {}
    for judged in done.gates():
        gate = next((one for one in gates_of(found, register) if one.id == judged.entry), None)
        if gate and judged.value not in (OPEN, OWED) and _register_of(found, gate) == roster:
            shut.setdefault(judged.subject.partition("/")[0], gate.title)
    return {one.pk: shut[one.key] for one in raters if one.roster == roster and one.key in shut}


def _is_of(own: str, period: str) -> bool:
    """Whether what is said of a period, or of none, is said of this one."""
    return not own or not period or own == period


def _register_of(found: Adopted, gate: Gate) -> str:
    result = found.pack.results.get(gate.of)
    return result.of if result else gate.of


def _row_of(run: Run, gate: Gate, words: str) -> FactRow | None:
    """The row of a roster or register that the gate spoke about."""
    result = run.pack.results.get(gate.of)
    table = result.of if result else gate.of
    return run.row(table, words.partition("/")[0])


def _concerns(found: Adopted, row: FactRow, subject: Subject, rater: Subject | None) -> bool:
    """Whether the row is the subject, the assessor, a unit that holds it, or ties the two."""
    ours = [one for one in (subject, rater) if one is not None]
    if any(row.ref.table == one.roster and row.ref.key == one.key for one in ours):
        return True
    register = found.pack.registers[row.ref.table]
    if register.kind == "roster":
        held = found.pack.registers[subject.roster].fields
        return any(
            one.type == register.id and subject.values.get(name) == row.ref.key
            for name, one in held.items()
        )
    named = {
        one.roster: {
            row.values[name] for name, field in register.fields.items() if field.type == one.roster
        }
        for one in ours
    }
    return all(not values or one.key in values for one in ours for values in [named[one.roster]])


def _is_owed(run: Run, duty: Duty, subject: Subject) -> bool:
    """Whether the duty is the subject's at all: others' gates do not keep it back."""
    from kaocheng.engine.reference.evaluate import Environment, evaluate

    result = run.pack.results.get(duty.of)
    if duty.when is None or result is None or result.of != subject.roster:
        return True
    for member in run.members[duty.of].values():
        if member.row.words.partition("/")[0] == subject.key:
            environment = Environment(run, (member.row,), member.row.period)
            return evaluate(run.compiled.bound[duty.when], environment) is True
    return False
