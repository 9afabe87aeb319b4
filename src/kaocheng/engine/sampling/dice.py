"""Chance out of a seed: the same sequence everywhere, today and with any later Python.

The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
OOPSLA 2014). It is for made-up data; draws that decide something have a method of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_BITS = 64
_MASK = (1 << _BITS) - 1


class Dice:
    """A source of chance that is wholly given by its seed."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def _next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, `bound`."""
        return (self._next() * bound) >> _BITS

    def happens(self, in_a_thousand: int) -> bool:
        return self.below(1000) < in_a_thousand

    def one_of(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def kept(self, options: Sequence[T], count: int) -> list[T]:
        """`count` of the options in their order, each set of them equally likely."""
        kept: list[T] = []
        for at, option in enumerate(options):
            if self.below(len(options) - at) < count - len(kept):
                kept.append(option)
        return kept
