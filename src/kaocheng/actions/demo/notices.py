"""Scenes: notices that went out, signed by half of those who have to."""

from __future__ import annotations

from datetime import datetime, timedelta

from kaocheng.access.actor import By
from kaocheng.actions.demo import places
from kaocheng.actions.demo.scenes import Stage
from kaocheng.actions.notice import issue_notice, open_notice, sign_notice, write_notice
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.notice import SIGNERS
from kaocheng.records.models.appointment import Role

MATERIALS = """各中小学、特殊教育学校：
为做好本学年信息技术应用能力提升工程的校本应用考核工作，现将报送自查材料的有关事项通知如下。
一、报送内容
学校校本应用考核表、微能力选择汇总表、研修活动记录及相关佐证材料。
二、报送要求
材料以本校实际开展的工作为准，数据与台账一致；有困难的项目请如实说明，不必补做。
三、报送时间
请各校于{day}前完成，先签收本通知，再按任务办理。
特此通知。"""
VISIT = """各中小学：
区研训指导团队将于近期到校开展校本研修指导，不检查、不打分。每校半天，安排听课一节、座谈一次。
请各校确定一名联系人，无需准备汇报材料，不搞迎送。
特此通知。"""
SAFETY = """各中小学：
为保障教学用房和多媒体设备的用电安全，请各校组织一次自查，发现问题及时报修，并在收集表中登记。
特此通知。"""
CITY_PLAN = """各区：
现将本学年提升工程市级审查的时间安排通知如下：区级考核结束后十个工作日内报送汇总表和审定意见，\
市工程办按比例抽查。
特此通知。"""
MEETING = """各教研组：
本周教研活动照常进行，主题为“随堂练习的设计与反馈”。请坊主提前确定主讲人和记录人，活动后两天内登记。
特此通知。"""
ARTICLES = """各办公室：
请于每月25日前报送本月信息稿件不少于一篇，内容以工作进展和服务群众的实事为主，稿件须经办公室负责人审阅。
特此通知。"""
SCHEDULE = """各部门：
年度绩效考核的部门自评将于下月上旬开始，请各部门负责人先核对本部门人员名单和岗位信息。
特此通知。"""
DRAFT = """各中小学：
为了解寒假期间设备管理情况，拟请各校报送值班安排。（讨论稿）"""


def play_notices(stage: Stage) -> None:
    _of_the_district(stage)
    _of_others(stage)


def _of_the_district(stage: Stage) -> None:
    days = stage.days
    issued = days.ago(4, hour=9, minute=20)
    due = days.end_after(3)
    schools = [one.name for one in places.SCHOOLS if places.is_below(one, places.DISTRICT)]
    half = _issue(
        stage.known("district", Role.OFFICER, issued),
        "关于报送校本应用考核自查材料的通知",
        MATERIALS.format(day=_day(due)),
        ("school",),
        sign_by=due,
    )
    _sign(stage, half, [one for one in schools if one != places.SCHOOL][::2], issued)
    visit = _issue(
        stage.known("district", Role.OFFICER, days.ago(1, hour=15)),
        "关于到校开展校本研修指导的通知",
        VISIT,
        ("school",),
        sign_by=days.end_after(5),
    )
    _sign(stage, visit, schools[2:4], days.ago(1, hour=16))
    safety = _issue(
        stage.known("district", Role.OFFICER, days.ago(9)),
        "关于开展多媒体设备用电安全自查的通知",
        SAFETY,
        ("school",),
        sign_by=days.end_before(2),
    )
    _sign(stage, safety, [one for one in schools if one != "望湖小学"], days.ago(8))
    write_notice(
        stage.known("district", Role.OFFICER, days.ago(0, hour=9)),
        title="关于报送寒假设备值班安排的通知",
        body=DRAFT,
        to_kinds=["school"],
        to_roles=list(SIGNERS["office"]),
    )


def _of_others(stage: Stage) -> None:
    days = stage.days
    plan = _issue(
        stage.known("city", Role.OFFICER, days.ago(2, hour=11)),
        "关于本学年提升工程市级审查安排的通知",
        CITY_PLAN,
        ("district",),
        sign_by=days.end_after(2),
    )
    open_notice(stage.known("district 青禾区", Role.OFFICER, days.ago(1, hour=9)), notice_id=plan)
    sign_notice(
        stage.known("district 青禾区", Role.OFFICER, days.ago(1, hour=9, minute=5)), notice_id=plan
    )
    _issue(
        stage.known(f"lead {places.SCHOOL}", Role.LEAD, days.ago(1, hour=8, minute=30)),
        "关于本周教研活动的通知",
        MEETING,
        ("group",),
        sign_by=days.end_after(1),
    )
    _issue(
        stage.known("township lead", Role.LEAD, days.ago(3)),
        "关于报送本月信息稿件的通知",
        ARTICLES,
        ("department",),
        sign_by=days.end_after(2),
    )
    _issue(
        stage.known("company lead", Role.LEAD, days.ago(2)),
        "关于核对部门人员名单的通知",
        SCHEDULE,
        ("department",),
        sign_by=days.end_after(4),
    )


def _issue(by: By, title: str, body: str, kinds: tuple[str, ...], *, sign_by: datetime) -> int:
    written = write_notice(
        by,
        title=title,
        body=body,
        to_kinds=kinds,
        to_roles=list(SIGNERS["office"]),
        sign_by=sign_by,
    )
    issue_notice(by, notice_id=int(written.id), version=written.version or 1)
    return int(written.id)


def _sign(stage: Stage, notice: int, schools: list[str], issued: datetime) -> None:
    """Signed by the heads, one after the other."""
    for number, school in enumerate(schools):
        at = min(issued + timedelta(minutes=25 + 37 * number), stage.days.at)
        head = stage.known(f"lead {school}", Role.LEAD, at)
        open_notice(head, notice_id=notice)
        sign_notice(head, notice_id=notice)


def _day(moment: datetime) -> str:
    day = moment.astimezone(CHINA) - timedelta(minutes=1)
    return f"{day.month}月{day.day}日"
