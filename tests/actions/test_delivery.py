"""What goes out: by day, once, to the address of that moment, and saying nothing but “look in”."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from pytest_django import Settings

from kaocheng.access.actor import system
from kaocheng.actions.delivery import NO_ADDRESS, deliver, send_delivery
from kaocheng.actions.message import tell
from kaocheng.actions.perform import Act
from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.outbound import NotSent
from kaocheng.records.models import Delivery, Job, PersonalData, Setting
from tests.cast import NOW, Cast, by

NIGHT = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)  # Friday, 23:00 in China
MONDAY = datetime(2026, 11, 29, 23, 0, tzinfo=UTC)  # Monday, 07:00 in China


@dataclass
class Supplier:
    """A server on this machine that takes what it is sent; `answer` is what it says."""

    url: str
    taken: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    status: int = 200
    answer: dict[str, object] = field(default_factory=lambda: {"code": 0, "errcode": 0})


@pytest.fixture
def supplier() -> Iterator[Supplier]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            there.taken.append((self.path, json.loads(body)))
            self.send_response(there.status)
            self.send_header("Location", f"{there.url}/elsewhere")
            self.end_headers()
            self.wfile.write(json.dumps(there.answer).encode())

        def log_message(self, *args: object) -> None:
            del args

    server = HTTPServer(("127.0.0.1", 0), Handler)
    there = Supplier(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield there
    server.shutdown()
    thread.join()
    server.server_close()


def told(cast: Cast, *, at: datetime = NOW) -> Delivery:
    """A message with a reason in it, and what goes out for it."""
    PersonalData(person=cast.teacher, email="lin@example.invalid", phone="19999990001").save()
    act = Act(by(cast.lead, at=at), "test.tell")
    tell(
        act,
        [cast.teacher.pk],
        subject="请修改后再交：微课程佐证",
        body="第 2 段录像没有本人出镜",
        effect_key="test",
    )
    Job.objects.bulk_create(act.jobs)
    return Delivery.objects.get()


def again() -> Delivery:
    return Delivery.objects.get()


def robot(cast: Cast, supplier: Supplier, **value: str) -> Delivery:
    where = {"kind": "dingtalk", "url": f"{supplier.url}/robot/send?access_token=t", **value}
    Setting(unit=cast.school, name="group_robot", value=where).save()
    delivery = Delivery(unit=cast.school, channel="webhook", effect_key="g", send_after=NOW)
    delivery.save()
    return delivery


def test_nothing_goes_out_where_no_channel_is_set_up(cast: Cast) -> None:
    tell(Act(by(cast.lead), "test.tell"), [cast.teacher.pk], subject="甲", effect_key="test")

    assert not Delivery.objects.exists()
    assert not Job.objects.exists()


def test_mail_says_nothing_but_look_in(cast: Cast, settings: Settings) -> None:
    settings.OUTWARD_CHANNELS = ["mail"]
    delivery = told(cast)

    deliver(delivery.pk)

    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (
        ["lin@example.invalid"],
        "考成：请登录查看",
        "您有一项新任务，请登录“考成”查看。",
    )
    assert again().sent_at == NOW


def test_message_goes_out_once_however_often_its_job_runs(cast: Cast, settings: Settings) -> None:
    settings.OUTWARD_CHANNELS = ["mail"]
    delivery = told(cast)

    for _ in range(3):
        deliver(delivery.pk)

    assert len(mail.outbox) == 1


def test_message_of_the_night_waits_for_the_working_morning(cast: Cast, settings: Settings) -> None:
    settings.OUTWARD_CHANNELS = ["mail"]

    delivery = told(cast, at=NIGHT)

    assert delivery.send_after == MONDAY
    assert Job.objects.get(kind="message.deliver").run_after == MONDAY


def test_job_that_comes_late_at_night_is_put_off(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTWARD_CHANNELS = ["mail"]
    delivery = told(cast)
    monkeypatch.setattr(CLOCK, "source", lambda: NIGHT)

    deliver(delivery.pk)

    assert mail.outbox == []
    assert again().send_after == MONDAY
    assert Job.objects.filter(kind="message.deliver", run_after=MONDAY).count() == 1


def test_person_without_an_address_is_not_tried_again(cast: Cast, settings: Settings) -> None:
    settings.OUTWARD_CHANNELS = ["mail"]
    delivery = told(cast)
    PersonalData.objects.update(email="")

    answer = send_delivery(system(NOW), delivery_id=delivery.pk)

    assert answer.values == {"failure": ""}
    assert (again().sent_at, again().failure) == (None, NO_ADDRESS)


def test_sms_is_signed_and_holds_no_reason(
    cast: Cast, settings: Settings, supplier: Supplier
) -> None:
    settings.OUTWARD_CHANNELS = ["sms"]
    settings.SMS_URL, settings.SMS_KEY = f"{supplier.url}/send", "key"
    settings.OUTBOUND = [supplier.url]

    deliver(told(cast).pk)

    [(path, body)] = supplier.taken
    assert (path, body["phone"], body["text"]) == (
        "/send",
        "19999990001",
        "您有一项新任务，请登录“考成”查看。",
    )
    assert len(str(body["sign"])) == 64


def test_supplier_that_refuses_is_noted_and_tried_again(
    cast: Cast, settings: Settings, supplier: Supplier
) -> None:
    settings.OUTWARD_CHANNELS = ["sms"]
    settings.SMS_URL, settings.OUTBOUND = f"{supplier.url}/send", [supplier.url]
    supplier.answer = {"code": 7}
    delivery = told(cast)

    with pytest.raises(NotSent):
        deliver(delivery.pk)

    assert (again().sent_at, again().failure) == (None, "code 7")


def test_redirect_is_not_followed(cast: Cast, settings: Settings, supplier: Supplier) -> None:
    settings.OUTWARD_CHANNELS = ["sms"]
    settings.SMS_URL, settings.OUTBOUND = f"{supplier.url}/send", [supplier.url]
    supplier.status = 302
    delivery = told(cast)

    with pytest.raises(NotSent):
        deliver(delivery.pk)

    assert [path for path, _ in supplier.taken] == ["/send"]


def test_group_robot_is_told_with_a_signature_and_without_names(
    cast: Cast, settings: Settings, supplier: Supplier
) -> None:
    settings.OUTBOUND = [supplier.url]

    deliver(robot(cast, supplier, secret="s").pk)

    [(path, body)] = supplier.taken
    assert path.startswith(
        f"/robot/send?access_token=t&timestamp={int(NOW.timestamp() * 1000)}&sign="
    )
    assert body == {
        "msgtype": "text",
        "text": {"content": "有任务还没有办完，请登录“考成”查看。已经办好的，请忽略。"},
    }


def test_robot_of_a_host_that_is_not_allowed_is_never_called(
    cast: Cast, settings: Settings, supplier: Supplier
) -> None:
    settings.OUTBOUND = ["https://oapi.dingtalk.com"]

    answer = send_delivery(system(NOW), delivery_id=robot(cast, supplier).pk)

    assert supplier.taken == []
    assert answer.values == {"failure": ""}
    assert again().failure == "the host is not allowed"


def test_server_that_is_not_there_is_tried_again(cast: Cast, settings: Settings) -> None:
    settings.OUTBOUND = ["http://127.0.0.1:9"]
    delivery = robot(cast, Supplier("http://127.0.0.1:9"))

    with pytest.raises(NotSent):
        deliver(delivery.pk)

    assert again().failure == "ConnectionRefusedError"
    assert again().send_after < NOW + timedelta(days=1)
