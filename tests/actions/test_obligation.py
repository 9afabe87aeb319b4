"""Obligations as time goes by: opened, gated, fulfilled, missed, handed on, extended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest

from kaocheng.access.actor import By
from kaocheng.access.refusal import Refused
from kaocheng.actions import obligation
from kaocheng.actions.amendment import make_amendment
from kaocheng.actions.entry_evidence import Evidence
from kaocheng.actions.entry_import import check_import, import_entries
from kaocheng.actions.entry_write import changed
from kaocheng.actions.fact_load import Place
from kaocheng.actions.file import keep_bytes
from kaocheng.actions.obligation import excuse, finish, move_rounds
from kaocheng.actions.roster import Upload
from kaocheng.actions.round import note_event
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.obligation_plan import Plan, plan
from kaocheng.queries.round_course import Course
from kaocheng.records.models import (
    AuditRow,
    Consequence,
    Entry,
    Handover,
    Message,
    Obligation,
    Round,
    Task,
)
from kaocheng.records.models.register import Standing
from kaocheng.records.models.round import ObligationState as State
from tests.cast import Cast, by
from tests.rounds import WHY, begun, china, enter, move, owed

S2_START = "2023-11-06"


def guangzhou(cast: Cast) -> tuple[Adopted, Round]:
    """Two schools: YL02 in one district of the cast, HZ02 in the other."""

    def placed(_roster: str, row: Mapping[str, str]) -> Place:
        in_first = row.get("district", row["id"]).startswith("YL")
        if "district" in row:
            return Place(cast.school if in_first else cast.far_school)
        return Place(cast.district if in_first else cast.other_district)

    kept = {"school": ("YL02", "HZ02"), "district": ("YL", "HZ"), "guide": ("G2",)}
    return begun(
        "s2-guangzhou",
        cast.city,
        placed,
        starts=S2_START,
        only=lambda roster, row: roster not in kept or row["id"] in kept[roster],
    )


def materials(found: Adopted, school: str) -> list[dict[str, str]]:
    rows = found.adoption.parameters["indicators"][1:]
    return [{"school": school, "indicator": row[0], "uploaded_on": "2023-11-20"} for row in rows]


def tasks_of(row: Obligation) -> list[Task]:
    first = owed(row.round, row.duty)
    source = min(one.pk for one in first if one.period == row.period)
    tasks = Task.objects.unscoped(WHY).filter(source_kind="obligation", source_id=str(source))
    return list(tasks.order_by("pk"))


def test_a_duty_waits_for_its_gate_and_opens_once_that_holds(cast: Cast) -> None:
    found, work = guangzhou(cast)
    move(work, china("2023-11-10"))
    [hz, yl] = owed(work, "self_scoring")
    assert (yl.state, yl.because) == (State.SHUT, "先上传材料，再自评打分")
    assert not tasks_of(yl)

    enter(found, "material", *materials(found, "YL02"), at=china("2023-11-20"))
    move(work, china("2023-11-20", 9))

    [hz, yl] = owed(work, "self_scoring")
    assert (hz.state, yl.state) == (State.SHUT, State.OPEN)
    assert yl.due_at == china("2023-12-07", 0)
    [task] = tasks_of(yl)
    assert (task.unit, task.role, task.due_at) == (cast.school, "lead", yl.due_at)
    assert task.page == "/reviews"
    [hz, yl] = owed(work, "upload")
    assert (hz.state, yl.state) == (State.OPEN, State.DONE)
    assert {task.page for task in tasks_of(hz)} == {f"/registers/{found.adoption.pk}/material"}


def test_one_faulty_entry_shuts_no_gate_but_its_own(cast: Cast) -> None:
    found, work = guangzhou(cast)
    enter(found, "material", *materials(found, "YL02"), at=china("2023-11-20"))
    *sound, last = materials(found, "HZ02")
    faulty = {**last, "uploaded_on": "昨天"}
    enter(found, "material", *sound, faulty, at=china("2023-11-20"))

    move(work, china("2023-11-20", 9))

    [hz, yl] = owed(work, "self_scoring")
    assert (yl.state, yl.because) == (State.OPEN, "")
    assert (hz.state, hz.because) == (State.SHUT, "先上传材料，再自评打分")


def test_what_is_handed_in_is_counted_and_a_waiting_entry_says_so(cast: Cast) -> None:
    found, work = guangzhou(cast)
    move(work, china("2023-11-10"))
    rows = materials(found, "YL02")

    at = china("2023-11-20")
    enter(found, "material", *rows, at=at, standing=Standing.WAITING, touch=True)

    [_, yl] = owed(work, "upload")
    assert (yl.state, yl.because, yl.done_at) == (State.DONE, "待审签", at)
    [hz_task, yl_task] = sorted(tasks_of(yl), key=lambda task: task.unit.name)[::-1]
    assert {hz_task.state, yl_task.state} == {"open", "done"}


def test_an_import_fulfils_what_is_owed_at_once(cast: Cast) -> None:
    found, work = guangzhou(cast)
    holders = found.adoption.holders
    found.adoption.holders = {
        name: [Holder(How.ROLE, role="officer", kind="city").kept()] for name in holders
    }
    found.adoption.save()
    at = china("2023-11-20")
    move(work, at)
    titles = [one.title for one in found.register("material").fields.values()]
    lines = [dict(zip(found.register("material").fields, titles, strict=True))]
    lines += materials(found, "YL02")
    names = ("school", "indicator", "uploaded_on")
    text = "\n".join(",".join(line[name] for name in names) for line in lines)
    who = by(cast.city_officer, at=at)
    brought = check_import(
        who,
        adoption_id=found.adoption.pk,
        register="material",
        upload=Upload("材料.csv", text.encode()),
    )

    import_entries(
        who,
        adoption_id=found.adoption.pk,
        register="material",
        use_id=int(brought.id),
        evidence=Evidence(keep_bytes([b"%PDF-1.4 list"]), "材料.pdf"),
    )

    [hz, yl] = owed(work, "upload")
    assert (hz.state, yl.state) == (State.OPEN, State.DONE)


def test_a_correction_that_waits_is_not_handed_in_beside_what_it_replaces(cast: Cast) -> None:
    found, work = guangzhou(cast)
    move(work, china("2023-11-10"))
    at = china("2023-11-20")
    [counting, *_] = enter(found, "material", *materials(found, "YL02")[:11], at=at, touch=True)
    behind = Entry.objects.unscoped(WHY).get(pk=counting.pk)
    behind.pk, behind.once, behind.standing = None, "", Standing.WAITING
    behind.corrects = behind.replaces = counting
    behind.save(force_insert=True)
    changed(found.adoption, [("material", behind.unit_id)])

    move(work, china("2023-11-21"))

    [_, yl] = owed(work, "upload")
    assert (yl.state, yl.done_count, yl.because) == (State.OPEN, 11, "")


def test_a_duty_wants_an_entry_for_each_row_of_the_table_that_tells_them_apart(
    cast: Cast,
) -> None:
    found, work = guangzhou(cast)
    move(work, china("2023-11-10"))
    first, *others = materials(found, "YL02")
    unknown = first | {"indicator": "Z9"}
    assert len(others) == 11

    enter(found, "material", first, unknown, *others[:4], at=china("2023-11-20"), touch=True)

    [hz, yl] = owed(work, "upload")
    assert (yl.state, yl.done_count, yl.needed) == (State.OPEN, 5, 12)
    assert (hz.state, hz.done_count, hz.needed) == (State.OPEN, 0, 12)
    [task] = [one for one in tasks_of(yl) if one.unit == cast.school]
    assert (task.state, task.done_count, task.total_count) == ("open", 5, 12)

    last = china("2023-11-25")
    enter(found, "material", *others[4:], at=last, touch=True)

    [_, yl] = owed(work, "upload")
    assert (yl.state, yl.done_count, yl.needed, yl.done_at) == (State.DONE, 12, 12, last)


def test_the_table_counts_as_it_was_adopted_and_a_review_is_handed_in_whole(cast: Cast) -> None:
    found, work = guangzhou(cast)
    found.adoption.parameters["indicators"] = found.adoption.parameters["indicators"][:3]
    found.adoption.save()
    work = Round.objects.unscoped(WHY).get(pk=work.pk)

    move(work, china("2023-11-10"))

    assert {row.needed for row in owed(work, "upload")} == {2}
    assert {row.needed for row in owed(work, "self_scoring")} == {1}


def test_each_district_has_the_days_of_what_happened_there(cast: Cast) -> None:
    _, work = guangzhou(cast)
    move(work, china("2023-11-10"))
    posted = china("2023-12-28", 9)

    note_event(
        by(cast.officer, at=china("2023-12-28", 10)),
        round_id=work.pk,
        name="result_posted",
        happened_at=posted,
    )

    course = Course(work, china("2023-12-29"))
    here = course.agendas.at(cast.district.path).days
    there = course.agendas.at(cast.other_district.path).days
    # Seven working days with the day itself, without New Year's Day.
    assert here["result_notice.to"].isoformat() == "2024-01-08"
    assert there["result_notice.to"].isoformat() == "2024-01-05"


def test_offices_owe_what_their_title_owes_one_each(cast: Cast) -> None:
    _, work = guangzhou(cast)

    move(work, china("2023-11-10"))

    rows = owed(work, "district_report")
    assert {row.unit for row in rows} == {cast.district, cast.other_district}
    assert all(row.due_at == china("2024-01-11", 0) for row in rows)
    assert {(task.unit, task.role) for task in tasks_of(rows[0])} == {
        (cast.district, "officer"),
        (cast.other_district, "officer"),
    }


def test_what_is_missed_says_so_and_late_work_is_still_taken(cast: Cast) -> None:
    found, work = guangzhou(cast)
    move(work, china("2023-11-10"))

    move(work, china("2023-12-07", 0))
    [_, yl] = owed(work, "upload")
    assert yl.state == State.MISSED
    assert {task.state for task in tasks_of(yl)} == {"open"}

    enter(found, "material", *materials(found, "YL02"), at=china("2023-12-08"))
    move(work, china("2023-12-08", 9))
    [_, yl] = owed(work, "upload")
    assert yl.state == State.LATE


def test_an_entry_that_is_withdrawn_is_owed_again(cast: Cast) -> None:
    found, work = guangzhou(cast)
    move(work, china("2023-11-10"))
    [entry, *_] = enter(found, "material", *materials(found, "YL02"), at=china("2023-11-20"))
    move(work, china("2023-11-20", 9))
    assert owed(work, "upload")[1].state == State.DONE

    type(entry).objects.unscoped(WHY).filter(pk=entry.pk).update(standing=Standing.WITHDRAWN)
    move(work, china("2023-11-21"))

    [_, yl] = owed(work, "upload")
    assert (yl.state, yl.done_count, yl.done_at) == (State.OPEN, 11, None)


def test_an_extension_moves_what_is_owed_and_its_tasks(cast: Cast) -> None:
    found, work = guangzhou(cast)
    move(work, china("2023-11-10"))
    found.adoption.dates = {"self_assessment.to": "2023-12-20"}
    found.adoption.version += 1
    found.adoption.save()
    work = Round.objects.unscoped(WHY).get(pk=work.pk)

    move(work, china("2023-12-01"))

    [_, yl] = owed(work, "upload")
    assert yl.due_at == china("2023-12-21", 0)
    assert {task.due_at for task in tasks_of(yl)} == {china("2023-12-21", 0)}
    move(work, china("2023-12-10"))
    assert owed(work, "upload")[1].state == State.OPEN


def test_an_extension_of_a_later_day_holds_from_that_day(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    found, work = guangzhou(cast)
    found.adoption.approved_at = china(S2_START)
    found.adoption.save()
    move_rounds(china("2023-11-10"))
    make_amendment(
        By(by(cast.city_officer).actor, at=china("2023-11-10")),
        adoption_id=found.adoption.pk,
        version=found.adoption.version,
        why="学校反映时间太紧",
        takes_effect_on=date(2023, 11, 20),
        dates={"self_assessment.to": "2023-12-20"},
        holders={"中小学校": [Holder(How.OUTSIDE)]},
    )
    move_rounds(china("2023-11-19", 23))
    assert owed(work, "upload")[1].due_at == china("2023-12-07", 0)
    schools = {cast.school, cast.far_school}
    assert {task.unit for task in tasks_of(owed(work, "upload")[1])} == schools

    move_rounds(china("2023-11-20", 0))

    [_, yl] = owed(work, "upload")
    assert yl.due_at == china("2023-12-21", 0)
    [task] = [one for one in tasks_of(yl) if one.state == "open"]
    assert (task.unit, task.due_at) == (cast.city, china("2023-12-21", 0))
    assert not caplog.records


def appraisal(cast: Cast) -> tuple[Adopted, Round]:
    """Two employees with their superior named in the roster, under one lead."""
    people = {"XX01": cast.teacher, "XX02": cast.colleague}
    return begun(
        "s0.4-appraisal",
        cast.school,
        lambda _roster, row: Place(cast.group, people.get(row["id"])),
        starts="2025-01-01",
        only=lambda roster, row: roster != "employee" or row["id"] in people,
        holders={"直接上级": [{"how": "field", "field": "superior"}]},
    )


def test_deadlines_of_every_quarter_come_with_their_quarter(cast: Cast) -> None:
    _, work = appraisal(cast)

    move(work, china("2025-01-01"))
    assert {row.period for row in owed(work, "quarter_plan")} == {"2025Q1"}
    move(work, china("2025-03-27"))

    plans = owed(work, "quarter_plan")
    assert [(row.subject and row.subject.key, row.period) for row in plans] == [
        ("XX01", "2025Q1"),
        ("XX02", "2025Q1"),
        ("XX01", "2025Q2"),
        ("XX02", "2025Q2"),
    ]
    # “5日前” is read as strict or lenient by a parameter of the adoption.
    is_strict = work.adoption.parameters.get("deadline_reading") == "strict"
    assert plans[0].due_at == china("2025-01-05" if is_strict else "2025-01-06", 0)
    assert plans[0].state == State.MISSED
    assert (plans[2].state, plans[2].because) == (State.SHUT, "还没有开始")


def test_a_superior_rates_each_employee_only_after_plan_and_own_report(cast: Cast) -> None:
    found, work = appraisal(cast)
    move(work, china("2025-04-02"))
    rows = owed(work, "quarter_grading")
    assert {row.because for row in rows} == {"季度计划经直接上级审批"}
    assert [row.subject and row.subject.key for row in rows] == ["XX01", "XX02"]

    enter(
        found,
        "plan",
        {
            "employee": "XX02",
            "cycle": "2025Q1",
            "task": "门户改版",
            "standard": "按期完成",
            "support": "外包人力两名",
            "evaluators": "用户部门",
            "weight": "100%",
            "submitted_on": "2025-01-02",
            "approved_on": "2025-01-03",
        },
        at=china("2025-04-02"),
    )
    move(work, china("2025-04-02", 9))
    assert {row.because for row in owed(work, "quarter_grading")} == {
        "季度计划经直接上级审批",
        "季度自评在先",
    }
    report = {"employee": "XX02", "cycle": "2025Q1", "submitted_on": "2025-04-03"}
    enter(
        found,
        "self_report",
        report | {"achievement": "90", "conduct": "90"},
        at=china("2025-04-03"),
    )
    move(work, china("2025-04-03", 9))

    [first, second] = owed(work, "quarter_grading")
    assert (first.state, second.state) == (State.SHUT, State.OPEN)


def distance(cast: Cast) -> tuple[Adopted, Round]:
    return begun(
        "s4.8-distance",
        cast.district,
        lambda _roster, row: Place(cast.school, cast.teacher if row["id"] == "R3" else None),
        starts="2009-04-23",
        only=lambda roster, row: roster not in ("staff", "teachers") or row["id"] in ("R3", "T01"),
    )


def test_daily_duties_are_made_a_day_ahead_and_not_for_the_whole_year(cast: Cast) -> None:
    found, work = distance(cast)

    move(work, china("2009-04-23"))
    assert {row.period for row in owed(work, "daily_marking")} == {"2009-04-23", "2009-04-24"}
    enter(
        found,
        "logins",
        {"tutor": "R3", "day": "2009-04-23", "marked": "7"},
        at=china("2009-04-23", 20),
    )
    for day in ("2009-04-24", "2009-04-25", "2009-04-26"):
        move(work, china(day))

    rows = [row for row in owed(work, "daily_marking") if row.subject and row.subject.key == "R3"]
    states = {row.period: row.state for row in rows}
    assert states["2009-04-23"] == State.DONE
    assert states["2009-04-24"] == State.MISSED
    assert states["2009-04-26"] == State.OPEN
    missed = next(row for row in rows if row.state == State.MISSED)
    # What a day has missed cannot be made up: nobody is chased for it.
    assert {task.state for task in tasks_of(missed)} <= {"cancelled", "done"}


def test_two_sweeps_one_after_the_other_do_nothing_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, work = guangzhou(cast)
    monkeypatch.setattr(obligation, "_SEEN", {})
    at = china("2023-11-10")
    move_rounds(at)
    before = _everything()

    monkeypatch.setattr(obligation, "_SEEN", {})  # as another server would begin
    move_rounds(at + timedelta(minutes=1))
    move(work, at + timedelta(minutes=2))

    assert _everything() == before


def _everything() -> tuple[object, ...]:
    return (
        list(Obligation.objects.unscoped(WHY).order_by("pk").values_list("pk", "version", "state")),
        list(Task.objects.unscoped(WHY).order_by("pk").values_list("pk", "version", "state")),
        Message.objects.unscoped(WHY).count(),
        Consequence.objects.unscoped(WHY).count(),
    )


def test_a_sweep_leaves_rounds_alone_in_which_nothing_falls_due(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    guangzhou(cast)
    monkeypatch.setattr(obligation, "_SEEN", {})
    at = china("2023-11-10")
    move_rounds(at)
    moved = AuditRow.objects.filter(action="round.move").count()

    asked: list[datetime] = []
    monkeypatch.setattr(obligation, "plan", lambda course: asked.append(course.now))
    move_rounds(at + timedelta(minutes=1))

    assert asked == []
    assert AuditRow.objects.filter(action="round.move").count() == moved


def test_a_round_that_fails_does_not_stop_the_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _, first = guangzhou(cast)
    _, second = distance(cast)
    monkeypatch.setattr(obligation, "_SEEN", {})

    def plan_or_fail(course: Course) -> Plan:
        if course.work.pk == first.pk:
            raise ValueError
        return plan(course)

    monkeypatch.setattr(obligation, "plan", plan_or_fail)
    move_rounds(china("2023-11-10"))

    assert "round failed" in caplog.text
    assert not owed(first, "upload")
    assert Obligation.objects.unscoped(WHY).filter(round=second).exists()


def test_k49_only_who_owes_it_says_that_it_is_done(cast: Cast) -> None:
    _, work = appraisal(cast)
    move(work, china("2025-04-02"))
    [row] = [one for one in owed(work, "quarter_summary") if one.period == "2025Q1"]
    at = china("2025-04-10")

    with pytest.raises(Refused, match="这一项不归您办，没有做任何改动。"):
        finish(by(cast.workshop_leader, at=at), obligation_id=owed(work, "archive")[0].pk)
    finish(by(cast.lead, at=at), obligation_id=row.pk)

    [row] = [one for one in owed(work, "quarter_summary") if one.period == "2025Q1"]
    assert (row.state, row.done_at) == (State.DONE, at)
    move(work, china("2025-05-10"))
    assert owed(work, "quarter_summary")[0].state == State.DONE


def test_k48_what_entries_fulfil_is_not_told_as_done(cast: Cast) -> None:
    _, work = guangzhou(cast)
    move(work, china("2023-11-10"))
    [_, yl] = owed(work, "upload")

    with pytest.raises(
        Refused, match="这一项现在不能这样办：已经办完、免办，或者要靠台账记录、评价来完成。"
    ):
        finish(by(cast.lead), obligation_id=yl.pk)


def test_whoever_runs_the_round_excuses_with_a_reason(cast: Cast) -> None:
    _, work = guangzhou(cast)
    move(work, china("2023-11-10"))
    [_, yl] = owed(work, "upload")

    excuse(by(cast.city_officer), obligation_id=yl.pk, because="学校撤并")
    move(work, china("2023-12-30"))

    [_, yl] = owed(work, "upload")
    assert (yl.state, yl.because) == (State.DROPPED, "学校撤并")
    assert [task.state for task in tasks_of(yl) if task.unit == cast.school] == ["cancelled"]


def test_k46_an_excuse_needs_a_reason(cast: Cast) -> None:
    _, work = guangzhou(cast)
    move(work, china("2023-11-10"))

    with pytest.raises(Refused, match="“免办原因”还没有填。"):
        excuse(by(cast.city_officer), obligation_id=owed(work, "upload")[0].pk, because=" ")


def test_k47_a_reason_is_not_a_letter(cast: Cast) -> None:
    _, work = guangzhou(cast)
    move(work, china("2023-11-10"))

    with pytest.raises(Refused, match="“免办原因”最多 160 个字，现在有 161 个。"):
        excuse(by(cast.city_officer), obligation_id=owed(work, "upload")[0].pk, because="字" * 161)


def test_missing_an_interview_proposes_what_the_scheme_says(cast: Cast) -> None:
    _, work = appraisal(cast)
    move(work, china("2025-04-02"))

    move(work, china("2025-04-16", 0))

    rows = [one for one in owed(work, "quarter_interview") if one.period == "2025Q1"]
    assert {row.state for row in rows} == {State.MISSED}
    assert {row.because for row in rows} == {"没有按规定执行绩效面谈"}
    proposed = Consequence.objects.unscoped(WHY).filter(round=work)
    assert {(one.effect, one.state) for one in proposed} == {("interview_missed", "proposed")}
    move(work, china("2025-04-17"))
    assert proposed.count() == len(rows)


def test_another_superior_gets_the_task_with_the_next_sweep(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, work = appraisal(cast)
    monkeypatch.setattr(obligation, "_SEEN", {})
    move_rounds(china("2025-04-02"))
    row = next(one for one in owed(work, "quarter_interview") if one.period == "2025Q1")
    assert row.subject is not None
    # Nobody is called 韩松: it falls to the office of the adopting unit. XX01 is XX02's superior.
    owners = {(one.unit_id, one.person_id, one.state) for one in tasks_of(row)}
    assert owners == {
        (cast.school.pk, None, "open"),
        (cast.group.pk, cast.teacher.pk, "open"),
    }

    row.subject.values = {**row.subject.values, "superior": "XX02"}
    row.subject.save()
    changed(found.adoption, [("employee", row.subject.unit_id)])
    move_rounds(china("2025-04-02", 9))

    owners = {(one.unit_id, one.person_id, one.state) for one in tasks_of(row)}
    assert owners == {
        (cast.school.pk, None, "cancelled"),
        (cast.group.pk, cast.teacher.pk, "open"),
        (cast.group.pk, cast.colleague.pk, "open"),
    }


def test_a_task_that_was_handed_over_stays_with_whoever_took_it(cast: Cast) -> None:
    _, work = appraisal(cast)
    move(work, china("2025-01-01"))
    [row] = [one for one in owed(work, "quarter_plan") if one.subject and one.subject.key == "XX01"]
    [task] = [one for one in tasks_of(row) if one.person_id == cast.teacher.pk]
    task.person = cast.workshop_leader
    task.save()
    Handover(
        unit=cast.group,
        giver=cast.teacher,
        taker=cast.workshop_leader,
        made_by=cast.teacher,
        state="taken",
        items=[{"kind": "task", "id": task.pk, "title": "计划", "note": ""}],
        made_at=china("2025-01-02"),
    ).save()

    move(work, china("2025-01-03"))

    people = {one.person_id: one.state for one in tasks_of(row)}
    assert people[cast.workshop_leader.pk] == "open"
    assert cast.teacher.pk not in people
