"""What a check of an adoption finds beside the engine, and how its page says what to do."""

from __future__ import annotations

from kaocheng.access.actor import Actor
from kaocheng.actions.adoption import set_dates, settle_adoption
from kaocheng.actions.adoption_roster import fill_roster
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.adopted import adopted
from kaocheng.queries.adoption import adoption_page
from kaocheng.queries.adoption_check import checked
from kaocheng.queries.adoption_findings import FindingLine, check_page
from kaocheng.queries.round import choices
from kaocheng.records.models import Adoption, Person
from tests.actions.test_adoption import again, complete, settle, start
from tests.adopting import adopt
from tests.cast import Cast, by

S2, APPRAISAL = "s2-guangzhou", "s0.4-appraisal"


def acting(who: Person) -> Actor:
    return by(who).actor


def lines(who: Person, adoption: Adoption) -> dict[str, FindingLine]:
    found = check_page(acting(who), adoption.pk, now=CLOCK.now())
    return {one.reason: one for one in (*found.must, *found.may, *found.text)}


def test_k104_a_roster_that_lacks_what_results_rest_on_is_told(cast: Cast) -> None:
    officer = cast.city_officer
    draft = settle(officer, start(officer, S2))
    for roster in ("district", "school", "guide"):
        source = draft.sources[roster]
        fill_roster(by(officer), adoption_id=draft.pk, roster=roster, source=source)

    told = checked(adopted(again(draft.pk))).must

    assert [one.reason() for one in told] == [
        "名册“学校”有必填的栏还空着：市直属学校 3、第一轮考核结果 3，缺了算不出结果。",
        "名册“研训指导教师”有必填的栏还空着：在市工程办遴选公示名单上 1，缺了算不出结果。",
    ]
    line = lines(officer, draft)[told[0].reason()]
    assert (line.page, line.part) == ("adoption-roster", "school")
    complete(officer, again(draft.pk))
    assert checked(adopted(again(draft.pk))).must == ()


def test_k105_days_that_have_all_passed_are_told_on_every_page_before_a_round(cast: Cast) -> None:
    officer = cast.city_officer
    draft = start(officer, S2)

    (told,) = [one for one in checked(adopted(draft)).may if one.id == "K105"]
    assert told.reason() == "通知里的日期都已过去，最后一天是 2024-01-31。"
    assert lines(officer, draft)[told.reason()].page == "adoption-dates"
    page = adoption_page(acting(officer), draft.pk, now=CLOCK.now())
    (dates,) = [one for one in page.matters if one.page == "adoption-dates"]
    assert (dates.words, dates.is_done) == ("都已过去，请挪到这一轮的日期", False)

    set_dates(
        by(officer), adoption_id=draft.pk, version=1, days={"city_review_phase.to": "2026-12-29"}
    )
    assert "K105" not in {one.id for one in checked(adopted(again(draft.pk))).may}


def test_what_a_round_can_be_started_of_says_that_its_days_have_passed(cast: Cast) -> None:
    adoption = adopt(S2, cast.city).adoption
    actor = acting(cast.city_officer)
    (choice,) = choices(actor, today=CLOCK.today())
    assert str(choice.last_day_gone) == "2024-01-31"

    adoption.dates = {"city_review_phase.to": "2026-12-29"}
    adoption.save()

    (choice,) = choices(actor, today=CLOCK.today())
    assert choice.last_day_gone is None


def test_a_parameter_is_settled_on_its_page_not_in_a_file(cast: Cast) -> None:
    found = lines(cast.lead, start(cast.lead, APPRAISAL))
    titled = {one.where: one for one in found.values()}

    weight = titled["参数“季度考核中工作业绩的权重”"]
    assert (weight.id, weight.page) == ("L02", "adoption-parameters")
    assert weight.remedy == (
        "请打开“参数”，填写“季度考核中工作业绩的权重”，或勾“就按 50%”。"
        "通知说是重点的部分，权重应最大；各部分合计 100%。"
    )
    assert not [one for one in found.values() if one.page and "parameters.csv" in one.remedy]


def test_a_table_that_the_notice_lacks_is_settled_on_a_page_of_its_own(cast: Cast) -> None:
    found = lines(cast.city_officer, start(cast.city_officer, S2))
    titled = {one.where: one for one in found.values()}

    table = titled["参数“绩效考核指标体系（附件1）”"]
    assert (table.id, table.page, table.part) == ("L04", "adoption-table", "indicators")
    assert table.remedy.startswith(
        "请打开表“绩效考核指标体系（附件1）”，填好以后保存。请向发文单位取得"
    )


def test_what_only_the_text_of_the_scheme_can_mend_leads_nowhere(cast: Cast) -> None:
    draft = start(cast.city_officer, S2)
    page = check_page(acting(cast.city_officer), draft.pk, now=CLOCK.now())

    assert any(one.where.startswith("通知原文 第 ") for one in page.text)
    assert not any(one.page for one in page.text)
    assert all(one.page for one in page.may)


def test_a_value_that_no_longer_fits_is_told_beside_its_parameter(cast: Cast) -> None:
    draft = settle(cast.city_officer, start(cast.city_officer, S2))
    draft.parameters["pass_line"] = "101"
    draft.save()

    (line,) = [one for one in lines(cast.city_officer, draft).values() if one.id == "F45"]
    assert (line.where[:2], line.page) == ("参数", "adoption-parameters")
    settle_adoption(
        by(cast.city_officer),
        adoption_id=draft.pk,
        version=draft.version,
        parameters={"pass_line": "60"},
    )
