"""Pages of adopting: from the library to approval, amendments, another text."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from kaocheng.actions.adoption_roster import fill_roster
from kaocheng.actions.amendment import make_amendment
from kaocheng.queries.adopted import adopted
from kaocheng.records.models import Adoption, Amendment
from tests.actions.test_adoption import again, lines_of, settle, start, subjects
from tests.actions.test_adoption_replacement import MORE_OF_A_DISTRICT, NARROWER, ONE_MORE, newer
from tests.adopting import adopt, fill
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


def test_an_amendment_of_a_later_day_is_told_beside_the_day(cast: Cast, in_force: Adoption) -> None:
    sent = {"then": "write", "version": 1, "d-district.to": "2023-12-29", "why": "延期"}

    wrong = signed_in(cast.city_officer).post(
        f"/adoptions/{in_force.pk}/dates", {**sent, "takes_effect_on": "2026-12-01"}
    )

    assert wrong.status_code == 422
    assert "修订不能从 2026-12-01 起" in wrong.content.decode()


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

    with django_assert_num_queries(6):
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

    with django_assert_num_queries(7):
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
    with django_assert_num_queries(11):
        officer.get(f"/adoptions/{draft.pk}/holders")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "page", ["", "/parameters", "/parameters/indicators", "/holders", "/dates"]
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
