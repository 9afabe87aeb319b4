"""Codes to a phone: by SMS or by the work messages of DingTalk or WeCom, behind one interface.

Every provider has its own protocol. The one adapter here posts JSON to an address of the office,
where its own gateway speaks to the provider: {"to": "138…", "text": "…"} for SMS, and the same with
the staff number in `to` for DingTalk and WeCom, whose directories go by that.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlparse

LOG = logging.getLogger("kaocheng.gateways")
TIMEOUT_SECONDS = 5


class Way(StrEnum):
    SMS = "sms"
    DINGTALK = "dingtalk"
    WECOM = "wecom"


class NotSent(Exception):
    """The code did not go out; nothing of it is in the text."""


class CodeSender(Protocol):
    """`to`: a phone number for SMS, a staff number for the others."""

    def send(self, to: str, code: str) -> None: ...


@dataclass(frozen=True)
class Webhook:
    """Posts to one address; X-Kaocheng-Signature is HMAC-SHA256 over time, a dot and the body."""

    address: str
    secret: str

    def send(self, to: str, code: str) -> None:
        text = f"您的考成登录验证码是 {code}，5 分钟内有效。不是您本人操作请忽略，也不要告诉别人。"
        body = json.dumps({"to": to, "text": text}, ensure_ascii=False).encode()
        stamp = str(int(time.time()))
        signature = hmac.new(self.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        request = urllib.request.Request(  # noqa: S310  # the scheme was checked when it was read
            self.address,
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-Kaocheng-Time": stamp,
                "X-Kaocheng-Signature": signature.hexdigest(),
            },
        )
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                status = answer.status
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            LOG.warning("a code could not be sent: %s", type(error).__name__)
            raise NotSent from error
        if status >= 300:
            raise NotSent


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        del args, kwargs


def from_environment() -> dict[Way, CodeSender]:
    """KAOCHENG_SMS_WEBHOOK, KAOCHENG_DINGTALK_WEBHOOK, KAOCHENG_WECOM_WEBHOOK and their _SECRET."""
    found: dict[Way, CodeSender] = {}
    for way in Way:
        name = f"KAOCHENG_{way.upper()}_WEBHOOK"
        address = os.environ.get(name, "")
        if not address:
            continue
        if urlparse(address).scheme not in {"http", "https"}:
            raise ValueError(f"{name} 须以 https:// 开头")
        found[way] = Webhook(address, os.environ.get(f"{name}_SECRET", ""))
    return found


# What the pages ask; tests put their own here.
senders: Callable[[], dict[Way, CodeSender]] = from_environment
