"""`verify_audit`: whether the log is as it was written; 0 sound, 1 something is wrong."""

from __future__ import annotations

import csv
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kaocheng.gateways.audit_heads import kept_heads
from kaocheng.gateways.clock import CLOCK
from kaocheng.methods.chain import Anchor
from kaocheng.queries.audit_check import Checked, check_log
from kaocheng.queries.audit_faults import fault_text

MOST_SHOWN = 50


class Command(BaseCommand):
    help = "核对操作日志有没有被改动、删除、调换或截断。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="号:校验码",
            help="印在通知里或另外保存的校验码，可以写几次",
        )
        parser.add_argument("--anchors", type=Path, metavar="CSV", help="导出过的校验码表")

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        anchors = [*_given(options["anchor"]), *_listed(options["anchors"]), *_heads()]
        started = time.perf_counter()
        checked = check_log(CLOCK.now(), anchors=anchors)
        seconds = time.perf_counter() - started
        for line in _lines(checked, seconds):
            self.stdout.write(line)
        if checked.faults:
            raise SystemExit(1)


def _lines(checked: Checked, seconds: float) -> Iterator[str]:
    for fault in checked.faults[:MOST_SHOWN]:
        yield f"✗ {fault_text(fault, confirmed=checked.confirmed)}"
    if len(checked.faults) > MOST_SHOWN:
        yield f"✗ 还有 {len(checked.faults) - MOST_SHOWN} 处，没有列出。"
    speed = round(checked.rows / seconds) if seconds else 0
    yield (
        f"核对了 {checked.rows} 条记录、{checked.seals} 次封存，"
        f"用时 {seconds:.2f} 秒，每秒 {speed} 条；{checked.waiting} 条等待封存。"
    )
    if checked.confirmed:
        yield f"对外给出过的校验码证实到第 {checked.confirmed} 号封存为止。"
    elif checked.seals:
        yield "还没有对外给出过校验码：整本重写、截断末尾查不出来。请用 anchor_audit 给出一个。"
    if checked.faults:
        yield f"有 {len(checked.faults)} 处不对。请保留现场，停止写入，联系审计管理员。"
    elif checked.last is not None:
        yield f"没有发现改动。最后一次封存：第 {checked.last.number} 号，{checked.last.digest}"
    else:
        yield "日志是空的。"


def _given(texts: list[str]) -> Iterator[Anchor]:
    for text in texts:
        number, _, digest = text.partition(":")
        yield _anchor(number, digest, "您给出的校验码")


def _listed(path: Path | None) -> Iterator[Anchor]:
    if path is None:
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield _anchor(row["封存号"], row["校验码"], row["去处"] or path.name)
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise CommandError(f"{path.name} 读不出来，或不是导出的校验码表：{error}") from error


def _heads() -> Iterator[Anchor]:
    for head in kept_heads(settings.AUDIT_HEADS):
        yield Anchor(head.seal, head.digest, f"数据库以外 {head.day} 的校验码")


def _anchor(number: str, digest: str, where: str) -> Anchor:
    if not number.strip().isdecimal() or len(digest.strip()) != 64:
        raise CommandError(f"校验码要写成“号:64 位校验码”，收到的是 {number}:{digest}")
    return Anchor(int(number), digest.strip().lower(), where)
