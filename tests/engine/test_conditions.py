"""`when` of an item holds for everything below it."""

from __future__ import annotations

from fractions import Fraction

from kaocheng.engine.values import Missing, NotApplicable
from tests.engine.bench import computed, items, problems_of, values

ITEMS = """
- id: whole
  title: 合计
  points: 20
  when: kind = '甲类'
  parts:
  - id: branch
    title: 分项
    points: 20
    parts:
    - {id: mark, title: 评分, points: 20, mark: weekly}
- {id: kind, title: 类别, value: "if(school = '东校', '甲类', '乙类')"}
"""
STAFF = "id,name,school,weekly,born,mentor\na,甲,东校,18,,\nb,乙,西校,,,\nc,丙,,,,\n"


def test_parts_apply_only_where_their_whole_does() -> None:
    run = computed(items(ITEMS), staff=STAFF)

    for item in ("whole", "branch", "mark"):
        found = values(run, item)
        assert found["a"] == Fraction(18)
        assert isinstance(found["b"], NotApplicable)
        assert isinstance(found["c"], Missing)


def test_wrong_condition_is_told_once() -> None:
    found = problems_of(items(ITEMS.replace("kind = '甲类'", "kinds = '甲类'")))

    assert [one.id for one in found] == ["E20"]


def test_condition_on_its_own_part_is_a_circle() -> None:
    found = problems_of(items(ITEMS.replace("kind = '甲类'", "mark > 0")))

    assert [one.id for one in found] == ["S22"]
