"""Every benchmark over a city runs on a small one, finds both sides equal, and says one line."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

from benchmarks import peers
from benchmarks.growth import exponent
from tests.engine.columnar.spark_cluster import missing_for_spark

PEERS_MISSING = pytest.mark.skipif(
    not peers.are_here(), reason="the peers are not beside the checkout (../shared/bench)"
)
RATIO = r"ours=\d+\.\d+ s peer=\d+\.\d+ s ratio=\d+\.\d+"


def small(name: str) -> str:
    """What a benchmark prints with `--small`."""
    command = [sys.executable, "-W", "error", "-m", "benchmarks", name, "--small"]
    done = subprocess.run(command, cwd=peers.ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


@PEERS_MISSING
@pytest.mark.parametrize(("name", "teachers"), [("scoring", 300), ("events", 200)])
def test_duel_finds_both_sides_equal_and_ends_with_their_ratio(name: str, teachers: int) -> None:
    lines = small(name).splitlines()

    assert f"  all {teachers} rows are the same in all 20 columns" in lines
    assert re.fullmatch(f"{name}: {RATIO}", lines[-1])


@PEERS_MISSING
def test_school_finds_the_changed_school_equal_and_ends_with_the_ratio() -> None:
    lines = small("school").splitlines()

    assert "  the school's 100 rows are the same" in lines
    limit = r"ours=\d+\.\d+ s peer=\d+\.\d+ s \(limit\) ratio=\d+\.\d+"
    assert re.fullmatch(f"school: {limit}", lines[-1])


@PEERS_MISSING
def test_explain_says_what_explanations_rest_on_with_and_without_within() -> None:
    lines = small("explain").splitlines()

    rests = r"300 teachers; one has \d+ branches that rest on \d+ rows"
    limit = r"ours=\S+ s peer=0.0100 s \(limit\) ratio=\S+"
    assert sum(re.fullmatch(rests, line) is not None for line in lines) == 2
    assert lines.count("  tables read as a whole: 0") == 2
    assert sum(re.fullmatch(f"explain: {limit}", line) is not None for line in lines) == 1
    assert re.fullmatch(f"explain-whole: {limit}", lines[-1])


@PEERS_MISSING
def test_growth_ends_with_the_exponents_of_both_sides() -> None:
    lines = small("growth").splitlines()

    assert re.fullmatch(r"growth: ours=\S+ peer=\S+ ratio=\S+ \(exponents\)", lines[-1])


@PEERS_MISSING
@pytest.mark.skipif(bool(missing_for_spark()), reason="Java or pyspark is not installed")
def test_spark_finds_every_row_equal_and_ends_with_the_ratio() -> None:
    lines = small("spark").splitlines()

    assert "  equal by SHA-256 of all rows; limit of the ratio 1.3" in lines
    assert re.fullmatch(f"spark: {RATIO}", lines[-1])


@PEERS_MISSING
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice Calc is not installed")
def test_spreadsheet_computes_the_same_totals_from_ready_made_sums() -> None:
    lines = small("spreadsheet").splitlines()

    assert "  of 200 people Calc gives 0 another total, 0 another grade" in lines
    assert re.fullmatch(f"spreadsheet: {RATIO}", lines[-1])


def test_exponent_is_the_power_with_which_time_grows() -> None:
    amounts = [10, 100, 1000]

    assert exponent(amounts, [0.1, 1.0, 10.0]) == pytest.approx(1.0)
    assert exponent(amounts, [2.0, 200.0, 20000.0]) == pytest.approx(2.0)
    assert exponent(amounts, [3.0, 3.0, 3.0]) == pytest.approx(0.0)
