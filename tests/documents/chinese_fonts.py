"""Where the tests find Chinese fonts: those of set-up, else those of the machine."""

from __future__ import annotations

from pathlib import Path

OURS = Path(__file__).parents[2] / ".assets" / "fonts"
FONTS = OURS if OURS.is_dir() else Path("/usr/share/fonts")
