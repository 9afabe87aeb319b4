"""The pack of the benchmarks says what its peers compute, column for column."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from benchmarks import peers
from benchmarks.cities import PACK, PEER_COLUMNS, WHOLE_ITEMS, text_tables
from kaocheng.engine import verbs
from kaocheng.engine.problems import Problems
from kaocheng.engine.values import Value

pytestmark = pytest.mark.skipif(
    not peers.are_here(), reason="the peers are not beside the checkout (../shared/bench)"
)


@pytest.fixture
def city(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """Three schools of 100 teachers in the peers' tables."""
    connection = duckdb.connect()
    peers.load(connection, peers.generated(peers.Size(300), work=tmp_path))
    return connection


def test_city_pack_agrees_with_hand_tuned_sql_in_every_column(
    city: duckdb.DuckDBPyConnection,
) -> None:
    problems = Problems()
    compiled = verbs.check(PACK, problems=problems)
    assert compiled is not None
    assert problems.errors == []

    facts = verbs.facts(compiled.pack, text_tables(compiled.pack, city), problems=problems)
    run = verbs.run(compiled, facts)

    ours = [
        (int(key[0]), *(_as_peer(run.value("appraisal", item, key), item) for item in PEER_COLUMNS))
        for key in run.members["appraisal"]
    ]
    columns = ", ".join(["tid", *PEER_COLUMNS.values()])
    theirs = city.execute(f"SELECT {columns} FROM ({peers.by_hand()}) ORDER BY tid").fetchall()
    assert sorted(ours) == theirs
    grade = 1 + list(PEER_COLUMNS).index("grade")
    assert {row[grade] for row in theirs} == set("ABCD")


def _as_peer(value: Value, item: str) -> object:
    if not isinstance(value, Fraction):
        return value
    scaled = value if item in WHOLE_ITEMS else value * 100
    assert scaled.denominator == 1
    return int(scaled)
