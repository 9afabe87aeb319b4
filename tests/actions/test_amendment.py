"""Amendments: dated, with before, after and reason; results know that they are stale."""

from __future__ import annotations

from datetime import date

import pytest

from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.actions.amendment import make_amendment
from kaocheng.engine.process.agenda import lay_out
from kaocheng.methods.workdays import mainland_calendar
from kaocheng.queries.adopted import adopted
from kaocheng.records.models import Adoption, Amendment, RegisterRevision
from tests.adopting import adopt, fill
from tests.cast import NOW, Cast, by

TODAY = date(2026, 11, 27)


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


def test_k13_an_amendment_holds_from_approval_to_today(cast: Cast, in_force: Adoption) -> None:
    with pytest.raises(Invalid) as problem:
        amend(
            cast,
            in_force,
            parameters={"pass_line": "70"},
            why="",
            takes_effect_on=date(2026, 12, 1),
        )

    assert {name: str(one) for name, one in problem.value.problems.items()} == {
        "why": "“理由”还没有填。",
        "takes_effect_on": (
            "修订不能从 2026-12-01 起：最早从批准那天 2026-11-27 起，最晚从今天 2026-11-27 起。"
        ),
    }


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
