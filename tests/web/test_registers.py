"""Pages of registers: the list, one with its entry row, one entry, imports, rosters, sheets."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from kaocheng.actions.monthly_sheet import make_sheets
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import MonthlySheet
from kaocheng.records.models.register import SheetState, Standing
from tests.actions.test_entry import _town_officer, finding, leave
from tests.cast import Cast, by
from tests.registering import city, entries, entry, subject, town
from tests.web.axe import violations
from tests.web.conftest import Open
from tests.web.reader import signed_in

FORM = {
    "f_staff": "T01",
    "f_date": "2019-10-08",
    "f_kind": "病假",
    "f_amount": "1",
    "then": "enter",
}


def slip() -> SimpleUploadedFile:
    return SimpleUploadedFile("假条.pdf", b"%PDF-1.4 slip", "application/pdf")


def address(found: Adopted, register: str = "leave") -> str:
    return f"/registers/{found.adoption.pk}/{register}"


def test_list_says_what_the_reader_may_enter_and_has_to_sign(cast: Cast, now: datetime) -> None:
    found = town(cast)
    leave(found, cast.teacher)

    page = signed_in(cast.lead).get("/registers").content.decode()

    assert "考勤登记" in page
    assert "待我审签 1 条" in page
    assert "可以登记" in page
    assert "校长办公会议测评" not in page  # ratings have pages of their own


def test_lead_enters_on_the_page_and_sees_it_there(cast: Cast, now: datetime) -> None:
    found = town(cast)
    lead = signed_in(cast.lead)

    sent = lead.post(f"{address(found)}/enter", {**FORM, "evidence": slip(), "key": "k1"})
    page = lead.get(sent["Location"]).content.decode()

    assert sent.status_code == 302
    assert "已登记" in page
    assert "2019-10-08" in page


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, now: datetime
) -> None:
    found = town(cast)

    answer = signed_in(cast.lead).post(
        f"{address(found)}/enter", {**FORM, "f_kind": "", "f_amount": "许多"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="许多"' in page
    assert 'aria-describedby="id_f_amount-error"' in page
    assert "每一条都要附佐证材料" in page


def test_effect_is_shown_to_who_has_the_duty_and_nothing_is_written(
    cast: Cast, now: datetime
) -> None:
    found = town(cast)
    typed = {**FORM, "f_kind": "事假", "f_amount": "3", "then": "effect"}

    shown = signed_in(cast.lead).post(f"{address(found)}/enter", typed).content.decode()
    hidden = signed_in(cast.teacher).post(f"{address(found)}/enter", typed).content.decode()

    assert "这一条会使" in shown
    assert "−1.5" in shown
    assert 'name="evidence"' in shown  # still to be given with the entry
    assert "id_evidence-error" not in shown
    assert "这一条会使" not in hidden
    assert "只有有登记责任的人看得到影响" in hidden
    assert len(entries(found, "leave")) == 19


def test_filters_leave_what_fits(cast: Cast, now: datetime) -> None:
    found = town(cast)
    lead = signed_in(cast.lead)

    def lines(query: str) -> int:
        return lead.get(f"{address(found)}?{query}").content.decode().count("/registers/entries/")

    assert lines("") == 19
    assert lines("month=2019-10") == 3
    assert lines("code=病假&month=2019-10") == 1
    assert lines(f"q={subject(found, 'T13').name}") == 2
    assert lines("standing=waiting") == 0
    assert lines(f"unit={cast.school.pk}") == 19
    assert lines("month=xx&unit=a&before=-1&code=\0&q=" + "长" * 99) == 0


def test_outsider_is_told_that_there_is_no_such_register(cast: Cast, now: datetime) -> None:
    found = town(cast)
    outsider = signed_in(cast.outsider)

    for path in (address(found), f"{address(found)}/export", f"{address(found)}/import"):
        assert outsider.get(path).status_code == 404
    assert signed_in(cast.lead).get(address(found, "meeting_ratings")).status_code == 404
    assert signed_in(cast.lead).get(address(found, "nothing")).status_code == 404
    assert signed_in(cast.system_admin).get(address(found)).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_register_takes_the_same_number_of_queries_for_any_number_of_entries(
    cast: Cast, now: datetime, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    found = city(cast)
    rows = entries(found, "material")[:count]
    lead = signed_in(cast.city_officer)
    with django_assert_max_num_queries(40):
        page = lead.get(f"{address(found, 'material')}?code={rows[0].code}").content.decode()

    assert "考核材料" in page


def test_export_masks_nothing_more_than_the_page_and_runs_no_formula(
    cast: Cast, now: datetime
) -> None:
    found = town(cast)
    finding(found, _town_officer(cast), confirmed_by="=HYPERLINK(1)")

    book = signed_in(cast.officer).get(f"{address(found, 'findings')}/export").content
    table = signed_in(cast.officer).get(f"{address(found, 'findings')}/export?as=csv").content

    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert "=HYPERLINK(1)" in [cell for row in rows for cell in row]
    assert ",'=HYPERLINK(1)" in table.decode("utf-8-sig")


def test_batch_of_entries_is_signed(cast: Cast, now: datetime) -> None:
    found = town(cast)
    waiting = [leave(found, cast.teacher, date=f"2019-10-{day}") for day in ("08", "09")]
    lead = signed_in(cast.lead)

    page = lead.get(f"{address(found)}?sign=1").content.decode()
    lead.post(f"{address(found)}/sign", {"entry": [one.pk for one in waiting], "key": "s"})

    assert page.count('name="entry"') == 2
    assert {entry(one.pk).standing for one in waiting} == {Standing.COUNTS}


def test_entry_is_corrected_on_its_page_and_both_stay(cast: Cast, now: datetime) -> None:
    found = town(cast)
    made = leave(found, cast.lead)
    lead = signed_in(cast.lead)
    path = f"/registers/entries/{made.pk}"

    form = lead.get(f"{path}/correct").content.decode()
    sent = lead.post(
        f"{path}/correct", {**FORM, "f_amount": "2", "version": "1", "because": "看错"}
    )

    assert 'value="1"' in form
    assert "看更正后的" in lead.get(path).content.decode()
    assert "看原来的" in lead.get(sent["Location"]).content.decode()


def test_entry_shows_signing_to_who_signs_and_the_history_to_all(cast: Cast, now: datetime) -> None:
    made = leave(town(cast), cast.teacher)
    path = f"/registers/entries/{made.pk}"

    lead, teacher = signed_in(cast.lead), signed_in(cast.teacher)
    assert "由您审签" in lead.get(path).content.decode()
    assert "由您审签" not in teacher.get(path).content.decode()
    lead.post(f"{path}/return", {"because": "日期不对"})
    assert "日期不对" in teacher.get(path).content.decode()
    assert signed_in(cast.colleague).get(path).status_code == 404


def test_relay_list_is_pasted_mended_and_imported(cast: Cast, now: datetime) -> None:
    found = town(cast)
    lead = signed_in(cast.lead)
    name = subject(found, "T03").name
    wrong = f"#接龙\n1. {name} 事假 1天 2019年10月8日\n2. 老王 事假 1天"

    bad = lead.post(f"{address(found)}/import", {"text": wrong})
    page = lead.get(bad["Location"]).content.decode()
    good = lead.post(f"{address(found)}/import", {"text": wrong.rpartition("\n")[0]})
    faults = lead.get(f"{bad['Location']}/faults.xlsx")
    sent = lead.post(f"{good['Location']}/write", {"evidence": slip()})

    assert "有 1 处要改，还不能导入" in page
    assert "没有看懂：“老王 事假 1天”" in page
    assert faults.content.startswith(b"PK")
    assert sent.status_code == 302
    assert len(entries(found, "leave")) == 20


def test_roster_masks_personal_fields_and_is_kept_by_the_adopting_office(
    cast: Cast, now: datetime
) -> None:
    found = town(cast)
    born = subject(found, "T05").values["birth"]

    lead = signed_in(cast.lead).get(address(found, "staff")).content.decode()
    officer = signed_in(_town_officer(cast)).get(address(found, "staff")).content.decode()
    teacher = signed_in(cast.teacher).get(address(found, "staff")).content.decode()

    assert born in lead
    assert born not in officer
    assert "已遮蔽" in officer
    assert born not in teacher
    assert "修改" in officer
    assert "修改</a>" not in lead


def test_person_answers_their_monthly_sheet(cast: Cast, now: datetime) -> None:
    found = town(cast, sheets=("leave",))
    leave(found, cast.lead, date="2026-10-08")
    make_sheets(
        by(_town_officer(cast)),
        adoption_id=found.adoption.pk,
        register="leave",
        month=date(2026, 10, 1),
    )
    sheet = MonthlySheet.objects.unscoped("a test").get()
    teacher = signed_in(cast.teacher)

    listed = teacher.get("/registers/sheets").content.decode()
    shown = teacher.get(f"/registers/sheets/{sheet.pk}").content.decode()
    teacher.post(f"/registers/sheets/{sheet.pk}/confirm", {"key": "c"})

    assert "由您核对" in listed
    assert "核对无误" in shown
    sheet.refresh_from_db()
    assert sheet.state == SheetState.CONFIRMED
    assert signed_in(cast.colleague).get(f"/registers/sheets/{sheet.pk}").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_of_registers_keep_nobody_out(
    window: Open, cast: Cast, now: datetime, width: int
) -> None:
    found = town(cast)
    waiting = leave(found, cast.teacher)

    for path in (
        "/registers",
        address(found),
        address(found, "staff"),
        f"{address(found)}/import",
        f"/registers/entries/{waiting.pk}",
        f"/registers/entries/{waiting.pk}/correct",
        "/registers/sheets",
    ):
        page = window(path, cast.lead, width=width)
        wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert violations(page) == [], path
        assert page.evaluate(wide) == 0, path
