"""催办图片: a picture for the group chat with counts and the units that are missing.

It leaves the platform, so it holds names of units or people's names as their callers give them,
never a number that belongs to a person, and never a reason.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from kaocheng.documents.typesetting import typeset

MOST_NAMES = 80


@dataclass(frozen=True)
class Count:
    """A figure with its word; `state` colours it: reached, due soon, missing."""

    label: str
    number: str
    state: Literal["ok", "wa", "no", "plain"] = "plain"


@dataclass(frozen=True)
class Picture:
    """At most 80 names are drawn; how many more there are is said."""

    title: str
    counts: tuple[Count, ...]
    heading: str = "还没有交的单位"
    names: tuple[str, ...] = ()
    subtitle: str = ""
    foot: str = ""


def png(picture: Picture, *, fonts: Path) -> bytes:
    """The picture, 720 pixels wide and as high as it needs."""
    left_out = len(picture.names) - MOST_NAMES
    content = {
        **asdict(picture),
        "names": picture.names[:MOST_NAMES],
        "more": f"另有 {left_out} 个没有列出" if left_out > 0 else "",
    }
    return typeset("picture.typ", content, fonts=fonts, kind="png")
