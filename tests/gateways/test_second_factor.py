"""Codes go to the office's own webhook, signed; a failure says nothing of the code."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kaocheng.gateways.second_factor import NotSent, Way, Webhook, from_environment


class Received:
    """What came in, and what is answered."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.address = ""


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> Iterator[Received]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    kept = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(kept.status)
            if kept.status == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    kept.address = f"http://127.0.0.1:{server.server_port}/code"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def test_code_is_posted_and_signed(received: Received) -> None:
    Webhook(received.address, "shared").send("13900001234", "123456")

    assert json.loads(received.body) == {
        "to": "13900001234",
        "text": "您的考成登录验证码是 123456，5 分钟内有效。不是您本人操作请忽略，也不要告诉别人。",
    }
    stamp = received.headers["x-kaocheng-time"].encode()
    right = hmac.new(b"shared", stamp + b"." + received.body, hashlib.sha256).hexdigest()
    assert received.headers["x-kaocheng-signature"] == right


@pytest.mark.parametrize("status", [302, 400, 500])
def test_refusal_and_redirect_are_not_taken_for_sent(
    received: Received, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    received.status = status

    with pytest.raises(NotSent):
        Webhook(received.address, "shared").send("13900001234", "123456")
    assert "123456" not in caplog.text
    assert "13900001234" not in caplog.text


def test_server_that_is_down_is_not_sent() -> None:
    with pytest.raises(NotSent):
        Webhook("http://127.0.0.1:9/", "shared").send("13900001234", "123456")


def test_ways_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment() == {}
    monkeypatch.setenv("KAOCHENG_SMS_WEBHOOK", "https://sms.example/send")
    monkeypatch.setenv("KAOCHENG_SMS_WEBHOOK_SECRET", "s")
    monkeypatch.setenv("KAOCHENG_WECOM_WEBHOOK", "https://wecom.example/send")

    assert from_environment() == {
        Way.SMS: Webhook("https://sms.example/send", "s"),
        Way.WECOM: Webhook("https://wecom.example/send", ""),
    }
    monkeypatch.setenv("KAOCHENG_SMS_WEBHOOK", "file:///etc/passwd")
    with pytest.raises(ValueError, match="KAOCHENG_SMS_WEBHOOK"):
        from_environment()
