"""The terminal: what is printed, in which language, with colours or not, and how far work is."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TextIO

from kaocheng.cli.columns import one_line
from kaocheng.engine.problems import Language, Problem, Severity

Colour = Literal["red", "yellow", "green", "grey", "bold"]
Say = Callable[[str, str], str]

_CODES: dict[Colour, str] = {
    "red": "31",
    "yellow": "33",
    "green": "32",
    "grey": "90",
    "bold": "1",
}
_COLOUR_OF: dict[str, Colour] = {"error": "red", "warning": "yellow", "lint": "grey"}
_SEVERITIES: dict[Severity, tuple[str, str]] = {
    "error": ("错误", "errors"),
    "warning": ("警告", "warnings"),
    "lint": ("提示", "hints"),
}
# Nobody wants to read about work that is over before they look.
_SECONDS_BEFORE_PROGRESS = 1.0

# Warnings that say the same of the same file, beyond which they are counted.
_MOST_ALIKE = 3


def _what_is_said(problem: Problem) -> tuple[object, ...]:
    return problem.place.file, problem.place.field, problem.id, problem.values


@dataclass
class Terminal:
    """Two streams: what was asked for goes to `out`, what is said about the work to `err`."""

    out: TextIO
    err: TextIO
    language: Language = "zh"
    colours: bool = False
    live: bool = False
    clock: Callable[[], float] = time.monotonic
    _started: float | None = None
    _shown: bool = field(default=False, init=False)

    def say(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def line(self, text: str = "") -> None:
        self.clear_progress()
        print(text, file=self.out)

    def note(self, text: str) -> None:
        """A line about the work itself, out of the way of what is piped on."""
        self.clear_progress()
        print(text, file=self.err)

    def styled(self, text: str, colour: Colour) -> str:
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.colours else text

    def problems(self, found: Iterable[Problem], *, to: TextIO) -> None:
        """Each problem as `place id reason`, and a line below that says what to do.

        A warning about many rows of one table is told for the first of them, the rest is counted.
        """
        self.clear_progress()
        listed = list(found)
        alike = Counter(_what_is_said(problem) for problem in listed)
        told: Counter[tuple[object, ...]] = Counter()
        for problem in listed:
            said = _what_is_said(problem)
            told[said] += 1
            if problem.severity != "error" and told[said] > _MOST_ALIKE:
                if told[said] == alike[said]:
                    self._print_more(problem, alike[said] - _MOST_ALIKE, to=to)
                continue
            place, reason = one_line(str(problem.place)), one_line(problem.reason(self.language))
            id = self.styled(problem.id, _COLOUR_OF[problem.severity])
            severity = "" if problem.severity == "error" else self._severity(problem) + " "
            print(f"{place} {id} {severity}{reason}", file=to)
            remedy = one_line(problem.remedy(self.language))
            print(f"    {self.say('怎么办：', 'What to do: ')}{remedy}", file=to)

    def _print_more(self, problem: Problem, more: int, *, to: TextIO) -> None:
        zh = f"同样的还有 {more} 处"
        en = f"and {more} more alike"
        print(f"{problem.place.file} {problem.id} {self.say(zh, en)}", file=to)

    def _severity(self, problem: Problem) -> str:
        zh, en = _SEVERITIES[problem.severity]
        return self.say(zh, en.removesuffix("s"))

    def counts(self, found: Iterable[Problem]) -> str:
        """`错误 1，警告 0，提示 4`."""
        counted = Counter(problem.severity for problem in found)
        words = [f"{self.say(*_SEVERITIES[one])} {counted[one]}" for one in _SEVERITIES]
        return self.say("，", ", ").join(words)

    def progress(self, what: str, done: int, total: int) -> None:
        """One line that is written over; nothing in the first second, or where nobody looks."""
        if not self.live:
            return
        now = self.clock()
        if self._started is None:
            self._started = now
        if now - self._started >= _SECONDS_BEFORE_PROGRESS:
            self.err.write(f"\r\x1b[K{what} {done} / {total}")
            self.err.flush()
            self._shown = True

    def clear_progress(self) -> None:
        if self._shown:
            self.err.write("\r\x1b[K")
            self.err.flush()
            self._shown = False

    def end_progress(self) -> None:
        """The work is over; the next one counts its own second."""
        self.clear_progress()
        self._started = None


def system_terminal(language: Language, *, environment: Mapping[str, str] = os.environ) -> Terminal:
    """Colours only where a person looks, and not where NO_COLOR asks for none."""
    plain = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    return Terminal(
        out=sys.stdout,
        err=sys.stderr,
        language=language,
        colours=sys.stdout.isatty() and not plain,
        live=sys.stderr.isatty() and environment.get("TERM") != "dumb",
    )
