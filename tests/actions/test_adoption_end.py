"""A scheme that ends half way: what is open is stopped, what was written stays as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaocheng.access.actor import By, Helper
from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.actions.adoption_end import end_adoption
from kaocheng.actions.ballot import open_ballot
from kaocheng.actions.entry import enter as enter_one
from kaocheng.actions.fact_load import Place
from kaocheng.actions.obligation import move_rounds
from kaocheng.actions.result import freeze_results, reopen_results
from kaocheng.actions.round import note_event
from kaocheng.actions.subject import leave_subject
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.adoption_end import ending
from kaocheng.records.models import (
    Adoption,
    Ballot,
    Obligation,
    ResultSet,
    Review,
    Round,
    Subject,
    Task,
)
from tests.adopting import fact_tables
from tests.cast import NOW, Cast, actor, by
from tests.rounds import begun, china, move

TEST = "a test looks at everything"


@pytest.fixture
def under_way(cast: Cast) -> tuple[Adopted, Round]:
    """Two employees; tasks are owed, an entry waits, a vote is open."""
    people = {"XX01": cast.teacher, "XX02": cast.colleague}
    found, work = begun(
        "s0.4-appraisal",
        cast.school,
        lambda _roster, row: Place(cast.group, people.get(row["id"])),
        starts="2026-11-01",
        only=lambda roster, row: roster != "employee" or row["id"] in people,
        holders={"直接上级": [{"how": "field", "field": "superior"}]},
    )
    move(work, china("2026-11-10"))
    return found, work


def open_tasks() -> int:
    return Task.objects.unscoped(TEST).filter(state="open").count()


def test_what_is_open_is_told_and_stopped_with_the_scheme(
    cast: Cast, under_way: tuple[Adopted, Round]
) -> None:
    found, work = under_way
    Ballot(round=work, title="测评", unit=cast.school, opened_at=NOW).save()
    subject = Subject.objects.unscoped(TEST).filter(roster="employee").first()
    assert subject is not None
    Review(
        round=work, register="x", subject=subject, assessor=cast.lead, unit=cast.school, made_at=NOW
    ).save()
    before = fact_tables(found)
    left = ending(actor(cast.lead), found.adoption.pk)
    [told] = left.rounds
    owed_before = Obligation.objects.unscoped(TEST).exclude(state__in=("done", "late")).count()
    assert (told.id, told.owed, told.reviews, told.ballots) == (work.pk, owed_before, 1, 1)
    assert open_tasks()

    end_adoption(
        by(cast.lead), adoption_id=found.adoption.pk, because="县里停了", stopping=[work.pk]
    )

    work.refresh_from_db()
    assert (work.state, work.stopped_because, work.archived_at) == ("stopped", "县里停了", NOW)
    assert Ballot.objects.unscoped(TEST).get().state == "stopped"
    assert not open_tasks()
    assert set(Obligation.objects.unscoped(TEST).values_list("state", flat=True)) <= {
        "done",
        "late",
        "missed",
        "dropped",
    }
    assert fact_tables(adopted(Adoption.objects.unscoped(TEST).get())) == before
    move_rounds(NOW)
    assert not open_tasks()


def test_a_helper_does_not_end_what_a_lead_approved(
    cast: Cast, under_way: tuple[Adopted, Round]
) -> None:
    found, work = under_way
    helper = Helper(cast.clerk.pk, cast.clerk.name)
    helped = By(replace(actor(cast.lead), helper=helper), NOW)

    with pytest.raises(NotAllowed):
        end_adoption(helped, adoption_id=found.adoption.pk, because="停", stopping=[work.pk])
    with pytest.raises(Invalid):
        end_adoption(by(cast.lead), adoption_id=found.adoption.pk, because="", stopping=[work.pk])


def test_afterwards_every_write_is_refused_in_plain_words(
    cast: Cast, under_way: tuple[Adopted, Round]
) -> None:
    found, work = under_way
    lead, adoption_id = by(cast.lead), found.adoption.pk
    freeze_results(lead, round_id=work.pk, because="按现有材料定")
    frozen = ResultSet.objects.unscoped(TEST).get()
    end_adoption(lead, adoption_id=adoption_id, because="县里停了", stopping=[work.pk])
    subject = Subject.objects.unscoped(TEST).filter(roster="employee").first()
    assert subject is not None

    with pytest.raises(Refused, match="现在是“已中止”"):
        reopen_results(lead, set_id=frozen.pk, because="再算")
    with pytest.raises(Refused, match="现在是“已中止”"):
        note_event(lead, round_id=work.pk, name="x")
    with pytest.raises(Refused, match="现在是“已中止”"):
        open_ballot(lead, round_id=work.pk, about="vote:x", title="测评")
    with pytest.raises(Refused, match="现在是“已结束”"):
        leave_subject(lead, subject_id=subject.pk, version=subject.version)
    with pytest.raises(Refused, match="现在是“已结束”"):
        enter_one(lead, adoption_id=adoption_id, register=found.ledgers[0].id, values={})
    frozen.refresh_from_db()
    assert frozen.state == "frozen"
