"""Signs of life of what works in the background of this process."""

from __future__ import annotations

import threading
import time


class Pulse:
    """Threads that should live, and when those that never take long were last at work."""

    def __init__(self) -> None:
        self.threads: dict[str, threading.Thread] = {}
        self.beats: dict[str, float] = {}

    def watch(self, thread: threading.Thread) -> None:
        self.threads[thread.name] = thread

    def beat(self, name: str) -> None:
        self.beats[name] = time.monotonic()

    def forget(self, name: str) -> None:
        self.threads.pop(name, None)
        self.beats.pop(name, None)

    def lost(self, *, silent_seconds: float = 120) -> list[str]:
        """The names of those that died, or have been silent for too long."""
        now = time.monotonic()
        dead = [name for name, thread in list(self.threads.items()) if not thread.is_alive()]
        silent = [n for n, last in list(self.beats.items()) if now - last > silent_seconds]
        return sorted({*dead, *silent})


PULSE = Pulse()
