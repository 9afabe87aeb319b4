"""`manage upgrade`: bring the database to this version, with a backup before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kaocheng.access.refusal import Refused
from kaocheng.config.backing_up import back_up_before_upgrade
from kaocheng.config.migrating import migrate


class Command(BaseCommand):
    help = "把数据升级到现在的版本；有改动时先自动备份。"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args, options
        try:
            found = migrate(back_up=self.back_up)
        except Refused as refused:
            raise CommandError(f"{refused}{refused.remedy('zh')}") from refused
        done = "、".join(found.pending)
        self.stdout.write(f"已升级：{done}" if done else "数据已经是现在的版本，没有改动。")

    def back_up(self) -> None:
        self.stdout.write(f"升级前已备份：{back_up_before_upgrade()}")
