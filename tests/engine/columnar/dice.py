"""Dice: every choice of a generator comes from one function, so that failures can be shrunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Dice:
    """`roll(n)` gives a whole number from 0 to n - 1; 0 should mean the simplest choice."""

    roll: Callable[[int], int]

    def whole(self, low: int, high: int) -> int:
        return low + self.roll(high - low + 1)

    def chance(self, percent: int) -> bool:
        return self.roll(100) >= 100 - percent

    def pick(self, options: Sequence[T]) -> T:
        return options[self.roll(len(options))]

    def weighted(self, options: Sequence[tuple[int, T]]) -> T:
        """One of the options, each as often as the number before it says."""
        at = self.roll(sum(weight for weight, _ in options))
        for weight, option in options:
            at -= weight
            if at < 0:
                return option
        raise AssertionError(options)

    def some(self, options: Sequence[T], number: int) -> list[T]:
        """`number` different ones, in any order."""
        left = list(options)
        return [left.pop(self.roll(len(left))) for _ in range(min(number, len(left)))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        return self.some(options, len(options))


def seeded(seed: int) -> Dice:
    """The same rolls for the same seed, without Hypothesis: for counting what is generated."""
    return Dice(Random(seed).randrange)
