"""`manage verify-backup <folder>`: read every byte of a backup again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kaocheng.access.refusal import Refused
from kaocheng.gateways.backup import BackupFailed, check_backup


class Command(BaseCommand):
    help = "核对一份备份：逐个文件重算校验码。"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="备份文件夹")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        try:
            manifest = check_backup(options["folder"])
        except BackupFailed as failed:
            raise CommandError(str(Refused("W97", what=failed))) from failed
        self.stdout.write(f"备份完好：{manifest.made_at} 写成，{len(manifest.files)} 个文件。")
