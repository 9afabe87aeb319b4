"""What would harm whoever opens it is found, whatever the archive says of itself."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from kaocheng.formats.file_checks import FileLimits, unsafe
from kaocheng.formats.file_kind import DOC, DOCX, PDF, TEXT, XLSX, ZIP, FileKind

SMALL = FileLimits(unpacked_bytes=1_000_000, small_entry=100_000)


def archive(parts: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return raw.getvalue()


def found(content: bytes, kind: FileKind = ZIP) -> str:
    return unsafe(io.BytesIO(content), kind, limits=SMALL)


SOUND = {"[Content_Types].xml": b"<Types/>", "word/document.xml": "<d>教案</d>".encode()}


def test_sound_files_pass() -> None:
    assert found(archive(SOUND), DOCX) == ""
    assert found(archive({"照片/一.jpg": b"\xff\xd8\xff" * 100})) == ""
    assert found(b"%PDF-1.7", PDF) == ""
    assert found("反思".encode(), TEXT) == ""
    assert found(b"\xd0\xcf\x11\xe0" + b"text" * 100, DOC) == ""


def test_workbook_of_our_own_passes(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("学时").write_row(0, 0, ["姓名", "学时"])

    assert found(path.read_bytes(), XLSX) == ""


def test_bomb_is_found_by_what_it_unpacks_to() -> None:
    assert found(archive({"a.txt": b"\0" * 2_000_000})) == "W86"
    assert found(archive({f"{n}.txt": b"a" * 90_000 for n in range(20)})) == "W86"


def test_bomb_that_lies_about_its_size_is_found() -> None:
    raw = bytearray(archive({"a.txt": b"\0" * 2_000_000}))
    for sign, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = raw.index(sign) + place
        raw[at : at + 4] = struct.pack("<I", 10)

    assert found(bytes(raw)) in {"W86", "W87"}


@pytest.mark.parametrize("name", ["inner.zip", "内.RAR", "deep/a.7z", "a.tar.gz"])
def test_archive_in_an_archive_is_found(name: str) -> None:
    assert found(archive({name: b"x"})) == "W86"


def test_w86_archive_under_another_name_is_found() -> None:
    from kaocheng.engine.messages import MESSAGES

    assert found(archive({"照片.jpg": archive({"a": b"x"})})) == "W86"
    assert MESSAGES["W86"].zh == "压缩包展开后过大，或者压缩包里还有压缩包，没有收下。"


def test_program_in_an_archive_is_found() -> None:
    assert found(archive({"说明.txt": b"x", "成绩单.exe": b"MZ"})) == "W84"


def test_macros_are_found_in_new_and_old_office_files() -> None:
    assert found(archive({**SOUND, "word/vbaProject.bin": b"x"}), DOCX) == "W85"
    old = b"\xd0\xcf\x11\xe0" + b"x" * 600 + "_VBA_PROJECT".encode("utf-16-le")
    assert found(old, DOC) == "W85"


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
        b" " * 300_000 + b"<!ENTITY x 'y'>",
        "<d>教案</d>".encode("utf-16"),
    ],
)
def test_entities_and_what_hides_them_are_found(xml: bytes) -> None:
    limits = FileLimits(unpacked_bytes=10_000_000, small_entry=1_000_000)
    content = archive({**SOUND, "word/document.xml": xml})

    assert unsafe(io.BytesIO(content), DOCX, limits=limits) == "W87"


def test_doctype_across_two_pieces_is_found() -> None:
    limits = FileLimits(unpacked_bytes=10_000_000, small_entry=1_000_000)
    xml = b" " * (256 * 1024 - 4) + b"<!DOCTYPE d>"

    content = archive({**SOUND, "word/document.xml": xml})

    assert unsafe(io.BytesIO(content), DOCX, limits=limits) == "W87"


def test_w87_damaged_and_locked_files_are_found() -> None:
    from kaocheng.engine.messages import MESSAGES

    locked = bytearray(archive(SOUND))
    for sign, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        locked[locked.index(sign) + place] |= 1

    assert found(archive(SOUND)[:-30], DOCX) == "W87"
    assert found(b"PK\3\4 nothing", DOCX) == "W87"
    assert found(bytes(locked), DOCX) == "W87"
    assert MESSAGES["W87"].zh == "文件损坏、加了密码，或者结构不正常，没有收下。"


@pytest.mark.parametrize("name", ["../../run", "/etc/cron.d/x", "C:/x", "a/../../b"])
def test_names_that_lead_out_of_the_folder_are_found(name: str) -> None:
    assert found(archive({name: b"x"})) == "W87"
