"""DATABASE_URL as Django wants it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class BadDatabaseAddress(ValueError):
    """DATABASE_URL is not an address of a PostgreSQL database."""


def django_database(address: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?option=value`; a socket folder as `?host=`.

    An empty address gives settings that cannot connect, so that commands which need no database
    still start.
    """
    parts = urlsplit(address or "postgresql:///kaocheng")
    if parts.scheme not in {"postgresql", "postgres"} or len(parts.path) < 2:
        raise BadDatabaseAddress(address)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": {
            "pool": {"min_size": 0, "max_size": 20, "timeout": 10},
            # At once, but only what `records.prepared` asks: Django's own cursors never prepare.
            "prepare_threshold": 0,
            **options,
        },
        "CONN_HEALTH_CHECKS": True,
    }
