"""`seats`: how many may have a grade (比例控制、强制分布、名额、补足).

`shares` spreads a whole group over grades by largest remainder (D8): 10 people at 30/50/10/7/3 %
are 3, 5, 1, 1, 0. `take` gives one grade to the best (or, `order: lowest`, the last) of those who
may have it: `at_most` a share of the base, rounded down, or `fill_to` a share, rounded up, counting
those already `filled` (D9).

Seats go to the better score, then by `then_by`, then to the earlier id (with `order: lowest` to
the later one). Everybody whom a cut line divides from an equal is flagged. `ties: leave_out` gives
a tied group that no longer fits the worse grade as a whole. A missing score is ranked with what it
has so far (0 where nothing is known), so that the others see where they stand; its own grade stays
missing, and every seat is flagged as provisional (D18).

Error bound: 0, places are whole numbers and equal keys mean equal scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from kaocheng.engine.columnar import numbers
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
from kaocheng.engine.expressions.tree import Expr, Literal
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import (
    Expression,
    Key,
    ListOf,
    MapOf,
    OneOf,
    Record,
    Setting,
    SettingValue,
    Text,
)
from kaocheng.engine.language.types import BOOLEAN, NUMBER, TEXT, Type
from kaocheng.engine.mechanisms.mechanism import Frame, Mechanism, Slot, TypeOf
from kaocheng.engine.mechanisms.standing import (
    TIE_WORDS,
    Standing,
    ends_of_ties,
    in_order,
    provisional,
    stand,
)
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.trace import Line, Outcome, shown
from kaocheng.engine.values import Missing, NotApplicable, Value, is_known, is_number
from kaocheng.methods.shares import SeatRounding, largest_remainder, seat_limit

if TYPE_CHECKING:
    from kaocheng.engine.columnar.lowering import Lowering


@dataclass(frozen=True)
class Take:
    """One grade with a limited or a required number of seats."""

    place: Place
    grade: str = ""
    at_most: Expr | None = None
    fill_to: Expr | None = None
    number: Expr | None = None
    rounding: SettingValue | None = None
    at_least: Expr | None = None
    filled: Expr | None = None


@dataclass(frozen=True)
class Seats:
    rank: Expr
    place: Place
    within: Expr | None = None
    then_by: tuple[Expr, ...] = ()
    order: str = "highest"
    among: Expr | None = None
    base: Expr | None = None
    shares: Mapping[str, Expr] = field(default_factory=dict)
    take: Take | None = None
    otherwise: Expr | None = None
    ties: SettingValue | None = None


def _slots(item: Item) -> Iterable[Slot]:
    spec = _spec(item)
    for expr in (spec.rank, *spec.then_by, *spec.shares.values()):
        yield Slot(expr)
    given: list[tuple[Expr | None, Type | None]] = [
        (spec.within, None),
        (spec.among, BOOLEAN),
        (spec.base, BOOLEAN),
    ]
    if spec.take is not None:
        limits = (spec.take.at_most, spec.take.fill_to, spec.take.number, spec.take.at_least)
        given.extend((limit, NUMBER) for limit in limits)
        given.append((spec.take.filled, BOOLEAN))
    for written, want in given:
        if written is not None:
            yield Slot(written, want)
    if spec.otherwise is not None:
        yield Slot(spec.otherwise, None, gives=True)


def _settings(item: Item) -> Iterable[SettingValue]:
    spec = _spec(item)
    rounding = None if spec.take is None else spec.take.rounding
    return [one for one in (spec.ties, rounding) if one is not None]


def _type_of(item: Item, type_of: TypeOf) -> Type:
    spec = _spec(item)
    if spec.take is None:
        return Type("scale", tuple(spec.shares))
    if not spec.take.grade:
        return BOOLEAN
    rest = TEXT if spec.otherwise is None else type_of(spec.otherwise)
    if not rest.options:
        return TEXT
    better = (spec.take.grade, *rest.options)
    if spec.order == "lowest":
        better = (*rest.options, spec.take.grade)
    return Type("scale", tuple(dict.fromkeys(better)))


def _check(item: Item, problems: Problems) -> None:
    spec = _spec(item)
    if bool(spec.shares) == (spec.take is not None):
        why = "写 shares（各等级比例）或 take（一个等级的名额），二者取一"
        problems.add("S30", item.place, title=item.title, why=why, page="seats")
    known = {
        grade: share.tree.value
        for grade, share in spec.shares.items()
        if isinstance(share.tree, Literal) and is_number(share.tree.value)
    }
    for grade, share in known.items():
        if not 0 <= share <= 1:
            why = f"“{grade}”的比例是 {shown(share * 100)}%"
            problems.add("S27", spec.shares[grade].place, why=why)
    if spec.shares and len(known) == len(spec.shares) and sum(known.values()) != 1:
        total = shown(sum(known.values(), Fraction(0)) * 100)
        problems.add("S27", item.place, why=f"各等级比例合计 {total}%，不是 100%")
    if spec.take is not None:
        _check_take(item, spec.take, problems)


def _check_take(item: Item, take: Take, problems: Problems) -> None:
    limits = [one for one in (take.at_most, take.fill_to, take.number) if one is not None]
    if len(limits) != 1:
        why = "take 里写 at_most（不超过）、fill_to（不低于）、number（几名）之一"
        problems.add("S30", take.place, title=item.title, why=why, page="seats")
    for limit in (take.at_most, take.fill_to):
        tree = None if limit is None else limit.tree
        if isinstance(tree, Literal) and is_number(tree.value) and not 0 <= tree.value <= 1:
            why = f"比例 {shown(tree.value * 100)}% 不在 0% 到 100% 之间"
            problems.add("S27", take.place, why=why)


def _outcomes(item: Item, frames: Sequence[Frame], asked: Sequence[Frame]) -> list[Outcome]:
    spec = _spec(item)
    groups: dict[Value, list[Frame]] = {}
    for frame in frames:
        group: Value = "" if spec.within is None else frame.value(spec.within)
        groups.setdefault(group, []).append(frame)
    said = {id(frame) for frame in asked}
    found: dict[int, Outcome] = {}
    for group, members in groups.items():
        found.update(_group(spec, group, members, said))
    return [found[id(frame)] for frame in asked]


def _group(spec: Seats, group: Value, members: list[Frame], said: Set[int]) -> dict[int, Outcome]:
    """The outcomes of the frames in `said`, by `id`."""
    if not is_known(group):
        return {id(frame): Outcome(group) for frame in members}
    base = [frame for frame in members if _holds(spec.base, frame)]
    among = {id(frame): _among(spec.among, frame) for frame in members}
    standing = [
        stand(frame, (spec.rank, *spec.then_by)) for frame in members if among[id(frame)] is True
    ]
    later_first = _ties(spec, standing) == "later_id"
    ordered = sorted(standing, key=lambda one: one.frame.subject, reverse=later_first)
    ordered = in_order(ordered, lowest_first=spec.order == "lowest")
    name = f"{group}：" if group else ""
    if spec.take is None:
        given = _distribute(spec, ordered, said, len(base), name)
    else:
        given = _take(spec, spec.take, ordered, said, base, name)
    missing = {id(one.frame): one.why for one in ordered if one.why}
    outcomes = {}
    for frame in members:
        at = id(frame)
        if at in said:
            outcome = given.get(at) or _rest(spec, frame, among[at])
            outcomes[at] = provisional(outcome, missing.get(at, ""), len(missing))
    return outcomes


def _distribute(
    spec: Seats, ordered: list[Standing], said: Set[int], people: int, name: str
) -> dict[int, Outcome]:
    grades = list(spec.shares)
    first = ordered[0].frame if ordered else None
    if first is None:
        return {}
    shares = [first.value(share) for share in spec.shares.values()]
    known = [share for share in shares if is_number(share) and share >= 0]
    if len(known) != len(shares) or sum(known) != 1:
        why = "各等级比例还没有定，或合计不是 100%"
        return {id(one.frame): Outcome(Missing(why)) for one in ordered}
    numbers = largest_remainder(people, known)
    listed = "、".join(f"{grade} {count}" for grade, count in zip(grades, numbers, strict=True))
    places = [grade for grade, count in zip(grades, numbers, strict=True) for _ in range(count)]
    places.extend(grades[-1:] * (len(ordered) - len(places)))
    text = f"{name}{people} 人，名额 {listed}"
    return _seat(spec, ordered, said, places, text)


def _seat(
    spec: Seats, ordered: list[Standing], said: Set[int], places: list[str], text: str
) -> dict[int, Outcome]:
    """Grades by place; a score that a cut line divides is flagged, or left out as a whole."""
    found = {}
    ties = _ties(spec, ordered)
    for at, (one, (first, last)) in enumerate(zip(ordered, ends_of_ties(ordered), strict=True)):
        if id(one.frame) not in said:
            continue
        rank = first + 1
        divided = places[first] != places[last]
        grade = places[last] if divided and ties == "leave_out" else places[at]
        how = "整组归下一等级" if ties == "leave_out" else TIE_WORDS[ties]
        flags = (f"同分处在名额线上，{how}",) if divided else ()
        words = f"{text}；{shown(one.score)} 分，第 {rank} 名"
        line = Line(grade, grade, words)
        columns = {"rank": Fraction(rank)}
        found[id(one.frame)] = Outcome(grade, (line,), words, flags, columns=columns)
    return found


def _take(
    spec: Seats,
    take: Take,
    ordered: list[Standing],
    said: Set[int],
    base: list[Frame],
    name: str,
) -> dict[int, Outcome]:
    if not ordered:
        return {}
    filled = [frame for frame in base if take.filled is not None and _holds(take.filled, frame)]
    are_filled = {id(frame) for frame in filled}
    candidates = [one for one in ordered if id(one.frame) not in are_filled]
    limit = _limit(take, ordered[0].frame, len(base), len(filled))
    if not isinstance(limit, int):
        return {id(one.frame): Outcome(limit) for one in candidates}
    cut = _cut(spec, candidates, limit)
    words = f"{name}基数 {len(base)} 人，名额 {limit} 个"
    if filled:
        words += f"（另有 {len(filled)} 人已计入）"
    ties = TIE_WORDS[_ties(spec, candidates)]
    found = {}
    for at, (one, (first, last)) in enumerate(
        zip(candidates, ends_of_ties(candidates), strict=True)
    ):
        if id(one.frame) not in said:
            continue
        rank = first + 1
        on_line = first < limit <= last
        flags = (f"同分处在名额线上，{ties}",) if on_line else ()
        text = f"{words}；{shown(one.score)} 分，第 {rank} 位"
        value: Value = _taken(take) if at < cut else _untaken(spec, one.frame)
        columns = {"rank": Fraction(rank)}
        line = Line(shown(value), value, text)
        found[id(one.frame)] = Outcome(value, (line,), text, flags, columns=columns)
    return found


def _cut(spec: Seats, candidates: list[Standing], limit: int) -> int:
    """How many candidates get a seat; tied groups are left out whole where the scheme says so."""
    cut = min(limit, len(candidates))
    if _ties(spec, candidates) == "leave_out" and 0 < cut < len(candidates):
        while cut and candidates[cut - 1].key == candidates[limit].key:
            cut -= 1
    return cut


def _limit(take: Take, frame: Frame, people: int, filled: int) -> int | Value:
    expr = take.at_most or take.fill_to or take.number
    assert expr is not None
    share = frame.value(expr)
    if not is_number(share):
        return share
    if take.number is not None:
        return max(0, int(share))
    if not 0 <= share <= 1:
        return Missing(f"比例 {shown(share * 100)}% 不在 0% 到 100% 之间")
    rounding: SeatRounding = "ceil" if take.fill_to is not None else "floor"
    if take.rounding is not None:
        rounding = _ROUNDINGS[frame.setting(take.rounding)]
    least: Value = Fraction(0) if take.at_least is None else frame.value(take.at_least)
    if not is_number(least):
        return least
    return max(int(least), seat_limit(share, people, rounding=rounding) - filled)


_ROUNDINGS: dict[str, SeatRounding] = {"floor": "floor", "ceil": "ceil", "half_up": "half_up"}


def _rest(spec: Seats, frame: Frame, among: Value) -> Outcome:
    """Those who stood no chance: not among the candidates, or already counted as filled."""
    if isinstance(among, Missing):
        return Outcome(among)
    if spec.take is None:
        return Outcome(NotApplicable("不参加排名"))
    value = _untaken(spec, frame)
    return Outcome(value, text="不在备选之列")


def _taken(take: Take) -> Value:
    return take.grade or True


def _untaken(spec: Seats, frame: Frame) -> Value:
    if spec.otherwise is not None:
        return frame.value(spec.otherwise)
    return NotApplicable("没有名额") if spec.take is not None and spec.take.grade else False


def _ties(spec: Seats, standing: list[Standing]) -> str:
    """What decides between equals: as the scheme says, else by the kind of seats (D8)."""
    if spec.ties is not None and standing:
        return standing[0].frame.setting(spec.ties)
    if spec.order == "lowest":
        return "later_id"
    ceiling = spec.take is not None and spec.take.at_most is not None
    return "leave_out" if ceiling else "earlier_id"


def _holds(expr: Expr | None, frame: Frame) -> bool:
    return expr is None or frame.value(expr) is True


def _among(expr: Expr | None, frame: Frame) -> Value:
    return True if expr is None else frame.value(expr)


def _lower(item: Item, low: Lowering) -> Lowered:
    spec = _spec(item)
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
    if spec.take is None:
        found, flags, placed = _lowered_shares(spec, ranking, people, low)
        rest = not_applicable(type_)
    else:
        rest = _lowered_rest(spec, type_, low)
        number_filled = low.number_of(filled, within) if filled != FALSE else whole(ZERO, 0, 0)
        found, flags, placed = _lowered_take(spec, ranking, (people, number_filled), rest, low)
    found = low.by_case(
        [(candidate, found), (blank_where(among.missing, stands), missing(type_))], rest
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
    return Lowered(value, flags, {"rank": rank})


def blank_where(missing_: Node, stands: Node) -> Node:
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
    first: Callable[[Expr], Cell]

    @classmethod
    def of(
        cls, spec: Seats, low: Lowering, within: list[Node], candidate: Node, stands: Node
    ) -> _Ranking:
        scores = [low.value(expr) for expr in (spec.rank, *spec.then_by)]
        lacks = low.let("lacks", any_of(*(negated(score.known) for score in scores)))
        down = spec.order == "highest"
        keys = [
            SortKey(low.let("key", numbers.sort_key(_standing_of(score)).node), down)
            for score in scores
        ]
        last_first = SortKey(low.order, _ties_of(spec, low) == "later_id")
        partition = [*within, candidate]
        most = low.most_rows
        at = low.window("row_number", [], partition, [*keys, last_first])
        rank = low.window("rank", [], partition, keys)
        last = low.window("count", [], partition, keys)  # up to the last of the equals

        def first(expr: Expr) -> Cell:
            return low.first(low.value(expr), [*within, stands], [*keys, last_first])

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
    shares = [ranking.first(share) for share in spec.shares.values()]
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
    den = numbers.denominator(common[0])
    parts = [low.let("part", numbers.floored(one, den).node) for one in common]
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
    share = ranking.first(expr)
    zero, one = literal(Fraction(0)), literal(Fraction(1))
    if take.number is not None:
        cut = number(numbers.floor_of(share.number), share)
        return apply("max", [zero, cut])
    rounding = "ceil" if take.fill_to is not None else "floor"
    if take.rounding is not None:
        rounding = low.setting(take.rounding)
    exact = arithmetic("*", share, number(people))
    seats = {
        "floor": lambda: apply("floor", [exact]),
        "ceil": lambda: apply("ceil", [exact]),
        "half_up": lambda: apply("round", [exact, zero]),
    }[rounding]()
    least = zero if take.at_least is None else ranking.first(take.at_least)
    left = arithmetic("-", seats, number(filled))
    whole_least = number(numbers.cut_off(least.number), least)
    found = first_unknown([least], apply("max", [whole_least, left]))
    outside = op("holds", any_of(less("<", share, zero), less(">", share, one)))
    return first_unknown([share], guarded(found, outside))


def _lowered_rest(spec: Seats, type_: Type, low: Lowering) -> Cell:
    if spec.otherwise is not None:
        return low.keep("otherwise", low.typed(low.value(spec.otherwise), type_))
    if spec.take is not None and spec.take.grade:
        return not_applicable(type_)
    return literal(value=False)


def _spec(item: Item) -> Seats:
    assert isinstance(item.spec, Seats)
    return item.spec


TAKE = Record(
    Take,
    {
        "grade": Key(Text(60), "给予的等次；不写则结果为 是/否", default=""),
        "at_most": Key(Expression(), "不超过基数的百分之几（去尾）"),
        "fill_to": Key(Expression(), "补足到基数的百分之几（进一）"),
        "number": Key(Expression(), "固定几名"),
        "rounding": Key(
            Setting({"floor": "去尾", "ceil": "进一", "half_up": "四舍五入"}),
            "名额取整方式；at_most 默认去尾，fill_to 默认进一",
        ),
        "at_least": Key(Expression(), "至少几名（不足 1 名的按 1 名）"),
        "filled": Key(Expression(), "已经计入的对象"),
    },
)

SEATS = Mechanism(
    key="seats",
    title="名额与比例",
    shape=Record(
        Seats,
        {
            "rank": Key(Expression(), "按什么排序", required=True),
            "then_by": Key(ListOf(Expression()), "并列时再比什么，依次；数大的在前", default=()),
            "within": Key(Expression(), "在哪个范围内排，如 department；不写为全体"),
            "order": Key(
                OneOf({"highest": "由高到低", "lowest": "由低到高（末位）"}),
                "排序方向",
                default="highest",
            ),
            "among": Key(Expression(), "谁可以取得名额，默认全体"),
            "base": Key(Expression(), "谁计入基数，默认全体"),
            "shares": Key(MapOf(Expression(), Text(20)), "各等级的比例，由好到差", default={}),
            "take": Key(TAKE, "只定一个等次的名额"),
            "otherwise": Key(Expression(), "没有取得名额的，取什么值"),
            "ties": Key(
                Setting(
                    {"earlier_id": "同分的编号在前者先得，并提示", "leave_out": "同分的整组不取"}
                ),
                "名额线上同分时；at_most 默认 leave_out，lowest 默认 later_id，其余 earlier_id",
            ),
        },
    ),
    slots=_slots,
    type_of=_type_of,
    outcomes=_outcomes,
    within=lambda item: _spec(item).within,
    lower=_lower,
    check=_check,
    settings=_settings,
)
