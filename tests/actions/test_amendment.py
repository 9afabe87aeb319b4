"""Amendments: dated, with before, after and reason; results know that they are stale."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kaocheng.access.actor import By
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.actions.amendment import make_amendment, withdraw_amendment
from kaocheng.actions.result import freeze_results
from kaocheng.engine.process.agenda import lay_out
from kaocheng.gateways.clock import CLOCK
from kaocheng.methods.workdays import mainland_calendar
from kaocheng.queries.adopted import adopted
from kaocheng.queries.computing import computed, parameters_digest
from kaocheng.queries.result_frozen import stale
from kaocheng.records.models import Adoption, Amendment, AuditRow, RegisterRevision, ResultSet
from tests.adopting import adopt, fill, open_round
from tests.cast import NOW, Cast, by

TODAY, LATER = date(2026, 11, 27), date(2026, 12, 1)


@pytest.fixture
def in_force(cast: Cast) -> Adoption:
    found = adopt("s2-guangzhou", cast.city)
    fill(found)
    return found.adoption


def amend(cast: Cast, adoption: Adoption, **given: object) -> Amendment:
    answer = make_amendment(
        by(cast.city_officer),
        adoption_id=adoption.pk,
        version=adoption.version,
        **{"why": "学校反映时间太紧", "takes_effect_on": TODAY, **given},  # type: ignore[arg-type]
    )
    return Amendment.objects.unscoped("a test").get(pk=answer.id)


def again(adoption: Adoption) -> Adoption:
    rows = Adoption.objects.unscoped("a test").select_related("unit", "scheme")
    return rows.get(pk=adoption.pk)


def days_of(adoption: Adoption) -> dict[str, date]:
    adoption.refresh_from_db()
    process = adopted(adoption).process
    return dict(lay_out(process, calendar=mainland_calendar()).days)


def test_an_extended_phase_moves_the_days_that_hang_on_it(cast: Cast, in_force: Adoption) -> None:
    before = days_of(in_force)

    made = amend(cast, in_force, dates={"district.to": "2023-12-29"})

    after = days_of(in_force)
    assert (made.number, made.changes) == (1, {"dates.district.to": [None, "2023-12-29"]})
    assert made.made_at == NOW
    assert before["district_scoring.to"] == date(2023, 12, 26)
    assert {step for step in after if after[step] != before[step]} >= {
        "district",
        "district_scoring",
        "city_direct_scoring",
        "guidance",
    }
    assert after["district_scoring.to"] == date(2023, 12, 29)
    assert after["self_assessment.to"] == before["self_assessment.to"]


def test_an_amendment_makes_what_was_computed_stale(cast: Cast, in_force: Adoption) -> None:
    before = dict(RegisterRevision.objects.values_list("register", "revision"))

    amend(cast, in_force, parameters={"pass_line": "70"})

    after = dict(RegisterRevision.objects.values_list("register", "revision"))
    assert set(after) == {
        one.id for one in (*adopted(in_force).rosters, *adopted(in_force).ledgers)
    }
    assert all(after[name] == before.get(name, 0) + 1 for name in after)


def test_amendments_are_numbered_and_keep_what_was(cast: Cast, in_force: Adoption) -> None:
    amend(cast, in_force, parameters={"pass_line": "70"})
    in_force.refresh_from_db()

    second = amend(cast, in_force, parameters={"pass_line": ""}, holders={"区工程办": []})

    assert second.number == 2
    assert second.changes["parameters.pass_line"] == ["70", None]
    assert second.changes["holders.区工程办"][1] is None


def test_k12_an_amendment_that_changes_nothing_is_none(cast: Cast, in_force: Adoption) -> None:
    with pytest.raises(Refused) as problem:
        amend(cast, in_force, parameters={"pass_line": "60"})

    assert str(problem.value) == "没有改动，不用修订。"


def test_k13_an_amendment_holds_from_approval_on(cast: Cast, in_force: Adoption) -> None:
    with pytest.raises(Invalid) as problem:
        amend(
            cast,
            in_force,
            parameters={"pass_line": "70"},
            why="",
            takes_effect_on=date(2026, 11, 26),
        )

    assert {name: str(one) for name, one in problem.value.problems.items()} == {
        "why": "“理由”还没有填。",
        "takes_effect_on": (
            "修订不能从 2026-11-26 起生效：最早是批准那天 2026-11-27，最晚是 2031-12-01。"
        ),
    }


def test_an_amendment_of_a_later_day_holds_from_that_day(cast: Cast, in_force: Adoption) -> None:
    made = amend(
        cast,
        in_force,
        parameters={"pass_line": "70"},
        dates={"district.to": "2023-12-29"},
        holders={"区工程办": []},
        takes_effect_on=LATER,
    )

    assert made.changes["parameters.pass_line"] == ["60", "70"]
    [before, after] = (adopted(again(in_force), on=day) for day in (date(2026, 11, 30), LATER))
    assert (str(before.parameters["pass_line"]), str(after.parameters["pass_line"])) == ("60", "70")
    assert (before.terms.dates, after.terms.dates) == ({}, {"district.to": "2023-12-29"})
    assert len(before.holders("区工程办")) == 1
    assert not after.holders("区工程办")
    assert parameters_digest(before) == parameters_digest(adopted(again(in_force)))
    assert parameters_digest(before) != parameters_digest(after)


def test_results_follow_the_day_and_frozen_ones_do_not(
    cast: Cast, in_force: Adoption, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = by(cast.city_officer)
    work = open_round(adopted(in_force))
    revisions = dict(RegisterRevision.objects.values_list("register", "revision"))
    freeze_results(lead, round_id=work.pk, because="按现有材料定")
    frozen = ResultSet.objects.unscoped("a test").get()
    amend(cast, again(in_force), parameters={"pass_line": "90"}, takes_effect_on=LATER)
    found = adopted(again(in_force))
    rows = computed(found).rows("schools").csv()
    assert stale(found, work, frozen) is None

    monkeypatch.setattr(CLOCK, "source", lambda: NOW + timedelta(days=4))

    found = adopted(again(in_force))
    assert computed(found).rows("schools").csv() != rows
    told = stale(found, work, frozen)
    assert told is not None
    assert told.changed
    assert dict(RegisterRevision.objects.values_list("register", "revision")) == revisions
    frozen.refresh_from_db()
    assert frozen.parameters_digest == parameters_digest(adopted(again(in_force), on=TODAY))


def test_an_amendment_on_the_day_stands_upon_those_that_came_before(
    cast: Cast, in_force: Adoption, monkeypatch: pytest.MonkeyPatch
) -> None:
    amend(cast, in_force, parameters={"pass_line": "70"}, takes_effect_on=LATER)
    amend(
        cast,
        again(in_force),
        dates={"district.to": "2023-12-29"},
        takes_effect_on=LATER + timedelta(days=9),
    )
    monkeypatch.setattr(CLOCK, "source", lambda: NOW + timedelta(days=4))
    four_days_on = By(by(cast.city_officer).actor, at=NOW + timedelta(days=4))

    make_amendment(
        four_days_on,
        adoption_id=in_force.pk,
        version=again(in_force).version,
        why="又改",
        takes_effect_on=LATER,
        parameters={"pass_line": "75"},
    )

    found = again(in_force)
    assert (found.parameters["pass_line"], found.dates) == ("75", {})
    assert found.coming == [["2026-12-10", 2, {"dates.district.to": "2023-12-29"}]]
    last = Amendment.objects.unscoped("a test").get(number=3)
    assert last.changes == {"parameters.pass_line": ["70", "75"]}


def test_k11_steps_are_in_order_on_every_day_on_which_something_changes(
    cast: Cast, in_force: Adoption
) -> None:
    amend(cast, in_force, dates={"district.to": "2023-12-10"}, takes_effect_on=LATER)

    with pytest.raises(Invalid) as problem:
        amend(cast, again(in_force), dates={"district.from": "2023-12-12"})

    assert {name: one.message_id for name, one in problem.value.problems.items()} == {
        "district.to": "K11"
    }
    amend(cast, again(in_force), dates={"district.from": "2023-12-08"})


def test_k100_of_a_thing_only_one_amendment_is_coming(cast: Cast, in_force: Adoption) -> None:
    amend(cast, in_force, parameters={"pass_line": "70"}, takes_effect_on=LATER)

    with pytest.raises(Refused) as problem:
        amend(cast, again(in_force), parameters={"pass_line": "65"})

    assert str(problem.value) == "“合格的最终得分”已有第 1 号修订，要到 2026-12-01 生效，没有写入。"
    amend(cast, again(in_force), parameters={"pass_line": "60", "mandatory_mark": "self"})


def test_a_coming_amendment_is_withdrawn_with_a_reason(cast: Cast, in_force: Adoption) -> None:
    made = amend(cast, in_force, parameters={"pass_line": "70"}, takes_effect_on=LATER)

    withdraw_amendment(by(cast.city_officer), amendment_id=made.pk, because="市里没有批")

    assert again(in_force).coming == []
    assert str(adopted(again(in_force), on=LATER).parameters["pass_line"]) == "60"
    made.refresh_from_db()
    assert (made.withdrawn_by, made.withdrawn_at) == (cast.city_officer, NOW)
    assert made.withdrawn_because == "市里没有批"
    assert set(
        AuditRow.objects.filter(action="amendment.withdraw").values_list("object_kind", flat=True)
    ) == {"adoption", "amendment"}
    amend(cast, again(in_force), parameters={"pass_line": "65"})


def test_k101_what_is_in_force_is_not_withdrawn(cast: Cast, in_force: Adoption) -> None:
    made = amend(cast, in_force, parameters={"pass_line": "70"})

    with pytest.raises(Refused) as problem:
        withdraw_amendment(by(cast.city_officer), amendment_id=made.pk, because="错了")

    assert str(problem.value) == "第 1 号修订从 2026-11-27 起已经生效，不能撤回。"


def test_k102_an_amendment_is_withdrawn_once(cast: Cast, in_force: Adoption) -> None:
    made = amend(cast, in_force, parameters={"pass_line": "70"}, takes_effect_on=LATER)
    officer = by(cast.city_officer)
    with pytest.raises(Invalid):
        withdraw_amendment(officer, amendment_id=made.pk, because=" ")
    withdraw_amendment(officer, amendment_id=made.pk, because="没批")

    with pytest.raises(Refused, match="第 1 号修订已经撤回，不用再撤。"):
        withdraw_amendment(officer, amendment_id=made.pk, because="没批")
    with pytest.raises(NotYours):
        withdraw_amendment(by(cast.officer), amendment_id=made.pk, because="没批")


def test_wrong_values_are_told_as_in_a_draft(cast: Cast, in_force: Adoption) -> None:
    with pytest.raises(Invalid) as problem:
        amend(cast, in_force, parameters={"pass_line": "101"}, dates={"district.to": "2023-12-01"})

    assert {name: one.message_id for name, one in problem.value.problems.items()} == {
        "pass_line": "F45",
        "district.to": "K11",
    }


def test_a_draft_and_what_belongs_to_others_are_not_amended(cast: Cast, in_force: Adoption) -> None:
    with pytest.raises(NotYours):
        make_amendment(
            by(cast.officer), adoption_id=in_force.pk, version=1, why="早", takes_effect_on=TODAY
        )
    Adoption.objects.unscoped("a test").filter(pk=in_force.pk).update(state="draft")
    with pytest.raises(Refused) as problem:
        amend(cast, in_force, parameters={"pass_line": "70"})
    assert problem.value.message_id == "K04"
