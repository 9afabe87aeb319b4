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

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

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
from kaocheng.engine.mechanisms.seats_columns import lower_seats
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
    pass


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
        given = _take(spec, ordered, base, said=said, name=name)
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
    spec: Seats, ordered: list[Standing], base: list[Frame], *, said: Set[int], name: str
) -> dict[int, Outcome]:
    take = spec.take
    assert take is not None
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
        value: Value = take.grade or True if at < cut else _untaken(spec, one.frame)
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
    lower=lower_seats,
    check=_check,
    settings=_settings,
)
