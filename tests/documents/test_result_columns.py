"""Results in columns of text say, byte for byte, what tables of objects say."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from kaocheng.documents.result_columns import result_columns
from kaocheng.documents.result_summary import summarize
from kaocheng.documents.result_table import result_table, titled_table
from kaocheng.documents.summary_columns import summarize_columns
from kaocheng.engine import verbs
from kaocheng.engine.cases import case_facts
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.run import run_columnar
from kaocheng.engine.compile import Compiled
from kaocheng.engine.problems import Problems
from kaocheng.formats import canonical_csv_bytes, read_tables
from kaocheng.formats.column_writers import (
    canonical_csv_of_columns,
    write_json_columns,
    write_parquet_columns,
)
from kaocheng.formats.writers import write_json, write_parquet

ROOT = Path(__file__).parents[2]
T1 = ROOT / "tests" / "cli" / "packs" / "t1-school"
PACKS = [
    T1,
    *(ROOT / "schemes" / name for name in ("s0.3-publicity", "s0.4-appraisal", "s1.3-island")),
    ROOT / "docs" / "tutorial" / "notices" / "grid-workers",
]


def compiled_pack(folder: Path) -> Compiled:
    problems = Problems()
    compiled = verbs.check(folder, problems=problems)
    problems.stop_on_errors()
    assert compiled is not None
    return compiled


def run_in_columns(compiled: Compiled, folder: Path) -> ColumnarRun:
    """The example of a pack, or where it has none, its first case."""
    pack, problems = compiled.pack, Problems()
    if (folder / "example").is_dir():
        known = [*pack.registers, *pack.parameters, "periods", "parameters"]
        tables = read_tables(folder / "example", problems=problems, known=known)
        facts = verbs.facts(pack, tables, problems=problems)
    else:
        facts = case_facts(pack, pack.cases[0], problems=problems)
    return run_columnar(compiled, encode_facts(pack, facts))


@pytest.mark.parametrize("folder", PACKS, ids=lambda path: path.name)
def test_columns_of_a_result_are_the_bytes_of_its_table(folder: Path) -> None:
    compiled = compiled_pack(folder)
    run = run_in_columns(compiled, folder)

    for result in compiled.pack.scheme.results:
        table, columns = result_table(run, result), result_columns(run, result)
        titled = result_columns(run, result, titled=True)
        written, expected = io.BytesIO(), io.BytesIO()
        write_json_columns(written, columns)
        write_parquet_columns(written, titled)
        write_json(expected, table)
        write_parquet(expected, titled_table(run, result))
        assert canonical_csv_of_columns(columns) == canonical_csv_bytes(table)
        assert written.getvalue() == expected.getvalue()
        assert summarize_columns(run, result) == summarize(run, result)


def test_columns_of_a_unit_are_the_bytes_of_its_table() -> None:
    compiled = compiled_pack(T1)
    run = run_in_columns(compiled, T1)

    for result in compiled.pack.scheme.results:
        table = result_table(run, result, unit="west")
        columns = result_columns(run, result, unit="west")
        assert canonical_csv_of_columns(columns) == canonical_csv_bytes(table)
        assert summarize_columns(run, result, unit="west") == summarize(run, result, unit="west")
