"""A small scheme that leaves nothing open and says nothing twice: the linter has nothing to say."""

FILES = {
    "notice.txt": """\
某校教师听课考核办法
一、对象
全体在编在岗教师，共100分。
二、听课（60分）
每学期应听课15节，每少1节扣2分，扣完为止。
三、评课（40分）
评课由教研组长打分，满分40分。
四、等次
总分80分及以上为优秀，60分及以上、不满80分为合格，不满60分为不合格。
五、公示
考核在2025年6月2日至6月20日进行；结果从6月23日起公示5个工作日，6月30日前完成。
""",
    "scheme.yaml": """\
language: 1
id: lessons
title: 教师听课考核
source: {document: 某校教师听课考核办法}
results:
  - id: yearly
    title: 听课考核
    of: teacher
    headline: total
    grade: level
    items:
      - id: total
        title: 总分
        points: 100
        parts:
          - id: listening
            title: 听课
            points: 60
            floor: 0
            clause: 每学期应听课15节，每少1节扣2分，扣完为止
            deduct:
              entries:
                - {title: 少听, amount: sum(lessons over visit), short_of: 15 节, points: 2}
          - {id: comments, title: 评课, points: 40, mark: one(mark over rating)}
      - id: level
        title: 等次
        clause: 总分80分及以上为优秀，60分及以上、不满80分为合格，不满60分为不合格
        grade:
          of: total
          otherwise: 不合格
          bands: [{from: 80, grade: 优秀}, {from: 60, grade: 合格}]
""",
    "registers.yaml": """\
language: 1
registers:
  - id: teacher
    title: 教师
    kind: roster
    key: id
    fields:
      id: {title: 编号, type: text}
  - id: visit
    title: 听课登记
    kind: register
    fields:
      teacher: {title: 教师, type: teacher}
      lessons: {title: 节数, type: whole, least: 0}
  - id: rating
    title: 评课打分
    kind: review
    once: [teacher]
    fields:
      teacher: {title: 教师, type: teacher}
      mark: {title: 得分, type: number, least: 0, most: 40}
""",
    "process.yaml": """\
language: 1
phases:
  - {id: assessment, title: 考核, from: 2025-06-02, to: 2025-06-20}
publicity:
  - {id: notice, title: 公示, length: 5 working days, from: 2025-06-23, by: 2025-06-30}
""",
}
