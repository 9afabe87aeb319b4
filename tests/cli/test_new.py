from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Kaocheng


def test_new_pack_wants_only_its_final_text_tests_green_and_scores(
    kaocheng: Kaocheng, tmp_path: Path
) -> None:
    ran = kaocheng("new", "教师考核2026", "--dir", tmp_path / "schemes")

    pack = tmp_path / "schemes" / "教师考核2026"
    assert ran.code == 0
    assert f"已写入 {pack}/scheme.yaml" in ran.out
    checked = kaocheng("check", "--strict", pack)
    assert "L22 提示 这份文本是初稿、送审稿，还不是定稿。" in checked.out
    assert checked.last_line == "1 个方案，错误 0，警告 0，提示 1；还不能发布"
    assert kaocheng("test", pack).out == "3 passed, 0 failed\n"
    scored = kaocheng("score", pack, "--facts", pack / "example", "--out", tmp_path / "out")
    assert (scored.code, scored.err) == (0, "")
    assert "等次    优秀 1，合格 1" in scored.out


def test_new_pack_has_all_five_files_and_a_readme(kaocheng: Kaocheng, tmp_path: Path) -> None:
    kaocheng("new", "x", "--dir", tmp_path)

    names = {path.name for path in (tmp_path / "x").glob("*.*")}
    assert names == {
        *("scheme.yaml", "registers.yaml", "parameters.yaml", "process.yaml", "cases.yaml"),
        "README.md",
    }
    assert "{{" not in "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "x").glob("*.*")
    )


def test_new_never_writes_into_a_folder_with_content(kaocheng: Kaocheng, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "mine").write_text("", encoding="utf-8")

    ran = kaocheng("new", "x", "--dir", tmp_path)

    assert (ran.code, "C09" in ran.err) == (2, True)
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["mine"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a:b", "it's", ".hidden", "a" * 61, " a"])
def test_names_that_are_no_folder_names_are_refused(
    kaocheng: Kaocheng, tmp_path: Path, name: str
) -> None:
    ran = kaocheng("new", name, "--dir", tmp_path)

    assert (ran.code, "C10" in ran.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_made_is_refused(kaocheng: Kaocheng, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    ran = kaocheng("new", "x", "--dir", tmp_path / "file")

    assert (ran.code, "F3" in ran.err) == (2, True)
