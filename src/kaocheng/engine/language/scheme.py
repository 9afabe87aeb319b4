"""scheme.yaml: results, and the items (indicators) that make them up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.forms import Either, Made
from kaocheng.engine.language.shape import (
    CLAUSE,
    Clause,
    Clauses,
    Expression,
    Identifier,
    Key,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Record,
    Shape,
    Text,
    YesNo,
)
from kaocheng.engine.problems import Place

NotApplicableRule = Literal["drop", "full", "zero"]


@dataclass(frozen=True)
class FlagRule:
    """When `when` holds for a subject, `say` stands beside the value."""

    when: Expr
    say: str
    place: Place
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Limit:
    """A floor or a cap: `at`, and only when `when` holds (always where it is not written)."""

    at: Expr
    when: Expr | None = None


@dataclass(frozen=True)
class Item:
    """One indicator or step. Exactly one mechanism says how its value comes about.

    `conditions` are the `when`s of the items above it: a part applies only where its whole does.
    `points` is the full mark. `floor` and `cap` bound the value after the mechanism; a bound that
    takes effect is a line of the explanation. `bonus` items lie outside their parent's full mark.
    """

    id: str
    title: str
    mechanism: str
    spec: object
    place: Place
    clauses: tuple[Clause, ...] = ()
    points: Fraction | None = None
    unit: str = ""
    bonus: bool = False
    weight: Expr | None = None
    when: Expr | None = None
    conditions: tuple[Expr, ...] = ()
    not_applicable: NotApplicableRule = "drop"
    floor: Limit | None = None
    cap: Limit | None = None
    flags: tuple[FlagRule, ...] = ()
    hidden: bool = False
    note: str = ""
    accept: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def quoted(self) -> tuple[Clause, ...]:
        """The clauses of entries, bands, needs, steps: wherever its mechanism takes them."""
        return tuple(_quoted_in(self.spec))


def _quoted_in(spec: object) -> Iterator[Clause]:
    match spec:
        case Clause():
            yield spec
        case Item() | Expr():
            return
        case tuple():
            for one in spec:
                yield from _quoted_in(one)
        case _ if is_dataclass(spec):
            for described in fields(spec):
                yield from _quoted_in(getattr(spec, described.name))


@dataclass(frozen=True)
class Exemption:
    """Who leaves the ordinary path, in order; `gives` are the values carried over instead."""

    id: str
    title: str
    when: Expr
    place: Place
    gives: Mapping[str, Expr] = field(default_factory=dict)
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Result:
    """One table of results: a row per subject of `of` (and per period, with `each`)."""

    id: str
    title: str
    of: str
    items: tuple[Item, ...]
    place: Place
    each: str = ""
    where: Expr | None = None
    exempt: tuple[Exemption, ...] = ()
    headline: str = ""
    grade: str = ""
    clauses: tuple[Clause, ...] = ()
    note: str = ""
    accept: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """Where the text comes from, as the notice itself says it."""

    document: str
    place: Place
    issued_by: str = ""
    number: str = ""
    status: str = "issued"
    lines: str = ""


@dataclass(frozen=True)
class Doubt:
    """What is wrong in the notice itself, as its reader found; `reading` is what the pack does."""

    lint: str
    say: str
    place: Place
    reading: str = ""
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class SchemeFile:
    language: str
    id: str
    title: str
    version: str
    source: Source
    results: tuple[Result, ...]
    place: Place
    about: str = ""
    clauses: tuple[Clause, ...] = ()
    same_as: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


FLAG = Record(
    FlagRule,
    {
        "when": Key(Expression(), "什么时候提示", required=True),
        "say": Key(Text(200), "提示的话", required=True),
        "clause": CLAUSE,
    },
)

LIMIT = Either(
    Made(Expression(), Limit),
    Record(
        Limit,
        {
            "at": Key(Expression(), "界限", required=True),
            "when": Key(Expression(), "什么情况下才有这个界限"),
        },
        place=False,
    ),
)

ACCEPT = MapOf(Text(), Text(8))

COMMON_KEYS: Mapping[str, Key] = {
    "id": Key(Identifier(), "指标的名称（英文小写），也是结果表的列名", required=True),
    "title": Key(Text(200), "指标的中文名称", required=True),
    "clause": Key(Clauses(), "条款原文（规则编号: 原文）", default=(), attribute="clauses"),
    "points": Key(Number(), "满分"),
    "unit": Key(
        Text(10), "单位，默认 分；金额写 元；比率写 %，数仍是分数，显示为百分比", default=""
    ),
    "bonus": Key(YesNo(), "是：附加分，不计入上级指标的满分", default=False),
    "weight": Key(Expression(), "在上级指标中的权重（combine: weighted 时）"),
    "when": Key(Expression(), "只对满足条件的对象适用，其余为不适用"),
    "not_applicable": Key(
        OneOf({"drop": "不计入", "full": "按满分", "zero": "按 0 分"}),
        "不适用时上级指标怎样算",
        default="drop",
    ),
    "floor": Key(LIMIT, "保底：最低不低于；只在某种读法下保底时写 at、when"),
    "cap": Key(LIMIT, "封顶：最高不超过；只在某种读法下封顶时写 at、when"),
    "flags": Key(ListOf(FLAG), "要提示的情形", default=()),
    "hidden": Key(YesNo(), "是：中间步骤，成绩单上不单列", default=False),
    "note": Key(Text(), "采用的读法和理由", default=""),
    "accept": Key(ACCEPT, "已知晓的检查提示：代码: 理由", default={}),
}

EXEMPTION = Record(
    Exemption,
    {
        "id": Key(Identifier(), "名称", required=True),
        "title": Key(Text(100), "中文名称", required=True),
        "when": Key(Expression(), "什么情况", required=True),
        "gives": Key(MapOf(Expression()), "沿用的结果：指标 id: 值", default={}),
        "clause": CLAUSE,
    },
)

SOURCE = Record(
    Source,
    {
        "document": Key(Text(300), "通知或方案的名称", required=True),
        "issued_by": Key(Text(200), "发文单位", default=""),
        "number": Key(Text(100), "文号", default=""),
        "status": Key(
            OneOf(
                {
                    "issued": "印发稿",
                    "discussion": "讨论稿",
                    "comment": "征求意见稿",
                    "draft": "初稿、送审稿",
                }
            ),
            "文本状态",
            default="issued",
        ),
        "lines": Key(Text(60), "在原文中的位置", default=""),
    },
)

DOUBT = Record(
    Doubt,
    {
        "lint": Key(Text(8), "属于哪一种提示，如 L07，见[问题一览](problems.md)", required=True),
        "say": Key(Text(400), "通知哪里自相矛盾、数不对、说不清", required=True),
        "reading": Key(Text(400), "本方案怎样处理", default=""),
        "clause": CLAUSE,
    },
)


def result_shape(item: Shape) -> Record:
    return Record(
        Result,
        {
            "id": Key(Identifier(), "结果表的名称（英文小写）", required=True),
            "title": Key(Text(200), "结果表的中文名称", required=True),
            "of": Key(Identifier(), "考核谁：registers.yaml 里的一张表", required=True),
            "each": Key(Identifier(), "按哪种周期分别计算，如 quarter", default=""),
            "where": Key(Expression(), "只考核满足条件的对象"),
            "exempt": Key(ListOf(EXEMPTION), "不参加的情形，按先后判断", default=()),
            "items": Key(ListOf(item), "各项指标和步骤，按先后", required=True),
            "headline": Key(Identifier(), "代表总分（或总额）的指标", default=""),
            "grade": Key(Identifier(), "代表等次的指标", default=""),
            "clause": CLAUSE,
            "note": Key(Text(), "说明", default=""),
            "accept": Key(ACCEPT, "已知晓的检查提示：代码: 理由", default={}),
        },
    )


def scheme_shape(item: Shape) -> Record:
    return Record(
        SchemeFile,
        {
            "language": Key(OneOf({"1": "语言版本"}), "语言版本，写 1", required=True),
            "id": Key(Text(20), "方案编号", required=True),
            "title": Key(Text(200), "方案名称", required=True),
            "version": Key(Text(20), "文本版本", default="1"),
            "source": Key(SOURCE, "来源", required=True),
            "about": Key(Text(), "一句话介绍", default=""),
            "results": Key(ListOf(result_shape(item)), "各张结果表", required=True),
            "clause": Key(Clauses(), "对整个方案的条款原文", default=(), attribute="clauses"),
            "same_as": Key(
                MapOf(Text(), Text(20)), "与别的规则相同：规则编号: 规则编号", default={}
            ),
            "doubts": Key(ListOf(DOUBT), "通知本身的疑点，检查时照着提示", default=()),
        },
    )


def items_below(items: tuple[Item, ...]) -> Iterator[Item]:
    """Every item and, depth first, the items below it, parts before their whole."""
    for item in items:
        yield from items_below(children_of(item))
        yield item


def children_of(item: Item) -> tuple[Item, ...]:
    """The parts of an item that is made of parts."""
    return tuple(getattr(item.spec, "parts", ()))
