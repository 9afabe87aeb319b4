"""Every message about a file that goes out, as its reader sees it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kaocheng.engine.messages.facts import FACTS
from kaocheng.engine.problems import Refused
from kaocheng.formats import OutColumn, OutTable, write_table, write_tables

TABLE = OutTable("结果", "考核结果", (OutColumn("v", "值"),), (("1",),))


def told(write: Callable[[], None], *, folder: Path) -> list[str]:
    """Place, reason and remedy of the refusal, in Chinese, and its reason in English."""
    with pytest.raises(Refused) as error:
        write()
    problem = error.value.problems[0]
    lines = [str(problem.place), problem.reason(), problem.remedy(), problem.reason("en")]
    return [line.replace(str(folder), "…") for line in lines]


def fail_to_sync(monkeypatch: pytest.MonkeyPatch, *, code: int) -> None:
    """Let the system refuse to keep bytes, as a full or read-only disk does."""

    def failing(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", failing)


def test_every_message_is_whole_in_both_languages() -> None:
    numbers = [*range(1, 40), *range(80, 87)]
    assert [message.id for message in FACTS] == [f"F{number:02}" for number in numbers]
    for message in FACTS:
        assert message.zh.endswith("。")
        assert message.zh_remedy.endswith("。")
        assert message.en.endswith(".")
        assert message.en_remedy.endswith(".")


def test_f32_format_is_unknown(tmp_path: Path) -> None:
    assert told(lambda: write_table(Path("结果.doc"), TABLE), folder=tmp_path) == [
        "结果.doc",
        "不知道“结果.doc”要写成什么格式。",
        "请使用这些扩展名之一：.csv、.xlsx、.json、.parquet。",
        "Cannot tell in which format “结果.doc” is to be written.",
    ]


def test_f33_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_to_sync(monkeypatch, code=errno.ENOSPC)

    assert told(lambda: write_table(tmp_path / "结果.csv", TABLE), folder=tmp_path) == [
        "…/结果.csv",
        "磁盘空间不足，没有写成“…/结果.csv”；原有文件没有改动。",
        "请清理磁盘，或换一个位置保存，再运行一次。",
        "The disk is full: “…/结果.csv” was not written, and what was there is unchanged.",
    ]


def test_f34_file_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_to_sync(monkeypatch, code=errno.EROFS)

    assert told(lambda: write_table(tmp_path / "结果.csv", TABLE), folder=tmp_path) == [
        "…/结果.csv",
        "无法写入“…/结果.csv”（系统提示：Read-only file system）；原有文件没有改动。",
        "请关闭正在打开它的 Excel 或 WPS，确认有写入权限，或换一个位置保存。",
        "“…/结果.csv” cannot be written (system: Read-only file system); nothing was changed.",
    ]


def test_f35_target_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "结果.csv").mkdir()

    assert told(lambda: write_table(tmp_path / "结果.csv", TABLE), folder=tmp_path) == [
        "…/结果.csv",
        "“…/结果.csv”是一个文件夹（或特殊文件），不能当作文件写入。",
        "请换一个文件名，或指定这个文件夹里的一个文件。",
        "“…/结果.csv” is a folder or a special file and cannot be written as a file.",
    ]


def test_f36_folder_is_missing(tmp_path: Path) -> None:
    assert told(lambda: write_table(tmp_path / "新" / "结果.csv", TABLE), folder=tmp_path) == [
        "…/新/结果.csv",
        "文件夹“…/新”不存在，或不是文件夹。",
        "请先建好文件夹，或换一个位置保存。",
        "Folder “…/新” does not exist or is not a folder.",
    ]


def test_f37_table_is_too_large_for_excel(tmp_path: Path) -> None:
    columns = tuple(OutColumn(f"c{number}", "") for number in range(16_385))

    assert told(
        lambda: write_table(tmp_path / "a.xlsx", OutTable("结果", "", columns, ())), folder=tmp_path
    ) == [
        "结果",
        "表“结果”有 1 行、16385 列，Excel 放不下（最多 1048576 行、16384 列）。",
        "请改用 .csv 或 .parquet。",
        "Table “结果” of 1 × 16385 cells does not fit into Excel (1048576 × 16384).",
    ]


def test_f38_table_name_is_no_file_name(tmp_path: Path) -> None:
    assert told(
        lambda: write_tables(tmp_path, [OutTable("a/b", "", TABLE.columns, ())], kind="csv"),
        folder=tmp_path,
    ) == [
        "a/b",
        "表名“a/b”不能用作文件名，或与另一张表的文件名相同。",
        '请换一个表名：不含 / \\ : * ? " < > | 等符号，不以点开头，且互不相同。',
        "Table name “a/b” cannot be a file name, or is the same as another's.",
    ]


def test_f39_text_cannot_be_saved(tmp_path: Path) -> None:
    table = OutTable("结果", "", TABLE.columns, (("好",), ("\0",)))

    assert told(lambda: write_table(tmp_path / "a.csv", table), folder=tmp_path) == [
        "结果:2",
        "列“v”第 2 条的文字写不进 csv 文件：太长，或含有无法保存的字符。",
        "请缩短内容（Excel 每格最多 32767 个字），或删去其中看不见的特殊字符。",
        "Record 2 of “v” cannot be written to csv: too long or not savable.",
    ]
