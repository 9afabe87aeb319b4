"""Pages of tickets: each with its clocks, what is overdue first; one with all that was told."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from kaocheng.actions.entry import enter
from kaocheng.actions.fact_load import Place
from kaocheng.actions.round_ticket import note_ticket
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Appointment, Entry, Person, Round
from tests.cast import Cast, by
from tests.rounds import WHY, begun, china, move
from tests.web.axe import violations
from tests.web.conftest import Open
from tests.web.reader import signed_in

MORNING = china("2005-09-12", 9)
NOW = china("2005-09-13", 10)


@pytest.fixture
def work(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Round:
    """BX-1 is done, BX-2 overdue and handed on, BX-3 just begun, BX-4 dated ahead."""
    monkeypatch.setattr(CLOCK, "source", lambda: NOW)
    Appointment.objects.unscoped(WHY).update(starts_on=date(2000, 9, 1))
    found, work = begun(
        "s4.7-distance-education",
        cast.district,
        lambda roster, _row: Place(cast.school if roster == "schools" else cast.town),
        starts="2005-09-01",
        only=lambda roster, row: roster != "schools" or row["id"] in ("S1", "S2"),
        holders={"乡镇技术骨干": [{"how": "role", "role": "officer", "kind": "town"}]},
    )
    for number, school, day in (
        ("BX-1", "S1", "2005-09-12"),
        ("BX-2", "S2", "2005-09-12"),
        ("BX-3", "S1", "2005-09-13"),
        ("BX-4", "S2", "2005-09-14"),
    ):
        values = {"id": number, "school": school, "kind": "软件", "reported_on": day}
        enter(
            by(cast.lead, at=MORNING),
            adoption_id=found.adoption.pk,
            register="repairs",
            values=values,
        )
    tell(cast.lead, work, "BX-1", "fault_fixed", MORNING + timedelta(hours=3))
    move(work, NOW)
    return work


def tell(who: Person, work: Round, number: str, name: str, at: datetime) -> None:
    note_ticket(by(who, at=at), round_id=work.pk, entry_id=ticket(number).pk, name=name)


def ticket(number: str) -> Entry:
    return Entry.objects.unscoped(WHY).get(register="repairs", key=number)


def read(who: Person, path: str) -> str:
    answer = signed_in(who).get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_list_tells_of_each_ticket_when_it_was_due_and_who_has_it_now(
    cast: Cast, work: Round
) -> None:
    rows = read(cast.lead, f"/rounds/{work.pk}/tickets").split("<tr>")

    [late] = [row for row in rows if f"/tickets/{ticket('BX-2').pk}" in row]
    [done] = [row for row in rows if f"/tickets/{ticket('BX-1').pk}" in row]
    [new] = [row for row in rows if f"/tickets/{ticket('BX-4').pk}" in row]
    assert "已逾期 1 天" in late
    assert '<span class="nw">9月12日（周一）24:00 前</span>&nbsp;· 已转县电教中心' in late
    assert "按时办结" in done
    assert "9月12日 12:00 办结" in done
    assert "还没有开始计时" in new


def test_a_step_is_told_on_the_page_of_its_ticket(cast: Cast, work: Round) -> None:
    address = f"/rounds/{work.pk}/tickets/{ticket('BX-3').pk}"
    lead = signed_in(cast.lead)

    done = lead.post(address, {"name": "fault_fixed", "note": "换了网线", "key": "k1"})

    assert (done.status_code, done["Location"]) == (302, address)
    page = read(cast.lead, address)
    assert "按时办结" in page
    assert "换了网线" in page
    assert '9月13日&nbsp;· <span translate="no">何敏仪</span>&nbsp;· 按登记的“报修日期”' in page
    assert signed_in(cast.far_lead).get(address).status_code == 404


def test_entry_and_ticket_lead_to_each_other(cast: Cast, work: Round) -> None:
    entry = ticket("BX-2")
    of_ticket, of_entry = f"/rounds/{work.pk}/tickets/{entry.pk}", f"/registers/entries/{entry.pk}"

    assert f'href="{of_entry}"' in read(cast.lead, of_ticket)
    page = read(cast.lead, of_entry)
    assert f'href="{of_ticket}"' in page
    assert "已逾期 1 天" in page
    assert "已转县电教中心" in page


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_of_tickets_keep_nobody_out(
    window: Open, cast: Cast, work: Round, width: int
) -> None:
    pages = [
        f"/rounds/{work.pk}/tickets",
        f"/rounds/{work.pk}/tickets?show=closed",
        *(f"/rounds/{work.pk}/tickets/{ticket(f'BX-{at}').pk}" for at in (1, 2, 4)),
    ]
    for path in pages:
        page = window(path, cast.lead, width=width)

        assert violations(page) == [], path
        wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0, path
