"""The installation's own secret, made at its first start and kept in the data folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(data: Path) -> str:
    """From KAOCHENG_SECRET_KEY, else from the data folder, where it is made once (mode 600)."""
    given = os.environ.get("KAOCHENG_SECRET_KEY")
    if given:
        return given
    path = data / "secret-key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    data.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(48)
    # Two processes may start at once: the first to link its file wins, both read that one.
    own = data / f"secret-key.{os.getpid()}"
    own.touch(mode=0o600)
    own.write_text(made, encoding="ascii")
    try:
        path.hardlink_to(own)
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return path.read_text(encoding="ascii").strip()
