"""What holds for all tests: repeatable properties, and the browser tests where there is one."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import settings

# Derandomized: a property that fails for one fails for all. No deadline: machines differ.
settings.register_profile("kaocheng", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("kaocheng")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests marked `browser` on a machine without Chromium."""
    if shutil.which("chromium"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="chromium is not installed"))
