"""Both evaluators agree where generated cases once showed that they did not."""

from __future__ import annotations

from fractions import Fraction

import duckdb

from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.run import computed_store
from kaocheng.engine.values import Missing
from tests.engine.columnar.agreement import agree, compiled_pack, facts_of
from tests.engine.columnar.test_agreement_named import EMPTY, agreed, pack, table, values
from tests.engine.columnar.test_explaining import differences

TWO = "id,school,score,leads\nt1,甲,95,是\nt2,甲,,否\n"
SCHOOL = "id,budget\n甲,1000.57\n"


def test_divisor_of_a_constant_is_kept_when_it_is_multiplied() -> None:
    item = """
    - id: against
      title: 与平均相比
      points: 12.5
      compare: {own: '1', mean: 'max(0.5, count(leave of all))'}
    """
    leave = table("teacher,day,days", [("t1", "2024-03-01", at) for at in range(10)])

    run = agreed(item, teacher=TWO, school=SCHOOL, leave=leave)

    assert values(run, "against")["t1"] == Fraction(5, 4)


def test_nothing_times_a_missing_number_is_missing() -> None:
    item = "- {id: x, title: 值, value: score * 0}\n- {id: y, title: 值, value: 'max(100, score)'}"

    run = agreed(item, teacher=TWO, school=SCHOOL)

    assert (values(run, "x")["t1"], values(run, "y")["t1"]) == (0, 100)
    assert isinstance(values(run, "x")["t2"], Missing)
    assert isinstance(values(run, "y")["t2"], Missing)


def test_mean_of_an_empty_table_is_missing_and_divides_nothing() -> None:
    item = """
    - id: against
      title: 与平均相比
      points: 5
      compare: {own: score, mean: mean(mark over review of all)}
    """

    run = agreed(item, teacher=TWO, school=SCHOOL)

    assert isinstance(values(run, "against")["t1"], Missing)


def test_products_of_small_constants_do_not_overflow() -> None:
    item = """
    - id: paid
      title: 绩效工资
      pay:
        pool: '10000.57'
        within: school
        take:
        - {id: first, title: 按班主任, by: 'if(leads, 1, 0)'}
        - {id: rest, title: 平均, amount: rest / heads}
        rounding: together
    """

    run = agreed(item, teacher=TWO, school=SCHOOL)

    assert values(run, "paid") == {"t1": Fraction(1000057, 100), "t2": 0}


def test_constant_below_its_floor_is_its_floor_wherever_it_is_used() -> None:
    items = """
    - {id: least, title: 保底, points: 5, floor: 1, mark: {of: '0'}}
    - {id: most, title: 封顶, points: 5, cap: 2, mark: {of: '3'}}
    - {id: x, title: 值, value: 'max(0, least) + 10 * min(5, most)'}
    """

    run = agreed(items, teacher=TWO, school=SCHOOL)

    assert values(run, "x") == {"t1": 21, "t2": 21}


def test_seats_of_the_reference_rank_missing_scores_by_what_they_are_at_least() -> None:
    items = """
    - id: whole
      title: 总分
      points: 20
      parts:
      - {id: base, title: 得分, points: 10, mark: {of: score}}
      - {id: marks, title: 评价, points: 10, mark: {of: one(mark over review)}}
    - id: best
      title: 优秀
      seats:
        rank: whole
        then_by: ['count(leave where days > count(review where mark > outer.days))']
        shares: {优秀: 50%, 合格: 50%}
    """
    teachers = "id,school,score,leads\nt1,甲,4,是\nt2,甲,7,否\nt3,甲,9,否\n"

    run = agreed(items, teacher=teachers, school=SCHOOL)

    found = run.outcomes["score_table", "best"]
    assert {key: one.columns["rank"] for (key, _), one in found.items()} == {
        "t1": 3,
        "t2": 2,
        "t3": 1,
    }


def test_fractions_over_different_divisors_are_counted_and_ranked() -> None:
    item = """
    - id: share
      title: 占比
      value: score / max(1, count(leave))
    - id: kinds
      title: 几种
      value: distinct(own_share.share over own_share of all)
    """.replace("own_share", "score_table")
    leave = table("teacher,day,days", [("t1", "2024-03-01", at) for at in range(20)])
    teachers = "id,school,score,leads\nt1,甲,40,是\nt2,甲,2,否\nt3,甲,3,否\n"

    run = agreed(item, teacher=teachers, school=SCHOOL, leave=leave)

    assert values(run, "kinds") == {"t1": 2, "t2": 2, "t3": 2}


def test_result_that_an_aggregate_over_everybody_follows_is_explained() -> None:
    items = """
    - {id: x, title: 值, value: score}
    - {id: most, title: 最高, value: max(teacher.score_table.x over leave of all)}
    """
    leave = table("teacher,day,days", [("t1", "2024-03-01", 1), ("t2", "2024-03-02", 1)])
    compiled = compiled_pack(pack(items))
    tables = EMPTY | {"teacher": TWO, "school": SCHOOL, "leave": leave}

    assert list(differences(compiled, facts_of(compiled, tables))) == []


ABOVE = """
scheme:
  language: '1'
  id: G
  title: 方案
  source: {document: 通知}
  results:
  - id: above
    title: 上级
    of: teacher
    items:
    - id: a1
      title: 上级学校
      band: {of: school.parent.budget, steps: [{from: '0', points: '0'}]}
  - id: paid
    title: 工资
    of: teacher
    items:
    - id: b4
      title: 相比
      parts:
      - {id: b5, title: 与平均相比, points: '0', compare: {own: '0', mean: weekly}}
    - id: b9
      title: 分配
      pay: {pool: '0', within: school, take: [{id: s1, title: 第一步, by: b4}]}
registers:
  language: '1'
  registers:
  - id: teacher
    title: 教师
    kind: roster
    key: id
    unit: school
    fields:
      id: {title: 编号, type: text}
      school: {title: 学校, type: school}
      weekly: {title: 课时, type: number}
  - id: school
    title: 学校
    kind: roster
    key: id
    fields:
      id: {title: 编号, type: text}
      budget: {title: 总量, type: money}
      parent: {title: 上级, type: school}
parameters: {language: '1', parameters: []}
"""


def test_unit_in_doubt_whose_rules_read_another_unit_is_decided_with_everybody() -> None:
    tables = {
        "teacher": "id,school,weekly\nx2,丙2,16.6\n01,丙2,12\n",
        "school": "id,budget,parent\n丙2,500,乙1\n乙1,20000,乙1\n",
    }

    run = agree(ABOVE, tables)

    outcomes = run.outcomes["above", "a1"]
    assert {key: one.value for (key, _), one in outcomes.items()} == {"x2": 0, "01": 0}


def test_mark_out_of_an_unknown_full_mark_is_missing_and_nothing_is_said() -> None:
    items = "- {id: x, title: 值, mark: {of: 0 - score, out_of: one(mark over review)}}"

    run = agreed(items, teacher=TWO, school=SCHOOL)

    assert isinstance(values(run, "x")["t1"], Missing)
    assert run.outcomes["score_table", "x"]["t1", ""].flags == ()


def test_database_that_fails_by_itself_is_left_and_everything_computed_once_more() -> None:
    compiled = compiled_pack(pack("- {id: x, title: 值, value: score + 1}"))
    facts = facts_of(compiled, EMPTY | {"teacher": TWO, "school": SCHOOL})
    opened: list[_Failing] = []

    def connect() -> _Failing:
        opened.append(_Failing(fails=not opened))
        return opened[-1]

    store = computed_store(compiled, encode_facts(compiled.pack, facts), connect)

    outcomes = store.results().outcomes["score_table", "x"]
    assert outcomes["t1", ""].value == 96
    assert [one.fails for one in opened] == [True, False]


class _Failing:
    """A connection that breaks down where results are computed, as the database itself may."""

    def __init__(self, *, fails: bool) -> None:
        self.fails, self.there = fails, duckdb.connect()

    def execute(self, sql: str, parameters: object = None) -> object:
        if self.fails and sql.startswith("CREATE OR REPLACE TEMPORARY"):
            raise duckdb.InternalException("INTERNAL Error: lost its dictionary")
        return self.there.execute(sql, parameters)

    def __getattr__(self, name: str) -> object:
        return getattr(self.there, name)


def test_what_does_not_apply_does_so_whatever_it_is_divided_by() -> None:
    item = """
    - id: paid
      title: 绩效
      floor: extra / score
      parts: [{id: extra, title: 加分, when: 否, points: 0, value: '1', not_applicable: zero}]
    """

    run = agreed(item, teacher="id,school,score,leads\nt1,甲,0,是\nt2,甲,,否\n", school=SCHOOL)

    assert values(run, "paid")["t1"] == 0
    assert isinstance(values(run, "paid")["t2"], Missing)


def test_table_of_which_nothing_is_read_but_its_order_has_a_column() -> None:
    scheme = """
scheme:
  language: 1
  id: T
  title: 测试
  source: {document: 测试}
  results:
    - id: yearly
      title: 年度
      of: teacher
      each: year
      items:
        - id: seniority
          title: 日
          flags: [{when: seniority >= 0.5, say: 请核对}]
          parts: [{id: joined_day, title: 日, value: day(joined)}]
    - id: listening
      title: 听课
      of: lesson
      items:
        - {id: heard, title: 听, mark: {of: 0}}
        - id: counted
          title: 计
          parts:
            - id: streak
              title: 连续
              points: 1
              count: {of: run(yearly of all where school.id = own.watcher.school.id), at_least: 1}
            - id: taken
              title: 扣
              points: 0
              deduct: {entries: [{title: 条, points: 0, amount: one(own.heard over yearly of all)}]}
registers:
  language: 1
  periods: {year: 年度}
  registers:
    - id: teacher
      title: 教师
      kind: roster
      key: id
      fields:
        id: {title: 编号, type: text}
        school: {title: 学校, type: school}
        joined: {title: 到校, type: date}
    - {id: school, title: 学校, kind: roster, key: id, fields: {id: {title: 编号, type: text}}}
    - id: lesson
      title: 听课
      kind: register
      key: no
      fields: {no: {title: 编号, type: text}, watcher: {title: 听课人, type: teacher}}
parameters: {language: 1, parameters: []}
"""
    tables = {
        "teacher": "id,school,joined\nt1,甲,2020-09-01\nt2,甲,2021-09-03\n",
        "school": "id\n甲\n",
        "lesson": "no,watcher\n1,t1\n",
        "periods": "kind,id,title,from,to\nyear,y,2024,2024-01-01,2024-12-31\n",
    }

    agree(scheme, tables)
