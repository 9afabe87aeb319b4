"""Pages of collection forms: they work, refuse the outsider, ask a fixed number of queries."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from python_calamine import load_workbook

from kaocheng.records.models import Account, AuditRow, Collection, CollectionPart, Person
from tests.actions.collecting import (
    DUE,
    FIELDS,
    PERSONAL,
    drafted,
    fill,
    filled_and_sent,
    first_row,
    form_of,
    opened,
    part_of,
    rows_of,
    typed,
)
from tests.cast import NOW, Cast, unit
from tests.documents.chinese_fonts import FONTS

HEAD = {"title": "教师情况收集表", "why": "统筹", "due_on": "2026-12-06", "to_kinds": ["school"]}


def browser(who: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=who))
    return client


def field_line(mark: int, name: str, kind: str = "text", **more: str) -> dict[str, str]:
    line = {f"{mark}-id": "", f"{mark}-name": name, f"{mark}-kind": kind}
    return line | {f"{mark}-{key}": value for key, value in more.items()}


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(part: CollectionPart) -> str:
    return f"/collections/parts/{part.pk}"


def test_form_is_written_previewed_and_sent(cast: Cast) -> None:
    office = browser(cast.officer)
    lines = {
        **field_line(0, "姓名", required="on"),
        **field_line(1, "学段", "choice", choices="小学、初中，高中", order="1"),
    }
    sent = office.post(
        "/collections/new", {**HEAD, "line": ["0", "1", "2"], **lines, "then": "preview"}
    )
    form = Collection.objects.unscoped("a test looks").get()
    preview = text_of(office, sent["Location"])
    office.post(f"/collections/{form.pk}/open", {"version": form.version})

    assert [(one.name, one.choices, one.is_required) for one in form.asked] == [
        ("学段", ("小学", "初中", "高中"), False),
        ("姓名", (), True),
    ]
    assert "发往 2 个单位" in preview
    assert "榕荫小学、珠岸中学" in preview
    assert form_of(form.pk).state == "open"
    assert "2 个单位收到任务" in text_of(office, f"/collections/{form.pk}")


def test_mended_draft_shows_its_problems_beside_its_lines(cast: Cast) -> None:
    office = browser(cast.officer)
    lines = {**field_line(0, "姓名"), **field_line(1, "手机", "phone")}

    answer = office.post("/collections/new", {**HEAD, "line": ["0", "1"], **lines})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "您现在的任职不能收集个人信息" in page
    assert 'aria-describedby="1-error"' in page
    assert 'value="手机"' in page
    assert not Collection.objects.unscoped("a test looks").exists()


def test_more_lines_are_given_without_losing_what_was_typed(cast: Cast) -> None:
    office = browser(cast.officer)
    lines = field_line(0, "姓名")

    answer = office.post("/collections/new", {"title": "", "line": ["0"], **lines, "then": "more"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('name="line"') == 4
    assert 'value="姓名"' in page
    assert "这里还没有填" not in page


def test_empty_draft_is_not_sent_and_says_why(cast: Cast) -> None:
    office = browser(cast.officer)
    form = drafted(cast.officer, fields=())

    answer = office.post(f"/collections/{form.pk}/open", {"version": form.version})

    assert answer.status_code == 422
    assert "收集表还不能这样保存或发出：还没有字段。" in answer.content.decode()


def test_rows_are_filled_and_handed_in(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)
    school = browser(cast.clerk)
    typed_rows = {
        "row": ["n0", "n1"], "n0-f1": "林晓棠", "n0-f2": "3", "n0-f3": "小学",
        "n1-f1": "", "n1-f2": "", "n1-f3": "",
    }  # fmt: skip

    answer = school.post(page_of(part), {**typed_rows, "then": "send", "key": "k1"}, follow=True)

    assert rows_of(part) == [(0, {"f1": "林晓棠", "f2": "3", "f3": "小学"})]
    assert "已提交" in answer.content.decode()
    assert 'name="row"' not in answer.content.decode()


def test_wrong_cell_is_told_beside_it_and_what_was_typed_stays(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)

    answer = browser(cast.lead).post(
        page_of(part), {"row": ["n0"], "n0-f1": "林晓棠", "n0-f2": "三个", "n0-f3": ""}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“人数”要填整数，例如 12。" in page
    assert 'id="n0-f2-error"' in page
    assert 'value="三个"' in page
    assert rows_of(part) == []


def test_incomplete_part_is_kept_and_its_gaps_are_marked(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)

    answer = browser(cast.lead).post(
        page_of(part),
        {"row": ["n0"], "n0-f1": "林晓棠", "n0-f2": "", "n0-f3": "", "then": "send"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第一处在第 1 行“人数”" in page
    assert "“人数”还没有填。" in page
    assert rows_of(part) == [(0, {"f1": "林晓棠", "f2": "", "f3": ""})]


def test_other_persons_value_is_shown_and_only_knowingly_overwritten(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)
    fill(cast.lead, part, typed("林晓棠", "3"))
    row = first_row(part)
    fill(cast.clerk, part, typed("林晓棠", "4", id=row.pk, version=1))
    mine = {
        "row": [str(row.pk)], f"{row.pk}-v": "1", f"{row.pk}-s": "x",
        f"{row.pk}-f1": "林晓棠", f"{row.pk}-f2": "5", f"{row.pk}-f3": "",
    }  # fmt: skip
    school = browser(cast.lead)

    answer = school.post(page_of(part), mine)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "沈一鸣" in page
    assert "现在写着：4" in page
    assert 'value="5"' in page
    assert f'name="{row.pk}-a" value="2"' in page
    assert rows_of(part) == [(0, {"f1": "林晓棠", "f2": "4", "f3": ""})]
    school.post(page_of(part), {**mine, f"{row.pk}-a": "2"})
    assert rows_of(part) == [(0, {"f1": "林晓棠", "f2": "5", "f3": ""})]


def test_pasted_table_is_checked_first_and_written_second(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)
    school = browser(cast.lead)
    bad = "人数\t姓名\r\n3\t林晓棠\r\n多\t陈敏\r\n"

    checked = school.post(f"{page_of(part)}/paste", {"table": bad, "then": "write"})
    assert checked.status_code == 200
    assert "读到 2 行，其中 1 行有错" in checked.content.decode()
    assert rows_of(part) == []

    good = bad.replace("多", "1")
    assert (
        "读到 2 行，都对"
        in school.post(f"{page_of(part)}/paste", {"table": good, "then": "check"}).content.decode()
    )
    assert rows_of(part) == []
    school.post(f"{page_of(part)}/paste", {"table": good, "then": "write"})
    assert [values["f1"] for _, values in rows_of(part)] == ["林晓棠", "陈敏"]


def test_w78_pasted_row_with_more_cells_than_fields_is_refused(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)

    answer = browser(cast.lead).post(
        f"{page_of(part)}/paste", {"table": "林晓棠\t3\t小学\t多出来", "then": "write"}
    )

    assert answer.status_code == 422
    assert "第 1 行有 4 格，收集表只有 3 个字段，没有写入。" in answer.content.decode()
    assert rows_of(part) == []


def test_part_is_split_and_taken_back(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)
    school = browser(cast.lead)

    assert school.post(f"{page_of(part)}/split", {"key": "k"}).status_code == 422
    school.post(f"{page_of(part)}/split", {"unit": [str(cast.group.pk)]})
    of_group = part_of(part.collection, cast.group.pk)
    fill(cast.teacher, of_group, typed("林晓棠", "3"))
    assert "数学组" in text_of(school, page_of(part))
    school.post(f"{page_of(of_group)}/take-back")

    assert [values["f1"] for _, values in rows_of(part)] == ["林晓棠"]


def test_part_is_returned_with_a_reason(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)
    filled_and_sent(cast.lead, part, typed("林晓棠", "3"))
    office = browser(cast.officer)

    assert office.post(f"{page_of(part)}/return", {"because": ""}).status_code == 422
    office.post(f"{page_of(part)}/return", {"because": "人数与花名册不符"})

    assert "人数与花名册不符" in text_of(browser(cast.lead), page_of(part))


def test_report_of_nothing_is_handed_in(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)

    browser(cast.lead).post(f"{page_of(part)}/nothing", {"key": "k"})

    assert "零报告：没有这类情况" in text_of(browser(cast.officer), page_of(part))


def test_what_is_not_handed_in_is_not_shown_to_the_office(cast: Cast) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)
    fill(cast.lead, part, typed("未交的姓名", "3"))

    page = text_of(browser(cast.officer), page_of(part))

    assert "未交的姓名" not in page
    assert "交了才能看填的内容" in page


@pytest.mark.parametrize("who", ["other_lead", "far_lead", "city_officer", "outsider"])
def test_outsider_sees_neither_part_nor_form(cast: Cast, who: str) -> None:
    form = opened(cast.officer)
    part = part_of(form, cast.school.pk)
    fill(cast.lead, part, typed("林晓棠", "3"))
    client = browser(getattr(cast, who))

    for address in (
        page_of(part), f"{page_of(part)}/paste", f"{page_of(part)}/split",
        f"{page_of(part)}/return", f"/collections/{form.pk}", f"/collections/{form.pk}/reminder",
        f"/collections/{form.pk}/reminder.png", f"/collections/{form.pk}/edit",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code in {403, 404}
        assert "林晓棠" not in answer.content.decode()
    for address in (
        page_of(part), f"/collections/{form.pk}/export", f"/collections/{form.pk}/close",
        f"{page_of(part)}/take-back",
    ):  # fmt: skip
        assert client.post(address, {"row": ["n0"], "n0-f1": "外人"}).status_code in {403, 404}
    assert form_of(form.pk).state == "open"
    assert [values["f1"] for _, values in rows_of(part)] == ["林晓棠"]


def test_personal_values_are_for_who_filled_them_and_for_the_office_of_the_school(
    cast: Cast,
) -> None:
    part = part_of(opened(cast.lead, fields=PERSONAL, kinds=("group",)), cast.group.pk)
    filled_and_sent(cast.teacher, part, typed("林晓棠", "13900001234"))

    assert "13900001234" in text_of(browser(cast.teacher), page_of(part))
    assert "13900001234" in text_of(browser(cast.clerk), page_of(part))
    hidden = text_of(browser(cast.colleague), page_of(part))
    assert "13900001234" not in hidden
    assert "已填，按权限不显示" in hidden


def exported(client: Client, form: Collection, kind: str = "xlsx") -> bytes:
    answer = client.post(f"/collections/{form.pk}/export", {"kind": kind})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return answer.content


def test_merged_table_follows_the_order_of_units_and_of_their_groups(cast: Cast) -> None:
    form = opened(cast.officer)
    mine, other = part_of(form, cast.school.pk), part_of(form, cast.other_school.pk)
    filled_and_sent(cast.other_lead, other, typed("赵启明", "1200", "初中"))
    school = browser(cast.lead)
    school.post(f"{page_of(mine)}/split", {"unit": [str(cast.group.pk)]})
    filled_and_sent(cast.teacher, part_of(form, cast.group.pk), typed("=1+1", "3"))
    fill(cast.lead, mine, typed("何敏仪", "1", "小学"))
    school.post(page_of(mine), {"then": "send"})

    raw = exported(browser(cast.officer), form)

    book = load_workbook(io.BytesIO(raw))
    assert book.sheet_names == ["汇总", "问题清单", "单位情况"]
    assert book.get_sheet_by_name("汇总").to_python() == [
        ["序号", "单位", "组", "姓名", "人数", "学段"],
        [1.0, "榕荫小学", "", "何敏仪", 1.0, "小学"],
        [2.0, "榕荫小学", "数学组", "=1+1", 3.0, ""],
        [3.0, "珠岸中学", "", "赵启明", 1200.0, "初中"],
    ]
    assert [row[:3] for row in book.get_sheet_by_name("单位情况").to_python()] == [
        ["单位", "组", "状态"],
        ["榕荫小学", "", "已交"],
        ["榕荫小学", "数学组", "已交"],
        ["珠岸中学", "", "已交"],
    ]
    csv = exported(browser(cast.officer), form, "csv").decode("utf-8-sig")
    assert "2,榕荫小学,数学组,'=1+1,3," in csv
    assert AuditRow.objects.filter(action="collection.export").count() == 2


def test_values_far_from_the_others_are_listed_as_problems(cast: Cast) -> None:
    form = opened(cast.officer)
    part = part_of(form, cast.school.pk)
    rows = [typed(f"教师{number}", "60") for number in range(5)]
    filled_and_sent(cast.lead, part, *rows, typed("多写了零", "6000"))

    book = load_workbook(io.BytesIO(exported(browser(cast.officer), form)))

    assert book.get_sheet_by_name("问题清单").to_python()[1:] == [
        ["人数", "榕荫小学", "", 6.0, 6000.0, "与各单位的中间值相差 10 倍以上，请核对单位和小数点"]
    ]


def test_export_of_an_officer_holds_no_personal_value(cast: Cast) -> None:
    form = opened(cast.lead, fields=PERSONAL, kinds=("group",))
    filled_and_sent(cast.teacher, part_of(form, cast.group.pk), typed("林晓棠", "13900001234"))
    lead = browser(cast.lead)

    assert b"13900001234" in exported(lead, form, "csv")
    Collection.objects.unscoped("as if the district had asked").update(unit=cast.district)
    CollectionPart.objects.unscoped("as if the school had filled").update(unit=cast.school)
    hidden = exported(browser(cast.officer), form, "csv").decode()
    assert "13900001234" not in hidden
    assert "林晓棠,（按权限不显示）" in hidden


def test_reminder_names_units_and_nobody(cast: Cast, settings: Settings) -> None:
    settings.ASSETS = FONTS.parent
    form = opened(cast.officer)
    filled_and_sent(cast.other_lead, part_of(form, cast.other_school.pk), typed("赵启明", "3"))
    office = browser(cast.officer)

    page = text_of(office, f"/collections/{form.pk}/reminder")
    picture = office.get(f"/collections/{form.pk}/reminder.png")

    assert (
        "【催办】教师情况收集表，12月6日（周日）10:00 前交。已交 1 / 2 个，还有 1 个：榕荫小学。"
        "请登录考成填报。" in page
    )
    assert "何敏仪" not in page
    assert picture.content[:4] == b"\x89PNG"


def test_chased_closed_and_reopened_from_the_board(cast: Cast) -> None:
    form = opened(cast.officer)
    office = browser(cast.officer)
    address = f"/collections/{form.pk}"

    chased = office.post(f"{address}/chase", {"key": "a"}, follow=True).content.decode()
    assert "已催办 2 个单位，3 人收到提醒" in chased
    office.post(f"{address}/close", {"key": "b"})
    assert form_of(form.pk).state == "closed"
    refused = office.post(f"{address}/reopen", {"due_on": "2026-11-01"}, follow=True)
    assert "截止时间已经过去" in refused.content.decode()
    office.post(f"{address}/reopen", {"due_on": "2026-12-31", "key": "c"})
    assert form_of(form.pk).state == "open"
    copied = office.post(f"{address}/copy", {"key": "d"})
    assert copied["Location"].endswith("/edit")
    draft = form_of(int(copied["Location"].split("/")[2]))
    office.post(f"/collections/{draft.pk}/drop", {"key": "e"})
    assert Collection.objects.unscoped("a test looks").count() == 1


def more_schools(cast: Cast, count: int) -> None:
    for number in range(count):
        unit(f"新校{number}", "school", cast.town)


def test_board_asks_as_often_for_many_schools_as_for_few(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    office = browser(cast.officer)
    few = opened(cast.officer)
    more_schools(cast, 2)
    many = opened(cast.officer)

    for form, count in ((few, 2), (many, 4)):
        with django_assert_num_queries(BOARD):
            page = text_of(office, f"/collections/{form.pk}")
        assert page.count('<th scope="row">') == count


def lists(client: Client, address: str) -> Callable[[], int]:
    return lambda: text_of(client, address).count('<th scope="row">')


@pytest.mark.parametrize("address", ["/collections", "/collections/asked"])
def test_list_asks_as_often_for_three_forms_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, address: str
) -> None:
    who = cast.lead if address == "/collections" else cast.officer
    rows = lists(browser(who), address)
    for count in (1, 3):
        while Collection.objects.unscoped("a test looks").count() < count:
            opened(cast.officer)
        with django_assert_num_queries(LIST):
            assert rows() == count


def test_part_asks_as_often_for_three_rows_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    part = part_of(opened(cast.officer), cast.school.pk)
    client = browser(cast.lead)
    fill(cast.lead, part, typed("甲", "1"))

    for count in (1, 3):
        with django_assert_num_queries(PART):
            page = text_of(client, page_of(part))
        assert page.count('name="remove"') == count
        fill(cast.clerk, part, typed("乙", "2"), typed("丙", "3"))


def test_late_part_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from kaocheng.gateways.clock import CLOCK

    form = opened(cast.officer)
    monkeypatch.setattr(CLOCK, "source", lambda: DUE + timedelta(days=1))

    assert NOW < DUE
    assert "已逾期" in text_of(browser(cast.officer), f"/collections/{form.pk}")
    assert len(FIELDS) == 3


BOARD = 7
LIST = 5
PART = 6
