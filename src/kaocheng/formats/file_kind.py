"""What a file is, by its first bytes; its name and what the browser says of it are only claims."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Shape = Literal["zip", "ole", "text", "other"]


@dataclass(frozen=True)
class FileKind:
    """One kind that is taken in; `extensions` are those under which it is handed out."""

    media_type: str
    extensions: tuple[str, ...]
    shape: Shape = "other"


PDF = FileKind("application/pdf", (".pdf",))
PNG = FileKind("image/png", (".png",))
JPEG = FileKind("image/jpeg", (".jpg", ".jpeg"))
GIF = FileKind("image/gif", (".gif",))
WEBP = FileKind("image/webp", (".webp",))
MP4 = FileKind("video/mp4", (".mp4", ".m4v", ".mov", ".m4a"))
MP3 = FileKind("audio/mpeg", (".mp3",))
WAV = FileKind("audio/wav", (".wav",))
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = FileKind(f"{_OFFICE}wordprocessingml.document", (".docx",), "zip")
XLSX = FileKind(f"{_OFFICE}spreadsheetml.sheet", (".xlsx",), "zip")
PPTX = FileKind(f"{_OFFICE}presentationml.presentation", (".pptx",), "zip")
ZIP = FileKind("application/zip", (".zip",), "zip")
# One container for three programs; which of them wrote it, only the name says.
DOC = FileKind("application/msword", (".doc", ".wps"), "ole")
XLS = FileKind("application/vnd.ms-excel", (".xls", ".et"), "ole")
PPT = FileKind("application/vnd.ms-powerpoint", (".ppt", ".dps"), "ole")
CSV = FileKind("text/csv", (".csv",), "text")
TEXT = FileKind("text/plain", (".txt", ".md"), "text")

KINDS = (
    *(PDF, PNG, JPEG, GIF, WEBP, MP4, MP3, WAV),
    *(DOCX, XLSX, PPTX, ZIP, DOC, XLS, PPT, CSV, TEXT),
)
# Text can be typed by anybody: it shows nothing.
EVIDENCE = tuple(kind for kind in KINDS if kind.shape != "text")
_MAGIC = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"ID3", MP3),
    (b"\xff\xfb", MP3),
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!")
_HEAD_BYTES = 8192
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BY_PART = ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX))
_LONGEST_NAME = 120
# Unprintable signs, and those that turn the direction of writing so that `gpj.exe` reads `exe.jpg`.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]+')


def kind_of(head: bytes, name: str) -> FileKind | None:
    """The kind by the first bytes (8,192 of them); None for what is not taken in."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return MP4
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head, name)
    if head.startswith(_OLE):
        return _named(name, (DOC, XLS, PPT))
    if _reads_as_text(head):
        return _named(name, (CSV, TEXT)) or TEXT
    return None


def kind_called(media_type: str) -> FileKind | None:
    return next((kind for kind in KINDS if kind.media_type == media_type), None)


def clean_name(given: str, kind: FileKind) -> str:
    """A name that any system can store: no folders, no tricks, the extension of what it is."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", given))[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign) not in _UNPRINTABLE)
    stem, dot, extension = _NOT_IN_NAMES.sub("_", shown).strip().rstrip(" .").rpartition(".")
    if not dot:
        stem, extension = extension, ""
    fits = f".{extension.lower()}" in kind.extensions
    wanted = f".{extension.lower()}" if fits else kind.extensions[0]
    kept = stem if fits or not dot else f"{stem}.{extension}"
    return (kept.strip(" .")[:_LONGEST_NAME] or "文件") + wanted


def _zipped(head: bytes, name: str) -> FileKind:
    if b"[Content_Types].xml" in head or b"_rels/" in head:
        for part, kind in _BY_PART:
            if part in head:
                return kind
        # The parts that tell may stand further back; the checks look into the whole archive.
        return _named(name, (DOCX, XLSX, PPTX)) or ZIP
    return ZIP


def _named(name: str, kinds: tuple[FileKind, ...]) -> FileKind | None:
    return next((kind for kind in kinds if name.lower().endswith(kind.extensions)), None)


def _reads_as_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True  # UTF-16, as Excel writes “Unicode text”
    if b"\0" in head or not head or head.startswith(_PROGRAMS):
        return False
    # Only what is longer than the head can end inside a sign.
    cuts = range(4 if len(head) >= _HEAD_BYTES else 1)
    for encoding in ("utf-8", "gb18030"):
        for cut in cuts:
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return all(sign.isprintable() or sign in "\r\n\t\f\ufeff" for sign in text)
    return False
