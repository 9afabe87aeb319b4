"""`manage restore <backup> --data <folder>`: bring a backup back into an empty folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kaocheng.access.refusal import Refused
from kaocheng.config.restoring import restore


class Command(BaseCommand):
    help = "把一份备份恢复到空的数据文件夹；已有数据的文件夹不动。"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, help="备份文件夹")
        parser.add_argument("--data", type=Path, help="恢复到哪个数据文件夹")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        data = (options["data"] or settings.DATA).absolute()
        try:
            restored = restore(options["backup"].absolute(), data)
        except Refused as refused:
            raise CommandError(f"{refused}{refused.remedy('zh')}") from refused
        self.stdout.write(
            f"已恢复到 {data}：{restored.files} 个文件、{restored.audit_rows} 条操作日志，"
            "文件逐个核对过。启动：./run --data " + str(data)
        )
