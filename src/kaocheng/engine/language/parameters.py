"""parameters.yaml: what the notice leaves open, and every reading of it that can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from kaocheng.engine.language.registers import FIELD, Field
from kaocheng.engine.language.shape import (
    CLAUSE,
    Clause,
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

PARAMETER_TYPES = {
    "number": "数或百分比",
    "money": "金额（元）",
    "text": "文字",
    "date": "日期",
    "boolean": "是/否",
    "choice": "几种读法之一（写 options）",
    "table": "对照表（写 columns、key、rows）",
}


@dataclass(frozen=True)
class Parameter:
    """A typed hole of the scheme. `default` is the text of the default value, empty for none."""

    id: str
    title: str
    type: str
    place: Place
    default: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Field] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    rows: str = ""
    least: Fraction | None = None
    most: Fraction | None = None
    unit: str = ""
    confirm: bool = False
    optional: bool = False
    why: str = ""
    clauses: tuple[Clause, ...] = ()

    @property
    def must_be_settled(self) -> bool:
        """Whether whoever adopts the scheme has to decide it before it is put to work."""
        return self.confirm or not (self.default or self.rows or self.optional)


@dataclass(frozen=True)
class ParametersFile:
    language: str
    parameters: tuple[Parameter, ...]


PARAMETER = Record(
    Parameter,
    {
        "id": Key(Identifier(), "参数的名称（英文小写）", required=True),
        "title": Key(Text(), "中文名称", required=True),
        "type": Key(OneOf(PARAMETER_TYPES), "类型", required=True),
        "default": Key(Text(), "默认值；通知没有给出且不宜代定的不写", default=""),
        "options": Key(MapOf(Text()), "choice 的各种读法：代码: 含义", default={}),
        "columns": Key(MapOf(FIELD), "table 的各列", default={}),
        "key": Key(ListOf(Identifier()), "table 按哪几列查找", default=()),
        "rows": Key(Text(60_000), "table 的内容：第一行是列名，用逗号分隔", default=""),
        "least": Key(Number(), "最小值（含）"),
        "most": Key(Number(), "最大值（含）"),
        "unit": Key(Text(10), "单位", default=""),
        "confirm": Key(
            YesNo(), "是：发布前必须由采用单位确认（权重、附件表、金额等）", default=False
        ),
        "optional": Key(
            YesNo(), "是：可以不填；不填时，用到它的为缺，只靠它的提示不出现", default=False
        ),
        "why": Key(Text(), "为什么要定、默认值的理由", default=""),
        "clause": CLAUSE,
    },
)

PARAMETERS_FILE = Record(
    ParametersFile,
    {
        "language": Key(OneOf({"1": "语言版本"}), "语言版本，写 1", required=True),
        "parameters": Key(ListOf(PARAMETER, least=0), "各个参数", required=True),
    },
    place=False,
)
