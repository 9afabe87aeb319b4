"""process.yaml: who owes what by when, and the steps around the results."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """Nothing yet."""
