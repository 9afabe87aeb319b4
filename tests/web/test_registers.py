"""Pages of registers: the list, one with its entry row, one entry, imports, rosters, sheets."""

from __future__ import annotations

import io
import re
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from kaocheng.actions.entry_sign import sign
from kaocheng.actions.monthly_sheet import make_sheets
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import MonthlySheet, Task
from kaocheng.records.models.register import SheetState, Standing
from kaocheng.web.registers.forms import FieldsForm
from tests.actions.test_entry import _town_officer, finding, leave
from tests.appraising import pushed
from tests.cast import Cast, by
from tests.registering import entries, entry, subject, town
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
    cast: Cast, now: datetime, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = town(cast)
    for day in range(1, count + 1):
        leave(found, cast.teacher, date=f"2026-10-{day:02}")
    lead = signed_in(cast.lead)

    with django_assert_num_queries(19):
        page = lead.get(f"{address(found)}?month=2026-10").content.decode()

    assert page.count("/registers/entries/") == count


def test_search_says_where_it_looked_no_further(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = town(cast)
    officer = _town_officer(cast)
    for name in ("周主任", "吴主任"):
        finding(found, officer, confirmed_by=name)
    district = signed_in(cast.officer)
    path = f"{address(found, 'findings')}?q=周主任"
    cut = "内容只找了最新的 2 万条"

    whole = district.get(path).content.decode()
    monkeypatch.setattr("kaocheng.queries.register_page.MOST_SEARCHED", 1)
    newest = district.get(path).content.decode()

    assert (whole.count("/registers/entries/"), cut in whole) == (1, False)
    assert (newest.count("/registers/entries/"), cut in newest) == (0, True)


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


def test_correction_that_waits_is_shown_on_both_pages_and_no_second_one_is_written(
    cast: Cast, now: datetime
) -> None:
    found = town(cast)
    officer = _town_officer(cast)
    old = finding(found, officer)
    sign(by(cast.officer), entry_ids=[old.pk])
    path = f"/registers/entries/{old.pk}"
    typed = {"f_staff": "T02", "f_date": "2019-10-08", "f_kind": "到私立学校任教"}
    mended = {**typed, "version": "2", "because": "认定有误"}
    town_page = signed_in(officer)
    first = town_page.get(f"{path}/correct").content.decode()

    sent = town_page.post(f"{path}/correct", mended)
    before = town_page.get(path).content.decode()
    after = town_page.get(sent["Location"]).content.decode()
    second = town_page.post(f"{path}/correct", mended)

    assert "原来的一条留着，以更正后的为准" in first
    waiting = f'更正待审签；原记录仍计入。<a class="u" href="{sent["Location"]}">看更正</a>'
    assert waiting in before
    assert f"{path}/correct" not in before
    assert f"{path}/withdraw" not in before
    assert f'更正待审签；原记录仍计入。<a class="u" href="{path}">看原来的</a>' in after
    assert town_page.get(f"{path}/correct")["Location"] == path
    assert second.status_code == 422
    assert waiting in second.content.decode()
    assert "这一条已有更正" in second.content.decode()

    signed_in(cast.officer).post(f"{sent['Location']}/return", {"because": "没有依据"})
    assert "更正已退回；原记录仍计入。" in town_page.get(path).content.decode()


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
    ready = lead.get(good["Location"]).content.decode()
    faults = lead.get(f"{bad['Location']}/faults.xlsx")
    sent = lead.post(f"{good['Location']}/write", {"evidence": slip()})

    assert "有 1 处要改，还不能导入" in page
    assert "没有看懂：“老王 事假 1天”" in page
    assert f'<td data-label="教职工">{name}</td>' in ready
    assert faults.content.startswith(b"PK")
    assert sent.status_code == 302
    assert len(entries(found, "leave")) == 20


def test_import_is_signed_on_one_page_and_a_row_of_it_returned(cast: Cast, now: datetime) -> None:
    found = town(cast)
    name = subject(found, "T05").name
    days = "\n".join(f"{at}. {name} 事假 1天 2019年10月{at}日" for at in range(1, 61))
    days = days.partition("32.")[0].rpartition("\n")[0]
    officer, lead = signed_in(cast.officer), signed_in(cast.lead)
    brought = officer.post(f"{address(found)}/import", {"text": f"#接龙\n{days}"})
    officer.post(f"{brought['Location']}/write", {"evidence": slip()})
    [task] = Task.objects.unscoped("a test").filter(source_kind="fileuse")
    first, *others = [one for one in entries(found, "leave") if one.standing == Standing.WAITING]

    page = lead.get(task.page).content.decode()
    batch = task.source_id
    back = lead.post(
        f"/registers/entries/{first.pk}/return",
        {"because": "没有假条", "then": "list", "import": batch, "key": "r"},
    )
    left = lead.get(back["Location"]).content.decode()
    lead.post(f"{address(found)}/sign", {"then": "all", "import": batch, "key": "s"})

    assert "一次导入的，还有 31 条等您审签" in page
    assert "审签这 31 条" in page
    assert f'id="return-{first.pk}"' in page
    assert back["Location"] == task.page
    assert "审签这 30 条" in left
    assert entry(first.pk).standing == Standing.RETURNED
    assert {entry(one.pk).standing for one in others} == {Standing.COUNTS}
    assert "没有符合条件的条目" in lead.get(task.page).content.decode()
    assert name not in signed_in(cast.colleague).get(task.page).content.decode()


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
    text = f"#接龙\n1. {subject(found, 'T05').name} 事假 1天 2019年10月8日"
    officer = signed_in(cast.officer)
    brought = officer.post(f"{address(found)}/import", {"text": text})
    officer.post(f"{brought['Location']}/write", {"evidence": slip()})

    for path in (
        Task.objects.unscoped("a test").get(source_kind="fileuse").page,
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


def test_code_of_a_table_is_chosen_by_its_title_and_read_with_it(cast: Cast) -> None:
    found, _ = pushed(cast)
    where = address(found, "material")
    lead = signed_in(cast.lead)

    form = lead.get(where).content.decode()
    wrong = lead.post(f"{where}/enter", {"f_indicator": "", "key": "k1"}).content.decode()

    assert '<option value="A1">A1 信息化教育教学发展规划</option>' in form
    assert 'A1 <span class="s m">信息化教育教学发展规划</span>' in form
    assert re.search(r"有 \d 处要改，没有写入。请看标红的地方。", wrong)
    assert wrong.count("这一格不能空着") == wrong.count('class="error"') - 1  # and the file


def test_code_that_the_table_has_no_more_stays_when_corrected(cast: Cast) -> None:
    found, _ = pushed(cast)
    form = FieldsForm(
        found=found,
        register=found.register("material"),
        offered={},
        initial={"indicator": "Z9"},
    )

    assert '<option value="Z9" selected>Z9</option>' in str(form["f_indicator"])
