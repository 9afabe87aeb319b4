"""`seats`: who gets which, and what is said of it.

A group is ranked here, or its ranking is told by a run that has kept it; the words are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, cast

from kaocheng.engine.exact import exact_text
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.mechanisms.mechanism import Frame, Told
from kaocheng.engine.mechanisms.standing import (
    TIE_WORDS,
    Standing,
    ends_of_ties,
    in_order,
    provisional,
    stand,
)
from kaocheng.engine.trace import Line, Outcome, shown
from kaocheng.engine.values import Missing, NotApplicable, Value, is_known, is_number
from kaocheng.methods.shares import SeatRounding, largest_remainder, seat_limit

if TYPE_CHECKING:
    from kaocheng.engine.mechanisms.seats import Seats, Take


@dataclass(frozen=True)
class Group:
    """What the seats of a group rest on. `best` stands first; `lacking` have no full score."""

    name: Value
    people: int
    filled: int
    lacking: int
    best: Frame

    @property
    def heading(self) -> str:
        return f"{self.name}：" if self.name else ""


@dataclass(frozen=True)
class Spot:
    """Places from 0: a candidate's own, and those of the first and the last of its equals."""

    at: int
    first: int
    last: int


@dataclass(frozen=True)
class Quota:
    """The seats of a group, and the arithmetic in words."""

    seats: int
    words: str


# What a candidate gets who stands on a spot.
Give = Callable[[Standing, Spot], Outcome]


def outcomes(item: Item, frames: Sequence[Frame], asked: Sequence[Frame]) -> list[Outcome]:
    """The outcomes of the frames in `asked`, ranked among all of `frames`."""
    spec = cast("Seats", item.spec)
    groups: dict[Value, list[Frame]] = {}
    for frame in frames:
        groups.setdefault(_group_of(spec, frame), []).append(frame)
    said = {id(frame) for frame in asked}
    found: dict[int, Outcome] = {}
    for group, members in groups.items():
        found.update(_in_group(spec, group, members, said))
    return [found[id(frame)] for frame in asked]


def _in_group(spec: Seats, name: Value, members: list[Frame], said: Set[int]) -> dict[int, Outcome]:
    """The outcomes of the frames in `said`, by `id`."""
    if not is_known(name):
        return {id(frame): Outcome(name) for frame in members}
    among = {id(frame): _among(spec, frame) for frame in members}
    standing = [stand(frame, _keys(spec)) for frame in members if among[id(frame)] is True]
    later_first = bool(standing) and _ties(spec, standing[0].frame) == "later_id"
    ordered = sorted(standing, key=lambda one: one.frame.subject, reverse=later_first)
    ordered = in_order(ordered, lowest_first=spec.order == "lowest")
    base = [frame for frame in members if _holds(spec.base, frame)]
    filled = {id(frame) for frame in base if _is_filled(spec, frame)}
    candidates = [one for one in ordered if id(one.frame) not in filled]
    spots = {
        id(one.frame): Spot(at, *ends)
        for at, (one, ends) in enumerate(zip(candidates, ends_of_ties(candidates), strict=True))
    }
    lacking = sum(bool(one.why) for one in ordered)
    best = ordered[0].frame if ordered else members[0]
    group = Group(name, len(base), len(filled), lacking, best)
    give = _giving(spec, group) if ordered else None
    by_frame = {id(one.frame): one for one in ordered}
    found = {}
    for frame in members:
        at = id(frame)
        if at in said:
            one, spot = by_frame.get(at), spots.get(at)
            if one is None or spot is None or give is None:
                outcome = _rest(spec, frame, among[at])
            else:
                outcome = give(one, spot)
            found[at] = provisional(outcome, one.why if one else "", lacking)
    return found


def outcome_told(item: Item, frame: Frame, told: Told) -> Outcome:
    """The outcome of one subject, whose place a run has kept."""
    spec = cast("Seats", item.spec)
    name = _group_of(spec, frame)
    if not is_known(name):
        return Outcome(name)
    lacking = told.count("lacking")
    among = _among(spec, frame)
    if among is not True:
        return provisional(_rest(spec, frame, among), "", lacking)
    one = stand(frame, _keys(spec))
    if _holds(spec.base, frame) and _is_filled(spec, frame):
        return provisional(_rest(spec, frame, among), one.why, lacking)
    best = told.member("best")
    assert best is not None
    group = Group(name, told.count("people"), told.count("filled"), lacking, best)
    spot = Spot(*(told.count(place) - 1 for place in ("at", "first", "last")))
    return provisional(_giving(spec, group)(one, spot), one.why, lacking)


def _giving(spec: Seats, group: Group) -> Give:
    return _sharing(spec, group) if spec.take is None else _taking(spec, spec.take, group)


def _sharing(spec: Seats, group: Group) -> Give:
    """Grades by place; a score that a cut line divides is flagged, or left out as a whole."""
    shares = [group.best.value(share) for share in spec.shares.values()]
    known = [share for share in shares if is_number(share) and share >= 0]
    if len(known) != len(shares) or sum(known) != 1:
        why = "各等级比例还没有定，或合计不是 100%"
        return lambda _one, _spot: Outcome(Missing(why))
    numbers = largest_remainder(group.people, known)
    cuts = dict(zip(spec.shares, accumulate(numbers), strict=True))
    products = [
        f"{grade} {product_words(group.people, share, count)}"
        for grade, share, count in zip(cuts, known, numbers, strict=True)
    ]
    rounding = "（按最大余数取整）" if any(ARROW in one for one in products) else ""
    words = f"{group.heading}{group.people} 人，名额 {'、'.join(products)}{rounding}"
    ties = _ties(spec, group.best)

    def grade_at(place: int) -> str:
        return next((grade for grade, cut in cuts.items() if place < cut), [*cuts][-1])

    def give(one: Standing, spot: Spot) -> Outcome:
        divided = grade_at(spot.first) != grade_at(spot.last)
        leaves_out = ties == "leave_out"
        grade = grade_at(spot.last if divided and leaves_out else spot.at)
        how = "整组归下一等级" if leaves_out else TIE_WORDS[ties]
        text = f"{words}；{shown(one.score)} 分，第 {spot.first + 1} 名"
        flags = (f"同分处在名额线上，{how}",) if divided else ()
        return _given(grade, grade, text, flags, spot)

    return give


def _taking(spec: Seats, take: Take, group: Group) -> Give:
    """The grade to as many as there are seats; where that is said, not to part of a tied group."""
    quota = _quota(take, group)
    if not isinstance(quota, Quota):
        return lambda _one, _spot: Outcome(quota)
    limit = quota.seats
    words = f"{group.heading}基数 {group.people} 人，{quota.words}名额 {limit} 个"
    if group.filled:
        words += f"（另有 {group.filled} 人已计入）"
    ties = _ties(spec, group.best)

    def give(one: Standing, spot: Spot) -> Outcome:
        has_seat = (spot.last if ties == "leave_out" else spot.at) < limit
        value: Value = take.grade or True if has_seat else _untaken(spec, one.frame)
        text = f"{words}；{shown(one.score)} 分，第 {spot.first + 1} 位"
        on_line = spot.first < limit <= spot.last
        flags = (f"同分处在名额线上，{TIE_WORDS[ties]}",) if on_line else ()
        return _given(value, shown(value), text, flags, spot)

    return give


def _given(value: Value, label: str, text: str, flags: tuple[str, ...], spot: Spot) -> Outcome:
    columns = {"rank": Fraction(spot.first + 1)}
    return Outcome(value, (Line(label, value, text),), text, flags, columns=columns)


def product_words(people: int, share: Fraction, seats: int) -> str:
    """`12 × 30% = 3.6 → 3`; what is whole needs no arrow."""
    percent, exact = exact_text(share * 100), people * share
    factor = exact_text(share) if "/" in percent else f"{percent}%"
    rounded = "" if exact == seats else f"{ARROW}{seats}"
    return f"{people} × {factor} = {exact_text(exact)}{rounded}"


def _quota(take: Take, group: Group) -> Quota | Value:
    expr = take.at_most or take.fill_to or take.number
    assert expr is not None
    share = group.best.value(expr)
    if not is_number(share):
        return share
    if take.number is not None:
        return Quota(max(0, int(share)), "")
    if not 0 <= share <= 1:
        return Missing(f"比例 {shown(share * 100)}% 不在 0% 到 100% 之间")
    rounding: SeatRounding = "ceil" if take.fill_to is not None else "floor"
    if take.rounding is not None:
        rounding = _ROUNDINGS[group.best.setting(take.rounding)]
    least: Value = Fraction(0) if take.at_least is None else group.best.value(take.at_least)
    if not is_number(least):
        return least
    rounded = seat_limit(share, group.people, rounding=rounding)
    words = product_words(group.people, share, rounded)
    words += f"（{_ROUNDED[rounding]}）" if ARROW in words else ""
    left = rounded - group.filled
    if left < int(least):
        return Quota(int(least), f"{words}，至少 {int(least)} 个，")
    return Quota(left, f"{words}，")


ARROW = " → "
_ROUNDINGS: dict[str, SeatRounding] = {"floor": "floor", "ceil": "ceil", "half_up": "half_up"}
_ROUNDED: dict[SeatRounding, str] = {"floor": "去尾", "ceil": "进一", "half_up": "四舍五入"}


def _rest(spec: Seats, frame: Frame, among: Value) -> Outcome:
    """Those who stood no chance: not among the candidates, or already counted as filled."""
    if isinstance(among, Missing):
        return Outcome(among)
    if spec.take is None:
        return Outcome(NotApplicable("不参加排名"))
    return Outcome(_untaken(spec, frame), text="不在备选之列")


def _untaken(spec: Seats, frame: Frame) -> Value:
    if spec.otherwise is not None:
        return frame.value(spec.otherwise)
    return NotApplicable("没有名额") if spec.take is not None and spec.take.grade else False


def _ties(spec: Seats, frame: Frame) -> str:
    """What decides between equals: as the scheme says, else by the kind of seats (D8)."""
    if spec.ties is not None:
        return frame.setting(spec.ties)
    if spec.order == "lowest":
        return "later_id"
    ceiling = spec.take is not None and spec.take.at_most is not None
    return "leave_out" if ceiling else "earlier_id"


def _group_of(spec: Seats, frame: Frame) -> Value:
    return "" if spec.within is None else frame.value(spec.within)


def _keys(spec: Seats) -> tuple[Expr, ...]:
    return (spec.rank, *spec.then_by)


def _is_filled(spec: Seats, frame: Frame) -> bool:
    """Whether somebody of the base is counted already."""
    filled = None if spec.take is None else spec.take.filled
    return filled is not None and _holds(filled, frame)


def _holds(expr: Expr | None, frame: Frame) -> bool:
    return expr is None or frame.value(expr) is True


def _among(spec: Seats, frame: Frame) -> Value:
    return True if spec.among is None else frame.value(spec.among)
