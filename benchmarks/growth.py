"""How time grows with teachers and with events per teacher: exponents, beside hand-tuned SQL."""

from __future__ import annotations

import gc
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from benchmarks import peers
from benchmarks.sides import Hand, Ours, city_pack, encoded

TEACHERS = (15_000, 50_000, 150_000, 500_000)
EVENTS, EVENT_TEACHERS = (5, 20, 80), 150_000
SMALL_TEACHERS, SMALL_EVENTS, SMALL_EVENT_TEACHERS = (100, 200), (5, 10), 100
ROUNDS, SMALL_ROUNDS = 5, 1


@dataclass(frozen=True)
class Point:
    """The medians of both sides at one size of the city; `amount` is what grows."""

    amount: int
    ours: float
    hand: float


def exponent(amounts: Sequence[int], seconds: Sequence[float]) -> float:
    """The slope of log(seconds) over log(amount) by least squares: 1 is proportional growth."""
    x, y = [math.log(one) for one in amounts], [math.log(one) for one in seconds]
    x_mean, y_mean = mean(x), mean(y)
    slope = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    return slope / sum((a - x_mean) ** 2 for a in x)


def measured(size: peers.Size, amount: int, *, rounds: int) -> Point:
    """Both sides in turn; what they hold is let go before the next size is loaded."""
    ours, hand = Ours(size), Hand(size)
    seconds: dict[str, list[float]] = {"ours": [], "hand": []}
    for _ in range(rounds + 1):
        seconds["ours"].append(_timed(ours.run))
        seconds["hand"].append(_timed(hand.run))
    # The first round warms up.
    point = Point(amount, median(seconds["ours"][1:]), median(seconds["hand"][1:]))
    del ours, hand
    gc.collect()
    print(f"  {size.name:24} ours {point.ours:.4f} s, hand {point.hand:.4f} s", flush=True)
    return point


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def say_growth(name: str, points: Sequence[Point]) -> None:
    amounts = [point.amount for point in points]
    ours = exponent(amounts, [point.ours for point in points])
    hand = exponent(amounts, [point.hand for point in points])
    print(
        f"{name}: ours={ours:.2f} peer={hand:.2f} ratio={ours / hand:.2f} (exponents)", flush=True
    )


def main(
    *, teachers: Sequence[int], events: Sequence[int], event_teachers: int, rounds: int
) -> None:
    peers.must_be_here()
    by_teachers = {count: peers.Size(count) for count in teachers}
    by_events = {count: peers.Size(event_teachers, events=count) for count in events}
    compiled = city_pack()
    for size in (*by_teachers.values(), *by_events.values()):
        encoded(size, compiled)
    for name, sizes in (("growth-events", by_events), ("growth", by_teachers)):
        points = [measured(size, amount, rounds=rounds) for amount, size in sizes.items()]
        say_growth(name, points)


if __name__ == "__main__":
    is_small = "--small" in sys.argv
    main(
        teachers=SMALL_TEACHERS if is_small else TEACHERS,
        events=SMALL_EVENTS if is_small else EVENTS,
        event_teachers=SMALL_EVENT_TEACHERS if is_small else EVENT_TEACHERS,
        rounds=SMALL_ROUNDS if is_small else ROUNDS,
    )
