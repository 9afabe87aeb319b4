"""Facts dealt into ranges, and their unit stage computed here, one range after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import cast

import duckdb
import pyarrow as pa

from kaocheng.documents.result_table import result_table
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.range_task import ONE_CORE, Task, as_stream, computed
from kaocheng.engine.columnar.ranges import DealtFacts, Range
from kaocheng.engine.columnar.spark import joined
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Facts
from kaocheng.engine.reference.run import Run
from kaocheng.formats import canonical_csv_bytes
from kaocheng.formats.range_folder import deal_facts
from tests.engine.columnar.agreement import compiled_pack, facts_of

# Two rosters with the same units; units that are sorted by units of their own; people of other
# units who are asked about; places in the whole round, in districts and in schools.
CITY = """
registers:
  language: 1
  registers:
  - id: district
    title: 县区
    kind: roster
    key: id
    fields: {id: {title: 编号, type: text}}
  - id: school
    title: 学校
    kind: roster
    key: id
    unit: district
    fields:
      id: {title: 编号, type: text}
      district: {title: 县区, type: district}
      budget: {title: 总量, type: money}
  - id: teacher
    title: 教师
    kind: roster
    key: id
    unit: school
    fields:
      id: {title: 编号, type: text}
      school: {title: 学校, type: school}
      mentor: {title: 导师, type: teacher}
      side: {title: 兼职学校, type: school}
  - id: class
    title: 班级
    kind: roster
    key: id
    unit: school
    fields:
      id: {title: 编号, type: text}
      school: {title: 学校, type: school}
      lead: {title: 班主任, type: teacher}
  - id: lesson
    title: 听评课
    kind: review
    fields:
      teacher: {title: 教师, type: teacher}
      reviewer: {title: 听课人, type: teacher}
      mark: {title: 评分, type: number, least: -100, most: 1000000000}
  - id: visit
    title: 家访
    kind: register
    fields:
      class: {title: 班级, type: class}
      times: {title: 次数, type: whole}
scheme:
  language: 1
  id: C
  title: 全市考核
  source: {document: 通知}
  results:
  - id: classes
    title: 班级
    of: class
    items:
    - {id: visits, title: 家访, value: sum(times over visit)}
    - {id: shared, title: 全校家访, value: sum(visits over classes of school)}
  - id: appraisal
    title: 教师考核
    of: teacher
    items:
    - {id: marked, title: 听评课, value: mean(mark over lesson by teacher)}
    - {id: given, title: 听课, value: count(lesson by reviewer)}
    - {id: large, title: 大数, value: sum(mark * mark over lesson by teacher) * 1000000007}
    - {id: near, title: 同校, value: count(teacher of school)}
    - {id: aside, title: 兼职学校人数, value: count(class of side)}
    - {id: leads, title: 班主任, value: count(class by lead)}
    - {id: guided, title: 导师的分, value: "or_else(mentor.appraisal.marked, 0)"}
    - {id: total, title: 总分, value: "or_else(marked, 0) + given / 3"}
    - id: against
      title: 与全市平均相比
      points: 20
      compare: {own: total, mean: mean(total over appraisal of all)}
    - id: best
      title: 全市优秀
      seats: {rank: total, take: {grade: 优秀, at_most: 30%}, otherwise: "'其他'"}
    - id: county
      title: 县区等级
      seats: {rank: total, within: school.district, shares: {A: 30%, B: 50%, C: 20%}}
    - id: local
      title: 学校末位
      seats: {rank: total, within: school, order: lowest, take: {fill_to: 10%}}
    - id: paid
      title: 绩效工资
      unit: 元
      pay:
        pool: school.budget
        within: school
        take: [{id: by_score, title: 按得分, by: near}]
  - id: schools
    title: 学校
    of: school
    items:
    - {id: people, title: 人数, value: count(teacher by school)}
    - {id: mean_total, title: 平均, value: mean(total over appraisal by school)}
"""


def city(people: int) -> tuple[Compiled, Facts]:
    """Teachers of uneven schools; some belong to none, and some reviews are of nobody."""
    random = Random(people)
    schools = [f"s{number:02}" for number in range(max(2, people // 12))]
    homes = [random.choice([*schools, *schools[:3], ""]) for _ in range(people)]
    teachers = [f"t{number:03}" for number in range(people)]

    def somebody(names: Sequence[str]) -> str:
        return random.choice([*names, ""])

    rows: dict[str, list[tuple[object, ...]]] = {
        "district": [(name,) for name in ("d1", "d2", "d3")],
        # The order of the keys is not that of the districts.
        "school": [
            (name, f"d{3 - at % 3}", f"{random.randint(100, 99999)}.{at:02}")
            for at, name in enumerate(schools)
        ],
        "teacher": [
            (name, home, somebody(teachers), somebody(schools))
            for name, home in zip(teachers, homes, strict=True)
        ],
        "class": [
            (f"c{number:02}", somebody(schools), somebody(teachers))
            for number in range(people // 6)
        ],
        "lesson": [
            (
                somebody(teachers),
                somebody(teachers),
                random.choice(("0.5", "-7", "999999999.99", "12", "88.25", "")),
            )
            for _ in range(people * 4)
        ],
        "visit": [
            (f"c{random.randrange(people // 6):02}", random.randrange(9)) for _ in range(people)
        ],
    }
    headers = {
        "district": "id",
        "school": "id,district,budget",
        "teacher": "id,school,mentor,side",
        "class": "id,school,lead",
        "lesson": "teacher,reviewer,mark",
        "visit": "class,times",
    }
    tables = {
        name: "\n".join([headers[name], *(",".join(map(str, row)) for row in given), ""])
        for name, given in rows.items()
    }
    compiled = compiled_pack(CITY)
    return compiled, facts_of(compiled, tables)


def dealt_into(folder: Path, compiled: Compiled, facts: Facts, *, ranges: int) -> DealtFacts:
    folder.mkdir(exist_ok=True)
    return deal_facts(folder, compiled.pack, encode_facts(compiled.pack, facts), ranges=ranges)


def compute_here(
    tasks: Sequence[Task],
    facts: Callable[[Range], Mapping[str, pa.Table]],
    whole: Mapping[str, pa.Table],
) -> dict[str, pa.Table]:
    sent = {name: as_stream(table) for name, table in whole.items()}
    answers = [
        computed(one, version=duckdb.__version__, facts=facts, whole=sent, machine=ONE_CORE)
        for one in tasks
    ]
    return joined([task.range for task in tasks], answers)


def digests(run: Run | ColumnarRun) -> dict[str, str]:
    """SHA-256 of the canonical CSV of every result."""
    as_run = cast("Run", run)  # to tables both are alike
    return {
        result.id: hashlib.sha256(canonical_csv_bytes(result_table(as_run, result))).hexdigest()
        for result in run.pack.scheme.results
    }
