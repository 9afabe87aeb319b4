from __future__ import annotations

from pathlib import Path

import pytest

from tools import check


def test_rooted_makes_existing_paths_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test_band.py").touch()
    monkeypatch.chdir(tmp_path)

    assert check.rooted("test_band.py") == f"{tmp_path}/test_band.py"
    assert check.rooted("test_band.py::test_edge") == f"{tmp_path}/test_band.py::test_edge"


def test_rooted_leaves_options_alone() -> None:
    assert check.rooted("--maxfail=1") == "--maxfail=1"


def test_missing_parts_names_what_is_absent() -> None:
    parts = [check.Part("chromium", lambda: False), check.Part("fonts-noto-cjk", lambda: True)]

    assert check.missing_parts(parts) == ["chromium"]


@pytest.mark.parametrize(
    ("version", "expected"), [("1.8.0_402", False), ("11.0.2", False), ("17.0.15", True)]
)
def test_java_must_be_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, expected: bool
) -> None:
    java = tmp_path / "java"
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert check.has_java() is expected


@pytest.mark.parametrize(("ci", "expected"), [("true", False), ("", True)])
def test_parts_may_be_missing_outside_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, expected: bool
) -> None:
    monkeypatch.setenv("CI", ci)

    assert check.may_miss_parts() is expected


def test_failed_step_shows_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    step = check.Step("python", ("python", "-c", "print('3 faults'); raise SystemExit(1)"))

    passed = check.passes(step)

    heading, output = capsys.readouterr().out.splitlines()[:2]
    assert not passed
    assert heading.endswith("失败")
    assert output == "3 faults"
