"""`pay`: a sum of money shared out to the fen, as a waterfall of named steps.

Each step of `take` goes to those for whom `who` holds: a fixed `amount`, or what is then left in
proportion to `by`. Inside `amount`, `rest` is what the steps before have left and `heads` the
number of people for whom the pay's `heads` holds. Fixed amounts are rounded half up to the fen; the
shares of a proportional step by largest remainder, so that they use up the rest exactly (D8).
`rounding: together` keeps fixed amounts exact and rounds everything in one largest remainder.

Error bound: 0, money is counted in whole fen and shared out by whole divisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from kaocheng.engine.columnar import numbers
from kaocheng.engine.columnar.cells import (
    Cell,
    by_case,
    guarded,
    less,
    literal,
    missing,
    number,
)
from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.nodes import (
    FALSE,
    ONE,
    TRUE,
    ZERO,
    Node,
    SortKey,
    any_of,
    both,
    case,
    is_null,
    negated,
    op,
)
from kaocheng.engine.columnar.numbers import Num
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import (
    CLAUSE,
    Clause,
    Expression,
    Identifier,
    Key,
    ListOf,
    OneOf,
    Record,
    Setting,
    SettingValue,
    Text,
)
from kaocheng.engine.language.types import BOOLEAN, NUMBER, Type
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, number_type
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.trace import Line, Outcome, shown
from kaocheng.engine.values import Missing, Value, is_known, is_number
from kaocheng.methods.shares import (
    exact_sum,
    in_common_units,
    largest_remainder,
    round_half_up_to_int,
    rounded_half_up,
)

FEN = 100
_PER_YUAN = {"fen": FEN, "jiao": 10, "yuan": 1}
SPECIAL: Mapping[str, tuple[Type, str]] = {
    "rest": (NUMBER, "余额"),
    "heads": (NUMBER, "参加分配人数"),
}

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Step:
    id: str
    title: str
    place: Place
    who: Expr | None = None
    amount: Expr | None = None
    by: Expr | None = None
    to: str = "fen"
    remainder: str = "spread"
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Pay:
    pool: Expr
    take: tuple[Step, ...]
    place: Place
    within: Expr | None = None
    heads: Expr | None = None
    rounding: SettingValue | None = None


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


def _slots(item: Item) -> Iterable[Slot]:
    spec = _spec(item)
    yield Slot(spec.pool)
    if spec.within is not None:
        yield Slot(spec.within, None)
    if spec.heads is not None:
        yield Slot(spec.heads, BOOLEAN)
    for step in spec.take:
        if step.who is not None:
            yield Slot(step.who, BOOLEAN)
        if step.amount is not None:
            yield Slot(step.amount, special=SPECIAL)
        if step.by is not None:
            yield Slot(step.by)


def _check(item: Item, problems: Problems) -> None:
    for step in _spec(item).take:
        if (step.amount is None) == (step.by is None):
            why = f"“{step.title}”写 amount（固定金额）或 by（按什么比例），二者取一"
            problems.add("S30", step.place, title=item.title, why=why, page="pay")


def _outcomes(item: Item, frames: Sequence[Frame], asked: Sequence[Frame]) -> list[Outcome]:
    spec = _spec(item)
    groups: dict[Value, list[_Person]] = {}
    said = {id(frame) for frame in asked}
    people = [_Person(frame, [], id(frame) in said) for frame in frames]
    for person in people:
        group: Value = "" if spec.within is None else person.frame.value(spec.within)
        groups.setdefault(group, []).append(person)
    for group, members in groups.items():
        if is_known(group):
            _share_out(spec, members)
        else:
            for person in members:
                person.trouble = "不知道属于哪个范围"
    found = {id(one.frame): _outcome(spec, one) for one in people if one.said}
    return [found[id(frame)] for frame in asked]


def _share_out(spec: Pay, people: list[_Person]) -> None:
    pool = _pool(spec, people)
    if not is_number(pool):
        why = pool.why if isinstance(pool, Missing) else "总量不适用"
        _stop(people, why)
        return
    if pool < 0:
        _stop(people, f"总量是 {shown(pool)} 元，不能分配负数")
        return
    heads = _heads(spec, people)
    if not isinstance(heads, int):
        _stop(people, heads.why)
        return
    together = spec.rounding is not None and people[0].frame.setting(spec.rounding) == "together"
    rest = pool
    for step in spec.take:
        if step.amount is not None:
            rest -= _fixed(step, people, rest, heads, together=together)
        else:
            rest -= _proportional(step, people, rest, together=together)
        unsettled = next((one for one in people if one.trouble), None)
        if unsettled is not None:  # what is left for the others is then unknown too
            _stop(people, f"{unsettled.frame.subject}：{unsettled.trouble}")
            return
        if rest < 0:
            _stop(people, f"到“{step.title}”为止已超出总量 {shown(-rest)} 元")
            return
    if together:
        _round_together(people, pool - rest)


def _pool(spec: Pay, people: list[_Person]) -> Value:
    """The one pool that everybody of the group names."""
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
    assert step.by is not None
    sharing: list[tuple[_Person, Fraction]] = []
    for person in people:
        if _belongs(step, person) is not True:
            continue
        weight = person.frame.value(step.by)
        if not is_number(weight) or weight < 0:
            _stop(people, f"{person.frame.subject} 的“{step.title}”依据还缺，分值算不出来")
            return Fraction(0)
        sharing.append((person, weight))
    total = exact_sum([weight for _, weight in sharing])
    if total == 0:
        for person in people if rest else ():
            person.flags = (f"“{step.title}”没有可以分配的人，余额 {shown(rest)} 元没有分出",)
        return Fraction(0)
    if together:
        amounts = [rest * weight / total for _, weight in sharing]
    else:
        amounts = _in_units(step, rest, sharing)
    for (person, weight), amount in zip(sharing, amounts, strict=True):
        text = ""
        if person.said:
            text = f"{shown(rest)} ÷ {shown(total)} × {shown(weight)}"
            text += "" if together else _topped_up(step, amount, rest * weight / total)
        rows = person.frame.rows_used()
        person.lines.append(Line(step.title, amount, text, step.clauses, rows, step.id))
    return exact_sum(amounts)


def _in_units(
    step: Step, rest: Fraction, sharing: list[tuple[_Person, Fraction]]
) -> list[Fraction]:
    """Whole fen (or 角, 元) that use up `rest`; ties to the better score, then the earlier id."""
    per_yuan = _PER_YUAN[step.to]
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
    per_yuan = _PER_YUAN[step.to]
    added = amount - Fraction((unrounded * per_yuan).__floor__(), per_yuan)
    if not added:
        return ""
    why = "余数归得分最高者" if step.remainder == "best" else "按最大余数"
    return f"，{why}补 {shown(added)} 元"


def _round_together(people: list[_Person], paid: Fraction) -> None:
    """One largest remainder over everybody's exact total; the difference is a line of its own."""
    exact = [sum((_amount(line) for line in one.lines), Fraction(0)) for one in people]
    if paid <= 0 or any(one.trouble for one in people):
        return
    order = sorted(range(len(people)), key=lambda at: (-exact[at], people[at].frame.subject))
    parts = largest_remainder(round_half_up_to_int(paid * FEN), exact, order=order)
    for person, amount, part in zip(people, exact, parts, strict=True):
        difference = Fraction(part, FEN) - amount
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


def _amount(line: Line) -> Fraction:
    return line.value if is_number(line.value) else Fraction(0)


def _outcome(spec: Pay, person: _Person) -> Outcome:
    lines = tuple(person.lines)
    columns: dict[str, Value] = {step.id: Fraction(0) for step in spec.take}
    for line in lines:
        if line.item:
            columns[line.item] = line.value
    total = sum((_amount(line) for line in lines), Fraction(0))
    lines = tuple(
        Line(line.label, line.value, line.text, line.clauses, line.rows) for line in lines
    )
    if person.trouble:
        missing: dict[str, Value] = dict.fromkeys(columns, Missing(person.trouble))
        return Outcome(Missing(person.trouble), lines, columns=missing)
    text = " + ".join(shown(line.value) for line in lines)
    return Outcome(total, lines, text, person.flags, adds_up=True, columns=columns)


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
    group = None if spec.within is None else low.keep("within", low.value(spec.within))
    within = [low.asked, *([] if group is None else [low.key(group)])]
    pool, unlike = _pool_of_all(low.value(spec.pool), within, low)
    pool = low.keep("pool", _not_negative(pool))
    heads = literal(value=True) if spec.heads is None else low.value(spec.heads)
    stop = any_of(unlike, negated(pool.known), low.somewhere(heads.missing, within))
    counted = low.number_of(heads.true, within)
    together = spec.rounding is not None and low.setting(spec.rounding) == "together"
    water = _Waterfall(low, within, number(counted), together)
    rest = low.kept_number("rest", pool.number)
    columns: dict[str, Cell] = {}
    for step in spec.take:
        if step.amount is not None:
            paid, trouble = water.fixed(step, rest)
            rest = low.kept_number("rest", numbers.added(rest, numbers.minus(water.paid(paid))))
            left = _not_negative(number(rest))
            short = both(negated(is_null(rest.node)), negated(left.known))
            stop = low.let("stop", any_of(stop, trouble, short))
            rest = low.kept_number("rest", left.number)
        else:
            paid, trouble = water.proportional(step, rest)
            stop = any_of(stop, trouble)
            rest = low.kept_number("rest", water.left_over(rest))
        columns[step.id] = number(paid)
    paid_all = water.of_everybody([one.number for one in columns.values()])
    if together:
        spent = numbers.added(pool.number, numbers.minus(rest))
        paid_all = water.rounded_together(paid_all, replace(spent, low=0), stop)
    value = by_case([(stop, missing(NUMBER))], number(paid_all))
    columns = {name: by_case([(stop, missing(NUMBER))], one) for name, one in columns.items()}
    if group is not None:
        unknown = negated(group.known)
        value = by_case([(unknown, missing(NUMBER))], value)
        columns = {
            name: by_case([(unknown, missing(NUMBER))], one) for name, one in columns.items()
        }
        stop = any_of(stop, unknown)
    flags = [replace(flag, when=both(negated(stop), flag.when)) for flag in water.last_flags()]
    return Lowered(value, flags, columns)


def _pool_of_all(pool: Cell, within: list[Node], low: Lowering) -> tuple[Cell, Node]:
    """The one pool that everybody of the group names, and where they do not name one."""
    pool = low.keep("pool", pool)
    nodes = [pool.node, pool.na, pool.number.over]
    if all(low.planner.chain.settled_by(one, within) for one in nodes):
        return pool, FALSE
    unlike = low.somewhere(negated(pool.known), within)
    ends = [low.window(name, [pool.node], within) for name in ("min", "max")]
    over = pool.number.over
    if over != ONE:
        overs = [low.window(name, [over], within) for name in ("min", "max")]
        over = overs[0]
        low.unsure(op("<>", *overs))
    same = replace(pool.number, node=ends[0], over=over)
    found = replace(pool, node=ends[0], num=same, na=FALSE, const=None, low=None, gap=None)
    return found, any_of(unlike, op("holds", op("<>", *ends)))


def _not_negative(cell: Cell) -> Cell:
    """The number, missing where it is below 0."""
    if cell.number.low >= 0:
        return cell
    found = guarded(cell, op("holds", less("<", cell, literal(Fraction(0)))))
    num = replace(found.number, low=0, high=max(0, found.number.high), span=None)
    return replace(found, num=num)


@dataclass
class _Waterfall:
    """The steps of a pay in columns; each gives amounts per person and where the pay stops."""

    low: Lowering
    within: list[Node]
    heads: Cell
    together: bool
    flags: list[Flag] = field(default_factory=list)
    shared_out: list[tuple[Node, Num]] = field(default_factory=list)

    def fixed(self, step: Step, rest: Num) -> tuple[Num, Node]:
        """A fixed amount each, half up to the fen unless everything is rounded together."""
        assert step.amount is not None
        special = {"rest": number(rest), "heads": self.heads}
        amount = _not_negative(self.low.value(step.amount, special=special))
        amount = self.low.keep("amount", amount)
        who, unclear = self._who(step)
        trouble = self.low.somewhere(any_of(unclear, both(who, negated(amount.known))), self.within)
        exact = amount.number if self.together else numbers.rounded(amount.number, 2)
        paid = numbers.chosen([(both(who, amount.known), exact)], numbers.constant(Fraction(0)))
        return self.low.kept_number("paid", paid), trouble

    def proportional(self, step: Step, rest: Num) -> tuple[Num, Node]:
        """What is left, in proportion; in whole units by largest remainder."""
        assert step.by is not None
        low = self.low
        weight = low.keep("weight", low.value(step.by))
        who, unclear = self._who(step)
        negative: Node = FALSE
        if weight.number.low < 0:
            negative = op("holds", less("<", weight, literal(Fraction(0))))
        broken = any_of(unclear, both(who, any_of(negated(weight.known), negative)))
        trouble = low.somewhere(broken, self.within)
        zero = numbers.constant(Fraction(0))
        sound = both(who, weight.known, negated(negative))
        counted = numbers.chosen([(sound, weight.number)], zero)
        counted = low.kept_number("share", replace(counted, low=0, high=max(0, counted.high)))
        whole_share = low.added_up(counted, self.within)
        counted = replace(counted, over=whole_share.over)  # the same, or the reference decides
        nobody = low.let("nobody", op("=", whole_share.node, ZERO))
        self._note_nobody(step, rest, nobody)
        shared = numbers.divided(counted, whole_share)
        if self.together:
            paid = numbers.multiplied(rest, shared)
            paid = numbers.chosen([(negated(nobody), paid)], zero)
        else:
            units = self._units(step, rest, counted, whole_share, sound)
            paid = numbers.chosen([(both(sound, negated(nobody)), units)], zero)
        paid = low.kept_number("paid", paid)
        self.shared_out.append((negated(nobody), paid))
        return paid, trouble

    def left_over(self, rest: Num) -> Num:
        """What a proportional step leaves: nothing (below a fen), or all where nobody shares."""
        somebody, _ = self.shared_out[-1]
        zero = numbers.constant(Fraction(0))
        left = zero
        if not self.together and (rest.over != ONE or FEN % rest.den):
            in_fen = numbers.multiplied(rest, numbers.constant(Fraction(FEN)))
            whole_fen = replace(numbers.floor_of(in_fen), den=FEN)
            left = numbers.added(rest, numbers.minus(whole_fen))
            left = replace(left, low=0, high=max(0, left.den * left.most_over))
        return numbers.chosen([(somebody, left)], rest)

    def of_everybody(self, steps: Sequence[Num]) -> Num:
        """What each gets of all steps.

        Exact shares are of one step only, the first that finds somebody, for it leaves nothing.
        """
        zero = numbers.constant(Fraction(0))
        if not self.together or len(self.shared_out) < 2:
            return reduce(numbers.added, steps)
        shares = [paid for _, paid in self.shared_out]
        fixed = [one for one in steps if not any(one is share for share in shares)]
        return reduce(numbers.added, fixed, numbers.chosen(self.shared_out, zero))

    def _units(self, step: Step, rest: Num, share: Num, whole_share: Num, sound: Node) -> Num:
        """Whole fen, jiao or yuan; the rest below a unit goes to the best score."""
        low, per_yuan = self.low, _PER_YUAN[step.to]
        sharing = [*self.within, low.let("sharing", sound)]
        share, whole_share = numbers.aligned(share, whole_share)
        top, bottom = replace(share, den=1, over=ONE, most_over=1), whole_share
        bottom = replace(bottom, den=1, over=ONE, most_over=1, low=1, high=max(1, bottom.high))
        bottom = replace(bottom, node=op("nullif", bottom.node, ZERO))
        in_units = numbers.multiplied(rest, numbers.constant(Fraction(per_yuan)))
        score, first = SortKey(share.node, down=True), SortKey(low.order)
        if step.remainder == "best":
            exact = numbers.multiplied(in_units, top)
            below = numbers.multiplied(numbers.denominator_of(exact), bottom)
            parts = numbers.floored(numbers.bare(exact), below)
            parts = low.kept_number("part", parts)
            places = low.window("row_number", [], sharing, [score, first])
        else:
            available = low.kept_number("units", numbers.floor_of(in_units))
            exact = numbers.multiplied(available, top)
            parts = numbers.floored(exact, bottom, most=available.high)
            parts = low.kept_number("part", parts)
            over = low.let("over", numbers.remainder(exact, bottom))
            given = low.added_up(parts, sharing, most=available.high)
            left = op("-", available.node, given.node)
            places = low.window("row_number", [], sharing, [SortKey(over, down=True), score, first])
            extra = case([(op("<=", places, left), ONE)], ZERO)
            parts = numbers.added(parts, numbers.whole(extra, 0, 1))
            parts = low.kept_number("topped", parts)
            places = low.window("row_number", [], sharing, [score, first])
        amounts = replace(parts, den=per_yuan)
        spent = low.added_up(amounts, sharing)
        left_fen = numbers.floor_of(
            numbers.multiplied(
                numbers.added(rest, numbers.minus(spent)), numbers.constant(Fraction(FEN))
            )
        )
        if left_fen.high <= 0 or (per_yuan == FEN and step.remainder != "best"):
            return amounts
        best = op("=", places, ONE)
        gift = numbers.chosen([(best, left_fen)], numbers.constant(Fraction(0)))
        return numbers.added(amounts, replace(gift, den=gift.den * FEN))

    def _who(self, step: Step) -> tuple[Node, Node]:
        """Who belongs to a step, and for whom that is open."""
        if step.who is None:
            return TRUE, FALSE
        who = self.low.keep("who", self.low.value(step.who))
        return who.true, negated(who.known)

    def _note_nobody(self, step: Step, rest: Num, nobody: Node) -> None:
        left = op("holds", numbers.compared("<>", rest, numbers.constant(Fraction(0))))
        text = f"“{step.title}”没有可以分配的人，余额 {{}} 元没有分出"
        when = self.low.let("nobody", both(self.low.asked, nobody, left))
        self.flags.append(Flag(when, text, (number(rest),)))

    def last_flags(self) -> list[Flag]:
        """Only the last of the steps that found nobody is said."""
        found: list[Flag] = []
        later: Node = FALSE
        for flag in reversed(self.flags):
            found.insert(0, replace(flag, when=both(flag.when, negated(later))))
            later = any_of(later, flag.when)
        return found

    def paid(self, amounts: Num) -> Num:
        return self.low.added_up(amounts, self.within)

    def rounded_together(self, exact: Num, every: Num, stop: Node) -> Num:
        """One largest remainder over everybody's exact total; `every` is their sum."""
        low = self.low
        exact, every = low.kept_number("exact", exact), low.kept_number("every", every)
        units = low.kept_number("units", numbers.rounded(every, 2))
        positive = op("holds", less(">", number(every), literal(Fraction(0))))
        top, bottom = numbers.aligned(exact, every)
        below = replace(numbers.bare(bottom), low=1, high=max(1, bottom.high))
        below = replace(below, node=op("nullif", below.node, ZERO))
        product = numbers.multiplied(replace(units, den=1), numbers.bare(top))
        parts = low.kept_number("part", numbers.floored(product, below, most=units.high))
        over = low.let("over", numbers.remainder(product, below))
        given = low.added_up(parts, self.within, most=units.high)
        left = op("-", units.node, given.node)
        keys = [SortKey(over, down=True), SortKey(top.node, down=True), SortKey(low.order)]
        places = low.window("row_number", [], self.within, keys)
        extra = case([(op("<=", places, left), ONE)], ZERO)
        rounded = replace(numbers.added(parts, numbers.whole(extra, 0, 1)), den=FEN)
        zero = numbers.constant(Fraction(0))  # no amount is below 0: of nothing all have nothing
        return numbers.chosen([(both(positive, negated(stop)), rounded)], zero)


def _spec(item: Item) -> Pay:
    assert isinstance(item.spec, Pay)
    return item.spec


STEP = Record(
    Step,
    {
        "id": Key(Identifier(), "名称", required=True),
        "title": Key(Text(100), "中文名称", required=True),
        "who": Key(Expression(), "发给谁，默认全体"),
        "amount": Key(Expression(), "固定金额；可用 rest（余额）、heads（参加分配人数）"),
        "by": Key(Expression(), "余额按什么比例分配"),
        "to": Key(
            OneOf({"fen": "到分", "jiao": "到角", "yuan": "到元"}), "分配到哪一位", default="fen"
        ),
        "remainder": Key(
            OneOf({"spread": "余数按最大余数逐份补", "best": "余数归得分最高者"}),
            "余数归谁",
            default="spread",
        ),
        "clause": CLAUSE,
    },
)

PAY = Mechanism(
    key="pay",
    title="绩效工资分配",
    shape=Record(
        Pay,
        {
            "pool": Key(Expression(), "总量（元）", required=True),
            "within": Key(Expression(), "在哪个范围内分配，如 school；不写为全体"),
            "heads": Key(Expression(), "哪些人算参加分配人数，默认全体"),
            "take": Key(ListOf(STEP), "各步，按先后", required=True),
            "rounding": Key(
                Setting({"each": "固定金额先各自四舍五入到分", "together": "全体一并化整"}),
                "化整方式，默认 each",
            ),
        },
    ),
    slots=_slots,
    type_of=number_type,
    outcomes=_outcomes,
    within=lambda item: _spec(item).within,
    lower=_lower,
    check=_check,
    settings=lambda item: [one for one in (_spec(item).rounding,) if one is not None],
)
