"""Files are replaced whole or not at all, and a failure says what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kaocheng.engine.problems import Refused
from kaocheng.formats import OutColumn, OutTable, kind_of, write_table, write_tables


def table_of(*cells: str, name: str = "result") -> OutTable:
    return OutTable(name, "结果", (OutColumn("v", "值"),), tuple((cell,) for cell in cells))


def refusal(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [f"{problem.place} {problem.id}" for problem in error.value.problems]


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def fail_to_sync(monkeypatch: pytest.MonkeyPatch, *, code: int, after: int = 0) -> None:
    """Let the system refuse to keep bytes, as a full disk does, from the given file on."""
    sync, calls = os.fsync, [0]

    def failing(handle: int) -> None:
        calls[0] += 1
        if calls[0] > after:
            raise OSError(code, os.strerror(code))
        sync(handle)

    monkeypatch.setattr(os, "fsync", failing)


def test_kind_is_that_of_the_extension() -> None:
    assert [kind_of(Path(name)) for name in ("a.csv", "A.XLSX", "a.json", "a.b.parquet")] == [
        "csv",
        "xlsx",
        "json",
        "parquet",
    ]


@pytest.mark.parametrize("name", ["result.xls", "result.txt", "result"])
def test_unknown_extension_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused) as error:
        write_table(tmp_path / name, table_of("1"))

    assert refusal(error) == [f"{name} F32"]
    assert files_in(tmp_path) == {}


def test_kind_may_be_given_for_any_name(tmp_path: Path) -> None:
    write_table(tmp_path / "result.txt", table_of("1"), kind="json")

    assert files_in(tmp_path) == {"result.txt": b'[\n{"v": "1"}\n]\n'}


def test_old_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(b"old")
    path.chmod(0o640)

    write_table(path, table_of("1"))

    assert files_in(tmp_path) == {"result.json": b'[\n{"v": "1"}\n]\n'}
    assert path.stat().st_mode & 0o777 == 0o640


def test_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "result.json").write_bytes(b"old")
    link = tmp_path / "result.json"
    link.symlink_to(folder / "result.json")

    write_table(link, table_of("1"))

    assert link.is_symlink()
    assert files_in(folder) == {"result.json": b'[\n{"v": "1"}\n]\n'}


@pytest.mark.parametrize("extension", ["csv", "xlsx", "json", "parquet"])
@pytest.mark.parametrize(
    ("code", "fault"), [(errno.ENOSPC, "F33"), (errno.EROFS, "F34"), (errno.EIO, "F34")]
)
def test_failure_leaves_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extension: str, code: int, fault: str
) -> None:
    path = tmp_path / f"result.{extension}"
    path.write_bytes(b"old")
    fail_to_sync(monkeypatch, code=code)

    with pytest.raises(Refused) as error:
        write_table(path, table_of("1"))

    assert refusal(error) == [f"{path} {fault}"]
    assert files_in(tmp_path) == {path.name: b"old"}


def test_full_disk_while_excel_file_is_packed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "result.xlsx"

    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("zipfile.ZipFile.write", full)

    with pytest.raises(Refused) as error:
        write_table(path, table_of("1"))

    assert refusal(error) == [f"{path} F33"]
    assert files_in(tmp_path) == {}


def test_bug_while_writing_leaves_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "result.csv"
    path.write_bytes(b"old")
    table = OutTable("result", "结果", (OutColumn("v", "值"),), ((0.5,),))  # type: ignore[arg-type]

    with pytest.raises(TypeError):
        write_table(path, table)

    assert files_in(tmp_path) == {"result.csv": b"old"}


def test_folder_as_target_is_refused(tmp_path: Path) -> None:
    (tmp_path / "result.csv").mkdir()

    with pytest.raises(Refused) as error:
        write_table(tmp_path / "result.csv", table_of("1"))

    assert refusal(error) == [f"{tmp_path / 'result.csv'} F35"]


def test_device_as_target_is_refused() -> None:
    with pytest.raises(Refused) as error:
        write_table(Path("/dev/null"), table_of("1"), kind="csv")

    assert refusal(error) == ["/dev/null F35"]


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        write_table(tmp_path / "out" / "result.csv", table_of("1"))

    assert refusal(error) == [f"{tmp_path / 'out' / 'result.csv'} F36"]


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\uffff", "\ufffe"])
@pytest.mark.parametrize("extension", ["csv", "xlsx", "json", "parquet"])
def test_text_that_cannot_be_saved_is_refused_with_its_row(
    tmp_path: Path, extension: str, text: str
) -> None:
    with pytest.raises(Refused) as error:
        write_table(tmp_path / f"result.{extension}", table_of("好", text))

    assert error.value.problems[0].values == (("column", "v"), ("row", "2"), ("kind", extension))
    assert files_in(tmp_path) == {}


@pytest.mark.parametrize("text", ["长" * 32_768, "😀" * 16_384])
def test_text_too_long_for_excel_is_refused_there_only(tmp_path: Path, text: str) -> None:
    write_table(tmp_path / "result.csv", table_of(text))

    with pytest.raises(Refused) as error:
        write_table(tmp_path / "result.xlsx", table_of(text))

    assert refusal(error) == ["result:1 F39"]


def test_table_too_large_for_excel_is_refused_there_only(tmp_path: Path) -> None:
    columns = tuple(OutColumn(f"c{number}", "") for number in range(16_385))
    table = OutTable("result", "结果", columns, ())

    write_table(tmp_path / "result.csv", table)
    with pytest.raises(Refused) as error:
        write_table(tmp_path / "result.xlsx", table)

    assert refusal(error) == ["result F37"]


def test_tables_are_written_beside_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "out"
    write_tables(folder, [table_of("1", name="a")], kind="csv")
    (folder / "notes.txt").write_bytes(b"kept")

    write_tables(folder, [table_of("2", name="a"), table_of("3", name="b")], kind="csv")

    mark = b"\xef\xbb\xbf" + "值\n".encode()
    assert files_in(folder) == {
        "a.csv": mark + b"2\n",
        "b.csv": mark + b"3\n",
        "notes.txt": b"kept",
    }
    assert [path.name for path in folder.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("after", [0, 1])
def test_tables_are_all_kept_when_one_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    write_tables(tmp_path, [table_of("1", name="a"), table_of("1", name="b")], kind="json")
    old = files_in(tmp_path)
    fail_to_sync(monkeypatch, code=errno.ENOSPC, after=after)

    with pytest.raises(Refused) as error:
        write_tables(tmp_path, [table_of("2", name="a"), table_of("2", name="b")], kind="json")

    assert refusal(error) == [f"{tmp_path} F33"]
    assert files_in(tmp_path) == old
    assert list(tmp_path.glob(".*")) == []


def test_tables_already_replaced_are_put_back_when_a_later_one_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(tmp_path, [table_of("1", name="b"), table_of("1", name="c")], kind="json")
    old = files_in(tmp_path)
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if target.name == "c.json":
            raise PermissionError(errno.EACCES, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)

    with pytest.raises(Refused) as error:
        write_tables(tmp_path, [table_of("2", name=name) for name in "abc"], kind="json")

    assert refusal(error) == [f"{tmp_path} F34"]
    assert files_in(tmp_path) == old
    assert list(tmp_path.glob(".*")) == []


def test_tables_over_a_folder_of_that_name_are_refused_together(tmp_path: Path) -> None:
    (tmp_path / "b.json").mkdir()

    with pytest.raises(Refused) as error:
        write_tables(tmp_path, [table_of("2", name=name) for name in "ab"], kind="json")

    assert refusal(error) == [f"{tmp_path / 'b.json'} F35"]
    assert files_in(tmp_path) == {}


def test_tables_cannot_go_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"old")

    with pytest.raises(Refused) as error:
        write_tables(tmp_path / "out", [table_of("1")], kind="csv")

    assert refusal(error) == [f"{tmp_path / 'out'} F36"]
    assert files_in(tmp_path) == {"out": b"old"}


@pytest.mark.parametrize(
    "name",
    ["", ".a", "~$a", "../a", "a/b", "a\\b", "a:b", "a?", "a.", "a ", "CON", "nul.x", "长" * 100],
)
def test_table_name_that_is_no_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused) as error:
        write_tables(tmp_path / "out", [table_of("1", name=name)], kind="csv")

    assert [problem.id for problem in error.value.problems] == ["F38"]
    assert not (tmp_path / "out").exists()


def test_table_names_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    tables = [table_of("1", name=name) for name in ("papers", "Papers", "visits")]

    with pytest.raises(Refused) as error:
        write_tables(tmp_path / "out", tables, kind="csv")

    assert refusal(error) == ["Papers F38", "papers F38"]
