from __future__ import annotations

from kaocheng.engine.language.process import PROCESS_FILE
from kaocheng.engine.language.types import BOOLEAN, NUMBER
from kaocheng.engine.process.slots import settings_of, slots, tables_named
from tests.engine.process.laying import notice, process_from

TEXT = """
language: 1
duties:
  - {id: sign, title: 签字, who: 上级, of: quarter, when: grade = 'C', register: interview}
gates:
  - id: reviews
    title: 先评价他人成果
    before: 提交成果
    of: submission
    need: count(review where reviewed_on <= own.submitted_on) >= 1
    if_empty: {of: count(submission of school), then: owe}
draws:
  - {id: check, title: 抽查, of: result, where: grade = '合格', share: 10%, per: school}
effects:
  - id: barred
    title: 不得评优
    of: result
    when: grade = '不合格'
    then: 评优评先一票否决
    bars: [评优, 评先]
    flags: [{when: not signed, say: 尚未签字}]
votes:
  - {id: adopt, title: 表决, who: 教代会, majority: 1/2, reading: vote_reading}
"""


def test_slots_hand_out_every_expression_with_its_subject_and_type() -> None:
    found = slots(process_from(TEXT))

    assert [(slot.entry, slot.kind, slot.of, slot.want, slot.expr.text) for slot in found] == [
        ("sign", "duty", "quarter", BOOLEAN, "grade = 'C'"),
        (
            "reviews",
            "gate",
            "submission",
            BOOLEAN,
            "count(review where reviewed_on <= own.submitted_on) >= 1",
        ),
        ("reviews", "gate_if_empty", "submission", NUMBER, "count(submission of school)"),
        ("check", "draw_where", "result", BOOLEAN, "grade = '合格'"),
        ("check", "draw_size", "result", NUMBER, "10%"),
        ("barred", "effect", "result", BOOLEAN, "grade = '不合格'"),
        ("barred", "effect_flag", "result", BOOLEAN, "not signed"),
    ]


def test_tables_and_settings_are_named_for_whoever_checks_them() -> None:
    process = process_from(TEXT)

    assert [name for name, _ in tables_named(process)] == [
        "quarter",
        "interview",
        "submission",
        "result",
        "result",
    ]
    assert [setting.parameter for setting in settings_of(process)] == ["vote_reading"]


def test_s0_4_judges_signatures_gates_samples_and_dismissals() -> None:
    found = slots(notice("S0.4"))

    assert [(slot.entry, slot.kind, slot.of) for slot in found] == [
        ("quarter_signature", "duty", "quarterly"),
        ("year_signature", "duty", "yearly"),
        ("low_rate_approval", "duty", "departments"),
        ("quarter_plan_approved", "gate", "quarterly"),
        ("year_plan_approved", "gate", "yearly"),
        ("quarter_self_first", "gate", "quarterly"),
        ("year_self_first", "gate", "yearly"),
        ("adjustment_consulted", "gate", "grade_change"),
        ("interview_sample", "draw_size", "interview"),
        ("interview_missed", "effect", "interview_sample"),
        ("dismissal", "effect", "yearly"),
        ("tail_dismissal", "effect", "yearly"),
    ]


def test_schema_explains_every_key_in_chinese() -> None:
    properties = PROCESS_FILE.schema()["properties"]

    assert isinstance(properties, dict)
    assert properties["duties"]["items"]["properties"]["owes"]["description"] == (
        "要做什么、交什么；不写即 title"
    )
