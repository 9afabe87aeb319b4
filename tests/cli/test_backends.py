"""Scoring by either evaluator, and what happens when the machine is not up to it."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from kaocheng.cli import computing
from tests.cli.conftest import T1, Kaocheng

ROOT = Path(__file__).parents[2]
FACTS = T1 / "example"
Edit = Callable[[str, str, str], None]
PEOPLE = 2_100
PACK = {
    "scheme.yaml": """
language: 1
id: large
title: 大表考核
source: {document: 某市考核办法}
results:
  - id: yearly
    title: 学年考核
    of: teacher
    headline: total
    grade: level
    items:
      - {id: total, title: 总分, unit: 分, value: sum(points over entry) + weight / 3}
      - id: level
        title: 等次
        seats: {rank: total, take: {grade: 优秀, at_most: 30%}, otherwise: "'合格'"}
""",
    "registers.yaml": """
language: 1
registers:
  - id: teacher
    title: 教师
    kind: roster
    key: id
    unit: school
    name: name
    fields:
      id: {title: 编号, type: text}
      name: {title: 姓名, type: text, personal: 是}
      school: {title: 学校, type: text}
      weight: {title: 系数, type: number}
  - id: entry
    title: 登记
    kind: register
    fields:
      teacher: {title: 教师, type: teacher}
      points: {title: 分值, type: number}
""",
}


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A pack with facts large enough to be computed by columns, in Parquet and CSV."""
    folder = tmp_path / "large"
    (folder / "example").mkdir(parents=True)
    for name, text in PACK.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_facts(folder / "example", entries=2 * PEOPLE)
    return folder


def write_facts(folder: Path, *, entries: int) -> None:
    names = ["林秀芬", "=陈", "a,b", "“黄”"]
    connection = duckdb.connect()
    teachers = f"""SELECT printf('T%06d', range) AS id, {names}[range % 4 + 1] AS name,
        'S' || range % 7 AS school, (range % 11)::DECIMAL(9, 2) / 10 AS weight
        FROM range({PEOPLE})"""
    connection.execute(f"COPY ({teachers}) TO '{folder}/teacher.csv'")
    points = f"""SELECT printf('T%06d', range % {PEOPLE}) AS teacher,
        (range % 13 * 0.5)::DECIMAL(9, 1) AS points FROM range({entries})"""
    connection.execute(f"COPY ({points}) TO '{folder}/entry.parquet'")
    connection.close()


@pytest.mark.parametrize("extension", ["csv", "json", "parquet", "xlsx"])
def test_both_backends_write_the_same_bytes(
    kaocheng: Kaocheng, large: Path, tmp_path: Path, extension: str
) -> None:
    said = {}
    for backend in ("duckdb", "reference"):
        out = tmp_path / f"{backend}.{extension}"
        arguments = ("--facts", large / "example", "--out", out, "--backend", backend)
        ran = kaocheng("score", large, *arguments)
        assert (ran.code, ran.err) == (0, "")
        said[backend] = ran.out.splitlines()[:-2]

    files = [tmp_path / f"{backend}.{extension}" for backend in said]
    assert files[0].stat().st_size > 10_000
    assert files[0].read_bytes() == files[1].read_bytes()
    assert said["duckdb"] == said["reference"]


def test_a_pack_with_periods_and_flags_has_the_same_tables_by_columns(
    kaocheng: Kaocheng, tmp_path: Path
) -> None:
    for backend in ("duckdb", "reference"):
        for titles in ((), ("--titles",)):
            out = tmp_path / f"{backend}{len(titles)}"
            kaocheng("score", T1, "--facts", FACTS, "--out", out, "--backend", backend, *titles)

    for titled in ("0", "1"):
        files = sorted((tmp_path / f"reference{titled}").iterdir())
        assert len(files) == 3
        for file in files:
            assert (tmp_path / f"duckdb{titled}" / file.name).read_bytes() == file.read_bytes()


def test_auto_computes_large_facts_by_columns_and_small_ones_by_rows(
    kaocheng: Kaocheng, large: Path, tmp_path: Path
) -> None:
    many = kaocheng("score", large, "--facts", large / "example", "--out", tmp_path / "a.csv")
    few = kaocheng("score", T1, "--facts", FACTS, "--out", tmp_path / "few")

    assert "由 DuckDB 按列核算" in many.out.splitlines()
    assert "由参考计算逐行核算" in few.out.splitlines()


def test_unit_keeps_its_subjects_in_columns(
    kaocheng: Kaocheng, large: Path, tmp_path: Path
) -> None:
    outs = []
    for backend in ("duckdb", "reference"):
        outs.append(tmp_path / f"{backend}.csv")
        arguments = ("--facts", large / "example", "--unit", "S3", "--out", outs[-1])
        assert kaocheng("score", large, *arguments, "--backend", backend).code == 0
    wrong = kaocheng(
        "score", large, "--facts", large / "example", "--unit", "S33", "--out", tmp_path / "x.csv"
    )

    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert len(outs[0].read_bytes().splitlines()) == 1 + len(range(3, PEOPLE, 7))
    assert (wrong.code, "C06" in wrong.err) == (2, True)


def test_rules_that_are_not_computed_by_columns_have_the_same_results(
    kaocheng: Kaocheng, tmp_path: Path
) -> None:
    pack = ROOT / "schemes" / "s0.5-ability"
    for backend in ("duckdb", "reference"):
        arguments = ("--facts", pack / "example", "--out", tmp_path / backend)
        assert kaocheng("score", pack, *arguments, "--backend", backend).code == 0

    files = sorted((tmp_path / "reference").iterdir())
    assert files
    for file in files:
        assert (tmp_path / "duckdb" / file.name).read_bytes() == file.read_bytes()


# What facts may be wrong in


@pytest.mark.parametrize("backend", ["duckdb", "reference"])
def test_bad_facts_are_told_alike_and_nothing_is_written(
    kaocheng: Kaocheng, large: Path, tmp_path: Path, backend: str
) -> None:
    facts = large / "example"
    teachers = (facts / "teacher.csv").read_text("utf-8")
    (facts / "teacher.csv").write_text(f"{teachers}T000005,又一个,S1,0.1\n", encoding="utf-8")
    (facts / "entry.parquet").unlink()
    (facts / "entry.csv").write_text("teacher,points\nT999999,1\n,2\nT000001,x\n", "utf-8")

    out = tmp_path / "out.csv"
    ran = kaocheng("score", large, "--facts", facts, "--out", out, "--backend", backend)

    assert (ran.code, out.exists()) == (1, False)
    assert "teacher.csv:2102 [id] F48" in ran.err
    assert "entry.csv:2 [教师] F49" in ran.err
    assert "entry.csv:3 [教师] F61 警告" in ran.err
    assert "entry.csv:4:2 [分值] F43" in ran.err


def test_numbers_beyond_63_bits_are_computed_by_rows_or_refused(
    kaocheng: Kaocheng, large: Path, tmp_path: Path
) -> None:
    facts = large / "example"
    teachers = (facts / "teacher.csv").read_text("utf-8")
    (facts / "teacher.csv").write_text(f"{teachers}Z,大,S1,{'9' * 30}\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    arguments = ("score", large, "--facts", facts, "--out", out)

    refused = kaocheng(*arguments, "--backend", "duckdb")
    assert (refused.code, "F80" in refused.err, out.exists()) == (1, True, False)

    ran = kaocheng(*arguments)
    assert ran.code == 0
    assert "由参考计算逐行核算（按列算不了：F80 “weight”列（系数）的数太大，" in ran.out
    assert f"Z,大,{'3' * 30},scored" in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("value", "by"),
    [("weight * weight", "由 DuckDB 按列核算"), ("weight * weight * weight", "由参考计算逐行核算")],
)
def test_products_of_up_to_127_bits_are_computed_by_columns_and_larger_ones_by_rows(
    kaocheng: Kaocheng, large: Path, tmp_path: Path, value: str, by: str
) -> None:
    scheme = (large / "scheme.yaml").read_text("utf-8")
    total = "sum(points over entry) + weight / 3"
    (large / "scheme.yaml").write_text(scheme.replace(total, value), encoding="utf-8")
    teachers = (large / "example" / "teacher.csv").read_text("utf-8")
    weight = 10**16 + 1
    (large / "example" / "teacher.csv").write_text(f"{teachers}Z,大,S1,{weight}\n", "utf-8")
    out = tmp_path / "out.csv"

    ran = kaocheng("score", large, "--facts", large / "example", "--out", out)

    assert ran.code == 0
    assert by in ran.out
    exact = weight ** (value.count("*") + 1)
    assert out.read_text("utf-8").splitlines()[-1] == f"Z,大,{exact},scored,优秀,scored,1,"


def test_very_many_facts_of_one_person_are_one_sum(
    kaocheng: Kaocheng, large: Path, tmp_path: Path
) -> None:
    connection = duckdb.connect()
    one = "SELECT 'T000001' AS teacher, 0.1::DECIMAL(4, 1) AS points FROM range(1_000_000)"
    connection.execute(f"COPY ({one}) TO '{large}/example/entry.parquet'")
    out = tmp_path / "out.csv"

    ran = kaocheng("score", large, "--facts", large / "example", "--out", out)

    assert ran.code == 0
    lines = out.read_text("utf-8").splitlines()
    assert lines[2].startswith("T000001,'=陈,3000001/30,scored,优秀")


# What the machine may lack


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An earlier result, which must stay whatever happens."""
    out = tmp_path / "result" / "out.csv"
    out.parent.mkdir()
    out.write_text("旧的结果\n", encoding="utf-8")
    return out


def test_r01_memory_does_not_suffice(
    kaocheng: Kaocheng, large: Path, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_facts(large / "example", entries=400_000)
    arguments = ("--facts", large / "example", "--out", old, "--memory", "1MB")

    ran = kaocheng("score", large, *arguments)

    assert ran.code == 1
    assert "R01 内存不够，没有核算完（上限：1MB）；原有文件没有改动。" in ran.err
    assert "用 --memory 调高上限" in ran.err
    assert old.read_text("utf-8") == "旧的结果\n"
    assert [path.name for path in old.parent.iterdir()] == ["out.csv"]

    def without_memory(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(computing, "facts_by_rows", without_memory)
    small = kaocheng("score", T1, "--facts", FACTS, "--out", old.parent / "x")
    assert "R01 内存不够，没有核算完（上限：本机的全部内存）；原有文件没有改动。" in small.err


def test_r02_temporary_folder_is_full(
    kaocheng: Kaocheng, large: Path, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise duckdb.IOException("IO Error: disk full")

    from kaocheng.engine.columnar.run import Store

    monkeypatch.setattr(Store, "compute", full)
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    arguments = ("--facts", large / "example", "--out", old, "--temp", temporary)
    ran = kaocheng("score", large, *arguments)

    assert ran.code == 1
    said = re.sub(f"{temporary}/kaocheng-[^”]+", "…", ran.err)
    assert "临时文件夹“…”写不下去（系统提示：disk full），没有核算完；原有文件没有改动。" in said
    assert "R02" in said
    assert old.read_text("utf-8") == "旧的结果\n"
    assert list(temporary.iterdir()) == []


def test_memory_and_temporary_folder_are_checked_first(
    kaocheng: Kaocheng, large: Path, tmp_path: Path
) -> None:
    arguments = ("--facts", large / "example", "--out", tmp_path / "x.csv")
    odd = kaocheng("score", large, *arguments, "--memory", "很多")
    gone = kaocheng("score", large, *arguments, "--temp", tmp_path / "nothing")

    assert (odd.code, "C18 “很多”不是内存大小。" in odd.err) == (2, True)
    assert (gone.code, "F36" in gone.err) == (2, True)


COMMAND = [sys.executable, "-m", "kaocheng.cli.main", "score"]


@pytest.mark.parametrize("backend", ["duckdb", "reference"])
@pytest.mark.parametrize("extension", ["csv", "parquet"])
def test_old_result_stays_when_the_disk_takes_no_more(
    large: Path, old: Path, backend: str, extension: str
) -> None:
    kept = old.rename(old.with_suffix(f".{extension}"))

    def only_ten_kilobytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    arguments = ["--facts", str(large / "example"), "--out", str(kept), "--backend", backend]
    ran = subprocess.run(
        [*COMMAND, str(large), *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=only_ten_kilobytes,
    )

    assert ran.returncode == 2
    assert "F34 无法写入" in ran.stderr
    assert "File too large" in ran.stderr
    assert kept.read_text("utf-8") == "旧的结果\n"
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_old_result_stays_when_the_program_is_killed_while_it_writes(
    large: Path, old: Path
) -> None:
    # It stops in the middle of the file, so that it is killed there for sure.
    program = f"""
import os, sys
from kaocheng.cli.main import main
from kaocheng.formats import column_writers
whole = column_writers._csv_blocks

def halting(table):
    blocks = whole(table)
    yield next(blocks)
    yield bytes(next(blocks))[:1000]
    print("half", flush=True)
    __import__("time").sleep(60)

column_writers._csv_blocks = halting
main(["score", {str(large)!r}, "--facts", {str(large / "example")!r}, "--out", {str(old)!r}])
"""
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stdout.readline() == "half\n"

    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    running.stdout.close()

    assert running.returncode == -signal.SIGKILL
    assert old.read_text("utf-8") == "旧的结果\n"
    others = [path.name for path in old.parent.iterdir() if path != old]
    assert all(name.startswith(".") and name.endswith(".tmp") for name in others)
