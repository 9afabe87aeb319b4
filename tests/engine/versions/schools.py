"""A small scheme as text, and versions of it made by replacing parts of that text."""

from __future__ import annotations

from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle
from kaocheng.engine.versions import Change, Comparison, compare_packs
from kaocheng.engine.versions.sentences import sentence

SCHOOL = """\
registers:
  language: 1
  registers:
    - id: teacher
      title: 教师名册
      kind: roster
      key: id
      fields:
        id: {title: 编号, type: text, required: 是}
        school: {title: 学校, type: text}
        level: {title: 职级, type: choice, values: [甲, 乙]}
    - id: leave
      title: 请假登记
      kind: register
      fields:
        teacher: {title: 教师, type: teacher, required: 是}
        kind: {title: 类别, type: choice, values: [病假, 事假]}
        days: {title: 天数, type: number, unit: 天}
scheme:
  language: 1
  id: T9
  title: 试验学校考核
  source: {document: 试验学校考核办法}
  results:
    - id: yearly
      title: 年度考核
      of: teacher
      headline: total
      grade: grade
      items:
        - id: total
          title: 总分
          points: 100
          parts:
            - id: attendance
              title: 考勤
              points: 60
              deduct:
                entries:
                  - id: personal
                    title: 事假
                    amount: sum(days over leave where kind = '事假')
                    points: 0.5
                    clause: {T9-01: 事假每天扣0.5分}
                  - id: sick
                    title: 病假
                    amount: sum(days over leave where kind = '病假')
                    points: 0.2
            - id: ethics
              title: 师德
              points: 40
              value: param.ethics
        - id: grade
          title: 等次
          grade:
            of: total
            bands:
              - {from: 85, grade: 优秀}
              - {from: 60, grade: 合格}
            otherwise: 不合格
        - id: prize
          title: 先进
          seats:
            rank: total
            take: {at_most: 30%}
parameters:
  language: 1
  parameters:
    - {id: ethics, title: 师德得分, type: number, default: 38, unit: 分}
    - id: rates
      title: 职级标准
      type: table
      key: [level]
      columns:
        level: {title: 职级, type: choice, values: [甲, 乙]}
        rate: {title: 标准, type: number}
      rows: |
        level,rate
        甲,1
        乙,0.8
process:
  language: 1
  start: {title: 考核开始}
  events: {posted: 张贴公示}
  phases:
    - {id: review, title: 评审, from: 11-01, to: 11-25}
  publicity:
    - {id: notice, title: 结果公示, length: 5 working days, posted: posted}
  votes:
    - {id: vote, title: 教代会表决, who: 教代会, quorum: 2/3, majority: 50%}
"""


def school(*replaced: tuple[str, str], file: str = "a.yaml") -> Pack:
    """The scheme with some of its text replaced; every text replaced must be there."""
    text = SCHOOL
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    problems = Problems()
    pack = read_bundle(text, file=file, problems=problems)
    assert pack is not None, [str(one.place) + one.reason() for one in problems]
    return pack


def compared(*replaced: tuple[str, str]) -> Comparison:
    return compare_packs(school(), school(*replaced, file="b.yaml"))


def told(*replaced: tuple[str, str]) -> list[str]:
    """What is said of the scheme with some of its text replaced, with what it can change."""
    return [spoken(change) for change in compared(*replaced).changes]


def spoken(change: Change) -> str:
    return f"{change.effect} {sentence(change)}"
