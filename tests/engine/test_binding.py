"""Names and types: everything that cannot mean anything is found before anything is computed."""

from __future__ import annotations

import pytest

from kaocheng.engine.compile import compile_pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_bundle
from tests.engine.bench import REGISTERS, bundle, items, problems_of


def ids(results: str) -> list[str]:
    return [one.id for one in problems_of(results)]


def of(expression: str) -> str:
    return items(f"- id: x\n  title: 值\n  value: >-\n    {expression}")


@pytest.mark.parametrize(
    ("expression", "id"),
    [
        ("weeekly + 1", "E20"),
        ("maxx(1, 2)", "E21"),
        ("age(born)", "E22"),
        ("school + 1", "E23"),
        ("weekly and born", "E23"),
        ("weekly > school", "E24"),
        ("school > 'a'", "E24"),
        ("count(leave where kind = '婚假')", "E25"),
        ("count(absence)", "E26"),
        ("count(review)", "E27"),
        ("count(staff)", "E28"),
        ("count(staff of all where school = school)", "E29"),
        ("school.name", "E30"),
        ("run(leave where days > 1)", "E31"),
        ("worst(kind over leave)", "E32"),
        ("latest(score over review by reviewer)", "E33"),
        ("lookup(sanctions, '警告')", "E20"),
        ("lookup(sanction, weekly)", "E23"),
        ("mentor.score.x", "S22"),
        ("count(review by grade)", "E27"),
        ("if(weekly > 9, '优', '良') = '优秀'", "E25"),
        ("lower(kind, 1)", "E20"),
        ("lower(school, 1)", "E32"),
    ],
)
def test_expression_that_cannot_mean_anything_is_refused(expression: str, id: str) -> None:
    assert ids(of(expression)) == [id]


def test_unknown_name_comes_with_the_nearest_known_one() -> None:
    (found,) = problems_of(of("weeekly + 1"))

    assert found.reason() == "没有叫“weeekly”的内容。是不是想写“weekly”？"


def test_place_points_at_the_very_word() -> None:
    (found,) = problems_of(items("- {id: x, title: 值, value: weekly + wekly}"))

    line, column = found.place.line, found.place.column
    assert (line, column) == (11, 41)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("- {id: x, title: 甲, value: y}\n- {id: y, title: 乙, value: x}", "S22"),
        ("- {id: x, title: 甲, value: sum(x over score of all)}", "S22"),
        ("- {id: weekly, title: 甲, value: '1'}", "S20"),
        ("- {id: x, title: 甲, value: '1'}\n- {id: x, title: 乙, value: '1'}", "S20"),
        ("- {id: own, title: 甲, value: '1'}", "S06"),
        ("- {id: x, title: 甲}", "S11"),
        ("- {id: x, title: 甲, value: '1', mark: '2'}", "S12"),
        ("- {id: x, title: 甲, count: {of: '1', at_least: '2'}}", "S28"),
        (
            (
                "- id: x\n  title: 甲\n  points: 10\n  parts:\n"
                "  - {id: y, title: 乙, points: 4, mark: weekly}"
            ),
            "S23",
        ),
        (
            (
                "- id: x\n  title: 甲\n  combine: weighted\n  parts:\n"
                "  - {id: y, title: 乙, weight: 40%, mark: weekly}"
            ),
            "S24",
        ),
        (
            "- {id: x, title: 甲, seats: {rank: weekly, shares: {A: 30%, B: 60%}}}",
            "S27",
        ),
        (
            (
                "- {id: x, title: 甲, grade: {of: weekly, "
                "bands: [{from: 60, to: 90, grade: 合格}, {from: 80, grade: 优秀}]}}"
            ),
            "S25",
        ),
        (
            (
                "- {id: x, title: 甲, grade: {of: weekly, "
                "bands: [{from: 60, to: 70, grade: 合格}, {from: 80, grade: 优秀}]}}"
            ),
            "S26",
        ),
    ],
)
def test_items_that_do_not_fit_together_are_refused(text: str, id: str) -> None:
    assert id in ids(items(text))


def test_only_numbers_can_be_put_together() -> None:
    text = items(
        "- id: x\n  title: 甲\n  parts:\n"
        "  - {id: y, title: 乙, require: {needs: [{title: 丙, need: weekly > 1}]}}"
    )

    assert ids(text) == ["S30"]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("days: {title: 天数, type: number}", []),
        ("staff: {title: 教职工, type: staff, required: 是}", ["S30"]),
        ("date: {title: 日期, type: date}", ["S30"]),
        ("weekly: {title: 周工作量, type: number}", ["S30"]),
        ("score: {title: 评分, type: number, least: 0, most: 100}", ["S30"]),
    ],
)
def test_only_what_an_entry_can_do_without_is_filled_in_later(
    field: str, expected: list[str]
) -> None:
    registers = REGISTERS.replace(field, field.removesuffix("}") + ", filled_by: [组长]}")

    found = problems_of(items("- {id: x, title: 甲, value: '1'}"), registers)

    assert registers != REGISTERS
    assert [one.id for one in found] == expected


PROCESS = """
process:
  language: 1
  events: {asked: 请假, checked: 核实, told: 告知}
  duties:
    - {id: check, title: 核实, who: 组长, by: 3 days after asked, done: checked, register: leave}
    - {id: tell, title: 告知, who: 组长, by: 2 hours after checked, done: told, register: leave}
"""


@pytest.mark.parametrize(
    ("telling", "expected"),
    [
        ("{event: asked, at: date}", []),
        ("{event: asked, at: date, only: {kind: 病假}}", []),
        ("{event: told, at: seen_at}", []),
        ("{event: asked, at: days}", ["S30"]),
        ("{event: told, at: date}", ["S30"]),
        ("{event: asked, at: nowhere}", ["S21"]),
        ("{event: gone, at: date}", ["S21"]),
        ("{event: asked, at: date, only: {kind: 婚假}}", ["S21"]),
    ],
)
def test_what_an_entry_tells_of_is_a_clock_of_its_own(telling: str, expected: list[str]) -> None:
    registers = REGISTERS.replace(
        "  date: date\n  fields:\n",
        f"  date: date\n  tells: [{telling}]\n"
        "  fields:\n    seen_at: {title: 核实时刻, type: moment}\n",
    )
    problems = Problems()

    text = bundle(items("- {id: x, title: 甲, value: '1'}"), registers) + PROCESS
    pack = read_bundle(text, file="T", problems=problems)

    assert pack is not None
    compile_pack(pack, problems=problems)
    assert [one.id for one in problems] == expected


def test_all_problems_are_told_at_once() -> None:
    text = items(
        "- {id: x, title: 甲, value: nothing}\n"
        "- {id: y, title: 乙, vlaue: 1}\n"
        "- {id: z, title: 丙, points: 1e3, value: '1'}"
    )

    assert ids(text) == ["S11", "S01", "S07"]
    assert ids(items("- {id: x, title: 甲, value: a}\n- {id: y, title: 乙, value: b}")) == [
        "E20",
        "E20",
    ]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("value: {first: [{when: weekly > 1, then: 1}], otherwise: name}", ["E23"]),
        ("value: {first: [{when: weekly > 1, then: name}], otherwise: school}", []),
        ("adjust: {of: weekly, register: leave, to: kind}", ["E23"]),
        ("adjust: {of: weekly, register: leave, to: days}", []),
        ("seats: {rank: weekly, take: {number: 1}, otherwise: name}", ["E23"]),
        ("choose: {picks: leave, item: colour}", ["S21"]),
        ("choose: {picks: leaves, item: kind}", ["S21"]),
        ("adjust: {of: weekly, register: calendar, to: day}", ["E27"]),
    ],
)
def test_what_becomes_the_value_must_fit_the_item(item: str, expected: list[str]) -> None:
    registers = f"""{REGISTERS}
- id: calendar
  title: 校历
  kind: register
  fields: {{day: {{title: 第几天, type: number}}}}
"""
    problems = Problems()
    text = bundle(items(f"- {{id: x, title: 项, {item}}}"), registers)
    pack = read_bundle(text, file="T", problems=problems)
    assert pack is not None

    compile_pack(pack, problems=problems)

    assert [one.id for one in problems] == expected


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("own.weeekly + 1", "是不是想写“own.weekly”？"),
        ("count(staff of all where weekly > own.staff)", "就是它自己，编号写 own.id。"),
        (
            "count(leave where days > outer.weekly)",
            "outer. 只用在聚合里面的聚合；指本人请写 own.。",
        ),
        ("row.weekly + 1", "row. 只用在聚合里面；这里直接写“weekly”。"),
        ("age(born, period.from)", "period 只在写了 each 的结果表里有。"),
    ],
)
def test_name_behind_a_dot_gets_a_hint(expression: str, hint: str) -> None:
    (problem,) = problems_of(of(expression))

    assert problem.id == "E20"
    assert hint in problem.reason()


def test_list_where_one_formula_belongs_is_told_so() -> None:
    (problem,) = problems_of(items("- {id: x, title: 值, value: [weekly, born]}"))

    assert (problem.id, problem.reason()) == ("S03", "这里应该是一个条件或算式，不是列表。")
