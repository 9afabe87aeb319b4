"""Six roles, each with their main thing to do, from signing in to signing out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import DESK, PHONE, Visit

pytestmark = pytest.mark.browser
Begin = Callable[..., Visit]


def test_teacher_fills_what_was_returned(visit: Begin) -> None:
    teacher = visit("teacher", width=PHONE)
    teacher.sign_in("teacher")
    home = teacher.page.inner_text("main")
    assert "待办 4 项" in home
    assert home.index("已退回") < home.index("今天截止")

    teacher.follow("去修改")
    assert "请补上其他人的再交" in teacher.look("form")
    new = teacher.page.locator("tbody tr").filter(has_text="新").first
    new.get_by_label("授课教师").fill("林晓棠")
    new.get_by_label("课题").fill("《海滨小城》")
    new.get_by_label("听课日期").fill("2026-11-20")
    new.get_by_label("评价").select_option("好")
    teacher.press("保存，再加几行")

    teacher.look("saved")
    topics = teacher.page.get_by_label("课题").evaluate_all("all => all.map(one => one.value)")
    assert topics.count("《海滨小城》") == 1, "what was sent came back as a draft"
    teacher.go("/messages")
    assert "请修改后再交" in teacher.look("messages")
    teacher.go("/tasks")
    teacher.look("tasks")
    teacher.sign_out()


def test_workshop_leader_signs_and_hands_in_for_the_group(visit: Begin) -> None:
    leader = visit("workshop-leader", width=PHONE)
    leader.sign_in("workshop_leader")
    assert "组里还没办完的" in leader.page.inner_text("main")

    leader.follow("去签收")
    leader.look("notice")
    leader.press("签收通知")
    assert "本单位已签收：陈国安" in leader.look("signed")
    leader.go("/tasks")
    row = leader.page.locator("main li").filter(has_text="填报：校本研修选题意向")
    with leader.page.expect_navigation():
        row.get_by_role("link", name="去填报").click()
    new = leader.page.locator("tbody tr").filter(has_text="新").first
    new.get_by_label("选题").fill("低年级识字的游戏化练习")
    leader.press("保存并提交")

    assert "已交" in leader.look("handed-in")
    leader.go("/home")
    assert "填报：校本研修选题意向" not in leader.look("after")
    leader.sign_out()


def test_school_lead_signs_for_the_school_and_reminds_the_groups(visit: Begin) -> None:
    lead = visit("school-lead", width=DESK)
    lead.sign_in("school_lead")
    assert "榕荫小学" in lead.page.inner_text("main")

    lead.go("/notices")
    lead.look("notices")
    lead.follow("关于报送校本应用考核自查材料的通知")
    lead.press("签收通知")
    assert "本单位已签收：何敏仪" in lead.look("signed")
    lead.go("/tasks/matters")
    lead.look("matters")
    lead.follow("教学设备报修登记")
    assert "催办文字" in lead.look("matter")
    with lead.page.expect_navigation():
        lead.page.get_by_role("button", name="提醒没办完的").click()

    said = lead.look("reminded")
    assert "已提醒" in said or "不打扰" in said
    lead.go("/people")
    assert "陈敏" in lead.look("people")
    lead.sign_out()


def test_district_officer_sees_who_has_not_signed_and_issues_a_notice(visit: Begin) -> None:
    officer = visit("district-officer", width=DESK)
    officer.sign_in("district_officer")

    officer.go("/notices/issued")
    officer.look("issued")
    officer.follow("关于报送校本应用考核自查材料的通知")
    assert "未打开" in officer.look("board")
    officer.go("/notices/new")
    officer.look("writing")
    officer.page.get_by_label("标题").fill("关于做好期末设备清点的通知")
    officer.page.get_by_label("正文").fill("各中小学：\n请于学期结束前清点多媒体设备。\n特此通知。")
    officer.page.get_by_label("学校").check()
    officer.press("保存并预览")
    assert "还没有发出" in officer.look("preview")
    with officer.page.expect_navigation():
        officer.page.get_by_role("button", name="发往 10 个单位").click()

    officer.look("sent")
    officer.go("/notices/issued")
    assert "关于做好期末设备清点的通知" in officer.look("issued-after")
    officer.go("/units")
    officer.look("schools")
    officer.sign_out()


def test_reviewer_reads_the_standards_of_a_scheme(visit: Begin) -> None:
    reviewer = visit("reviewer", width=DESK)
    reviewer.sign_in("reviewer")
    assert "研训指导团队" in reviewer.page.inner_text("main")

    reviewer.go("/schemes")
    reviewer.look("schemes")
    with reviewer.page.expect_navigation():
        reviewer.page.locator("main a[href^='/schemes/']").first.click()
    reviewer.look("scheme")
    reviewer.go("/account")

    assert "reviewer" in reviewer.look("account")
    reviewer.sign_out()


def test_security_administrator_stops_an_account_and_lets_it_in_again(visit: Begin) -> None:
    security = visit("security-administrator", width=DESK)
    security.sign_in("security_admin")

    security.go("/administration/accounts")
    security.look("accounts")
    security.page.get_by_label("姓名、拼音、登录名或编号").fill("冯桂芳")
    security.press("查账号")
    security.look("found")
    security.follow("冯桂芳")
    security.look("account")
    security.press("停用账号")
    assert "恢复登录" in security.look("stopped")
    security.press("恢复登录")

    assert "停用账号" in security.look("let-in")
    security.go("/people")
    found = security.look("people")
    assert "999999" not in found
    assert "1540" not in found
    security.sign_out()
