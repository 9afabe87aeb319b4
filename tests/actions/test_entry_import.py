"""Imports into registers: tables and 接龙, looked at first, written whole or not at all."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from python_calamine import CalamineWorkbook

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.entry import withdraw
from kaocheng.actions.entry_evidence import Evidence
from kaocheng.actions.entry_import import ask_import, check_import, import_entries
from kaocheng.actions.entry_sign import return_entry, sign
from kaocheng.actions.file import keep_bytes
from kaocheng.actions.job import TakenAway, report_inside
from kaocheng.actions.roster import Upload
from kaocheng.documents.tables import Sheet, xlsx
from kaocheng.jobs.entry_import import import_rows
from kaocheng.jobs.lease import do
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_files import evidence_of
from kaocheng.queries.entry_import import PASTED, Plan, faults_table, plan_import
from kaocheng.queries.register_codes import code_resolved, codes_of
from kaocheng.records.models import Entry, FileUse, Job, Person, Task
from kaocheng.records.models.register import Standing
from tests.actions.test_entry import _town_officer
from tests.appraising import pushed
from tests.cast import NOW, Cast, actor, by
from tests.registering import entries, subject, town

HEADINGS = ("教职工", "日期（起）", "种类", "天数或次数")
TODAY = NOW.date()


def book(*rows: tuple[str, ...]) -> Upload:
    return Upload("考勤.xlsx", xlsx("考勤", [Sheet("考勤", HEADINGS, rows)]))


def photo() -> Evidence:
    return Evidence(keep_bytes([b"%PDF-1.4 list"]), "签到表.pdf")


def checked(found: Adopted, who: Person, upload: Upload) -> int:
    answer = check_import(by(who), adoption_id=found.adoption.pk, register="leave", upload=upload)
    return int(answer.id)


def taken(found: Adopted, who: Person, use_id: int) -> int:
    answer = import_entries(
        by(who),
        adoption_id=found.adoption.pk,
        register="leave",
        use_id=use_id,
        evidence=photo(),
    )
    return int(answer.values["count"])


def planned(found: Adopted, who: Person, text: str) -> Plan:
    register = found.register("leave")
    raw = text.encode()
    return plan_import(actor(who), found, register, raw, file=PASTED, today=TODAY)


def said(plan: Plan) -> list[tuple[str, str]]:
    return [(plan.place(fault), fault.problem.message_id) for fault in plan.faults]


def test_workbook_is_imported_whole_with_its_evidence(cast: Cast) -> None:
    found = town(cast)
    rows = ("T01", "2019-10-08", "病假", "1"), ("陈秀兰", "2019/10/9", "事假", "2")
    use = checked(found, cast.lead, book(*rows))

    count = taken(found, cast.lead, use)

    assert count == 2
    new = entries(found, "leave")[-2:]
    assert [(one.values, one.standing) for one in new] == [
        ({"staff": "T01", "date": "2019-10-08", "kind": "病假", "amount": "1"}, Standing.COUNTS),
        ({"staff": "T02", "date": "2019-10-09", "kind": "事假", "amount": "2"}, Standing.COUNTS),
    ]
    assert [[use.name for use in evidence_of(one)] for one in new] == [["签到表.pdf"]] * 2


def test_what_was_imported_cannot_be_imported_again(cast: Cast) -> None:
    found = town(cast)
    use = checked(found, cast.lead, book(("T01", "2019-10-08", "病假", "1")))
    taken(found, cast.lead, use)

    with pytest.raises(NotYours):
        taken(found, cast.lead, use)


def test_somebody_elses_table_is_not_theirs_to_import(cast: Cast) -> None:
    found = town(cast)
    use = checked(found, cast.lead, book(("T01", "2019-10-08", "病假", "1")))

    with pytest.raises(NotYours):
        taken(found, cast.clerk, use)


def test_k37_one_wrong_row_keeps_all_out(cast: Cast) -> None:
    found = town(cast)
    use = checked(
        found,
        cast.lead,
        book(("T01", "2019-10-08", "病假", "1"), ("无此人", "2019-10-08", "倒休", "1")),
    )

    with pytest.raises(Refused) as refused:
        taken(found, cast.lead, use)

    assert str(refused.value) == "还有 2 处要改，一条也没有导入。"
    assert len(entries(found, "leave")) == 19


def test_problems_name_their_cells_and_can_be_taken_away(cast: Cast) -> None:
    found = town(cast)
    upload = book(("无此人", "昨天", "病假", "1"), ("T02", "2019-10-08", "倒休", "9" * 16))
    register = found.register("leave")

    plan = plan_import(actor(cast.lead), found, register, upload.raw, file=upload.name, today=TODAY)

    assert sorted(said(plan)) == [("A2", "K27"), ("B2", "F43"), ("C3", "F44"), ("D3", "K34")]
    book_of = CalamineWorkbook.from_filelike(io.BytesIO(faults_table(plan, register)))
    rows = book_of.get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows][-4:] == ["A2", "B2", "C3", "D3"]


def test_pasted_table_is_read_by_its_headings(cast: Cast) -> None:
    found = town(cast)

    plan = planned(
        found, cast.lead, "种类\t教职工\t天数或次数\t日期（起）\t备注\n病假\tT01\t1\t2019-10-08\t好"
    )

    assert plan.errors == 0
    assert plan.source.unknown == ("备注",)
    assert [dict(row.values) for row in plan.checked.rows] == [
        {"staff": "T01", "date": "2019-10-08", "kind": "病假", "amount": "1"}
    ]


def test_k36_relay_list_tells_the_lines_that_it_did_not_understand(cast: Cast) -> None:
    found = town(cast)
    name = subject(found, "T03").name

    plan = planned(
        found,
        cast.lead,
        f"#接龙\n10月请假\n1. {name} 事假 1天 2019年10月8日\n2. 隔壁老王 病假 2天",
    )

    assert said(plan) == [("第 4 行", "K36")]
    [fault] = plan.faults
    assert str(fault.problem) == "接龙第 4 行没有看懂：“隔壁老王 病假 2天”。"
    assert [dict(row.values) for row in plan.checked.rows] == [
        {"staff": "T03", "date": "2019-10-08", "kind": "事假", "amount": "1"}
    ]


def test_k114_a_code_or_its_title_is_one_of_the_table(cast: Cast) -> None:
    found, _ = pushed(cast)
    register = found.register("material")
    titles = "\t".join(register.fields[name].title for name in ("school", "indicator"))
    text = f"{titles}\nYL02\tZ9\nYL02\t信息化教育教学发展规划\nYL02\tA2"

    plan = plan_import(
        actor(cast.city_officer), found, register, text.encode(), file=PASTED, today=TODAY
    )

    [(line, unknown)] = [
        (one.line, one.problem) for one in plan.faults if one.problem.message_id == "K114"
    ]
    assert line == 2
    assert str(unknown) == "没有“Z9”这个代码或名称。"
    assert unknown.remedy("zh").startswith("请写表里的一个，如 A1 信息化教育教学发展规划、A2 ")
    titled = {"indicator": "信息化教育教学发展规划"}
    assert not list(code_resolved(codes_of(found, register), titled, kept={}))
    assert titled == {"indicator": "A1"}


def test_k35_what_holds_no_row_is_told(cast: Cast) -> None:
    found = town(cast)

    with pytest.raises(Refused) as refused:
        planned(found, cast.lead, "大家好")

    assert str(refused.value) == "没有读到可以登记的内容。"


def test_import_by_somebody_without_the_title_waits_for_the_bearer(cast: Cast) -> None:
    found = town(cast)
    use = checked(found, cast.officer, book(("T05", "2019-10-08", "病假", "1")))

    taken(found, cast.officer, use)

    assert entries(found, "leave")[-1].standing == Standing.WAITING


def asked(found: Adopted, cast: Cast) -> Job:
    days = [("T01", f"2019-10-{day:02}", "病假", "1") for day in range(8, 13)]
    use = checked(found, cast.lead, book(*days))
    ask_import(
        by(cast.lead),
        adoption_id=found.adoption.pk,
        register="leave",
        use_id=use,
        evidence=photo(),
    )
    return Job.objects.get(kind="entry.import")


@pytest.mark.django_db(transaction=True)
def test_long_import_runs_in_the_background_once_and_tells_its_rows(
    cast: Cast, now: datetime
) -> None:
    found = town(cast)
    job = asked(found, cast)

    job.attempts = 1
    job.save()

    import_rows(job)
    do(job)

    assert len(entries(found, "leave")) == 24
    job.refresh_from_db()
    assert job.state == "done"
    assert job.outcome == {"page": f"/registers/{found.adoption.pk}/leave"}
    assert (job.done_count, job.total_count) == (5, 5)


@pytest.mark.django_db(transaction=True)
def test_import_that_is_cancelled_between_rows_writes_none(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = town(cast)
    job = asked(found, cast)
    monkeypatch.setattr("kaocheng.actions.entry_import.AT_ONCE", 2)
    seen: list[tuple[int | None, ...]] = []

    def told(done: int, total: int) -> None:
        report_inside(job, done=done, total=total)
        seen.append(tuple(Job.objects.values_list("done_count", "total_count").get(pk=job.pk)))
        if done == 4:
            raise TakenAway

    with pytest.raises(TakenAway):
        import_entries(
            by(cast.lead),
            adoption_id=found.adoption.pk,
            register="leave",
            use_id=job.payload["use_id"],
            evidence=photo(),
            tell=told,
        )
    Job.objects.update(state="cancelled")
    with pytest.raises(TakenAway):
        import_rows(job)

    assert seen == [(0, 5), (2, 5), (4, 5)]
    assert len(entries(found, "leave")) == 19


def many(found: Adopted, cast: Cast) -> tuple[FileUse, list[Entry]]:
    """25 rows brought by the district's officer, who only proposes: the school's lead signs."""
    days = [("T05", f"2019-10-{day:02}", "病假", "1") for day in range(1, 26)]
    use = checked(found, cast.officer, book(*days))
    taken(found, cast.officer, use)
    return FileUse.objects.unscoped("a test").get(pk=use), entries(found, "leave")[-25:]


def tasks_of(table: FileUse) -> list[Task]:
    rows = Task.objects.unscoped("a test").filter(source_kind="fileuse", source_id=str(table.pk))
    return list(rows.order_by("pk"))


def test_an_import_is_one_task_of_its_signer_until_none_of_it_waits(cast: Cast) -> None:
    found = town(cast)
    table, rows = many(found, cast)

    [task] = tasks_of(table)
    assert (task.title, task.unit, task.role, task.total_count, task.done_count) == (
        "审签：考勤登记 25 条",
        cast.school,
        "lead",
        25,
        0,
    )
    assert task.page == f"/registers/{found.adoption.pk}/leave?sign=1&import={table.pk}"
    assert not Task.objects.unscoped("a test").filter(source_kind="entry").exists()

    return_entry(by(cast.lead), entry_id=rows[0].pk, because="没有假条")
    sign(by(cast.lead), entry_ids=[one.pk for one in rows[1:11]])
    [task] = tasks_of(table)
    assert (task.state, task.done_count, task.total_count) == ("open", 11, 25)

    withdraw(by(cast.officer), entry_id=rows[11].pk, version=1)
    sign(by(cast.lead), entry_ids=[one.pk for one in rows[12:]])
    [task] = tasks_of(table)
    assert (task.state, task.done_count) == ("done", 25)


def test_next_signer_of_an_import_gets_a_task_when_the_first_has_signed(cast: Cast) -> None:
    found = town(cast)
    headings = ("教职工", "认定日期", "情形", "认定人")
    listed = tuple((key, "2019-10-08", "停发工资", "周") for key in ("T01", "T02"))
    upload = Upload("认定.xlsx", xlsx("认定", [Sheet("认定", headings, listed)]))
    about = {"adoption_id": found.adoption.pk, "register": "findings"}
    use = int(check_import(by(cast.lead), **about, upload=upload).id)  # type: ignore[arg-type]
    import_entries(by(cast.lead), **about, use_id=use, evidence=photo())  # type: ignore[arg-type]
    table = FileUse.objects.unscoped("a test").get(pk=use)
    ids = [one.pk for one in entries(found, "findings")[-2:]]
    officer = _town_officer(cast)

    sign(by(officer), entry_ids=ids[:1])
    half = [(task.unit.kind, task.state, task.total_count) for task in tasks_of(table)]
    sign(by(officer), entry_ids=ids[1:])
    whole = [(task.unit.kind, task.state, task.total_count) for task in tasks_of(table)]
    sign(by(cast.officer), entry_ids=ids)

    assert half == [("town", "open", 2), ("district", "open", 1)]
    assert whole == [("town", "done", 2), ("district", "open", 2)]
    assert {task.state for task in tasks_of(table)} == {"done"}
