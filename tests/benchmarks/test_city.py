"""The pack of the benchmarks says what its peers compute, column for column."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from benchmarks import peers
from benchmarks.cities import (
    PACK,
    PEER_COLUMNS,
    RESULT,
    WHOLE_ITEMS,
    column_facts,
    make_schools_uneven,
    make_some_marks_negative,
    mix_rows,
    text_tables,
)
from kaocheng.engine import verbs
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.problems import Problems
from kaocheng.engine.values import Value

pytestmark = pytest.mark.skipif(
    not peers.are_here(), reason="the peers are not beside the checkout (../shared/bench)"
)


Change = Callable[[duckdb.DuckDBPyConnection], None]


def city(folder: Path, *changes: Change) -> duckdb.DuckDBPyConnection:
    """Three schools of 100 teachers in the peers' tables, changed."""
    connection = duckdb.connect()
    peers.load(connection, peers.generated(peers.Size(300), work=folder))
    for change in changes:
        change(connection)
    return connection


@pytest.mark.parametrize(
    "changes", [(), (make_schools_uneven, mix_rows)], ids=["even", "uneven and mixed"]
)
def test_city_pack_agrees_with_hand_tuned_sql_in_every_column(
    tmp_path: Path, changes: tuple[Change, ...]
) -> None:
    connection = city(tmp_path, *changes)
    problems = Problems()
    compiled = verbs.check(PACK, problems=problems)
    assert compiled is not None

    facts = verbs.facts(compiled.pack, text_tables(compiled.pack, connection), problems=problems)
    run = verbs.run(compiled, facts)

    ours = [
        (int(key[0]), *(_as_peer(run.value(RESULT, item, key), item) for item in PEER_COLUMNS))
        for key in run.members[RESULT]
    ]
    columns = ", ".join(["tid", *PEER_COLUMNS.values()])
    query = f"SELECT {columns} FROM ({peers.by_hand_with_our_ties()})"
    theirs = connection.execute(query).fetchall()
    grade = 1 + list(PEER_COLUMNS).index("grade")
    assert sorted(ours) == sorted(theirs)
    assert {row[grade] for row in ours} == set("ABCD")
    assert problems.errors == []


def _as_peer(value: Value, item: str) -> object:
    """A value as the peers write it: hundredths, but for what they count in whole numbers."""
    if not isinstance(value, Fraction):
        return value
    scaled = value if item in WHOLE_ITEMS else value * 100
    assert scaled.denominator == 1
    return int(scaled)


@pytest.mark.parametrize(
    "changes",
    [(), (make_schools_uneven,), (make_some_marks_negative,), (mix_rows,)],
    ids=["even", "uneven", "negative", "mixed"],
)
def test_city_is_encoded_as_the_engine_would(tmp_path: Path, changes: tuple[Change, ...]) -> None:
    connection = city(tmp_path, *changes)
    problems = Problems()
    pack = verbs.read(PACK, problems=problems)
    assert pack is not None

    in_columns = column_facts(pack, connection)

    as_text = verbs.facts(pack, text_tables(pack, connection), problems=problems)
    assert in_columns == encode_facts(pack, as_text)
