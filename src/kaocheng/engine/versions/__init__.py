"""Versions of a scheme: what differs between two, said in words, and who it moves."""

from kaocheng.engine.versions.change import Change, Comparison, Effect, Kind, Side, reversed_change
from kaocheng.engine.versions.comparing import compare_packs

__all__ = [
    "Change",
    "Comparison",
    "Effect",
    "Kind",
    "Side",
    "compare_packs",
    "reversed_change",
]
