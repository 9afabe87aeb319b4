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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

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
from kaocheng.engine.mechanisms.mechanism import Mechanism, Slot, TypeOf
from kaocheng.engine.mechanisms.seats_columns import lower_seats
from kaocheng.engine.mechanisms.seats_given import outcome_told, outcomes
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.trace import shown
from kaocheng.engine.values import is_number


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
    outcomes=outcomes,
    outcome_told=outcome_told,
    within=lambda item: _spec(item).within,
    lower=lower_seats,
    check=_check,
    settings=_settings,
)
