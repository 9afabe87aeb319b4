"""`parts`: the full mark of a whole agrees with the full marks of its parts."""

from __future__ import annotations

import pytest

from kaocheng.engine.compile import compile_pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle

BUNDLE = """
scheme:
  language: 1
  id: T
  title: 例
  source: {{document: 例}}
  results:
    - id: yearly
      title: 年度
      of: employee
      items:
        - id: score
          title: 得分
          points: {whole}
          combine: {combine}
          parts:
            - {{id: work, title: 业绩, points: 100, weight: 70%, value: 80}}
            - {{id: conduct, title: 表现, points: {part}, weight: 30%, value: 90}}
registers:
  language: 1
  registers:
    - id: employee
      title: 员工
      kind: roster
      key: id
      fields: {{id: {{title: 编号, type: text}}}}
"""


@pytest.mark.parametrize("combine", ["weighted", "mean", "lowest", "highest"])
@pytest.mark.parametrize(
    ("whole", "part", "found"),
    [("100", "100", []), ("99", "100", ["S30", "S30"]), ("100", "50", ["S30"])],
)
def test_parts_of_one_full_mark_make_a_whole_of_that_full_mark(
    combine: str, whole: str, part: str, found: list[str]
) -> None:
    problems = Problems()
    text = BUNDLE.format(combine=combine, whole=whole, part=part)
    pack = read_bundle(text, file="例", problems=problems)
    assert pack is not None

    compile_pack(pack, problems=problems)

    assert [one.id for one in problems] == found
