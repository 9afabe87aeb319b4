"""process.yaml: who owes what by when, and the steps around the results.

The kinds are few: a phase is a stretch of time, a duty is what somebody owes, a gate keeps one
thing waiting for another, publicity and objections are the two clocks around a result, votes and
draws decide, routes order steps, effects say what a result leads to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from kaocheng.engine.language.scheme import ACCEPT, FLAG
from kaocheng.engine.language.shape import (
    Clauses,
    Expression,
    Identifier,
    Key,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Record,
    Setting,
    Shape,
    Text,
    Whole,
    YesNo,
)
from kaocheng.engine.process.entries import (
    Draw,
    Duty,
    Effect,
    Escalation,
    Gate,
    IfEmpty,
    Objection,
    Phase,
    Publicity,
    Route,
    Start,
    Step,
    Vote,
)
from kaocheng.engine.process.shapes import LengthText, RecurrenceText, TimeName, WhenText
from kaocheng.engine.process.times import When, Written


@dataclass(frozen=True)
class Process:
    """A whole process.yaml; a pack without one has the empty process."""

    language: str = "1"
    start: Start | None = None
    year_starts: Written[When] | None = None
    events: Mapping[str, str] = field(default_factory=dict)
    phases: tuple[Phase, ...] = ()
    duties: tuple[Duty, ...] = ()
    gates: tuple[Gate, ...] = ()
    publicity: tuple[Publicity, ...] = ()
    objections: tuple[Objection, ...] = ()
    votes: tuple[Vote, ...] = ()
    draws: tuple[Draw, ...] = ()
    effects: tuple[Effect, ...] = ()
    routes: tuple[Route, ...] = ()


_NAME = Text(60)
READING = Setting({"lenient": "当日在内", "strict": "当日不算，须在前一日"})
OBJECTION_KINDS = {
    "correction": "记录更正申请（对本人的记录）",
    "objection": "公示异议（公示期内）",
    "reconsideration": "复核（向原单位）",
    "appeal": "申诉（向上级或指定部门）",
}
GATE_STATES = {"owe": "先放行，欠着以后补", "open": "放行", "closed": "不放行"}
_ENTRY: dict[str, Key] = {
    "id": Key(TimeName(), "名称（英文小写），在整个流程里不重名", required=True),
    "title": Key(Text(200), "中文名称", required=True),
    "clause": Key(Clauses(), "条款原文（规则编号: 原文）", default=(), attribute="clauses"),
    "note": Key(Text(), "采用的读法和理由", default=""),
    "accept": Key(ACCEPT, "已知晓的检查提示：代码: 理由", default={}),
}

PHASE = Record(
    Phase,
    _ENTRY
    | {
        "from": Key(WhenText(), "从哪天起", attribute="begins"),
        "to": Key(WhenText(), "到哪天止（含当日）", attribute="ends"),
        "who": Key(Text(200), "由谁进行", default=""),
        "within": Key(Identifier(), "在哪个阶段之内同时进行；不写日期时与它相同", default=""),
    },
)
ESCALATION = Record(
    Escalation,
    {
        "after": Key(WhenText(), "过了什么时候仍未办结", required=True),
        "goes_to": Key(_NAME, "转给谁", required=True),
    },
)
DUTY = Record(
    Duty,
    _ENTRY
    | {
        "who": Key(Text(200), "谁", required=True),
        "owes": Key(Text(600), "要做什么、交什么；不写即 title", default="", attribute="what"),
        "for": Key(Text(200), "对谁、为哪件事", default="", attribute="about"),
        "goes_to": Key(Text(200), "报给谁、交给谁", default=""),
        "each": Key(RecurrenceText(), "每个周期一次，如 quarter；或 every 2 weeks on thursday …"),
        "from": Key(WhenText(), "从哪天起可以做", attribute="begins"),
        "by": Key(WhenText(), "最迟什么时候"),
        "target": Key(WhenText(), "争取在什么时候（早于 by，只提示）"),
        "reading": Key(READING, "“……日前”含不含当日，默认含"),
        "at_least": Key(Whole(1), "至少几次（每个周期）", default=1),
        "at_most": Key(Whole(1), "至多几次（每个周期）"),
        "else": Key(Text(400), "逾期或没有做的后果，或一项结果运用的 id", default="",
                    attribute="otherwise"),
        "escalate": Key(ListOf(ESCALATION), "逐级转办", default=()),
        "register": Key(Identifier(), "登记在哪张台账", default=""),
        "done": Key(Identifier(), "哪件事发生即为完成", default=""),
        "within": Key(Identifier(), "属于哪个阶段", default=""),
        "soft": Key(YesNo(), "是：力争完成，逾期只提示", default=False),
        "of": Key(Identifier(), "对哪张结果或表逐个判断（when）", default=""),
        "when": Key(Expression(), "满足条件的才要做"),
    },
)  # fmt: skip
IF_EMPTY = Record(
    IfEmpty,
    {
        "of": Key(Expression(), "数量，如可以评价的他人成果数", required=True),
        "then": Key(OneOf(GATE_STATES), "数量为 0 时怎样", required=True),
    },
)
GATE = Record(
    Gate,
    _ENTRY
    | {
        "before": Key(Text(200), "什么要等：阶段、义务等的 id，或文字", required=True),
        "of": Key(Identifier(), "对哪张结果或表逐个判断（need）", default=""),
        "need": Key(Expression(), "须满足的条件"),
        "if_empty": Key(IF_EMPTY, "还没有可做的对象时怎样"),
        "after": Key(ListOf(Identifier()), "须先完成的事项、阶段、表决等", default=()),
        "soft": Key(YesNo(), "是：不满足只提示，不拦", default=False),
    },
)
PUBLICITY = Record(
    Publicity,
    _ENTRY
    | {
        "length": Key(LengthText(), "不少于多长时间；张贴当日计入", required=True),
        "who": Key(Text(200), "由谁公示", default=""),
        "from": Key(WhenText(), "最早从哪天起", attribute="begins"),
        "by": Key(WhenText(), "最迟哪天期满（含当日）"),
        "posted": Key(Identifier(), "张贴这件事", default=""),
        "audience": Key(_NAME, "公示范围：校内、系统、社会", default=""),
    },
)
OBJECTION = Record(
    Objection,
    _ENTRY
    | {
        "kind": Key(OneOf(OBJECTION_KINDS), "哪一种", required=True),
        "who": Key(Text(200), "谁可以提出", required=True),
        "goes_to": Key(Text(200), "向谁提出、由谁答复", required=True),
        "filed": Key(Identifier(), "收到这件事", required=True),
        "within": Key(WhenText(), "最迟什么时候提出"),
        "answer": Key(WhenText(), "最迟什么时候答复"),
        "answered": Key(Identifier(), "答复这件事", default=""),
        "before": Key(Identifier(), "答复期满才能开始的下一步", default=""),
    },
)
VOTE = Record(
    Vote,
    _ENTRY
    | {
        "who": Key(Text(200), "由哪个会议表决", required=True),
        "quorum": Key(Number(), "到会人数占应到人数的比例，含本数", default=Fraction(0)),
        "majority": Key(Number(), "赞成人数的比例", required=True),
        "of": Key(
            OneOf({"present": "占到会人数", "members": "占应到人数"}), "比例按什么算",
            default="present",
        ),
        "reading": Key(
            Setting({"inclusive": "含本数（恰好一半算通过）", "strict": "须超过"}),
            "“以上”含不含本数，默认含",
        ),
        "by": Key(WhenText(), "最迟什么时候表决"),
        "passed": Key(Identifier(), "通过这件事", default=""),
    },
)  # fmt: skip
DRAW = Record(
    Draw,
    _ENTRY
    | {
        "of": Key(Identifier(), "从哪张表或结果中抽取", required=True),
        "who": Key(Text(200), "由谁抽取", default=""),
        "where": Key(Expression(), "只从满足条件的中抽取"),
        "share": Key(Expression(), "抽取比例，如 5%"),
        "count": Key(Expression(), "抽取数量"),
        "round": Key(
            OneOf({"ceil": "进一", "floor": "去尾", "half_up": "四舍五入"}), "比例不是整数时",
            default="ceil", attribute="rounding",
        ),
        "at_least": Key(Whole(), "至少抽几个", default=1),
        "per": Key(Identifier(), "按哪个字段分别抽取，如 school", default=""),
        "by": Key(WhenText(), "最迟什么时候抽取"),
    },
)  # fmt: skip
EFFECT = Record(
    Effect,
    _ENTRY
    | {
        "of": Key(Identifier(), "对哪张结果或表逐个判断", required=True),
        "when": Key(Expression(), "什么情况", required=True),
        "then": Key(Text(400), "怎样处理", required=True),
        "bars": Key(ListOf(_NAME), "不得参加的事项，如 评优评先", default=()),
        "for": Key(_NAME, "多长时间内，如 本年度", default="", attribute="lasts"),
        "confirm": Key(_NAME, "只是提议，由谁确认", default=""),
        "flags": Key(ListOf(FLAG), "要提示的情形", default=()),
    },
)
STEP = Record(
    Step,
    {
        "id": Key(Identifier(), "名称", required=True),
        "title": Key(Text(200), "中文名称", required=True),
        "who": Key(Text(200), "由谁办理", default=""),
        "by": Key(WhenText(), "最迟什么时候"),
    },
)
ROUTE = Record(
    Route,
    _ENTRY
    | {
        "of": Key(Identifier(), "对哪张表的每一条", default=""),
        "steps": Key(ListOf(STEP, least=2), "各步，按先后", required=True),
    },
)
START = Record(
    Start,
    {
        "title": Key(Text(200), "开始日期指哪一天", required=True),
        "day": Key(WhenText(), "日期或日期参数"),
    },
)


def _list(shape: Shape, doc: str) -> Key:
    return Key(ListOf(shape), doc, default=())


PROCESS_FILE = Record(
    Process,
    {
        "language": Key(OneOf({"1": "语言版本"}), "语言版本，写 1", required=True),
        "start": Key(START, "从哪天算起"),
        "year_starts": Key(WhenText(), "年度从几月开始，如 month 9，或月份参数；默认一月"),
        "events": Key(MapOf(Text(60), TimeName()), "会发生的事：id: 名称", default={}),
        "phases": _list(PHASE, "各阶段，按先后"),
        "duties": _list(DUTY, "谁应在何时做什么"),
        "gates": _list(GATE, "前置条件"),
        "publicity": _list(PUBLICITY, "公示"),
        "objections": _list(OBJECTION, "更正申请、异议、复核、申诉"),
        "votes": _list(VOTE, "表决"),
        "draws": _list(DRAW, "抽查、抽签"),
        "effects": _list(EFFECT, "结果运用"),
        "routes": _list(ROUTE, "固定的步骤"),
    },
    place=False,
)
