"""A small pack with a notice, to see what the linter finds in the text."""

from __future__ import annotations

from pathlib import Path

from kaocheng.engine import verbs
from kaocheng.engine.problems import Problems

SCHEME = """\
language: 1
id: attendance
title: 出勤考核
source: {document: 某校出勤考核办法}
results:
  - id: yearly
    title: 学年出勤
    of: teacher
    items:
      - id: days
        title: 请假
        unit: 次
        value: count(absence)
"""
REGISTERS = """\
language: 1
registers:
  - id: teacher
    title: 教师
    kind: roster
    key: id
    fields:
      id: {title: 编号, type: text}
  - id: absence
    title: 请假登记
    kind: register
    fields:
      teacher: {title: 教师, type: teacher}
"""


def write_pack(folder: Path, notice: str, *, scheme: str = SCHEME) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"scheme.yaml": scheme, "registers.yaml": REGISTERS, "notice.txt": notice}
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def said_of(folder: Path) -> list[str]:
    """Every problem as `line id reason`."""
    problems = Problems()
    verbs.check(folder, problems=problems)
    return [f"{one.place.line} {one.id} {one.reason()}" for one in problems]
