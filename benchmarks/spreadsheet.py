"""People in LibreOffice Calc, which gets their sums ready-made, and here from raw facts."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks import peers
from benchmarks.harness import compare
from benchmarks.sides import Hand, Ours, city_pack, connected, encoded

PEOPLE, SMALL_PEOPLE = (1_000, 10_000, 50_000), (200,)
ROUNDS, SMALL_ROUNDS = 3, 1
TIMEOUT_SECONDS = 600

# What an office would have to sum up by hand first: the peers' tables per teacher, columns A to X.
SUMS = """
SELECT t.tid, t.school_id, s1, s2, s3, o1, o2, o3, attended, required, credit,
  coalesce(late, 0), coalesce(minor, 0), coalesce(award, 0), hours,
  points, reviews, lowest, highest, age, env, prev_grade, courses,
  m1 >= 60 AND m2 >= 60 AND m3 >= 60 AND coalesce(veto, 0) = 0
FROM teacher t
JOIN (SELECT tid, sum(score) FILTER (ind = 1 AND rater = 0) s1,
  sum(score) FILTER (ind = 2 AND rater = 0) s2, sum(score) FILTER (ind = 3 AND rater = 0) s3,
  sum(score) FILTER (ind = 1 AND rater = 1) o1, sum(score) FILTER (ind = 2 AND rater = 1) o2,
  sum(score) FILTER (ind = 3 AND rater = 1) o3 FROM man GROUP BY tid) USING (tid)
JOIN (SELECT tid, sum(pres) attended, sum(req) required FROM att GROUP BY tid) USING (tid)
JOIN (SELECT tid, sum(credit) credit, count(DISTINCT course) courses FROM ev GROUP BY tid)
  USING (tid)
JOIN (SELECT tid, sum(score) points, count(*) reviews, min(score) lowest, max(score) highest,
  avg(score) FILTER (mc = 1) m1, avg(score) FILTER (mc = 2) m2, avg(score) FILTER (mc = 3) m3
  FROM rev GROUP BY tid) USING (tid)
LEFT JOIN (SELECT tid, count(*) FILTER (code = 'late') late,
  sum(pts) FILTER (code = 'minor') minor, count(*) FILTER (code = 'award') award,
  count(*) FILTER (code = 'veto') veto FROM ded GROUP BY tid) USING (tid)
ORDER BY t.tid
"""
# {r} is the row; {a} and {b} are the first and the last row of the school.
FORMULAS = (
    "=ROUND(C{r}*20%+F{r}*80%,2)",  # Y
    "=ROUND(D{r}*20%+G{r}*80%,2)",  # Z
    "=ROUND(E{r}*20%+H{r}*80%,2)",  # AA
    "=IF(I{r}/J{r}>=95%,10,IF(I{r}/J{r}>=85%,8,IF(I{r}/J{r}>=70%,6,IF(I{r}/J{r}>=50%,4,0))))",
    "=MIN(10,ROUND(K{r}/20*10,2))",
    "=IF(W{r}>=15,5,W{r}*0.3)",
    "=MAX(0,10-0.5*MAX(0,L{r}-2))",
    "=MAX(0,10-M{r})",
    "=MIN(6,2*N{r})",
    "=MIN(36,ROUND(O{r}/AVERAGE(O${a}:O${b})*30,2))",
    "=ROUND(P{r}/Q{r}/10,2)",
    "=ROUND((P{r}-R{r}-S{r})/(Q{r}-2)/20,2)",
    '=IF(AND(T{r}<40,U{r}="A"),1,0)',
    "=SUM(Y{r}:AK{r})",  # AL, the total
    "=RANK(AL{r},AL${a}:AL${b})",  # AM
    '=IF(NOT(X{r}),"D",IF(AL{r}>=115,"A",IF(AL{r}>=100,"B",IF(AL{r}>=85,"C","D"))))',  # AN
    '=COUNTIFS(AN${a}:AN${b},"A",AL${a}:AL${b},">="&AL{r})',  # AO
    '=IF(AND(AN{r}="A",AO{r}>30%*ROWS(AL${a}:AL${b})),"B",AN{r})',  # AP, the grade
    "=MATCH(AM{r}/ROWS(AL${a}:AL${b}),{{0,0.1500001,0.5000001,0.8500001}},1)",
    '=AND(AP{r}="D",V{r}="D")',
    "=ROUND(10000*ROWS(AL${a}:AL${b})/SUM(AL${a}:AL${b})*AL{r},2)",
)
TOTAL, GRADE = 37, 41
# Calc trusts the figures of foreign workbooks unless told to compute them anew.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


def write_workbook(path: Path, size: peers.Size) -> None:
    """A sheet as an office would make it: sums in columns A to X, formulas behind them."""
    connection = connected()
    peers.load(connection, peers.generated(size))
    rows = connection.execute(SUMS).fetchall()
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for at, row in enumerate(rows):
            first = at // peers.TEACHERS_PER_SCHOOL * peers.TEACHERS_PER_SCHOOL
            last = min(first + peers.TEACHERS_PER_SCHOOL, len(rows))
            sheet.write_row(at, 0, row)
            for column, formula in enumerate(FORMULAS, start=len(row)):
                text = formula.format(r=at + 1, a=first + 1, b=last)
                sheet.write_formula(at, column, text, None, "")


def recalculate(workbook: Path, folder: Path) -> Path:
    """Start Calc, load, compute every formula, save; the saved workbook."""
    profile = folder / "profile"
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    target = folder / "recalculated"
    command += ["--convert-to", "xlsx", "--outdir", str(target), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_SECONDS)
    return target / workbook.name


def from_facts(size: peers.Size) -> None:
    """Load the raw facts of the same people from files and compute every result."""
    Ours(size).run()


def say_differences(recalculated: Path, size: peers.Size) -> None:
    """How many people Calc's binary numbers give another total or grade than exact ones."""
    hand = Hand(size)
    hand.run()
    exact = hand.connection.execute("SELECT total, grade FROM result ORDER BY tid").fetchall()
    rows = CalamineWorkbook.from_path(str(recalculated)).get_sheet_by_index(0).to_python()
    totals = grades = 0
    for row, (total, grade) in zip(rows, exact, strict=True):
        totals += round(float(str(row[TOTAL])) * 100) != total
        grades += row[GRADE] != grade
    print(f"  of {len(rows)} people Calc gives {totals} another total, {grades} another grade")


def main(*, people: Sequence[int], rounds: int) -> None:
    peers.must_be_here()
    if shutil.which("soffice") is None:
        sys.exit("没有 LibreOffice Calc，请先安装。LibreOffice Calc is not installed.")
    compiled = city_pack()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = folder / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(SETTINGS, encoding="utf-8")
        for count in people:
            size = peers.Size(count)
            encoded(size, compiled)
            workbook = folder / f"{count}.xlsx"
            write_workbook(workbook, size)
            say_differences(recalculate(workbook, folder), size)
            compare(
                "spreadsheet" if count == people[-1] else f"spreadsheet-{count}",
                ours=partial(from_facts, size),
                peer=partial(recalculate, workbook, folder),
                rounds=rounds,
                warm_up_rounds=0,
            )


if __name__ == "__main__":
    is_small = "--small" in sys.argv
    main(
        people=SMALL_PEOPLE if is_small else PEOPLE,
        rounds=SMALL_ROUNDS if is_small else ROUNDS,
    )
