from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.conftest import T1, Kaocheng


def test_sample_writes_tables_that_score_as_they_are(kaocheng: Kaocheng, tmp_path: Path) -> None:
    facts = tmp_path / "facts"

    made = kaocheng("sample", T1, "--size", "30", "--out", facts)
    scored = kaocheng("score", T1, "--facts", facts, "--out", tmp_path / "results")

    assert (made.code, scored.code) == (0, 0)
    assert "  teacher.csv      30  教师名册" in made.out.splitlines()
    assert made.last_line == f"已写入 {facts}"
    text = (facts / "teacher.csv").read_bytes()
    assert text.startswith("\ufeffid,name,school".encode())
    assert text.count(b"\n") == 31


def test_sample_with_the_same_seed_is_the_same(kaocheng: Kaocheng, tmp_path: Path) -> None:
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        kaocheng("sample", T1, "--seed", seed, "--out", tmp_path / name)

    a, b, c = ((tmp_path / name / "study.csv").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_sample_of_a_pack_without_an_example(kaocheng: Kaocheng, pack: Path) -> None:
    shutil.rmtree(pack / "example")

    ran = kaocheng("sample", pack, "--out", pack / "example")

    assert ran.code == 0
    assert kaocheng("score", pack, "--facts", pack / "example", "--out", pack / "out").code == 0


def test_sample_leaves_a_folder_with_files_alone(kaocheng: Kaocheng, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("", encoding="utf-8")

    ran = kaocheng("sample", T1, "--out", tmp_path)

    assert (ran.code, "C09" in ran.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_sample_of_nobody_is_wrong_use(kaocheng: Kaocheng, tmp_path: Path) -> None:
    ran = kaocheng("sample", T1, "--size", "0", "--out", tmp_path / "facts")

    assert ran.code == 2
    assert "--size 要大于 0" in ran.err
