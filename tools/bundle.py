"""Build an archive from which Kaocheng is installed where there is no network.

    tools/bundle --to kaocheng.tar                      x86-64 and ARM64
    tools/bundle --to kaocheng.tar --machine x86_64     one of them

Inside: the program, its assets, the wheels of all requirements for these machines (checked by
their locked hashes) and `install`. Python itself is presupposed, in the minor version that this
tool runs on, since wheels are built for one. Downloading asks the index that pip is set up with.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # started as a file, with nothing of the reader's on the path
    sys.path.insert(0, str(ROOT))

from tools.assets import Assets  # noqa: E402  # findable from here on
from tools.setup import base_python  # noqa: E402

MACHINES = ("x86_64", "aarch64")
# Newest first; a wheel for an older system runs on a newer one. Debian 12 has glibc 2.36.
GLIBC = ("2_34", "2_31", "2_28", "2_27", "2_26", "2_24", "2_17", "2014")
REQUIREMENTS = ("runtime.txt", "build.txt", "uv.txt")
# Of what is tracked, what a server does not need.
LEFT_OUT = ("tests/", "benchmarks/", ".ci/", "bench", "test")
NAME = "kaocheng"

INSTALL = """#!/bin/sh
# 不联网安装：只用这个文件夹里的安装包。Install without a network, from this folder alone.
set -e
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$root"
machine=$(uname -m)
[ "$machine" = arm64 ] && machine=aarch64
wheels=wheels/$machine
if [ ! -d "$wheels" ]; then
    echo "这个安装包不含 $machine 的程序。No wheels for $machine in this archive." >&2
    exit 1
fi
wanted=$(cat wheels/python)
for python in "python$wanted" python3; do
    if "$python" -I -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$wanted')" \\
        2>/dev/null; then
        export PIP_NO_INDEX=1 PIP_FIND_LINKS="$wheels" PIP_DISABLE_PIP_VERSION_CHECK=1
        export UV_NO_INDEX=1 UV_FIND_LINKS="$wheels" UV_OFFLINE=1 UV_PYTHON_DOWNLOADS=never
        "$python" -I tools/setup.py runtime
        echo "装好了。启动：$root/run"
        exit 0
    fi
done
echo "要用 Python $wanted，请先安装（Debian：apt install python3 python3-venv）。" \\
    "Python $wanted is needed." >&2
exit 1
"""


class BundleError(Exception):
    """What stops us, in one line for the reader."""


@dataclass(frozen=True)
class Bundle:
    """What is put together, and for what."""

    root: Path
    machines: tuple[str, ...]
    python: str = f"{sys.version_info.major}.{sys.version_info.minor}"


def build(bundle: Bundle, archive: Path) -> None:
    """Gather everything in a folder beside the archive, then pack it."""
    with tempfile.TemporaryDirectory(dir=archive.parent) as temporary:
        folder = Path(temporary) / NAME
        copy_program(bundle, folder)
        for machine in bundle.machines:
            download(bundle, machine, folder / "wheels" / machine)
        (folder / "wheels" / "python").write_text(f"{bundle.python}\n", encoding="ascii")
        install = folder / "install"
        install.write_text(INSTALL, encoding="utf-8")
        install.chmod(0o755)
        (folder / "SHA256SUMS").write_text(sums(folder), encoding="utf-8")
        pack(folder, archive)


def copy_program(bundle: Bundle, folder: Path) -> None:
    """What is tracked and needed by a server, and the assets as they were prepared."""
    assets = Assets(bundle.root)
    if not assets.is_ready():
        raise BundleError("页面资源还没有准备好，请先运行一次 ./run。")
    for name in tracked(bundle.root):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(bundle.root / name, target)
    shutil.copytree(assets.folder, folder / ".assets")


def tracked(root: Path) -> Iterator[str]:
    done = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=True, text=True
    )
    for name in done.stdout.split("\0"):
        if name and not name.startswith(LEFT_OUT[:3]) and name not in LEFT_OUT:
            yield name


def download(bundle: Bundle, machine: str, folder: Path) -> None:
    """The wheels of every requirement for one machine; pip compares them with the locked hashes."""
    folder.mkdir(parents=True)
    abi = f"cp{bundle.python.replace('.', '')}"
    platforms = [f"manylinux{'_' if '_' in glibc else ''}{glibc}_{machine}" for glibc in GLIBC]
    options = [
        *("--dest", str(folder), "--only-binary", ":all:", "--no-deps", "--require-hashes"),
        *("--quiet", "--disable-pip-version-check"),
        *("--implementation", "cp", "--python-version", bundle.python),
        *(part for name in (abi, "abi3", "none") for part in ("--abi", name)),
        *(part for name in platforms for part in ("--platform", name)),
        *(part for name in REQUIREMENTS for part in ("-r", f"requirements/{name}")),
    ]
    done = subprocess.run(
        [base_python(), "-m", "pip", "download", *options],
        cwd=bundle.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    if done.returncode:
        raise BundleError(f"{machine} 的安装包没有下载全：\n{done.stdout[-2000:]}")


def sums(folder: Path) -> str:
    """As `sha256sum -c` reads them."""
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            lines.append(f"{digest}  {path.relative_to(folder)}\n")
    return "".join(lines)


def pack(folder: Path, archive: Path) -> None:
    """Not compressed again: wheels and fonts are nearly all of it. Whole or not at all."""
    half = archive.with_name(f"{archive.name}.partial")
    with tarfile.open(half, "w", format=tarfile.PAX_FORMAT) as packed:
        packed.add(folder, arcname=folder.name, filter=_as_anybody)
    half.replace(archive)


def _as_anybody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools/bundle", description="做一个不联网也能安装的包。")
    parser.add_argument("--to", type=Path, required=True, help="写到哪个文件（.tar）")
    parser.add_argument("--machine", choices=MACHINES, action="append", help="默认两种都要")
    read = parser.parse_args(arguments)
    bundle = Bundle(ROOT, tuple(read.machine or MACHINES))
    began = time.monotonic()
    try:
        build(bundle, read.to.absolute())
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    size = read.to.stat().st_size / 1e6
    print(f"{read.to}：{size:.0f} MB，用了 {time.monotonic() - began:.0f} 秒")
    return 0


if __name__ == "__main__":
    sys.exit(main())
