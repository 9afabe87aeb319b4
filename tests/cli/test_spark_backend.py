"""`kaocheng score --backend spark`: the same bytes, and what is said when there is no cluster."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.cli.conftest import T1, Kaocheng
from tests.engine.columnar.spark_cluster import missing_for_spark

FACTS = T1 / "example"


class _Settings:
    def __getattr__(self, _name: str) -> object:
        return lambda *_: self


class _Context:
    """Stands where a cluster would be; it is told to stop."""

    stopped = 0

    def __init__(self, conf: object) -> None:
        assert isinstance(conf, _Settings)

    def stop(self) -> None:
        _Context.stopped += 1


def spark_module(context: object) -> ModuleType:
    found = ModuleType("pyspark")
    found.SparkConf, found.SparkContext = _Settings, context  # type: ignore[attr-defined]
    return found


def test_c21_without_spark_it_says_what_to_install(
    kaocheng: Kaocheng, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    out = tmp_path / "out"
    ran = kaocheng("score", T1, "--facts", FACTS, "--out", out, "--backend", "spark")
    assert ran.code != 0
    assert "C21 没有安装 Spark 的部分，不能用 --backend spark。" in ran.err
    assert not out.exists()


def test_c22_cluster_that_cannot_be_reached_is_named(
    kaocheng: Kaocheng, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unreachable(conf: object) -> None:
        raise ConnectionRefusedError(f"no master {conf is None}")

    monkeypatch.setitem(sys.modules, "pyspark", spark_module(unreachable))
    arguments = ("--backend", "spark", "--cluster", "spark://nowhere:7077")
    ran = kaocheng("score", T1, "--facts", FACTS, "--out", tmp_path / "out", *arguments)
    assert ran.code != 0
    assert "C22 连不上 Spark 集群“spark://nowhere:7077”（no master False）。" in ran.err


def test_r03_range_that_fails_leaves_the_old_result(
    kaocheng: Kaocheng, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed: ./test takes it where Java is")
    from kaocheng.engine.columnar import spark

    def failing(*_: object, **__: object) -> None:
        raise spark.RangeFailed("第 3 段：磁盘已满")

    monkeypatch.setattr(spark, "run_on_spark", failing)
    monkeypatch.setitem(sys.modules, "pyspark", spark_module(_Context))
    out = tmp_path / "out.csv"
    out.write_text("旧结果", encoding="utf-8")
    ran = kaocheng(
        "score", T1, "--facts", FACTS, "--out", out, "--result", "yearly", "--backend", "spark"
    )
    assert ran.code != 0
    assert "R03 集群上有一段没有算完：第 3 段：磁盘已满；原有文件没有改动。" in ran.err
    assert out.read_text(encoding="utf-8") == "旧结果"
    assert _Context.stopped == 1


@pytest.mark.skipif(bool(missing_for_spark()), reason=f"needs {missing_for_spark()}")
def test_spark_writes_the_bytes_of_the_reference(tmp_path: Path) -> None:
    for backend in ("reference", "spark"):
        command = [sys.executable, "-m", "kaocheng.cli.main", "score", str(T1)]
        command += ["--facts", str(FACTS), "--out", str(tmp_path / backend)]
        command += ["--backend", backend, "--cluster", "local[1]"]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    wanted = {path.name: path.read_bytes() for path in (tmp_path / "reference").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "spark").iterdir()} == wanted
