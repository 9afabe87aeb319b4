"""`python -m tools.mutate_access [--report FILE] [TEXT [ENDPOINTS]]`: take checks away one by one.

With `--elsewhere`, those that a test beside the matrix is said to notice, and that test alone.

Prints the mutants that nothing notices. TEXT limits them to those whose name holds it, ENDPOINTS
(beginnings of names, with commas) the cells that are asked: quicker, and a survivor may be noticed
by the others. The run takes hours: with FILE, a line for each mutant is kept there as it goes, and
what stands in it already is not asked again.
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

from tests.access.spared import ELSEWHERE

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate_access")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--elsewhere", action="store_true")
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
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "tests/access/test_mutants.py"]
        if asked.elsewhere:
            environment["KAOCHENG_TAKEN_REPORT"] = str(report)
            files = sorted({file for files in ELSEWHERE.values() for file in files.split()})
            command[-1:] = ["-p", "tests.access.taken", *files]
        run = subprocess.run(
            command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
        )
        if run.returncode != 0:
            print(run.stdout[-4_000:], run.stderr[-4_000:], f"ended with {run.returncode}")
            return 2
        fates = [line.split("\t", 1) for line in report.read_text("utf-8").splitlines()]
    for fate, name in fates:
        if fate != "killed" and not fate.startswith("noticed"):
            print(f"{fate:13} {name}")
    if asked.elsewhere:
        missed = [name for fate, name in fates if not fate.startswith("noticed")]
        print(f"{len(fates)} checks taken away, {len(fates) - len(missed)} noticed")
        return 1 if missed else 0
    count = Counter(fate for fate, _ in fates)
    print(
        f"{len(fates) - count['not asked']} checks taken away, {count['killed']} noticed,"
        f" {count['survived']} not, {count['no difference']} made no difference to any cell;"
        f" {count['not asked']} are in code that no cell runs;"
        f" {time.monotonic() - started:.0f} s"
    )
    return 1 if count["survived"] or count["no difference"] else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
