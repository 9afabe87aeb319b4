from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kaocheng.cli import gallery
from tests.cli.conftest import PACKS, T1, Kaocheng

Edit = Callable[[str, str, str], None]


def test_gallery_writes_pages_for_packs_and_subjects(kaocheng: Kaocheng, tmp_path: Path) -> None:
    out = tmp_path / "a" / "report"

    ran = kaocheng("gallery", "--schemes", PACKS, "--out", out)

    assert ran.code == 0
    assert ran.out.splitlines() == [
        "T1  试验小学教师考核方案",
        "  算例 2 / 2   错误 0，警告 0，提示 7",
        "  学年总评  6 个对象  优秀 2，合格 2，不合格 1，总分平均 92.78 分  缺数据 1",
        "  绩效工资  3 个对象  应发绩效平均 333.33 元",
        "  学期考勤  6 个对象  考勤平均 9.56 分",
        "",
        "1 个方案已核算，方案库共 12 页",
        str(out / "index.html"),
    ]
    pages = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.html"))
    people = [f"t1-school/teacher-T0{number}.html" for number in range(1, 7)]
    beside = [f"t1-school/{one}.html" for one in ("documents", "findings", "index", "notice")]
    assert pages == ["index.html", *beside, "t1-school/process.html", *people]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["report"]


def test_gallery_replaces_the_report_before(kaocheng: Kaocheng, pack: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    kaocheng("gallery", "--schemes", pack.parent, "--out", out)
    teachers = pack / "example" / "teacher.csv"
    rows = teachers.read_text(encoding="utf-8")
    teachers.write_text(rows.replace("T01,林秀芬", "T09,林秀芬"), encoding="utf-8")
    for table in ("leave", "study", "observation", "award"):
        path = pack / "example" / f"{table}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("T01", "T09"), encoding="utf-8")

    assert kaocheng("gallery", "--schemes", pack.parent, "--out", out).code == 0

    assert (out / "t1-school" / "teacher-T09.html").is_file()
    assert not (out / "t1-school" / "teacher-T01.html").exists()


def test_gallery_leaves_a_folder_with_other_files_alone(kaocheng: Kaocheng, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("", encoding="utf-8")

    ran = kaocheng("gallery", "--schemes", PACKS, "--out", tmp_path)

    assert (ran.code, "C12" in ran.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_gallery_goes_on_past_a_broken_pack_and_fails_at_the_end(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("scheme.yaml", "headline: pay", "headline: nothing")
    shutil.copytree(T1, pack.parent / "t2-school")

    ran = kaocheng("gallery", "--schemes", pack.parent, "--out", tmp_path / "report")

    assert ran.code == 1
    assert "S2" in ran.out
    assert "1 个方案已核算，方案库共 12 页；1 个方案有错" in ran.out


def test_gallery_fails_where_a_case_fails(
    kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    edit("cases.yaml", "total: 88.65", "total: 88.66")

    ran = kaocheng("gallery", "--schemes", pack.parent, "--out", tmp_path / "report")

    assert ran.code == 1
    assert "应为 88.66，实得 88.65" in ran.out
    assert "算例 1 / 2" in ran.out


def test_gallery_says_what_is_wrong_with_example_facts(
    kaocheng: Kaocheng, pack: Path, tmp_path: Path
) -> None:
    (pack / "example" / "leave.csv").unlink()

    ran = kaocheng("gallery", "--schemes", pack.parent, "--out", tmp_path / "report")

    assert ran.code == 1
    assert "leave.csv F40 缺少“请假登记”表" in ran.out


def test_gallery_passes_over_a_pack_without_example(
    kaocheng: Kaocheng, pack: Path, tmp_path: Path
) -> None:
    shutil.rmtree(pack / "example")

    ran = kaocheng("gallery", "--schemes", pack.parent, "--out", tmp_path / "report")

    assert ran.code == 0
    assert "C17 警告" in ran.out
    assert "0 个方案已核算" in ran.out


def test_gallery_finds_schemes_in_the_working_folder(
    kaocheng: Kaocheng, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = pack.parent / "home"
    home.mkdir()
    pack.parent.joinpath("t1-school").rename(home / "t1-school")
    home.rename(pack.parent / "schemes")
    monkeypatch.chdir(pack.parent)

    assert kaocheng("gallery").code == 0
    assert (pack.parent / "build" / "gallery" / "index.html").is_file()


def test_gallery_without_packs_is_wrong_use(kaocheng: Kaocheng, tmp_path: Path) -> None:
    assert "C02" in kaocheng("gallery", "--schemes", tmp_path).err
    assert kaocheng("gallery", "--schemes", tmp_path / "nothing").code == 2


def test_c11_gallery_finds_no_schemes(
    kaocheng: Kaocheng, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gallery, "_CHECKOUT", tmp_path)

    ran = kaocheng("gallery")

    assert ran.code == 2
    assert "kaocheng gallery C11 没有找到放方案的文件夹 schemes。" in ran.err


@pytest.mark.parametrize(("display", "opened"), [(":0", 1), ("", 0)])
def test_gallery_is_opened_where_there_is_a_screen(
    kaocheng: Kaocheng,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    display: str,
    opened: int,
) -> None:
    out = tmp_path / "gallery"
    urls: list[str] = []
    monkeypatch.setattr("webbrowser.open", urls.append)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)

    assert kaocheng("gallery", "--schemes", PACKS, "--out", out, "--open").code == 0

    assert urls == [(out / "index.html").as_uri()] * opened
