from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import T1, Kaocheng

FACTS = T1 / "example"
Edit = Callable[[str, str, str], None]


def move_the_line(edit: Edit) -> None:
    """To where one of the teachers of the unit east has her score."""
    edit("scheme.yaml", "{from: 90, grade: 优秀", "{from: 99.9, grade: 优秀")
    edit("scheme.yaml", "{from: 60, to: 90,", "{from: 60, to: 99.9,")


@pytest.mark.parametrize("backend", ["reference", "duckdb"])
def test_l24_score_names_who_sits_exactly_on_a_line(
    backend: str, kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    move_the_line(edit)

    ran = kaocheng("score", pack, "--facts", FACTS, "--out", tmp_path / "out", "--backend", backend)

    assert "L24 提示 “等次”有 1 个正好在线上（99.9）：“林秀芬”。" in ran.err
    assert ran.code == 0


@pytest.mark.parametrize("backend", ["reference", "duckdb"])
def test_score_of_one_unit_names_nobody_of_another(
    backend: str, kaocheng: Kaocheng, pack: Path, edit: Edit, tmp_path: Path
) -> None:
    move_the_line(edit)
    out = tmp_path / "yearly.csv"

    ran = kaocheng(
        *("score", pack, "--facts", FACTS, "--result", "yearly", "--unit", "west"),
        *("--out", out, "--backend", backend),
    )

    assert (ran.code, ran.err) == (0, "")
