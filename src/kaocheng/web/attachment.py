"""A file that the reader takes away."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def attachment(raw: bytes, media_type: str, name: str) -> HttpResponse:
    """The bytes under a name of their own; Chinese in the name survives."""
    response = HttpResponse(raw, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
