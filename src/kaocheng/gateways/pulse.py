"""Signs of life of what runs in the background of this process."""

from __future__ import annotations

import time


class Pulse:
    """Each worker beats under its name; whoever asks learns which of them have fallen silent."""

    def __init__(self) -> None:
        self.beats: dict[str, float] = {}

    def beat(self, name: str) -> None:
        self.beats[name] = time.monotonic()

    def stop(self, name: str) -> None:
        self.beats.pop(name, None)

    def silent(self, *, seconds: float) -> list[str]:
        now = time.monotonic()
        return sorted(name for name, last in list(self.beats.items()) if now - last > seconds)


PULSE = Pulse()
