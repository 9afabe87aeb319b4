"""Other engines on the same city, run as their own programs: pandas, Polars and a C kernel.

Not like for like: they start from tables whose amounts (and for C whose codes) are converted
outside the clock. The C kernel is the limit of the machine, and wants facts sorted by school.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping

from benchmarks import peers
from benchmarks.sides import MOST_COMPARED, Hand

_MEDIAN = re.compile(r"median (ms )?([0-9.]+)")
_DIGEST = re.compile(r"^md5 ([0-9a-f]{32})", re.MULTILINE)
# Name, script, and what stands behind the name of the data.
PROGRAMS = (
    ("pandas", "run_pd.py", ()),
    ("Polars", "run_pl.py", ("mem",)),
    ("C kernel", "run_c.py", ()),  # one thread / two threads
)
ROUNDS = 5


# With this name of the data the programs leave out the digest of all rows, which takes minutes.
WITHOUT_DIGEST = "p15m"


def say_others(size: peers.Size, *, rounds: int = ROUNDS) -> None:
    """Print the median of each, and whether all of them agree with the hand-tuned SQL."""
    subprocess.run([sys.executable, "-I", str(peers.ROOT / "tools/setup.py"), "bench"], check=True)
    is_compared = size.teachers <= MOST_COMPARED
    data = size.name if is_compared else _named_without_digest(size)
    digests = {}
    for name, script, mode in PROGRAMS:
        if name == "C kernel" and not _compile_kernel():
            print("  C kernel: no C compiler here")
            continue
        command = [sys.executable, str(peers.PEERS / script), data, *mode, str(rounds)]
        done = subprocess.run(command, cwd=peers.WORK, check=True, capture_output=True, text=True)
        seconds = [
            float(number) / (1000 if unit else 1) for unit, number in _MEDIAN.findall(done.stdout)
        ]
        print(f"  {name:8} {' / '.join(f'{one:.4f} s' for one in seconds)}", flush=True)
        digests[name] = "".join(_DIGEST.findall(done.stdout))
    if is_compared:
        _say_whether_same(size, digests)


def _named_without_digest(size: peers.Size) -> str:
    link = peers.generated(size).with_name(WITHOUT_DIGEST)
    link.unlink(missing_ok=True)
    link.symlink_to(size.name)
    return WITHOUT_DIGEST


def _say_whether_same(size: peers.Size, digests: Mapping[str, str]) -> None:
    hand = Hand(size)
    hand.run()
    expected = hand.digest()
    differing = [name for name, digest in digests.items() if digest != expected]
    words = f"NOT the same: {', '.join(differing)}" if differing else "the same"
    print(f"  every row and column of theirs and of the hand-tuned SQL: {words}", flush=True)


def _compile_kernel() -> bool:
    """Whether there is a compiled kernel, for one thread and for two."""
    compiler = shutil.which("cc")
    if compiler is None:
        return False
    flags = ["-O3", "-march=native", "-shared", "-fPIC"]
    source, target = peers.PEERS / "kern.c", peers.WORK / "kern.so"
    subprocess.run([compiler, *flags, str(source), "-o", str(target)], check=True)
    return True
