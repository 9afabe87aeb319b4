"""`python -m tools.mutate_access [--report FILE] [TEXT [ENDPOINTS]]`: take checks away one by one.

First the tests beside the matrix are asked, each mutant of those that run its statement; then the
matrix, about needs, grants and whatever those tests let pass; at last those tests again, about what
it lets pass of needs and grants. Prints the mutants that nothing notices. TEXT limits them to those
whose name holds it, ENDPOINTS (beginnings of names, with commas) the cells that are asked: quicker,
and a survivor may be noticed by the others. `--matrix` leaves those tests out.

The run takes half an hour: with FILE, a line for each mutant is kept there as it goes, and what
stands in it already is not asked again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MATRIX = "tests/access/test_mutants.py"
# What asks doors and actions, with pages or without; a browser and the matrix take too long.
OTHERS = (
    *("-p", "tests.access.taken", "-m", "not browser"),
    *("tests/access", "tests/actions", "tests/queries", "tests/web"),
    *("--ignore", MATRIX, "--ignore", "tests/access/test_matrix.py"),
)
NOTICED = ("noticed", "killed")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate_access")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--matrix", action="store_true")
    parser.add_argument("text", nargs="?", default="all")
    parser.add_argument("endpoints", nargs="?", default="")
    asked = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = (asked.report or Path(folder) / "report.tsv").absolute()
        environment = {
            **os.environ,
            "KAOCHENG_MUTANTS": asked.text,
            "KAOCHENG_MUTANTS_AT": asked.endpoints,
            "KAOCHENG_MUTANTS_REPORT": str(report),
        }
        for part in ((MATRIX,),) if asked.matrix else (OTHERS, (MATRIX,), OTHERS):
            command = [sys.executable, "-m", "pytest", "-q", "-n0", *part]
            run = subprocess.run(
                command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
            )
            if run.returncode != 0:
                print(run.stdout[-4_000:], run.stderr[-4_000:], f"ended with {run.returncode}")
                return 2
        lines = report.read_text("utf-8").splitlines()
    # What came last counts.
    fates = {name: fate for fate, name in (line.split("\t", 1) for line in lines)}
    for name, fate in fates.items():
        if not fate.startswith(NOTICED):
            print(f"{fate:13} {name}")
    count = Counter(fate.split()[0] for fate in fates.values())
    missed = len(fates) - sum(count[fate] for fate in NOTICED)
    print(
        f"{len(fates)} checks taken away: {count['killed']} noticed by the matrix,"
        f" {count['noticed']} by other tests, {missed} by nothing;"
        f" {time.monotonic() - started:.0f} s"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
