"""Backups of this installation: where they go, and what of them is kept."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from kaocheng.access.refusal import Refused
from kaocheng.gateways.backup import BackupFailed, make_backup
from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.gateways.files import store


def back_up(target: Path | None = None, *, reason: str = "backup") -> Path:
    """A whole, checked backup; by default `backups/<day>-<time>-<reason>` in the data folder."""
    at = CLOCK.now().astimezone(CHINA)
    folder = target or settings.DATA / "backups" / f"{at:%Y%m%d-%H%M%S}-{reason}"
    try:
        make_backup(
            folder,
            address=os.environ["DATABASE_URL"],
            data=settings.DATA,
            files=store(),
            made_at=at.isoformat(timespec="seconds"),
            program=version("kaocheng"),
        )
    except BackupFailed as failed:
        raise Refused("W97", what=failed) from failed
    return folder


def back_up_before_upgrade() -> Path:
    return back_up(reason="before-upgrade")
