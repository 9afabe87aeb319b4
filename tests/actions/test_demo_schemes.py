"""The schemes that the demo plays stand on facts that the engine takes, until today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from kaocheng.actions.demo.load import load_demo
from kaocheng.actions.demo.playbook import Playbook, first_month
from kaocheng.actions.secret import Secret
from kaocheng.engine import verbs
from kaocheng.engine.problems import Problems
from kaocheng.engine.reference.run import Run
from kaocheng.engine.values import Missing, NotApplicable
from kaocheng.queries.adopted import Adopted, adopted, example_tables
from kaocheng.records.models import Adoption, Entry, Obligation, ResultRow, Review, Round, Subject
from tests.adopting import fact_tables, kept
from tests.cast import NOW

TEST = "a test looks at everything"
Played = dict[str, Adopted]


@pytest.fixture(scope="module")
def schemes(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Played]:
    """By the number of the scheme; loaded once, since nothing here writes."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_demo(NOW, password=Secret("Kaocheng-2026"))
        rows = Adoption.objects.unscoped(TEST).select_related("scheme", "unit")
        yield {one.scheme.scheme_id: adopted(one) for one in rows}
        transaction.set_rollback(True)


def computed(found: Adopted) -> Run:
    problems = Problems()
    run = verbs.run(found.compiled, verbs.facts(found.pack, fact_tables(found), problems=problems))
    assert not problems.errors
    return run


def test_district_review_is_under_way(schemes: Played) -> None:
    run = computed(schemes["S2"])
    totals = [one.value for one in run.outcomes["schools", "total"].values()]

    assert len(totals) == 24
    assert sum(isinstance(one, NotApplicable) for one in totals) == 5
    assert 6 <= sum(isinstance(one, Missing) for one in totals) <= 10
    conclusions = {str(one.value) for one in run.outcomes["schools", "conclusion"].values()}
    assert {"合格", "不合格"} <= conclusions


def test_schools_of_the_city_stand_where_those_of_the_example_stood(schemes: Played) -> None:
    subjects = Subject.objects.unscoped(TEST).filter(adoption=schemes["S2"].adoption)
    ours = subjects.get(roster="school", key="YL02")

    assert (ours.name, ours.unit.name, ours.values["name"]) == ("榕荫小学",) * 3
    assert subjects.get(roster="guide", key="G2").name == "邓启文"
    assert subjects.filter(roster="school").values("unit").distinct().count() == 24
    for one in subjects.filter(roster="school").select_related("unit__parent__parent"):
        district = subjects.get(roster="district", key=one.values["district"])
        assert one.unit.path.startswith(district.unit.path)


def test_three_quarters_are_graded_and_the_fourth_is_under_way(schemes: Played) -> None:
    run = computed(schemes["S0.4"])
    grades = run.outcomes["quarterly", "grade"]
    known = Counter(
        period for (_, period), one in grades.items() if not isinstance(one.value, Missing)
    )

    assert known == {"2026Q1": 18, "2026Q2": 18, "2026Q3": 18}
    rounds = Round.objects.unscoped(TEST).filter(adoption=schemes["S0.4"].adoption)
    states = dict(rounds.values_list("period", "state"))
    assert states == {**dict.fromkeys(known, "archived"), "2026Q4": "running", "2026": "running"}
    frozen = ResultRow.objects.unscoped(TEST).filter(result="quarterly")
    assert frozen.values("result_set").distinct().count() == 3
    assert frozen.count() == 3 * 18


def test_duties_are_owed_once_in_the_round_of_their_period(schemes: Played) -> None:
    rows = Obligation.objects.unscoped(TEST).filter(round__adoption=schemes["S0.4"].adoption)
    found = {(one.round.period, one.period) for one in rows.select_related("round")}

    assert ("2026Q4", "2026Q4") in found
    assert ("2026", "2026") in found
    assert {(round_, period) for round_, period in found if period and round_ != period} == set()


def test_assessors_are_asked_for_the_schools_that_nobody_has_rated(schemes: Played) -> None:
    adoption = schemes["S2"].adoption
    reviews = Review.objects.unscoped(TEST).filter(round__adoption=adoption)
    rated = Entry.objects.unscoped(TEST).filter(adoption=adoption, register="district_score")

    assert reviews.filter(assessor__name="邓启文", subject__name="榕荫小学").exists()
    assert not reviews.filter(subject__in=rated.values("subject")).exists()
    assert reviews.filter(state="open", due_at__isnull=False).count() >= 6


def test_nothing_is_entered_that_lies_ahead(schemes: Played) -> None:
    entries = Entry.objects.unscoped(TEST)
    days = [
        text
        for found in schemes.values()
        for entry in entries.filter(adoption=found.adoption)
        for name, text in entry.values.items()
        if found.register(entry.register).fields[name].type == "date"
    ]
    assert len(days) > 500
    assert max(days) <= "2026-11-27"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "periods", "month"),
    [
        (date(2027, 1, 4), ["2026Q2", "2026Q3", "2026Q4", "2027Q1", "2026"], "4"),
        (date(2027, 5, 31), ["2026Q3", "2026Q4", "2027Q1", "2027Q2", "2026"], "7"),
    ],
)
def test_quarters_move_with_the_day_of_loading(today: date, periods: list[str], month: str) -> None:
    book = Playbook.of(settings.SCHEMES / "s0.4-appraisal", today)
    assert book is not None
    rows = book.periods(example_tables(kept("s0.4-appraisal"))["periods"])

    assert [row[1] for row in rows] == periods
    assert first_month(rows) == month
    assert all(one[3] <= one[4] for one in rows)
