"""The linter finds in the packs of the seeds what a careful reader found in their notices.

`FINDINGS` is section D of the seed catalogue: each lint, the systems it was found in, and words
that its messages must hold where the catalogue names them. A finding counts whether a detector or
the author of the pack (`doubts`) reports it, and whether or not the pack accepts it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from kaocheng.engine import verbs
from kaocheng.engine.lint import findings
from kaocheng.engine.problems import Problems
from tests.schemes import clean
from tests.schemes.test_packs import PACKS, system_of

ANYTHING: tuple[str, ...] = ()
FINDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "L01": {
        "S0.2": ("60", "80"),
        "S0.6": ("60", "80", "90"),
        "S1.3": ("50%", "70%", "85%", "95%"),
    },
    "L02": dict.fromkeys(
        ("S0.2", "S0.4", "S0.5", "S1.1", "S1.2", "S4.3", "S4.7", "S4.9"), ANYTHING
    ),
    "L04": dict.fromkeys(
        ("S0.2", "S0.3", "S0.6", "S1.2", "S2", "S4.2", "S4.4", "S4.8", "S4.9"), ANYTHING
    )
    | {"S0.4": ("流程",)},
    "L05": dict.fromkeys(("S0.1", "S0.5", "S1.2", "S2", "S4.4", "S4.8"), ANYTHING)
    | {"S3": ("优秀",)},
    "L06": {"S0.4": ("30%、50%、10%、7%、3%",)},
    "L07": dict.fromkeys(("S0.3", "S4.5", "S4.6", "S0.5"), ANYTHING) | {"S1.1": ("25", "30")},
    "L08": {
        "S0.2": ("四個維度", "3 个"),
        "S1.1": ("四个能力", "5 个"),
        "S4.7": ("2038", "2083", "缺“四”"),
    },
    "L09": {"S1.1": ("201年",), "S2": ("116日", "1271226日", "110日")},
    "L10": dict.fromkeys(("S0.1", "S1.1", "S3", "S4.8", "S4.9"), ANYTHING),
    "L11": dict.fromkeys(("S0.2", "S0.6", "S1.3", "S4.1"), ANYTHING),
    "L12": dict.fromkeys(("S1.3", "S2", "S3", "S4.1"), ANYTHING),
    "L13": {"S0.1": ("及时",), "S3": ("左右",), "S4.1": ("明显",), "S4.4": ("约",)},
    "L14": dict.fromkeys(("S0.4", "S1.3", "S3", "S4.4"), ANYTHING),
    "L15": {"S3": ANYTHING},
    "L16": dict.fromkeys(("S1.2", "S1.3", "S4.4", "S4.5"), ANYTHING),
    "L17": dict.fromkeys(("S4.2", "S0.1"), ANYTHING),
    "L18": dict.fromkeys(("S0.3", "S0.5", "S4.1", "S4.2", "S4.4"), ANYTHING),
    "L19": {"S0.4": ("3%", "辞退")},
    "L20": {"S2": ANYTHING, "S4.8": ("S4.10",)},
    "L21": dict.fromkeys(("S0.2", "S0.5", "S3"), ANYTHING),
    "L22": {"S4.2": ("讨论稿",), "S4.6": ("初稿",)},
    "L23": {"S0.4": ("辞退",), "S0.5": ("出生",), "S4.1": ("性别",), "S4.8": ANYTHING},
}
# Dates that collide are told by the process itself.
COLLIDING_DATES = {"P13", "P14", "P15", "P16", "P18"}


@cache
def said_of(folder: Path) -> dict[str, str]:
    """All that is said of a pack, by id."""
    problems = Problems()
    compiled = verbs.check(folder, problems=problems)
    assert compiled is not None
    said: dict[str, str] = {}
    accepted = [one.problem for one in findings(compiled) if one.accepted]
    for one in (*problems, *accepted):
        id = "L10" if one.id in COLLIDING_DATES else one.id
        said[id] = said.get(id, "") + one.reason()
    return said


def cases() -> list[tuple[Path, str, tuple[str, ...]]]:
    return [
        (folder, id, words)
        for folder in PACKS
        for id, systems in FINDINGS.items()
        for system, words in systems.items()
        if system == system_of(folder)
    ]


@pytest.mark.parametrize(
    ("folder", "id", "words"), cases(), ids=lambda one: one.name if isinstance(one, Path) else None
)
def test_pack_shows_what_is_wrong_in_its_notice(
    folder: Path, id: str, words: tuple[str, ...]
) -> None:
    said = said_of(folder)

    assert id in said
    assert [word for word in words if word not in said[id]] == []


def test_clean_scheme_has_no_lint_at_all(tmp_path: Path) -> None:
    for name, text in clean.FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    problems = Problems()

    compiled = verbs.check(tmp_path, problems=problems)

    assert compiled is not None
    assert [f"{one.place} {one.id} {one.reason()}" for one in problems] == []
    assert findings(compiled) == []
