"""Catalogues of translations: read as `.po`, which people write, compiled to `.mo` at start.

GNU gettext need not be installed. A compiled catalogue stands in the data folder under the digest
of its source, so that it is made once and is never older than what it was made from.
"""

from __future__ import annotations

import ast
import hashlib
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

# What stands between context and text, and between singular and plural, in a compiled catalogue.
_CONTEXT, _PLURAL = "\x04", "\0"
_MAGIC, _HEAD = 0x950412DE, 28
_KEYWORDS = ("msgctxt", "msgid_plural", "msgid", "msgstr[0]", "msgstr[1]", "msgstr")


def read_catalogue(text: str) -> dict[str, str]:
    """Texts by what they translate; what has no translation yet is left out."""
    found: dict[str, str] = {}
    for entry in _entries(text):
        plural = entry.get("msgid_plural")
        said = entry.get("msgstr", "") or _PLURAL.join(
            entry[name] for name in ("msgstr[0]", "msgstr[1]") if entry.get(name)
        )
        key = entry["msgid"] if plural is None else f"{entry['msgid']}{_PLURAL}{plural}"
        if said:
            found[f"{entry['msgctxt']}{_CONTEXT}{key}" if "msgctxt" in entry else key] = said
    return found


def compiled(catalogue: Mapping[str, str]) -> bytes:
    """As gettext reads it: two sorted tables of lengths and places, then the texts."""
    pairs = sorted((key.encode(), said.encode()) for key, said in catalogue.items())
    keys = b"".join(key + b"\0" for key, _ in pairs)
    texts = b"".join(said + b"\0" for _, said in pairs)
    start = _HEAD + 16 * len(pairs)
    tables = [
        *_table([key for key, _ in pairs], start),
        *_table([said for _, said in pairs], start + len(keys)),
    ]
    head = (_MAGIC, 0, len(pairs), _HEAD, _HEAD + 8 * len(pairs), 0, 0)
    return struct.pack(f"<{7 + len(tables)}I", *head, *tables) + keys + texts


def compiled_folder(sources: Path, into: Path) -> Path:
    """A folder for LOCALE_PATHS, made of `<language>/LC_MESSAGES/django.po` under `sources`."""
    files = sorted(sources.glob("*/LC_MESSAGES/*.po"))
    digest = hashlib.sha256(b"\0".join(one.read_bytes() for one in files)).hexdigest()[:16]
    folder = into / f"locale-{digest}"
    for source in files:
        target = folder / source.relative_to(sources).with_suffix(".mo")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            own = target.with_suffix(f".{os.getpid()}")
            own.write_bytes(compiled(read_catalogue(source.read_text("utf-8"))))
            own.replace(target)
    return folder


def _table(texts: list[bytes], start: int) -> Iterator[int]:
    for text in texts:
        yield len(text)
        yield start
        start += len(text) + 1


def _entries(text: str) -> Iterator[dict[str, str]]:
    """Each entry by its keywords; a text may go on over several quoted lines."""
    entry: dict[str, str] = {}
    keyword = ""
    for line in (*(one.strip() for one in text.splitlines()), ""):
        if line.startswith('"'):
            entry[keyword] += ast.literal_eval(line)
        elif not line.startswith("#") and line:
            keyword = next(one for one in _KEYWORDS if line.startswith(f"{one} "))
            entry[keyword] = ast.literal_eval(line.removeprefix(keyword).strip())
        elif not line and "msgid" in entry:
            yield entry
            entry = {}
