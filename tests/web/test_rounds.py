"""Pages of rounds: the list, the board at each level, what is mine, what is overdue, papers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kaocheng.actions.fact_load import Place
from kaocheng.gateways.clock import CLOCK
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.round_agenda import Agendas
from kaocheng.records.models import Obligation, Person, Round, Unit
from kaocheng.records.models.round import ObligationState, RoundState
from tests.adopting import adopt
from tests.cast import Cast, unit
from tests.documents.pdf_text import pages_of
from tests.rounds import WHY, begun, china, enter, everywhere, move, owed
from tests.web.axe import violations
from tests.web.conftest import Open
from tests.web.reader import signed_in

TODAY = "2023-12-14"  # a Thursday in the middle of the district's phase
SCHOOLS = ("YL02", "YL03", "YL04", "HZ02")


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> datetime:
    at = china(TODAY, 10)
    monkeypatch.setattr(CLOCK, "source", lambda: at)
    return at


def running(cast: Cast, at: datetime, *, schools: tuple[str, ...] = SCHOOLS) -> Round:
    """Schools of two districts; the first has handed in its materials, the others are overdue."""
    homes: dict[str, Unit] = {"YL02": cast.school, "HZ02": cast.far_school}

    def placed(_roster: str, row: Mapping[str, str]) -> Place:
        if "district" not in row:
            return Place(cast.district if row["id"] == "YL" else cast.other_district)
        if row["id"] not in homes:
            homes[row["id"]] = unit(row["name"], "school", cast.town)
        return Place(homes[row["id"]])

    kept = {"school": schools, "district": ("YL", "HZ"), "guide": ("G2",)}
    found, work = begun(
        "s2-guangzhou",
        cast.city,
        placed,
        starts="2023-11-06",
        only=lambda roster, row: roster not in kept or row["id"] in kept[roster],
    )
    move(work, china("2023-11-10"))
    enter(found, "material", *materials(found, "YL02"), at=china("2023-11-20"))
    move(work, china("2023-12-07", 0))
    move(work, at)
    return work


def materials(found: Adopted, school: str) -> list[dict[str, str]]:
    """What the school uploads: one row for each indicator."""
    rows = found.adoption.parameters["indicators"][1:]
    return [{"school": school, "indicator": row[0], "uploaded_on": "2023-11-20"} for row in rows]


def read(who: Person, path: str) -> str:
    answer = signed_in(who).get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_list_says_which_phase_runs_and_what_is_overdue(cast: Cast, today: datetime) -> None:
    work = running(cast, today)

    page = read(cast.officer, "/rounds")

    assert f'href="/rounds/{work.pk}"' in page
    assert "（二）区级考核" in page
    assert "剩 8 个工作日" in page
    assert "逾期" in page


def test_city_sees_districts_and_a_district_its_schools(cast: Cast, today: datetime) -> None:
    work = running(cast, today)

    city = read(cast.city_officer, f"/rounds/{work.pk}")
    district = read(cast.officer, f"/rounds/{work.pk}")
    below = read(cast.city_officer, f"/rounds/{work.pk}?unit={cast.other_district.pk}")

    assert "各区进度" in city
    assert "云山区" in city
    assert "海屿区" in city
    assert "各学校进度" in district
    assert "榕荫小学" in district
    assert "海屿二小" not in district
    assert "海屿二小" in below


def test_those_with_something_overdue_come_first_and_filters_stand_in_the_address(
    cast: Cast, today: datetime
) -> None:
    work = running(cast, today)

    whole = read(cast.officer, f"/rounds/{work.pk}")
    missed = read(cast.officer, f"/rounds/{work.pk}?show=missed")

    assert whole.index("松涛小学") < whole.index('translate="no">榕荫小学</a>')
    assert "有逾期 3" in whole
    assert "松涛小学" in missed


def test_holidays_between_the_days_of_a_phase_are_named(cast: Cast, today: datetime) -> None:
    work = running(cast, today)

    page = read(cast.officer, f"/rounds/{work.pk}")

    assert "12月27日至2024年1月5日（元旦放假除外）" in page


def test_school_sees_its_own_items_and_does_them(cast: Cast, today: datetime) -> None:
    work = running(cast, today)
    board = read(cast.lead, f"/rounds/{work.pk}")
    mine = read(cast.lead, f"/rounds/{work.pk}/mine")
    own = next(row.subject for row in owed(work, "upload") if row.unit_id == cast.school.pk)
    assert own is not None
    items = read(cast.lead, f"/rounds/{work.pk}/subjects/{own.pk}")

    assert "各对象进度" in board
    assert "云岭第二小学" in board
    assert "要您办的有 1 项" in mine
    assert "上传考核材料" in items
    assert "已完成" in items
    other = next(row.subject for row in owed(work, "upload") if row.unit_id == cast.far_school.pk)
    assert other is not None
    gone = signed_in(cast.lead).get(f"/rounds/{work.pk}/subjects/{other.pk}")
    assert gone.status_code == 404


def test_what_waits_for_a_condition_stands_below_with_the_reason(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = running(cast, china("2023-12-07", 0), schools=("YL02", "HZ02"))
    Obligation.objects.unscoped(WHY).filter(round=work).update(state=ObligationState.DROPPED)
    owed_rows = Obligation.objects.unscoped(WHY).filter(round=work, duty="self_scoring")
    owed_rows.update(state=ObligationState.SHUT, because="先上传材料，再自评打分")
    own = owed_rows.get(unit=cast.school)
    monkeypatch.setattr(CLOCK, "source", lambda: china("2023-12-07", 10))

    page = read(cast.lead, f"/rounds/{work.pk}/mine")
    outsider = read(cast.far_lead, f"/rounds/{work.pk}/mine")
    officer = read(cast.officer, f"/rounds/{work.pk}/mine")
    Obligation.objects.unscoped(WHY).filter(round=work, duty="district_report").update(
        state=ObligationState.SHUT, because="还没有开始"
    )
    own_office = read(cast.officer, f"/rounds/{work.pk}/mine")

    assert "没有要您办的" in page
    below = page.partition("还没轮到的")[2]
    assert f"/rounds/{work.pk}/obligations/{own.pk}" in below
    assert "先上传材料，再自评打分" in below
    assert "去办" not in below
    assert f"/obligations/{own.pk}" not in outsider
    assert "海屿二小" in outsider.partition("还没轮到的")[2]
    assert "还没轮到的" not in officer
    assert "上报考核结果" in own_office.partition("还没轮到的")[2]
    assert "还没轮到的" not in read(cast.city_officer, f"/rounds/{work.pk}/mine")


def test_overdue_items_lead_to_chasing(cast: Cast, today: datetime) -> None:
    work = running(cast, today)

    page = read(cast.officer, f"/rounds/{work.pk}/overdue")
    one_duty = read(cast.officer, f"/rounds/{work.pk}/overdue?duty=upload")

    assert "逾期 5 项" in page
    assert "已逾期" in page
    first = min(row.pk for row in owed(work, "upload"))
    assert f'href="/matter/obligation/{first}"' in one_duty or "/obligation/" in one_duty
    assert "逾期 2 项" in one_duty


def test_one_item_tells_who_owes_it_and_what_follows(cast: Cast, today: datetime) -> None:
    work = running(cast, today)
    row = next(row for row in owed(work, "upload") if row.unit_id == cast.far_school.pk)

    page = read(cast.city_officer, f"/rounds/{work.pk}/obligations/{row.pk}")

    assert "中小学校（校长角色）" in page
    assert "海屿二小" in page
    assert "S2-23" in page
    assert "免办" in page


def test_excusing_asks_for_a_reason_and_says_it(cast: Cast, today: datetime) -> None:
    work = running(cast, today)
    row = next(row for row in owed(work, "upload") if row.unit_id == cast.far_school.pk)
    address = f"/rounds/{work.pk}/obligations/{row.pk}"
    officer = signed_in(cast.city_officer)

    empty = officer.post(f"{address}/excuse", {"because": "", "key": "k1"})
    done = officer.post(f"{address}/excuse", {"because": "学校撤并", "key": "k2"})

    assert empty.status_code == 200
    assert (done.status_code, done["Location"]) == (302, address)
    assert "学校撤并" in officer.get(address).content.decode()
    row.refresh_from_db()
    assert row.state == ObligationState.DROPPED


def test_agenda_names_the_days_and_goes_to_a_phone(cast: Cast, today: datetime) -> None:
    work = running(cast, today)

    page = read(cast.officer, f"/rounds/{work.pk}/agenda")
    whole = read(cast.officer, f"/rounds/{work.pk}/agenda?show=all")
    calendar = signed_in(cast.officer).get(f"/rounds/{work.pk}/agenda.ics")

    assert "上报考核结果" in page
    assert "上传考核材料" not in page
    assert "上传考核材料" in whole
    assert calendar["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"BEGIN:VCALENDAR" in calendar.content


def test_agenda_of_a_quarter_leaves_other_quarters_to_their_rounds(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, work = begun(
        "s0.4-appraisal",
        cast.school,
        everywhere(cast.school),
        starts="2025-01-01",
        period="2025Q4",
    )
    monkeypatch.setattr(CLOCK, "source", lambda: china("2025-10-01", 10))
    lead = signed_in(cast.lead)

    page = lead.get(f"/rounds/{work.pk}/agenda?show=all").content.decode()
    calendar = lead.get(f"/rounds/{work.pk}/agenda.ics").content.decode()
    whole = Agendas(work, adopted(work.adoption)).whole.rows
    quarters = {row.period.id for row in whole if row.period and row.id.startswith("quarter_plan")}

    assert {"2025Q1", "2025Q4"} <= quarters
    plans = re.findall(r"UID:(quarter_plan\S*?)@kaocheng", calendar)
    assert plans == ["quarter_plan/2025Q4"]
    assert "2025年1月5日" not in page
    assert "2025年4月" not in page


def test_what_has_to_hold_before_and_the_order_of_things_are_no_deadlines(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = running(cast, china("2023-12-06", 10), schools=("YL02",))
    monkeypatch.setattr(CLOCK, "source", lambda: china("2023-12-06", 10))

    rows = read(cast.officer, f"/rounds/{work.pk}/agenda").split("<tr>")

    [step] = [row for row in rows if "第 1 步：学校自评" in row]
    [duty] = [row for row in rows if "上传考核材料" in row]
    assert "今天截止" in duty
    assert "截止" not in step
    monkeypatch.setattr(CLOCK, "source", lambda: china("2023-11-06", 10))
    early = read(cast.officer, f"/rounds/{work.pk}/agenda").split("<tr>")
    [gate] = [row for row in early if "先上传材料，再自评打分" in row]
    assert "截止" not in gate
    assert "剩" not in gate


def test_events_are_told_by_whom_they_concern(cast: Cast, today: datetime) -> None:
    work = running(cast, today)
    address = f"/rounds/{work.pk}/events"
    officer = signed_in(cast.officer)
    assert "记一件" not in read(cast.lead, address)

    wrong = officer.post(
        address, {"name": "result_posted", "happened_at": "2023-10-01T09:00", "key": "k1"}
    )
    done = officer.post(
        address, {"name": "result_posted", "happened_at": "2023-12-13T09:00", "key": "k2"}
    )

    assert "应在考核开始以后，并且不晚于现在。" in wrong.content.decode()
    assert done.status_code == 302
    page = officer.get(address).content.decode()
    assert "公示张贴" in page
    assert "12月13日 09:00" in page


def test_circular_is_written_by_itself_and_prints(cast: Cast, today: datetime) -> None:
    work = running(cast, today)

    page = read(cast.city_officer, f"/rounds/{work.pk}/circular")
    paper = signed_in(cast.city_officer).get(f"/rounds/{work.pk}/circular.pdf")

    assert "进展情况的通报（第6周）" in page
    assert "现将12月11日至12月14日" in page
    assert "以下单位有逾期未完成的事项：" in page
    assert "海屿二小" in page
    assert paper["Content-Type"] == "application/pdf"
    assert "进展情况的通报" in "".join(pages_of(paper.content))


def test_past_weeks_can_be_asked_for_and_nonsense_is_today(cast: Cast, today: datetime) -> None:
    work = running(cast, today)

    first = read(cast.officer, f"/rounds/{work.pk}/circular?week=2023-11-08")
    nonsense = read(cast.officer, f"/rounds/{work.pk}/circular?week=comet")

    assert "（第1周）" in first
    assert "（第6周）" in nonsense


def test_a_round_is_started_from_a_form(cast: Cast) -> None:
    adopt("s0.4-appraisal", cast.school)
    lead = signed_in(cast.lead)
    page = lead.get("/rounds/new").content.decode()
    assert "2025年第一季度" in page
    choice = page.split('name="of" value="')[1].split('"')[0]

    nothing = lead.post("/rounds/new", {"key": "k1"})
    sent = lead.post("/rounds/new", {"of": choice, "key": "k2"})

    assert "请选一份方案和周期" in nothing.content.decode()
    work = Round.objects.unscoped(WHY).get()
    assert sent["Location"] == f"/rounds/{work.pk}"
    assert work.title.endswith("）")


def test_without_anything_in_force_there_is_nothing_to_start(cast: Cast) -> None:
    assert "没有可以开始的考核" in read(cast.lead, "/rounds/new")


def test_frozen_rounds_are_archived_by_a_button(cast: Cast, today: datetime) -> None:
    work = running(cast, today)
    Round.objects.unscoped(WHY).filter(pk=work.pk).update(state=RoundState.FROZEN)
    assert "归档" in read(cast.city_officer, f"/rounds/{work.pk}")

    answer = signed_in(cast.city_officer).post(f"/rounds/{work.pk}/archive", {"key": "k1"})

    assert answer.status_code == 302
    assert "已归档" in read(cast.city_officer, f"/rounds/{work.pk}")


def test_what_is_done_by_hand_is_settled_with_one_tap(cast: Cast, today: datetime) -> None:
    place = everywhere(cast.district)
    _, work = begun("s4.6-safety", cast.district, place, starts="2019-11-10")
    move(work, china("2019-11-11"))
    row = owed(work, "launch")[0]
    officer = signed_in(cast.officer)
    mine = officer.get(f"/rounds/{work.pk}/mine").content.decode()
    address = f"/rounds/{work.pk}/obligations/{row.pk}/finish"

    assert address in mine
    assert officer.post(address, {"key": "k1"}).status_code == 302
    row.refresh_from_db()
    assert row.state in (ObligationState.DONE, ObligationState.LATE)


def test_what_was_due_before_the_beginning_is_told_to_who_runs_the_round(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CLOCK, "source", lambda: china("2025-10-20", 10))
    found, work = begun(
        "s0.4-appraisal",
        cast.school,
        everywhere(cast.school),
        starts="2025-10-20",
        period="2025Q4",
    )
    move(work, china("2025-10-20", 10))
    address = f"/rounds/{work.pk}"

    page = read(cast.lead, address)

    assert "这些事在开始以前已过期限，没有派：" in page
    assert "<b>季度计划/考核表</b>（10月5日）" in page
    assert "要办的，请在方案的“日期”里改期限。" in page
    assert f'href="/adoptions/{found.adoption.pk}/dates"' in page
    assert not owed(work, "quarter_plan")
    assert "已过期限" not in read(cast.officer, address)
    assert read(cast.lead, f"/adoptions/{found.adoption.pk}/dates")

    found.adoption.dates = {"quarter_plan.to": "2025-10-31"}
    found.adoption.version += 1
    found.adoption.save()
    move(Round.objects.unscoped(WHY).get(pk=work.pk), china("2025-10-20", 11))

    assert owed(work, "quarter_plan")
    assert "<b>季度计划/考核表</b>" not in read(cast.lead, address)


def test_a_round_begun_in_time_has_nothing_past(cast: Cast, today: datetime) -> None:
    work = running(cast, today, schools=("YL02",))

    assert "已过期限" not in read(cast.city_officer, f"/rounds/{work.pk}")


@pytest.mark.parametrize("page", ["", "/overdue", "/mine", "/circular"])
def test_pages_cost_the_same_with_one_school_and_with_three(
    cast: Cast, today: datetime, page: str
) -> None:
    work = running(cast, today)
    officer = signed_in(cast.officer)
    address = f"/rounds/{work.pk}{page}"
    officer.get(address)
    rows = Obligation.objects.unscoped(WHY).filter(
        round=work, unit__path__startswith=cast.town.path
    )
    some = rows.exclude(unit=cast.school)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            officer.get(address)
        counts.append(len(asked))
        some.update(state=ObligationState.DROPPED)

    assert counts[0] == counts[1]


def test_list_costs_the_same_with_one_round_and_with_three(cast: Cast) -> None:
    found = adopt("s0.4-appraisal", cast.district)
    officer = signed_in(cast.officer)
    counts = []
    for period in ("2025Q1", "2025Q2", "2025Q3"):
        Round(
            adoption=found.adoption,
            unit=cast.district,
            title=period,
            period=period,
            starts_on=date(2025, 1, 1),
            state=RoundState.RUNNING,
            opened_at=china("2025-01-01"),
        ).save()
        officer.get("/rounds")
        with CaptureQueriesContext(connection) as asked:
            officer.get("/rounds")
        counts.append(len(asked))

    assert len(set(counts)) == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_keep_nobody_out(window: Open, cast: Cast, today: datetime, width: int) -> None:
    work = running(cast, today)
    row = owed(work, "upload")[0]
    pages = {
        "/rounds": cast.officer,
        f"/rounds/{work.pk}": cast.officer,
        f"/rounds/{work.pk}/mine": cast.officer,
        f"/rounds/{work.pk}/overdue": cast.officer,
        f"/rounds/{work.pk}/agenda": cast.officer,
        f"/rounds/{work.pk}/events": cast.city_officer,
        f"/rounds/{work.pk}/circular": cast.officer,
        f"/rounds/{work.pk}/obligations/{row.pk}": cast.city_officer,
        f"/rounds/{work.pk}/obligations/{row.pk}/excuse": cast.city_officer,
    }
    for path, who in pages.items():
        page = window(path, who, width=width)

        assert violations(page) == [], path
        wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0, path
