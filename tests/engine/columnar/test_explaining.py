"""An explanation out of stored results is the reference's: values, lines, texts, rows, advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest
from hypothesis import given, settings

from kaocheng.engine import verbs
from kaocheng.engine.cases import case_facts
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.explaining import Explainer, explain_from_columns
from kaocheng.engine.columnar.run import run_columnar
from kaocheng.engine.compile import Compiled
from kaocheng.engine.explain import explain_subject
from kaocheng.engine.facts import Facts
from kaocheng.engine.problems import Problems
from kaocheng.formats import read_tables
from tests.engine.bundles import compile_bundle
from tests.engine.columnar.agreement import Unreadable, compiled_pack, facts_of
from tests.engine.columnar.faults import fault_of
from tests.engine.columnar.generated import Emphasis, Generated, generated
from tests.engine.columnar.test_agreement_cases import EXAMPLES, PACKS, checked
from tests.engine.columnar.test_agreement_generated import LOOKING, NEW_EXAMPLES

FEWER = settings(LOOKING, max_examples=NEW_EXAMPLES or 20)
SCHOOLS = """
scheme:
  language: 1
  id: T
  title: 测试方案
  source: {document: 测试通知}
  results:
    - id: review
      title: 考核
      of: teacher
      items:
        - {id: score, title: 得分, points: 100, mark: {of: mean(points over mark), out_of: 100}}
        - id: level
          title: 与校均相比
          points: 10
          compare: {own: score, mean: mean(score over review of school)}
        - {id: best, title: 优秀, seats: {rank: score, within: school, take: {at_most: 50%}}}
        - id: pay
          title: 绩效
          unit: 元
          pay:
            within: school
            pool: 100 元 * count(teacher of school)
            take: [{id: share, title: 按得分, by: score}]
registers:
  language: 1
  registers:
    - {id: school, title: 学校, kind: roster, key: id, fields: {id: {title: 编号, type: text}}}
    - id: teacher
      title: 教师
      kind: roster
      key: id
      unit: school
      fields: {id: {title: 编号, type: text}, school: {title: 学校, type: school}}
    - id: mark
      title: 评分
      kind: review
      fields: {teacher: {title: 教师, type: teacher}, points: {title: 分, type: number}}
"""
TABLES = {
    "school": "id\na\nb\n",
    "teacher": "id,school\nt1,a\nt4,b\nt2,a\nt3,a\nt5,b\n",
    "mark": "teacher,points\nt4,70\nt1,90\nt2,80\nt1,80\nt3,60\nt2,90\n",
}


def explained(compiled: Compiled, facts: Facts) -> ColumnarRun:
    return run_columnar(compiled, encode_facts(compiled.pack, facts), tells=True)


def subjects_of(compiled: Compiled, facts: Facts) -> list[str]:
    tables = dict.fromkeys(result.of for result in compiled.pack.scheme.results)
    return list(dict.fromkeys(row.ref.key for name in tables for row in facts.tables[name].rows))


def differences(compiled: Compiled, facts: Facts) -> Iterator[str]:
    """Everybody whose explanation is not the reference's, and where it first is not."""
    run = verbs.run(compiled, facts)
    explainer = Explainer(explained(compiled, facts))
    for subject in subjects_of(compiled, facts):
        wanted, found = explain_subject(run, subject), explainer.explain(subject)
        if wanted != found:
            yield f"{subject}{first_difference(wanted, found)}"


def first_difference(wanted: object, found: object) -> str:
    if type(wanted) is type(found):
        if is_dataclass(wanted):
            for field in fields(wanted):
                one, other = getattr(wanted, field.name), getattr(found, field.name)
                if one != other:
                    return f".{field.name}{first_difference(one, other)}"
        if isinstance(wanted, list | tuple) and isinstance(found, list | tuple):
            for at, (one, other) in enumerate(zip(wanted, found, strict=False)):
                if one != other:
                    return f"[{at}]{first_difference(one, other)}"
    return f": {wanted} != {found}"


def looked_at(case: Generated) -> None:
    """A case that an evaluator refuses, or in which they differ, is not one of explaining."""
    try:
        compiled = compiled_pack(case.pack)
        facts = facts_of(compiled, case.facts)
    except Unreadable:
        return
    if fault_of(case) is None:
        assert list(differences(compiled, facts)) == [], case


@given(generated())
@FEWER
def test_explanations_are_the_reference_s(case: Generated) -> None:
    looked_at(case)


@given(generated(Emphasis(("seats", "pay", "mark", "compare"), subjects=("teacher",))))
@FEWER
def test_explanations_of_whoever_is_compared_are_the_reference_s(case: Generated) -> None:
    looked_at(case)


@given(generated(Emphasis(("value", "grade", "count"), periods=True)))
@FEWER
def test_explanations_by_periods_are_the_reference_s(case: Generated) -> None:
    looked_at(case)


@pytest.mark.parametrize("name", PACKS)
def test_explanations_of_the_example_of_a_scheme_are_the_reference_s(name: str) -> None:
    compiled, problems = checked(PACKS[name]), Problems()
    tables = read_tables(PACKS[name] / "example", problems=problems)

    assert list(differences(compiled, verbs.facts(compiled.pack, tables, problems=problems))) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_explanations_of_the_cases_of_a_mechanism_are_the_reference_s(name: str) -> None:
    compiled, _ = compile_bundle(EXAMPLES[name].read_text("utf-8"))
    assert compiled is not None

    for case in compiled.pack.cases:
        problems = Problems()
        facts = case_facts(compiled.pack, case, problems=problems)
        if not problems.errors:
            assert list(differences(compiled, facts)) == [], case.id


def schools(tables: dict[str, str]) -> tuple[Compiled, Facts]:
    compiled = compiled_pack(SCHOOLS)
    return compiled, facts_of(compiled, tables)


def test_explanation_reads_no_table_as_a_whole() -> None:
    explainer = Explainer(explained(*schools(TABLES)))

    (found,) = explainer.explain("t2")

    assert found.branch("best") is not None
    assert explainer.decoded == set()


def test_explanation_says_whose_missing_value_stops_the_others() -> None:
    compiled, facts = schools(TABLES | {"mark": "teacher,points\nt1,90\nt2,\nt4,70\nt5,60\n"})

    (found,) = explain_from_columns(explained(compiled, facts), "t1")

    pay = found.branch("pay")
    assert pay is not None
    assert "t2 的“按得分”依据还缺" in str(pay.value)
    assert list(differences(compiled, facts)) == []


def test_explanation_says_that_a_column_was_not_handed_in() -> None:
    compiled, facts = schools(TABLES | {"mark": "teacher\nt1\nt4\n"})

    (found,) = explain_from_columns(explained(compiled, facts), "t1")

    score = found.branch("score")
    assert score is not None
    assert "表里没有这一列" in str(score.value)
    assert list(differences(compiled, facts)) == []


def test_explanation_of_nobody_is_empty() -> None:
    assert explain_from_columns(explained(*schools(TABLES)), "nobody") == []
