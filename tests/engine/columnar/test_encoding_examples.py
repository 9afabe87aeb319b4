"""Every example of the mechanisms, and every scheme: the columns say what the rows say."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from kaocheng.engine import mechanisms, verbs
from kaocheng.engine.cases import case_facts
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.facts import AT, LINE, ColumnFacts, ColumnTable, na_column
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Facts, FactTable
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import read_pack
from kaocheng.engine.values import NotApplicable, Value, is_known
from tests.engine.bundles import compile_bundle

EXAMPLES = sorted((Path(mechanisms.__file__).parent / "examples").glob("*.yaml"))
SCHEMES = sorted((Path(__file__).parents[3] / "schemes").glob("*/scheme.yaml"))
Rows = dict[int, dict[str, object]]


def compiled(path: Path) -> Compiled:
    if path.name == "scheme.yaml":
        pack = read_pack(path.parent, problems=Problems())
        found = None if pack is None else verbs.compile(pack, problems=Problems())
    else:
        found, _ = compile_bundle(path.read_text("utf-8"))
    assert found is not None
    return found


def said_by_rows(table: FactTable) -> Rows:
    """By line: every known value, the word 不适用, or None."""
    return {
        row.ref.line: {name: said(value) for name, value in row.values.items()}
        for row in table.rows
    }


def said(value: Value) -> object:
    if isinstance(value, NotApplicable):
        return "不适用"
    return value if is_known(value) else None


def said_by_columns(facts: ColumnFacts, table: ColumnTable) -> Rows:
    columns = {name: decoded(facts, table, name) for name in table.register.fields}
    lines = table.arrow[LINE].to_pylist()
    return {
        line: {name: values[place] for name, values in columns.items()}
        for place, line in enumerate(lines)
    }


def decoded(facts: ColumnFacts, table: ColumnTable, name: str) -> list[object]:
    values = table.arrow[name].to_pylist()
    flags = [False] * len(values)
    if na_column(name) in table.arrow.column_names:
        flags = table.arrow[na_column(name)].to_pylist()
    known = [None if value is None else meant(facts, table, name, value) for value in values]
    return ["不适用" if flag else value for flag, value in zip(flags, known, strict=True)]


def meant(facts: ColumnFacts, table: ColumnTable, name: str, value: object) -> object:
    described = table.register.fields[name]
    if described.type in facts.tables:
        target = facts.tables[described.type]
        assert target.arrow[AT].to_pylist() == list(range(target.rows))
        return target.arrow[target.register.key].to_pylist()[value]
    if described.type in ("choice", "scale"):
        assert isinstance(value, int)
        return described.values[value]
    if described.type == "period":
        assert isinstance(value, int)
        return facts.periods[value].id
    if described.type in ("number", "whole", "money"):
        assert isinstance(value, int)
        return Fraction(value, table.columns[name].scale)
    return value


@pytest.mark.parametrize(
    "path", [*EXAMPLES, *SCHEMES], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_columns_of_every_case_say_what_its_rows_say(path: Path) -> None:
    found = compiled(path)
    given: list[Facts] = []
    for case in found.pack.cases:
        problems = Problems()
        facts = case_facts(found.pack, case, problems=problems)
        if not problems.errors:
            given.append(facts)

    encoded = [encode_facts(found.pack, facts) for facts in given]

    assert given
    for facts, columns in zip(given, encoded, strict=True):
        for name, table in facts.tables.items():
            assert said_by_columns(columns, columns.tables[name]) == said_by_rows(table)
