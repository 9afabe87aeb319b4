"""What a file is, is told by its bytes; its name is made harmless."""

from __future__ import annotations

import io
import zipfile

import pytest

from kaocheng.formats.file_kind import KINDS, PDF, XLSX, clean_name, kind_called, kind_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100


def zipped(*names: str) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return raw.getvalue()


@pytest.mark.parametrize(
    ("head", "name", "media_type"),
    [
        (b"%PDF-1.4", "a", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0", "a", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBP", "a", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "a", "audio/wav"),
        (b"\0\0\0\x18ftypmp42", "a", "video/mp4"),
        (b"ID3\4", "a.mp3", "audio/mpeg"),
        (OLE, "a.xls", "application/vnd.ms-excel"),
        (OLE, "a.doc", "application/msword"),
        ("姓名,学时\n".encode(), "a.csv", "text/csv"),
        ("姓名,学时\n".encode("gb18030"), "a.csv", "text/csv"),
        ("姓名\t学时\n".encode("utf-16"), "a.txt", "text/plain"),
        ("教学反思".encode(), "a", "text/plain"),
        (zipped("a.jpg"), "a.zip", "application/zip"),
    ],
)
def test_kind_is_told_by_the_first_bytes(head: bytes, name: str, media_type: str) -> None:
    kind = kind_of(head, name)

    assert kind is not None
    assert kind.media_type == media_type
    assert kind_called(media_type) == kind


def test_office_file_is_told_by_its_parts_and_not_by_its_name() -> None:
    head = zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")

    assert kind_of(head, "论文.docx") == XLSX


@pytest.mark.parametrize(
    "head",
    [
        b"MZ\x90\0",
        b"MZ\x90",
        b"MZ",
        b"#!/bin/sh\n",
        "反思".encode()[:-1],
        b"\x7fELF\2\1\1\0",
        b"\xca\xfe\xba\xbe\0\0",
        b"Rar!\x1a\7\1\0",
        b"7z\xbc\xaf\x27\x1c\0",
        b"",
        b"\x01\x02\x03binary",
        OLE,
    ],
)
def test_what_is_not_known_is_not_taken_in(head: bytes) -> None:
    assert kind_of(head, "成绩.unknown") is None


def test_text_that_is_cut_inside_a_sign_is_still_text() -> None:
    head = ("a" + "反思" * 4000).encode()[:8192]

    kind = kind_of(head, "a.txt")

    assert kind is not None
    assert kind.media_type == "text/plain"


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("C:\\Users\\林\\第一课.PDF", "第一课.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\0b\r\nc.pdf", "abc.pdf"),
        ("\u202egpj.exe.pdf", "gpj.exe.pdf"),
        ("教案.docx", "教案.docx.pdf"),
        ("报告.", "报告.pdf"),
        (".pdf", "文件.pdf"),
        ("", "文件.pdf"),
        ("  . .", "文件.pdf"),
        ('a<b>:"c|?*.pdf', "a_b_c_.pdf"),
        ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
    ],
)
def test_name_is_made_harmless_and_says_what_the_file_is(given: str, clean: str) -> None:
    assert clean_name(given, PDF) == clean


def test_every_kind_has_an_extension_of_its_own() -> None:
    listed = [extension for kind in KINDS for extension in kind.extensions]

    assert len(listed) == len(set(listed))
    assert all(kind.extensions for kind in KINDS)
