"""Two schemes from being taken up to the frozen result, by all who have a part in them.

The results are computed once more on the facts that everybody may take home, by the command line.
"""

from __future__ import annotations

import csv
import io
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from tests.journeys.conftest import DESK, PHONE, Visit, today
from tests.journeys.test_schemes import REVIEW, SCAN, branch, row

pytestmark = pytest.mark.browser
Begin = Callable[..., Visit]

SCHOOL = "榕荫小学"
ASSIGNED = "“研训指导教师的指派”里指派的人"
WHO_ASSESSES = ("研训指导团队", "区工程办组织的研训指导团队", "市工程办指派的研训指导团队")
# Annex 1 is not attached to the notice; made up, with the five that it names.
INDICATORS = (
    ("A1", "信息化教育教学发展规划", "20", "信息化教育教学发展规划"),
    ("A2", "网络研修完成情况", "20", "网络研修完成情况"),
    ("B1", "校本研修与考核方案", "20", "校本研修与考核方案"),
    ("B2", "校本研修与考核方案落实情况", "20", "校本研修与考核方案落实情况"),
    ("C1", "课例建设数量", "20", "课例建设数量"),
)
OWN_MARKS, MARKS = ("19", "18", "19", "18.5", "19"), ("17", "16.5", "18", "17", "16")


def confirm(visit: Visit, *labels: str) -> None:
    for label in labels:
        visit.page.get_by_label(label, exact=True).check()


def fill(visit: Visit, **values: str) -> None:
    """The boxes of the page by their names."""
    for name, value in values.items():
        visit.page.locator(f"[name='{name}']").fill(value)


def roster(visit: Visit, adoption: str, title: str) -> list[str]:
    """Take a roster from the directory: the numbers of its rows."""
    visit.go(f"{adoption}/rosters")
    with visit.page.expect_navigation():
        visit.page.locator("tbody").get_by_role("link", name=title, exact=True).click()
    visit.press("取一次")
    numbers = visit.page.locator("main tbody td[data-label='编号']").all_inner_texts()
    assert numbers
    return numbers


def import_rows(visit: Visit, register: str, rows: Sequence[Sequence[str]]) -> None:
    """Pasted rows, looked at and then entered; with a scan where evidence is asked for."""
    visit.follow(register)
    visit.follow("导入、粘贴接龙")
    visit.paste(rows)
    visit.press("先检查，不写入")
    count = len(rows) - 1
    assert f"{count} 条都对，可以导入" in visit.look("import")
    visit.page.get_by_label("佐证材料").set_input_files(SCAN)
    visit.press(f"全部登记（{count} 条）")
    visit.until(f"已导入 {count} 条")


def mark(visit: Visit, marks: Sequence[str]) -> None:
    visit.look("to-mark")
    boxes = visit.page.locator("form[data-autosave] input:visible").all()
    for box, text in zip(boxes[: len(marks)], marks, strict=True):
        box.fill(text)
    visit.press("保存")
    assert "都填好了，可以提交" in visit.look("marked")
    visit.press("提交")
    assert "已提交" in visit.look("handed-in")


def start(visit: Visit, label: str | re.Pattern[str]) -> str:
    """Begin a round: its address."""
    visit.go("/rounds")
    visit.follow("开始一次考核")
    visit.page.get_by_label(label).first.check()
    visit.press("开始")
    assert "该办的事已分到各人的待办" in visit.look("started")
    return visit.page.url.removeprefix(visit.site.address)


def table(visit: Visit) -> Locator:
    return visit.page.locator("main table").first


def computed_at_home(visit: Visit, folder: Path, *columns: str) -> dict[str, str]:
    """自己核算: what the command line computes from what the page gives, in the first row.

    It is the command of the enclosed README. The columns, or all, are those that the product has;
    what compares with others cannot come out of one's own facts, which the README says.
    """
    with visit.page.expect_download() as downloading:
        visit.page.get_by_role("link", name="自己核算").click()
    with zipfile.ZipFile(downloading.value.path()) as package:
        package.extractall(folder)
    said = re.search(r"kaocheng (score .*)", (folder / "README.txt").read_text("utf-8"))
    assert said is not None
    command = [sys.executable, "-m", "kaocheng.cli.main", *shlex.split(said[1])]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    kept = _rows(folder / "results.csv")
    mine = [one for one in _rows(folder / "mine.csv") if one["id"] == kept[0]["id"]]
    for name in columns or kept[0]:
        assert [one[name] for one in mine] == [one[name] for one in kept]
    return mine[0]


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_a_city_assesses_its_schools_from_the_notice_to_the_frozen_result(
    visit_unplayed: Begin, tmp_path: Path
) -> None:
    officer = visit_unplayed("city-whole", width=DESK)
    officer.sign_in("city_officer")
    adoption = adopt_review(officer)
    round_ = start(officer, REVIEW)

    district = visit_unplayed("district-whole", width=DESK)
    district.sign_in("district_officer")
    district.go("/registers")
    assigned = [["研训指导教师", "对口学校", "指派单位"], ["邓启文", SCHOOL, "区工程办"]]
    import_rows(district, "研训指导教师的指派", assigned)
    district.sign_out()

    head = visit_unplayed("school-whole", width=PHONE)
    head.sign_in("school_lead")
    hand_in(head)

    officer.go("/registers")
    done = [["学校", "完成网络研修的教师数", "完成校本研修和考核的教师数"], [SCHOOL, "50", "49"]]
    import_rows(officer, "教师完成情况", done)
    officer.go("/reviews/assign")
    officer.follow("区级考核打分")
    officer.press("全部派好")
    assert "已派 1 份" in officer.look("assigned")

    reviewer = visit_unplayed("reviewer-whole", width=DESK)
    reviewer.sign_in("reviewer")
    reviewer.go("/reviews")
    reviewer.follow(SCHOOL)
    reviewer.until("提交（还差 5 项）")
    mark(reviewer, MARKS)
    reviewer.sign_out()

    officer.go(round_)
    officer.follow("结果")
    # 93.5 of itself and 84.5 of the district: 20 % and 80 %.
    assert re.search(r"86\.30 分\s+合格", row(officer, SCHOOL).inner_text())
    officer.follow("冻结结果")
    officer.page.get_by_label("缺数据也要冻结的理由").fill("其余学校另行考核，评好后重新打开。")
    officer.press("冻结结果")
    assert "已冻结" in officer.look("frozen")

    head.go("/results")
    head.follow(REVIEW)
    head.follow(SCHOOL)
    score = head.look("score")
    assert "18.70 + 67.60 ＝ 86.30" in score
    assert "17" in branch(head, "区级考核")
    head.press("签字确认")
    assert "何敏仪 已于" in head.look("signed")
    mine = computed_at_home(head, tmp_path)
    assert (mine["total"], mine["conclusion"]) == ("86.3", "合格")
    head.sign_out()

    officer.go(round_)
    officer.press("归档")
    assert "已归档" in officer.look("archived")
    officer.go(adoption)
    officer.look("adoption")
    officer.sign_out()


def adopt_review(officer: Visit) -> str:
    """The city takes up the scheme and settles what the notice leaves open: its address."""
    officer.go("/adoptions")
    officer.follow("去方案库")
    officer.follow(f"采用这个方案 {REVIEW}")
    officer.press("开始准备")
    adoption = officer.page.url.removeprefix(officer.site.address)
    officer.go(f"{adoption}/parameters")
    confirm(officer, "就按 100分", "就按 60分")
    officer.press("保存")
    officer.go(f"{adoption}/parameters")
    officer.follow("绩效考核指标体系（附件1）")
    officer.paste([("指标代码", "指标", "满分", "必达指标"), *INDICATORS])
    officer.press("放进上面的表")
    officer.look("indicators")
    officer.press("保存")
    officer.go(f"{adoption}/holders")
    for title in WHO_ASSESSES:
        line = officer.page.locator("main tbody tr").filter(
            has=officer.page.get_by_role("rowheader", name=title, exact=True)
        )
        line.locator("select").first.select_option(label=ASSIGNED)
    officer.press("保存")
    roster(officer, adoption, "区")
    schools = roster(officer, adoption, "学校")
    head = ("学校编号", "市直属学校", "第一轮考核结果", "2021年统计公报的教师数")
    officer.paste([head, *((school, "否", "未参加", "50") for school in schools)])
    officer.press("检查并写入")
    guides = roster(officer, adoption, "研训指导教师")
    officer.paste([("编号", "在市工程办遴选公示名单上"), *((guide, "是") for guide in guides)])
    officer.press("检查并写入")
    officer.look("guides")
    officer.go(f"{adoption}/dates")
    fill(
        officer,
        **{
            "d-self_assessment.from": (today() - timedelta(days=20)).isoformat(),
            "d-self_assessment.to": (today() - timedelta(days=1)).isoformat(),
            "d-district.from": today().isoformat(),
            "d-district.to": (today() + timedelta(days=20)).isoformat(),
            "d-city_review_phase.from": (today() + timedelta(days=40)).isoformat(),
            "d-city_review_phase.to": (today() + timedelta(days=60)).isoformat(),
            "d-district_report.to": (today() + timedelta(days=35)).isoformat(),
        },
    )
    officer.press("保存")
    officer.go(f"{adoption}/check")
    assert "没有了，可以批准。" in officer.look("check")
    officer.press("批准施行")
    assert "施行中" in officer.look("in-force")
    return adoption


def hand_in(head: Visit) -> None:
    """A school hands in its materials; only then it may rate itself."""
    head.go("/reviews/own")
    head.press(f"开始：学校自评打分，{SCHOOL}")
    assert "还不能评：先上传材料，再自评打分" in head.look("not-yet")
    review = head.page.url.removeprefix(head.site.address)
    head.go("/registers")
    day = today().isoformat()
    materials = [(SCHOOL, code, day) for code, *_ in INDICATORS]
    import_rows(head, "考核材料（附件2）", [("学校", "指标代码", "上传日期"), *materials])
    head.go("/registers")
    import_rows(head, "课例", [("学校", "课例数", "上传日期"), (SCHOOL, "12", day)])
    head.go(review)
    head.until("提交（还差 5 项）")
    mark(head, OWN_MARKS)


WEIGHTS = {
    "p-quarter_achievement_weight": "70%",
    "p-quarter_conduct_weight": "30%",
    "p-year_achievement_weight": "30%",
    "p-year_conduct_weight": "30%",
    "p-year_ability_weight": "40%",
    "p-interview_sample_share": "20%",
}
EMPLOYEE = "方维民"
QUARTER, YEAR = f"{today().year}年第一季度", f"{today().year}年度"
TASKS = (("报表平台迁移", "60%", "95"), ("费用报销系统升级", "40%", "80"))


def test_a_company_appraises_a_quarter_and_the_year_to_the_frozen_grade(
    visit_unplayed: Begin, tmp_path: Path
) -> None:
    lead = visit_unplayed("company-whole", width=DESK)
    lead.sign_in("company_lead")
    adopt_appraisal(lead)
    employee = visit_unplayed("employee-whole", width=PHONE)
    employee.sign_in("company_employee")

    quarterly = appraise(lead, employee, QUARTER, own=("92", "95"), given=("90",))
    lead.look("results")
    # 95 × 60 % and 80 × 40 % of the tasks are 89; 70 % of it and 30 % of 90.
    assert re.search(r"89\.30", row(lead, EMPLOYEE).inner_text())
    freeze(lead, "其余员工下月补评。")
    employee.go("/results")
    with employee.page.expect_navigation():
        row(employee, QUARTER).get_by_role("link", name="A", exact=True).click()
    score = employee.look("quarter")
    assert "62.30 + 27.00 ＝ 89.30" in score
    employee.press("签字确认")
    assert f"{EMPLOYEE} 已于" in employee.look("signed")
    assert computed_at_home(employee, tmp_path, "achievement", "score")["score"] == "89.3"

    file_away(lead, QUARTER)
    lead.go(quarterly)
    lead.press("归档")
    assert "已归档" in lead.look("archived")

    appraise(lead, employee, YEAR, own=("92", "95", "90"), given=("88", "90"))
    lead.follow("年度考核")
    lead.look("year")
    # 30 % of 89, 30 % of 88 and 40 % of 90.
    assert re.search(r"89\.10", row(lead, EMPLOYEE).inner_text())
    freeze(lead, "其余员工下月补评。")
    employee.go("/results")
    with employee.page.expect_navigation():
        row(employee, YEAR).get_by_role("link", name="A", exact=True).click()
    assert "26.70 + 26.40 + 36.00 ＝ 89.10" in employee.look("year")
    employee.press("签字确认")
    lead.sign_out()
    employee.sign_out()


def adopt_appraisal(lead: Visit) -> str:
    """The company takes up the scheme and settles weights, superiors and periods: its address."""
    lead.go("/adoptions")
    lead.follow("去方案库")
    lead.follow("采用这个方案 信息网络人员")
    lead.press("开始准备")
    adoption = lead.page.url.removeprefix(lead.site.address)
    lead.go(f"{adoption}/parameters")
    fill(lead, **WEIGHTS)
    confirm(lead, "就按 1级", "就按 1月")
    lead.press("保存")
    roster(lead, adoption, "部门")
    people = roster(lead, adoption, "被考核员工名册")
    lead.paste([("员工编号", "直接上级"), *((number, "赵建华") for number in people)])
    lead.press("检查并写入")
    lead.look("employees")
    lead.go(f"{adoption}/check")
    assert "没有了，可以批准。" in lead.look("check")
    lead.press("批准施行")
    assert "施行中" in lead.look("in-force")
    return adoption


def appraise(
    lead: Visit,
    employee: Visit,
    period: str,
    *,
    own: Sequence[str],
    given: Sequence[str],
) -> str:
    """One period of one employee, from the plan to the superior's marks: the round's address."""
    round_ = start(lead, re.compile(period))
    for task, weight, _ in TASKS:
        employee.go("/registers")
        employee.follow("季度计划/考核表")
        page = employee.page
        page.get_by_label("员工").first.select_option(label=EMPLOYEE)
        page.get_by_label("季度或年度").first.select_option(label=period)
        page.get_by_label("主要工作任务").fill(task)
        page.get_by_label("考核标准").fill("按期完成并通过验收")
        page.get_by_label("权重").first.fill(weight)
        page.get_by_label("资源支持承诺").fill("项目预算内保障")
        page.get_by_label("参与评价者").fill("用户部门")
        page.get_by_label("提交日期").fill(today().isoformat())
        assert page.get_by_label("任务得分").count() == 0
        employee.press("登记")
        assert "已提交，等审签后计入" in employee.look("plan")
    for task, _, score in TASKS:
        lead.go("/registers")
        lead.follow("季度计划/考核表")
        with lead.page.expect_navigation():
            lead.page.locator("main tbody tr").filter(has_text=period).filter(
                has_text=task
            ).get_by_role("link").first.click()
        lead.press("审签")
        assert "已审签" in lead.look("signed")
        lead.page.get_by_label("直接上级审批日期").fill(today().isoformat())
        lead.page.get_by_label("任务得分").fill(score)
        lead.press("填写")
        filled = lead.look("filled")
        assert "已填写" in filled
        assert f"{score} 分" in filled

    employee.go("/registers")
    employee.follow("季度、年度述职/考核表")
    page = employee.page
    page.get_by_label("员工").first.select_option(label=EMPLOYEE)
    page.get_by_label("季度或年度").first.select_option(label=period)
    page.get_by_label("提交书面述职报告的日期").fill(today().isoformat())
    labels = ("工作业绩自评分", "工作表现自评分", "工作能力自评分")
    for label, mark_ in zip(labels, own, strict=False):
        page.get_by_label(label).fill(mark_)
    page.get_by_label("佐证材料").set_input_files(SCAN)
    employee.press("登记")
    assert "已登记" in employee.look("report")

    lead.go("/reviews/own")
    whom = re.compile(rf"{EMPLOYEE}\s+{period}")
    line = lead.page.locator("main tbody tr").filter(has_text=whom)
    with lead.page.expect_navigation():
        line.get_by_role("button").click()
    lead.until("提交（还差")
    mark(lead, given)
    lead.go(round_)
    lead.follow("结果")
    return round_


def file_away(lead: Visit, period: str) -> None:
    """The grade that was settled, in the file by which the year goes."""
    lead.go("/registers")
    lead.follow("考核档案")
    page = lead.page
    page.get_by_label("员工").first.fill(EMPLOYEE)
    page.get_by_label("季度或年度").first.select_option(label=period)
    page.get_by_label("审定等级").first.select_option("A")
    page.get_by_label("佐证材料").set_input_files(SCAN)
    lead.press("登记")
    assert "已登记" in lead.look("filed")


def freeze(visit: Visit, because: str) -> None:
    visit.follow("冻结结果")
    visit.page.get_by_label("缺数据也要冻结的理由").fill(because)
    visit.press("冻结结果")
    assert "已冻结" in visit.look("frozen")
