"""CPU time of a process with everything that it has started, out of /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """`own` seconds of its own; `ended`: of its children that have ended, and of theirs."""

    pid: int
    name: str
    parent: int
    own: float
    ended: float


def used(pid: int) -> float:
    """Seconds of the process and of everything below it, whether it still runs or not.

    What ends gives its time to its parent. Where that happens while we add up, it would be missed
    or stand there twice, so we begin again: later readings are never smaller than earlier ones.
    """
    while True:
        process = _read(pid)
        if process is None:
            return 0.0
        below = sum(used(child.pid) for child in children(pid))
        after = _read(pid)
        if after is None or after.ended == process.ended:
            return process.own + process.ended + below


def children(pid: int) -> Iterator[Process]:
    for folder in Path("/proc").glob("[0-9]*"):
        process = _read(int(folder.name))
        if process is not None and process.parent == pid:
            yield process


def _read(pid: int) -> Process | None:
    """None for a process that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    head, _, tail = stat.rpartition(")")
    fields = tail.split()
    user, system, ended_user, ended_system = (int(one) / TICKS for one in fields[11:15])
    return Process(
        pid=pid,
        name=head.partition("(")[2],
        parent=int(fields[1]),
        own=user + system,
        ended=ended_user + ended_system,
    )
