"""Pages of adopting: from the library to approval, amendments, another text."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries
from python_calamine import load_workbook

from kaocheng.actions.adoption_roster import fill_roster
from kaocheng.actions.amendment import make_amendment
from kaocheng.queries.adopted import adopted
from kaocheng.records.models import Adoption, Amendment
from tests.actions.test_adoption import (
    again,
    complete,
    lines_of,
    listed_school,
    settle,
    start,
    subjects,
)
from tests.actions.test_adoption_replacement import MORE_OF_A_DISTRICT, NARROWER, ONE_MORE, newer
from tests.adopting import adopt, fill, open_round
from tests.cast import Cast, by
from tests.web.axe import violations
from tests.web.conftest import Open
from tests.web.reader import signed_in

S2, APPRAISAL = "s2-guangzhou", "s0.4-appraisal"
TODAY = date(2026, 11, 27)
SCHEMES = Path(settings.SCHEMES)


@pytest.fixture
def draft(cast: Cast) -> Adoption:
    return start(cast.city_officer, S2)


@pytest.fixture
def in_force(cast: Cast) -> Adoption:
    return adopt(S2, cast.city).adoption


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_lead_adopts_a_scheme_from_the_library(cast: Cast) -> None:
    lead = signed_in(cast.lead)

    library = lead.get("/schemes").content.decode()
    page = lead.get(f"/adoptions/new/{APPRAISAL}").content.decode()
    sent = lead.post(f"/adoptions/new/{APPRAISAL}", {"title": "2026年绩效考核", "key": "k1"})
    one = lead.get(sent["Location"]).content.decode()

    assert f"/adoptions/new/{APPRAISAL}" in library
    assert "开始准备" in page
    assert "还要定的事" in one
    assert "2026年绩效考核" in one
    assert "还差" in text(one)
    assert "批准施行" not in one


def test_teachers_are_not_offered_to_adopt(cast: Cast) -> None:
    teacher = signed_in(cast.teacher)

    assert "采用这个方案" not in teacher.get("/schemes").content.decode()
    assert teacher.get(f"/adoptions/new/{APPRAISAL}").status_code == 403


def test_parameters_are_confirmed_typed_and_told_where_wrong(cast: Cast, draft: Adoption) -> None:
    officer = signed_in(cast.city_officer)
    address = f"/adoptions/{draft.pk}/parameters"
    page = officer.get(address).content.decode()
    assert "就按 60分" in page
    assert "附件1没有附上" in page

    wrong = officer.post(address, {"version": 1, "p-pass_line": "101", "p-gap_line": "8"})
    assert wrong.status_code == 422
    told = wrong.content.decode()
    assert "1 处有问题，都没有写入" in told
    assert 'value="101"' in told
    assert "101 超出范围（0 至 100）" in told

    officer.post(address, {"version": 1, "c-pass_line": "on", "p-pass_line": "", "p-gap_line": "8"})
    assert again(draft.pk).parameters == {"pass_line": "60", "gap_line": "8"}


def test_a_table_is_pasted_looked_at_and_saved(cast: Cast, draft: Adoption) -> None:
    officer = signed_in(cast.city_officer)
    address = f"/adoptions/{draft.pk}/parameters/indicators"
    lines = lines_of(draft, "indicators")
    titles = ["指标代码", "指标", "满分", "必达指标"]
    table = "\n".join("\t".join(row) for row in [titles, *lines[1:]])

    shown = officer.post(address, {"then": "paste", "table": table}).content.decode()
    assert f'name="r-0-0" value="{lines[1][0]}"' in shown
    assert again(draft.pk).parameters == {}

    cells = {
        f"r-{row}-{column}": cell
        for row, line in enumerate(lines[1:])
        for column, cell in enumerate(line)
    }
    sent = {"then": "write", "version": 1, "rows": len(lines) - 1, **cells}
    wrong = officer.post(address, {**sent, "r-1-2": "很多"})
    assert wrong.status_code == 422
    assert 'aria-describedby="e-1-2"' in wrong.content.decode()
    more = officer.post(address, {**sent, "then": "more"}).content.decode()
    assert f'name="r-{len(lines) + 1}-0"' in more

    officer.post(address, sent)
    assert again(draft.pk).parameters["indicators"] == lines


def test_titles_say_how_many_people_they_find(cast: Cast, draft: Adoption) -> None:
    officer = signed_in(cast.city_officer)
    address = f"/adoptions/{draft.pk}/holders"
    assert "填好名册后再数" in officer.get(address).content.decode()
    source = {"from": "units", "kind": "school"}
    fill_roster(by(cast.city_officer), adoption_id=draft.pk, roster="school", source=source)

    page = officer.get(address).content.decode()
    assert "现在能找到 3 人" in page
    assert "登记“学校自评打分”" in page

    version = again(draft.pk).version
    wrong = officer.post(address, {"version": version, "h-0": "field:::nonsense::0"})
    assert wrong.status_code == 422
    assert "不在可选的范围里" in wrong.content.decode()
    officer.post(address, {"version": version, "h-0": "outside:::::0", "h2-0": ""})
    assert again(draft.pk).holders["区工程办"] == [{"how": "outside"}]


def test_dates_move_as_a_whole_and_hang_together(cast: Cast, draft: Adoption) -> None:
    officer = signed_in(cast.city_officer)
    address = f"/adoptions/{draft.pk}/dates"
    assert "整体挪后 3 年" in officer.get(address).content.decode()

    moved = officer.post(address, {"then": "move", "years": "3"}).content.decode()
    assert 'name="d-district.to" value="2026-12-26"' in moved
    assert again(draft.pk).dates == {}

    officer.post(address, {"then": "write", "version": 1, "d-district.to": "2023-12-29"})
    calendar = officer.get(f"/adoptions/{draft.pk}/calendar").content.decode()
    assert "2023年12月7日（周四）至12月29日（周五）" in calendar
    assert "区级考核打分" in calendar
    dates = text(officer.get(address).content.decode())
    assert "没有固定日期" in dates  # of 通报, which has none
    assert "到 2023年12月29日 （通知写的是：2023年12月26日）" in dates


def test_periods_are_edited_and_told_where_wrong(cast: Cast) -> None:
    draft = start(cast.lead, APPRAISAL)
    lead = signed_in(cast.lead)
    address = f"/adoptions/{draft.pk}/periods"
    assert 'value="2026Q4"' in lead.get(address).content.decode()
    row = ["quarter", "Q1", "一季度", "2026-03-31", "2026-01-01"]
    sent = {f"r-0-{column}": cell for column, cell in enumerate(row)}

    wrong = lead.post(address, {"then": "write", "version": 1, "rows": 1, **sent})
    assert wrong.status_code == 422
    lead.post(address, {"then": "write", "version": 1, "rows": 1, **sent, "r-0-3": "2026-01-01"})

    assert len(again(draft.pk).periods) == 1


def test_a_roster_is_taken_from_the_directory_and_completed_by_a_table(
    cast: Cast, draft: Adoption
) -> None:
    officer = signed_in(cast.city_officer)
    address = f"/adoptions/{draft.pk}/rosters/district"

    officer.post(f"{address}/fill", {"kind": "district"})
    page = officer.get(address).content.decode()
    wrong = officer.post(f"{address}/paste", {"table": "区编号\t区名\nYS\t"})
    told = text(wrong.content.decode())
    officer.post(f"{address}/paste", {"table": "区编号\t区名\nYS\t新区"})

    assert "名册现有 2 条" in page
    assert "云山区" in page
    assert wrong.status_code == 422
    assert "第 2 行“区名”：" in told
    assert "YS" in subjects(draft, "district")
    listed = officer.get(f"/adoptions/{draft.pk}/rosters").content.decode()
    assert "本单位及下级的区" in listed
    officer.post(f"{address}/empty")
    assert subjects(draft, "district") == {}


def test_findings_lead_to_where_they_are_settled_and_approval_ends_them(
    cast: Cast, draft: Adoption
) -> None:
    officer = signed_in(cast.city_officer)
    page = officer.get(f"/adoptions/{draft.pk}/check").content.decode()
    assert "名册“学校”还是空的" in page
    assert f"/adoptions/{draft.pk}/rosters" in page
    refused = officer.post(f"/adoptions/{draft.pk}/approve", {"version": 1})
    assert refused.status_code == 422

    settle(cast.city_officer, draft)
    for roster in ("district", "school", "guide"):
        fill_roster(
            by(cast.city_officer),
            adoption_id=draft.pk,
            roster=roster,
            source=draft.sources[roster],
        )
    page = officer.get(f"/adoptions/{draft.pk}/check").content.decode()
    assert "名册“学校”有必填的栏还空着：市直属学校 3、第一轮考核结果 3" in page
    assert f'href="/adoptions/{draft.pk}/rosters/school"' in page
    complete(cast.city_officer, draft)
    page = officer.get(f"/adoptions/{draft.pk}/check").content.decode()
    assert "没有了，可以批准" in page
    officer.post(f"/adoptions/{draft.pk}/approve", {"version": again(draft.pk).version})

    assert "施行中" in officer.get(f"/adoptions/{draft.pk}").content.decode()


def test_in_force_the_same_page_amends_with_a_reason(cast: Cast, in_force: Adoption) -> None:
    officer = signed_in(cast.city_officer)
    address = f"/adoptions/{in_force.pk}/dates"
    assert "这是修订" in officer.get(address).content.decode()
    sent = {"then": "write", "version": 1, "d-district.to": "2023-12-29"}

    wrong = officer.post(address, sent)
    assert wrong.status_code == 422
    assert 'value="2023-12-29"' in wrong.content.decode()
    assert not Amendment.objects.unscoped("a test").exists()

    officer.post(address, {**sent, "why": "学校反映时间太紧", "takes_effect_on": "2026-11-27"})

    page = text(
        signed_in(cast.teacher).get(f"/adoptions/{in_force.pk}/amendments").content.decode()
    )
    assert "学校反映时间太紧" in page
    assert "（二）区级考核（截止）： 2023年12月26日 → 2023年12月29日" in page


def test_whoever_prepares_cannot_amend_what_is_in_force(cast: Cast) -> None:
    adoption = adopt(APPRAISAL, cast.school).adoption
    sent = {"then": "write", "version": 1, "why": "笔误", "takes_effect_on": "2026-11-27"}

    answer = signed_in(cast.clerk).post(f"/adoptions/{adoption.pk}/dates", sent)

    assert answer.status_code == 403
    assert not Amendment.objects.unscoped("a test").exists()


def test_a_scheme_that_there_is_not_cannot_be_adopted(cast: Cast) -> None:
    assert signed_in(cast.lead).get("/adoptions/new/none").status_code == 404


def test_an_amendment_of_a_later_day_is_told_until_it_comes_and_can_be_withdrawn(
    cast: Cast, in_force: Adoption
) -> None:
    officer, number = signed_in(cast.city_officer), in_force.pk
    sent = {"then": "write", "version": 1, "d-district.to": "2023-12-29", "why": "延期"}
    wrong = officer.post(f"/adoptions/{number}/dates", {**sent, "takes_effect_on": "2025-12-01"})
    assert wrong.status_code == 422
    assert "修订不能从 2025-12-01 起生效" in wrong.content.decode()

    officer.post(f"/adoptions/{number}/dates", {**sent, "takes_effect_on": "2026-12-01"})
    officer.post(
        f"/adoptions/{number}/parameters",
        {
            "then": "write",
            "version": 2,
            "p-pass_line": "70",
            "why": "提高",
            "takes_effect_on": "2026-12-02",
        },
    )

    to_be = "2026年12月1日起：2023年12月29日（第 1 号修订）"
    assert f"到 {to_be}" in text(officer.get(f"/adoptions/{number}/dates").content.decode())
    line = "2026年12月2日起：70分（第 2 号修订）"
    assert line in officer.get(f"/adoptions/{number}/parameters").content.decode()
    teacher = signed_in(cast.teacher)
    page = text(teacher.get(f"/adoptions/{number}").content.decode())
    assert f"60分 {line}" in page
    assert "还没生效" in page
    assert to_be in teacher.get(f"/adoptions/{number}/calendar").content.decode()
    listed = teacher.get(f"/adoptions/{number}/amendments").content.decode()
    assert "：现在 60分 → 12月2日起 70分" in text(listed).replace(" ", " ")
    assert "撤回这次修订" not in listed

    made = Amendment.objects.unscoped("a test").get(number=2)
    address = f"/amendments/{made.pk}/withdraw"
    assert "到那天不会变" in officer.get(address).content.decode()
    officer.post(address, {"because": "市里没有批", "key": "w1"})

    page = text(teacher.get(f"/adoptions/{number}/amendments").content.decode())
    assert "已撤回" in page
    assert "市里没有批" in page
    assert "不能再撤" in officer.get(address).content.decode()
    assert line not in officer.get(f"/adoptions/{number}/parameters").content.decode()


def test_what_is_open_is_listed_before_the_end_and_stopped_only_if_ticked(
    cast: Cast, in_force: Adoption
) -> None:
    officer, address = signed_in(cast.city_officer), f"/adoptions/{in_force.pk}/end"
    assert "没有没办完的事" in officer.get(address).content.decode()
    work = open_round(adopted(again(in_force.pk)))

    page = officer.get(address).content.decode()
    assert "没办完的事项 0，没交的评价 0，没计的投票 0" in page
    sent = {"because": "市里停了", "stop": [work.pk]}
    refused = officer.post(address, sent)
    assert "还有 1 项考核工作没有归档" in text(refused.content.decode())
    officer.post(address, {**sent, "sure": "on"})

    assert "已结束" in officer.get(f"/adoptions/{in_force.pk}").content.decode()
    board = text(officer.get(f"/rounds/{work.pk}").content.decode())
    assert "已中止 市里停了" in board


def test_another_text_is_compared_before_it_is_prepared(
    cast: Cast, in_force: Adoption, tmp_path: Path
) -> None:
    fill(adopted(again(in_force.pk)))
    newer(tmp_path, ONE_MORE, NARROWER, MORE_OF_A_DISTRICT)
    officer = signed_in(cast.city_officer)

    page = text(officer.get(f"/adoptions/{in_force.pk}/replace").content.decode())
    assert "学校自评打分 228 条，226 条照样有效， 2 条要补或要改" in page
    assert "区 3 条，0 条照样有效， 3 条要补或要改 ；要补：区代码" in page
    assert "要另定： 复核的比例" in page
    assert "学校自评打分·自评得分：最小可填由 0 改为 3" in page

    sent = officer.post(f"/adoptions/{in_force.pk}/replace", {"version": 1, "key": "r1"})
    one = officer.get(sent["Location"]).content.decode()
    assert "批准后替换：" in one
    assert "正在准备新文本：" in officer.get(f"/adoptions/{in_force.pk}").content.decode()


def test_the_same_text_is_not_offered(cast: Cast, in_force: Adoption) -> None:
    page = signed_in(cast.city_officer).get(f"/adoptions/{in_force.pk}/replace").content.decode()

    assert "没有别的文本" in page


def test_ending_asks_for_a_reason_and_keeps_all(cast: Cast, in_force: Adoption) -> None:
    officer = signed_in(cast.city_officer)
    assert "理由" in officer.get(f"/adoptions/{in_force.pk}/end").content.decode()

    officer.post(f"/adoptions/{in_force.pk}/end", {"because": "换了办法", "key": "e1"})

    assert "已结束" in officer.get(f"/adoptions/{in_force.pk}").content.decode()


def test_a_draft_is_deleted(cast: Cast, draft: Adoption) -> None:
    officer = signed_in(cast.city_officer)

    officer.post(f"/adoptions/{draft.pk}/discard", {"key": "d1"})

    assert officer.get(f"/adoptions/{draft.pk}").status_code == 404


def test_teachers_read_what_was_settled_and_nothing_to_click(
    cast: Cast, in_force: Adoption
) -> None:
    page = signed_in(cast.teacher).get(f"/adoptions/{in_force.pk}").content.decode()

    assert "合格的最终得分" in page
    assert "60分" in page
    assert "定下的事" not in page
    assert "结束施行" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_however_long(
    cast: Cast, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    packs = (S2, APPRAISAL, "s4.2-township")[:count]
    for pack in packs:
        adopt(pack, cast.school)
    lead = signed_in(cast.lead)
    lead.get("/adoptions")

    with django_assert_num_queries(5):
        page = lead.get("/adoptions").content.decode()

    assert page.count("施行中") == count


@pytest.mark.parametrize("count", [1, 3])
def test_amendments_take_the_same_queries_however_many(
    cast: Cast,
    in_force: Adoption,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        make_amendment(
            by(cast.city_officer),
            adoption_id=in_force.pk,
            version=number + 1,
            why="延期",
            takes_effect_on=TODAY,
            dates={"district.to": f"2023-12-{27 + number}"},
        )
    officer = signed_in(cast.city_officer)
    officer.get(f"/adoptions/{in_force.pk}/amendments")

    with django_assert_num_queries(6):
        officer.get(f"/adoptions/{in_force.pk}/amendments")


@pytest.mark.parametrize("kind", ["district", "school"])
def test_rosters_and_titles_take_the_same_queries_however_many_rows(
    cast: Cast, draft: Adoption, kind: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    source = {"from": "units", "kind": kind}
    fill_roster(by(cast.city_officer), adoption_id=draft.pk, roster="school", source=source)
    officer = signed_in(cast.city_officer)

    with django_assert_num_queries(8):
        officer.get(f"/adoptions/{draft.pk}/rosters/school")
    with django_assert_num_queries(10):
        officer.get(f"/adoptions/{draft.pk}/holders")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "page", ["", "/parameters", "/parameters/indicators", "/holders", "/dates", "/check"]
)
def test_pages_can_be_used_by_everybody(
    cast: Cast, draft: Adoption, window: Open, page: str, width: int
) -> None:
    shown = window(f"/adoptions/{draft.pk}{page}", cast.city_officer, width=width)

    assert violations(shown) == []
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert shown.evaluate(too_wide) == 0


@pytest.mark.parametrize("pack", sorted(one.parent.name for one in SCHEMES.glob("*/scheme.yaml")))
def test_every_scheme_of_the_library_can_be_prepared(cast: Cast, pack: str) -> None:
    draft = start(cast.city_officer, pack)
    officer = signed_in(cast.city_officer)
    tables = [name for name, one in adopted(draft).pack.parameters.items() if one.type == "table"]
    rosters = [one.id for one in adopted(draft).rosters]
    pages = [
        *("", "/parameters", "/holders", "/rosters", "/periods", "/dates", "/calendar", "/check"),
        *(f"/parameters/{name}" for name in tables),
        *(f"/rosters/{name}" for name in rosters),
    ]

    answers = {page: officer.get(f"/adoptions/{draft.pk}{page}").status_code for page in pages}

    assert set(answers.values()) == {200}, answers


def test_what_lacks_in_a_roster_is_a_table_to_fill_in_and_send_again(
    cast: Cast, draft: Adoption
) -> None:
    officer = signed_in(cast.city_officer)
    for kind in ("district", "school"):
        source = {"from": "units", "kind": kind}
        fill_roster(by(cast.city_officer), adoption_id=draft.pk, roster=kind, source=source)
    address = f"/adoptions/{draft.pk}/rosters/school"
    before = subjects(draft, "school")

    page = officer.get(address).content.decode()
    book = load_workbook(io.BytesIO(officer.get(f"{address}/gaps").content))
    cells = book.get_sheet_by_name("学校").to_python()
    header, *rows = [[str(cell) for cell in row] for row in cells]
    choices = book.get_sheet_by_name("可以填什么").to_python()

    assert f"还缺必填栏的有 {len(before)} 行" in page
    assert "\t".join(header) in page
    assert header[:2] == ["学校编号", "校名"]
    assert {row[0] for row in rows} == set(before)
    assert ["第一轮考核结果", "未参加", ""] in choices
    filled = {"市直属学校": "否", "第一轮考核结果": "未参加"}
    wanted = [
        [filled.get(title, "") or cell for title, cell in zip(header, row, strict=True)]
        for row in rows[:1]
    ]
    table = "\n".join("\t".join(row) for row in (header, *wanted, *rows[1:]))
    sent = SimpleUploadedFile("学校.csv", table.replace("\t", ",").encode())
    seen = officer.post(f"{address}/paste", {"file": sent})
    assert seen.status_code == 200, text(seen.content.decode())
    assert "新增 0 行，改动 1 行" in seen.content.decode()
    assert [
        one for one in subjects(draft, "school").values() if "round1_result" in one.values
    ] == []
    officer.post(f"{address}/paste", {"table": table})
    after = subjects(draft, "school")
    [key] = [key for key in after if after[key].values != before[key].values]
    assert (key, after[key].values["round1_result"]) == (rows[0][0], "未参加")


def test_values_that_go_are_listed_before_any_of_them_is_taken_away(
    cast: Cast, draft: Adoption
) -> None:
    officer = signed_in(cast.city_officer)
    lines = listed_school(cast, draft)
    address = f"/adoptions/{draft.pk}/rosters/school/paste"
    table = "\n".join("\t".join(row) for row in lines)
    sent = {"table": table, "empties": "on", "key": "1"}

    first = officer.post(address, sent).content.decode()

    assert "会清空 1 处原来的值，看过没有错再写入：" in first
    assert '试点校绩效考核结果</span> <b translate="no">合格</b>' in first
    assert re.search(r'name="empties"[^>]* checked', first)
    assert subjects(draft, "school")["YS01"].values["pilot_result"] == "合格"
    [mark] = re.findall(r'name="going" value="([^"]+)"', first)

    more = table + "\n" + "YS02\t\t"
    wrong = officer.post(address, {**sent, "table": more, "going": mark, "key": "2"})
    other = officer.post(
        address, {**sent, "table": "学校编号\t试点校级别\nYS01\t", "going": mark, "key": "3"}
    )
    assert wrong.status_code == 422
    assert '试点校级别</span> <b translate="no">市级</b>' in other.content.decode()
    assert subjects(draft, "school")["YS01"].values["pilot"] == "市级"

    done = officer.post(address, {**sent, "going": mark, "key": "4"})
    values = subjects(draft, "school")["YS01"].values
    assert done.status_code == 302
    assert (values["pilot"], "pilot_result" in values) == ("省级", False)


def test_without_the_tick_an_empty_cell_changes_nothing_and_nothing_is_listed(
    cast: Cast, draft: Adoption
) -> None:
    officer = signed_in(cast.city_officer)
    lines = listed_school(cast, draft)
    address = f"/adoptions/{draft.pk}/rosters/school/paste"
    table = "\n".join("\t".join(row) for row in lines)

    seen = officer.post(address, {"table": table, "then": "check"}).content.decode()
    done = officer.post(address, {"table": table})

    assert "原来的值，看过没有错再写入" not in seen
    assert done.status_code == 302
    values = subjects(draft, "school")["YS01"].values
    assert (values["pilot"], values["pilot_result"]) == ("省级", "合格")
