"""`begin_installation`: the top unit and the three administrators of an empty installation."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kaocheng.access.actor import system
from kaocheng.access.refusal import Refused
from kaocheng.actions.administrator import First, begin_installation
from kaocheng.actions.secret import one_time_password
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models.appointment import Role

ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


class Command(BaseCommand):
    help = "在空的系统里建立最上级单位和三个管理员（三员分立），打印各自的一次性密码。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("unit", metavar="单位", help="最上级单位的名称，例如“云山区教育局”")
        parser.add_argument("--kind", default="city", help="单位类别：city、district、school 等")
        for role in ROLES:
            parser.add_argument(
                f"--{role.value.removesuffix('_admin')}",
                required=True,
                metavar="姓名:登录名",
                help=str(role.label),
            )

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        first = [self._read(role, options[role.value.removesuffix("_admin")]) for role in ROLES]
        try:
            begin_installation(
                system(CLOCK.now()),
                unit_name=options["unit"],
                unit_kind=options["kind"],
                first=first,
            )
        except Refused as refused:
            raise CommandError(f"没有建立：系统里已有人员，或单位类别不对。{refused}") from refused
        for one in first:
            title = Role(one.role).label
            self.stdout.write(f"{title}　{one.name}　登录名 {one.login}　密码 {one.password.value}")
        self.stdout.write("密码 72 小时内有效，首次登录须更改；请分别当面交给三个人。")

    def _read(self, role: Role, text: str) -> First:
        name, _, login = text.partition(":")
        if not name.strip() or not login.strip():
            raise CommandError(f"{role.label}要写成 姓名:登录名，例如 张某:zhangmou")
        login = login.strip()
        return First(role.value, name.strip(), login, one_time_password("", login))
