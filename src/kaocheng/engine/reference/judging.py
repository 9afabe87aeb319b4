"""What a process asks of the results: who owes what, gates, effects, samples to draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.facts import FactRow
from kaocheng.engine.language.documents import Document
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.process.draws import draw_size
from kaocheng.engine.process.entries import Draw, Duty, Effect, Gate
from kaocheng.engine.reference.evaluate import AnyRow, Environment, ResultRow, evaluate
from kaocheng.engine.reference.run import Run
from kaocheng.engine.trace import shown
from kaocheng.engine.values import Missing, Value, is_known, is_number

OPEN, SHUT, OWED = "开", "未开", "欠"


@dataclass(frozen=True)
class Judgement:
    """What a gate or an effect says about one subject (`subject` is `id` or `id/period`)."""

    entry: str
    title: str
    subject: str
    value: Value
    flags: tuple[str, ...]
    clauses: tuple[Clause, ...]
    # The row of facts that it is about, and the period where the result has one.
    fact: FactRow | None = None
    period: str = ""


@dataclass(frozen=True)
class Sample:
    """How many to draw out of how many, for each group of the draw."""

    draw: str
    title: str
    group: str
    population: int
    size: int


def gates(run: Run) -> Iterator[Judgement]:
    """Open, shut or owed for every subject of every gate that has a condition."""
    for gate in run.pack.process.gates:
        if gate.need is not None:
            for subject, env in _subjects(run, gate.of):
                yield _judged(gate, subject, _gate_state(run, gate, gate.need, env), env)


def duties(run: Run) -> Iterator[Judgement]:
    """Whether each subject owes each duty that says itself who does (`of`, with `when`)."""
    for duty in run.pack.process.duties:
        for subject, env in _subjects(run, duty.of) if duty.of else ():
            owes = True if duty.when is None else _value(run, duty.when, env)
            yield _judged(duty, subject, owes, env)


def effects(run: Run) -> Iterator[Judgement]:
    """Whether each effect follows for each subject; with a confirmation it is only proposed."""
    for effect in run.pack.process.effects:
        for subject, env in _subjects(run, effect.of):
            value = _value(run, effect.when, env)
            said = [flag.say for flag in effect.flags if _value(run, flag.when, env) is True]
            if value is True and effect.confirm:
                said.append(f"提名，须由{effect.confirm}确认")
            yield _judged(effect, subject, value, env, tuple(said))


def samples(run: Run) -> Iterator[Sample]:
    """The size of every draw, for the whole or for each value of its `per`."""
    for draw in run.pack.process.draws:
        groups: dict[str, list[Environment]] = {}
        for _, env in _subjects(run, draw.of):
            if draw.where is None or _value(run, draw.where, env) is True:
                groups.setdefault(_group(draw, env), []).append(env)
        for group, members in groups.items():
            expr = draw.share or draw.count
            asked = None if expr is None else _value(run, expr, members[0])
            if is_number(asked):
                size = draw_size(draw, population=len(members), share=asked)
                yield Sample(draw.id, draw.title, group, len(members), size)


def shown_rows(run: Run, document: Document) -> Iterator[tuple[Value, ...]]:
    """What a document shows, a row for each row of its result or table: one value per column.

    Those who are exempt are shown too, with what they carry over; entries that do not count are
    not. Rows without a value to sort by come last.
    """
    rows = [
        env for _, env in _rows(run, document.of)
        if document.where is None or _value(run, document.where, env) is True
    ]  # fmt: skip
    if document.sort is not None:
        placed = [(_value(run, document.sort, env), env) for env in rows]
        known = [(value, env) for value, env in placed if is_known(value)]
        known.sort(key=lambda one: one[0])
        rows = [env for _, env in known] + [env for value, env in placed if not is_known(value)]
    for env in rows:
        yield tuple(_value(run, column.show, env) for column in document.columns)


def _subjects(run: Run, name: str) -> Iterator[tuple[str, Environment]]:
    """The rows of a result that nobody exempts, or the counted rows of a register."""
    members = run.members.get(name, {}).values()
    exempt = {member.row.words for member in members if member.exempt is not None}
    yield from ((words, env) for words, env in _rows(run, name) if words not in exempt)


def _rows(run: Run, name: str) -> Iterator[tuple[str, Environment]]:
    """The rows of a result, or the counted rows of a register, as places to read expressions."""
    if name in run.pack.results:
        for member in run.members[name].values():
            yield member.row.words, Environment(run, (member.row,), member.row.period)
        return
    for fact in run.counted(name):
        yield fact.ref.key or str(fact.ref.line), Environment(run, (fact,))


def _group(draw: Draw, env: Environment) -> str:
    if not draw.per:
        return ""
    return shown(_fact(env).values[draw.per])


def _fact(env: Environment) -> FactRow:
    row: AnyRow = env.rows[0]
    return row.fact if isinstance(row, ResultRow) else row


def _value(run: Run, expr: Expr, env: Environment) -> Value:
    return evaluate(run.compiled.bound[expr], env)


def _gate_state(run: Run, gate: Gate, need: Expr, env: Environment) -> Value:
    """A met need opens the gate at once; otherwise an empty pool decides as the notice says."""
    met = _value(run, need, env)
    if met is True:
        return OPEN
    if gate.if_empty is not None and _value(run, gate.if_empty.of, env) == 0:
        return {"owe": OWED, "open": OPEN, "closed": SHUT}[gate.if_empty.then]
    if isinstance(met, Missing) or not is_known(met):
        return met
    return SHUT


def _judged(
    entry: Duty | Effect | Gate,
    subject: str,
    value: Value,
    env: Environment,
    flags: tuple[str, ...] = (),
) -> Judgement:
    row = env.rows[0]
    period = row.period.id if isinstance(row, ResultRow) and row.period is not None else ""
    return Judgement(
        entry.id, entry.title, subject, value, flags, entry.clauses, _fact(env), period
    )
