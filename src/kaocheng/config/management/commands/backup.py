"""`manage backup`: a whole, checked copy of database and files, while everybody goes on working."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kaocheng.access.refusal import Refused
from kaocheng.config.backing_up import back_up


class Command(BaseCommand):
    help = "备份数据库和文件，写完自动核对。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", type=Path, help="写到哪个文件夹；不写就放在数据文件夹的 backups 里"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        try:
            folder = back_up(options["to"])
        except Refused as refused:
            raise CommandError(f"{refused}{refused.remedy('zh')}") from refused
        self.stdout.write(f"已备份并核对：{folder}")
