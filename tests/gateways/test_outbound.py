"""Where the platform may call, and how it signs."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from kaocheng.gateways.channels import MailServer, mail_server, outbound_origins
from kaocheng.gateways.outbound import NotAllowedThere, Outbound, origin_of
from kaocheng.gateways.webhook import Robot, signed

AT = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "https://oapi.dingtalk.com.evil.example/robot",
        "https://oapi.dingtalk.com@evil.example/robot",
        "https://user@oapi.dingtalk.com/robot",
        "http://oapi.dingtalk.com/robot",
        "https://oapi.dingtalk.com:8443/robot",
        "https://127.0.0.1/robot",
        "https://[::1]/robot",
        "file:///etc/passwd",
        "gopher://oapi.dingtalk.com/",
        "//oapi.dingtalk.com/robot",
        "https://oapi.dingtalk.com:x/robot",
        "",
    ],
)
def test_only_named_origins_are_called(url: str) -> None:
    out = Outbound(["https://oapi.dingtalk.com"])

    assert not out.allows(url)
    with pytest.raises(NotAllowedThere):
        out.post(url, {})


def test_named_origin_is_allowed_with_any_path() -> None:
    assert Outbound(["https://oapi.dingtalk.com"]).allows("https://oapi.dingtalk.com/robot?a=b")
    assert origin_of("https://OAPI.dingtalk.com/x") == "https://oapi.dingtalk.com"


def test_dingtalk_address_is_signed_with_the_secret() -> None:
    robot = Robot("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=t", "SEC0")

    query = parse_qs(urlsplit(signed(robot, at=AT)).query)

    assert query == {
        "access_token": ["t"],
        "timestamp": ["1795744800000"],
        # printf '1795744800000\nSEC0' | openssl dgst -sha256 -hmac SEC0 -binary | base64
        "sign": ["G8+wZzWcsBdfCz/gM/pgszuShyC0J06jPUQOTO6bJdo="],
    }


def test_wecom_address_stays_as_it_is() -> None:
    robot = Robot("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", "unused")

    assert signed(robot, at=AT) == robot.url


def test_mail_server_is_read_from_its_address() -> None:
    assert mail_server("") == MailServer()
    assert mail_server("smtps://a%40b:p%3Aw@mail.example:465") == MailServer(
        host="mail.example", port=465, user="a@b", password="p:w", ssl=True
    )
    assert mail_server("smtp://mail.example").tls
    assert not mail_server("smtp://localhost:25").tls


@pytest.mark.parametrize("address", ["mail.example", "http://mail.example", "smtp://"])
def test_nonsense_for_a_mail_server_is_refused_at_start(address: str) -> None:
    with pytest.raises(ValueError, match="KAOCHENG_MAIL"):
        mail_server(address)


def test_hosts_in_use_are_allowed_beside_the_robots() -> None:
    assert outbound_origins("https://a.example, https://b.example", "https://sms.example/send") == (
        "https://oapi.dingtalk.com",
        "https://qyapi.weixin.qq.com",
        "https://a.example",
        "https://b.example",
        "https://sms.example",
    )
    with pytest.raises(ValueError, match="KAOCHENG_OUTBOUND"):
        outbound_origins("a.example")
