"""Facts folders: which files are tables, in which order, and what is said about the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kaocheng.engine.problems import Problems
from kaocheng.formats import Limits, has_columns, read_tables
from kaocheng.formats.folder import LARGE_CSV
from tests.formats.books import compound_file, write_xlsx_book
from tests.formats.reading import faults_in, found_in


def test_folder_holds_tables_of_every_kind_in_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "teachers.csv").write_text("工号\n", encoding="utf-8")
    (tmp_path / "Papers.CSV").write_text("题目\n", encoding="utf-8")
    write_xlsx_book(tmp_path / "attendance.xlsx", {"Sheet1": [["工号"]]})
    write_xlsx_book(tmp_path / "more.xlsx", {"visits": [["工号"]], "awards": [["工号"]]})
    problems = Problems()

    tables = read_tables(tmp_path, problems=problems)

    assert list(problems) == []
    assert [(name, table.source) for name, table in tables.items()] == [
        ("Papers", "Papers.CSV"),
        ("attendance", "attendance.xlsx › Sheet1"),
        ("visits", "more.xlsx › visits"),
        ("awards", "more.xlsx › awards"),
        ("teachers", "teachers.csv"),
    ]


def test_folder_hidden_files_locks_and_subfolders_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "teachers.csv").write_text("工号\n", encoding="utf-8")
    for name in (".DS_Store", ".teachers.csv", "~$attendance.xlsx", ".~lock.teachers.csv#"):
        (tmp_path / name).write_bytes(b"\x00\xff")
    (tmp_path / "README.md").write_text("说明", encoding="utf-8")
    (tmp_path / "old.csv").mkdir()
    (tmp_path / "old.csv" / "papers.csv").write_text("题目\n", encoding="utf-8")
    problems = Problems()

    tables = read_tables(tmp_path, problems=problems)

    assert list(tables) == ["teachers"]
    assert list(problems) == []


def test_folder_same_table_twice_is_told_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "attendance.csv").write_text("工号\n", encoding="utf-8")
    write_xlsx_book(tmp_path / "facts.xlsx", {"attendance": [["工号"]], "papers": [["题目"]]})

    assert [(str(problem.place), problem.values) for problem in found_in(tmp_path)] == [
        (
            "facts.xlsx › attendance",
            (
                ("table", "attendance"),
                ("first", "attendance.csv"),
                ("second", "facts.xlsx › attendance"),
            ),
        )
    ]


def test_folder_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"")
    (tmp_path / "b.csv").write_bytes(b"\xff\xff")
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "d.et").write_bytes(b"")
    (tmp_path / "e.csv").write_text("工号,工号\n", encoding="utf-8")
    (tmp_path / "f.csv").write_text("工号\n", encoding="utf-8")
    problems = Problems()

    tables = read_tables(tmp_path, problems=problems)

    assert list(tables) == ["f"]
    assert [f"{problem.place} {problem.id}" for problem in problems] == [
        "a.csv F09",
        "b.csv:1 F10",
        "c.xlsx F22",
        "d.et F20",
        "e.csv:1 F16",
    ]


@pytest.mark.parametrize("extension", ["xls", "XLS", "et", "wps", "ods", "numbers", "xlsb"])
def test_spreadsheet_of_another_format_is_an_error(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"attendance.{extension}"
    path.write_bytes(b"")
    problems = Problems()

    assert read_tables(tmp_path, problems=problems) == {}
    assert [f"{problem.place} {problem.id}" for problem in problems.errors] == [f"{path.name} F20"]
    assert faults_in(path) == [f"{path.name} F20"]


def test_spreadsheet_of_another_format_under_another_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "attendance.csv").write_bytes(compound_file("Workbook"))
    (tmp_path / "papers.xlsx").write_bytes(compound_file("Workbook"))

    assert faults_in(tmp_path) == ["attendance.csv F20", "papers.xlsx F20"]


def test_templates_and_texts_are_passed_over_with_warning(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("工号\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("说明", encoding="utf-8")
    (tmp_path / "c.ett").write_bytes(b"")
    problems = Problems()

    assert list(read_tables(tmp_path, problems=problems)) == ["a"]
    assert problems.errors == []
    assert [f"{problem.place} {problem.id}" for problem in problems] == ["b.txt F05", "c.ett F05"]


def test_folder_without_tables_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("说明", encoding="utf-8")

    assert faults_in(tmp_path) == [f"{tmp_path} F04"]


def test_path_that_is_nowhere_is_told(tmp_path: Path) -> None:
    assert faults_in(tmp_path / "facts") == [f"{tmp_path / 'facts'} F01"]


def test_single_file_of_unknown_kind_is_told(tmp_path: Path) -> None:
    path = tmp_path / "facts.docx"
    path.write_bytes(b"PK\x03\x04")

    assert faults_in(path) == ["facts.docx F03"]


def test_single_csv_is_one_table(tmp_path: Path) -> None:
    path = tmp_path / " 考勤.csv"
    path.write_text("工号\n", encoding="utf-8")

    assert list(read_tables(path, problems=Problems())) == ["考勤"]


def test_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "attendance.csv"
    path.touch()
    os.truncate(path, 201_000_000)

    assert found_in(path)[0].values == (
        ("path", "attendance.csv"),
        ("megabytes", "201"),
        ("limit", "200"),
    )


def test_rows_beyond_limit_are_refused_at_their_line(tmp_path: Path) -> None:
    path = tmp_path / "attendance.csv"
    path.write_text("工号\n1\n\n2\n3\n4\n", encoding="utf-8")

    assert faults_in(path, limits=Limits(rows=2)) == ["attendance.csv:5 F17"]


def test_file_that_cannot_be_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "attendance.csv"
    path.write_text("工号\n", encoding="utf-8")

    def denied(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)

    assert [(problem.id, problem.values) for problem in found_in(path)] == [
        ("F07", (("path", "attendance.csv"), ("detail", "Permission denied")))
    ]


def test_pipe_in_folder_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "attendance.csv")

    assert faults_in(tmp_path) == [f"{tmp_path} F04"]


def test_files_of_columns_and_large_csv_files_are_to_be_read_by_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n", encoding="utf-8")
    assert not has_columns(tmp_path)
    assert not has_columns(tmp_path / "nothing")

    (tmp_path / "b.csv").write_text("id\n" + "1\n" * LARGE_CSV, encoding="utf-8")
    assert has_columns(tmp_path)
    assert has_columns(tmp_path / "b.csv")
    assert not has_columns(tmp_path / "a.csv")

    (tmp_path / "b.csv").rename(tmp_path / "b.parquet")
    assert has_columns(tmp_path)
