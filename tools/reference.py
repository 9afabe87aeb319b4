"""Writes docs/reference from the shapes, the examples and the message catalogue.

Nothing on these pages is typed twice: keys come from the shapes that read the files, figures from
running the examples, problems from the broken examples. `python -m tools.reference` rewrites
the pages; a test compares them with what stands there.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from pathlib import Path

from kaocheng.engine import mechanisms, verbs
from kaocheng.engine.cases import case_facts, value_text
from kaocheng.engine.compile import Compiled
from kaocheng.engine.expressions.functions import FUNCTIONS
from kaocheng.engine.language import parameters, registers
from kaocheng.engine.language.forms import Either, Later, Made
from kaocheng.engine.language.scheme import COMMON_KEYS, DOUBT, EXEMPTION, FLAG, SOURCE
from kaocheng.engine.language.shape import (
    Clauses,
    Day,
    Expression,
    Identifier,
    Key,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Record,
    Schema,
    Setting,
    Shape,
    Text,
    Whole,
    YesNo,
)
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.mechanisms.item import ITEM, SCHEME_FILE
from kaocheng.engine.mechanisms.mechanism import Mechanism
from kaocheng.engine.mechanisms.parts import COMBINE
from kaocheng.engine.messages import MESSAGES, Message
from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.reading.packs import FILES, read_bundle
from kaocheng.engine.reading.yaml_text import Mapping, Node, Scalar, read_yaml
from kaocheng.engine.reference.run import Run
from kaocheng.engine.trace import Outcome, shown
from kaocheng.engine.values import is_number
from tools.broken import FOLDER as BROKEN
from tools.broken import Broken, problems_of, read_broken, said_by

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
EXAMPLES = Path(mechanisms.__file__).parent / "examples"
HEAD = "<!-- 由 tools/reference.py 生成，请勿手改。 -->\n\n"
SEVERITIES = {"error": "错误", "warning": "警告", "lint": "提示"}
KINDS_OF_PROBLEMS = {
    "Y": "文件的写法",
    "S": "内容放错、缺少、对不上",
    "E": "条件和算式",
    "F": "数据表",
    "P": "流程的时间",
    "C": "命令",
    "R": "核算",
    "W": "平台：账号、单位、任务、文件、运行",
    "K": "采用、登记、评审和结果",
    "V": "比较和试算两个版本",
    "L": "提示：合法，但请再看一眼",
}

Pages = dict[str, str]


def pages() -> Pages:
    """Every generated file: its path below docs/reference, and its text."""
    found: Pages = {f"mechanisms/{key}.md": _mechanism(MECHANISMS[key]) for key in MECHANISMS}
    found["mechanisms/README.md"] = _mechanisms()
    found.update(_keys_pages())
    found["expressions.md"] = _expressions()
    found["problems.md"] = _problems()
    for name, shape in FILES.items():
        found[f"schema/{name}.schema.json"] = _schema(name, shape)
    return found


def write(folder: Path = REFERENCE) -> None:
    for name, text in pages().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


# Keys


@dataclass(frozen=True)
class Table:
    """The keys of one record, under the path of keys that leads to it."""

    path: str
    keys: dict[str, Key]


def _words(shape: Shape) -> str:
    """What may stand there, in a few words; records get a table of their own."""
    match shape:
        case OneOf(options=options) | Setting(options=options):
            words = "；".join(f"`{word}` {doc}" for word, doc in options.items())
            return words + ("；或 choice 参数的 id" if isinstance(shape, Setting) else "")
        case ListOf(of=of):
            return f"列表：{_words(of)}"
        case MapOf(of=of, names=names):
            return f"{'名称' if isinstance(names, Identifier) else '文字'}: {_words(of)}"
        case Made(of=of):
            return _words(of)
        case Either(scalar=scalar):
            return f"{_words(scalar)}，或见下表"
        case Later():
            return "指标"
        case Record():
            return "见下表"
        case _:
            return _PLAIN.get(type(shape), "文字")


_PLAIN: dict[type, str] = {
    Text: "文字",
    Identifier: "名称（小写英文）",
    Number: "数，可带单位、%",
    Whole: "整数",
    YesNo: "是、否",
    Day: "日期",
    Expression: "算式",
    Clauses: "条款原文",
}


def _inner(shape: Shape) -> Shape:
    """The record inside lists, maps and alternatives, or the shape itself."""
    match shape:
        case ListOf(of=of) | MapOf(of=of) | Made(of=of):
            return _inner(of)
        case Either(full=full):
            return _inner(full)
        case _:
            return shape


def _tables(path: str, shape: Shape) -> Iterator[Table]:
    inner = _inner(shape)
    if not isinstance(inner, Record):
        return
    yield Table(path, dict(inner.keys))
    for name, key in inner.keys.items():
        yield from _tables(f"{path}.{name}" if path else name, key.shape)


def _keys_table(keys: dict[str, Key]) -> str:
    rows = "".join(
        f"| `{name}` | {'是' if key.required else ''} | {_words(key.shape)} | {key.doc} |\n"
        for name, key in keys.items()
    )
    return f"| 键 | 必写 | 写什么 | 说明 |\n|---|---|---|---|\n{rows}"


def _all_tables(path: str, shape: Shape) -> str:
    text = ""
    for at, table in enumerate(_tables(path, shape)):
        heading = f"\n### `{table.path}`\n\n" if at and table.path else ""
        text += heading + _keys_table(table.keys)
    return text


# Examples


def _section(text: str, name: str) -> Node | None:
    node = read_yaml(text, file="", problems=Problems())
    assert isinstance(node, Mapping)
    return node.get(name)


def _text(text: str, name: str) -> str:
    node = _section(text, name)
    return node.text if isinstance(node, Scalar) else ""


def _bundle_part(text: str) -> str:
    """The example as a pack would have it: without its title and explanation."""
    return text[text.index("scheme:\n") :]


def _compiled(text: str, file: str) -> Compiled:
    problems = Problems()
    pack = read_bundle(text, file=file, problems=problems)
    compiled = None if pack is None else verbs.compile(pack, problems=problems)
    assert compiled is not None, file
    return compiled


def _runs(compiled: Compiled) -> Iterator[tuple[str, Run]]:
    for case in compiled.pack.cases:
        problems = Problems()
        facts = case_facts(compiled.pack, case, problems=problems)
        if not problems.errors:
            yield case.title, verbs.run(compiled, facts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _value(outcome: Outcome, unit: str) -> str:
    number = is_number(outcome.value)
    return shown(outcome.value) + (f" {unit or '分'}" if number else "")


def _how(outcome: Outcome) -> str:
    """The arithmetic in one cell: the lines where they add up, otherwise the text."""
    lines = [line for line in outcome.lines if line.text or not outcome.text]
    told = "；".join(
        f"{line.label} {shown(line.value)}" + (f"（{line.text}）" if line.text else "")
        for line in lines
    )
    return _cell(outcome.text or told)


def _figures(run: Run, mechanism: str) -> str:
    rows = []
    for (result, item), column in run.outcomes.items():
        described = run.pack.items.get((result, item))
        if described is None or described.mechanism != mechanism:
            continue
        for key, outcome in column.items():
            subject = "/".join(part for part in key if part)
            cells = [subject, described.title, _value(outcome, described.unit), _how(outcome)]
            cells.append(_cell("；".join(outcome.flags)))
            rows.append(f"| {' | '.join(cells)} |\n")
    return "| 对象 | 指标 | 结果 | 怎么算 | 提示 |\n|---|---|---|---|---|\n" + "".join(rows)


# Pages


def _mechanism(mechanism: Mechanism) -> str:
    text = (EXAMPLES / f"{mechanism.key}.yaml").read_text("utf-8")
    about = "\n".join(f"- {line}" for line in _text(text, "about").strip().splitlines())
    title = _text(text, "title")
    if mechanism.key == "parts":
        combine = Key(COMBINE, "各部分怎样合成，写在 parts 旁边", default="sum")
        own = {"parts": Key(ListOf(Later("item", lambda: ITEM)), "各部分，每一部分也是一项指标")}
        keys = _keys_table({**own, "combine": combine})
    else:
        keys = _all_tables(mechanism.key, mechanism.shape)
    terse = isinstance(mechanism.shape, Either)
    note = f"可以只写一个算式：`{mechanism.key}: 算式`；或者写全：\n\n" if terse else ""
    figures = "".join(
        f"\n**{case}**\n\n{_figures(run, mechanism.key)}"
        for case, run in _runs(_compiled(text, mechanism.key))
    )
    return (
        f"{HEAD}# {title}（`{mechanism.key}`）\n\n{about}\n\n"
        f"## 键\n\n{note}{keys}\n"
        f"指标共有的键（`points`、`when`、`floor`、`cap` 等）见[指标](../items.md)。\n\n"
        f"## 例子\n\n```yaml\n{_bundle_part(text)}```\n\n"
        f"## 算出来\n{figures}"
    )


def _mechanisms() -> str:
    rows = "".join(
        f"| [`{key}`]({key}.md) | {_text((EXAMPLES / f'{key}.yaml').read_text('utf-8'), 'title')} |"
        f" {_text((EXAMPLES / f'{key}.yaml').read_text('utf-8'), 'about').splitlines()[0]} |\n"
        for key in MECHANISMS
    )
    return (
        f"{HEAD}# 算法\n\n一项指标恰好用一种算法。\n\n| 键 | 名称 | 一句话 |\n|---|---|---|\n{rows}"
    )


def _keys_pages() -> Pages:
    result = SCHEME_FILE.keys["results"].shape
    found = {
        "items.md": (
            "指标",
            "每一项指标（`items`、`parts` 里的一项）都可以写下面这些键，另加恰好一种"
            "[算法](mechanisms/README.md)。\n\n" + _keys_table(dict(COMMON_KEYS)) + "\n## 提示 "
            "`flags`\n\n" + _all_tables("", FLAG),
        ),
        "results.md": (
            "方案和结果表",
            "`scheme.yaml` 里先是方案，再是一张或几张结果表：一行一个被考核的对象（写了 `each` "
            "的，一行一个对象的一个周期）。\n\n## 方案\n\n"
            + _keys_table(dict(SCHEME_FILE.keys))
            + "\n## 来源 `source`\n\n"
            + _all_tables("", SOURCE)
            + "\n## 结果表 `results`\n\n"
            + _keys_table(_record(result))
            + "\n## 不参加的情形 `exempt`\n\n"
            + _all_tables("", EXEMPTION)
            + "\n## 疑点 `doubts`\n\n"
            "通知本身的毛病：两处矛盾、数和所列的对不上、日期不清。读法可选的写成参数，不写在这里；"
            "`kaocheng check` 会照着提示。\n\n"
            + _all_tables("", DOUBT),
        ),
        "registers.md": (
            "名册、台账、评价、参照表",
            "`registers.yaml` 写方案要用的各张表。\n\n" + _file_tables(FILES["registers"])
            + "\n### 字段的类型\n\n" + _options(registers.FIELD_TYPES),
        ),
        "documents.md": (
            "文书表册",
            "`documents.yaml` 写方案要求的各种表、册、简报、通报：谁填、填什么、谁签字、报给谁。"
            "每一列是一个算式，写法与指标里的相同：能写名册、台账的字段，也能写结果表的指标。\n\n"
            + _file_tables(FILES["documents"]),
        ),
        "parameters.md": (
            "参数",
            "`parameters.yaml` 写通知没有写明、要由采用单位确定的内容，和各种读法。对照表用 "
            "`lookup(参数[.列], 键…)` 查，见[算式](expressions.md)。\n\n"
            + _file_tables(FILES["parameters"])
            + "\n### 参数的类型\n\n" + _options(parameters.PARAMETER_TYPES),
        ),
        "cases.md": (
            "例子",
            "`cases.yaml` 是方案自带的测试：给出事实和应得的结果。每个例子自带几张小表，没写的"
            "表是空表，没写的列是缺。期望值写数（`9.1`、`7/3`）、`缺`、`不适用`、`是`、`否`、文字；"
            "`指标.列` 看绩效工资的各步（`paid.by_score`）和名次（`level.rank`）；按周期的结果把"
            "对象写成 `编号/周期`。被结果表的 `where` 排除在外的人，写 `不在这张结果表里`。\n\n"
            "`calendar` 里的步骤写 `名称.from`、`名称.to`（开始、最迟），异议是 `名称.answer`；"
            "周期性的义务写 `名称/周期.to`，周期是 `periods` 表里的编号（`term_plan/autumn.to`），"
            "表里没有的月份、季度写 `2025-01`、`2025-Q1`。\n\n" + _file_tables(FILES["cases"]),
        ),
        "process.md": (
            "流程的键",
            "`process.yaml` 写什么时候由谁做什么；怎样写见[教程](../tutorial/first-scheme.md"
            "#十五流程processyaml)。\n\n" + _file_tables(FILES["process"]),
        ),
    }  # fmt: skip
    return {name: f"{HEAD}# {title}\n\n{text}" for name, (title, text) in found.items()}


def _record(shape: Shape) -> dict[str, Key]:
    inner = _inner(shape)
    assert isinstance(inner, Record)
    return dict(inner.keys)


def _file_tables(shape: Shape) -> str:
    return _all_tables("", shape)


def _options(options: dict[str, str]) -> str:
    rows = "".join(f"| `{word}` | {doc} |\n" for word, doc in options.items())
    return f"| 写法 | 意思 |\n|---|---|\n{rows}"


# Expressions


def _expressions() -> str:
    text = (REFERENCE / "expressions.yaml").read_text("utf-8")
    compiled = _compiled(text, "expressions.yaml")
    ((_, run),) = _runs(compiled)
    sections: dict[str, list[str]] = {}
    for (result, id), item in compiled.pack.items.items():
        if not item.note:
            continue
        key = next(key for key in run.outcomes[result, id] if key[0] == "T1")
        value = run.outcomes[result, id][key].value
        expr = item.spec.otherwise.text  # type: ignore[attr-defined]  # every item is a `value`
        title = item.title
        if item.note == "函数":
            title = _function_words(expr)
        sections.setdefault(item.note, []).append(
            f"| `{_cell(expr)}` | {title} | {value_text(value)} |\n"
        )
    head = "| 算式 | 意思 | 结果 |\n|---|---|---|\n"
    tables = "".join(
        f"\n## {name}\n\n{words}\n\n{head}{''.join(sections[name])}"
        for name, words in _INTRODUCTIONS.items()
    )
    return (
        f"{HEAD}# 算式\n\n条件和数量都写成算式。算式有类型（数、文字、日期、时刻、是/否、选项、"
        f"对应），写错了检查时就报；长度最多 2,000 字符、400 个词、30 层括号，一定算得完。\n\n"
        f"先后：`or`、`and`、`not`、比较和 `in`、`+ -`、`* /`、负号；可以加括号。"
        f"下面每个例子都在文末的小方案上算过，结果是赵老师（T1）的。\n{tables}\n"
        f"## 小方案\n\n```yaml\n{_facts_of(text)}```\n"
    )


_INTRODUCTIONS = {
    "运算": "数是精确的分数，不会有小数误差；文字放在单引号里；是非写 `是`、`否`。",
    "聚合": "聚合(内容 `over` 表 `by` 对应 `of` 范围 `where` 条件)；`count`、`any`、`none`、"
    "`run` 不写内容。不适用的行跳过；有一行缺，结果就是缺，并说明是哪一行。",
    "范围": "不写 `of` 只看属于本人的记录。里层的名称先指那一行的字段，再指外层的，再指参数。",
    "函数": "任何一个内容缺，结果就是缺；不适用同样。只有 `if`、`or_else`、`present`、`applies` "
    "会看状态。",
}


# Functions that need more than values: a table, or the scale of a grade.
_WORDS_OF = {
    "lookup": "查对照表：参数（有几列可查时写 参数.列），各键",
    "lower": "等级（scale、等次）降低几级，最低到最末一级",
}


def _function_words(expr: str) -> str:
    name = expr.partition("(")[0]
    return _WORDS_OF.get(name) or FUNCTIONS[name].doc


def _facts_of(text: str) -> str:
    """Registers, parameters and facts of the bundle: the items themselves are the tables above."""
    return text[text.index("registers:\n  language") :]


# Problems


def _problems() -> str:
    text = (
        f"{HEAD}# 问题一览\n\n检查、读数据和运行命令时报出的每一种问题：编号不变，照编号查。"
        "错误必须改；警告要核对；提示（L）请再看一眼，或用 `accept: {编号: 理由}` 记下理由。"
        "流程（P）的例子里，`calendar` 是 `kaocheng calendar` 从哪天算起、排到哪天、哪些事项"
        "已经发生。\n"
    )
    kind = ""
    for id in sorted(MESSAGES, key=lambda id: (list(KINDS_OF_PROBLEMS).index(id[0]), int(id[1:]))):
        if id[0] != kind:
            kind = id[0]
            text += f"\n# {kind}：{KINDS_OF_PROBLEMS[kind]}\n"
        text += _problem(MESSAGES[id])
    return text


def _problem(message: Message) -> str:
    severity = SEVERITIES[message.severity] + ("，发布前须处理" if message.blocks else "")
    name = f" {message.name('zh')}" if message.name("zh") else ""
    text = f'\n<a id="{message.id}"></a>\n\n## {message.id}{name}（{severity}）\n\n'
    path = BROKEN / f"{message.id}.yaml"
    if not path.is_file():
        return f"{text}**{_plain(message.zh)}**\n\n怎么办：{_plain(message.zh_remedy)}\n"
    broken = read_broken(path)
    text += f"**{_plain(message.zh)}**\n\n例如：{broken.about}\n\n"
    if broken.command:
        return text + _console(broken)
    problem = next(one for one in problems_of(broken) if one.id == message.id)
    text += _block(broken, problem)
    return f"{text}> {_shortened(problem.reason())}\n>\n> 怎么办：{_shortened(problem.remedy())}\n"


def _plain(words: str) -> str:
    """A message with its placeholders as dots."""
    return re.sub(r"(?:\{[a-z_]+\})+", "…", words).replace("{{", "{").replace("}}", "}")


def _shortened(words: str) -> str:
    return words if len(words) < 300 else words[:300] + "……"


def _block(broken: Broken, problem: Problem) -> str:
    """What stands around the fault, as a block of code; empty where there is nothing to see."""
    if broken.facts and problem.id.startswith("F"):
        table = _fact_lines(broken.facts, problem)
        return f"```yaml\n{table}```\n\n" if table else ""
    lines = broken.text.splitlines()
    at = problem.place.line
    if broken.process is not None:
        start, end = lines.index("process:"), len(lines)
    elif at and _is_printable(lines):
        start, end = max(0, at - 3), at + 1
    else:
        return ""
    shown_lines = [line[:160] for line in lines[start:end]]
    if at and len(shown_lines) > 1:
        shown_lines[at - 1 - start] += "    # ← 这里"
    return "```yaml\n" + "".join(f"{line}\n" for line in shown_lines) + "```\n\n"


def _console(broken: Broken) -> str:
    """The command and all that it says."""
    return f"```console\n$ kaocheng {' '.join(broken.command)}\n{said_by(broken)}```\n"


def _is_printable(lines: Iterable[str]) -> bool:
    return all(line.replace("\t", "").isprintable() for line in lines)


def _fact_lines(facts: MappingOf[str, str], problem: Problem) -> str:
    name = problem.place.file.removesuffix(".csv")
    return f"# {name}.csv\n{facts[name]}" if name in facts else ""


# Schemas


def _schema(name: str, shape: Shape) -> str:
    schema: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{name}.schema.json",
        "title": f"{name}.yaml",
        **shape.schema(),
    }
    if name == "scheme":
        schema["$defs"] = {"item": ITEM.schema()}
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def changed(folder: Path = REFERENCE) -> Iterable[str]:
    """The generated files that differ from what stands in `folder`."""
    for name, text in pages().items():
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != text:
            yield name


if __name__ == "__main__":
    write()
    sys.exit(0)
