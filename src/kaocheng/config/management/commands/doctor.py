"""`manage doctor`: what is wrong with this installation, in plain words."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kaocheng.config.checkup import CHECKS, THOROUGH, examine


class Command(BaseCommand):
    help = "检查这套安装哪里不对，怎么办。"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--files", action="store_true", help="把每个文件重读一遍，核对校验码")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        found = list(examine(THOROUGH if options["files"] else CHECKS))
        for one in found:
            self.stdout.write(f"{'好' if one.is_well else '要处理'}　{one.said}")
        troubles = sum(not one.is_well for one in found)
        if troubles:
            raise CommandError(f"有 {troubles} 处要处理，见上。")
