"""`seats` in columns: the same places, counted by windows over each group.

Error bound 0: places are whole numbers, and scores are ordered by keys that are equal only where
the scores are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial, reduce
from typing import TYPE_CHECKING, cast

from kaocheng.engine.columnar import numbers, rounding
from kaocheng.engine.columnar.cells import (
    Cell,
    arithmetic,
    by_case,
    first_unknown,
    guarded,
    less,
    literal,
    missing,
    not_applicable,
    number,
)
from kaocheng.engine.columnar.facts import MOST_LINES
from kaocheng.engine.columnar.functions import apply
from kaocheng.engine.columnar.lowered import Flag, Lowered
from kaocheng.engine.columnar.nodes import (
    FALSE,
    ONE,
    TRUE,
    ZERO,
    Const,
    Node,
    SortKey,
    any_of,
    both,
    case,
    negated,
    op,
    total,
)
from kaocheng.engine.columnar.numbers import Num, whole
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.types import NUMBER, Type
from kaocheng.engine.mechanisms.standing import (
    TIE_WORDS,
)

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering

if TYPE_CHECKING:
    from kaocheng.engine.mechanisms.seats import Seats, Take


def lower_seats(item: Item, low: Lowering) -> Lowered:
    spec = cast("Seats", item.spec)
    group = None if spec.within is None else low.keep("within", low.value(spec.within))
    within = [low.asked, *([] if group is None else [low.key(group)])]
    among = literal(value=True) if spec.among is None else low.keep("among", low.value(spec.among))
    stands = low.let("stands", among.true)
    filled: Node = FALSE
    base = TRUE if spec.base is None else low.let("base", low.value(spec.base).true)
    if spec.take is not None and spec.take.filled is not None:
        filled = low.let("filled", both(base, low.value(spec.take.filled).true))
    candidate = low.let("candidate", both(stands, negated(filled)))
    ranking = _Ranking.of(spec, low, within, candidate, stands)
    people = low.number_of(base, within)
    type_ = low.type_of(item)
    number_filled = whole(ZERO, 0, 0)
    if spec.take is None:
        found, flags, placed = _lowered_shares(spec, ranking, people, low)
        rest = not_applicable(type_)
    else:
        rest = _lowered_rest(spec, type_, low)
        number_filled = low.number_of(filled, within) if filled != FALSE else number_filled
        found, flags, placed = _lowered_take(spec, ranking, (people, number_filled), rest, low)
    found = low.by_case(
        [(candidate, found), (_open_to(among.missing, stands), missing(type_))], rest
    )
    found = low.keep("given", found)
    lacking = low.number_of(both(stands, ranking.lacks), within)
    own, others = both(stands, ranking.lacks), op(">", lacking.node, ZERO)
    if ranking.lacks != FALSE:
        flags.append(Flag(own, "得分还缺，暂列“{}”", (found,)))
        figure = number(lacking)
        flags.append(
            Flag(both(negated(own), others), "名额暂定：有 {} 个对象的得分还缺", (figure,), (0,))
        )
    value = low.by_case([(own, missing(type_))], found)
    ranked = both(TRUE if group is None else group.known, candidate, placed)
    rank = low.by_case([(ranked, number(ranking.rank))], not_applicable(NUMBER))
    if group is not None:
        flags = [replace(flag, when=both(group.known, flag.when)) for flag in flags]
        value = first_unknown([group], value)
    told = {
        "people": people,
        "filled": number_filled,
        "lacking": lacking,
        "at": ranking.at,
        "first": ranking.rank,
        "last": replace(ranking.rank, node=ranking.last),
    }
    best = partial(ranking.first, number(whole(low.line, 0, MOST_LINES)))
    given = {name: partial(number, one) for name, one in told.items()}
    return Lowered(value, flags, {"rank": rank}, {**given, "best": best})


def _open_to(missing_: Node, stands: Node) -> Node:
    return both(missing_, negated(stands))


@dataclass(frozen=True)
class _Ranking:
    """Where everybody stands.

    `at` counts through, `rank` is shared by equals, `last` is the place of the last of them;
    `lacks` (never null): the score is not known.
    """

    at: Num
    rank: Num
    last: Node
    lacks: Node
    stands: Node
    candidate: Node
    first: Callable[[Cell], Cell]

    @classmethod
    def of(
        cls, spec: Seats, low: Lowering, within: list[Node], candidate: Node, stands: Node
    ) -> _Ranking:
        scores = [low.value(expr) for expr in (spec.rank, *spec.then_by)]
        lacks = low.let("lacks", any_of(*(negated(score.known) for score in scores)))
        down = spec.order == "highest"
        keys = [
            SortKey(low.let("key", rounding.sort_key(_standing_of(score)).node), down)
            for score in scores
        ]
        last_first = SortKey(low.order, _ties_of(spec, low) == "later_id")
        partition = [*within, candidate]
        most = low.most_rows
        at = low.window("row_number", [], partition, [*keys, last_first])
        rank = low.window("rank", [], partition, keys)
        last = low.window("count", [], partition, keys)  # up to the last of the equals

        def first(cell: Cell) -> Cell:
            return low.first(cell, [*within, stands], [*keys, last_first])

        places = (whole(at, 1, most), whole(rank, 1, most))
        return cls(*places, last, lacks, stands, candidate, first)


def _standing_of(score: Cell) -> Num:
    """The score as far as it is known: what it is at least, or 0."""
    if score.num is None:
        return whole(ZERO, 0, 0)
    zero = numbers.constant(Fraction(0))
    if score.known == TRUE:
        return score.num
    branches = [(score.known, score.num)]
    if score.low is not None:
        unknown = op("is_null", score.low.node)
        branches.append((both(score.missing, negated(unknown)), score.low))
    return numbers.chosen(branches, zero)


def _ties_of(spec: Seats, low: Lowering) -> str:
    if spec.ties is not None:
        return low.setting(spec.ties)
    if spec.order == "lowest":
        return "later_id"
    return "leave_out" if spec.take is not None and spec.take.at_most is not None else "earlier_id"


def _lowered_shares(
    spec: Seats, ranking: _Ranking, people: Num, low: Lowering
) -> tuple[Cell, list[Flag], Node]:
    """The grades, what is said of them, and where there are places at all (never null)."""
    shares = [ranking.first(low.value(share)) for share in spec.shares.values()]
    whole_share = low.keep("whole", reduce(lambda a, b: arithmetic("+", a, b), shares))
    one, zero = literal(Fraction(1)), literal(Fraction(0))
    known = both(*(share.known for share in shares))
    sound = both(
        op("holds", less("=", whole_share, one)),
        *(op("holds", less(">=", share, zero)) for share in shares),
    )
    places = _largest_remainders(people, [share.number for share in shares], low)
    upto: list[Node] = []
    for number_of in places:
        upto.append(low.let("upto", number_of if not upto else op("+", upto[-1], number_of)))

    def grade_at(place: Node) -> Node:
        last = len(upto) - 1
        cuts = [(op("<=", place, cut), Const(at)) for at, cut in enumerate(upto[:last])]
        return case(cuts, Const(last))

    grades = Type("scale", tuple(spec.shares))
    ties = _ties_of(spec, low)
    first, last = grade_at(ranking.rank.node), grade_at(ranking.last)
    divided = low.let("divided", both(known, sound, op("<>", first, last)))
    place = ranking.last if ties == "leave_out" else ranking.at.node
    found = Cell(grades, low.let("grade", grade_at(place)), coded=True)
    how = "整组归下一等级" if ties == "leave_out" else TIE_WORDS[ties]
    flag = Flag(both(low.asked, ranking.stands, divided), f"同分处在名额线上，{how}")
    placed = both(known, sound)
    return by_case([(negated(placed), missing(grades))], found), [flag], placed


def _largest_remainders(people: Num, shares: list[Num], low: Lowering) -> list[Node]:
    """How many places each share has: whole parts, then one each to the largest remainders."""
    quotas = [numbers.multiplied(people, share) for share in shares]
    common = numbers.all_aligned(quotas)
    den = rounding.denominator(common[0])
    parts = [low.let("part", rounding.floored(one, den).node) for one in common]
    rests = [
        low.let("rest", op("-", one.node, op("*", part, den.node)))
        for one, part in zip(common, parts, strict=True)
    ]
    over = low.let("over", op("-", people.node, total(parts)))
    found = []
    for at, (part, rest) in enumerate(zip(parts, rests, strict=True)):
        before = [
            case([(op(">=" if other < at else ">", rests[other], rest), ONE)], ZERO)
            for other in range(len(rests))
            if other != at
        ]
        extra = case([(op("<", total(before), over), ONE)], ZERO)
        found.append(low.let("seats", op("+", part, extra)))
    return found


def _lowered_take(
    spec: Seats, ranking: _Ranking, counted: tuple[Num, Num], rest: Cell, low: Lowering
) -> tuple[Cell, list[Flag], Node]:
    take = spec.take
    assert take is not None
    limit = low.keep("limit", _lowered_limit(take, ranking, *counted, low))
    ties = _ties_of(spec, low)
    place = ranking.last if ties == "leave_out" else ranking.at.node
    taken = op("holds", op("<=", place, limit.node))
    got = literal(take.grade or True, rest.type if take.grade else None)
    found = low.by_case(
        [(limit.missing, missing(rest.type)), (limit.na, not_applicable(rest.type)), (taken, got)],
        rest,
    )
    on_line = both(op("<=", ranking.rank.node, limit.node), op(">", ranking.last, limit.node))
    flag = Flag(
        both(low.asked, ranking.candidate, op("holds", on_line)),
        f"同分处在名额线上，{TIE_WORDS[ties]}",
    )
    return found, [flag], limit.known


def _lowered_limit(take: Take, ranking: _Ranking, people: Num, filled: Num, low: Lowering) -> Cell:
    expr = take.at_most or take.fill_to or take.number
    assert expr is not None
    share = ranking.first(low.value(expr))
    zero, one = literal(Fraction(0)), literal(Fraction(1))
    if take.number is not None:
        cut = number(rounding.floor_of(share.number), share)
        return apply("max", [zero, cut])
    way = "ceil" if take.fill_to is not None else "floor"
    if take.rounding is not None:
        way = low.setting(take.rounding)
    exact = arithmetic("*", share, number(people))
    seats = {
        "floor": lambda: apply("floor", [exact]),
        "ceil": lambda: apply("ceil", [exact]),
        "half_up": lambda: apply("round", [exact, zero]),
    }[way]()
    least = zero if take.at_least is None else ranking.first(low.value(take.at_least))
    left = arithmetic("-", seats, number(filled))
    whole_least = number(rounding.cut_off(least.number), least)
    found = first_unknown([least], apply("max", [whole_least, left]))
    outside = op("holds", any_of(less("<", share, zero), less(">", share, one)))
    return first_unknown([share], guarded(found, outside))


def _lowered_rest(spec: Seats, type_: Type, low: Lowering) -> Cell:
    if spec.otherwise is not None:
        return low.keep("otherwise", low.typed(low.value(spec.otherwise), type_))
    if spec.take is not None and spec.take.grade:
        return not_applicable(type_)
    return literal(value=False)
