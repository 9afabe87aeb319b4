"""What follows from frozen results: proposed by the scheme, decided by whom it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.access.task import own_tasks
from kaocheng.actions.adoption_end import end_adoption
from kaocheng.actions.consequence import decide_consequence, propose_consequences
from kaocheng.actions.result import freeze_results
from kaocheng.queries.computing import computed
from kaocheng.queries.consequence import bars, term_of
from kaocheng.records.models import Consequence, Message, Person, Round, Task
from kaocheng.records.models.round import Decided
from tests.actions.test_result import WHY, corrected
from tests.adopting import adopt, fill, open_round
from tests.appraising import appraised, pushed
from tests.cast import Cast, actor, by

TODAY = date(2026, 11, 27)


def proposed(cast: Cast) -> Round:
    """S0.4 frozen, and what follows proposed."""
    _, work = appraised(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    propose_consequences(by(cast.lead), round_id=work.pk)
    return work


def consequences(**where: object) -> list[Consequence]:
    rows = Consequence.objects.unscoped("a test").filter(**where)
    return list(rows.select_related("subject").order_by("pk"))


def test_everything_that_follows_is_proposed_to_whom_the_scheme_names(cast: Cast) -> None:
    found, work = appraised(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)

    propose_consequences(by(cast.lead), round_id=work.pk)

    follows = [one for one in computed(found).effects() if one.value is True]
    assert follows
    made = consequences()
    assert {one.effect for one in made} <= {one.entry for one in follows}
    assert {one.state for one in made if one.effect == "dismissal"} <= {Decided.PROPOSED}
    assert all(one.decided_at is not None for one in made if one.state == Decided.CONFIRMED)


def test_proposing_again_adds_nothing(cast: Cast) -> None:
    work = proposed(cast)
    before = len(consequences())

    answer = propose_consequences(by(cast.lead), round_id=work.pk)

    assert answer.values["count"] == 0
    assert len(consequences()) == before


def test_k83_nothing_follows_before_the_freeze(cast: Cast) -> None:
    _, work = appraised(cast)

    with pytest.raises(Refused, match="结果还没有冻结，不能提出处理建议。"):
        propose_consequences(by(cast.lead), round_id=work.pk)


def test_k82_nothing_follows_from_results_that_have_changed_since(cast: Cast) -> None:
    found, work = pushed(cast)
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)
    corrected(found, "district_score", "mark", "1")

    with pytest.raises(Refused, match="冻结以后结果又变了，没有提出处理建议。"):
        propose_consequences(by(cast.city_officer), round_id=work.pk)


def waiting(cast: Cast) -> Consequence:
    proposed(cast)
    return consequences(state=Decided.PROPOSED)[0]


def test_the_bearer_of_the_title_confirms_with_a_term(cast: Cast) -> None:
    row = waiting(cast)

    decide_consequence(
        by(cast.lead),
        consequence_id=row.pk,
        is_confirmed=True,
        because="经会议研究",
        starts_on=TODAY,
        ends_on=date(2027, 11, 26),
    )

    row.refresh_from_db()
    assert (row.state, row.decided_by, row.because) == ("confirmed", cast.lead, "经会议研究")
    assert (row.starts_on, row.ends_on) == (TODAY, date(2027, 11, 26))


def test_k84_a_decision_stands(cast: Cast) -> None:
    row = waiting(cast)
    decide_consequence(by(cast.lead), consequence_id=row.pk, is_confirmed=False, because="不符")

    with pytest.raises(Refused, match="这条处理已经定过：不采纳。"):
        decide_consequence(by(cast.lead), consequence_id=row.pk, is_confirmed=True, because="")


def test_k85_nobody_else_decides(cast: Cast) -> None:
    row = waiting(cast)

    with pytest.raises(NotAllowed, match=r"这条处理由.+确认，不归现在的身份决定。"):
        decide_consequence(by(cast.officer), consequence_id=row.pk, is_confirmed=True, because="")
    with pytest.raises(NotYours):
        decide_consequence(by(cast.far_lead), consequence_id=row.pk, is_confirmed=True, because="")


def test_k113_a_clerk_prepares_and_does_not_decide(cast: Cast) -> None:
    row = waiting(cast)

    with pytest.raises(
        NotAllowed, match="这条处理要由人力资源部的负责人本人确认，信息员不能代为决定。"
    ):
        decide_consequence(by(cast.clerk), consequence_id=row.pk, is_confirmed=True, because="")

    row.refresh_from_db()
    assert row.state == Decided.PROPOSED


def test_who_confirms_has_one_task_that_is_done_when_all_is_decided(cast: Cast) -> None:
    work = proposed(cast)
    rows = consequences(state=Decided.PROPOSED)
    assert len(rows) > 1

    [task] = decisions(cast.lead)
    assert (task.title, task.page, task.done_count, task.total_count) == (
        f"确认 {len(rows)} 条处理建议",
        f"/rounds/{work.pk}/results/consequences",
        0,
        len(rows),
    )
    assert decisions(cast.clerk) == []
    for row in rows:
        decide_consequence(by(cast.lead), consequence_id=row.pk, is_confirmed=False, because="不符")
        left = Consequence.objects.unscoped("a test").filter(state=Decided.PROPOSED).count()
        [task] = Task.objects.unscoped("a test").filter(source_kind="consequence")
        assert (task.state, task.done_count) == (
            "open" if left else "done",
            len(rows) - left,
        )


def decisions(who: Person) -> list[Task]:
    return list(own_tasks(actor(who)).filter(source_kind="consequence", state="open"))


def test_k86_a_term_ends_after_it_starts(cast: Cast) -> None:
    row = waiting(cast)

    with pytest.raises(Invalid) as invalid:
        decide_consequence(
            by(cast.lead),
            consequence_id=row.pk,
            is_confirmed=True,
            because="",
            starts_on=TODAY,
            ends_on=date(2026, 1, 1),
        )

    assert str(invalid.value.problems["ends_on"]) == "结束日期 2026-01-01 早于开始日期 2026-11-27。"


def test_declining_needs_a_reason(cast: Cast) -> None:
    row = waiting(cast)

    with pytest.raises(Invalid) as invalid:
        decide_consequence(by(cast.lead), consequence_id=row.pk, is_confirmed=False, because="")

    assert str(invalid.value.problems["because"]) == "“理由”还没有填。"


def test_helpers_decide_nothing(cast: Cast) -> None:
    from kaocheng.access.actor import Helper

    row = waiting(cast)
    asked = by(cast.lead)
    helped = replace(
        asked, actor=replace(asked.actor, helper=Helper(cast.clerk.pk, cast.clerk.name))
    )

    with pytest.raises(NotAllowed):
        decide_consequence(helped, consequence_id=row.pk, is_confirmed=True, because="")


def test_whom_it_concerns_is_told(cast: Cast) -> None:
    row = waiting(cast)
    row.subject.person = cast.teacher
    row.subject.save()

    decide_consequence(by(cast.lead), consequence_id=row.pk, is_confirmed=True, because="")

    letters = Message.objects.unscoped("a test").filter(person=cast.teacher)
    assert letters.filter(page=f"/results/consequences/{row.pk}").exists()


def test_bars_hold_from_their_first_to_their_last_day(cast: Cast) -> None:
    row = waiting(cast)
    Consequence.objects.unscoped("a test").filter(pk=row.pk).update(bars=["评优评先"])
    decide_consequence(
        by(cast.lead),
        consequence_id=row.pk,
        is_confirmed=True,
        because="",
        starts_on=date(2026, 12, 1),
        ends_on=date(2026, 12, 31),
    )

    def barred(day: date, asked: str = "") -> int:
        return len(bars(actor(cast.lead), asked=asked, what="", on=day, page=1).lines)

    days = (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [barred(day) for day in days] == [0, 1, 1, 0]
    assert barred(date(2026, 12, 5), row.subject.key) == 1
    assert barred(date(2026, 12, 5), "没有这个人") == 0


@pytest.mark.parametrize(
    ("lasts", "term"),
    [
        ("本年度", (date(2026, 1, 1), date(2026, 12, 31))),
        ("当年", (date(2026, 1, 1), date(2026, 12, 31))),
        ("两年", (TODAY, date(2028, 11, 26))),
        ("3年内", (TODAY, date(2029, 11, 26))),
        ("视情况", (None, None)),
        ("本学年", (None, None)),
        ("", (None, None)),
    ],
)
def test_terms_in_words_become_days_where_they_say_so(
    lasts: str, term: tuple[date | None, date | None], cast: Cast
) -> None:
    found = adopt("s2-guangzhou", cast.city)
    assert term_of(lasts, found, "", today=TODAY) == term


def test_the_term_of_a_period_is_that_of_the_results(cast: Cast) -> None:
    found, _ = appraised(cast)
    [year] = [one for one in found.periods if one.id == "2025"]
    assert term_of("本年度", found, "2025", today=TODAY) == (year.first, year.last)


@pytest.mark.parametrize("pack", ["s0.5-ability", "s1.3-island", "s3-yanzhou", "s0.3-publicity"])
def test_what_follows_in_other_schemes_is_proposed_too(pack: str, cast: Cast) -> None:
    found = adopt(pack, cast.city)
    fill(found)
    work = open_round(found)
    freeze_results(by(cast.city_officer), round_id=work.pk, because=WHY)

    propose_consequences(by(cast.city_officer), round_id=work.pk)

    follows = [one for one in computed(found).effects() if one.value is True]
    assert len(consequences()) == len(follows)


def test_nothing_follows_any_more_from_a_round_that_was_stopped(cast: Cast) -> None:
    work = proposed(cast)
    end_adoption(
        by(cast.lead), adoption_id=work.adoption_id, because="县里停了", stopping=[work.pk]
    )

    with pytest.raises(Refused, match="现在是“已中止”"):
        propose_consequences(by(cast.lead), round_id=work.pk)
    with pytest.raises(Refused, match="现在是“已中止”"):
        decide_consequence(
            by(cast.lead), consequence_id=consequences()[0].pk, is_confirmed=True, because=""
        )
