"""List the benchmarks, or run one by its name."""

from __future__ import annotations

import ast
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
SUPPORT = {
    *("cities", "cpu_time", "harness", "ledger", "others", "own_database", "peers"),
    *("saved_facts", "sides", "web_user"),
}
NOT_BENCHMARKS = {"__init__", "__main__", *SUPPORT}


def benchmarks() -> dict[str, str]:
    """Name and first line of the docstring, read without importing what is heavy."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem not in NOT_BENCHMARKS:
            docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            found[path.stem] = docstring.partition("\n")[0]
    return found


def main(arguments: Sequence[str]) -> int:
    found = benchmarks()
    if not arguments:
        for name, summary in found.items():
            print(f"{name:20} {summary}")
        return 0
    name = arguments[0]
    if name not in found:
        known = "、".join(found) or "（还没有）"
        print(f"没有名为“{name}”的对比，可选：{known}。No benchmark “{name}”.", file=sys.stderr)
        return 2
    sys.argv = [name, *arguments[1:]]
    runpy.run_module(f"benchmarks.{name}", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
