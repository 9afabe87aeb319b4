"""Both evaluators agree on packs and facts that nobody has thought of."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, note, settings

from tests.engine.columnar.agreement import agree
from tests.engine.columnar.generated import Generated, generated

# `KAOCHENG_EXAMPLES=20000` looks at that many new ones for each test.
EXAMPLES = int(os.environ.get("KAOCHENG_EXAMPLES", "0"))
LOOKING = settings(
    max_examples=EXAMPLES or 50,
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@given(generated())
@LOOKING
def test_evaluators_agree_on_anything(case: Generated) -> None:
    note(str(case))

    agree(case.pack, case.facts)
