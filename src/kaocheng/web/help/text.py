"""The texts of the help: one file a page, in the plainest Markdown.

A line `## 标题` begins a section, `- ` an item, anything else is a paragraph. A section for some
roles only names them at its end: `## 派给谁 {lead officer}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
GENERAL = "general"
_HEADING = re.compile(r"##\s+(?P<words>[^{]+?)\s*(?:\{(?P<roles>[a-z_ ]+)\})?$")


@dataclass(frozen=True)
class Part:
    """A paragraph (one text), or a list of items."""

    texts: tuple[str, ...]
    is_list: bool


@dataclass(frozen=True)
class Block:
    """A section: its heading (empty at the beginning), who it is for, and what it says."""

    heading: str
    roles: frozenset[str]
    parts: tuple[Part, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        heading = (self.heading,) if self.heading else ()
        return (*heading, *(text for part in self.parts for text in part.texts))

    def is_for(self, role: str) -> bool:
        return not self.roles or role in self.roles


@dataclass
class _Writing:
    heading: str = ""
    roles: frozenset[str] = frozenset()
    parts: list[Part] = field(default_factory=list)


def blocks_of(source: str) -> tuple[Block, ...]:
    found = [_Writing()]
    for line in (one.strip() for one in source.splitlines()):
        parts = found[-1].parts
        heading = _HEADING.match(line)
        if heading:
            found.append(_Writing(heading["words"], frozenset((heading["roles"] or "").split())))
        elif line.startswith("- "):
            before = parts.pop().texts if parts and parts[-1].is_list else ()
            parts.append(Part((*before, line[2:]), is_list=True))
        elif line:
            parts.append(Part((line,), is_list=False))
    return tuple(
        Block(one.heading, one.roles, tuple(one.parts)) for one in found if one.heading or one.parts
    )


# Where the first word of a page's name is not that of its text.
_ELSEWHERE = {
    "accounts": "administration",
    "act": "delegation",
    "acting": "delegation",
    "amendment": "adoption",
    "anchor": "audit",
    "first": "sign-in",
    "forgotten": "sign-in",
    "group": "message",
    "history": "audit",
    "matter": "task",
    "people": "person",
    "roster": "person",
    "second": "sign-in",
    "setting": "administration",
    "settings": "administration",
    "system": "administration",
}


@cache
def help_on(page: str) -> tuple[Block, ...]:
    """The text of the page, then the general one."""
    name = name_of_text(page)
    return _read(name) if name == GENERAL else (*_read(name), *_read(GENERAL))


def name_of_text(page: str) -> str:
    """`person-edit` inherits from `person`, and what has no text of its own from `general`."""
    words = page.split("-")
    first = words[0]
    tried = ["-".join(words[:count]) for count in range(len(words), 0, -1)]
    tried += [first.removesuffix("s"), _ELSEWHERE.get(first, GENERAL)]
    return next((name for name in tried if (TEXTS / f"{name}.md").is_file()), GENERAL)


def _read(name: str) -> tuple[Block, ...]:
    return blocks_of((TEXTS / f"{name}.md").read_text("utf-8"))
