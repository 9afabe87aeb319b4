"""`seal_audit`: seal what waits, once; the scheduler of the server does the same every second."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from kaocheng.actions.seal import seal
from kaocheng.gateways.clock import CLOCK


class Command(BaseCommand):
    help = "立即封存还没有封存的操作日志。"

    def handle(self, *args: object, **options: object) -> None:
        del args, options
        self.stdout.write(f"封存了 {seal(CLOCK.now())} 条。")
