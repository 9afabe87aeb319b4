"""A workbench for engine tests: a pack from short texts, computed in one call."""

from __future__ import annotations

from textwrap import dedent, indent

from kaocheng.engine.columnar.numbers import TooWide
from kaocheng.engine.columnar.rows import Unlowered
from kaocheng.engine.compile import Compiled, compile_pack
from kaocheng.engine.facts import Facts, read_facts, text_table
from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.reading.packs import read_bundle
from kaocheng.engine.reference.run import Run, run_reference
from tests.engine.columnar.agreement import agree_on

REGISTERS = """
language: 1
periods: {term: 学期, month: 月}
registers:
- id: staff
  title: 教职工
  kind: roster
  key: id
  name: name
  unit: school
  fields:
    id: {title: 编号, type: text}
    name: {title: 姓名, type: text}
    school: {title: 学校, type: text}
    weekly: {title: 周工作量, type: number}
    born: {title: 出生日期, type: date}
    mentor: {title: 师傅, type: staff}
- id: leave
  title: 考勤台账
  kind: register
  date: date
  fields:
    staff: {title: 教职工, type: staff, required: 是}
    date: {title: 日期, type: date}
    kind: {title: 假别, type: choice, values: [病假, 事假]}
    days: {title: 天数, type: number}
    signed: {title: 已审签, type: boolean}
- id: review
  title: 互评
  kind: review
  fields:
    reviewer: {title: 评价人, type: staff}
    reviewed: {title: 被评人, type: staff}
    score: {title: 评分, type: number, least: 0, most: 100}
    grade: {title: 等级, type: scale, values: [优秀, 合格, 不合格]}
"""
PARAMETERS = """
language: 1
parameters:
- {id: pool, title: 总量, type: money, default: '30000'}
- id: reading
  title: 读法
  type: choice
  options: {excess: 只计超出, all: 全部}
  default: excess
- id: sanction
  title: 处分扣减
  type: table
  columns: {kind: {title: 处分, type: text}, rate: {title: 比例, type: number}}
  key: [kind]
  rows: |
    kind, rate
    警告, 30%
"""
STAFF = """
id,name,school,weekly,born,mentor
a,甲,东校,18,1980-02-29,
b,乙,东校,12,1990-05-01,a
c,丙,西校,15,1984-03-01,a
"""
PERIODS = """
kind,id,title,from,to
term,t1,春季学期,2024-01-15,2024-07-14
term,t2,秋季学期,2024-07-15,2025-01-14
"""


def bundle(results: str, registers: str = REGISTERS) -> str:
    """A pack of the standard registers and parameters with `results` as its scheme."""
    head = "language: 1\nid: T\ntitle: 测试方案\nsource: {document: 测试通知}\nresults:\n"
    scheme = head + dedent(results).strip("\n") + "\n"
    sections = {"scheme": scheme, "registers": registers, "parameters": PARAMETERS}
    return "".join(
        f"{name}:\n{indent(text.strip(chr(10)), '  ')}\n" for name, text in sections.items()
    )


def items(text: str) -> str:
    """Results with one result `score` of staff that has the given items."""
    body = indent(dedent(text).strip("\n"), "  ")
    return f"- id: score\n  title: 得分\n  of: staff\n  items:\n{body}\n"


def compiled(results: str, registers: str = REGISTERS) -> Compiled:
    problems = Problems()
    pack = read_bundle(bundle(results, registers), file="T", problems=problems)
    found = None if pack is None else compile_pack(pack, problems=problems)
    assert found is not None, [str(one.place) + one.reason() for one in problems]
    return found


def problems_of(results: str, registers: str = REGISTERS) -> list[Problem]:
    problems = Problems()
    pack = read_bundle(bundle(results, registers), file="T", problems=problems)
    if pack is not None:
        compile_pack(pack, problems=problems)
    return list(problems)


def computed(results: str, registers: str = REGISTERS, **tables: str) -> Run:
    """The results computed by both evaluators from the standard staff and the given tables."""
    pack = compiled(results, registers)
    given = {
        "staff": STAFF,
        "periods": PERIODS,
        "leave": "staff,date,kind,days,signed\n",
        "review": "reviewer,reviewed,score,grade\n",
        **tables,
    }
    problems = Problems()
    texts = {name: text_table(name, text, source=name) for name, text in given.items()}
    facts = read_facts(pack.pack, texts, problems=problems)
    assert problems.errors == [], [one.reason() for one in problems]
    return _agreed(pack, facts)


def _agreed(pack: Compiled, facts: Facts) -> Run:
    """The reference's run; the columnar evaluator must say the same of all that it takes on."""
    try:
        return agree_on(pack, facts)
    except (TooWide, Unlowered):
        return run_reference(pack, facts)


def values(run: Run, item: str, *, result: str = "score") -> dict[str, object]:
    """The values of a column by subject (and period)."""
    column = run.outcomes[result, item]
    return {"/".join(part for part in key if part): one.value for key, one in column.items()}
