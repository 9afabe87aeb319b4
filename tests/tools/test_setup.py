from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools import setup

ROOT = Path(setup.__file__).parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> setup.Checkout:
    """A folder with the files an environment is made from, and an empty `.venv`."""
    (tmp_path / "requirements").mkdir()
    for name in ("runtime.txt", "build.txt", "dev.txt", "spark.txt", "bench.txt"):
        (tmp_path / "requirements" / name).write_text(f"{name} as it was\n")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "kaocheng"\n[build-system]\nrequires = []\n'
    )
    (tmp_path / ".venv").mkdir()
    return setup.Checkout(tmp_path)


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_checkout_is_ready_only_with_a_stamp(checkout: setup.Checkout) -> None:
    before = checkout.is_ready("runtime")

    checkout.write_stamp("runtime")

    assert (before, checkout.is_ready("runtime")) == (False, True)


@pytest.mark.parametrize("name", ["runtime.txt", "build.txt", "dev.txt"])
def test_dev_is_stale_when_any_requirement_changed(checkout: setup.Checkout, name: str) -> None:
    checkout.write_stamp("dev")

    checkout.requirement(name).write_text("another version\n")

    assert not checkout.is_ready("dev")


def test_runtime_stays_ready_when_only_dev_changed(checkout: setup.Checkout) -> None:
    checkout.write_stamp("runtime")

    checkout.requirement("dev.txt").write_text("another version\n")

    assert checkout.is_ready("runtime")


def test_dev_stays_ready_when_only_spark_changed(checkout: setup.Checkout) -> None:
    checkout.write_stamp("dev")
    checkout.write_stamp("spark")

    checkout.requirement("spark.txt").write_text("another version\n")

    assert (checkout.is_ready("dev"), checkout.is_ready("spark")) == (True, False)


@pytest.mark.parametrize(("programs", "expected"), [(["java"], "spark"), ([], "dev")])
def test_tests_get_spark_where_there_is_java(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: list[str], expected: str
) -> None:
    for name in programs:
        program(tmp_path / "bin" / name, "true")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    assert setup.kind_for_tests() == expected


def test_stamp_covers_what_is_installed_of_the_project(checkout: setup.Checkout) -> None:
    checkout.write_stamp("runtime")
    pyproject = checkout.root / "pyproject.toml"

    pyproject.write_text(pyproject.read_text() + "[tool.ruff]\nline-length = 90\n")
    with_other_settings = checkout.is_ready("runtime")
    pyproject.write_text(pyproject.read_text().replace('"kaocheng"', '"renamed"'))
    with_other_name = checkout.is_ready("runtime")

    assert (with_other_settings, with_other_name) == (True, False)


def test_stamp_is_stale_after_a_change_of_python(
    checkout: setup.Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.write_stamp("runtime")

    monkeypatch.setattr("sys.implementation.cache_tag", "cpython-399")

    assert not checkout.is_ready("runtime")


def test_moved_checkout_is_prepared_anew(checkout: setup.Checkout) -> None:
    checkout.write_stamp("runtime")
    moved = checkout.root.with_name("moved folder")

    checkout.root.rename(moved)

    assert not setup.Checkout(moved).is_ready("runtime")


def test_uv_comes_before_venv() -> None:
    uv, venv = setup.installers(python="/usr/bin/python3", uv="/usr/bin/uv", has_venv=True)

    assert uv == setup.Installer(
        create=("/usr/bin/uv", "venv", "--quiet", "--python", "/usr/bin/python3"),
        install=("/usr/bin/uv", "pip", "install", "--python", ".venv/bin/python"),
    )
    assert venv == setup.Installer(
        create=("/usr/bin/python3", "-m", "venv"),
        install=(".venv/bin/python", "-m", "pip", "install", "--disable-pip-version-check"),
    )


def test_no_uv_and_no_venv_leave_no_installer() -> None:
    assert setup.installers(python="/usr/bin/python3", uv=None, has_venv=False) == []


def test_find_uv_takes_the_one_on_the_path(
    checkout: setup.Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = program(tmp_path / "bin" / "uv", "echo uv 1.0")
    monkeypatch.setenv("PATH", str(uv.parent), prepend=os.pathsep)

    assert setup.find_uv(checkout, "no-such-python") == str(uv)


def test_find_uv_passes_over_a_shim_that_fails(
    checkout: setup.Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = program(tmp_path / "bin" / "uv", "exit 127")
    checkout.requirement("uv.txt").write_text("uv==1.0\n")
    monkeypatch.setenv("PATH", str(shim.parent), prepend=os.pathsep)

    assert setup.find_uv(checkout, "no-such-python") is None


def test_uv_gets_the_mirror_of_pip() -> None:
    assert setup.with_index({"PATH": "/bin"}, "https://mirror.example/simple") == {
        "PATH": "/bin",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
    }


def test_index_of_uv_goes_before_the_mirror_of_pip() -> None:
    environ = {"UV_DEFAULT_INDEX": "https://uv.example", "PIP_INDEX_URL": "https://pip.example"}

    assert setup.with_index(environ, "https://mirror.example/simple") == environ


def test_build_starts_from_nothing_when_requirements_changed(checkout: setup.Checkout) -> None:
    dropped = checkout.venv / "dropped_requirement.py"
    dropped.touch()

    setup.build(checkout, "dev", setup.Installer(create=("mkdir",), install=("true",)), os.environ)

    assert not dropped.exists()
    assert checkout.is_ready("runtime")
    assert checkout.is_ready("dev")


def test_build_adds_dev_to_a_fresh_runtime(checkout: setup.Checkout) -> None:
    checkout.write_stamp("runtime")
    installed = checkout.venv / "installed.py"
    installed.touch()

    setup.build(checkout, "dev", setup.Installer(create=("false",), install=("true",)), os.environ)

    assert installed.exists()
    assert checkout.is_ready("dev")


def test_build_adds_bench_to_a_fresh_dev(checkout: setup.Checkout) -> None:
    checkout.write_stamp("runtime")
    checkout.write_stamp("dev")

    setup.build(checkout, "bench", setup.Installer(("false",), install=("true",)), os.environ)

    assert checkout.is_ready("bench")


def test_dev_stays_ready_when_only_bench_changed(checkout: setup.Checkout) -> None:
    checkout.write_stamp("dev")

    checkout.requirement("bench.txt").write_text("another version\n")

    assert checkout.is_ready("dev")


def test_failed_build_shows_what_the_installer_said(checkout: setup.Checkout) -> None:
    failing = setup.Installer(create=("mkdir",), install=("sh", "-c", "echo no network; exit 1"))

    with pytest.raises(setup.SetupError) as raised:
        setup.build(checkout, "runtime", failing, os.environ)

    assert raised.value.output == "no network\n"
    assert not checkout.is_ready("runtime")


def test_too_old_python_is_said_in_one_line(tmp_path: Path) -> None:
    launcher = tmp_path / "tools" / "python"
    launcher.parent.mkdir()
    shutil.copy(ROOT / "tools" / "python", launcher)
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        program(tmp_path / "bin" / name, "exit 1")

    done = subprocess.run(
        [launcher, "-c", "pass"],
        env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"},
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "找不到 Python 3.11 或更新的版本，请先安装（Debian：apt install python3 python3-venv）。"
        " No Python 3.11 or newer found; please install one (Debian: python3 and python3-venv).\n"
    )
