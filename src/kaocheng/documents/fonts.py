"""Fonts for papers and pictures: only those of the folder that set-up filled.

A typesetter without a Chinese font prints empty boxes and says nothing, so the folder is looked at
first; fonts of the machine are never taken, or the same paper would look different elsewhere.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typst import Fonts

# The same design under the names that its distributors give it, in the order of preference.
SERIF = ("Noto Serif SC", "Noto Serif CJK SC", "Source Han Serif SC")
SANS = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC")


class NoChineseFont(RuntimeError):
    """The folder of fonts lacks one for Chinese: set-up has not been through."""


@cache
def fonts_in(folder: Path) -> Fonts:
    """The fonts of the folder, found once; raises `NoChineseFont` where Chinese would be boxes."""
    from typst import Fonts

    found = Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    )
    there = set(found.families())
    for wanted in (SERIF, SANS):
        if not there & set(wanted):
            raise NoChineseFont(f"{folder} lacks {wanted[0]}: set-up brings it")
    return found
