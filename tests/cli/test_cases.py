from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import T1, Kaocheng

Edit = Callable[[str, str, str], None]


def test_cases_that_hold_end_in_one_line(kaocheng: Kaocheng) -> None:
    ran = kaocheng("test", T1)

    assert (ran.code, ran.out) == (0, "2 passed, 0 failed\n")


def test_a_case_that_fails_says_what_was_wanted_and_found(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("cases.yaml", "total: 88.65", "total: 88.66")

    ran = kaocheng("test", pack)

    assert ran.out.splitlines() == [
        f"{pack}/cases.yaml:8:5 whole yearly.a.total：应为 88.66，实得 88.65",
        "1 passed, 1 failed",
    ]
    assert ran.code == 1


def test_failures_are_told_in_english_when_asked(
    kaocheng: Kaocheng, pack: Path, edit: Edit
) -> None:
    edit("cases.yaml", "total: 88.65", "total: 88.66")

    assert "wanted 88.66, found 88.65" in kaocheng("test", pack, "--lang", "en").out


def test_a_pack_with_errors_is_not_run(kaocheng: Kaocheng, pack: Path, edit: Edit) -> None:
    edit("scheme.yaml", "headline: pay", "headline: nothing")

    ran = kaocheng("test", pack, T1)

    assert ran.out.splitlines()[-2:] == [
        "1 个方案有错，其中的算例没有运行",
        "2 passed, 0 failed",
    ]
    assert ran.code == 1


def test_a_pack_without_cases_is_warned_about(kaocheng: Kaocheng, pack: Path) -> None:
    (pack / "cases.yaml").unlink()

    ran = kaocheng("test", pack)

    assert "C14 警告 方案还没有算例" in ran.out
    assert (ran.code, ran.last_line) == (0, "0 passed, 0 failed")


def test_a_missing_folder_is_wrong_use(kaocheng: Kaocheng, tmp_path: Path) -> None:
    ran = kaocheng("test", tmp_path / "nothing")

    assert (ran.code, ran.last_line) == (2, "0 passed, 0 failed")
    assert "C01" in ran.out
