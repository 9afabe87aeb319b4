"""The ways out of the platform as the settings name them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from kaocheng.gateways.outbound import origin_of

# The platforms whose group robots may be told something.
ROBOT_HOSTS = {
    "dingtalk": "https://oapi.dingtalk.com",
    "wecom": "https://qyapi.weixin.qq.com",
}
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """No host: no mail. Without TLS only to this machine."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    ssl: bool = False
    tls: bool = False


def mail_server(address: str) -> MailServer:
    """`smtp://user:password@host:587` (STARTTLS) or `smtps://…`; empty for no mail."""
    if not address:
        return MailServer()
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("KAOCHENG_MAIL 应写成 smtp://用户:密码@主机:端口 或 smtps://…")
    return MailServer(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ssl=parts.scheme == "smtps",
        tls=parts.scheme == "smtp" and parts.hostname not in {"localhost", "127.0.0.1", "::1"},
    )


def outbound_origins(more: str, *addresses: str) -> tuple[str, ...]:
    """The robots' platforms, what the setting adds, and the origins of the addresses in use."""
    named = [origin_of(one.strip()) for one in (*more.split(","), *addresses) if one.strip()]
    if "" in named:
        raise ValueError("KAOCHENG_OUTBOUND 和 KAOCHENG_SMS 里应写完整的地址，如 https://主机")
    return (*ROBOT_HOSTS.values(), *named)
