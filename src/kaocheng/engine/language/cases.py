"""cases.yaml: facts with the results they must give; a pack's own tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from kaocheng.engine.language.shape import (
    Day,
    Identifier,
    Key,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Record,
    Schema,
    Text,
    YesNo,
)
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.reading.yaml_text import Node, Scalar

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")

Expected = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class DayOrMoment:
    """A date, or a date and the time of day: `2024-03-01`, `2024-03-01 09:00`."""

    def read(self, node: Node, *, problems: Problems) -> date | datetime | None:
        if isinstance(node, Scalar) and _MOMENT.fullmatch(node.text):
            try:
                return datetime.fromisoformat(node.text)
            except ValueError:
                problems.add("S10", node.place, found=node.text)
                return None
        return Day().read(node, problems=problems)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$"}


@dataclass(frozen=True)
class CalendarCase:
    """What the process lays on the calendar: `expect` maps step ids (`phase.from`) to days.

    Events have an hour where hours are counted; so may what is expected of them.
    """

    start: date
    place: Place
    events: Mapping[str, date | datetime] = field(default_factory=dict)
    expect: Mapping[str, date | datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class VoteCase:
    """A vote's counts and whether it passes."""

    members: int
    present: int
    agreed: int
    passes: bool
    place: Place


@dataclass(frozen=True)
class Case:
    """Facts and expectations. `expect`: result → subject (`id` or `id/period`) → item → text.

    Texts: exact numbers (`9.1`, `7/3`), `缺` for missing, `不适用` for not applicable. `flags`
    holds a part of the words that must stand beside an item; `problems` the ids that the facts
    must raise.
    """

    id: str
    title: str
    place: Place
    parameters: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    expect: Expected = field(default_factory=dict)
    flags: Expected = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    gates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    effects: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    draws: Mapping[str, str] = field(default_factory=dict)
    votes: Mapping[str, VoteCase] = field(default_factory=dict)
    calendar: CalendarCase | None = None


@dataclass(frozen=True)
class CasesFile:
    language: str
    common: Mapping[str, str]
    cases: tuple[Case, ...]


_COUNT = Number()
VOTE_CASE = Record(
    VoteCase,
    {
        "members": Key(_COUNT, "应到人数", required=True),
        "present": Key(_COUNT, "实到人数", required=True),
        "agreed": Key(_COUNT, "赞成人数", required=True),
        "passes": Key(YesNo(), "是否通过", required=True),
    },
)
CALENDAR_CASE = Record(
    CalendarCase,
    {
        "start": Key(Day(), "开始日期", required=True),
        "events": Key(MapOf(DayOrMoment()), "发生的事项: 日期（或时刻）", default={}),
        "expect": Key(
            MapOf(DayOrMoment(), Text(120)), "应得的日期（或时刻）：步骤: 日期", default={}
        ),
    },
)
_VALUES = MapOf(Text(), Text(120))
CASE = Record(
    Case,
    {
        "id": Key(Identifier(), "名称", required=True),
        "title": Key(Text(200), "说明", required=True),
        "parameters": Key(MapOf(Text(60_000)), "与默认不同的参数", default={}),
        "facts": Key(MapOf(Text(60_000)), "各张表：第一行是字段名，用逗号分隔", default={}),
        "expect": Key(MapOf(MapOf(_VALUES, Text(120))), "应得的结果", default={}),
        "flags": Key(MapOf(MapOf(_VALUES, Text(120))), "应出现的提示（其中的文字）", default={}),
        "problems": Key(ListOf(Text(8)), "数据应当报出的问题编号", default=()),
        "gates": Key(MapOf(_VALUES), "前置条件：对象: 开/未开/欠", default={}),
        "effects": Key(MapOf(_VALUES), "结果运用：对象: 是/否", default={}),
        "draws": Key(MapOf(Text(20), Text(60)), "抽查数量", default={}),
        "votes": Key(MapOf(VOTE_CASE), "表决", default={}),
        "calendar": Key(CALENDAR_CASE, "日程"),
    },
)

CASES_FILE = Record(
    CasesFile,
    {
        "language": Key(OneOf({"1": "语言版本"}), "语言版本，写 1", required=True),
        "common": Key(MapOf(Text(60_000)), "各例共用的表；例中同名的表整张替换", default={}),
        "cases": Key(ListOf(CASE), "各例", required=True),
    },
    place=False,
)
