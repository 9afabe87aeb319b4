"""What is generated is worth looking at: it compiles, covers the language, and has results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.expressions.bound import BAggregate, walk_bound
from kaocheng.engine.expressions.parse import AGGREGATES_OF_ROWS, AGGREGATES_OF_VALUES
from kaocheng.engine.mechanisms import MECHANISMS
from kaocheng.engine.reference.run import Run
from kaocheng.engine.values import state_of
from tests.engine.columnar.agreement import Unreadable, compiled_pack, facts_of
from tests.engine.columnar.generated import generated, numbered

SEEDS = range(150)


def aggregates(run: Run) -> Iterable[BAggregate]:
    for bound in run.compiled.bound.values():
        yield from (node for node in walk_bound(bound) if isinstance(node, BAggregate))


@pytest.fixture(scope="module")
def runs() -> list[Run | None]:
    """The run of every seed; None where the pack is refused."""
    found: list[Run | None] = []
    for seed in SEEDS:
        case = numbered(seed)
        try:
            compiled = compiled_pack(case.pack)
            found.append(verbs.run(compiled, facts_of(compiled, case.facts)))
        except Unreadable:
            found.append(None)
    return found


def test_generated_packs_are_hardly_ever_refused(runs: list[Run | None]) -> None:
    assert sum(run is None for run in runs) <= len(runs) // 20


def test_generated_packs_use_every_mechanism_and_aggregate(runs: list[Run | None]) -> None:
    known = [run for run in runs if run is not None]
    mechanisms = {item.mechanism for run in known for item in run.pack.items.values()}
    functions = {node.function for run in known for node in aggregates(run)}

    assert mechanisms == set(MECHANISMS)
    assert functions == {*AGGREGATES_OF_ROWS, *AGGREGATES_OF_VALUES}


def test_generated_packs_read_rows_in_every_way(runs: list[Run | None]) -> None:
    nodes = [node for run in runs if run is not None for node in aggregates(run)]
    ways = {(node.is_result, node.whole, node.scope is not None, node.level > 1) for node in nodes}

    for way in ((False, False, False), (False, True, False), (False, False, True)):
        assert {(False, *way[1:], False), (True, *way[1:], False)} <= ways
    assert any(deep for *_, deep in ways)


def test_generated_facts_give_values_of_every_state(runs: list[Run | None]) -> None:
    states: Counter[str] = Counter(
        state_of(outcome.value)
        for run in runs
        if run is not None
        for column in run.outcomes.values()
        for outcome in column.values()
    )
    share = {state: count / states.total() for state, count in states.items()}

    assert share["scored"] > 0.5
    assert share["missing"] > 0.05
    assert share["not_applicable"] > 0.05


def test_same_number_gives_the_same_pack_and_facts() -> None:
    assert numbered(7) == numbered(7)
    assert str(numbered(7)) != str(numbered(8))
    assert generated().validate() is None
