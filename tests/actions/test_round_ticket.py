"""Tickets: each repair has clocks of its own; who received it first stays responsible."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.actions.entry import correct, enter, withdraw
from kaocheng.actions.entry_import import check_import, import_entries
from kaocheng.actions.fact_load import Place
from kaocheng.actions.obligation import move_if_needed
from kaocheng.actions.roster import Upload
from kaocheng.actions.round_ticket import note_ticket
from kaocheng.queries.adopted import Adopted, example_tables
from kaocheng.queries.ticket import ticket_list
from kaocheng.records.models import (
    Appointment,
    AuditRow,
    Entry,
    Message,
    Obligation,
    Person,
    Round,
    Task,
)
from kaocheng.records.models.round import ObligationState as State
from tests.cast import Cast, actor, by, person
from tests.rounds import WHY, begun, china, everywhere, move, owed
from tests.rounds import enter as write

MORNING = china("2005-09-12", 9)


@pytest.fixture
def technician(cast: Cast) -> Person:
    """冯志, of the town: 乡镇技术骨干."""
    return person("冯志", "fengzhi", "officer", cast.town)


@pytest.fixture
def repairs(cast: Cast, technician: Person) -> tuple[Adopted, Round]:
    """Two schools of the example in the cast's school, whose lead receives what is reported."""
    Appointment.objects.unscoped(WHY).update(starts_on=date(2000, 9, 1))
    return begun(
        "s4.7-distance-education",
        cast.district,
        lambda roster, _row: Place(cast.school if roster == "schools" else cast.town),
        starts="2005-09-01",
        only=lambda roster, row: roster != "schools" or row["id"] in ("S1", "S2"),
        holders={"乡镇技术骨干": [{"how": "role", "role": "officer", "kind": "town"}]},
    )


def report(
    found: Adopted, who: Person, number: str, *, at: datetime = MORNING, **more: str
) -> Entry:
    values = {
        "id": number,
        "school": "S1" if number == "BX-1" else "S2",
        "kind": "软件",
        "reported_on": f"{at:%Y-%m-%d}",
        **more,
    }
    answer = enter(by(who, at=at), adoption_id=found.adoption.pk, register="repairs", values=values)
    return Entry.objects.unscoped(WHY).get(pk=answer.id)


def told(who: Person, work: Round, entry: Entry, name: str, at: datetime) -> None:
    note_ticket(by(who, at=at), round_id=work.pk, entry_id=entry.pk, name=name)


def of(work: Round, entry: Entry, duty: str) -> Obligation:
    [row] = [one for one in owed(work, duty) if one.entry_id == entry.pk]
    return row


def owed_for(work: Round, entry: Entry) -> list[Obligation]:
    rows = Obligation.objects.unscoped(WHY).filter(round=work, entry=entry)
    return list(rows.order_by("pk"))


def amend(cast: Cast, entry: Entry, values: dict[str, str], *, at: datetime = MORNING) -> Entry:
    answer = correct(
        by(cast.lead, at=at),
        entry_id=entry.pk,
        version=entry.version,
        values=values,
        why="补记",
    )
    return Entry.objects.unscoped(WHY).get(pk=answer.id)


def tasks_of(row: Obligation) -> list[Task]:
    rows = Task.objects.unscoped(WHY).filter(source_kind="obligation", source_id=str(row.pk))
    return list(rows.order_by("pk"))


def test_two_tickets_run_side_by_side_one_in_time_and_one_handed_on(
    cast: Cast, repairs: tuple[Adopted, Round], technician: Person
) -> None:
    found, work = repairs
    first, second = (report(found, cast.lead, number) for number in ("BX-1", "BX-2"))
    due = china("2005-09-13", 0)
    assert {row.due_at for row in owed(work, "township_repair")} == {due}
    [of_town, of_receiver] = tasks_of(of(work, first, "township_repair"))
    assert (of_town.unit, of_town.role) == (cast.town, "officer")
    assert (of_receiver.person, of_receiver.page) == (
        cast.lead,
        f"/rounds/{work.pk}/tickets/{first.pk}",
    )
    assert of_town.title.startswith("乡镇排查解决故障：BX-")

    told(technician, work, first, "fault_fixed", china("2005-09-12", 16))
    move(work, due)
    move(work, due + timedelta(hours=1))

    row = of(work, first, "township_repair")
    assert (row.state, row.done_at, row.escalated) == (
        State.DONE,
        china("2005-09-12", 16),
        0,
    )
    assert {task.state for task in tasks_of(row)} == {"done"}
    row = of(work, second, "township_repair")
    assert (row.state, row.escalated) == (State.MISSED, 1)
    tasks = tasks_of(row)
    assert [(task.unit.name, task.person, task.state) for task in tasks] == [
        ("榕镇", None, "open"),
        ("榕荫小学", cast.lead, "open"),
        ("云山区", None, "open"),
    ]
    assert tasks[2].title.startswith("接办：乡镇排查解决故障：BX-")
    letters = Message.objects.unscoped(WHY).filter(person=cast.officer, subject__contains="接办")
    assert letters.count() == 1

    told(cast.officer, work, second, "fault_fixed", china("2005-09-13", 10))

    row = of(work, second, "township_repair")
    assert row.state == State.LATE
    assert {task.state for task in tasks_of(row)} == {"done"}


def test_hours_are_counted_from_the_moment_itself(
    cast: Cast, repairs: tuple[Adopted, Round]
) -> None:
    found, work = repairs
    entry = report(found, cast.lead, "BX-1")
    received = china("2005-09-12", 9, 30)

    told(cast.officer, work, entry, "software_received", received)

    row = of(work, entry, "software_repair")
    assert row.due_at == received + timedelta(hours=24)
    assert {task.due_unit for task in tasks_of(row)} == {"hours"}
    move(work, received + timedelta(hours=24))
    assert of(work, entry, "software_repair").state == State.MISSED


def incident(cast: Cast) -> tuple[Round, Entry, datetime]:
    """S1.3, where an incident was reported and entered at ten in the evening."""
    _, work = begun("s1.3-island", cast.district, everywhere(cast.school), starts="2026-11-01")
    at = china("2026-11-20", 22)
    values = {"id": "T1", "reported_at": "2026-11-20 22:00", "what": "平台登不上"}
    answer = enter(
        by(cast.officer, at=at), adoption_id=work.adoption_id, register="incident", values=values
    )
    return work, Entry.objects.unscoped(WHY).get(pk=answer.id), at


def test_one_hour_and_eight_hours_run_at_once(cast: Cast) -> None:
    work, entry, at = incident(cast)

    told(cast.officer, work, entry, "incident_responded", at + timedelta(minutes=61))
    told(cast.officer, work, entry, "incident_resolved", at + timedelta(hours=8))

    response, solution = (
        of(work, entry, duty) for duty in ("incident_response", "incident_resolution")
    )
    assert (response.state, response.due_at) == (State.LATE, at + timedelta(hours=1))
    assert (solution.state, solution.due_at) == (State.DONE, at + timedelta(hours=8))


def test_list_shows_what_is_overdue_first_and_what_runs_not_yet_apart(
    cast: Cast, repairs: tuple[Adopted, Round], technician: Person
) -> None:
    found, work = repairs
    fresh = report(found, cast.lead, "BX-1", reported_on="2005-09-14")
    closed = report(found, cast.lead, "BX-2")
    late = report(found, cast.lead, "BX-3")
    running = report(found, cast.lead, "BX-4")
    told(technician, work, closed, "fault_fixed", MORNING)
    told(technician, work, running, "fault_fixed", MORNING)
    told(cast.officer, work, running, "software_received", china("2005-09-12", 20))
    now = china("2005-09-13", 8)
    move(work, now)

    shown = ticket_list(actor(technician), work, now=now)
    missed = ticket_list(actor(technician), work, now=now, chosen="missed")

    assert [line.id for line in shown.lines] == [late.pk, running.pk, fresh.pk, closed.pk]
    assert shown.lines[0].clocks[0].escalated_to == ("县电教中心",)
    assert [one.due.left if one.due else "" for one in shown.lines[1].clocks] == [
        "已逾期 1 天",
        "剩 12 小时",
    ]
    assert [clock.state_words for clock in shown.lines[3].clocks] == ["按时办结"]
    assert dict(shown.counts) == {"all": 4, "missed": 1, "running": 2, "new": 1, "closed": 1}
    assert [line.receiver for line in missed.lines] == ["何敏仪"]
    assert ticket_list(actor(cast.far_lead), work, now=now).lines == ()


def test_clocks_go_on_when_the_ticket_is_corrected(
    cast: Cast, repairs: tuple[Adopted, Round]
) -> None:
    found, work = repairs
    entry = report(found, cast.lead, "BX-1")

    after = amend(cast, entry, {"kind": "硬件"})

    row = of(work, after, "township_repair")
    assert row.state == State.OPEN
    told(cast.lead, work, entry, "fault_fixed", MORNING)  # by its old address
    row.refresh_from_db()
    assert row.state == State.DONE


def test_nothing_is_owed_for_a_ticket_that_was_taken_back(
    cast: Cast, repairs: tuple[Adopted, Round]
) -> None:
    found, work = repairs
    entry = report(found, cast.lead, "BX-1")

    withdraw(by(cast.lead, at=MORNING), entry_id=entry.pk, version=entry.version)

    row = of(work, entry, "township_repair")
    assert (row.state, row.because) == (State.DROPPED, "登记已撤回")
    assert {task.state for task in tasks_of(row)} == {"cancelled"}
    with pytest.raises(NotYours):
        told(cast.lead, work, entry, "fault_fixed", MORNING)


def test_k44_a_step_of_a_ticket_is_told_once(cast: Cast, repairs: tuple[Adopted, Round]) -> None:
    found, work = repairs
    entry = report(found, cast.lead, "BX-1")
    told(cast.officer, work, entry, "software_received", MORNING)

    with pytest.raises(Refused, match="“电教中心接到软件故障”已经记过：9月12日（周一）09:00。"):
        told(cast.officer, work, entry, "software_received", MORNING)
    with pytest.raises(Refused, match="“学校报修”已经记过：9月12日（周一）。"):
        told(cast.lead, work, entry, "fault_reported", MORNING)

    assert AuditRow.objects.filter(object_kind="roundevent").count() == 1


def test_k50_who_has_nothing_to_do_with_a_clock_does_not_stop_it(
    cast: Cast, repairs: tuple[Adopted, Round], technician: Person
) -> None:
    found, work = repairs
    entry = report(found, cast.lead, "BX-1")
    told(cast.officer, work, entry, "software_received", MORNING)

    with pytest.raises(Refused, match="“软件故障解决”要由县电教中心来记。"):
        told(technician, work, entry, "software_fixed", MORNING)


def test_k52_a_step_that_no_clock_knows(cast: Cast, repairs: tuple[Adopted, Round]) -> None:
    found, work = repairs
    entry = report(found, cast.lead, "BX-1")

    with pytest.raises(Refused, match="方案里没有“comet”这件事，没有记下。"):
        told(cast.lead, work, entry, "comet", MORNING)


def test_k111_what_has_not_begun_does_not_end(cast: Cast, repairs: tuple[Adopted, Round]) -> None:
    found, work = repairs
    entry = report(found, cast.lead, "BX-1")

    with pytest.raises(Refused, match="还没有记“电教中心接到软件故障”，不能记“软件故障解决”。"):
        told(cast.lead, work, entry, "software_fixed", MORNING)


def test_k112_an_end_before_its_start(cast: Cast, repairs: tuple[Adopted, Round]) -> None:
    found, work = repairs
    entry = report(found, cast.lead, "BX-1")
    told(cast.lead, work, entry, "software_received", MORNING)
    said = []

    for name, at in (
        ("software_fixed", MORNING - timedelta(minutes=1)),
        ("fault_fixed", MORNING - timedelta(days=1)),
    ):
        with pytest.raises(Invalid) as refused:
            note_ticket(
                by(cast.lead, at=MORNING + timedelta(hours=2)),
                round_id=work.pk,
                entry_id=entry.pk,
                name=name,
                happened_at=at,
            )
        said.append(str(refused.value.problems["happened_at"]))

    assert said == [
        f"时间 {early} 比“{first}”的时间（{since}）还早，没有记下。"
        for early, first, since in (
            ("9月12日（周一）08:59", "电教中心接到软件故障", "9月12日（周一）09:00"),
            ("9月11日（周日）09:00", "学校报修", "9月12日（周一）"),
        )
    ]


def test_a_clock_starts_with_the_entry_and_is_handed_on_when_nobody_does_anything(
    cast: Cast, repairs: tuple[Adopted, Round]
) -> None:
    found, work = repairs

    entry = report(found, cast.lead, "BX-1")

    row = of(work, entry, "township_repair")
    assert (row.state, row.due_at) == (State.OPEN, china("2005-09-13", 0))
    assert [task.unit.name for task in tasks_of(row)] == ["榕镇", "榕荫小学"]
    move(work, china("2005-09-12", 23))
    row.refresh_from_db()
    assert (row.state, row.escalated) == (State.OPEN, 0)
    move(work, china("2005-09-13", 0))
    row.refresh_from_db()
    assert (row.state, row.escalated) == (State.MISSED, 1)
    *_, last = tasks_of(row)
    assert (last.unit, last.title) == (
        cast.district,
        f"接办：乡镇排查解决故障：{entry.number}（城关中学）",
    )
    letters = Message.objects.unscoped(WHY).filter(person=cast.officer, subject__contains="接办")
    assert letters.count() == 1


def test_what_the_entry_says_starts_and_stops_its_clocks(
    cast: Cast, repairs: tuple[Adopted, Round]
) -> None:
    found, work = repairs
    received = {"received_on": "2005-09-12", "received_at": "2005-09-12 10:00"}
    noon = china("2005-09-12", 12)
    software = report(found, cast.lead, "BX-1", at=noon, **received)
    hardware = report(found, cast.lead, "BX-2", at=noon, kind="硬件", received_on="2005-09-12")
    assert {row.duty: row.due_at for row in owed_for(work, software)} == {
        "township_repair": china("2005-09-13", 0),
        "software_repair": china("2005-09-13", 10),
    }
    assert {row.duty: row.due_at for row in owed_for(work, hardware)} == {
        "township_repair": china("2005-09-13", 0),
        "hardware_repair": china("2005-09-20", 0),
    }

    mended = amend(cast, software, {"fixed_at": "2005-09-12 15:30"}, at=china("2005-09-12", 16))

    row = of(work, mended, "software_repair")
    assert (row.state, row.done_at) == (State.DONE, china("2005-09-12", 15, 30))
    assert {task.state for task in tasks_of(row)} == {"done"}
    again = {"received_at": "2005-09-12 09:00", "fixed_at": ""}
    moved = amend(cast, mended, again, at=china("2005-09-12", 17))
    row = of(work, moved, "software_repair")
    assert (row.state, row.due_at) == (State.OPEN, china("2005-09-13", 9))


def test_one_hour_and_eight_hours_count_from_the_moment_in_the_entry(cast: Cast) -> None:
    work, entry, at = incident(cast)

    assert {row.duty: row.due_at for row in owed_for(work, entry)} == {
        "incident_response": at + timedelta(hours=1),
        "incident_resolution": at + timedelta(hours=8),
    }
    move(work, at + timedelta(hours=1))
    row = of(work, entry, "incident_response")
    assert row.state == State.MISSED
    assert [(task.unit, task.state) for task in tasks_of(row)] == [(cast.district, "open")]
    assert of(work, entry, "incident_resolution").state == State.OPEN


def test_an_entry_of_before_the_round_or_of_no_time_yet_starts_nothing(
    cast: Cast, repairs: tuple[Adopted, Round]
) -> None:
    found, work = repairs
    [old] = write(
        found,
        "repairs",
        {"id": "BX-0", "school": "S1", "kind": "软件", "reported_on": "2005-08-31"},
        at=MORNING,
    )
    ahead = report(found, cast.lead, "BX-2", reported_on="2005-09-14")

    move(work, MORNING)

    assert owed_for(work, old) == []
    assert owed_for(work, ahead) == []
    move(work, china("2005-09-14", 8))
    assert [row.duty for row in owed_for(work, ahead)] == ["township_repair"]


def test_a_time_that_cannot_be_read_starts_nothing_and_stops_no_sweep(
    cast: Cast, repairs: tuple[Adopted, Round]
) -> None:
    found, work = repairs
    row = {"school": "S1", "kind": "软件"}
    faulty, sound = write(
        found,
        "repairs",
        {**row, "id": "BX-8", "reported_on": "昨天"},
        {**row, "id": "BX-9", "reported_on": "2005-09-12"},
        at=MORNING,
    )

    move(work, MORNING)

    assert owed_for(work, faulty) == []
    assert [one.duty for one in owed_for(work, sound)] == ["township_repair"]


def test_an_import_starts_the_clocks_of_its_entries_at_once(
    cast: Cast, repairs: tuple[Adopted, Round]
) -> None:
    found, work = repairs
    text = (
        "编号,学校,类别,报修日期,乡镇解决日期\n"
        "BX-1,S1,软件,2005-09-12,\n"
        "BX-2,S2,硬件,2005-09-12,2005-09-12\n"
    )
    brought = check_import(
        by(cast.lead, at=MORNING),
        adoption_id=found.adoption.pk,
        register="repairs",
        upload=Upload("报修.csv", text.encode()),
    )

    import_entries(
        by(cast.lead, at=MORNING),
        adoption_id=found.adoption.pk,
        register="repairs",
        use_id=int(brought.id),
    )

    rows = {row.entry.key: row for row in owed(work, "township_repair") if row.entry is not None}
    assert {key: row.state for key, row in rows.items()} == {
        "BX-1": State.OPEN,
        "BX-2": State.DONE,
    }


def test_the_sweep_starts_what_was_written_without_anybody_telling(
    cast: Cast, repairs: tuple[Adopted, Round]
) -> None:
    found, work = repairs
    [entry] = write(
        found,
        "repairs",
        {"id": "BX-9", "school": "S1", "kind": "软件", "reported_on": "2005-09-12"},
        at=MORNING,
    )
    assert owed_for(work, entry) == []

    next_at = move_if_needed(work, MORNING)

    assert [row.duty for row in owed_for(work, entry)] == ["township_repair"]
    assert next_at == china("2005-09-13", 0)


def test_what_is_counted_down_to_is_told_ahead(cast: Cast) -> None:
    found, work = begun("s4.9-legal", cast.district, everywhere(cast.school), starts="2026-11-01")
    at = china("2026-11-20")
    table = example_tables(found.adoption.scheme)["lectures"]
    row = dict(zip(table.header, table.rows[0].cells, strict=True))
    row |= {"date": "2026-12-20", "notified_on": ""}
    [entry] = write(found, "lectures", row, at=at)

    move(work, at)

    owed_now = of(work, entry, "notify_lecturer")
    assert (owed_now.state, owed_now.due_at) == (State.OPEN, china("2026-12-07", 0))
