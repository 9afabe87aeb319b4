"""The texts of the help: one file a page, in the plainest Markdown.

A line `## 标题` begins a section, `- ` an item, anything else is a paragraph. A section for some
roles only names them at its end: `## 派给谁 {lead officer}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
_HEADING = re.compile(r"##\s+(?P<words>[^{]+?)\s*(?:\{(?P<roles>[a-z_ ]+)\})?$")


@dataclass(frozen=True)
class Block:
    """A section: its heading (empty at the beginning), who it is for, and what it says."""

    heading: str
    roles: frozenset[str]
    # Each a paragraph, or a list of items.
    parts: tuple[str | tuple[str, ...], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        said = [self.heading] if self.heading else []
        for part in self.parts:
            said += [part] if isinstance(part, str) else list(part)
        return tuple(said)

    def is_for(self, role: str) -> bool:
        return not self.roles or role in self.roles


@dataclass
class _Writing:
    heading: str = ""
    roles: frozenset[str] = frozenset()
    parts: list[str | list[str]] | None = None


def blocks_of(source: str) -> tuple[Block, ...]:
    found = [_Writing(parts=[])]
    for line in (one.strip() for one in source.splitlines()):
        parts = found[-1].parts
        assert parts is not None
        heading = _HEADING.match(line)
        if heading:
            roles = frozenset((heading["roles"] or "").split())
            found.append(_Writing(heading["words"], roles, []))
        elif line.startswith("- "):
            if not parts or isinstance(parts[-1], str):
                parts.append([])
            last = parts[-1]
            assert isinstance(last, list)
            last.append(line[2:])
        elif line:
            parts.append(line)
    return tuple(_block(one) for one in found if one.heading or one.parts)


def _block(written: _Writing) -> Block:
    parts = (one if isinstance(one, str) else tuple(one) for one in written.parts or ())
    return Block(written.heading, written.roles, tuple(parts))


@cache
def help_on(page: str) -> tuple[Block, ...]:
    """The text of the page, else of the pages that its name begins with, else the general one.

    `person-edit` inherits from `person`, and what has nothing of its own from `general`.
    """
    words = page.split("-")
    names = ["-".join(words[:count]) for count in range(len(words), 0, -1)]
    for name in (*names, "general"):
        path = TEXTS / f"{name}.md"
        if path.is_file():
            return blocks_of(path.read_text("utf-8"))
    return ()
