"""Entries: entered, proposed, signed, corrected, withdrawn, moved on; each refusal once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.actions.entry import correct, enter, withdraw
from kaocheng.actions.entry_evidence import Evidence
from kaocheng.actions.entry_sign import acknowledge, advance, return_entry, sign
from kaocheng.actions.file import keep_bytes
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_files import evidence_of
from kaocheng.records.models import (
    Appointment,
    Entry,
    Message,
    Person,
    RegisterRevision,
    RegisterTotal,
    Round,
    Task,
)
from kaocheng.records.models.register import Standing
from kaocheng.records.models.round import RoundState
from kaocheng.records.models.scheme import AdoptionState
from tests.cast import NOW, Cast, actor, by, unit
from tests.registering import city, company, entries, entry, opened, subject, town

SICK = {"staff": "T01", "date": "2019-10-08", "kind": "病假", "amount": "1"}
FINDING = {"staff": "T02", "date": "2019-10-08", "kind": "停发工资", "confirmed_by": "周"}


def paper(text: bytes = b"%PDF-1.4 slip") -> Evidence:
    return Evidence(keep_bytes([text]), "假条.pdf")


def leave(found: Adopted, who: Person, **changed: Any) -> Entry:  # noqa: ANN401  # as they come
    values = {**SICK, **changed}
    answer = enter(
        by(who),
        adoption_id=found.adoption.pk,
        register="leave",
        values=values,
        evidence=paper(),
    )
    return entry(answer.id)


def finding(found: Adopted, who: Person, **changed: Any) -> Entry:  # noqa: ANN401  # as they come
    answer = enter(
        by(who),
        adoption_id=found.adoption.pk,
        register="findings",
        values={**FINDING, **changed},
        evidence=paper(),
    )
    return entry(answer.id)


def problems(refused: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {name: str(one) for name, one in refused.value.problems.items()}


def test_who_bears_the_title_enters_and_it_counts(cast: Cast) -> None:
    found = town(cast)
    before = RegisterTotal.objects.get(register="leave", code="病假", month=date(2019, 10, 1))

    made = leave(found, cast.lead)

    assert (made.standing, made.unit, made.subject, made.date, made.code) == (
        Standing.COUNTS,
        cast.school,
        subject(found, "T01"),
        date(2019, 10, 8),
        "病假",
    )
    after = RegisterTotal.objects.get(pk=before.pk)
    assert (after.entries, after.quantity) == (before.entries + 1, before.quantity + 1)


def test_names_days_and_units_are_kept_in_one_spelling(cast: Cast) -> None:
    found = town(cast)

    made = leave(found, cast.lead, staff="陈秀兰", date="2019年10月9日", amount="１.5 天")

    assert made.values == {"staff": "T02", "date": "2019-10-09", "kind": "病假", "amount": "1.5"}


def test_somebody_without_the_title_proposes_and_the_bearer_signs(cast: Cast) -> None:
    found = town(cast)

    made = leave(found, cast.teacher)
    [task] = Task.objects.unscoped("a test").filter(source_kind="entry", source_id=made.pk)
    sign(by(cast.lead), entry_ids=[made.pk])

    assert made.standing == Standing.WAITING
    assert (task.unit, task.role, task.page) == (
        cast.school,
        "lead",
        f"/registers/entries/{made.pk}",
    )
    signed = entry(made.pk)
    assert (signed.standing, signed.signed_count) == (Standing.COUNTS, 1)
    assert [(one.kind, one.what, one.person) for one in signed.steps.order_by("pk")] == [
        ("state", "待登记人确认", cast.teacher),
        ("signed", "学校", cast.lead),
    ]


def test_entry_counts_only_with_its_last_signature(cast: Cast) -> None:
    found = town(cast)
    made = finding(found, cast.teacher, staff="T01")
    office = Appointment.objects.unscoped("a test").get(person=cast.officer)
    Appointment(
        person=cast.city_officer, role="officer", unit=cast.town, starts_on=office.starts_on
    )
    town_officer = _town_officer(cast)

    with pytest.raises(NotAllowed):
        sign(by(cast.officer), entry_ids=[made.pk])
    sign(by(town_officer), entry_ids=[made.pk])
    assert entry(made.pk).standing == Standing.WAITING
    sign(by(cast.officer), entry_ids=[made.pk])

    assert entry(made.pk).standing == Standing.COUNTS


def _writer(made: Entry) -> Person:
    assert made.entered_by is not None
    return made.entered_by


def _town_officer(cast: Cast) -> Person:
    from tests.cast import person

    return person("冯志", "fengzhi", "officer", cast.town)


def test_k20_what_is_counted_once_names_the_entry_that_stands(cast: Cast) -> None:
    found = town(cast)
    first = entries(found, "weekly_loads")[0]
    values = {**first.values, "weekly_load": "3"}

    with pytest.raises(Invalid) as refused:
        enter(
            by(cast.lead),
            adoption_id=found.adoption.pk,
            register="weekly_loads",
            values=values,
            evidence=paper(),
        )

    assert problems(refused) == {
        "row": f"这件事已经登记过：{first.subject.name if first.subject else ''}"
        f" （第 {first.pk} 号条目），没有重复写入。"
    }


def test_k21_who_has_nothing_to_do_with_the_subject_cannot_enter(cast: Cast) -> None:
    found = town(cast)

    with pytest.raises(Invalid) as refused:
        leave(found, cast.teacher, staff="T05")
    with pytest.raises(NotYours):
        leave(found, cast.outsider)

    said = problems(refused)["staff"]
    assert re.fullmatch("您不能在“考勤登记”里登记“.+”，没有写入。", said)
    assert "请转告" in refused.value.problems["staff"].remedy("zh")


def test_k22_evidence_is_required_where_the_register_says_so(cast: Cast) -> None:
    found = town(cast)

    with pytest.raises(Invalid) as refused:
        enter(by(cast.lead), adoption_id=found.adoption.pk, register="leave", values=SICK)

    assert problems(refused) == {
        "evidence": "“考勤登记”每一条都要附佐证材料，这一次没有附，没有写入。"
    }


def test_k23_day_before_the_open_round_is_refused(cast: Cast) -> None:
    found = town(cast)
    opened(found, date(2019, 10, 9))

    with pytest.raises(Invalid) as refused:
        leave(found, cast.lead)

    assert problems(refused) == {
        "date": f"2019-10-08 早于正在进行的“{found.adoption.title}”"
        "的开始日期 2019-10-09，没有写入。"
    }


def test_k24_day_of_an_archived_round_is_refused(cast: Cast) -> None:
    found = town(cast)
    opened(found, date(2019, 9, 1), period="2019-2")
    rounds = Round.objects.unscoped("a test")
    rounds.filter(adoption=found.adoption).update(state=RoundState.ARCHIVED, archived_at=NOW)

    with pytest.raises(Invalid) as refused:
        leave(found, cast.lead)

    assert problems(refused) == {
        "date": f"2019-10-08 属于已经归档的“{found.adoption.title}”，不能再登记，没有写入。"
    }


def test_entry_after_a_freeze_makes_results_stale(cast: Cast) -> None:
    found = town(cast)
    opened(found, date(2019, 9, 1))
    Round.objects.unscoped("a test").update(state=RoundState.FROZEN)
    before = RegisterRevision.objects.get(register="leave", unit=cast.school).revision

    leave(found, cast.lead)

    after = RegisterRevision.objects.get(register="leave", unit=cast.school).revision
    assert after == before + 1


def test_k25_nobody_signs_their_own_entry(cast: Cast) -> None:
    found = town(cast)
    made = finding(found, _town_officer(cast))
    made.pk, made.number, made.once, made.entered_by = None, "", "", cast.officer
    made.save()

    with pytest.raises(Refused) as refused:
        sign(by(cast.officer), entry_ids=[made.pk])

    assert str(refused.value) == "这一条是您自己登记的，不能由您审签。"
    assert entry(made.pk).standing == Standing.WAITING


def test_k26_what_counts_is_not_signed_again(cast: Cast) -> None:
    found = town(cast)
    made = leave(found, cast.lead)

    with pytest.raises(Refused) as refused:
        sign(by(cast.officer), entry_ids=[made.pk])

    assert str(refused.value) == "这一条现在是“计入”，不能审签，没有做任何改动。"


def test_k27_whoever_is_not_in_the_roster_is_named(cast: Cast) -> None:
    found = town(cast)

    with pytest.raises(Invalid) as refused:
        leave(found, cast.lead, staff="无此人")

    assert problems(refused) == {"staff": "“教职工”里没有“无此人”。"}


def test_k28_namesakes_are_told_apart_by_their_keys(cast: Cast) -> None:
    found = town(cast)
    for key in ("T03", "T04"):
        row = subject(found, key)
        row.name = "王敏"
        row.save()

    with pytest.raises(Invalid) as refused:
        leave(found, cast.lead, staff="王敏")
    made = leave(found, cast.lead, staff="王敏（T04）")

    assert problems(refused) == {"staff": "“教职工”里有 2 个“王敏”，分不清是哪一个。"}
    assert refused.value.problems["staff"].remedy("zh") == "请改写编号：T03、T04。"
    assert made.values["staff"] == "T04"


def test_k29_correction_says_why(cast: Cast) -> None:
    made = leave(town(cast), cast.lead)

    with pytest.raises(Refused) as refused:
        correct(by(cast.lead), entry_id=made.pk, version=1, values={}, why=" ")

    assert str(refused.value) == "还没有写更正原因，或者超过 200 个字。"


def test_k30_own_entry_that_counts_is_undone_for_ten_minutes_only(cast: Cast) -> None:
    found = town(cast)
    made = finding(found, _town_officer(cast))
    sign(by(cast.officer), entry_ids=[made.pk])
    late = NOW + timedelta(minutes=11)
    who = _writer(made)

    with pytest.raises(Refused) as refused:
        withdraw(by(who, at=late), entry_id=made.pk, version=2)

    assert str(refused.value) == "登记已经超过 10 分钟，这一条已计入，不能直接撤销。"
    withdraw(by(who, at=NOW + timedelta(minutes=9)), entry_id=made.pk, version=2)
    assert entry(made.pk).standing == Standing.WITHDRAWN


def test_k31_states_follow_one_another(cast: Cast) -> None:
    found = company(cast)
    values = {"employee": subject(found, _first(found), "employee").key, "filed_on": "2026-11-20"}
    answer = enter(by(cast.lead), adoption_id=found.adoption.pk, register="appeal", values=values)

    with pytest.raises(Refused) as refused:
        advance(by(cast.lead), entry_id=int(answer.id), version=1, to="纠正")
    advance(by(cast.lead), entry_id=int(answer.id), version=1, to="答复", note="已当面答复")

    assert str(refused.value) == "这一条现在在“受理”，下一步是“答复”，不能直接到“纠正”。"
    made = entry(answer.id)
    assert (made.state, made.standing) == ("答复", Standing.COUNTS)
    assert [(one.what, one.note) for one in made.steps.all()] == [("答复", "已当面答复")]


def test_k32_signing_is_for_whoever_bears_the_title(cast: Cast) -> None:
    made = leave(town(cast), cast.teacher)

    with pytest.raises(NotAllowed) as refused:
        sign(by(cast.officer), entry_ids=[made.pk])

    assert str(refused.value) == "这一步现在不由您办，要由学校办。"


def test_k33_long_text_is_refused_with_its_length(cast: Cast) -> None:
    found = town(cast)

    with pytest.raises(Invalid) as refused:
        finding(found, _town_officer(cast), confirmed_by="长" * 2001)

    assert problems(refused) == {"confirmed_by": "“认定人”最多 2000 个字，现在有 2001 个。"}


def test_k34_number_beyond_every_slot_is_refused(cast: Cast) -> None:
    found = town(cast)

    with pytest.raises(Invalid) as refused:
        leave(found, cast.lead, amount="9" * 16)

    assert problems(refused) == {
        "amount": "“天数或次数”的数“9999999999999999”太大或小数位太多，没有写入。"
    }


def test_k38_nothing_is_entered_in_an_adoption_that_has_ended(cast: Cast) -> None:
    found = town(cast)
    found.adoption.state = AdoptionState.ENDED
    found.adoption.save()

    with pytest.raises(Refused) as refused:
        leave(found, cast.lead)

    assert str(refused.value) == (f"“{found.adoption.title}”现在是“已结束”，不能登记，没有写入。")


def test_every_problem_of_a_row_is_told_at_its_field(cast: Cast) -> None:
    found = town(cast)

    with pytest.raises(Invalid) as refused:
        enter(
            by(cast.lead),
            adoption_id=found.adoption.pk,
            register="leave",
            values={"staff": "", "date": "昨天", "kind": "倒休", "amount": "-1"},
        )

    assert {name: one.message_id for name, one in refused.value.problems.items()} == {
        "staff": "F47",
        "date": "F43",
        "kind": "F44",
        "amount": "F45",
        "evidence": "K22",
    }
    assert len(entries(found, "leave")) == 19


def test_correction_stands_in_the_place_of_the_old_entry(cast: Cast) -> None:
    found = town(cast)
    old = leave(found, cast.lead)

    answer = correct(
        by(cast.lead),
        entry_id=old.pk,
        version=1,
        values={"amount": "2"},
        why="假条是两天",
    )

    new = entry(answer.id)
    assert (new.corrects_id, new.values["amount"], new.standing) == (old.pk, "2", Standing.COUNTS)
    assert entry(old.pk).standing == Standing.REPLACED
    assert entry(old.pk).values == old.values
    [step] = old.steps.all()
    assert (step.what, step.note, step.person) == ("更正", "假条是两天", cast.lead)


def test_entering_and_correcting_take_few_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = company(cast)
    key = subject(found, _first(found), "employee").key
    values = {"employee": key, "filed_on": "2026-11-20"}
    who = by(cast.lead)

    with django_assert_num_queries(10):
        made = enter(who, adoption_id=found.adoption.pk, register="appeal", values=values)
    with django_assert_num_queries(15):
        correct(who, entry_id=int(made.id), version=1, values={"about": "成绩"}, why="补写")


def test_evidence_of_the_first_entry_serves_the_25th_correction(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = town(cast)
    last = leave(found, cast.lead)
    taken = []
    for days in range(2, 27):
        with CaptureQueriesContext(connection) as seen:
            answer = correct(
                by(cast.lead),
                entry_id=last.pk,
                version=1,
                values={"amount": str(days)},
                why="假条改了天数",
            )
        last = entry(answer.id)
        taken.append(len(seen))

    with django_assert_num_queries(1):
        files = evidence_of(last)

    assert last.values["amount"] == "26"
    assert [use.name for use in files] == ["假条.pdf"]
    assert taken[0] == taken[-1]


def test_correction_of_what_somebody_changed_meanwhile_is_stale(cast: Cast) -> None:
    old = finding(town(cast), _town_officer(cast))
    writer = _writer(old)
    sign(by(cast.officer), entry_ids=[old.pk])

    with pytest.raises(Stale):
        correct(by(writer), entry_id=old.pk, version=1, values={"kind": "停发工资"}, why="改")

    assert entry(old.pk).standing == Standing.COUNTS


def test_returned_entry_goes_back_to_who_wrote_it(cast: Cast) -> None:
    made = leave(town(cast), cast.teacher)

    return_entry(by(cast.lead), entry_id=made.pk, because="日期不对")
    correct(
        by(cast.teacher),
        entry_id=made.pk,
        version=2,
        values={"date": "2019-10-10"},
        why="改日期",
    )

    assert entry(made.pk).standing == Standing.REPLACED
    told = Message.objects.unscoped("a test").filter(person=cast.teacher)
    assert [one.subject for one in told] == ["退回：考勤登记"]


def test_withdrawing_what_counts_needs_the_title_and_a_reason(cast: Cast) -> None:
    found = town(cast)
    made = next(one for one in entries(found, "leave") if one.values["staff"] == "T03")

    with pytest.raises(Refused):
        withdraw(by(cast.lead), entry_id=made.pk, version=1)
    withdraw(by(cast.lead), entry_id=made.pk, version=1, because="登错了人")

    assert entry(made.pk).standing == Standing.WITHDRAWN


def test_person_acknowledges_what_is_about_them_once(cast: Cast) -> None:
    found = town(cast)
    made = leave(found, cast.lead)

    for _ in range(2):
        acknowledge(by(cast.teacher), entry_id=made.pk)

    assert [(one.kind, one.person) for one in made.steps.all()] == [("acknowledged", cast.teacher)]
    with pytest.raises(NotAllowed):
        acknowledge(by(cast.lead), entry_id=made.pk)


def test_helper_does_not_sign(cast: Cast) -> None:
    from kaocheng.access.actor import Helper

    made = leave(town(cast), cast.teacher)
    asked = by(cast.lead)
    helper = replace(asked, actor=replace(asked.actor, helper=Helper(cast.clerk.pk, "沈一鸣")))

    with pytest.raises(NotAllowed):
        sign(helper, entry_ids=[made.pk])


def test_entry_keeps_the_unit_of_its_day(cast: Cast) -> None:
    found = town(cast)
    before = unit("旧校", "school", cast.town)
    Appointment.objects.unscoped("a test").filter(person=cast.teacher).update(
        starts_on=date(2020, 9, 1)
    )
    Appointment(
        person=cast.teacher,
        role="member",
        unit=before,
        starts_on=date(2015, 9, 1),
        ends_on=date(2020, 9, 1),
    ).save()

    assert leave(found, cast.lead).unit == before


def test_form_sent_twice_writes_one_entry(cast: Cast) -> None:
    found = town(cast)
    asked = by(cast.lead, key="twice")

    answers = [
        enter(
            asked,
            adoption_id=found.adoption.pk,
            register="leave",
            values=SICK,
            evidence=paper(),
        )
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert len(entries(found, "leave")) == 20


def test_forged_ids_are_answered_as_what_does_not_exist(cast: Cast) -> None:
    found = town(cast)
    made = leave(found, cast.lead)

    deeds: tuple[Callable[[], object], ...] = (
        lambda: sign(by(cast.outsider), entry_ids=[made.pk]),
        lambda: sign(by(cast.lead), entry_ids=[999_999_999]),
        lambda: withdraw(by(cast.far_lead), entry_id=made.pk, version=1),
        lambda: enter(
            by(cast.lead), adoption_id=found.adoption.pk, register="meeting_ratings", values={}
        ),
        lambda: enter(by(cast.lead), adoption_id=found.adoption.pk, register="staff", values={}),
        lambda: enter(
            by(cast.lead),
            adoption_id=found.adoption.pk,
            register="leave",
            values={**SICK, "staff": "T03"},
            use_ids=[999_999_999],
        ),
    )
    for deed in deeds:
        with pytest.raises(NotYours):
            deed()
    assert len(entries(found, "leave")) == 20


def test_school_enters_only_for_itself_in_a_citys_register(cast: Cast) -> None:
    found = city(cast)
    theirs = next(
        one.subject for one in entries(found, "lesson_case") if one.unit == cast.far_school
    )
    values = {"school": theirs.key if theirs else "", "lessons": "2"}

    with pytest.raises(Invalid) as refused:
        enter(
            by(cast.lead),
            adoption_id=found.adoption.pk,
            register="lesson_case",
            values=values,
            evidence=paper(),
        )

    assert {name: one.message_id for name, one in refused.value.problems.items()} == {
        "school": "K21"
    }


def _first(found: Adopted) -> str:
    return min(one.subject.key for one in entries(found, "plan") if one.subject is not None)


def test_appraised_person_writes_their_plan_and_the_superior_signs(cast: Cast) -> None:
    found = company(cast)
    own = next(
        one.subject
        for one in entries(found, "plan")
        if one.subject and one.subject.person_id == cast.teacher.pk
    )
    values = {"employee": own.key, "cycle": found.periods[-1].id, "task": "新任务", "weight": "20%"}

    answer = enter(by(cast.teacher), adoption_id=found.adoption.pk, register="plan", values=values)
    sign(by(cast.lead), entry_ids=[int(answer.id)])

    assert entry(answer.id).standing == Standing.COUNTS
    assert actor(cast.teacher).person_id == entry(answer.id).entered_by_id


def test_k97_text_is_no_evidence(cast: Cast) -> None:
    found = town(cast)
    note = Evidence(keep_bytes(["请假三天".encode()]), "假条.txt")

    with pytest.raises(Invalid) as refused:
        enter(
            by(cast.lead),
            adoption_id=found.adoption.pk,
            register="leave",
            values=SICK,
            evidence=note,
        )

    assert problems(refused) == {"evidence": "“假条.txt”不能作为佐证材料，没有写入。"}
    assert refused.value.problems["evidence"].remedy("zh") == (
        "佐证材料收照片、扫描件、PDF、Office 文件、录音录像和 zip，不收纯文字文件。"
    )
    assert len(entries(found, "leave")) == 19


def test_entries_left_without_a_key_are_told_apart_all_the_same(cast: Cast) -> None:
    found = city(cast)

    made = [
        enter(
            by(cast.officer),
            adoption_id=found.adoption.pk,
            register="assignment",
            values={"guide": "G1", "school": school, "assigned_by": "区工程办"},
        )
        for school in ("YL02", "YL03")
    ]

    assert [entry(one.id).values["id"] for one in made] == ["#1", "#2"]
    assert [entry(one.id).key for one in made] == ["#1", "#2"]
