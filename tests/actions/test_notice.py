"""Notices: each way out of writing, issuing, opening, signing and withdrawing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from kaocheng.access.actor import Helper
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.actions.notice import (
    discard_notice,
    issue_notice,
    open_notice,
    revise_notice,
    sign_notice,
    withdraw_notice,
    write_notice,
)
from kaocheng.actions.seal import seal
from kaocheng.methods.chain import Anchor, FaultKind
from kaocheng.queries.audit_check import check_log
from kaocheng.records.models import (
    AuditAnchor,
    AuditSeal,
    Message,
    Notice,
    NoticeReceipt,
    Person,
    Task,
)
from kaocheng.records.models.notice import NoticeState
from kaocheng.records.models.task import TaskState
from tests.cast import NOW, Cast, by
from tests.log_rows import log_rows

SIGN_BY = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)  # 24:00 of 1 December in China
OFFICE = ["lead", "clerk", "officer", "workshop_leader"]


def draft(cast: Cast, *, kinds: tuple[str, ...] = ("school",), **changed: object) -> int:
    values: dict[str, Any] = {
        "title": "关于报送工作总结的通知",
        "body": "各校：\n请于12月1日前报送。",
        "to_kinds": list(kinds),
        "to_roles": OFFICE,
        "sign_by": SIGN_BY,
        **changed,
    }
    return int(write_notice(by(cast.officer), **values).id)


def issued(cast: Cast, **changed: Any) -> int:  # noqa: ANN401  # passed on as they come
    notice_id = draft(cast, **changed)
    issue_notice(by(cast.officer), notice_id=notice_id, version=1)
    return notice_id


def notice(notice_id: int) -> Notice:
    return Notice.objects.unscoped("a test looks").get(pk=notice_id)


def receipts(notice_id: int) -> list[NoticeReceipt]:
    rows = NoticeReceipt.objects.unscoped("a test looks").filter(notice=notice_id)
    return list(rows.select_related("unit", "opened_by", "signed_by").order_by("pk"))


def tasks() -> list[Task]:
    return list(Task.objects.unscoped("a test looks").order_by("pk"))


def test_issuing_numbers_the_notice_and_makes_a_receipt_and_a_task_for_each_school(
    cast: Cast,
) -> None:
    notice_id = draft(cast)

    answer = issue_notice(by(cast.officer), notice_id=notice_id, version=1)

    assert answer.values == {"count": 2}
    sent = notice(notice_id)
    assert (sent.state, sent.number, sent.issued_at) == (
        NoticeState.ISSUED,
        "云山区通〔2026〕1号",
        NOW,
    )
    assert {row.unit for row in receipts(notice_id)} == {cast.school, cast.other_school}
    assert [(task.unit_id, task.title, task.due_at, task.page) for task in tasks()] == [
        (row.unit_id, "签收：关于报送工作总结的通知", SIGN_BY, f"/notices/{notice_id}")
        for row in receipts(notice_id)
    ]


def test_numbers_of_a_unit_follow_one_another(cast: Cast) -> None:
    numbers = [notice(issued(cast)).number for _ in range(2)]

    assert numbers == ["云山区通〔2026〕1号", "云山区通〔2026〕2号"]


def test_notice_reaches_only_units_below(cast: Cast) -> None:
    issued(cast, kinds=("school", "group"))

    assert {task.unit_id for task in tasks()} == {
        cast.school.pk,
        cast.other_school.pk,
        cast.group.pk,
    }


def test_draft_changed_since_its_preview_is_not_issued(cast: Cast) -> None:
    notice_id = draft(cast)
    revise_notice(
        by(cast.officer),
        notice_id=notice_id,
        version=1,
        title="改过的标题",
        body="正文",
        to_kinds=["school"],
        to_roles=OFFICE,
    )

    with pytest.raises(Stale):
        issue_notice(by(cast.officer), notice_id=notice_id, version=1)

    assert notice(notice_id).state == NoticeState.DRAFT
    assert tasks() == []


def test_w61_notice_to_nobody_is_not_issued(cast: Cast) -> None:
    notice_id = draft(cast, kinds=("company",))

    with pytest.raises(Refused) as refused:
        issue_notice(by(cast.officer), notice_id=notice_id, version=1)

    assert str(refused.value) == "所选的范围里没有收文单位，通知没有发出。"
    assert notice(notice_id).number == ""


def test_w62_issued_notice_cannot_be_changed(cast: Cast) -> None:
    notice_id = issued(cast)

    with pytest.raises(Refused) as refused:
        issue_notice(by(cast.officer), notice_id=notice_id, version=2)
    with pytest.raises(Refused):
        discard_notice(by(cast.officer), notice_id=notice_id)

    assert str(refused.value) == "这份通知已经发出，不能再改，没有写入。"


def test_w63_empty_fields_are_named_together(cast: Cast) -> None:
    with pytest.raises(Invalid) as invalid:
        draft(cast, title=" ", body="", kinds=())

    assert {name: str(one) for name, one in invalid.value.problems.items()} == {
        "title": "“标题”还没有填。",
        "body": "“正文”还没有填。",
        "to_kinds": "“发往”还没有填。",
    }


def test_w64_time_to_sign_must_not_have_passed(cast: Cast) -> None:
    notice_id = draft(cast, sign_by=NOW - timedelta(minutes=1))

    with pytest.raises(Refused) as refused:
        issue_notice(by(cast.officer), notice_id=notice_id, version=1)

    assert str(refused.value) == "签收截止 11月27日（周五）09:59 已经过去。"


def test_w65_long_title_says_by_how_much(cast: Cast) -> None:
    with pytest.raises(Invalid) as invalid:
        draft(cast, title="长" * 121)

    assert str(invalid.value.problems["title"]) == "“标题”最多 120 个字，现在有 121 个。"


def test_teacher_writes_no_notice(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        write_notice(
            by(cast.teacher), title="通知", body="正文", to_kinds=["school"], to_roles=OFFICE
        )


def test_draft_of_another_unit_does_not_exist_for_the_lead(cast: Cast) -> None:
    notice_id = draft(cast)

    for who in (cast.lead, cast.city_officer, cast.far_lead):
        with pytest.raises(NotYours):
            issue_notice(by(who), notice_id=notice_id, version=1)


def test_first_who_opens_is_noted_and_later_ones_are_not(cast: Cast) -> None:
    notice_id = issued(cast, kinds=("school",))

    open_notice(by(cast.clerk), notice_id=notice_id)
    open_notice(by(cast.lead, at=NOW + timedelta(hours=1)), notice_id=notice_id)

    [ours] = [row for row in receipts(notice_id) if row.unit == cast.school]
    assert (ours.opened_by, ours.opened_at, ours.signed_at) == (cast.clerk, NOW, None)


def test_signing_notes_who_and_settles_the_task_of_that_school_alone(cast: Cast) -> None:
    notice_id = issued(cast)

    sign_notice(by(cast.lead), notice_id=notice_id)

    signed = {row.unit: (row.signed_by, row.signed_at) for row in receipts(notice_id)}
    assert signed == {cast.school: (cast.lead, NOW), cast.other_school: (None, None)}
    assert {task.unit_id: task.state for task in tasks()} == {
        cast.school.pk: TaskState.DONE,
        cast.other_school.pk: TaskState.OPEN,
    }


def test_w67_school_signs_once(cast: Cast) -> None:
    notice_id = issued(cast)
    sign_notice(by(cast.lead), notice_id=notice_id)

    with pytest.raises(Refused) as refused:
        sign_notice(by(cast.clerk), notice_id=notice_id)

    assert str(refused.value) == "本单位已经签收过：何敏仪，11月27日（周五）10:00。"


def test_w68_clerk_does_not_sign_what_the_head_has_to(cast: Cast) -> None:
    notice_id = issued(cast, to_roles=["lead", "officer"])

    with pytest.raises(NotAllowed) as refused:
        sign_notice(by(cast.clerk), notice_id=notice_id)

    assert str(refused.value) == "这份通知要由单位负责人签收。"


def test_helper_does_not_sign_for_the_person(cast: Cast) -> None:
    notice_id = issued(cast)
    asked = by(cast.lead)
    helped = replace(asked, actor=replace(asked.actor, helper=Helper(cast.clerk.pk, "沈一鸣")))

    with pytest.raises(NotAllowed):
        sign_notice(helped, notice_id=notice_id)

    assert [row.signed_by for row in receipts(notice_id)] == [None, None]


@pytest.mark.parametrize("who", ["far_lead", "teacher", "reviewer"])
def test_notice_does_not_exist_for_whom_it_did_not_reach(cast: Cast, who: str) -> None:
    notice_id = issued(cast)
    outsider: Person = getattr(cast, who)

    with pytest.raises(NotYours):
        sign_notice(by(outsider), notice_id=notice_id)


def test_w66_withdrawn_notice_is_not_signed_any_more(cast: Cast) -> None:
    notice_id = issued(cast)
    withdraw_notice(by(cast.officer), notice_id=notice_id, because="日期有误")

    with pytest.raises(Refused) as refused:
        sign_notice(by(cast.lead), notice_id=notice_id)

    assert str(refused.value) == "这份通知已经撤回，不用签收了。"


def test_withdrawing_cancels_what_is_owed_and_tells_who_read_it(cast: Cast) -> None:
    notice_id = issued(cast)
    open_notice(by(cast.clerk), notice_id=notice_id)
    sign_notice(by(cast.lead), notice_id=notice_id)
    Message.objects.unscoped("what was told before").delete()

    withdraw_notice(by(cast.officer), notice_id=notice_id, because="日期有误")

    assert {task.unit_id: task.state for task in tasks()} == {
        cast.school.pk: TaskState.DONE,
        cast.other_school.pk: TaskState.CANCELLED,
    }
    told = Message.objects.unscoped("a test looks")
    assert {row.person_id for row in told} == {cast.clerk.pk, cast.lead.pk}
    assert {row.subject for row in told} == {"通知已撤回：关于报送工作总结的通知"}


def test_notice_is_not_withdrawn_without_a_reason(cast: Cast) -> None:
    notice_id = issued(cast)

    with pytest.raises(Invalid):
        withdraw_notice(by(cast.officer), notice_id=notice_id, because="  ")

    assert notice(notice_id).state == NoticeState.ISSUED


def test_discarded_draft_is_gone(cast: Cast) -> None:
    notice_id = draft(cast)

    discard_notice(by(cast.officer), notice_id=notice_id)

    assert not Notice.objects.unscoped("a test looks").exists()


def test_notice_to_groups_is_owed_by_whoever_leads_the_group(cast: Cast) -> None:
    written = write_notice(
        by(cast.lead),
        title="关于本周教研活动的通知",
        body="请提前确定主讲人。",
        to_kinds=["group"],
        to_roles=["lead", "clerk", "workshop_leader"],
    )

    issue_notice(by(cast.lead), notice_id=int(written.id), version=written.version or 1)

    owed = Task.objects.unscoped("test").get(source_kind="notice", source_id=written.id)
    assert (owed.unit, owed.role) == (cast.group, "workshop_leader")


def test_newest_digest_of_the_log_goes_out_with_the_notice(cast: Cast) -> None:
    log_rows(3)
    seal(NOW)

    notice_id = issued(cast)

    anchor = AuditAnchor.objects.select_related("seal").get()
    assert (anchor.seal.number, anchor.digest) == (1, AuditSeal.objects.get(number=1).digest)
    assert anchor.where == f"通知 云山区通〔2026〕1号（#{notice_id}）"


def test_log_that_is_cut_off_after_a_notice_is_found_out_by_what_was_printed(cast: Cast) -> None:
    log_rows(2)
    seal(NOW)
    log_rows(2)
    seal(NOW)
    issued(cast)
    printed = AuditAnchor.objects.select_related("seal").get()
    outside = Anchor(printed.seal.number, printed.digest, "通知")
    assert check_log(NOW, anchors=[outside]).faults == ()

    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("delete from records_auditanchor")
        cursor.execute("delete from records_auditseal where number = 2")
        cursor.execute("set local session_replication_role = origin")

    kinds = {fault.kind for fault in check_log(NOW, anchors=[outside]).faults}
    assert FaultKind.END_GONE in kinds
