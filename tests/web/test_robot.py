"""群机器人: set by the office of a unit, never shown again."""

from __future__ import annotations

from kaocheng.records.models import AuditRow, Setting
from tests.cast import Cast
from tests.web.reader import signed_in

URL = "https://oapi.dingtalk.com/robot/send?access_token=TOKEN"
FORM = {"kind": "dingtalk", "url": URL, "secret": "SECRET", "key": "r1"}


def stored() -> list[tuple[int | None, object]]:
    rows = Setting.objects.unscoped("a test looks").filter(name="group_robot")
    return [(row.unit_id, row.value) for row in rows]


def test_robot_is_kept_for_the_unit_and_never_shown(cast: Cast) -> None:
    lead = signed_in(cast.lead)

    answer = lead.post("/messages/robot", FORM)
    page = lead.get(answer["Location"]).content.decode()

    assert stored() == [(cast.school.pk, {"kind": "dingtalk", "url": URL, "secret": "SECRET"})]
    assert "已设置：钉钉群" in page
    for secret in ("TOKEN", "SECRET"):
        assert secret not in page
        assert secret not in str([row.changes for row in AuditRow.objects.all()])


def test_another_robot_replaces_the_first(cast: Cast) -> None:
    lead = signed_in(cast.lead)
    lead.post("/messages/robot", FORM)

    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K"
    lead.post("/messages/robot", {"kind": "wecom", "url": url, "key": "r2"})

    assert stored() == [(cast.school.pk, {"kind": "wecom", "url": url, "secret": ""})]


def test_w69_robot_of_another_host_is_not_kept(cast: Cast) -> None:
    bad = {**FORM, "url": "https://oapi.dingtalk.com.example/robot"}

    page = signed_in(cast.lead).post("/messages/robot", bad).content.decode()

    assert "群机器人的地址不对，应以 https://oapi.dingtalk.com 开头，没有保存。" in page
    assert stored() == []


def test_robot_of_another_school_is_not_touched(cast: Cast) -> None:
    signed_in(cast.lead).post("/messages/robot", FORM)
    other = signed_in(cast.other_lead)

    removed = other.post("/messages/robot/remove", {"key": "x"})

    assert removed.status_code == 404
    assert "已设置" not in other.get("/messages/robot").content.decode()
    assert stored() == [(cast.school.pk, {"kind": "dingtalk", "url": URL, "secret": "SECRET"})]


def test_removed_robot_is_gone(cast: Cast) -> None:
    lead = signed_in(cast.lead)
    lead.post("/messages/robot", FORM)

    lead.post("/messages/robot/remove", {"key": "x"})

    assert stored() == []


def test_teacher_sets_no_robot(cast: Cast) -> None:
    answer = signed_in(cast.teacher).post("/messages/robot", FORM)

    assert answer.status_code == 403
    assert stored() == []
