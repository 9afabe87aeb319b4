"""Group robots of DingTalk and WeCom: one line of text into the group that the robot sits in.

DingTalk signs: HMAC-SHA256 over the time in milliseconds, a line break and the secret, keyed with
the secret, in base64. WeCom trusts whoever has the address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

from kaocheng.gateways.outbound import NotSent, Outbound

Kind = Literal["dingtalk", "wecom"]


@dataclass(frozen=True)
class Robot:
    kind: Kind
    url: str
    secret: str = ""


def post_to_group(out: Outbound, robot: Robot, text: str, *, at: datetime) -> None:
    """Raises `NotSent` where the platform does not take it."""
    answer = out.post(signed(robot, at=at), {"msgtype": "text", "text": {"content": text}})
    if answer.get("errcode") != 0:
        raise NotSent(f"errcode {answer.get('errcode')}")


def signed(robot: Robot, *, at: datetime) -> str:
    """The address with the time and its signature, where the platform wants one."""
    if robot.kind != "dingtalk" or not robot.secret:
        return robot.url
    timestamp = str(int(at.timestamp() * 1000))
    digest = hmac.new(
        robot.secret.encode(), f"{timestamp}\n{robot.secret}".encode(), hashlib.sha256
    ).digest()
    query = urlencode({"timestamp": timestamp, "sign": base64.b64encode(digest).decode()})
    return f"{robot.url}{'&' if '?' in robot.url else '?'}{query}"
