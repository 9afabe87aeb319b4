"""`load_demo`: the made-up city, and the list of accounts to look around with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from kaocheng.actions.demo import RealPeopleThere, load_demo
from kaocheng.actions.demo.accounts import Card
from kaocheng.actions.secret import one_time_password
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.demo import demo_is_loaded

ACCOUNTS = "demo-accounts.json"


class Command(BaseCommand):
    help = "装入演示城市（单位、人员、账号、任务都是虚构的）；已有真实人员或单位时不装。"

    def handle(self, *args: object, **options: object) -> None:
        del args, options
        path = settings.DATA / ACCOUNTS
        if path.exists() and demo_is_loaded():
            self.stdout.write(f"演示城市已经装好，账号见 {path}。")
            return
        try:
            with transaction.atomic():
                cards = load_demo(CLOCK.now(), password=one_time_password("", "demo"))
                # Before the commit: a city whose passwords nobody knows would be of no use.
                write_accounts(path, cards)
        except RealPeopleThere:
            raise CommandError(
                "这里已有真实的单位或人员，不能再装演示数据。"
                "请换一个空的数据文件夹：./run --data 文件夹"
            ) from None
        self.stdout.write(f"演示城市已装好，{len(cards)} 个账号见 {path}。")


def write_accounts(path: Path, cards: Iterable[Card]) -> None:
    """Readable by its owner alone, and never half written."""
    text = json.dumps([card.kept() for card in cards], ensure_ascii=False, indent=1)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.touch(mode=0o600)
    beside.chmod(0o600)
    beside.write_text(text + "\n", encoding="utf-8")
    beside.replace(path)
