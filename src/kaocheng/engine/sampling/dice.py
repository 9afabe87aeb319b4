"""Chance that is the same everywhere: only `random()` of a seeded generator is ever asked."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of chance whose sequence does not depend on Python's version."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random  # noqa: S311  # made-up data, no secret

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, `bound`."""
        return int(self._random() * bound)

    def happens(self, share: float) -> bool:
        return self._random() < share

    def one_of(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def kept(self, options: Sequence[T], count: int) -> list[T]:
        """`count` of the options in their order, each set of them equally likely."""
        kept: list[T] = []
        for at, option in enumerate(options):
            if self._random() * (len(options) - at) < count - len(kept):
                kept.append(option)
        return kept
