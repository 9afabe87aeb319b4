"""Addresses of static files: each names the digest of its content, so browsers keep it for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class ByDigest(StaticFilesStorage):
    """The files stay where they are; nothing is collected or renamed."""

    @cache  # noqa: B019  # one storage lives as long as the server
    def url(self, name: str | None) -> str:
        plain: str = super().url(name)
        version = _digest_of(name or "")
        return f"{plain}?{urlencode({'v': version})}" if version else plain


def _digest_of(name: str) -> str:
    """Of the content when the server first named it; empty where there is no such file."""
    found = finders.find(name)
    if not isinstance(found, str):
        return ""
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]
