"""The SQL that is printed is the SQL that computes: run by itself it gives the same values."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from kaocheng.engine import verbs
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.run import run_columnar
from kaocheng.engine.problems import Problems
from kaocheng.formats import read_tables
from tests.cli.conftest import T1, Kaocheng

ROOT = Path(__file__).parents[2]
ISLAND = ROOT / "schemes" / "s1.3-island"


def run_of_example(folder: Path) -> ColumnarRun:
    problems = Problems()
    compiled = verbs.check(folder, problems=problems)
    assert compiled is not None
    pack = compiled.pack
    known = [*pack.registers, *pack.parameters, "periods", "parameters"]
    tables = read_tables(folder / "example", problems=problems, known=known)
    return run_columnar(compiled, encode_facts(pack, verbs.facts(pack, tables, problems=problems)))


@pytest.mark.parametrize("folder", [T1, ISLAND], ids=lambda path: path.name)
def test_printed_sql_gives_the_same_values_in_a_database_of_its_own(
    kaocheng: Kaocheng, tmp_path: Path, folder: Path
) -> None:
    saved = tmp_path / "it's saved"
    ran = kaocheng("sql", folder, "--tables", saved)

    connection = duckdb.connect()
    connection.execute(ran.out)

    run = run_of_example(folder)
    for result, table in run.tables.items():
        chain = run.planner.chains[result]
        found = connection.sql(f'SELECT * FROM "{chain.cte(chain.top)}"').to_arrow_table()
        assert (
            found.select(table.column_names).sort_by("_at").to_pylist()
            == table.sort_by("_at").to_pylist()
        )
    connection.close()
    assert ran.code == 0


def test_every_statement_and_column_is_told_in_words(kaocheng: Kaocheng, tmp_path: Path) -> None:
    out = tmp_path / "t1.sql"

    ran = kaocheng("sql", T1, "--out", out)

    assert (ran.code, ran.out) == (0, f"已写入 {out}\n")
    lines = out.read_text("utf-8").splitlines()
    assert lines[0] == "-- 试验小学教师考核方案"
    assert "--   r_teacher  教师名册，6 行" in lines
    assert "--   total  总分，除以 20" in lines
    assert "--   level  等次：0 = 优秀，1 = 合格，2 = 不合格" in lines
    assert "--   _exempt  免于考核：0 = 不免，1 = 即将退休，-1 = 未定" in lines
    at = lines.index("-- 学年总评（yearly），第 2 段，共 2 段")
    assert lines[at + 1 : at + 3] == [
        "-- 算出：评优名额",
        'CREATE OR REPLACE TEMPORARY TABLE "yearly_12" AS',
    ]
    assert not any("READ_PARQUET" in line for line in lines)


def test_plan_is_printed_instead(kaocheng: Kaocheng) -> None:
    ran = kaocheng("sql", T1, "--plan")

    assert ran.code == 0
    assert ran.out.startswith("attendance  学期考勤，r_teacher\n")


def test_c20_a_rule_that_sql_cannot_say(
    kaocheng: Kaocheng, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kaocheng.engine.columnar.planner import Planner
    from kaocheng.engine.columnar.rows import Unlowered

    def left(_: Planner) -> None:
        raise Unlowered("编号是算出来的文字")

    monkeypatch.setattr(Planner, "plan", left)

    ran = kaocheng("sql", T1)

    assert ran.code == 2
    assert "C20 这份方案写不成 SQL：编号是算出来的文字。" in ran.err
