"""What the linter finds in the rules of a pack."""

from __future__ import annotations

from fractions import Fraction

from kaocheng.engine import verbs
from kaocheng.engine.facts import read_facts
from kaocheng.engine.lint import blocks_publishing, findings, lint_pack
from kaocheng.engine.lint.boundaries import boundary_hit, watched_lines
from kaocheng.engine.problems import Problems
from tests.engine.bundles import compile_bundle, told

REGISTERS = """
registers:
  language: 1
  registers:
    - id: teacher
      title: 教师
      kind: roster
      key: id
      fields:
        id: {title: 编号, type: text}
        group: {title: 教研组, type: text}
    - id: topic
      title: 课题
      kind: list
      key: code
      fields:
        code: {title: 编号, type: text}
        place: {title: 环境, type: choice, values: [多媒体, 混合, 智慧]}
      rows: |
        code,place
        A1,多媒体
        A2,混合
        B1,多媒体
    - id: pick
      title: 选择登记
      kind: register
      fields:
        teacher: {title: 教师, type: teacher}
        topic: {title: 课题, type: topic}
        place: {title: 环境, type: choice, values: [多媒体, 混合, 智慧]}
"""


def scheme(items: str, *, more: str = "", head: str = "") -> str:
    indented = "".join(f"        {line}\n" for line in items.strip("\n").splitlines())
    return (
        "scheme:\n  language: 1\n  id: s\n  title: 考核\n"
        f"  source: {{document: 某校考核办法}}\n{head}"
        "  results:\n    - id: yearly\n      title: 学年考核\n      of: teacher\n"
        f"{more}      items:\n{indented}{REGISTERS}"
    )


def said(text: str, id: str) -> list[str]:
    compiled, problems = compile_bundle(text)
    assert compiled is not None, told(problems)
    return [one.reason() for one in problems if one.id == id]


def test_boundary_of_the_lowest_band_is_shared_with_what_is_below() -> None:
    text = scheme("""
- {id: total, title: 总分, points: 100, mark: count(pick)}
- id: grade
  title: 等次
  clause: 80-100分为优秀，60-80分为合格，60分以下为不合格
  grade:
    of: total
    otherwise: 不合格
    bands:
      - {from: 80, to: 100, grade: 优秀}
      - {from: 60, to: 80, grade: 合格}
""")

    assert said(text, "L01") == ["“等次”的界限 60、80 同时属于两档，按较好的一档计。"]


def test_boundary_decided_by_a_parameter_names_it() -> None:
    text = scheme("""
- id: rate
  title: 完成率
  points: 10
  band:
    of: count(pick where topic = 'A1')
    over: count(pick)
    boundary: reading
    steps:
      - {from: 90%, to: 100%, points: 10}
      - {from: 0%, to: 90%, points: 5}
""")
    text += """
parameters:
  language: 1
  parameters:
    - id: reading
      title: 恰好 90% 时
      type: choice
      default: better
      options: {better: 归上一档, worse: 归下一档}
"""

    assert said(text, "L01") == [
        "“完成率”的界限 90% 同时属于两档，归哪一档由参数“恰好 90% 时”决定。"
    ]


def test_forced_shares_are_shown_for_small_groups() -> None:
    text = scheme("""
- {id: total, title: 总分, points: 100, mark: count(pick)}
- id: grade
  title: 等级
  seats: {rank: total, within: group, shares: {A: 30%, B: 50%, C: 10%, D: 7%, E: 3%}}
""")

    (table,) = said(text, "L14")
    assert table == (
        "“等级”在人少的组里：1 人 B1；2 人 A1 B1；3 人 A1 B2；5 人 A2 B3；"
        "10 人 A3 B5 C1 D1；20 人 A6 B10 C2 D1 E1；满 14 人才每档都有。"
    )


def test_rate_bands_show_what_one_person_short_costs() -> None:
    text = scheme("""
- id: rate
  title: 完成率
  points: 10
  band:
    of: count(teacher of all where group = '语文')
    over: count(teacher of all)
    otherwise: 0
    steps: [{from: 95%, points: 10}, {from: 85%, points: 8}, {from: 50%, points: 4}]
""")

    (table,) = said(text, "L14")
    assert table == (
        "“完成率”在人少的组里：少 1 人时，3 人的是 66.7%，得 4 分；5 人的是 80%，得 4 分；"
        "10 人的是 90%，得 8 分；20 人的是 95%，得 10 分。"
    )
    assert said(text.replace("count(teacher of all)", "count(pick)"), "L14") == []


def test_cover_of_more_than_there_is_cannot_be_met() -> None:
    text = scheme("""
- id: choice
  title: 选课题
  choose:
    picks: pick
    item: topic
    exactly: 3
    covers: [{title: 三种环境, of: topic.place, at_least: 3}]
""")

    assert said(text, "L15") == ["要求多余或做不到：“选课题”中“三种环境”要 3 种，最多只能有 2 种。"]


def test_ceiling_that_follows_from_the_floors_is_idle() -> None:
    text = scheme("""
- id: spread
  title: 各环境的比例
  require:
    needs:
      - title: 多媒体不多于50%
        need: count(pick of all where place = '多媒体') / count(pick of all) <= 50%
      - title: 混合不少于30%
        need: count(pick of all where place = '混合') / count(pick of all) >= 30%
      - title: 智慧不少于20%
        need: count(pick of all where place = '智慧') / count(pick of all) >= 20%
""")

    assert said(text, "L15") == [
        "要求多余或做不到：“各环境的比例”中“多媒体不多于50%”由其余各项的下限就能推出，写不写都一样。"
    ]
    assert said(text.replace(">= 20%", ">= 10%"), "L15") == []
    assert said(text.replace(">= 20%", ">= 80%"), "L15") == [
        "要求多余或做不到：“各环境的比例”中各项下限合计 110%，超过 100%，无法同时满足。"
    ]


def test_awards_that_shut_each_other_out_do_not_stack() -> None:
    items = """
- id: award
  title: 奖励
  unit: 元
  add:
    entries:
      - {title: 语文组, when: group = '语文', points: 100}
      - {title: 数学组, when: group = '数学', points: 50}
"""

    assert said(scheme(items), "L18") == []
    both = items.replace("group = '数学'", "any(pick)")
    assert said(scheme(both), "L18") == ["没有写能不能累加：“语文组”、“数学组”，方案按相加计。"]
    settled = both.replace("unit: 元", "unit: 元\n  clause: 几项奖励可以累计")
    assert said(scheme(settled), "L18") == []


def test_same_entries_deducted_twice_are_told() -> None:
    entries = "entries: [{title: 少选, amount: count(pick where place = '智慧'), points: 1}]"
    text = scheme(f"""
- id: choosing
  title: 选题
  points: 10
  floor: 0
  deduct: {{{entries}}}
- id: discipline
  title: 纪律
  points: 10
  floor: 0
  deduct: {{{entries}}}
""")

    assert said(text, "L19") == [
        "几条规则合在一起：“选择登记”里的同一些记录在“选题”、“纪律”两处扣分。"
    ]


def test_doubt_is_told_in_the_words_of_its_author() -> None:
    head = "  doubts:\n    - {lint: L12, say: 没有写优秀率的基数。, reading: 按全体教师。}\n"
    compiled, problems = compile_bundle(
        scheme("- {id: n, title: 选题数, value: count(pick)}", head=head)
    )
    assert compiled is not None

    (found,) = problems
    assert (found.id, found.reason(), found.remedy()) == (
        "L12",
        "没有写优秀率的基数。",
        "本方案的处理：按全体教师。请与发文单位核对。",
    )


PARAMETERS = """
parameters:
  language: 1
  parameters:
    - {id: line, title: 优秀的分数线, type: number, default: 90, unit: 分, confirm: 是}
    - {id: prize, title: 奖金, type: money, unit: 元}
"""


def test_filled_in_parameters_are_settled() -> None:
    items = """
- {id: total, title: 总分, points: 100, mark: count(pick)}
- {id: top, title: 优秀, value: total >= line}
- {id: money, title: 奖金, unit: 元, value: 'if(top, prize, 0)'}
"""
    compiled, problems = compile_bundle(scheme(items) + PARAMETERS)
    assert compiled is not None
    assert [one.reason() for one in problems] == [
        "没有写分数线：“优秀的分数线”，现按 90 分，发布前须由采用单位确认。",
        "没有写金额：“奖金”，还没有填写。",
    ]

    left = Problems()
    lint_pack(compiled, problems=left, given=["line"])

    assert [one.id for one in left] == ["L16"]


def test_what_the_pack_has_settled_does_not_hold_up_publishing() -> None:
    gate = """
process:
  language: 1
  gates:
    - id: review_first
      title: 先评价他人
      before: 提交成果
      of: yearly
      need: others >= 1
"""
    others = "count(pick of all where teacher != own.id)"
    text = scheme(f"- {{id: others, title: 已评他人, value: {others}}}")
    settled = f"{gate}      if_empty: {{of: count(pick of all), then: owe}}\n"

    blocking = [
        [blocks_publishing(one) for one in compile_bundle(text + process)[1] if one.id == "L21"]
        for process in (gate, settled)
    ]

    assert blocking == [[True], [False]]


def test_accepted_finding_is_kept_with_its_reason() -> None:
    text = scheme("""
- id: bonus
  title: 加分
  bonus: 是
  accept: {L11: 一年最多两次}
  value: count(pick)
""")
    compiled, problems = compile_bundle(text)
    assert compiled is not None

    assert list(problems) == []
    assert [(one.problem.id, one.accepted) for one in findings(compiled)] == [
        ("L11", "一年最多两次")
    ]


def test_l24_names_who_sits_on_a_line() -> None:
    text = scheme("""
- {id: total, title: 总分, points: 100, mark: count(pick) / 2}
- id: grade
  title: 等次
  grade: {of: total, otherwise: 不合格, bands: [{from: line, grade: 优秀}, {from: 1, grade: 合格}]}
""")
    text += PARAMETERS
    compiled, _ = compile_bundle(text)
    assert compiled is not None
    facts = read_facts(compiled.pack, {}, problems=Problems())
    run = verbs.run(compiled, facts)

    (watched,) = watched_lines(compiled, run.facts.parameters)
    found = boundary_hit(watched, [("王一", "90"), ("李二", "1"), ("张三", "90"), ("赵四", "90")])

    assert (watched.graded, watched.lines) == ("total", (Fraction(1), Fraction(90)))
    assert found is not None
    assert found.reason() == ("“等次”有 4 个正好在线上（90、1）：“王一”、“李二”、“张三”等 4 处。")
    assert boundary_hit(watched, []) is None


def test_promptly_matters_only_where_no_time_is_set() -> None:
    duty = """
process:
  language: 1
  duties:
    - id: brief
      title: 发简报
      who: 学校
      clause: 及时发简报
"""
    text = scheme("- {id: n, title: 选题数, value: count(pick)}")

    assert said(text + duty, "L13") == ["用词不定：“及时”，没有写期限，见“发简报”。"]
    assert said(f"{text}{duty}      by: 2025-06-30\n", "L13") == []


def test_vague_numbers_of_one_rule_are_told_together() -> None:
    text = scheme("""
- id: n
  title: 抽查
  clause: 抽查约30%的教师，每人5节左右
  value: count(pick)
""")

    assert said(text, "L13") == ["用词不定：“约30%”、“5节左右”，数目不确定，见“抽查”。"]


def test_table_of_nothing_but_amounts_is_an_amount() -> None:
    text = scheme("- {id: money, title: 奖金, unit: 元, value: 'lookup(prizes, group)'}")
    text += """
parameters:
  language: 1
  parameters:
    - id: prizes
      title: 奖励标准
      type: table
      columns: {group: {title: 教研组, type: text}, amount: {title: 金额, type: money}}
      key: [group]
"""

    assert said(text, "L16") == ["没有写金额：“奖励标准”，还没有填写。"]


def test_forced_shares_and_dismissal_are_added_up_over_the_year() -> None:
    text = scheme("""
- {id: total, title: 总分, points: 100, mark: count(pick)}
- id: grade
  title: 等级
  seats: {rank: total, shares: {A: 97%, E: 3%}}
""")
    text = text.replace("      of: teacher\n", "      of: teacher\n      each: quarter\n", 1)
    text = text.replace(
        "registers:\n  language: 1", "registers:\n  language: 1\n  periods: {quarter: 季度}"
    )
    text += """
process:
  language: 1
  effects:
    - {id: leave, title: 辞退, of: yearly, when: grade = 'E', then: 考核辞退, confirm: 校长}
"""

    (told_once,) = said(text, "L19")

    assert told_once.startswith("几条规则合在一起：“学年考核”一年 4 次，每次必有 3% 的人为 E；")
    assert told_once.endswith("合起来，一年最多可涉及 12% 的人。")
