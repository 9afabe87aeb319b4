"""`python -m tools.upgrade_sample <folder>`: tiny data of this version, for later ones to upgrade.

Made when a state lands, on an empty data folder of its own: a school whose scheme is in force and
amended, a file handed in, a round with entries, a review, a vote and frozen results
(`tests/upgrade/sample.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(folder: Path) -> None:
    """Write the sample; CalledProcessError where a step fails, with what it said."""
    if folder.exists():
        sys.exit(f"{folder} 已经有了，没有造样本。")
    with tempfile.TemporaryDirectory(prefix="kaocheng-sample-") as made:
        data = Path(made) / "data"
        _manage(data, "upgrade")
        _manage(
            data, "shell", "-c", f"from tests.upgrade import sample; sample.make({str(folder)!r})"
        )
    print(f"样本写在 {folder}。")


def _manage(data: Path, *arguments: str) -> None:
    path = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    environment = {**os.environ, "KAOCHENG_DATA": str(data), "PYTHONPATH": path}
    command = [sys.executable, "-m", "kaocheng.config.manage", *arguments]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
