"""Corrections that have to be signed or checked: until then the old entry goes on counting."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.entry import correct, enter, withdraw
from kaocheng.actions.entry_sign import return_entry, sign
from kaocheng.actions.monthly_sheet import confirm_sheet, dispute_sheet, make_sheets
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_files import evidence_of
from kaocheng.records.models import Entry, MonthlySheet, Person, RegisterTotal, Task
from kaocheng.records.models.register import Standing
from tests.actions.test_entry import _town_officer, finding, leave, paper, problems
from tests.adopting import fact_tables
from tests.cast import Cast, by
from tests.registering import entries, entry, town

COUNTS, REPLACED = Standing.COUNTS, Standing.REPLACED
WAITING, RETURNED = Standing.WAITING, Standing.RETURNED


def signed(cast: Cast) -> tuple[Adopted, Person, Entry]:
    """A finding that counts: entered by the town's officer, signed by the district's."""
    found = town(cast)
    officer = _town_officer(cast)
    made = finding(found, officer)
    sign(by(cast.officer), entry_ids=[made.pk])
    return found, officer, entry(made.pk)


def corrected(who: Person, old: Entry, kind: str = "到私立学校任教") -> Entry:
    answer = correct(
        by(who), entry_id=old.pk, version=old.version, values={"kind": kind}, why="认定有误"
    )
    return entry(answer.id)


def counted(found: Adopted) -> dict[str, int]:
    """By kind: how many findings count, of those entered here."""
    rows = RegisterTotal.objects.filter(
        adoption=found.adoption, register="findings", month=date(2019, 10, 1), entries__gt=0
    )
    return dict(rows.values_list("code", "entries"))


def facts(found: Adopted) -> list[int]:
    """The ids of the entries that a computation reads."""
    return [row.line for row in fact_tables(found)["findings"].rows]


def standings(*rows: Entry) -> list[str]:
    return [entry(one.pk).standing for one in rows]


def test_old_entry_counts_until_its_correction_is_signed(cast: Cast) -> None:
    found, officer, old = signed(cast)

    new = corrected(officer, old)

    assert standings(old, new) == [COUNTS, WAITING]
    assert (new.corrects_id, new.replaces_id) == (old.pk, old.pk)
    assert counted(found) == {"停发工资": 1}
    assert old.pk in facts(found)
    assert new.pk not in facts(found)

    sign(by(cast.officer), entry_ids=[new.pk])

    assert standings(old, new) == [REPLACED, COUNTS]
    assert counted(found) == {"到私立学校任教": 1}
    assert old.pk not in facts(found)
    assert new.pk in facts(found)
    assert [(one.what, one.note, one.person) for one in old.steps.order_by("pk")] == [
        ("领导小组组长", "", cast.officer),
        ("提出更正", "认定有误", officer),
        ("更正", "", cast.officer),
    ]


def test_old_entry_simply_stands_when_its_correction_is_returned_and_mended(cast: Cast) -> None:
    found, officer, old = signed(cast)
    first = corrected(officer, old)

    return_entry(by(cast.officer), entry_id=first.pk, because="没有依据")

    assert standings(old, first) == [COUNTS, RETURNED]
    assert counted(found) == {"停发工资": 1}

    second = corrected(officer, entry(first.pk))

    assert standings(old, first, second) == [COUNTS, REPLACED, WAITING]
    assert (second.corrects_id, second.replaces_id) == (first.pk, old.pk)
    assert [use.name for use in evidence_of(second)] == ["假条.pdf"]

    sign(by(cast.officer), entry_ids=[second.pk])

    assert standings(old, first, second) == [REPLACED, REPLACED, COUNTS]
    assert counted(found) == {"到私立学校任教": 1}


def test_old_entry_stands_when_its_correction_is_withdrawn_and_is_corrected_again(
    cast: Cast,
) -> None:
    found, officer, old = signed(cast)
    first = corrected(officer, old)

    withdraw(by(officer), entry_id=first.pk, version=1)
    again = corrected(officer, entry(old.pk))

    assert standings(old, first, again) == [COUNTS, Standing.WITHDRAWN, WAITING]
    assert counted(found) == {"停发工资": 1}
    open_tasks = Task.objects.unscoped("a test").filter(source_kind="entry", state="open")
    assert [task.source_id for task in open_tasks] == [str(again.pk)]


def test_correction_that_waits_is_itself_corrected(cast: Cast) -> None:
    found, officer, old = signed(cast)
    first = corrected(officer, old)

    second = corrected(officer, first)

    assert standings(old, first, second) == [COUNTS, REPLACED, WAITING]
    assert second.replaces_id == old.pk
    assert counted(found) == {"停发工资": 1}


def test_k95_while_a_correction_waits_there_is_no_second_one(cast: Cast) -> None:
    found, officer, old = signed(cast)
    waiting = corrected(officer, old)
    before = len(entries(found, "findings"))

    with pytest.raises(Refused) as refused:
        corrected(officer, old)
    with pytest.raises(Refused) as not_withdrawn:
        withdraw(by(cast.officer), entry_id=old.pk, version=old.version, because="登错了")

    words = f"陈秀兰 2019-10-08 （第 {waiting.pk} 号条目）"
    assert str(refused.value) == f"这一条已有更正{words}，现在是“待审签”，没有做任何改动。"
    assert str(not_withdrawn.value) == str(refused.value)
    assert standings(old, waiting) == [COUNTS, WAITING]
    assert len(entries(found, "findings")) == before


def test_k96_returned_correction_of_what_counts_no_more_is_not_mended(cast: Cast) -> None:
    found, officer, old = signed(cast)
    first = corrected(officer, old)
    return_entry(by(cast.officer), entry_id=first.pk, because="没有依据")
    other = corrected(officer, entry(old.pk))
    sign(by(cast.officer), entry_ids=[other.pk])

    with pytest.raises(Refused) as refused:
        corrected(officer, entry(first.pk))

    words = f"陈秀兰 2019-10-08 （第 {old.pk} 号条目）"
    assert str(refused.value) == (
        f"要更正的原记录{words}现在是“已更正”，这条更正不能再改，没有写入。"
    )
    assert standings(old, first, other) == [REPLACED, RETURNED, COUNTS]
    assert counted(found) == {"到私立学校任教": 1}


def test_what_is_counted_once_is_corrected_while_the_old_entry_counts(cast: Cast) -> None:
    found = town(cast)
    [there] = [one for one in entries(found, "weekly_loads") if one.values["staff"] == "T01"]
    withdraw(by(cast.lead), entry_id=there.pk, version=1, because="重新核定")
    values = {"staff": "T01", "weekly_load": "12"}
    asked = {"adoption_id": found.adoption.pk, "register": "weekly_loads", "values": values}
    old = entry(enter(by(cast.teacher), **asked, evidence=paper()).id)  # type: ignore[arg-type]
    sign(by(cast.lead), entry_ids=[old.pk])

    answer = correct(
        by(cast.teacher), entry_id=old.pk, version=2, values={"weekly_load": "14"}, why="漏了两节"
    )
    new = entry(answer.id)

    assert standings(old, new) == [COUNTS, WAITING]
    with pytest.raises(Invalid) as refused:
        enter(by(cast.lead), **asked, evidence=paper())  # type: ignore[arg-type]
    assert problems(refused) == {
        "row": f"这件事已经登记过：周明远 （第 {old.pk} 号条目），没有重复写入。"
    }
    sign(by(cast.lead), entry_ids=[new.pk])
    assert standings(old, new) == [REPLACED, COUNTS]


def checked_in_october(cast: Cast) -> tuple[Adopted, Entry, Entry]:
    """An entry of October that counts, and its correction that waits for 林晓棠 to check it."""
    found = town(cast, sheets=("leave",))
    old = leave(found, cast.lead, date="2026-10-08")
    officer = by(_town_officer(cast))
    october = {"adoption_id": found.adoption.pk, "register": "leave", "month": date(2026, 10, 1)}
    make_sheets(officer, **october)  # type: ignore[arg-type]
    confirm_sheet(by(cast.teacher), sheet_id=MonthlySheet.objects.unscoped("a test").get().pk)
    answer = correct(by(cast.lead), entry_id=old.pk, version=2, values={"amount": "2"}, why="两天")
    make_sheets(officer, **october)  # type: ignore[arg-type]
    return found, old, entry(answer.id)


def test_old_entry_counts_until_the_sheet_with_its_correction_is_confirmed(cast: Cast) -> None:
    found, old, new = checked_in_october(cast)
    total = RegisterTotal.objects.get(
        adoption=found.adoption, register="leave", code="病假", month=date(2026, 10, 1)
    )
    assert standings(old, new) == [COUNTS, Standing.CHECKING]
    assert (total.entries, str(total.quantity)) == (1, "1.000000")

    confirm_sheet(by(cast.teacher), sheet_id=MonthlySheet.objects.unscoped("a test").get().pk)

    total.refresh_from_db()
    assert standings(old, new) == [REPLACED, COUNTS]
    assert (total.entries, str(total.quantity)) == (1, "2.000000")


def test_old_entry_stands_when_its_correction_is_disputed(cast: Cast) -> None:
    _, old, new = checked_in_october(cast)
    sheet = MonthlySheet.objects.unscoped("a test").get()

    dispute_sheet(by(cast.teacher), sheet_id=sheet.pk, entry_ids=[new.pk], note="只有一天")

    assert standings(old, new) == [COUNTS, RETURNED]


def test_database_keeps_what_a_correction_replaces_and_takes_no_second(cast: Cast) -> None:
    _, officer, old = signed(cast)
    new = corrected(officer, old)

    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        Entry.objects.unscoped("a test").filter(pk=new.pk).update(replaces=None)
    new.pk, new.number = None, ""
    for corrects, once in ((old, "entry_is_corrected_once"), (None, "entry_is_replaced_once")):
        new.corrects = corrects
        with pytest.raises(IntegrityError, match=once), transaction.atomic():
            new.save(force_insert=True)
