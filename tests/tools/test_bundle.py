"""The offline archive: what is in it, and when `install` refuses. Whole ones are made by hand."""

from __future__ import annotations

import platform
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tools import bundle

HERE = platform.machine()
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """As an archive lies unpacked, with a set-up that only says how it was called."""
    folder = tmp_path / "考成 安装"
    (folder / "wheels" / HERE).mkdir(parents=True)
    (folder / "wheels" / "python").write_text(f"{PYTHON}\n", encoding="ascii")
    (folder / "tools").mkdir()
    (folder / "tools" / "setup.py").write_text(
        "import os, sys\n"
        "print(sys.argv[1:], os.environ['PIP_NO_INDEX'], os.environ['PIP_FIND_LINKS'],"
        " os.environ['UV_NO_INDEX'])\n",
        encoding="ascii",
    )
    install = folder / "install"
    install.write_text(bundle.INSTALL, encoding="utf-8")
    install.chmod(0o755)
    return folder


def install(folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.base_prefix) / 'bin'}:/usr/bin:/bin"
    return subprocess.run(
        [str(folder / "install")], capture_output=True, text=True, check=False, env={"PATH": path}
    )


def test_install_takes_everything_from_the_folder(unpacked: Path) -> None:
    done = install(unpacked)

    assert done.returncode == 0, done.stderr
    assert done.stdout == (f"['runtime'] 1 wheels/{HERE} 1\n装好了。启动：{unpacked}/run\n")


def test_install_refuses_another_python(unpacked: Path) -> None:
    (unpacked / "wheels" / "python").write_text("3.99\n", encoding="ascii")

    done = install(unpacked)

    assert done.returncode == 1
    assert "要用 Python 3.99，请先安装" in done.stderr


def test_install_refuses_another_machine(unpacked: Path) -> None:
    (unpacked / "wheels" / HERE).rename(unpacked / "wheels" / "riscv64")

    done = install(unpacked)

    assert done.returncode == 1
    assert f"这个安装包不含 {HERE} 的程序。" in done.stderr


def test_archive_is_whole_belongs_to_nobody_and_can_be_checked(
    unpacked: Path, tmp_path: Path
) -> None:
    (unpacked / "SHA256SUMS").write_text(bundle.sums(unpacked), encoding="utf-8")

    bundle.pack(unpacked, tmp_path / "kaocheng.tar")

    with tarfile.open(tmp_path / "kaocheng.tar") as archive:
        assert {(entry.uid, entry.uname) for entry in archive.getmembers()} == {(0, "")}
        archive.extractall(tmp_path / "again", filter="data")
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"],
        cwd=tmp_path / "again" / unpacked.name,
        check=False,
        capture_output=True,
    )
    assert checked.returncode == 0


def test_program_is_what_is_tracked_without_tests() -> None:
    names = set(bundle.tracked(bundle.ROOT))

    assert {"run", "pyproject.toml", "src/kaocheng/config/serve.py", "tools/setup.py"} <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", ".ci/"))]
