"""Pages of notices: reading, signing, writing, issuing, the board."""

from __future__ import annotations

import io
import re

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from kaocheng.actions.notice import issue_notice, sign_notice, write_notice
from kaocheng.actions.seal import seal
from kaocheng.records.models import AuditSeal, Notice, NoticeReceipt, Person
from kaocheng.records.models.notice import NoticeState
from tests.cast import NOW, Cast, by, unit
from tests.log_rows import log_rows
from tests.web.reader import signed_in

OFFICE = ["lead", "clerk", "officer", "workshop_leader"]
FORM = {
    "title": "关于报送工作总结的通知",
    "body": "各校：\n请按时报送。",
    "to_kinds": ["school"],
    "signers": "office",
    "sign_on": "2026-12-01",
    "key": "k1",
}


def issue(cast: Cast, title: str = "关于报送工作总结的通知") -> int:
    answer = write_notice(
        by(cast.officer), title=title, body="正文", to_kinds=["school"], to_roles=OFFICE
    )
    issue_notice(by(cast.officer), notice_id=int(answer.id), version=1)
    return int(answer.id)


def test_officer_writes_previews_and_issues(cast: Cast) -> None:
    officer = signed_in(cast.officer)

    written = officer.post("/notices/new", FORM)
    preview = officer.get(written["Location"]).content.decode()
    sent = officer.post(f"{written['Location']}/issue", {"version": "1", "key": "k2"})

    assert "发往 2 个单位" in preview
    assert "学校 2 个" in preview
    assert sent.status_code == 302
    page = officer.get(sent["Location"]).content.decode()
    assert "已签收 0 / 2，还差 2 个" in page
    assert "已发往 2 个单位" in page


def test_preview_names_schools_where_nobody_could_sign(cast: Cast) -> None:
    unit("空山小学", "school", cast.town)
    officer = signed_in(cast.officer)

    written = officer.post("/notices/new", FORM)

    page = officer.get(written["Location"]).content.decode()
    assert "这些单位现在没有能签收的人：" in page
    assert "空山小学" in page
    assert "榕荫小学" not in page


def test_printed_notice_bears_the_digest_of_the_log_that_went_out_with_it(cast: Cast) -> None:
    log_rows(1)
    seal(NOW)
    notice_id = issue(cast)

    printed = signed_in(cast.lead).get(f"/notices/{notice_id}/paper.pdf").content

    text = "".join(
        page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(printed)
    )
    digest = AuditSeal.objects.get().digest
    assert f"操作日志校验码1:{digest}" in re.sub(r"\s", "", text)


def test_form_says_what_is_missing_beside_the_field(cast: Cast) -> None:
    answer = signed_in(cast.officer).post("/notices/new", {**FORM, "to_kinds": [], "title": ""})

    page = answer.content.decode()
    assert "请选发往哪些单位" in page
    assert 'aria-describedby="id_title-error"' in page
    assert "请按时报送。" in page
    assert not Notice.objects.unscoped("a test looks").exists()


def test_form_sent_twice_writes_one_draft(cast: Cast) -> None:
    officer = signed_in(cast.officer)

    first, second = (officer.post("/notices/new", FORM) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Notice.objects.unscoped("a test looks").count() == 1


def test_lead_reads_and_signs(cast: Cast) -> None:
    notice_id = issue(cast)
    lead = signed_in(cast.lead)

    page = lead.get(f"/notices/{notice_id}").content.decode()
    signed = lead.post(f"/notices/{notice_id}/sign", {"key": "s1"})
    after = lead.get(f"/notices/{notice_id}").content.decode()

    assert "签收通知" in page
    assert signed.status_code == 302
    assert "本单位已签收：" in after
    assert "签收通知</button>" not in after
    receipt = NoticeReceipt.objects.unscoped("a test looks").get(unit=cast.school)
    assert (receipt.opened_by, receipt.signed_by) == (cast.lead, cast.lead)


@pytest.mark.parametrize("who", ["teacher", "far_lead", "reviewer", "outsider"])
def test_notice_of_others_is_answered_like_none(cast: Cast, who: str) -> None:
    notice_id = issue(cast)
    person: Person = getattr(cast, who)

    answer = signed_in(person).get(f"/notices/{notice_id}")

    assert answer.status_code == 404
    assert "关于报送工作总结的通知" not in answer.content.decode()


def test_lead_does_not_see_who_else_has_signed(cast: Cast) -> None:
    notice_id = issue(cast)
    sign_notice(by(cast.other_lead), notice_id=notice_id)
    lead = signed_in(cast.lead)

    for page in ("board", "board.xlsx", "edit", "withdraw"):
        answer = lead.get(f"/notices/{notice_id}/{page}")
        assert answer.status_code == 404
        assert "赵启明" not in answer.content.decode()
    assert "赵启明" not in lead.get(f"/notices/{notice_id}").content.decode()


def test_draft_is_not_seen_by_those_it_will_go_to(cast: Cast) -> None:
    written = signed_in(cast.officer).post("/notices/new", FORM)

    answer = signed_in(cast.lead).get(written["Location"])

    assert answer.status_code == 404
    assert "关于报送工作总结的通知" not in answer.content.decode()


def test_board_shows_who_is_missing_first(cast: Cast) -> None:
    notice_id = issue(cast)
    sign_notice(by(cast.lead), notice_id=notice_id)

    page = signed_in(cast.officer).get(f"/notices/{notice_id}/board").content.decode()

    assert page.index("珠岸中学") < page.index("榕荫小学")
    assert "已签收 1 / 2，还差 1 个" in page
    assert "催办 1 个" in page


def test_board_of_those_who_signed_leaves_out_the_others(cast: Cast) -> None:
    notice_id = issue(cast)
    sign_notice(by(cast.lead), notice_id=notice_id)

    page = signed_in(cast.officer).get(f"/notices/{notice_id}/board?show=signed").content.decode()

    assert "榕荫小学" in page
    assert "珠岸中学" not in page


def test_exported_board_is_a_table(cast: Cast) -> None:
    notice_id = issue(cast)
    sign_notice(by(cast.lead), notice_id=notice_id)

    answer = signed_in(cast.officer).get(f"/notices/{notice_id}/board.xlsx")

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    rows = [[str(cell) for cell in row] for row in sheet.to_python()]
    assert ["单位", "状态", "打开人", "打开时间", "签收人", "签收时间"] in rows
    assert [row[:3] + row[4:5] for row in rows[-2:]] == [
        ["珠岸中学", "未打开", "", ""],
        ["榕荫小学", "已签收", "何敏仪", "何敏仪"],
    ]


def test_withdrawn_notice_shows_its_reason(cast: Cast) -> None:
    notice_id = issue(cast)
    officer = signed_in(cast.officer)

    answer = officer.post(f"/notices/{notice_id}/withdraw", {"because": "日期有误", "key": "w"})

    assert answer.status_code == 302
    page = signed_in(cast.lead).get(f"/notices/{notice_id}").content.decode()
    assert "这份通知已于 11月27日 撤回：日期有误" in page
    assert "签收通知</button>" not in page


def test_withdrawing_without_a_reason_says_so_in_the_form(cast: Cast) -> None:
    notice_id = issue(cast)

    answer = signed_in(cast.officer).post(f"/notices/{notice_id}/withdraw", {"because": " "})

    assert answer.status_code == 200
    assert 'id="id_because-error"' in answer.content.decode()
    assert Notice.objects.unscoped("a test looks").get().state == NoticeState.ISSUED


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("address", "who"), [("/notices", "lead"), ("/notices/issued", "officer")])
def test_lists_take_a_fixed_number_of_queries(
    cast: Cast,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
    address: str,
    who: str,
) -> None:
    for number in range(count):
        issue(cast, f"通知{number}")
    reader = signed_in(getattr(cast, who))

    # Session, account, person, appointments; how many there are and this page; two badges.
    with django_assert_num_queries(5):
        page = reader.get(address).content.decode()

    assert page.count("通知0") >= 1
    assert page.count("<tr>") == count + 1


@pytest.mark.parametrize("count", [1, 3])
def test_board_takes_a_fixed_number_of_queries(
    cast: Cast, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count - 1):
        unit(f"新校{number}", "school", cast.town)
    notice_id = issue(cast)
    officer = signed_in(cast.officer)

    with django_assert_num_queries(8):
        page = officer.get(f"/notices/{notice_id}/board").content.decode()

    assert page.count("未打开</span>") == count + 1
