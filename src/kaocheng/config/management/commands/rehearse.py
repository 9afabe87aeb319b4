"""`rehearse PACK`: a dry run of a whole round of a scheme, of which nothing remains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kaocheng.actions.rehearsal import Report, rehearse
from kaocheng.engine.problems import Refused
from kaocheng.records.models.round import ObligationState
from kaocheng.records.models.task import TaskState


class Command(BaseCommand):
    help = "演练一份方案的一整轮考核：从启动到归档逐日走一遍，结束后全部撤销，不留数据。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pack", type=Path, help="方案文件夹，或它的名称")
        parser.add_argument("--days", type=int, default=None, help="最多走多少天")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        try:
            report = rehearse(_folder(options["pack"]), days=options["days"])
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write("\n".join(lines(report)))
        if report.problems:
            raise CommandError(f"演练发现 {len(report.problems)} 个问题，见上。")


def lines(report: Report) -> list[str]:
    """The report for people: what was walked through, and what came of it."""
    states = (f"{ObligationState(key).label} {n}" for key, n in sorted(report.obligations.items()))
    tasks = (f"{TaskState(key).label} {n}" for key, n in sorted(report.tasks.items()))
    results = (f"{title} {count}" for title, count in report.results.items())
    return [
        report.scheme,
        f"  日期：{report.first} 至 {report.last}，其中 {report.days} 天有事",
        f"  名册 {report.subjects} 行，台账 {report.entries} 条，事件 {report.events} 件",
        f"  应办事项：{'，'.join(states) or '没有'}；转交接办 {report.escalated} 件",
        f"  任务：{'，'.join(tasks) or '没有'}；消息 {report.messages} 条",
        f"  结果：{'，'.join(results) or '没有'}；提出结果运用 {report.consequences} 件",
        *(f"  问题：{one}" for one in report.problems),
    ]


def _folder(pack: Path) -> Path:
    folder = pack if pack.is_dir() else settings.SCHEMES / pack
    if not (folder / "scheme.yaml").is_file():
        raise CommandError(f"没有找到方案“{pack}”。可用的方案见 {settings.SCHEMES}。")
    return folder
