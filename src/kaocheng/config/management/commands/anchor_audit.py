"""`anchor_audit`: seal what is there and give the newest digest out of our hands."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kaocheng.access.actor import system
from kaocheng.access.refusal import NotYours
from kaocheng.actions.audit import anchor_log_by_command
from kaocheng.actions.seal import seal
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import AuditAnchor


class Command(BaseCommand):
    help = "封存到现在为止的操作日志，打印校验码，供抄写、打印或另外保存。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("where", metavar="去处", help="交给谁、印在哪里，例如“教育局档案室”")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        now = CLOCK.now()
        seal(now)
        try:
            answer = anchor_log_by_command(system(now), where=options["where"][:120])
        except NotYours as nothing:
            raise CommandError("日志是空的，没有可以给出的校验码。") from nothing
        anchor = AuditAnchor.objects.get(pk=answer.id)
        self.stdout.write(f"{anchor.seal_id}:{anchor.digest}")
