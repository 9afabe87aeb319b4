"""Time ours against a peer, or against a limit, and say the result in one line.

Rounds are interleaved, so that a busy moment of the machine meets both sides, and the side that
goes first alternates. Medians count: one slow round says something about the machine, not about us.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Work = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Timing:
    """The seconds of each round, in the order they were run."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    def __str__(self) -> str:
        fastest, slowest = min(self.seconds), max(self.seconds)
        spread = f"{fastest:.4f}–{slowest:.4f} s"
        return f"{self.median:.4f} s (median of {len(self.seconds)}, {spread})"


def compare(
    name: str,
    *,
    ours: Work,
    peer: Work,
    rounds: int,
    warm_up_rounds: int = 1,
    clock: Clock = time.perf_counter,
) -> float:
    """Print both sides and `NAME: ours=… s peer=… s ratio=…`; the ratio is ours / peer."""
    timings = _timed((ours, peer), rounds=rounds, warm_up_rounds=warm_up_rounds, clock=clock)
    our_timing, peer_timing = timings
    ratio = our_timing.median / peer_timing.median
    print(f"  ours  {our_timing}")
    print(f"  peer  {peer_timing}")
    print(
        f"{name}: ours={our_timing.median:.4f} s peer={peer_timing.median:.4f} s ratio={ratio:.2f}"
    )
    return ratio


def against_limit(
    name: str,
    *,
    ours: Work,
    limit_seconds: float,
    rounds: int,
    warm_up_rounds: int = 1,
    clock: Clock = time.perf_counter,
) -> float:
    """Print our side and `NAME: ours=… s peer=… s (limit) ratio=…`; the ratio is ours / limit."""
    (timing,) = _timed((ours,), rounds=rounds, warm_up_rounds=warm_up_rounds, clock=clock)
    ratio = timing.median / limit_seconds
    print(f"  ours  {timing}")
    shown = f"peer={limit_seconds:.4f} s (limit) ratio={ratio:.2f}"
    print(f"{name}: ours={timing.median:.4f} s {shown}")
    return ratio


def _timed(
    works: tuple[Work, ...], *, rounds: int, warm_up_rounds: int, clock: Clock
) -> list[Timing]:
    if rounds < 1:
        raise ValueError(f"rounds must be at least 1, not {rounds}")
    for _ in range(warm_up_rounds):
        for work in works:
            work()
    seconds: list[list[float]] = [[] for _ in works]
    for round_number in range(rounds):
        order = range(len(works)) if round_number % 2 == 0 else reversed(range(len(works)))
        for side in order:
            started = clock()
            works[side]()
            seconds[side].append(clock() - started)
    return [Timing(tuple(side_seconds)) for side_seconds in seconds]
