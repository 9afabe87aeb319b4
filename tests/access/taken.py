"""`pytest -n0 -p tests.access.taken FILES`: the tests of these files with one check less each time.

`KAOCHENG_TAKEN`: a file with the names of mutants, one a line; else those of `spared.ELSEWHERE`.
`KAOCHENG_TAKEN_REPORT` gets a line for each: `noticed by` the first test that fails, `missed`, or
`not run` where no test runs it. Only the tests are asked that run the very statement, which a first
round over all of them finds out.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol


def pytest_runtestloop(session: pytest.Session) -> bool:
    from kaocheng.config.urls import ENDPOINTS  # the settings are not read before
    from tests.access.mutants import all_mutants
    from tests.access.spared import ELSEWHERE, is_among

    given = os.environ.get("KAOCHENG_TAKEN")
    wanted = set(Path(given).read_text("utf-8").splitlines()) if given else set()
    report = Path(os.environ["KAOCHENG_TAKEN_REPORT"])
    ran = _traced(session)
    for mutant in all_mutants(ENDPOINTS):
        is_asked = mutant.name in wanted if given else is_among(mutant.name, ELSEWHERE)
        if is_asked:
            items = [one for one in session.items if one in ran[mutant.touches]]
            with mutant.applied():
                failed = _first_failure(session, items)
            fate = f"noticed by {failed}" if failed else "missed" if items else "not run"
            with report.open("a", encoding="utf-8") as lines:
                lines.write(f"{fate}\t{mutant.name}\n")
    return True


def _traced(session: pytest.Session) -> defaultdict[str, set[pytest.Item]]:
    """Which tests run which statements; those that fail as it is are asked about nothing."""
    from tests.access.mutants import with_code
    from tests.access.trace import NOTE, noting_codes, noting_permissions

    ran: defaultdict[str, set[pytest.Item]] = defaultdict(set)
    keys: set[str] = set()
    codes = noting_codes()
    for function in codes:
        function.__globals__[NOTE] = keys.add
    with with_code(codes), noting_permissions(keys.add):
        for item in session.items:
            keys.clear()
            if not _first_failure(session, [item]):
                for key in keys:
                    ran[key].add(item)
    return ran


def _first_failure(session: pytest.Session, items: Iterable[pytest.Item]) -> str:
    """The first test that fails; what they share, such as a city, stays for the next time."""
    for item in items:
        session._setupstate.teardown_exact(item)
        item._initrequest()  # type: ignore[attr-defined]  # as whoever repeats a test does
        beside = (one for one in session.items if one.parent is item.parent and one is not item)
        following = next(beside, session.items[0])
        if any(one.failed for one in runtestprotocol(item, nextitem=following, log=False)):
            return item.nodeid
    return ""
