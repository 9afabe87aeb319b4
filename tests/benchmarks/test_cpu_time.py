"""CPU time of processes: what has ended goes on counting, and nothing counts twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.cpu_time import children, used

BURNT = 0.2
# The kernel tells of ticks that are over, for time in programs and in itself.
TOLD = BURNT - 0.03
# Starts a child at each line it reads; the child burns, says so, and ends when told.
BURN = (
    f"import time\nwhile time.process_time() < {BURNT}: pass\nprint('burnt', flush=True)\ninput()"
)
PARENT = f"""
import subprocess, sys
for _ in sys.stdin:
    with subprocess.Popen([sys.executable, "-c", {BURN!r}], stdin=subprocess.PIPE) as child:
        sys.stdin.readline()
        child.communicate(b"end\\n")
    print("ended", flush=True)
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def told(process: subprocess.Popen[str]) -> str:
    """Says a line and waits for the answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_cpu_of_children_counts_while_they_run_and_after_they_ended(
    parent: subprocess.Popen[str],
) -> None:
    at_first = used(parent.pid)

    said = told(parent)
    running = used(parent.pid)
    of_child = used(next(children(parent.pid)).pid)
    ended = told(parent)
    after = used(parent.pid)
    told(parent)
    with_second = used(parent.pid)
    told(parent)

    assert (said, ended) == ("burnt", "ended")
    assert of_child >= TOLD
    assert running >= at_first + of_child
    assert running <= after < running + TOLD
    assert with_second >= after + TOLD


def test_cpu_of_a_process_that_is_gone_is_nothing(parent: subprocess.Popen[str]) -> None:
    told(parent)
    child = next(children(parent.pid))
    told(parent)

    assert used(child.pid) == 0
