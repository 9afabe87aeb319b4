"""Both evaluators agree where it is known to be easy to be wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from random import Random
from textwrap import dedent, indent

import pytest

from kaocheng.engine.reference.run import Run
from kaocheng.engine.values import is_number
from tests.engine.columnar.agreement import agree

REGISTERS = """
language: 1
periods: {term: 学期}
registers:
- id: teacher
  title: 教师
  kind: roster
  key: id
  unit: school
  fields:
    id: {title: 编号, type: text}
    school: {title: 学校, type: school}
    score: {title: 得分, type: number}
    leads: {title: 班主任, type: boolean}
- id: school
  title: 学校
  kind: roster
  key: id
  fields:
    id: {title: 编号, type: text}
    budget: {title: 总量, type: money}
- id: review
  title: 评价
  kind: review
  fields:
    teacher: {title: 教师, type: teacher}
    side: {title: 谁评, type: choice, values: [同事, 领导]}
    mark: {title: 分数, type: number}
- id: leave
  title: 请假
  kind: register
  date: day
  fields:
    teacher: {title: 教师, type: teacher}
    day: {title: 日期, type: date}
    days: {title: 天数, type: number}
"""
PARAMETERS = """
language: 1
parameters:
- {id: peer_weight, title: 互评权重, type: number, default: 2/5}
"""
PERIODS = """kind,id,title,from,to
term,t1,上学期,2024-02-01,2024-08-31
term,t2,下学期,2024-09-01,2025-01-31
"""
EMPTY = {
    "teacher": "id,school,score,leads\n",
    "school": "id,budget\n",
    "review": "teacher,side,mark\n",
    "leave": "teacher,day,days\n",
    "periods": PERIODS,
}


def pack(items: str) -> str:
    """A pack with one result of teachers that has the given items."""
    head = "language: 1\nid: N\ntitle: 方案\nsource: {document: 通知}\nresults:\n"
    result = "- id: score_table\n  title: 考核\n  of: teacher\n  items:\n"
    scheme = head + result + indent(dedent(items).strip("\n"), "  ")
    sections = {"scheme": scheme, "registers": REGISTERS, "parameters": PARAMETERS}
    return "".join(f"{name}:\n{indent(text, '  ')}\n" for name, text in sections.items())


def agreed(items: str, **tables: str) -> Run:
    return agree(pack(items), {**EMPTY, **tables})


def values(run: Run, item: str) -> dict[str, object]:
    column = run.outcomes["score_table", item]
    return {key: outcome.value for (key, _), outcome in column.items()}


def table(header: str, rows: Sequence[Sequence[object]]) -> str:
    return "".join((f"{header}\n", *(",".join(map(str, row)) + "\n" for row in rows)))


WEIGHED = """
- id: peers
  title: 互评
  value: mean(mark over review where side = '同事')
- id: leaders
  title: 领导评
  value: mean(mark over review where side = '领导')
- id: total
  title: 成绩
  value: peers * peer_weight + leaders * (1 - peer_weight)
- id: together
  title: 合成
  combine: weighted
  parts:
  - {id: one, title: 一, weight: peer_weight, value: peers}
  - {id: two, title: 二, weight: 1 - peer_weight, value: leaders}
- id: verdict
  title: 等次
  grade:
    of: together
    bands: [{from: 80, grade: 优秀}, {from: 60, grade: 合格}]
    otherwise: 不合格
"""
MARKS: dict[str, tuple[Sequence[object], Sequence[object]]] = {
    "even": ((86,), (76,)),
    "thirds": ((84, 84, 83), (78,) * 8 + (74,)),
    "sevenths": ((86,) * 6 + (84,), ("1600/21", "1600/21")),
    "below": ((84, 84, 83), (78,) * 8 + ("73.9999",)),
    "above": ((84, 84, 83), (78,) * 8 + ("74.0001",)),
}


def test_two_fifths_of_peers_can_be_exactly_eighty() -> None:
    rows = [
        (teacher, side, mark)
        for teacher, both in MARKS.items()
        for side, given in zip(("同事", "领导"), both, strict=True)
        for mark in given
    ]

    run = agreed(
        WEIGHED,
        teacher=table("id,school,score,leads", [(name, "甲", 0, "否") for name in MARKS]),
        school="id,budget\n甲,0\n",
        review=table("teacher,side,mark", rows),
    )

    found = values(run, "total")
    assert (found["even"], found["thirds"], found["sevenths"]) == (80, 80, 80)
    assert values(run, "together") == values(run, "total")
    assert values(run, "verdict") == {
        "even": "优秀",
        "thirds": "优秀",
        "sevenths": "优秀",
        "below": "合格",
        "above": "优秀",
    }


PAID = """
- id: paid
  title: 绩效工资
  unit: 元
  pay:
    pool: school.budget
    within: school
    take:
    - {id: heads, title: 班主任津贴, who: leads, amount: 33.335}
    - {id: even, title: 平均部分, amount: rest * 30% / heads}
    - {id: by_score, title: 按得分, by: score}
"""


def random_schools(number: int, *, seed: int) -> tuple[str, str]:
    """Teachers and schools of 2 to 120 people; scores have several decimals, and some are 0."""
    random = Random(seed)
    teachers: list[tuple[object, ...]] = []
    schools: list[tuple[object, ...]] = []
    for school in range(1, number + 1):
        # Most schools are small, as they are.
        people = 2 + int(118 * random.random() ** 3)
        schools.append(
            (f"s{school}", f"{random.randint(people * 100, people * 900)}.{school % 100:02}")
        )
        places = random.randint(0, 6)
        for at in range(1, people + 1):
            score = "0" if random.random() < 0.1 else f"{random.uniform(0, 120):.{places}f}"
            leads = "是" if random.random() < 0.2 else "否"
            teachers.append((f"s{school}-{at}", f"s{school}", score, leads))
        if all(row[2] == "0" for row in teachers[-people:]):
            teachers[-1] = (*teachers[-1][:2], "1", "否")
    random.shuffle(teachers)
    return table("id,school,score,leads", teachers), table("id,budget", schools)


@pytest.mark.parametrize("rounding", ["each", "together"])
def test_pay_of_four_hundred_schools_uses_up_every_pool_to_the_fen(rounding: str) -> None:
    teachers, schools = random_schools(400 if rounding == "each" else 60, seed=17)

    run = agreed(f"{PAID}    rounding: {rounding}\n", teacher=teachers, school=schools)

    paid: Counter[str] = Counter()
    for (subject, _), outcome in run.outcomes["score_table", "paid"].items():
        assert is_number(outcome.value)
        assert (outcome.value * 100).denominator == 1
        paid[subject.split("-")[0]] += outcome.value  # type: ignore[assignment]  # exact money
    pools = dict(line.split(",") for line in schools.splitlines()[1:])
    assert dict(paid) == {school: Fraction(pool) for school, pool in pools.items()}


RANKED = """
- id: share
  title: 折算
  points: 100
  count: {of: score, at_least: 3}
- id: rounded
  title: 四舍五入
  value: round(score / 7, 1) + floor(score) + ceil(score / 3)
- id: level
  title: 等级
  seats:
    rank: score
    within: school
    shares: {A: 30%, B: 50%, C: 20%}
- id: few
  title: 优秀
  seats:
    rank: score
    within: school
    take: {grade: 优秀, at_most: 30%}
    otherwise: if(score >= mean(score over teacher of school), '合格', '不合格')
- id: last
  title: 末位
  seats: {rank: score, order: lowest, take: {fill_to: 10%}}
- id: against
  title: 与平均相比
  points: 20
  compare: {own: score, mean: mean(score over teacher of school)}
"""


def test_negative_scores_are_rounded_and_ranked_alike() -> None:
    scores = ("-0.05", "-7", "-10.5", "0", "10.5", "-1/3", "7", "-7", "0.05", "-0.5", "1/3", "-2.5")
    rows = [(f"t{at}", "甲", score, "否") for at, score in enumerate(scores, start=1)]

    run = agreed(RANKED, teacher=table("id,school,score,leads", rows), school="id,budget\n甲,0\n")

    assert values(run, "rounded")["t2"] == -10
    assert values(run, "share")["t2"] == 0
    assert values(run, "last")["t3"] is True


def test_schools_of_one_and_of_hundreds_are_ranked_alike() -> None:
    random, sizes = Random(3), {"大": 300, "中": 11, "三人": 3, "两人": 2, "一人": 1, "空": 0}
    rows: list[tuple[object, ...]] = [
        (f"{school}{at}", school, random.choice(("80", "79.99", "60", "90", "100/3")), "否")
        for school, people in sizes.items()
        for at in range(1, people + 1)
    ]
    random.shuffle(rows)

    run = agreed(
        RANKED,
        teacher=table("id,school,score,leads", rows),
        school=table("id,budget", [(school, 0) for school in sizes]),
    )

    seats = Counter(
        (str(run.row("teacher", key).values["school"]), value)  # type: ignore[union-attr]  # known
        for key, value in values(run, "level").items()
    )
    assert {value: seats["大", value] for value in "ABC"} == {"A": 90, "B": 150, "C": 60}
    assert {value: seats["两人", value] for value in "ABC"} == {"A": 1, "B": 1, "C": 0}
    assert values(run, "level")["一人1"] == "B"


COUNTED = """
- id: attendance
  title: 考勤
  points: 100
  floor: -1000
  deduct:
    entries:
    - {title: 请假, amount: sum(days over leave), free: 10, each: term, points: 1/3}
    - {title: 次数, amount: count(leave where days > 0.5), per: 7, whole: 是, points: 0.1}
- id: longest
  title: 最长
  value: max(days over leave) - min(days over leave)
- id: last_day
  title: 最近一次
  value: latest(day over leave)
- id: middle
  title: 去掉最高最低的平均
  value: trimmed_mean(days over leave) / count(leave of school)
"""


def test_teacher_with_thousands_of_entries_is_counted_alike() -> None:
    random = Random(5)
    days = ("2024-02-01", "2024-08-31", "2024-09-01", "2025-01-31", "2025-02-01", "")
    amounts = ("0.5", "1", "1/3", "2.25", "0")
    rows = [("t1", random.choice(days), random.choice(amounts)) for _ in range(5000)]
    rows.extend(("t2", random.choice(days), random.choice(amounts)) for _ in range(3))

    run = agreed(
        COUNTED,
        teacher="id,school,score,leads\nt1,甲,1,否\nt10,甲,1,否\nt2,甲,1,否\n",
        school="id,budget\n甲,0\n",
        leave=table("teacher,day,days", rows),
    )

    found = values(run, "attendance")
    assert is_number(found["t1"])
    assert -1000 <= found["t1"] < 100
    assert found["t10"] == 100
    assert is_number(values(run, "middle")["t1"])
