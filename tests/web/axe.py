"""axe-core in a page: what would keep somebody from using it (WCAG 2.2 A and AA, good practice)."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from playwright.sync_api import Page

_RUN = """() => axe.run(document, {resultTypes: ["violations"], runOnly: [
  "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})"""


@cache
def _source() -> str:
    path = settings.ASSETS / "tests" / "axe.min.js"
    assert path.is_file(), "axe-core is missing: tools/setup.py brings it"
    return str(path.read_text("utf-8"))


def violations(page: Page) -> list[str]:
    """Rule, what is asked for, and the element, one each; empty where all is well."""
    page.evaluate(_source())
    found: dict[str, Any] = page.evaluate(_RUN)
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:200]} {_detail(node)}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def _detail(node: dict[str, Any]) -> str:
    return " ".join(one["message"] for one in (*node["any"], *node["all"], *node["none"]))[:300]
