"""Both evaluators agree on packs and facts that nobody has thought of.

Every run looks at the same examples. `KAOCHENG_EXAMPLES=20000` looks at that many new ones for each
test, and prints what it takes to repeat a failure.
"""

from __future__ import annotations

import os
from random import Random

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from kaocheng.formats import canonical_csv_bytes
from tests.engine.columnar.agreement import (
    agree,
    compiled_pack,
    facts_of,
    run_in_columns,
    tables_of,
)
from tests.engine.columnar.generated import Emphasis, Generated, generated

NEW_EXAMPLES = int(os.environ.get("KAOCHENG_EXAMPLES", "0"))
LOOKING = settings(
    max_examples=NEW_EXAMPLES or 40,
    derandomize=not NEW_EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@given(generated())
@LOOKING
def test_evaluators_agree_on_anything(case: Generated) -> None:
    note(str(case))

    agree(case.pack, case.facts)


@given(generated(Emphasis(("value", "mark", "band", "count", "compare", "parts", "grade"))))
@LOOKING
def test_evaluators_agree_on_scores(case: Generated) -> None:
    note(str(case))

    agree(case.pack, case.facts)


@given(generated(Emphasis(("deduct", "add", "choose", "require", "adjust"))))
@LOOKING
def test_evaluators_agree_on_entries(case: Generated) -> None:
    note(str(case))

    agree(case.pack, case.facts)


@given(generated(Emphasis(("seats", "mark", "seats"), subjects=("teacher", "school"))))
@LOOKING
def test_evaluators_agree_on_seats(case: Generated) -> None:
    note(str(case))

    agree(case.pack, case.facts)


@given(generated(Emphasis(("pay", "mark", "pay"), subjects=("teacher",))))
@LOOKING
def test_evaluators_agree_on_pay(case: Generated) -> None:
    note(str(case))

    agree(case.pack, case.facts)


@given(generated(Emphasis(("deduct", "value", "count", "grade"), periods=True)))
@LOOKING
def test_evaluators_agree_on_periods(case: Generated) -> None:
    note(str(case))

    agree(case.pack, case.facts)


@given(generated(Emphasis(("value", "grade", "compare"), subjects=("teacher", "school", "lesson"))))
@LOOKING
def test_evaluators_agree_on_results_that_read_results(case: Generated) -> None:
    note(str(case))

    agree(case.pack, case.facts)


@given(generated(Emphasis(steady=True)), st.integers(0, 2**32))
@LOOKING
def test_order_of_the_rows_never_changes_a_byte(case: Generated, seed: int) -> None:
    random = Random(seed)
    compiled = compiled_pack(case.pack)
    shuffled = {name: shuffled_rows(text, random) for name, text in case.facts.items()}
    note(str(case))

    before = tables_of(run_in_columns(compiled, facts_of(compiled, case.facts)))
    after = tables_of(run_in_columns(compiled, facts_of(compiled, shuffled)))

    assert {name: canonical_csv_bytes(table) for name, table in after.items()} == {
        name: canonical_csv_bytes(table) for name, table in before.items()
    }


def shuffled_rows(text: str, random: Random) -> str:
    header, *rows = text.splitlines(keepends=True)
    random.shuffle(rows)
    return "".join((header, *rows))
