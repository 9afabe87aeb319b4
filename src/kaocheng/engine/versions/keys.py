"""The keys of the language by the type that they are read into: their words and their effect.

The words come from the shapes themselves; what is said oftenest has a shorter word here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from kaocheng.engine.language.forms import Either, Later, Made
from kaocheng.engine.language.scheme import COMMON_KEYS, Item
from kaocheng.engine.language.shape import Key, ListOf, MapOf, Record, Shape
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.mechanisms.item import ItemShape
from kaocheng.engine.mechanisms.parts import COMBINE, Parts
from kaocheng.engine.reading.packs import FILES
from kaocheng.engine.versions.change import Effect

_ENDS = re.compile(r"[：；（，。]")

# A key by (type, attribute), or by its attribute alone.
_WORDS: Mapping[tuple[str, str], str] = {
    ("Draw", "of"): "抽取对象",
    ("Duty", "about"): "对象",
    ("Duty", "done"): "完成标志",
    ("Duty", "otherwise"): "逾期后果",
    ("Duty", "register"): "登记台账",
    ("Duty", "what"): "事项",
    ("Duty", "within"): "所属阶段",
    ("Effect", "bars"): "不得参加",
    ("Effect", "confirm"): "须由谁确认",
    ("Effect", "lasts"): "期间",
    ("Effect", "of"): "对象",
    ("Effect", "then"): "处理",
    ("Gate", "after"): "须先完成",
    ("Gate", "before"): "要等的事",
    ("Gate", "of"): "对象",
    ("Objection", "answered"): "答复标志",
    ("Objection", "filed"): "提出标志",
    ("Objection", "kind"): "种类",
    ("Objection", "within"): "提出期限",
    ("Phase", "within"): "所属阶段",
    ("Process", "events"): "事项",
    ("Publicity", "posted"): "张贴标志",
    ("Vote", "passed"): "通过标志",
    ("Entry", "points"): "分值",
    ("Entry", "per"): "每份的数量",
    ("Entry", "free"): "免计数量",
    ("Entry", "most"): "这一条最多",
    ("Entry", "when"): "计分条件",
    ("Field", "values"): "选项",
    ("Field", "least"): "最小可填",
    ("Field", "most"): "最大可填",
    ("Item", "mechanism"): "算法",
    ("Item", "points"): "满分",
    ("Item", "weight"): "权重",
    ("Item", "flags"): "提示",
    ("Limit", "at"): "",
    ("Limit", "when"): "的条件",
    ("Take", "at_most"): "名额",
    ("Take", "fill_to"): "名额",
    ("Take", "number"): "名额",
    ("Take", "at_least"): "最少名额",
    ("Seats", "shares"): "等级比例",
    ("Seats", "among"): "可以取得名额的对象",
    ("Seats", "base"): "计入基数的对象",
    ("Publicity", "length"): "公示时间",
    ("Notice", "paragraphs"): "通知原文",
    ("Parameter", "default"): "默认值",
    ("Parameter", "rows"): "表的内容",
    ("Parameter", "options"): "读法",
    ("Register", "rows"): "表的内容",
    ("Register", "fields"): "字段",
    ("Register", "tells"): "由哪一格计时",
    ("Telling", "event"): "事项",
    ("Telling", "at"): "时间所在的字段",
    ("Telling", "only"): "只限哪些条",
    ("Result", "items"): "指标",
    ("Vote", "quorum"): "到会人数比例",
    ("Vote", "majority"): "赞成人数比例",
    ("Vote", "of"): "比例的基数",
    ("Mark", "of"): "评分",
    ("Mark", "out_of"): "评分的满分",
    ("Value", "otherwise"): "算式",
    ("Parts", "combine"): "合成办法",
    ("Parts", "parts"): "组成部分",
    ("Source", "document"): "通知名称",
}
_COMMON_WORDS: Mapping[str, str] = {
    "accept": "已知晓的检查提示",
    "answer": "答复期限",
    "begins": "开始时间",
    "boundary": "边界值的归属",
    "by": "期限",
    "cap": "封顶",
    "clauses": "条款",
    "confirm": "发布前须确认",
    "each": "周期",
    "ends": "结束时间",
    "floor": "保底",
    "goes_to": "报送（提交）对象",
    "id": "编号",
    "note": "说明",
    "optional": "可以不填",
    "personal": "个人信息",
    "require": "要求",
    "secret": "无记名",
    "title": "名称",
    "unit": "单位",
    "version": "文本版本",
    "when": "适用条件",
    "where": "考核范围",
    "who": "由谁办",
    "why": "理由",
    "within": "范围",
}

_WORDING = frozenset(
    {
        *("about", "accept", "clauses", "hidden", "id", "language", "lines", "note"),
        *("same_as", "say", "title", "version", "why"),
    }
)
_ALL_WORDING = frozenset({"Clause", "Doubt", "Notice", "Source"})
_ALL_PROCESS = frozenset({"FlagRule", "Telling"})
_PROCESS: Mapping[str, frozenset[str]] = {
    "Register": frozenset(
        {
            *("entered_by", "evidence", "name", "numbering", "secret", "signed_by", "states"),
            *("tells", "unit"),
        }
    ),
    "Field": frozenset({"filled_by", "least", "most", "personal", "required"}),
    "Parameter": frozenset({"confirm", "least", "most", "optional"}),
    "Adjust": frozenset({"otherwise"}),
}
_UNITS_SHOWN = frozenset({"Item", "Field", "Parameter"})
_SHARES = frozenset({"quorum", "majority"})


@dataclass(frozen=True)
class Attribute:
    """An attribute of a typed part, the key that it is read from, and that key's shape and doc."""

    name: str
    key: str
    doc: str
    shape: Shape | None
    default: object = None

    @property
    def is_share(self) -> bool:
        """Whether a number stands for a percentage."""
        return self.name in _SHARES


def attributes_of(kind: type[object]) -> tuple[Attribute, ...]:
    """The attributes that say something, in the order of the language's own description."""
    known = _attributes().get(kind)
    if known is not None:
        return known
    own = fields(kind) if is_dataclass(kind) else ()
    return tuple(
        Attribute(one.name, one.name, "", None)
        for one in own
        if one.name != "place" and one.compare
    )


def attributes_of_part(part: str) -> Mapping[str, Attribute]:
    """The attributes of the type of that name, by the key that they are read from."""
    listed = [
        attributes
        for kind, attributes in _attributes().items()
        if isinstance(kind, type) and kind.__name__ == part
    ]
    return {one.key: one for attributes in listed for one in attributes}


def word_of(part: str, attribute: Attribute) -> str:
    """What a key is called in a sentence."""
    if (part, attribute.name) in _WORDS:
        return _WORDS[part, attribute.name]
    if attribute.name in _COMMON_WORDS:
        return _COMMON_WORDS[attribute.name]
    doc = attribute.doc.removeprefix("是：").removeprefix("否：")
    return _ENDS.split(doc, maxsplit=1)[0] or attribute.key


def effect_of(part: str, attribute: str, *, section: str) -> Effect:
    """What a change of that attribute can change."""
    if attribute in _WORDING or part in _ALL_WORDING:
        return "wording"
    if part in _UNITS_SHOWN and attribute == "unit":
        return "wording"
    if part in _ALL_PROCESS or attribute in _PROCESS.get(part, ()):
        return "process"
    return "process" if section in ("process", "documents") else "results"


def effect_of_part(part: str, *, section: str) -> Effect:
    """What it can change that a whole part comes or goes."""
    return effect_of(part, "", section=section)


@cache
def _attributes() -> dict[object, tuple[Attribute, ...]]:
    return {
        kind: tuple(
            Attribute(key.attribute or name, name, key.doc, key.shape, key.default)
            for name, key in keys.items()
        )
        for kind, keys in _records().items()
    }


def _records() -> dict[object, Mapping[str, Key]]:
    """The keys by the type that they are read into."""
    found: dict[object, Mapping[str, Key]] = {
        Item: COMMON_KEYS,
        Parts: {
            "parts": Key(ListOf(Later("item", ItemShape)), "组成部分"),
            "combine": Key(COMBINE, "各部分怎样合成"),
        },
    }
    for shape in (*FILES.values(), *(one.shape for one in MECHANISMS.values())):
        _gather(shape, found)
    return found


def _gather(shape: Shape, found: dict[object, Mapping[str, Key]]) -> None:
    if isinstance(shape, ItemShape):
        _gather_keys(COMMON_KEYS, found)
        return
    if isinstance(shape, Record) and shape.make not in found:
        found[shape.make] = shape.keys
        _gather_keys(shape.keys, found)
    for inner in _inside(shape):
        _gather(inner, found)


def _gather_keys(keys: Mapping[str, Key], found: dict[object, Mapping[str, Key]]) -> None:
    for key in keys.values():
        _gather(key.shape, found)


def _inside(shape: Any) -> Iterator[Shape]:  # noqa: ANN401  # a Shape of any class
    match shape:
        case ListOf() | MapOf() | Made():
            yield shape.of
        case Either():
            yield from (shape.scalar, shape.full)
        case Later():
            yield shape.shape()
