"""Codes on paper: QR for a phone's camera, and the short check code of frozen content."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping


def qr_svg(text: str) -> bytes:
    """The QR code of the text as an SVG picture, with the quiet margin that scanners need."""
    import segno

    stream = io.BytesIO()
    segno.make(text, error="m", micro=False).save(stream, kind="svg", scale=4, border=4)
    return stream.getvalue()


def check_code(content: Mapping[str, object]) -> str:
    """校验码: sixteen characters that differ as soon as anything in the content does.

    Content is what JSON can say; the order of its keys does not matter.
    """
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(said.encode()).hexdigest()[:16].upper()
    return "-".join(digest[start : start + 4] for start in range(0, 16, 4))
