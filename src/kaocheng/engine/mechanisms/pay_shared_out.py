"""`pay`: how a pool is shared out, and what is said of each share.

A group is shared out here, or what each step came to is told by a run; the words are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.mechanisms.mechanism import Frame, Told
from kaocheng.engine.mechanisms.pay_columns import FEN, PER_YUAN
from kaocheng.engine.trace import Line, Outcome, shown
from kaocheng.engine.values import Missing, Value, is_known, is_number
from kaocheng.methods.shares import (
    exact_sum,
    in_common_units,
    largest_remainder,
    round_half_up_to_int,
    rounded_half_up,
)

if TYPE_CHECKING:
    from kaocheng.engine.mechanisms.pay import Pay, Step


@dataclass
class _Person:
    """One payee while the pool is shared out: exact amounts per step, and the words for them.

    The words are only found for those of whom something is to be `said`.
    """

    frame: Frame
    lines: list[Line]
    said: bool = True
    trouble: str = ""
    flags: tuple[str, ...] = ()


def outcomes(item: Item, frames: Sequence[Frame], asked: Sequence[Frame]) -> list[Outcome]:
    """The outcomes of the frames in `asked`; each pool is shared out among all of `frames`."""
    spec = cast("Pay", item.spec)
    groups: dict[Value, list[_Person]] = {}
    said = {id(frame) for frame in asked}
    people = [_Person(frame, [], id(frame) in said) for frame in frames]
    for person in people:
        groups.setdefault(_group_of(spec, person), []).append(person)
    for group, members in groups.items():
        if is_known(group):
            _share_out(spec, members)
        else:
            _stop(members, NO_GROUP)
    found = {id(one.frame): _outcome(spec, one) for one in people if one.said}
    return [found[id(frame)] for frame in asked]


def outcome_told(item: Item, frame: Frame, told: Told) -> Outcome:
    """The outcome of one subject, when a run has kept what each step came to."""
    spec = cast("Pay", item.spec)
    person = _Person(frame, [])
    if is_known(_group_of(spec, person)):
        _tell(spec, person, told)
    else:
        _stop([person], NO_GROUP)
    return _outcome(spec, person)


NO_GROUP = "不知道属于哪个范围"


def _group_of(spec: Pay, person: _Person) -> Value:
    return "" if spec.within is None else person.frame.value(spec.within)


def _share_out(spec: Pay, people: list[_Person]) -> None:
    pool = _pool(spec, people)
    if not is_number(pool):
        _stop(people, pool.why)
        return
    heads = _heads(spec, people)
    if not isinstance(heads, int):
        _stop(people, heads.why)
        return
    together = _is_together(spec, people[0])
    rest = pool
    for step in spec.take:
        if step.amount is not None:
            rest -= _fixed(step, people, rest, heads, together=together)
        else:
            rest -= _proportional(step, people, rest, together=together)
        unsettled = next((one for one in people if one.trouble), None)
        if _is_over(step, people, rest, unsettled):
            return
    if together:
        _round_together(people, pool - rest)


def _tell(spec: Pay, person: _Person, told: Told) -> None:
    """As `_share_out` for one of the people; who else matters is told."""
    pool = _pool(spec, _with(person, told.member("first"), told.member("unlike")))
    if not is_number(pool):
        _stop([person], pool.why)
        return
    heads = _heads(spec, _with(person, told.member("unclear")))
    if not isinstance(heads, int):
        _stop([person], heads.why)
        return
    heads, together = told.count("heads"), _is_together(spec, person)
    rest = pool
    for step in spec.take:
        if step.amount is not None:
            people = _with(person, told.member(f"{step.id}_broken"))
            _fixed(step, people, rest, heads, together=together)
        else:
            people = _tell_proportional(step, person, told, rest, together=together)
        unsettled = next((one for one in people if one.trouble), None)
        rest = rest if unsettled else told.number(f"{step.id}_left")
        if _is_over(step, [person], rest, unsettled):
            return
    if together:
        _add_rounding(person, told.number("paid"))


def _tell_proportional(
    step: Step, person: _Person, told: Told, rest: Fraction, *, together: bool
) -> list[_Person]:
    """As `_proportional`; the people of whom one may have stopped it are given."""
    lacking = told.member(f"{step.id}_lacking")
    if lacking is not None:
        if told.is_before(f"{step.id}_lacking"):
            _belongs(step, person)
        _stop([person], _without_weight(step, lacking))
        return [person]
    people = _with(person, told.member(f"{step.id}_unclear"))
    total = told.number(f"{step.id}_total")
    for one in people:
        weight = _weight(step, one)
        if total and one is person and is_number(weight):
            share = told.number(f"{step.id}_amount")
            amount = rest * weight / total if together else share
            _add_share(step, person, (weight, amount), (rest, total), together=together)
    if not total:
        _note_nobody(step, people, rest)
    return people


def _with(person: _Person, *frames: Frame | None) -> list[_Person]:
    """The people of these frames, and last the person, if it is none of them."""
    people = [
        person if frame is person.frame else _Person(frame, [], said=False)
        for frame in frames
        if frame is not None
    ]
    return people if any(one is person for one in people) else [*people, person]


def _is_together(spec: Pay, person: _Person) -> bool:
    return spec.rounding is not None and person.frame.setting(spec.rounding) == "together"


def _is_over(step: Step, people: list[_Person], rest: Fraction, unsettled: _Person | None) -> bool:
    """Whether nothing can be shared out after this step; everybody is told why."""
    if unsettled is not None:  # what is left for the others is then unknown too
        _stop(people, f"{unsettled.frame.subject}：{unsettled.trouble}")
    elif rest < 0:
        _stop(people, f"到“{step.title}”为止已超出总量 {shown(-rest)} 元")
    return unsettled is not None or rest < 0


def _pool(spec: Pay, people: list[_Person]) -> Fraction | Missing:
    """The one pool that everybody of the group names, or why there is none."""
    pool = _pool_named(spec, people)
    if not is_number(pool):
        return pool if isinstance(pool, Missing) else Missing("总量不适用")
    if pool < 0:
        return Missing(f"总量是 {shown(pool)} 元，不能分配负数")
    return pool


def _pool_named(spec: Pay, people: list[_Person]) -> Value:
    pool = people[0].frame.value(spec.pool)
    for person in people[1:]:
        other = person.frame.value(spec.pool)
        person.frame.rows_used()  # told once, with the first
        if is_number(pool) and not is_number(other):
            pool = other
        elif is_number(pool) and other != pool:
            return Missing("总量在同一范围内不一致")
    return pool


def _heads(spec: Pay, people: list[_Person]) -> int | Missing:
    counted: list[Value] = [
        True if spec.heads is None else one.frame.value(spec.heads) for one in people
    ]
    missing = (value for value in counted if isinstance(value, Missing))
    return next(missing, sum(value is True for value in counted))


def _fixed(
    step: Step, people: list[_Person], rest: Fraction, heads: int, *, together: bool
) -> Fraction:
    """Fixed amounts; everybody of the step sees the same `rest` and `heads`."""
    assert step.amount is not None
    special = {"rest": rest, "heads": Fraction(heads)}
    paid = Fraction(0)
    for person in people:
        who = _belongs(step, person)
        if who is not True:
            continue
        amount = person.frame.value(step.amount, special=special)
        if is_number(amount) and amount < 0:
            amount = Missing(f"金额是 {shown(amount)} 元，不能是负数")
        if not is_number(amount):
            _miss(person, step, amount)
            continue
        spelled = _spelled(step.amount, person, rest, heads) if person.said else ""
        if not together:
            amount = rounded_half_up(amount, places=2)
        paid += amount
        rows = person.frame.rows_used()
        person.lines.append(Line(step.title, amount, spelled, step.clauses, rows, step.id))
    return paid


def _spelled(amount: Expr, person: _Person, rest: Fraction, heads: int) -> str:
    spelled = person.frame.spell(amount)
    return spelled.replace("余额", shown(rest)).replace("参加分配人数", str(heads))


def _proportional(step: Step, people: list[_Person], rest: Fraction, *, together: bool) -> Fraction:
    """What is left, in proportion to `by`; whole fen by largest remainder, better score first."""
    sharing: list[tuple[_Person, Fraction]] = []
    for person in people:
        weight = _weight(step, person)
        if weight is None:
            continue
        if not is_number(weight) or weight < 0:
            _stop(people, _without_weight(step, person.frame))
            return Fraction(0)
        sharing.append((person, weight))
    total = exact_sum([weight for _, weight in sharing])
    if total == 0:
        _note_nobody(step, people, rest)
        return Fraction(0)
    if together:
        amounts = [rest * weight / total for _, weight in sharing]
    else:
        amounts = _in_units(step, rest, sharing)
    for (person, weight), amount in zip(sharing, amounts, strict=True):
        _add_share(step, person, (weight, amount), (rest, total), together=together)
    return exact_sum(amounts)


def _weight(step: Step, person: _Person) -> Value | None:
    """What somebody shares by; None for whom the step is not, or for whom that is open."""
    assert step.by is not None
    return person.frame.value(step.by) if _belongs(step, person) is True else None


def _without_weight(step: Step, frame: Frame) -> str:
    return f"{frame.subject} 的“{step.title}”依据还缺，分值算不出来"


def _note_nobody(step: Step, people: list[_Person], rest: Fraction) -> None:
    for person in people if rest else ():
        person.flags = (f"“{step.title}”没有可以分配的人，余额 {shown(rest)} 元没有分出",)


def _add_share(
    step: Step,
    person: _Person,
    share: tuple[Fraction, Fraction],
    whole: tuple[Fraction, Fraction],
    *,
    together: bool,
) -> None:
    """The line of somebody's `share` (weight and amount) of the `whole` (rest and all weights)."""
    (weight, amount), (rest, total) = share, whole
    text = ""
    if person.said:
        text = f"{shown(rest)} ÷ {shown(total)} × {shown(weight)}"
        text += "" if together else _topped_up(step, amount, rest * weight / total)
    rows = person.frame.rows_used()
    person.lines.append(Line(step.title, amount, text, step.clauses, rows, step.id))


def _in_units(
    step: Step, rest: Fraction, sharing: list[tuple[_Person, Fraction]]
) -> list[Fraction]:
    """Whole fen (or 角, 元) that use up `rest`; ties to the better score, then the earlier id."""
    per_yuan = PER_YUAN[step.to]
    weights = [weight for _, weight in sharing]
    scores = in_common_units(weights)
    order = sorted(range(len(sharing)), key=lambda at: (-scores[at], sharing[at][0].frame.subject))
    total = exact_sum(weights)
    if step.remainder == "best":
        units = [(rest * weight / total * per_yuan).__floor__() for weight in weights]
    else:
        units = largest_remainder((rest * per_yuan).__floor__(), weights, order=order)
    amounts = [Fraction(unit, per_yuan) for unit in units]
    left = (rest - exact_sum(amounts)) * FEN
    amounts[order[0]] += Fraction(left.__floor__(), FEN)
    return amounts


def _topped_up(step: Step, amount: Fraction, unrounded: Fraction) -> str:
    """The words for what the rounding has added to somebody's share."""
    per_yuan = PER_YUAN[step.to]
    added = amount - Fraction((unrounded * per_yuan).__floor__(), per_yuan)
    if not added:
        return ""
    why = "余数归得分最高者" if step.remainder == "best" else "按最大余数"
    return f"，{why}补 {shown(added)} 元"


def _round_together(people: list[_Person], paid: Fraction) -> None:
    """One largest remainder over everybody's exact total; the difference is a line of its own."""
    exact = [_total(person) for person in people]
    if paid <= 0 or any(one.trouble for one in people):
        return
    order = sorted(range(len(people)), key=lambda at: (-exact[at], people[at].frame.subject))
    parts = largest_remainder(round_half_up_to_int(paid * FEN), exact, order=order)
    for person, part in zip(people, parts, strict=True):
        _add_rounding(person, Fraction(part, FEN))


def _add_rounding(person: _Person, rounded: Fraction) -> None:
    difference = rounded - _total(person)
    if difference:
        person.lines.append(Line("化整到分", difference, "全体一并按最大余数化整"))


def _belongs(step: Step, person: _Person) -> Value:
    who: Value = True if step.who is None else person.frame.value(step.who)
    if not is_known(who):
        _miss(person, step, who)
    return who


def _miss(person: _Person, step: Step, value: Value) -> None:
    why = value.why if isinstance(value, Missing) else "不适用"
    person.trouble = person.trouble or f"“{step.title}”：{why}"
    person.lines.append(Line(step.title, value, "", step.clauses, item=step.id))


def _stop(people: list[_Person], why: str) -> None:
    for person in people:
        person.trouble = person.trouble or why


def _total(person: _Person) -> Fraction:
    return exact_sum([line.value for line in person.lines if is_number(line.value)])


def _outcome(spec: Pay, person: _Person) -> Outcome:
    lines = tuple(person.lines)
    columns: dict[str, Value] = {step.id: Fraction(0) for step in spec.take}
    for line in lines:
        if line.item:
            columns[line.item] = line.value
    total = _total(person)
    lines = tuple(
        Line(line.label, line.value, line.text, line.clauses, line.rows) for line in lines
    )
    if person.trouble:
        missing: dict[str, Value] = dict.fromkeys(columns, Missing(person.trouble))
        return Outcome(Missing(person.trouble), lines, columns=missing)
    text = " + ".join(shown(line.value) for line in lines)
    return Outcome(total, lines, text, person.flags, adds_up=True, columns=columns)
