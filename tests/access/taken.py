"""`pytest -n0 -p tests.access.taken FILES`: the tests of these files with one check less each time.

`KAOCHENG_MUTANTS`: a text that the names of the mutants hold, or `all`. Needs and grants are for
the matrix: of them only those are asked about that it has let pass. `KAOCHENG_MUTANTS_REPORT` gets
a line for each: `noticed by` the first test that fails, `missed` with the number of tests that did
not, or `no test` where none runs it. Only the tests are asked that run the very statement, which a
first round over all of them finds out and keeps beside the report; the quick ones first.
"""

from __future__ import annotations

import os
import pickle
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

# What so many seconds of tests do not notice is left for the matrix.
MOST_SECONDS = 90
# What the matrix says of those that it has not noticed.
LET_PASS = ("survived", "no difference", "not asked")
CITY = "city"
ABOUT_ACCESS = "tests/access/"


def pytest_runtestloop(session: pytest.Session) -> bool:
    from kaocheng.config.urls import ENDPOINTS  # the settings are not read before
    from tests.access.mutants import all_mutants
    from tests.access.spared import DOUBLED, is_among

    only = os.environ["KAOCHENG_MUTANTS"]
    report = Path(os.environ["KAOCHENG_MUTANTS_REPORT"])
    lines = report.read_text("utf-8").splitlines() if report.exists() else []
    fates = {name: fate for fate, name in (line.split("\t", 1) for line in lines)}
    mutants = [
        one
        for one in all_mutants(ENDPOINTS)
        if (only == "all" or only in one.name)
        and fates.get(one.name) in ((None,) if one.exchanged else LET_PASS)
        and not is_among(one.name, DOUBLED)
    ]
    ran = _recalled(session, report) if mutants else {}
    by_name = {item.nodeid: item for item in session.items}
    for mutant in mutants:
        items = [by_name[name] for name in ran.get(mutant.touches, ())]
        with mutant.applied():
            fate = _fate(session, items)
        with report.open("a", encoding="utf-8") as out:
            out.write(f"{fate}\t{mutant.name}\n")
    return True


def _recalled(session: pytest.Session, report: Path) -> dict[str, list[str]]:
    """What a run before has found out about the very same code, else what this one does."""
    from tests.access.trace import digest

    kept = report.with_suffix(".tests")
    about = digest(" ".join(item.nodeid for item in session.items))
    if kept.exists():
        known, ran = pickle.loads(kept.read_bytes())  # our own
        if known == about:
            return dict(ran)
    ran = _traced(session)
    kept.write_bytes(pickle.dumps((about, ran)))
    return ran


def _traced(session: pytest.Session) -> dict[str, list[str]]:
    """Which tests run which statements; those that fail as it is are asked about nothing."""
    from tests.access.mutants import with_code
    from tests.access.trace import NOTE, noting_codes, noting_permissions

    ran: defaultdict[str, list[tuple[bool, bool, float, str]]] = defaultdict(list)
    keys: set[str] = set()
    codes = noting_codes()
    for function in codes:
        function.__globals__[NOTE] = keys.add
    with with_code(codes), noting_permissions(keys.add):
        for item in session.items:
            keys.clear()
            began = time.monotonic()
            if _passes(session, item):
                # Those about access first. A test alone has to build the whole city that the others
                # of its module share.
                cost = (
                    not item.nodeid.startswith(ABOUT_ACCESS),
                    CITY in getattr(item, "fixturenames", ()),
                    time.monotonic() - began,
                )
                for key in keys:
                    ran[key].append((*cost, item.nodeid))
    return {key: [name for *_, name in sorted(of)] for key, of in ran.items()}


def _fate(session: pytest.Session, items: Sequence[pytest.Item]) -> str:
    until = time.monotonic() + MOST_SECONDS
    asked = 0
    for item in items:
        if not _passes(session, item):
            return f"noticed by {item.nodeid}"
        asked += 1
        if time.monotonic() > until:
            break
    return f"missed by {asked} of {len(items)} tests" if items else "no test"


def _passes(session: pytest.Session, item: pytest.Item) -> bool:
    """What tests share, such as a city, stays for the next one."""
    session._setupstate.teardown_exact(item)
    item._initrequest()  # type: ignore[attr-defined]  # as whoever repeats a test does
    beside = (one for one in session.items if one.parent is item.parent and one is not item)
    following = next(beside, session.items[0])
    return not any(one.failed for one in runtestprotocol(item, nextitem=following, log=False))
