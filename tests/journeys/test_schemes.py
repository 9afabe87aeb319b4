"""Schemes at work: a review that ends in a frozen score, an appraisal, a scheme taken up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.journeys.conftest import DESK, PHONE, Visit, today

pytestmark = pytest.mark.browser
Begin = Callable[..., Visit]

REVIEW = "广州市（第二轮）中小学“整校推进”绩效考核"
APPRAISAL = "信息网络人员季度、年度绩效考核方案"
STUDY = "鹿泉区第二实验小学信息技术应用能力提升工程2.0校本研修"
# Out of 10, 5, 5, 10, 5, 10, 15, 10, 8, 7, 8 and 7.
MARKS = ("9", "4.5", "4", "9", "4.5", "9", "14", "9", "7", "6", "7", "6")
SCAN: Any = {"name": "签字表.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}


def quarter(back: int = 0) -> str:
    """What the quarter under way is called, or one so many before it."""
    # The demo's quarters follow the day: three are behind it and one is under way.
    day = today()
    at = day.year * 4 + (day.month - 1) // 3 - back
    return f"{at // 4}年第{'一二三四'[at % 4]}季度"


def row(visit: Visit, words: str) -> Locator:
    return visit.page.locator("main tbody tr").filter(has_text=words).first


def open_row(visit: Visit, words: str) -> None:
    """The link at the head of the row that says this."""
    with visit.page.expect_navigation():
        row(visit, words).get_by_role("link").first.click()


def branch(visit: Visit, title: str) -> str:
    """A branch of the tree of a result, opened: what stands under it."""
    named = visit.page.get_by_text(title, exact=True)
    summary = visit.page.locator(".tree summary").filter(has=named).first
    summary.click()
    return summary.locator("..").inner_text()


def test_a_school_is_rated_and_reads_its_score_once_it_is_frozen(visit: Begin) -> None:
    reviewer = visit("rating", width=DESK)
    reviewer.sign_in("reviewer")
    reviewer.go("/reviews")
    assert "还有 3 份要评" in reviewer.look("queue")
    open_row(reviewer, "榕荫小学")
    assert "对方的自评分，在您那一项填好并保存后显示" in reviewer.look("form")
    boxes = reviewer.page.locator("form[data-autosave] tbody input")
    assert boxes.count() == len(MARKS)
    for box, mark in zip(boxes.all(), MARKS, strict=True):
        box.fill(mark)
    boxes.last.fill("8")
    reviewer.press("保存")
    wrong = reviewer.look("too-much")
    assert "已保存，有 1 处填得不对，改好才能提交" in wrong
    assert "“示范引领与帮扶”的“区级考核得分”最多 7 分，现在填了 8。" in wrong
    boxes.last.fill(MARKS[-1])
    reviewer.press("保存")
    assert "已保存，都填好了，可以提交" in reviewer.look("saved")
    assert row(reviewer, "信息化教育教学发展规划").get_by_text("9.5").is_visible()
    reviewer.press("提交")
    sent = reviewer.look("handed-in")
    assert "已提交" in sent
    assert re.search(r"89\s*/ 100", sent)
    reviewer.go("/reviews")
    assert "还有 2 份要评" in reviewer.look("queue-after")
    reviewer.sign_out()

    head = visit("rated", width=PHONE)
    head.sign_in("school_lead")
    head.go("/rounds")
    head.look("rounds")
    head.follow(REVIEW)
    assert "（二）区级考核" in head.look("round")
    head.follow("结果")
    head.look("results")
    head.follow("榕荫小学")
    score = head.look("score")
    assert "暂计" in score
    assert re.search(r"90\.10 / 100 分\s*合格", score)
    assert "18.90 + 71.20 ＝ 90.10" in score
    assert "4.5" in branch(head, "区级考核")
    head.look("branch")

    officer = visit("freezing", width=DESK)
    officer.sign_in("city_officer")
    officer.go("/results")
    officer.look("results")
    officer.follow(REVIEW)
    assert "缺“区级考核”" in row(officer, "望湖小学").inner_text()
    officer.look("table")
    officer.follow("冻结结果")
    assert "学校绩效考核：7 个对象缺数据" in officer.look("freeze")
    officer.press("冻结结果")
    refused = officer.look("refused")
    assert "没有冻结" in refused
    assert "望湖小学" in refused
    officer.page.get_by_label("缺数据也要冻结的理由").fill("七所学校另行补评，补好后重新打开。")
    officer.press("冻结结果")
    assert "已冻结 53 条结果" in officer.look("frozen")
    assert re.search(r"90\.10\s+分\s+合格", row(officer, "榕荫小学").inner_text())
    officer.go("/rounds")
    officer.follow(REVIEW)
    assert "结果已冻结" in officer.look("board")
    officer.sign_out()

    head.page.reload()
    assert "还没有签字确认" in head.look("frozen")
    head.press("签字确认")
    assert "何敏仪 已于" in head.look("signed")
    head.sign_out()


def test_an_employee_signs_a_quarter_and_hands_in_the_next(visit: Begin) -> None:
    employee = visit("employee", width=PHONE)
    employee.sign_in("company_employee")
    employee.go("/results")
    assert "暂计" in employee.look("results")
    with employee.page.expect_navigation():
        row(employee, quarter(1)).get_by_role("link", name="A", exact=True).click()
    tree = employee.look("quarter")
    assert re.search(r"88\.36 / 100 分\s*A", tree)
    assert "60.76 + 27.60 ＝ 88.36" in tree
    assert "92.00" in branch(employee, "工作表现")
    employee.press("签字确认")
    assert "方维民 已于" in employee.look("signed")

    employee.go("/registers")
    employee.look("registers")
    employee.follow("季度、年度述职/考核表")
    employee.look("register")
    page = employee.page
    page.get_by_label("员工").first.select_option(label="方维民")
    page.get_by_label("季度或年度").first.select_option(label=quarter())
    page.get_by_label("提交书面述职报告的日期").fill(today().isoformat())
    page.get_by_label("工作业绩自评分").fill("101")
    page.get_by_label("工作表现自评分").fill("91")
    page.get_by_label("佐证材料").set_input_files(SCAN)
    employee.press("登记")
    assert "101 超出范围（0 至 100）" in employee.look("too-much")
    assert page.get_by_label("工作表现自评分").input_value() == "91"
    page.get_by_label("工作业绩自评分").fill("90")
    page.get_by_label("佐证材料").set_input_files(SCAN)
    employee.press("登记")
    assert "已登记" in employee.look("handed-in")
    open_row(employee, quarter())

    entry = employee.look("entry")
    assert "签字表.pdf" in entry
    assert "90 分" in entry
    employee.sign_out()


def test_the_lead_of_a_company_changes_a_grade_and_puts_it_right(visit: Begin) -> None:
    lead = visit("company", width=DESK)
    lead.sign_in("company_lead")
    lead.go("/registers")
    assert "可以登记" in lead.look("registers")
    lead.follow("等级调整登记表")
    lead.look("register")
    page = lead.page
    page.get_by_label("员工").first.fill("方维民（XX02）")
    page.get_by_label("季度或年度").first.select_option(label=quarter(1))
    page.get_by_label("调整事由").first.select_option("申诉纠正")
    page.get_by_label("调整为").first.select_option("C")
    page.get_by_label("决定人").fill("赵建华")
    lead.press("先看影响")
    assert re.search(r"季度等级（审核调整后）\s*A → C", lead.look("effect"))
    page.get_by_label("佐证材料").set_input_files(SCAN)
    lead.press("登记")
    assert "属于已经归档的" in lead.look("archived")
    page.get_by_label("季度或年度").first.select_option(label=quarter())
    lead.press("先看影响")
    assert re.search(r"季度等级（审核调整后）\s*缺 → C", lead.look("effect-now"))
    page.get_by_label("佐证材料").set_input_files(SCAN)
    lead.press("登记")
    assert "已登记" in lead.look("entered")
    open_row(lead, "申诉纠正")
    lead.look("entry")

    lead.follow("更正")
    lead.look("correct")
    page.get_by_label("调整为").first.select_option("B")
    page.get_by_label("更正原因").fill("应降一级，填成了两级")
    lead.press("更正")
    assert "这一条更正了另一条" in lead.look("corrected")
    lead.follow("看原来的")
    before = lead.look("before")
    assert "这一条已被更正，以后一条为准" in before
    assert "应降一级，填成了两级" in before

    lead.go("/rounds")
    lead.follow(f"{APPRAISAL}（{quarter()}）")
    assert "各部门进度" in lead.look("board")
    lead.follow("结果")
    assert re.search(r"缺数据\s+B\s", row(lead, "方维民").inner_text())
    lead.look("results")
    lead.page.go_back()
    lead.follow("情况通报")
    assert "季度考核工作情况通报" in lead.look("circular")
    assert APPRAISAL in page.get_by_role("textbox", name="通报文字").input_value()
    lead.sign_out()


def test_a_school_takes_up_a_scheme_and_starts_it(visit: Begin) -> None:
    head = visit("adoption", width=DESK)
    head.sign_in("school_lead")
    head.go("/adoptions")
    head.look("adoptions")
    head.follow("去方案库")
    head.look("library")
    head.follow(f"采用这个方案 {STUDY}")
    head.look("new")
    head.press("开始准备")
    draft = head.look("draft")
    assert "还差 5 处没有处理好，处理好才能批准" in draft
    address = head.page.url.removeprefix(head.site.address)

    head.follow("参数")
    head.look("parameters")
    head.page.get_by_label("填写", exact=True).first.fill("0.3")
    head.page.get_by_label("就按 1/2").check()
    head.press("保存")
    head.follow("回这份方案")
    assert "还差 4 处没有处理好" in head.look("half-way")
    for title, found in (
        ("学校", "1"),
        ("年级组", "4"),
        ("教研组", "4"),
        ("参与学习的教师", r"6\d"),
    ):
        head.go(f"{address}/rosters")
        with head.page.expect_navigation():
            head.page.locator("tbody").get_by_role("link", name=title, exact=True).click()
        head.press("取一次")
        assert re.search(f"名册现有 {found} 条", head.page.inner_text("main"))
    head.look("teachers")
    for page, words in (("holders", "教研组长"), ("periods", "学期"), ("dates", "11月1日")):
        head.go(f"{address}/{page}")
        assert words in head.look(page)
    head.go(f"{address}/check")
    assert "没有了，可以批准。" in head.look("check")
    head.press("批准施行")
    assert "施行中" in head.look("in-force")

    head.go("/rounds")
    head.follow("开始一次考核")
    head.look("start")
    head.page.get_by_label(re.compile("学期")).first.check()
    head.press("开始")
    board = head.look("board")
    assert "该办的事已分到各人的待办" in board
    assert re.search(r"本次考核有 \d+ 类事要您办", board)
    head.follow("去办")
    assert re.search(r"要您办的有 \d+ 项", head.look("mine"))
    assert row(head, "校内专项知识竞赛").get_by_role("link", name="去办").is_visible()
    head.sign_out()
