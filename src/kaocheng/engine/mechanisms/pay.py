"""`pay`: a sum of money shared out to the fen, as a waterfall of named steps.

Each step of `take` goes to those for whom `who` holds: a fixed `amount`, or what is then left in
proportion to `by`. Inside `amount`, `rest` is what the steps before have left and `heads` the
number of people for whom the pay's `heads` holds. Fixed amounts are rounded half up to the fen; the
shares of a proportional step by largest remainder, so that they use up the rest exactly (D8).
`rounding: together` keeps fixed amounts exact and rounds everything in one largest remainder.

Error bound: 0, money is counted in whole fen and shared out by whole divisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
from kaocheng.engine.mechanisms.mechanism import Mechanism, Slot, number_type
from kaocheng.engine.mechanisms.pay_columns import lower_pay
from kaocheng.engine.mechanisms.pay_shared_out import outcome_told, outcomes
from kaocheng.engine.problems import Place, Problems

SPECIAL: Mapping[str, tuple[Type, str]] = {
    "rest": (NUMBER, "余额"),
    "heads": (NUMBER, "参加分配人数"),
}


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
    outcomes=outcomes,
    outcome_told=outcome_told,
    within=lambda item: _spec(item).within,
    lower=lower_pay,
    check=_check,
    settings=lambda item: [one for one in (_spec(item).rounding,) if one is not None],
)
