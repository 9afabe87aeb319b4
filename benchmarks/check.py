"""Cold `kaocheng check` of the largest pack: a new process each time, against 0.5 s."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.harness import against_limit

SCHEMES = Path(__file__).parent.parent / "schemes"
LIMIT_SECONDS = 0.5
ROUNDS, SMALL_ROUNDS = 15, 3


def largest_pack() -> Path:
    """The pack with the most text to read, cases included."""
    packs = (path.parent for path in SCHEMES.glob("*/scheme.yaml"))
    return max(packs, key=lambda pack: sum(file.stat().st_size for file in pack.glob("*.yaml")))


def check(pack: Path) -> None:
    command = [sys.executable, "-m", "kaocheng.cli.main", "check", str(pack)]
    subprocess.run(command, check=True, capture_output=True)


def main(*, rounds: int) -> None:
    pack = largest_pack()
    size = sum(file.stat().st_size for file in pack.glob("*.yaml")) // 1024
    print(f"{pack.name}, {size} KiB of YAML")
    against_limit("check", ours=lambda: check(pack), limit_seconds=LIMIT_SECONDS, rounds=rounds)


if __name__ == "__main__":
    main(rounds=SMALL_ROUNDS if "--small" in sys.argv else ROUNDS)
