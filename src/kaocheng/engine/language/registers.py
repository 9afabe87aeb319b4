"""registers.yaml: the tables of facts a scheme reads.

A register (台账) is a ledger of entries; a roster (名册) lists the people, units or things that
are assessed; a review (评价) table holds ratings; a list (参照表) is reference data in the pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.shape import (
    CLAUSE,
    Clause,
    Expression,
    Identifier,
    Key,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Record,
    Text,
    YesNo,
)
from kaocheng.engine.problems import Place

RegisterKind = Literal["roster", "register", "review", "list"]

FIELD_TYPES = {
    "text": "文字",
    "number": "数（精确，可写 7/3、95%）",
    "whole": "整数",
    "money": "金额（元，最多两位小数）",
    "date": "日期，如 2024-03-01",
    "moment": "时刻，如 2024-03-01 09:00",
    "boolean": "是/否",
    "choice": "几个选项之一（写 values）",
    "scale": "有高低次序的选项（values 由好到差）",
    "period": "周期编号（periods 表里的 id）",
}


@dataclass(frozen=True)
class Field:
    """One column. `type` is a word of `FIELD_TYPES` or the id of the table it refers to."""

    title: str
    type: str
    place: Place
    values: tuple[str, ...] = ()
    least: Fraction | None = None
    most: Fraction | None = None
    unit: str = ""
    required: bool = False
    personal: bool = False
    filled_by: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Telling:
    """The field `at` says when `event` of the process happened to the entry.

    `only`: of entries whose fields say so.
    """

    event: str
    at: str
    place: Place
    only: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Register:
    """One table. Shape of its facts: one row per entry, one column per field."""

    id: str
    title: str
    kind: RegisterKind
    fields: Mapping[str, Field]
    place: Place
    key: str = ""
    name: str = ""
    unit: str = ""
    date: str = ""
    period: str = ""
    counts_when: Expr | None = None
    once: tuple[str, ...] = ()
    optional: bool = False
    rows: str = ""
    shared: str = ""
    entered_by: tuple[str, ...] = ()
    signed_by: tuple[str, ...] = ()
    numbering: str = ""
    evidence: str = "optional"
    states: tuple[str, ...] = ()
    tells: tuple[Telling, ...] = ()
    secret: bool = False
    clauses: tuple[Clause, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class RegistersFile:
    language: str
    registers: tuple[Register, ...]
    periods: Mapping[str, str]


# Reference tables that come with the product, a file each in engine/reading/shared.
SHARED = {"micro_competencies": "30个微能力点：code、name、environment（环境）、dimension（维度）"}

FIELD = Record(
    Field,
    {
        "title": Key(Text(), "字段的中文名称", required=True),
        "type": Key(
            Text(60),
            "类型："
            + "、".join(f"{word}（{doc}）" for word, doc in FIELD_TYPES.items())
            + "，或另一张表的 id",
            required=True,
        ),
        "values": Key(ListOf(Text(60)), "choice、scale 的选项；scale 由好到差", default=()),
        "least": Key(Number(), "最小可填的数（含）"),
        "most": Key(Number(), "最大可填的数（含）"),
        "unit": Key(Text(10), "单位，如 天、次、分、元", default=""),
        "required": Key(YesNo(), "是：这一格不能空着", default=False),
        "personal": Key(YesNo(), "是：个人信息，按角色遮蔽", default=False),
        "filled_by": Key(
            ListOf(Text(60)), "登记以后由谁填这一格，如 直接上级；登记的人不填", default=()
        ),
        "clause": CLAUSE,
    },
)

TELLING = Record(
    Telling,
    {
        "event": Key(Identifier(), "哪件事（process.yaml 的 events）", required=True),
        "at": Key(Identifier(), "哪一格写着它的时间（date、moment 类型）", required=True),
        "only": Key(MapOf(Text(60)), "只限哪些条：字段: 选项，如 kind: 软件", default={}),
    },
)

REGISTER = Record(
    Register,
    {
        "id": Key(Identifier(), "表的名称（英文小写），也是数据文件的文件名", required=True),
        "title": Key(Text(), "表的中文名称", required=True),
        "kind": Key(
            OneOf(
                {
                    "roster": "名册：被考核的人、单位或事物，一行一个",
                    "register": "台账：逐条登记的事实",
                    "review": "评价：评分人给出的评分",
                    "list": "参照表：固定的资料，写在方案里（rows）或取共用的（shared）",
                }
            ),
            "表的种类",
            required=True,
        ),
        "fields": Key(MapOf(FIELD), "各字段", required=True),
        "key": Key(Identifier(), "唯一编号所在的字段；名册和参照表必填", default=""),
        "name": Key(Identifier(), "显示用的名称字段", default=""),
        "unit": Key(Identifier(), "所属单位字段（kaocheng score --unit 用它筛选）", default=""),
        "date": Key(Identifier(), "发生日期字段：按周期统计时以它为准", default=""),
        "period": Key(Identifier(), "周期字段：没有日期时以它为准", default=""),
        "counts_when": Key(Expression(), "这一条什么时候才计入；不满足或没有填的不计入"),
        "once": Key(ListOf(Identifier()), "这些字段合起来不能重复", default=()),
        "optional": Key(YesNo(), "是：没有这张表时当作空表", default=False),
        "rows": Key(Text(60_000), "参照表的内容：第一行是字段名，用逗号分隔", default=""),
        "shared": Key(
            OneOf(SHARED), "参照表的内容取随程序提供的表；写了 rows 的以 rows 为准", default=""
        ),
        "entered_by": Key(ListOf(Text(60)), "由谁登记", default=()),
        "signed_by": Key(ListOf(Text(60)), "依次由谁审签", default=()),
        "numbering": Key(Text(60), "编号样式，如 XC-{year}-{no}", default=""),
        "evidence": Key(
            OneOf({"required": "必须附佐证", "optional": "可附", "none": "不需要"}),
            "佐证材料",
            default="optional",
        ),
        "states": Key(ListOf(Text(20)), "状态及其先后，如 登记、整改、核查、销号", default=()),
        "tells": Key(
            ListOf(TELLING),
            "哪一格的时间就是哪件事发生的时间：填了就算记下这件事，限时办结从那时计时或停止",
            default=(),
        ),
        "secret": Key(YesNo(), "是：无记名，只核对人次", default=False),
        "clause": CLAUSE,
        "note": Key(Text(), "说明", default=""),
    },
)

REGISTERS_FILE = Record(
    RegistersFile,
    {
        "language": Key(OneOf({"1": "语言版本"}), "语言版本，写 1", required=True),
        "registers": Key(ListOf(REGISTER), "各张表", required=True),
        "periods": Key(
            MapOf(Text(20)),
            "用到的周期种类及名称，如 term: 学期；具体起止在 periods 表里",
            default={},
        ),
    },
    place=False,
)
