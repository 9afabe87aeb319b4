"""The printed plan of two small packs, as it stands under `plans`.

`python -m tests.engine.columnar.test_printing` writes them anew; read the difference before it is
kept: every line that changed is a rule that is computed in another way.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.columnar.encoding import encode_facts
from tests.engine.columnar.agreement import compiled_pack, facts_of

PLANS = Path(__file__).parent / "plans"
ROSTER = """
    - id: teacher
      title: 教师
      kind: roster
      key: id
      fields:
        id: {title: 编号, type: text}
        hours: {title: 课时, type: number}
"""
SUMS = f"""
scheme:
  language: 1
  id: sums
  title: 合计
  source: {{document: 例}}
  results:
    - id: yearly
      title: 总评
      of: teacher
      headline: total
      items:
        - {{id: entries, title: 登记分, value: sum(points over entry where kind = '奖')}}
        - {{id: total, title: 总分, points: 100, value: "round(entries / 3 + hours, 1)"}}
registers:
  language: 1
  registers:
{ROSTER.rstrip()}
    - id: entry
      title: 登记
      kind: register
      fields:
        teacher: {{title: 教师, type: teacher}}
        kind: {{title: 种类, type: choice, values: [奖, 罚]}}
        points: {{title: 分值, type: number}}
"""
SEATS = f"""
scheme:
  language: 1
  id: seats
  title: 名额
  source: {{document: 例}}
  results:
    - id: yearly
      title: 总评
      of: teacher
      grade: level
      items:
        - id: level
          title: 等次
          seats: {{rank: hours, take: {{grade: 优秀, at_most: 30%}}, otherwise: "'合格'"}}
registers:
  language: 1
  registers:
{ROSTER.rstrip()}
"""
TEACHERS = "id,hours\nT1,12.5\nT2,8\nT3,\n"
PACKS = {
    "sums": (SUMS, {"teacher": TEACHERS, "entry": "teacher,kind,points\nT1,奖,2\nT2,罚,1.5\n"}),
    "seats": (SEATS, {"teacher": TEACHERS}),
}


def printed(name: str) -> str:
    pack, tables = PACKS[name]
    compiled = compiled_pack(pack)
    return verbs.plan(compiled, encode_facts(compiled.pack, facts_of(compiled, tables)))


@pytest.mark.parametrize("name", PACKS)
def test_plan_is_printed_as_it_stands(name: str) -> None:
    assert printed(name) == (PLANS / f"{name}.txt").read_text("utf-8")


if __name__ == "__main__":
    for name in PACKS:
        (PLANS / f"{name}.txt").write_text(printed(name), encoding="utf-8")
