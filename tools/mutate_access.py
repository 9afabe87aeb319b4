"""`python -m tools.mutate_access [TEXT]`: take one access check away at a time, ask the matrix.

Prints the mutants that nothing notices. TEXT limits them to those whose name holds it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        chosen = arguments[0] if arguments else "all"
        environment = {
            **os.environ,
            "KAOCHENG_MUTANTS": chosen,
            "KAOCHENG_MUTANTS_REPORT": str(report),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "tests/access/test_mutants.py"]
        run = subprocess.run(
            command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
        )
        if not report.exists():
            print(run.stdout[-4_000:], run.stderr[-4_000:], f"ended with {run.returncode}")
            return 2
        found = json.loads(report.read_text("utf-8"))
    for name in found["alive"]:
        print(f"survived  {name}")
    for name in found["unreached"]:
        print(f"not asked {name}")
    asked = found["killed"] + len(found["alive"])
    print(
        f"{asked} checks taken away, {found['killed']} noticed, {len(found['alive'])} not;"
        f" {len(found['unreached'])} are in code that no cell runs;"
        f" {time.monotonic() - started:.0f} s"
    )
    return 1 if found["alive"] else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
