"""One unit alone gives its part of the whole, on arrays as in the database."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from kaocheng.engine.columnar import array_groups
from kaocheng.engine.columnar.facts import AT
from kaocheng.engine.columnar.run import Store
from kaocheng.engine.columnar.sql import column_name
from tests.engine.columnar.agreement import Unreadable
from tests.engine.columnar.generated import Emphasis, Generated, generated, numbered
from tests.engine.columnar.one_unit import (
    changes,
    in_order,
    never_too_wide,
    results_of,
    store_of,
    units_agree,
    units_of,
)
from tests.thorough import amount

LOOKING = settings(
    max_examples=amount(10, 20),
    derandomize=True,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture,
    ],
)  # fmt: skip


def units_are_the_whole(case: Generated) -> None:
    """Every unit apart, put together, is the whole as far as columns are closed."""
    try:
        store = store_of(case)
    except Unreadable:
        return
    units = list(units_agree(store))
    for result, name in store.stages.tables.items():
        apart = in_order(pa.concat_tables([one[result] for one in units]))
        whole = store.connection.sql(f"FROM {column_name(name)}").to_arrow_table()
        of_units = whole.filter(pc.is_in(whole[AT], value_set=apart[AT].combine_chunks()))
        assert apart.to_pylist() == in_order(of_units).to_pylist()


@given(generated())
@LOOKING
def test_units_apart_are_the_whole(case: Generated) -> None:
    with pytest.MonkeyPatch.context() as patch:
        never_too_wide(patch)
        units_are_the_whole(case)


@given(generated(Emphasis(("pay", "seats", "mark", "pay"), subjects=("teacher",))))
@LOOKING
def test_units_apart_are_the_whole_where_people_are_ranked(case: Generated) -> None:
    units_are_the_whole(case)


@given(generated(Emphasis(("deduct", "value", "count", "grade"), periods=True)))
@LOOKING
def test_units_apart_are_the_whole_in_periods(case: Generated) -> None:
    units_are_the_whole(case)


def test_changed_unit_is_computed_as_the_reference_computes_it() -> None:
    """With the plan as it was, and with another where the rows break what was promised."""
    kept = [one.is_agreed_by_all() for case in map(numbered, range(10)) for one in changes(case)]

    assert kept.count(True) > 5
    assert kept.count(False) > 0


def test_too_many_pairs_of_rows_are_left_to_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """A condition on both the asker and the entry makes pairs."""
    monkeypatch.setattr(array_groups, "MOST_PAIRS", -1)
    left = 0
    for case in map(numbered, range(30)):
        store = store_of(case)
        for unit in units_of(store):
            if store.compute_in_arrays(unit) is None:
                left += 1
                before = results_of(store)
                store.run_unit(unit, {})
                assert results_of(store) == before

    assert left > 0


def test_revision_counts_the_changes_of_a_register_in_a_unit() -> None:
    change = next(one for case in map(numbered, range(30)) for one in changes(case))
    store = Store(change.compiled, change.before)
    store.compute()

    for _ in range(2):
        store.run_unit(change.unit, {change.register: change.rows})

    assert store.revisions == {(change.register, change.unit): 2}


def test_unit_that_does_not_exist_is_refused() -> None:
    store = store_of(numbered(1))

    with pytest.raises(KeyError):
        store.run_unit("没有这个单位", {})


def test_table_whose_rows_have_places_is_not_changed_by_unit() -> None:
    store = store_of(numbered(1))

    with pytest.raises(ValueError, match="teacher"):
        store.run_unit(units_of(store)[0], {"teacher": store.facts.tables["teacher"].arrow})
