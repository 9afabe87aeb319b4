"""月度核对单: entries wait for whom they are about, who confirms, disputes, or stays silent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.adoption_end import end_adoption
from kaocheng.actions.monthly_sheet import (
    confirm_sheet,
    dispute_sheet,
    make_sheets,
    sweep_sheets,
)
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption_end import ending
from kaocheng.queries.sheet import sheet_page
from kaocheng.records.models import MonthlySheet, Person, Round, Setting, Task
from kaocheng.records.models.register import SheetState, Standing
from tests.actions.test_entry import _town_officer, leave
from tests.cast import NOW, Cast, actor, by
from tests.registering import entries, entry, town

OCTOBER = date(2026, 10, 1)


def october(cast: Cast) -> tuple[Adopted, Person]:
    """Two entries of 林晓棠 and one of nobody's in October wait to be checked."""
    found = town(cast, sheets=("leave",))
    for day, key in (("08", "T01"), ("09", "T01"), ("09", "T03")):
        leave(found, cast.lead, staff=key, date=f"2026-10-{day}")
    return found, _town_officer(cast)


def sheets(found: Adopted) -> list[MonthlySheet]:
    rows = MonthlySheet.objects.unscoped("a test looks").filter(adoption=found.adoption)
    return list(rows.select_related("subject").order_by("pk"))


def of_teacher(found: Adopted, cast: Cast) -> MonthlySheet:
    return next(one for one in sheets(found) if one.subject.person_id == cast.teacher.pk)


def test_entries_wait_and_everybody_concerned_gets_a_sheet_and_a_task(cast: Cast) -> None:
    found, officer = october(cast)

    answer = make_sheets(
        by(officer), adoption_id=found.adoption.pk, register="leave", month=OCTOBER
    )

    assert answer.values == {"count": 2}
    assert [one.standing for one in entries(found, "leave")[-3:]] == [Standing.CHECKING] * 3
    assert {one.subject.key for one in sheets(found)} == {"T01", "T03"}
    mine = Task.objects.unscoped("a test").filter(source_kind="monthlysheet", person=cast.teacher)
    assert [task.title for task in mine] == ["核对10月的考勤登记"]


def test_made_again_only_what_is_new_is_made(cast: Cast) -> None:
    found, officer = october(cast)
    make_sheets(by(officer), adoption_id=found.adoption.pk, register="leave", month=OCTOBER)

    answer = make_sheets(
        by(officer), adoption_id=found.adoption.pk, register="leave", month=OCTOBER
    )

    assert answer.values == {"count": 0}


def test_confirmed_entries_count(cast: Cast) -> None:
    found, officer = october(cast)
    make_sheets(by(officer), adoption_id=found.adoption.pk, register="leave", month=OCTOBER)
    sheet = of_teacher(found, cast)

    confirm_sheet(by(cast.teacher), sheet_id=sheet.pk)

    assert [one.standing for one in entries(found, "leave")[-3:]] == [
        Standing.COUNTS,
        Standing.COUNTS,
        Standing.CHECKING,
    ]
    assert of_teacher(found, cast).state == SheetState.CONFIRMED
    with pytest.raises(Refused) as refused:
        confirm_sheet(by(cast.teacher), sheet_id=sheet.pk)
    assert str(refused.value) == "这一条现在是“已核对”，不能再核对，没有做任何改动。"


def test_disputed_entry_goes_back_and_the_others_count(cast: Cast) -> None:
    found, officer = october(cast)
    make_sheets(by(officer), adoption_id=found.adoption.pk, register="leave", month=OCTOBER)
    sheet = of_teacher(found, cast)
    wrong, right, _ = entries(found, "leave")[-3:]

    dispute_sheet(by(cast.teacher), sheet_id=sheet.pk, entry_ids=[wrong.pk], note="那天在上课")

    assert (entry(wrong.pk).standing, entry(right.pk).standing) == (
        Standing.RETURNED,
        Standing.COUNTS,
    )
    assert of_teacher(found, cast).note == "那天在上课"
    assert [step.note for step in wrong.steps.all()] == ["那天在上课"]


def test_entry_of_another_sheet_cannot_be_disputed(cast: Cast) -> None:
    found, officer = october(cast)
    make_sheets(by(officer), adoption_id=found.adoption.pk, register="leave", month=OCTOBER)
    foreign = entries(found, "leave")[-1]

    with pytest.raises(NotYours):
        dispute_sheet(
            by(cast.teacher),
            sheet_id=of_teacher(found, cast).pk,
            entry_ids=[foreign.pk],
            note="不对",
        )
    with pytest.raises(NotYours):
        confirm_sheet(by(cast.colleague), sheet_id=of_teacher(found, cast).pk)


def test_silence_confirms_after_the_days_of_the_setting(cast: Cast) -> None:
    found, _ = october(cast)
    sweep_sheets(NOW)  # Friday: makes those of October
    assert len(sheets(found)) == 2

    sweep_sheets(NOW + timedelta(days=5, hours=13))  # Wednesday, before midnight in China
    assert of_teacher(found, cast).state == SheetState.OPEN
    sweep_sheets(NOW + timedelta(days=5, hours=14))

    assert of_teacher(found, cast).state == SheetState.CONFIRMED
    assert {one.standing for one in entries(found, "leave")[-3:]} == {Standing.COUNTS}


def test_unit_sets_its_own_days(cast: Cast) -> None:
    found, officer = october(cast)
    Setting(unit=cast.town, name="sheet_days", value=1).save()
    make_sheets(by(officer), adoption_id=found.adoption.pk, register="leave", month=OCTOBER)

    page = sheet_page(actor(cast.teacher), of_teacher(found, cast).pk, now=NOW)

    assert (page.days, page.may_answer, len(page.entries)) == (1, True, 2)
    sweep_sheets(NOW + timedelta(days=3, hours=14))
    assert of_teacher(found, cast).state == SheetState.CONFIRMED


def test_of_a_scheme_that_has_ended_nothing_is_checked_and_silence_counts_nothing(
    cast: Cast,
) -> None:
    found, officer = october(cast)
    make_sheets(by(officer), adoption_id=found.adoption.pk, register="leave", month=OCTOBER)
    assert ending(actor(officer), found.adoption.pk).waiting == 3
    end_adoption(by(officer), adoption_id=found.adoption.pk, because="换了办法")
    tasks = Task.objects.unscoped("a test")
    assert not tasks.filter(source_kind="monthlysheet", state="open").exists()

    sweep_sheets(NOW + timedelta(days=30))

    assert [one.standing for one in entries(found, "leave")[-3:]] == [Standing.CHECKING] * 3
    with pytest.raises(Refused, match="“已结束”"):
        confirm_sheet(by(cast.teacher), sheet_id=of_teacher(found, cast).pk)


def test_sheet_of_an_archived_round_is_answered_no_more_not_even_by_silence(cast: Cast) -> None:
    found, _ = october(cast)
    sweep_sheets(NOW)
    sheet = of_teacher(found, cast)
    Round(
        adoption=found.adoption,
        unit=found.adoption.unit,
        title="秋季考核",
        period="past",
        starts_on=OCTOBER,
        state="archived",
        opened_at=NOW,
        archived_at=NOW,
    ).save()

    sweep_sheets(NOW + timedelta(days=9))
    with pytest.raises(Refused, match="2026-10-08 属于已经归档的“秋季考核”"):
        confirm_sheet(by(cast.teacher), sheet_id=sheet.pk)

    assert {one.standing for one in entries(found, "leave")[-3:]} == {Standing.CHECKING}
