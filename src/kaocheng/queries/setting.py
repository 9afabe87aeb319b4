"""设置: the names, what they may hold, what holds without a row, and who may change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kaocheng.access.permissions import Permission
from kaocheng.methods.passwords import PROFILES, Profile
from kaocheng.records.models import Setting
from kaocheng.records.models.appointment import Role


@dataclass(frozen=True)
class Kind:
    """One setting. `read` makes the value out of a form's strings, or raises ValueError."""

    name: str
    title: str | Promise
    help: str | Promise
    default: Any
    needs: Permission
    read: Callable[[list[str]], Any]
    # For a list of boxes (`many`) or one choice; numbers have none.
    choices: Mapping[str, str | Promise] | None = None
    many: bool = False


@dataclass(frozen=True)
class SettingNow:
    """A setting with what stands there: the row's version, or 0 without a row."""

    kind: Kind
    value: Any
    version: int

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(self.value) if self.kind.many else (str(self.value),)


def _whole(least: int, most: int) -> Callable[[list[str]], int]:
    def read(values: list[str]) -> int:
        (text,) = values
        number = int(text)
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return read


def _text(most: int) -> Callable[[list[str]], str]:
    def read(values: list[str]) -> str:
        (text,) = values
        if len(text.strip()) > most:
            raise ValueError(text)
        return text.strip()

    return read


def _one_of(choices: Mapping[str, Any]) -> Callable[[list[str]], str]:
    def read(values: list[str]) -> str:
        (text,) = values
        if text not in choices:
            raise ValueError(text)
        return text

    return read


def _some_of(choices: Mapping[str, Any]) -> Callable[[list[str]], list[str]]:
    def read(values: list[str]) -> list[str]:
        if set(values) - set(choices):
            raise ValueError(values)
        return [name for name in choices if name in values]

    return read


_ROLES = {str(role.value): role.label for role in Role}
_PROFILES = {profile.name: profile.title for profile in PROFILES.values()}

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="password_profile",
            title=_("密码规则"),
            help=_(
                "等保三级：至少 10 位、四类字符中的三类、90 天更换；ASVS：至少 12 位、不定期更换。"
            ),
            default="dengbao3",
            needs=Permission.ADMINISTER_ACCOUNTS,
            read=_one_of(_PROFILES),
            choices=_PROFILES,
        ),
        Kind(
            name="second_factor_roles",
            title=_("必须用两步验证的任职"),
            help=_("有这些任职的人，下次登录时先设置两步验证，再继续。"),
            default=["officer", "system_admin", "security_admin", "audit_admin"],
            needs=Permission.ADMINISTER_ACCOUNTS,
            read=_some_of(_ROLES),
            choices=_ROLES,
            many=True,
        ),
        Kind(
            name="session_idle_minutes",
            title=_("多少分钟没有操作就退出"),
            help=_("10 至 480 分钟；公用电脑总是 30 分钟以内。从下次登录起算。"),
            default=120,
            needs=Permission.ADMINISTER_ACCOUNTS,
            read=_whole(10, 480),
        ),
        Kind(
            name="session_hours",
            title=_("登录后最长多少小时"),
            help=_("1 至 24 小时，到时须重新登录。从下次登录起算。"),
            default=12,
            needs=Permission.ADMINISTER_ACCOUNTS,
            read=_whole(1, 24),
        ),
        Kind(
            name="sign_in_days",
            title=_("登录记录保存多少天"),
            help=_(
                "180 至 3650 天，从退出登录起算；网络安全法要求不少于六个月。操作日志不受影响。"
            ),
            default=180,
            needs=Permission.ADMINISTER_ACCOUNTS,
            read=_whole(180, 3650),
        ),
        Kind(
            name="sheet_days",
            title=_("月度核对单几个工作日没有答复就计入"),
            help=_("1 至 15 个工作日。"),
            default=3,
            needs=Permission.ADMINISTER_SYSTEM,
            read=_whole(1, 15),
        ),
        Kind(
            name="delegation_days",
            title=_("代办最长多少天"),
            help=_("1 至 90 天。"),
            default=90,
            needs=Permission.ADMINISTER_SYSTEM,
            read=_whole(1, 90),
        ),
        Kind(
            name="help_contact",
            title=_("登录页上的求助方式"),
            help=_("如：登录有问题请找本校信息员，或致电工程办。不超过 80 字，不写个人手机号。"),
            default="",
            needs=Permission.ADMINISTER_SYSTEM,
            read=_text(80),
        ),
    )
}


def setting(name: str) -> Any:  # noqa: ANN401  # as the kind says
    """The value for the whole installation."""
    row = _rows().filter(name=name).first()
    return KINDS[name].default if row is None else row.value


def several(*names: str) -> dict[str, Any]:
    """The values of several names, in one query."""
    rows = {row.name: row.value for row in _rows().filter(name__in=names)}
    return {name: rows.get(name, KINDS[name].default) for name in names}


def settings_now(needs: Permission) -> tuple[SettingNow, ...]:
    """What the holder of the permission may change, as it stands."""
    kinds = [kind for kind in KINDS.values() if kind.needs == needs]
    rows = {row.name: row for row in _rows().filter(name__in=[kind.name for kind in kinds])}
    return tuple(
        SettingNow(kind, rows[kind.name].value, rows[kind.name].version)
        if kind.name in rows
        else SettingNow(kind, kind.default, 0)
        for kind in kinds
    )


def password_profile() -> Profile:
    return PROFILES[setting("password_profile")]


def demo_is_on() -> bool:
    """Whether this installation holds the made-up city, whose accounts may then sign in."""
    return bool(_rows().filter(name="demo", value=True).exists())


def _rows() -> Any:  # noqa: ANN401  # a queryset of Setting
    return Setting.objects.unscoped("what holds for everybody").filter(unit=None)
