"""Programs that we start end with us, however we end."""

from __future__ import annotations

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def ends_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What `Popen(preexec_fn=…)` has the child ask of the kernel: that signal when we are gone.

    The kernel counts the thread that started it as the parent. Nothing where it cannot be asked.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: after the fork only the kernel is called

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, number)

    return ask
