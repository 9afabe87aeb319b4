"""Sample facts: sound for every pack, equal for equal seeds, like the example, with its edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Facts
from kaocheng.engine.problems import Problems
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.engine.values import is_known
from kaocheng.formats import read_tables
from tests.engine.bundles import compile_bundle, told
from tests.engine.columnar.agreement import agree_on

SCHEMES = Path(__file__).parents[3] / "schemes"
PACKS = {folder.name: folder for folder in verbs.find_packs(SCHEMES)}
SCHOOL = Path(__file__).parents[2] / "cli" / "packs" / "t1-school"
Tables = dict[str, TextTable]


@cache
def compiled_at(folder: Path) -> Compiled:
    problems = Problems()
    compiled = verbs.check(folder, problems=problems)
    assert compiled is not None, told(problems)
    return compiled


@cache
def example_at(folder: Path) -> Mapping[str, TextTable]:
    return read_tables(folder / "example", problems=Problems())


def made(
    compiled: Compiled, example: Mapping[str, TextTable], *, seed: int = 1, size: int = 40
) -> Tables:
    found = verbs.sample(compiled, example, seed=seed, size=size)
    rows: dict[str, list[TextRow]] = {name: [] for name in found.headers}
    for table, row in found.rows:
        cells = tuple(row.get(name, "") for name in found.headers[table])
        rows[table].append(TextRow(len(rows[table]) + 2, cells))
    return {
        name: TextTable(name, f"{name}.csv", header, tuple(rows[name]))
        for name, header in found.headers.items()
    }


def facts_of(compiled: Compiled, tables: Tables) -> Facts:
    problems = Problems()
    facts = verbs.facts(compiled.pack, tables, problems=problems)
    assert [str(one) for one in problems.errors] == []
    return facts


@pytest.mark.parametrize("name", PACKS)
def test_sample_of_a_scheme_is_sound_and_both_evaluators_agree_on_it(name: str) -> None:
    compiled = compiled_at(PACKS[name])

    facts = facts_of(compiled, made(compiled, example_at(PACKS[name])))

    run = agree_on(compiled, facts)
    assert any(run.members[result] for result in run.pack.results)


@pytest.mark.parametrize("name", PACKS)
def test_most_of_what_a_sample_asks_for_has_a_result(name: str) -> None:
    compiled = compiled_at(PACKS[name])
    facts = facts_of(compiled, made(compiled, example_at(PACKS[name])))

    run = verbs.run(compiled, facts)

    states = Counter(
        is_known(outcome.value)
        for result in compiled.pack.scheme.results
        for outcome in run.outcomes[result.id, result.headline or result.items[-1].id].values()
    )
    assert states[True] >= states[False]


@pytest.mark.parametrize("name", PACKS)
def test_scheme_without_an_example_gets_its_sample_from_its_cases(name: str) -> None:
    compiled = compiled_at(PACKS[name])

    facts = facts_of(compiled, made(compiled, {}))

    assessed = {result.of for result in compiled.pack.scheme.results}
    assert any(facts.tables[register].rows for register in assessed)


def school(*, seed: int = 1, size: int = 40) -> Tables:
    return made(compiled_at(SCHOOL), example_at(SCHOOL), seed=seed, size=size)


def column(tables: Tables, table: str, name: str) -> list[str]:
    at = tables[table].header.index(name)
    return [row.cells[at] for row in tables[table].rows]


@pytest.mark.parametrize("size", [1, 5, 6, 7, 13, 100])
def test_sample_has_as_many_subjects_as_asked_each_with_a_key_of_its_own(size: int) -> None:
    keys = column(school(size=size), "teacher", "id")

    assert len(keys) == size
    assert len(set(keys)) == size


def test_equal_seeds_give_equal_facts_and_others_differ() -> None:
    assert school(seed=7) == school(seed=7)
    assert school(seed=7) != school(seed=8)


def test_entries_follow_their_subject_into_every_copy() -> None:
    tables = school(size=12)

    keys = set(column(tables, "teacher", "id"))

    assert {f"{key}-2" for key in ("T01", "T02")} <= keys
    assert set(column(tables, "leave", "teacher")) <= keys
    assert Counter(column(tables, "observation", "teacher"))["T01-2"] == 3


def test_units_get_names_and_people_are_somebody_else() -> None:
    tables = school(size=12)

    names = dict(
        zip(column(tables, "teacher", "id"), column(tables, "teacher", "name"), strict=True)
    )

    assert names["T01"] == "林秀芬"
    assert names["T01-2"] != "林秀芬"


def test_figures_vary_and_take_the_edges_that_the_cases_have() -> None:
    of_example = {row.cells[1] for row in example_at(SCHOOL)["observation"].rows}

    marks = set(column(school(size=600), "observation", "mark"))

    case = compiled_at(SCHOOL).pack.cases[0].facts["observation"]
    edges = {line.split(",")[1].strip() for line in case.strip().splitlines()[1:]}
    assert edges - of_example != set()
    assert marks == of_example | edges


def test_smaller_sample_leaves_no_entry_about_nobody() -> None:
    tables = school(size=2)

    for table in ("leave", "study", "observation", "award"):
        assert set(column(tables, table, "teacher")) <= set(column(tables, "teacher", "id"))


TYPES_ONLY = """
scheme:
  language: 1
  id: new
  title: 新方案
  source: {document: 某校办法}
  results:
    - id: yearly
      title: 学年考核
      of: teacher
      items:
        - id: days
          title: 请假天数
          value: sum(days over leave where kind = '事假') + allowance
registers:
  language: 1
  periods: {term: 学期, month: 月份}
  registers:
    - id: school
      title: 学校
      kind: roster
      key: id
      name: name
      fields: {id: {title: 编号, type: text}, name: {title: 校名, type: text}}
    - id: teacher
      title: 教师
      kind: roster
      key: id
      fields:
        id: {title: 编号, type: text}
        school: {title: 学校, type: school, required: 是}
        full_time: {title: 专任, type: boolean}
    - id: leave
      title: 请假登记
      kind: register
      date: day
      fields:
        teacher: {title: 教师, type: teacher, required: 是}
        day: {title: 日期, type: date}
        days: {title: 天数, type: number, least: 0.5, most: 3}
        kind: {title: 类别, type: choice, values: [病假, 事假]}
parameters:
  language: 1
  parameters:
    - {id: allowance, title: 可免天数, type: number, least: 1, most: 5}
"""


def test_scheme_with_nothing_but_types_gets_a_world_made_from_them() -> None:
    compiled, problems = compile_bundle(TYPES_ONLY)
    assert compiled is not None, told(problems)
    tables = made(compiled, {}, size=30)

    run = verbs.run(compiled, facts_of(compiled, tables))

    assert len(column(tables, "teacher", "id")) == 30
    assert set(column(tables, "leave", "kind")) == {"病假", "事假"}
    assert Counter(column(tables, "periods", "kind")) == {"term": 2, "month": 12}
    assert all(is_known(one.value) for one in run.outcomes["yearly", "days"].values())
