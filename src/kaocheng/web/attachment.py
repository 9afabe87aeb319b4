"""A file that the reader takes away, and a table that they bring."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from kaocheng.access.refusal import Refused
from kaocheng.actions.roster import Upload
from kaocheng.formats.roster_grids import LIMITS


def attachment(raw: bytes, media_type: str, name: str) -> HttpResponse:
    """The bytes under a name of their own; Chinese in the name survives."""
    response = HttpResponse(raw, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def given_file(given: UploadedFile[bytes]) -> Upload:
    """A table that was sent; F08 where it is larger than one may be."""
    size, name = given.size or 0, given.name or ""
    if size > LIMITS.file_bytes:
        limit = LIMITS.file_bytes // 1_000_000
        raise Refused("F08", path=name, megabytes=-(-size // 1_000_000), limit=limit)
    return Upload(name, given.read())
