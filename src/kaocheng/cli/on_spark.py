"""Scoring on Apache Spark from the command line: the facts are dealt, the cluster computes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.engine.compile import Compiled
from kaocheng.engine.problems import Place, refuse

if TYPE_CHECKING:
    from kaocheng.engine.columnar.columnar_run import ColumnarRun
    from kaocheng.engine.columnar.facts import ColumnFacts

RANGES = 16


def run_on_cluster(
    compiled: Compiled, facts: ColumnFacts, *, cluster: str, folder: Path
) -> ColumnarRun:
    """Every result, computed by the cluster at that address (`local[2]`, `spark://host:7077`).

    `folder` must be the same folder for all machines of the cluster; it holds the dealt facts as
    long as the run is read.
    """
    try:
        from pyspark import SparkConf, SparkContext
    except ImportError as absent:
        raise refuse("C21", Place("--backend")) from absent
    from kaocheng.engine.columnar.spark import RangeFailed, run_on_spark
    from kaocheng.formats.range_folder import deal_facts

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    ranges = folder / "ranges"
    ranges.mkdir()
    dealt = deal_facts(ranges, compiled.pack, facts, ranges=RANGES)
    settings = (
        SparkConf().setMaster(cluster).setAppName("kaocheng").set("spark.ui.enabled", "false")
    )
    try:
        context = SparkContext(conf=settings)
    except Exception as fault:
        detail = str(fault).strip().splitlines()[0][:200] if str(fault) else type(fault).__name__
        raise refuse("C22", Place("--cluster"), address=cluster[:100], detail=detail) from fault
    try:
        return run_on_spark(context, compiled, dealt)
    except RangeFailed as failed:
        raise refuse("R03", Place("核算"), detail=str(failed)[:500]) from failed
    finally:
        context.stop()
