"""`kaocheng`: finds the command and runs it."""

from __future__ import annotations

import sys
from pathlib import Path

from kaocheng.engine import verbs
from kaocheng.engine.problems import Problems


def main() -> None:
    """Placeholder until the commands land: `check` and `test` only."""
    command, *paths = sys.argv[1:]
    passed = failed = 0
    problems = Problems()
    for path in paths:
        for folder in verbs.find_packs(Path(path)) or [Path(path)]:
            compiled = verbs.check(folder, problems=problems)
            if compiled is None or command != "test":
                continue
            for report in verbs.test(compiled):
                for failure in report.failures:
                    print(
                        f"{failure.place} {failure.case} {failure.what}: 应为 {failure.want}，得 {failure.found}"
                    )
                passed += not report.failures
                failed += bool(report.failures)
    for problem in problems:
        print(f"{problem.place} {problem.id} {problem.reason()}\n    {problem.remedy()}")
    if command == "test":
        print(f"{passed} passed, {failed} failed")
    sys.exit(bool(problems.errors or failed))
