"""How much is tried: enough to find what breaks in every run, all of it where somebody waits.

`KAOCHENG_THOROUGH=1 ./test` tries everything; CONTRIBUTING.md says when.
"""

from __future__ import annotations

import os

IS_THOROUGH = os.environ.get("KAOCHENG_THOROUGH") == "1"


def amount(usual: int, thorough: int) -> int:
    return thorough if IS_THOROUGH else usual
