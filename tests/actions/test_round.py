"""Rounds: started from what is in force, told what has happened, archived with their results."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.round import archive_round, note_event, start_round
from kaocheng.records.models import Obligation, Round, RoundEvent, Task
from kaocheng.records.models.round import ObligationState, RoundState
from tests.adopting import adopt
from tests.cast import NOW, Cast, by
from tests.rounds import WHY, begun, china, everywhere, move

SMALL = "s4.6-safety"  # without periods, with three events


def started(cast: Cast) -> Round:
    return begun(SMALL, cast.district, everywhere(cast.district), starts="2026-11-10")[1]


def test_a_round_starts_with_what_is_owed_from_its_first_days(cast: Cast) -> None:
    days = {"campaign.from": "2026-11-20", "campaign.to": "2027-05-20"}
    found = adopt(SMALL, cast.district, dates=days)

    answer = start_round(
        by(cast.officer),
        adoption_id=found.adoption.pk,
        title=" 冬春安全治理 ",
        starts_on=date(2026, 11, 20),
    )

    work = Round.objects.unscoped(WHY).get(pk=answer.id)
    assert (work.title, work.state, work.unit) == (
        "冬春安全治理",
        RoundState.RUNNING,
        cast.district,
    )
    assert (work.refers_to, work.opened_by, work.opened_at) == (
        date(2026, 11, 20),
        cast.officer,
        NOW,
    )
    assert Obligation.objects.unscoped(WHY).filter(round=work).exists()
    assert Task.objects.unscoped(WHY).filter(source_kind="obligation").exists()


def test_k40_one_round_a_period(cast: Cast) -> None:
    found = adopt(SMALL, cast.district)
    day = date(2026, 11, 20)
    start_round(by(cast.officer), adoption_id=found.adoption.pk, title="甲", starts_on=day)

    with pytest.raises(Refused, match=r"“.+”在这个周期的考核工作已经有了，没有再开一次。"):
        start_round(by(cast.officer), adoption_id=found.adoption.pk, title="乙", starts_on=day)


def test_k41_a_period_that_the_adoption_does_not_have(cast: Cast) -> None:
    found = adopt("s0.4-appraisal", cast.school)

    with pytest.raises(Refused) as refused:
        start_round(
            by(cast.lead),
            adoption_id=found.adoption.pk,
            period="2031Q1",
            title="甲",
            starts_on=date(2026, 11, 20),
        )

    assert str(refused.value.problems["period"]) == (  # type: ignore[attr-defined]  # Invalid
        f"“2031Q1”不是“{found.adoption.title}”的周期，没有开始。"
    )


def test_k42_days_beyond_the_calendar_and_k46_a_round_without_a_name(cast: Cast) -> None:
    found = adopt(SMALL, cast.district)

    with pytest.raises(Refused) as refused:
        start_round(
            by(cast.officer), adoption_id=found.adoption.pk, title="", starts_on=date(1066, 10, 14)
        )

    problems = {name: str(one) for name, one in refused.value.problems.items()}  # type: ignore[attr-defined]
    assert re.fullmatch("开始日期 1066-10-14 不能用：日历只到 .+。", problems["starts_on"])
    assert problems["title"] == "“名称”还没有填。"


def test_nobody_starts_a_round_of_another_unit(cast: Cast) -> None:
    found = adopt(SMALL, cast.district)

    for who in (cast.city_officer, cast.lead, cast.teacher):
        with pytest.raises(NotYours):
            start_round(
                by(who),
                adoption_id=found.adoption.pk,
                title="甲",
                starts_on=date(2026, 11, 20),
            )


def test_an_event_dates_what_waits_for_it(cast: Cast) -> None:
    work = started(cast)
    at = china("2026-11-20", 9)

    note_event(by(cast.officer), round_id=work.pk, name="final_rules", happened_at=at, note="二楼")

    [event] = RoundEvent.objects.unscoped(WHY).filter(round=work)
    assert (event.unit, event.happened_at, event.made_by) == (cast.district, at, cast.officer)
    assert Obligation.objects.unscoped(WHY).filter(round=work, duty="map_again").exists()


def test_k44_an_event_happens_once_in_a_unit(cast: Cast) -> None:
    work = started(cast)
    note_event(by(cast.officer), round_id=work.pk, name="final_rules")

    with pytest.raises(Refused, match="“正式考核细则下发”已经记过：11月27日（周五）10:00。"):
        note_event(by(cast.officer), round_id=work.pk, name="final_rules")


@pytest.mark.parametrize("at", [china("2026-11-09", 23), NOW + timedelta(minutes=1)])
def test_k45_an_event_lies_between_the_start_and_now(cast: Cast, at: object) -> None:
    work = started(cast)

    with pytest.raises(Refused) as refused:
        note_event(by(cast.officer), round_id=work.pk, name="final_rules", happened_at=at)  # type: ignore[arg-type]

    said = str(refused.value.problems["happened_at"])  # type: ignore[attr-defined]
    assert re.fullmatch("时间 .+ 不对：应在考核开始以后，并且不晚于现在。", said)


def test_k110_what_belongs_to_an_entry_is_not_told_of_a_unit(cast: Cast) -> None:
    work = started(cast)

    with pytest.raises(
        Refused, match="“发现隐患”要记在“隐患排查治理台账”里具体的一条上，没有记下。"
    ):
        note_event(by(cast.officer), round_id=work.pk, name="hazard_found")


def test_k50_an_event_is_told_by_whoever_bears_its_title(cast: Cast) -> None:
    _, work = begun("s2-guangzhou", cast.city, everywhere(cast.school), starts="2026-11-10")
    move(work, NOW)

    with pytest.raises(Refused, match="“公示张贴”要由区工程办来记。"):
        note_event(by(cast.lead), round_id=work.pk, name="result_posted")

    note_event(by(cast.officer), round_id=work.pk, name="result_posted")
    [event] = RoundEvent.objects.unscoped(WHY).filter(round=work)
    assert event.unit == cast.district


def test_k52_an_event_that_the_scheme_does_not_know(cast: Cast) -> None:
    work = started(cast)

    with pytest.raises(Refused, match="方案里没有“comet”这件事，没有记下。"):
        note_event(by(cast.officer), round_id=work.pk, name="comet")


def test_k51_only_with_its_results_is_a_round_archived(cast: Cast) -> None:
    work = started(cast)

    with pytest.raises(Refused, match="结果还没有冻结，不能归档。"):
        archive_round(by(cast.officer), round_id=work.pk)


def test_k43_what_is_archived_stays_as_it_is_and_asks_nothing_of_anybody(cast: Cast) -> None:
    work = started(cast)
    move(work, NOW)
    Round.objects.unscoped(WHY).filter(pk=work.pk).update(state=RoundState.FROZEN)

    archive_round(by(cast.officer), round_id=work.pk)

    work = Round.objects.unscoped(WHY).get(pk=work.pk)
    assert (work.state, work.archived_at) == (RoundState.ARCHIVED, NOW)
    left = Obligation.objects.unscoped(WHY).filter(round=work)
    assert {row.state for row in left} <= {
        ObligationState.DONE,
        ObligationState.MISSED,
        ObligationState.DROPPED,
    }
    tasks = Task.objects.unscoped(WHY).filter(source_kind="obligation", state="open")
    assert not tasks.exists()
    with pytest.raises(Refused, match="考核工作现在是“已归档”，不能这样办，没有做任何改动。"):
        archive_round(by(cast.officer), round_id=work.pk)
