"""A workbench for tables of columns: one pack with every type of field, read in both ways."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from kaocheng.engine.columnar.arrow_table import ArrowTable
from kaocheng.engine.columnar.encoding import encode_facts, encode_tables
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.facts import read_facts, text_table
from kaocheng.engine.problems import Problem, Problems, Refused
from kaocheng.engine.text_table import TextTable
from tests.engine.bench import PERIODS, compiled, items

REGISTERS = """
language: 1
periods: {term: 学期, month: 月}
registers:
- id: school
  title: 学校
  kind: list
  key: id
  fields: {id: {title: 编号, type: text}, level: {title: 学段, type: whole}}
  rows: |
    id, level
    东, 1
    西, 2
- id: staff
  title: 教职工
  kind: roster
  key: id
  unit: school
  fields:
    id: {title: 编号, type: text}
    school: {title: 学校, type: school}
    weekly: {title: 周工作量, type: number, least: 0, most: 45/2}
    pay: {title: 工资, type: money}
    born: {title: 出生日期, type: date}
    mentor: {title: 师傅, type: staff}
- id: leave
  title: 考勤台账
  kind: register
  date: date
  once: [staff, date]
  fields:
    staff: {title: 教职工, type: staff, required: 是}
    date: {title: 日期, type: date}
    kind: {title: 假别, type: choice, values: [病假, 事假]}
    days: {title: 天数, type: whole, most: 30}
    signed: {title: 已审签, type: boolean}
- id: visit
  title: 家访
  kind: register
  date: at
  optional: 是
  fields:
    at: {title: 时刻, type: moment}
    host: {title: 对象, type: staff}
    note: {title: 说明, type: text}
    term: {title: 学期, type: period}
- id: class
  title: 班级
  kind: roster
  key: no
  fields: {no: {title: 班号, type: number}, head: {title: 班主任, type: staff}}
"""
PACK = compiled(items("- {id: x, title: 值, value: weekly}"), REGISTERS).pack


def by_rows(given: list[TextTable]) -> tuple[ColumnFacts | None, list[Problem]]:
    problems = Problems()
    texts = {one.name: one for one in [*given, text_table("periods", PERIODS, source="p.csv")]}
    facts = read_facts(PACK, texts, problems=problems)
    try:
        found = None if problems.errors else encode_facts(PACK, facts)
    except Refused as refused:
        return None, sorted({*problems, *refused.problems})
    return found, list(problems)


def by_columns(given: list[ArrowTable]) -> tuple[ColumnFacts | None, list[Problem]]:
    problems = Problems()
    periods = text_table("periods", PERIODS, source="p.csv")
    tables = {table.name: table for table in given}
    try:
        found = encode_tables(PACK, {"periods": periods, **tables}, problems=problems)
        return found, list(problems)
    except Refused:
        return None, list(problems)


Columns = Mapping[str, pa.Array]
NO_ROWS: Mapping[str, Columns] = {
    "staff": {"id": ["a", "b"]},
    "leave": {"staff": pa.array([], pa.string()), "date": pa.array([], pa.string())},
    "visit": {"at": pa.array([], pa.string())},
    "class": {"no": pa.array(["1"])},
}


def encoded(**tables: Columns) -> tuple[ColumnFacts | None, list[Problem]]:
    """Tables by id, columns by field: lists of texts or Arrow arrays."""
    given = [
        ArrowTable(name, f"{name}.parquet", pa.table(columns))
        for name, columns in {**NO_ROWS, **tables}.items()
    ]
    return by_columns(given)
