"""Ballots: who may vote, that nobody can tell whose a paper is, closing, counting in a meeting."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from kaocheng.access.actor import system
from kaocheng.access.ballot import ballots_to_vote
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.actions.ballot import close_ballot, count_ballot, open_ballot, vote_in_ballot
from kaocheng.actions.fact_load import Place
from kaocheng.actions.scheme import keep_scheme
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.records.models import (
    AuditRow,
    Ballot,
    BallotPaper,
    BallotVoter,
    DoneOnce,
    Person,
    Round,
    RoundEvent,
    SchemeVersion,
    Subject,
    Task,
)
from tests.actions.reviewing import entries, forget, subject
from tests.adopting import adopt, fill, open_round
from tests.cast import NOW, Cast, actor, by, make_cast, unit

VOTE, RATINGS = "vote:scheme_vote", "meeting_ratings"
MARKS = ("virtue", "ability", "diligence", "achievement", "integrity")
COUNTS = {
    "members": "30",
    "present": "20",
    "sent_out": "20",
    "came_back": "20",
    "valid": "19",
    "in_favour": "10",
    "against": "8",
}


@pytest.fixture
def round_(cast: Cast) -> Round:
    return at_work(cast)


def at_work(cast: Cast) -> Round:
    return open_round(adopt("s4.1-dongliu", cast.school))


def opened(cast: Cast, round_: Round, **changed: Any) -> Ballot:  # noqa: ANN401  # passed on
    asked: dict[str, Any] = {
        "about": VOTE,
        "title": "考评方案表决",
        "unit_id": cast.school.pk,
        **changed,
    }
    answer = open_ballot(by(cast.lead), round_id=round_.pk, **asked)
    return Ballot.objects.unscoped("a test").get(pk=answer.id)


def says(answer: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return {"vote": {"vote": {"vote": answer}}}


def vote(who: Person, ballot: Ballot, answer: str = "赞成") -> None:
    vote_in_ballot(by(who), ballot_id=ballot.pk, paper=says(answer))


def voters(ballot: Ballot) -> list[BallotVoter]:
    rows = BallotVoter.objects.unscoped("a test").filter(ballot=ballot)
    return list(rows.select_related("person").order_by("pk"))


def test_people_of_the_unit_vote_and_the_scheme_decides(cast: Cast, round_: Round) -> None:
    ballot = opened(cast, round_)
    staff = [one.person for one in voters(ballot)]
    assert {one.name for one in staff} == {"林晓棠", "陈敏", "陈国安", "何敏仪", "沈一鸣"}
    for who, said in zip(staff, ("赞成", "赞成", "反对", "弃权", "赞成"), strict=True):
        vote(who, ballot, said)

    answer = close_ballot(by(cast.lead), ballot_id=ballot.pk)

    ballot.refresh_from_db()
    assert (ballot.members, ballot.present, ballot.valid) == (5, 5, 5)
    assert (ballot.in_favour, ballot.against) == (3, 1)
    assert answer.values["passed"] is True
    assert "按“到会不少于应到的 2/3，赞成的不少于到会的 1/2”，通过。" in ballot.minutes
    event = RoundEvent.objects.unscoped("a test").get(round=round_)
    assert event.name == "scheme_adopted"


def test_quorum_that_is_missed_fails_the_vote(cast: Cast, round_: Round) -> None:
    ballot = opened(cast, round_)
    vote(cast.teacher, ballot)

    answer = close_ballot(by(cast.lead), ballot_id=ballot.pk)

    assert answer.values["passed"] is False
    assert not RoundEvent.objects.unscoped("a test").exists()
    open_tasks = Task.objects.unscoped("a test").filter(source_kind="ballot", state="open")
    assert not open_tasks.exists()


def test_nobody_can_join_a_paper_to_its_voter(cast: Cast, round_: Round) -> None:
    ballot = opened(cast, round_)
    for who, answer in (
        (cast.teacher, "反对"),
        (cast.colleague, "赞成"),
        (cast.workshop_leader, "赞成"),
    ):
        vote(who, ballot, answer)

    assert {field.name for field in BallotPaper._meta.get_fields()} == {"id", "ballot", "values"}
    said = AuditRow.objects.filter(action="ballot.vote")
    for row in said:
        assert row.object_kind in {"ballotvoter", "task"}
        assert "赞成" not in str(row.changes)
        assert "反对" not in str(row.changes)
    assert not DoneOnce.objects.exists()
    # The database's own bookkeeping: every paper was written with the last vote, in id order.
    with connection.cursor() as cursor:
        cursor.execute("select id, xmin::text from records_ballotpaper order by ctid")
        rows = cursor.fetchall()
    assert len({xmin for _, xmin in rows}) == 1
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert {paper.pk.version for paper in BallotPaper.objects.all()} == {4}


def test_vote_is_never_remembered_under_a_key(cast: Cast, round_: Round) -> None:
    ballot = opened(cast, round_)
    with pytest.raises(AssertionError):
        vote_in_ballot(by(cast.teacher, key="k"), ballot_id=ballot.pk, paper=says("赞成"))


def test_k68_nobody_votes_twice(cast: Cast, round_: Round) -> None:
    ballot = opened(cast, round_)
    vote(cast.teacher, ballot)

    with pytest.raises(Refused, match="您已经投过票，没有再投。"):
        vote(cast.teacher, ballot, "反对")

    assert BallotPaper.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_give_one_paper(now: object) -> None:
    del now
    cast = make_cast()
    ballot = opened(cast, at_work(cast))
    outcomes: list[str] = []

    def send() -> None:
        try:
            vote(cast.teacher, ballot)
            outcomes.append("taken")
        except Refused as refusal:
            outcomes.append(refusal.message_id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["K68", "K68", "K68", "taken"]
    assert BallotPaper.objects.count() == 1


def test_k69_nobody_votes_after_the_close(cast: Cast, round_: Round) -> None:
    ballot = opened(cast, round_)
    close_ballot(by(cast.lead), ballot_id=ballot.pk)

    with pytest.raises(Refused, match="投票已经结束，没有投出。"):
        vote(cast.teacher, ballot)
    with pytest.raises(Refused):
        close_ballot(by(cast.lead), ballot_id=ballot.pk)

    late = opened(cast, round_, title="另一次")
    Ballot.objects.unscoped("a test").filter(pk=late.pk).update(closes_at=NOW)
    with pytest.raises(Refused, match="投票已经结束"):
        vote(cast.teacher, late)


def test_who_is_no_voter_finds_no_ballot(cast: Cast, round_: Round) -> None:
    ballot = opened(cast, round_)

    with pytest.raises(NotYours):
        vote(cast.outsider, ballot)
    for stranger in (cast.teacher, cast.other_lead, cast.officer):
        with pytest.raises(NotYours):
            close_ballot(by(stranger), ballot_id=ballot.pk)


def test_voters_see_their_ballots_and_none_about_themselves(cast: Cast, round_: Round) -> None:
    first, second = (opened(cast, round_, title=title) for title in ("第一次", "第二次"))
    BallotVoter.objects.unscoped("a test").filter(ballot=second, person=cast.lead).delete()
    about = Subject(
        adoption=round_.adoption,
        roster="staff",
        key="X1",
        name="林晓棠",
        person=cast.teacher,
        unit=cast.school,
    )
    about.save()
    Ballot.objects.unscoped("a test").filter(pk=first.pk).update(subject=about)

    def seen(who: Person) -> set[int]:
        return set(ballots_to_vote(actor(who)).values_list("pk", flat=True))

    assert seen(cast.colleague) == {first.pk, second.pk}
    assert seen(cast.lead) == {first.pk}
    assert seen(cast.teacher) == {second.pk}
    assert seen(cast.outsider) == set()


def test_k70_ballot_without_voters_is_not_opened(cast: Cast, round_: Round) -> None:
    empty = unit("音乐组", "group", cast.school)

    with pytest.raises(Refused, match="没有人可以投票，没有发起。"):
        opened(cast, round_, unit_id=empty.pk)


def test_meeting_is_counted_by_its_tellers(cast: Cast, round_: Round) -> None:
    ballot = opened(cast, round_, is_secret=False)
    assert voters(ballot) == []

    answer = count_ballot(by(cast.lead), ballot_id=ballot.pk, counts=COUNTS, tellers="林晓棠、陈敏")

    # 20 of 30 came, and exactly half of those who came agreed: enough, read inclusively.
    assert answer.values["passed"] is True
    ballot.refresh_from_db()
    assert "赞成 10 票，反对 8 票，弃权 1 票" in ballot.minutes


def test_strict_reading_needs_more_than_half(cast: Cast) -> None:
    found = adopt("s4.1-dongliu", cast.school)
    found.adoption.parameters["vote_reading"] = "strict"
    found.adoption.save()
    ballot = opened(cast, open_round(found), is_secret=False)

    answer = count_ballot(by(cast.lead), ballot_id=ballot.pk, counts=COUNTS, tellers="陈敏")

    assert answer.values["passed"] is False


def test_majority_of_all_members_counts_those_who_stayed_away(cast: Cast) -> None:
    round_ = open_round(adopt("s4.2-township", cast.school))
    ballot = opened(cast, round_, about="vote:amendment", is_secret=False)

    answer = count_ballot(by(cast.lead), ballot_id=ballot.pk, counts=COUNTS, tellers="陈敏")

    assert answer.values["passed"] is False


def refused_counts(cast: Cast, round_: Round, **wrong: str) -> list[str]:
    ballot = opened(cast, round_, is_secret=False)
    with pytest.raises(Invalid) as refused:
        count_ballot(by(cast.lead), ballot_id=ballot.pk, counts={**COUNTS, **wrong}, tellers="陈敏")
    return [str(one) for one in refused.value.problems.values()]


def test_k71_counts_that_contradict_each_other_are_refused(cast: Cast, round_: Round) -> None:
    assert refused_counts(cast, round_, present="31", sent_out="31") == [
        "票数前后矛盾：实到（31）不能大于应到（30）。"
    ]


def test_k72_more_votes_than_valid_papers_are_refused(cast: Cast, round_: Round) -> None:
    assert refused_counts(cast, round_, against="12") == [
        "赞成 10 票加反对 12 票，多于有效票 19 张。"
    ]


def test_k74_counts_are_whole_numbers(cast: Cast, round_: Round) -> None:
    said = refused_counts(cast, round_, valid="十九")
    assert said == ["“有效”要填整数，如 30。"]
    assert refused_counts(cast, round_, valid="") == said
    assert refused_counts(cast, round_, valid="-1") == said


def test_meeting_needs_its_tellers(cast: Cast, round_: Round) -> None:
    ballot = opened(cast, round_, is_secret=False)
    with pytest.raises(Invalid):
        count_ballot(by(cast.lead), ballot_id=ballot.pk, counts=COUNTS, tellers=" ")


def secret_scheme(cast: Cast, folder: Path) -> tuple[Adopted, Round]:
    """The scheme with its table of the meeting's ratings filled without names."""
    shutil.copytree(settings.SCHEMES / "s4.1-dongliu", folder / "secret")
    path = folder / "secret" / "registers.yaml"
    text = path.read_text("utf-8")
    start = f"  - id: {RATINGS}\n"
    path.write_text(text.replace(start, f"{start}    secret: 是\n"), "utf-8")
    answer = keep_scheme(system(NOW), folder=folder / "secret")
    found = adopt("s4.1-dongliu", cast.school)
    found.adoption.scheme = SchemeVersion.objects.get(pk=answer.id)
    found.adoption.save()
    fill(found, lambda _roster, _values: Place(cast.school))
    forget(found, RATINGS)
    return adopted(found.adoption), open_round(found)


def test_secret_ratings_become_entries_without_a_name(cast: Cast, tmp_path: Path) -> None:
    found, round_ = secret_scheme(cast, tmp_path)
    rated = subject(found, "staff", "T22")
    ballot = opened(
        cast, round_, about=f"register:{RATINGS}", title="民主测评", subject_id=rated.pk
    )
    for who, mark in ((cast.teacher, "2"), (cast.colleague, "1.5"), (cast.clerk, "0.5")):
        paper = {str(rated.pk): {"-": dict.fromkeys(MARKS, mark)}}
        vote_in_ballot(by(who), ballot_id=ballot.pk, paper=paper)

    close_ballot(by(cast.lead), ballot_id=ballot.pk)

    written = entries(found, RATINGS)
    assert sorted(one.values["virtue"] for one in written) == ["0.5", "1.5", "2"]
    assert {one.values["rater"] for one in written} == {"无记名1", "无记名2", "无记名3"}
    assert {one.entered_by_id for one in written} == {None}
    assert {one.review_id for one in written} == {None}
    rows = AuditRow.objects.filter(action="ballot.close", object_kind="entry")
    assert {row.person_id for row in rows} == {None}


def test_secret_paper_is_checked_like_any_rating(cast: Cast, tmp_path: Path) -> None:
    found, round_ = secret_scheme(cast, tmp_path)
    rated = subject(found, "staff", "T22")
    ballot = opened(
        cast, round_, about=f"register:{RATINGS}", title="民主测评", subject_id=rated.pk
    )
    marks = dict.fromkeys(MARKS, "2")

    too_much = {str(rated.pk): {"-": {**marks, "virtue": "3"}}}
    too_little = {str(rated.pk): {"-": {**marks, "virtue": ""}}}

    with pytest.raises(Invalid):
        vote_in_ballot(by(cast.teacher), ballot_id=ballot.pk, paper=too_much)
    with pytest.raises(Refused, match="还差 1 项没有填"):
        vote_in_ballot(by(cast.teacher), ballot_id=ballot.pk, paper=too_little)

    assert BallotPaper.objects.count() == 0
    assert not any(one.has_voted for one in voters(ballot))


def test_what_the_scheme_does_not_ask_is_not_put_to_the_vote(cast: Cast, round_: Round) -> None:
    for about in ("vote:nothing", "register:meeting_ratings", "", "register:leave"):
        with pytest.raises(Invalid):
            opened(cast, round_, about=about)
    with pytest.raises(Invalid):
        opened(cast, round_, title=" ")
    with pytest.raises(NotYours):
        opened(cast, round_, unit_id=cast.other_school.pk)


def test_ballot_is_not_opened_about_somebody_of_another_roster(cast: Cast, tmp_path: Path) -> None:
    found, round_ = secret_scheme(cast, tmp_path)
    rows = Subject.objects.unscoped("a test looks")
    other = rows.filter(adoption=found.adoption).exclude(roster="staff").first()
    assert other is not None

    for subject_id in (0, other.pk):
        with pytest.raises(NotYours):
            opened(
                cast, round_, about=f"register:{RATINGS}", title="民主测评", subject_id=subject_id
            )

    assert not Ballot.objects.unscoped("a test looks").exists()
