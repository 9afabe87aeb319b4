"""Pages of results: tables, trees, seats, own copies, decisions."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from kaocheng.actions.result import freeze_results
from kaocheng.actions.subject import leave_subject
from kaocheng.queries.computing import computed
from kaocheng.records.models import Consequence, Entry, Job, ResultRow, Subject
from kaocheng.web.results import deciding
from tests.actions.test_consequence import proposed
from tests.actions.test_result import WHY, corrected, frozen
from tests.adopting import adopt, fill, open_round
from tests.appraising import RESULT, appraised, pushed, subject
from tests.cast import Cast, by
from tests.registering import company
from tests.web.axe import violations
from tests.web.conftest import Open
from tests.web.reader import signed_in


def page(who: object, path: str) -> str:
    answer = signed_in(who).get(path)  # type: ignore[arg-type]
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_results_are_previewed_as_the_facts_stand(cast: Cast) -> None:
    found, work = pushed(cast)
    where = f"/rounds/{work.pk}/results"

    before = page(cast.city_officer, where)
    corrected(found, "district_score", "mark", "1")
    after = page(cast.city_officer, where)

    assert "暂计：数据有变，结果跟着变" in before
    assert "云岭第二小学" in before
    assert "免于考核" in before
    assert before != after


def test_a_missing_headline_says_why_and_how_far_it_can_still_go(cast: Cast) -> None:
    _, work = pushed(cast)
    shown = page(cast.city_officer, f"/rounds/{work.pk}/results?show=missing")
    assert "缺数据" in shown
    assert "暂计" in shown


def test_what_is_to_be_checked_is_one_line_with_the_rest_behind_it(cast: Cast) -> None:
    _, work = pushed(cast)
    shown = page(cast.city_officer, f"/rounds/{work.pk}/results?show=flags")
    told = re.findall(r"要核对 (\d+) 处.*?<ul class=\"s\">(.*?)</ul></details>", shown)

    assert told
    assert all(int(count) == listed.count("<li>") for count, listed in told)
    assert "共 " not in shown.split("<tbody>")[1].split("</tbody>")[0]


def test_units_that_are_the_subjects_have_no_column_of_their_own(cast: Cast) -> None:
    _, schools = pushed(cast)
    shown = page(cast.city_officer, f"/rounds/{schools.pk}/results")
    head = shown.split("<thead>")[1].split("</thead>")[0]
    rows = Subject.objects.unscoped("a test").filter(roster="school").select_related("unit")
    assert (">单位<" in head) == any(one.unit.name != one.name for one in rows)


def test_everybody_sees_their_own_subtree(cast: Cast) -> None:
    found, work = pushed(cast)
    here = Subject.objects.unscoped("a test").filter(unit=cast.school, roster="school")
    there = Subject.objects.unscoped("a test").filter(unit=cast.far_school, roster="school")
    shown = page(cast.lead, f"/rounds/{work.pk}/results")
    assert all(one.name in shown for one in here)
    assert not any(one.name in shown for one in there)
    del found


def test_a_teacher_sees_their_own_result_and_no_other(cast: Cast) -> None:
    found, work = appraised(cast)
    teacher = signed_in(cast.teacher)
    rows = Subject.objects.unscoped("a test").filter(adoption=found.adoption)
    own = rows.get(person=cast.teacher)
    other = rows.get(person=cast.colleague)

    table = page(cast.teacher, f"/rounds/{work.pk}/results?result={RESULT}")
    tree = page(cast.teacher, f"/rounds/{work.pk}/results/{RESULT}/{own.pk}")

    assert own.name in table
    assert other.name not in table
    assert "我的成绩" in tree
    for path in (f"{RESULT}/{other.pk}", f"{RESULT}/{other.pk}/check.zip"):
        assert teacher.get(f"/rounds/{work.pk}/results/{path}").status_code == 404


def test_the_tree_goes_from_the_total_to_the_entries(cast: Cast) -> None:
    found, work = pushed(cast)
    school = subject(found, "YL04")

    tree = page(cast.city_officer, f"/rounds/{work.pk}/results/schools/{school.pk}")

    own = Entry.objects.unscoped("a test").filter(
        adoption=found.adoption, subject=school, register="district_score", standing="counts"
    )
    assert "最终得分" in tree
    assert "学校自评占比为20%区级考核占比为80%" in tree
    assert all(f"/registers/entries/{entry.pk}" in tree for entry in own)
    assert tree.count("<details") > 5


def test_a_tree_shows_no_masked_field_and_no_rater(cast: Cast) -> None:
    found, work = appraised(cast)
    rows = Subject.objects.unscoped("a test").filter(adoption=found.adoption)
    own = rows.get(person=cast.teacher)
    personal = {
        str(entry.values[name])
        for entry in Entry.objects.unscoped("a test").filter(adoption=found.adoption)
        for name, field in found.register(entry.register).fields.items()
        if field.personal and entry.values.get(name) and field.type == "text"
    }
    others = {
        one.name for one in rows.filter(roster=own.roster).exclude(pk=own.pk) if len(one.name) > 1
    }
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)

    tree = page(cast.teacher, f"/rounds/{work.pk}/results/{RESULT}/{own.pk}?open=1")

    assert [word for word in personal if len(word) > 1 and word in tree] == []
    assert [name for name in others if name in tree] == []
    kept = ResultRow.objects.unscoped("a test").filter(subject=own)
    assert not any(word in row.explanation for row in kept for word in personal if len(word) > 1)


def test_frozen_tables_say_when_and_whether_facts_have_moved(cast: Cast) -> None:
    found, work = pushed(cast)
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)
    where = f"/rounds/{work.pk}/results"
    assert "冻结于" in page(cast.city_officer, where)

    corrected(found, "district_score", "mark", "1")

    shown = page(cast.city_officer, where)
    assert "有 1 条记录在冻结后变动，重算会改变" in shown
    assert "重算预览" in shown
    assert "这是按现在的记录重算的预览" in page(cast.city_officer, f"{where}?live=1")


def test_freezing_reopening_and_signing_by_forms(cast: Cast) -> None:
    found, work = appraised(cast)
    lead, teacher = signed_in(cast.lead), signed_in(cast.teacher)
    where = f"/rounds/{work.pk}/results"
    own = Subject.objects.unscoped("a test").get(adoption=found.adoption, person=cast.teacher)

    assert "冻结结果" in page(cast.lead, f"{where}/freeze")
    done = lead.post(f"{where}/freeze", {"because": WHY, "key": "k1"}, follow=True)
    assert "已冻结" in done.content.decode()
    assert f"冻结时有缺的数据，理由：{WHY}" in page(cast.teacher, where)
    tree = page(cast.teacher, f"{where}/{RESULT}/{own.pk}")
    assert "还没有签字确认" in tree
    row = ResultRow.objects.unscoped("a test").get(subject=own, result=RESULT)
    signed = teacher.post(f"/results/rows/{row.pk}/acknowledge", {"key": "k2"}, follow=True)
    assert "签字确认" in signed.content.decode()
    kept = frozen(work)
    refused = lead.post(f"/results/sets/{kept.pk}/reopen", {"because": "", "key": "k3"})
    assert "这里还没有填" in refused.content.decode()
    opened = lead.post(
        f"/results/sets/{kept.pk}/reopen", {"because": "录错", "key": "k4"}, follow=True
    )
    assert "重新打开：录错" in opened.content.decode()


def test_a_freeze_that_lacks_data_names_who_and_asks_for_a_reason(cast: Cast) -> None:
    _, work = pushed(cast)
    shown = page(cast.city_officer, f"/rounds/{work.pk}/results/freeze")
    assert "个对象缺数据" in shown
    answer = signed_in(cast.city_officer).post(
        f"/rounds/{work.pk}/results/freeze", {"because": "", "key": "k"}
    )
    assert "还缺数据：" in answer.content.decode()


def test_tables_leave_as_workbook_and_csv(cast: Cast) -> None:
    found, work = pushed(cast)
    officer = signed_in(cast.city_officer)
    path = f"/rounds/{work.pk}/results/schools/table"

    book = officer.get(f"{path}?kind=xlsx").content
    text = officer.get(f"{path}?kind=csv").content.decode("utf-8-sig")

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) >= 1 + len(computed(found).rows("schools").keys)
    assert rows[0][:3] == ["名次", "编号", "名称"]
    assert any("云岭第二小学" in row for row in sheet)


def test_seats_show_the_quota_and_the_line(cast: Cast) -> None:
    found = adopt("s3-yanzhou", cast.city)
    fill(found)
    work = open_round(found)
    shown = page(cast.city_officer, f"/rounds/{work.pk}/results/schools/seats")
    assert '<p class="calc">基数 6 人，6 × 30% = 1.8 → 1（去尾），名额 1 个</p>' in shown
    assert "到此为止" in shown
    assert "不占名额的" in shown


def test_seats_within_a_department_name_it_by_its_title(cast: Cast) -> None:
    found = company(cast)
    work = open_round(found, period="2025Q1")
    path = f"/rounds/{work.pk}/results/quarterly/seats"

    shown = page(cast.lead, path)

    groups = re.findall(r'<option value="([^"]+)"( selected)?>([^<]+)</option>', shown)
    assert groups == [
        ("2025年第一季度·SJ", " selected", "2025年第一季度·数据中心"),
        ("2025年第一季度·WL", "", "2025年第一季度·网络部"),
        ("2025年第一季度·XX", "", "2025年第一季度·信息部"),
    ]
    other = page(cast.lead, f"{path}?group=2025年第一季度·XX")
    assert '<option value="2025年第一季度·XX" selected>' in other
    assert '<p class="calc">信息部：10 人，名额 A 10 × 30% = 3' in other


def test_a_tree_names_the_department_of_a_seat_by_its_title(cast: Cast) -> None:
    found = company(cast)
    work = open_round(found, period="2025Q1")
    own = Subject.objects.unscoped("a test").get(adoption=found.adoption, key="XX01")

    tree = page(cast.lead, f"/rounds/{work.pk}/results/quarterly/{own.pk}")

    assert "信息部：10 人，名额 A 10 × 30% = 3" in tree
    assert "XX：" not in tree


def test_a_result_without_seats_has_no_such_page(cast: Cast) -> None:
    _, work = pushed(cast)
    answer = signed_in(cast.city_officer).get(f"/rounds/{work.pk}/results/schools/seats")
    assert answer.status_code == 404


def test_own_copy_computes_the_own_result_with_the_command_it_names(
    cast: Cast, tmp_path: Path
) -> None:
    found, work = pushed(cast)
    school = subject(found, "YL04")
    path = f"/rounds/{work.pk}/results/schools/{school.pk}/check.zip"

    with zipfile.ZipFile(io.BytesIO(signed_in(cast.city_officer).get(path).content)) as packed:
        packed.extractall(tmp_path)
    readme = (tmp_path / "README.txt").read_text()
    [command] = [line.split() for line in readme.splitlines() if line.startswith("    kaocheng ")]
    subprocess.run(
        [sys.executable, "-m", "kaocheng.cli.main", *command[1:]],
        cwd=tmp_path,
        check=True,
        env={**os.environ},
    )

    mine = list(csv.DictReader((tmp_path / "mine.csv").read_text("utf-8-sig").splitlines()))
    theirs = list(csv.DictReader((tmp_path / "results.csv").read_text("utf-8-sig").splitlines()))
    assert [one for one in mine if one["id"] == "YL04"] == theirs
    assert "要和别人比" not in readme


def test_own_copy_says_what_needs_others_and_names_nobody(cast: Cast, tmp_path: Path) -> None:
    found, work = appraised(cast)
    rows = Subject.objects.unscoped("a test").filter(adoption=found.adoption)
    own = rows.get(person=cast.teacher)
    answer = signed_in(cast.teacher).get(f"/rounds/{work.pk}/results/{RESULT}/{own.pk}/check.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        texts = {
            name: packed.read(name).decode("utf-8-sig")
            for name in packed.namelist()
            if not name.startswith("scheme/")
        }
    assert "要和别人比" in texts["README.txt"]
    assert "按比例评定的等级" in texts["README.txt"]
    facts = "".join(text for name, text in texts.items() if name.startswith("facts/"))
    others = rows.filter(roster=own.roster).exclude(pk=own.pk)
    assert own.key in facts
    assert [one.name for one in others if one.name in facts] == []


def test_entries_at_fault_are_named_above_the_table_of_the_others(cast: Cast) -> None:
    found, work = pushed(cast)
    where = f"/rounds/{work.pk}/results"
    corrected(found, "district_score", "mark", "很高")
    entry = Entry.objects.unscoped("a test").filter(standing="counts").order_by("-pk")[0]
    assert entry.subject is not None

    shown = page(cast.city_officer, where)

    assert "有 1 条记录有问题，暂不计入，改好以前不能冻结：" in shown
    assert f'href="/registers/entries/{entry.pk}"' in shown
    assert "“很高”填写有误" in shown
    assert "不完整：1 条记录有问题，暂不计入" in shown
    assert "云岭第二小学" in shown
    assert "不完整：有 1 条记录有问题，暂不计入。" in page(
        cast.city_officer, f"{where}/schools/{entry.subject_id}"
    )
    asked = page(cast.city_officer, f"{where}/freeze")
    assert "有 1 条记录有问题，改好以前不能冻结：" in asked
    assert f'href="/registers/entries/{entry.pk}"' in asked
    assert 'name="because"' not in asked


def test_of_entries_at_fault_out_of_sight_only_the_number_is_told(cast: Cast) -> None:
    found, work = pushed(cast)
    corrected(found, "district_score", "mark", "很高")
    entry = Entry.objects.unscoped("a test").filter(standing="counts").order_by("-pk")[0]
    assert entry.unit != cast.school

    shown = page(cast.lead, f"/rounds/{work.pk}/results")

    assert "另有 1 条不在查看范围内，由登记它的单位更正。" in shown
    assert f"/registers/entries/{entry.pk}" not in shown
    assert "很高" not in shown


def test_a_faulty_roster_row_keeps_all_from_computing_and_is_named(cast: Cast) -> None:
    found, work = pushed(cast)
    school = subject(found, "YL02")
    district = subject(found, school.values["district"])
    leave_subject(by(cast.city_officer), subject_id=district.pk, version=district.version)

    shown = page(cast.city_officer, f"/rounds/{work.pk}/results")

    assert "有记录有误，结果算不出来" in shown
    assert f'href="/registers/subjects/{school.pk}"' in shown
    other = subject(found, "YL04")
    assert "结果算不出来" in page(
        cast.city_officer, f"/rounds/{work.pk}/results/schools/{other.pk}"
    )


def test_the_reason_is_needed_once_data_are_missing_and_stays_as_typed(cast: Cast) -> None:
    _, work = pushed(cast)
    client, where = signed_in(cast.city_officer), f"/rounds/{work.pk}/results/freeze"

    asked = client.get(where).content.decode()
    refused = client.post(where, {"because": " ", "key": "k1"}).content.decode()
    too_long = client.post(where, {"because": "长" * 201, "key": "k2"}).content.decode()

    for shown in (asked, refused, too_long):
        assert "缺数据也要冻结的理由" in shown
        assert "可不填" not in shown
    assert "autofocus" not in asked
    assert "个对象还缺数据" in refused
    assert "autofocus" in refused
    assert "长" * 201 in too_long
    assert "autofocus" in too_long


def test_many_rows_are_frozen_by_a_job_that_is_watched(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, work = pushed(cast)
    monkeypatch.setattr(deciding, "AT_ONCE", 3)
    client = signed_in(cast.city_officer)

    answer = client.post(f"/rounds/{work.pk}/results/freeze", {"because": WHY, "key": "k1"})

    job = Job.objects.get(kind="result.freeze")
    assert answer["Location"] == f"/jobs/{job.pk}"
    assert "冻结结果：" in client.get(f"/jobs/{job.pk}").content.decode()


def test_what_follows_is_proposed_listed_and_decided_by_forms(cast: Cast) -> None:
    work = proposed(cast)
    lead = signed_in(cast.lead)
    shown = page(cast.lead, f"/rounds/{work.pk}/results/consequences")
    row = Consequence.objects.unscoped("a test").filter(state="proposed").order_by("pk")[0]
    assert row.title in shown
    assert "去决定" in shown
    asked = page(cast.lead, f"/results/consequences/{row.pk}")
    assert "不采纳" in asked
    wrong = lead.post(
        f"/results/consequences/{row.pk}/decide", {"decision": "decline", "key": "k1"}
    )
    assert "“理由”还没有填。" in wrong.content.decode()
    done = lead.post(
        f"/results/consequences/{row.pk}/decide",
        {"decision": "confirm", "because": "同意", "starts_on": "2026-12-01", "key": "k2"},
        follow=True,
    )
    assert "已确认" in done.content.decode()
    assert "何敏仪" in done.content.decode()


def test_bars_are_looked_up_by_name_and_day(cast: Cast) -> None:
    proposed(cast)
    row = Consequence.objects.unscoped("a test").order_by("pk")[0]
    Consequence.objects.unscoped("a test").filter(pk=row.pk).update(
        bars=["评优评先"], state="confirmed", decided_at="2026-11-27T02:00Z"
    )
    assert "评优评先" in page(cast.lead, f"/results/bars?q={row.subject.key}")
    assert "没有查到限制" in page(cast.lead, "/results/bars?q=没有")
    assert "没有查到限制" in page(cast.far_lead, "/results/bars")


def test_the_list_of_rounds_leads_to_the_own_result(cast: Cast) -> None:
    _, work = appraised(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    shown = page(cast.teacher, "/results")
    assert work.title in shown
    assert "已冻结" in shown
    assert "还没有考核结果" in page(cast.outsider, "/results")


def test_a_table_asks_the_database_as_often_for_many_as_for_few(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for size in (1, 3):
        found = adopt("s2-guangzhou", cast.city)
        fill(found)
        kept = Subject.objects.unscoped("a test").filter(adoption=found.adoption, roster="school")
        seen = set(kept.order_by("key").values_list("pk", flat=True)[:size])
        kept.exclude(pk__in=seen).update(unit=cast.far_school)
        kept.filter(pk__in=seen).update(unit=cast.school)
        work = open_round(found)
        client = signed_in(cast.lead)
        client.get(f"/rounds/{work.pk}/results")
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            client.get(f"/rounds/{work.pk}/results")
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_of_results_keep_nobody_out(window: Open, cast: Cast, width: int) -> None:
    found, work = appraised(cast)
    own = Subject.objects.unscoped("a test").get(adoption=found.adoption, person=cast.teacher)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    corrected(found, "self_report", "conduct", "很高")
    where = f"/rounds/{work.pk}/results"
    visits = [
        (cast.lead, where),
        (cast.lead, f"{where}?result={RESULT}&live=1"),
        (cast.lead, f"{where}/{RESULT}/seats"),
        (cast.lead, f"{where}/consequences"),
        (cast.lead, f"/results/sets/{frozen(work).pk}/reopen"),
        (cast.lead, "/results/bars"),
        (cast.teacher, "/results"),
        (cast.teacher, f"{where}/{RESULT}/{own.pk}?open=1"),
    ]
    wrong = []
    for at, (who, path) in enumerate(visits):
        shown = window(path, who, width=width)
        if folder := os.environ.get("KAOCHENG_PICTURES"):
            shown.screenshot(path=f"{folder}/results-{at}-{width}.png", full_page=True)
        wrong += [f"{path}: {one}" for one in violations(shown)]
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if (excess := shown.evaluate(too_wide)) > 0:
            wrong.append(f"{path}: {excess} px too wide")
    assert wrong == []
