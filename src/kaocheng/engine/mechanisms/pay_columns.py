"""`pay` in columns: the same waterfall, its steps shared out by whole divisions.

Error bound 0: money is counted in whole fen, and what is left over goes by exact remainders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial, reduce
from typing import TYPE_CHECKING, cast

from kaocheng.engine.columnar import numbers, rounding
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
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.types import NUMBER

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering

if TYPE_CHECKING:
    from kaocheng.engine.mechanisms.pay import Pay, Step

FEN = 100
PER_YUAN = {"fen": FEN, "jiao": 10, "yuan": 1}


def lower_pay(item: Item, low: Lowering) -> Lowered:
    spec = cast("Pay", item.spec)
    group = None if spec.within is None else low.keep("within", low.value(spec.within))
    within = [low.asked, *([] if group is None else [low.key(group)])]
    named = low.keep("pool", low.value(spec.pool))
    pool, unlike = _pool_of_all(named, within, low)
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
            water.told[f"{step.id}_left"] = partial(number, rest)
            rest = low.kept_number("rest", left.number)
        else:
            paid, trouble = water.proportional(step, rest)
            stop = any_of(stop, trouble)
            rest = low.kept_number("rest", water.left_over(rest))
            water.told[f"{step.id}_left"] = partial(number, rest)
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
    told: dict[str, Callable[[], Cell]] = {
        "first": partial(low.earliest, TRUE, within),
        "unlike": partial(_first_unlike, named, within, low),
        "heads": partial(number, counted),
        "unclear": partial(low.earliest, heads.missing, within),
        "paid": partial(number, paid_all),
        **water.told,
    }
    return Lowered(value, flags, columns, told)


def _pool_of_all(pool: Cell, within: list[Node], low: Lowering) -> tuple[Cell, Node]:
    """The one pool that everybody of the group names, and where they do not name one."""
    if _is_settled(pool, within, low):
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


def _is_settled(pool: Cell, within: list[Node], low: Lowering) -> bool:
    nodes = [pool.node, pool.na, pool.number.over]
    return all(low.planner.chain.settled_by(one, within) for one in nodes)


def _first_unlike(pool: Cell, within: list[Node], low: Lowering) -> Cell:
    """The line of the first who does not name the pool that the first of all names."""
    if _is_settled(pool, within, low):
        return missing(NUMBER)
    first = low.first(pool, within, [SortKey(low.line)])
    other = op("holds", numbers.compared("<>", pool.number, first.number))
    return low.earliest(both(first.known, any_of(negated(pool.known), other)), within)


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
    told: dict[str, Callable[[], Cell]] = field(default_factory=dict)

    def fixed(self, step: Step, rest: Num) -> tuple[Num, Node]:
        """A fixed amount each, half up to the fen unless everything is rounded together."""
        assert step.amount is not None
        special = {"rest": number(rest), "heads": self.heads}
        amount = _not_negative(self.low.value(step.amount, special=special))
        amount = self.low.keep("amount", amount)
        who, unclear = self._who(step)
        broken = any_of(unclear, both(who, negated(amount.known)))
        trouble = self.low.somewhere(broken, self.within)
        self.told[f"{step.id}_broken"] = partial(self.low.earliest, broken, self.within)
        exact = amount.number if self.together else rounding.rounded(amount.number, 2)
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
        lacking = both(who, any_of(negated(weight.known), negative))
        trouble = low.somewhere(any_of(unclear, lacking), self.within)
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
        self.told[f"{step.id}_lacking"] = partial(low.earliest, lacking, self.within)
        self.told[f"{step.id}_unclear"] = partial(low.earliest, unclear, self.within)
        self.told[f"{step.id}_total"] = partial(number, whole_share)
        self.told[f"{step.id}_amount"] = partial(number, paid)
        return paid, trouble

    def left_over(self, rest: Num) -> Num:
        """What a proportional step leaves: nothing (below a fen), or all where nobody shares."""
        somebody, _ = self.shared_out[-1]
        zero = numbers.constant(Fraction(0))
        left = zero
        if not self.together and (rest.over != ONE or FEN % rest.den):
            in_fen = numbers.multiplied(rest, numbers.constant(Fraction(FEN)))
            whole_fen = replace(rounding.floor_of(in_fen), den=FEN)
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
        low, per_yuan = self.low, PER_YUAN[step.to]
        sharing = [*self.within, low.let("sharing", sound)]
        share, whole_share = numbers.aligned(share, whole_share)
        top, bottom = replace(share, den=1, over=ONE, most_over=1), whole_share
        bottom = replace(bottom, den=1, over=ONE, most_over=1, low=1, high=max(1, bottom.high))
        bottom = replace(bottom, node=op("nullif", bottom.node, ZERO))
        in_units = numbers.multiplied(rest, numbers.constant(Fraction(per_yuan)))
        score, first = SortKey(share.node, down=True), SortKey(low.order)
        if step.remainder == "best":
            exact = numbers.multiplied(in_units, top)
            below = numbers.multiplied(rounding.denominator_of(exact), bottom)
            parts = rounding.floored(rounding.bare(exact), below)
            parts = low.kept_number("part", parts)
            places = low.window("row_number", [], sharing, [score, first])
        else:
            available = low.kept_number("units", rounding.floor_of(in_units))
            exact = numbers.multiplied(available, top)
            parts = rounding.floored(exact, bottom, most=available.high)
            parts = low.kept_number("part", parts)
            over = low.let("over", rounding.remainder(exact, bottom))
            given = low.added_up(parts, sharing, most=available.high)
            left = op("-", available.node, given.node)
            places = low.window("row_number", [], sharing, [SortKey(over, down=True), score, first])
            extra = case([(op("<=", places, left), ONE)], ZERO)
            parts = numbers.added(parts, numbers.whole(extra, 0, 1))
            parts = low.kept_number("topped", parts)
            places = low.window("row_number", [], sharing, [score, first])
        amounts = replace(parts, den=per_yuan)
        spent = low.added_up(amounts, sharing)
        left_fen = rounding.floor_of(
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
        units = low.kept_number("units", rounding.rounded(every, 2))
        positive = op("holds", less(">", number(every), literal(Fraction(0))))
        top, bottom = numbers.aligned(exact, every)
        below = replace(rounding.bare(bottom), low=1, high=max(1, bottom.high))
        below = replace(below, node=op("nullif", below.node, ZERO))
        product = numbers.multiplied(replace(units, den=1), rounding.bare(top))
        parts = low.kept_number("part", rounding.floored(product, below, most=units.high))
        over = low.let("over", rounding.remainder(product, below))
        given = low.added_up(parts, self.within, most=units.high)
        left = op("-", units.node, given.node)
        keys = [SortKey(over, down=True), SortKey(top.node, down=True), SortKey(low.order)]
        places = low.window("row_number", [], self.within, keys)
        extra = case([(op("<=", places, left), ONE)], ZERO)
        rounded = replace(numbers.added(parts, numbers.whole(extra, 0, 1)), den=FEN)
        zero = numbers.constant(Fraction(0))  # no amount is below 0: of nothing all have nothing
        return numbers.chosen([(both(positive, negated(stop)), rounded)], zero)
