"""Beside every broken example stands a sound one, a few characters away, that raises nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaocheng.engine.messages import MESSAGES
from tools.broken import FOLDER, found_in, read_broken

# What is changed in the broken example of an id to make it sound.
NEIGHBOURS = {
    "L01": ("{from: 80, to: 90, points: 5}", "{from: 80, points: 5}"),
    "L02": (", confirm: 是", ""),
    "L03": ("weight: 60%", "weight: 50%"),
    "L04": ("key: [group]", "key: [group]\n      rows: |\n        group,points\n        语文,5"),
    "L05": (", confirm: 是", ""),
    "L06": ("预期20%", "预期30%"),
    "L08": ("四个方面", "三个方面"),
    "L09": ("1126日", "11月26日"),
    "L10": ("from: 2025-06-01", "from: 2025-05-01"),
    "L11": ("points: 10\n", "points: 10\n          floor: 0\n"),
    "L12": ("出勤率达到95%", "出勤率（出勤人数÷应到人数）达到95%"),
    "L13": ("酌情扣分", "每天扣1分"),
    "L14": ("at_most: 15%", "number: 2"),
    "L15": ("exactly: 1", "exactly: 2"),
    "L16": ("type: money", "type: money, default: 100"),
    "L17": ("几天, type: number", "几天, type: number, default: 10"),
    "L18": ("add:\n", "add:\n            take: highest\n"),
    "L19": ("when: grade = '乙'", "when: days > 100"),
    "L21": (" where teacher != own.id", ""),
    "L22": (", status: discussion", ""),
    "L23": ("出生日期", "入职日期"),
    "L25": (", confirm: 是", ""),
    "L26": ("登录次数", "完成作业"),
    "L27": ("to: 2026-02-10", "to: 2025-11-10"),
}
# Those with tests of their own: what an author writes, a text printed twice, and real scores.
ELSEWHERE = {"L07", "L20", "L24"}


@pytest.mark.parametrize("id", NEIGHBOURS)
def test_sound_neighbour_is_left_alone(id: str, tmp_path: Path) -> None:
    old, new = NEIGHBOURS[id]
    text = (FOLDER / f"{id}.yaml").read_text("utf-8")
    assert old in text
    neighbour = tmp_path / f"{id}.yaml"
    neighbour.write_text(text.replace(old, new), "utf-8")

    found = [one.id for one in found_in(read_broken(neighbour))]

    assert id not in found
    assert [one for one in found if not one.startswith("L")] == []


def test_every_lint_has_a_neighbour() -> None:
    lints = {id for id, message in MESSAGES.items() if message.severity == "lint" and id[0] == "L"}

    assert lints == {*NEIGHBOURS, *ELSEWHERE}
