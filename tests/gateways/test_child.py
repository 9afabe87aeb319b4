"""A program that we start ends with us, even when we are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

# Starts a child that would sleep for a day, says it is there and waits to be killed.
PARENT = """
import signal, subprocess, time
from kaocheng.gateways.child import ends_with_parent
child = subprocess.Popen(["sleep", "86400"], preexec_fn=ends_with_parent(signal.SIGKILL))
print("started", flush=True)
child.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be asked to end a child")
def test_child_of_a_killed_parent_is_gone() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as said:
        assert said.readline() == "started\n"

        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()

        # The child holds the other end too: nothing more comes only once it is gone.
        assert said.read() == ""
