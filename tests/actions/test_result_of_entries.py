"""Results of single entries and of the rows of a list are frozen as those of subjects are."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours
from kaocheng.access.result import rows_in_sight
from kaocheng.actions.result import freeze_results, reopen_results
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.queries import computing, computing_store
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.computing import computed
from kaocheng.queries.result import results_page
from kaocheng.queries.result_export import export_sheet
from kaocheng.queries.result_frozen import changed_rows, frozen_rows, last_set, stale
from kaocheng.queries.result_subject import subject_page
from kaocheng.queries.result_views import Asked, Line
from kaocheng.records.models import Entry, ResultRow, ResultSet, Round
from tests.actions.test_result import corrected
from tests.appraising import rated
from tests.cast import Cast, by

TEST = "a test"
WHY = "学期已过，材料补不齐"
COURSES, INDICATORS = "course_ratings", "indicator_checks"


@pytest.fixture
def work(cast: Cast) -> Round:
    """S4.3 with results of courses and of a list, frozen."""
    _, work = rated(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    return work


def frozen(work: Round) -> ResultSet:
    kept = last_set(work)
    assert kept is not None
    return kept


def found_of(work: Round) -> Adopted:
    return adopted(work.adoption)


def rows(work: Round, result: str) -> list[ResultRow]:
    kept = ResultRow.objects.unscoped(TEST).filter(result_set=frozen(work), result=result)
    return list(kept.select_related("subject", "entry").order_by("pk"))


def seen(who: Actor, work: Round, result: str) -> list[str]:
    return sorted(row.about for row in frozen_rows(who, frozen(work), result=result))


def lines(who: Actor, work: Round, result: str, *, is_live: bool) -> tuple[Line, ...]:
    return results_page(who, work.pk, Asked(result=result, is_live=is_live)).lines


def test_every_row_of_every_result_is_frozen(work: Round) -> None:
    done = computed(found_of(work))
    for result in done.run.pack.scheme.results:
        assert [row.about for row in rows(work, result.id)] == list(done.rows(result.id).keys)
    assert frozen(work).results_digest == done.results_digest()


def test_a_row_is_about_an_entry_or_a_row_of_a_list(work: Round) -> None:
    course, indicator = rows(work, COURSES)[0], rows(work, INDICATORS)[0]
    entry = Entry.objects.unscoped(TEST).get(adoption=work.adoption, register="courses", key="K1")
    assert (course.subject, course.entry, course.key) == (None, entry, "")
    assert course.unit_id == entry.unit_id
    assert course.values["by_quality"] == ["92", "scored"]
    assert (indicator.subject, indicator.entry) == (None, None)
    assert indicator.key == indicator.about == computed(found_of(work)).rows(INDICATORS).keys[0]
    assert indicator.unit_id == work.adoption.unit_id


def test_a_row_is_about_exactly_one_and_stands_once(work: Round) -> None:
    for kept in (rows(work, COURSES)[0], rows(work, INDICATORS)[0]):
        kept.pk = None
        with pytest.raises(IntegrityError, match="result_row_is_one"), transaction.atomic():
            ResultRow.objects.bulk_create([kept])
        kept.result, kept.entry, kept.key = "another", None, ""
        with pytest.raises(IntegrityError, match="result_row_is_about_one"), transaction.atomic():
            ResultRow.objects.bulk_create([kept])


def test_a_reader_sees_what_is_about_them_and_about_units_within_reach(
    cast: Cast, work: Round
) -> None:
    lead, teacher = by(cast.lead).actor, by(cast.teacher).actor
    keys = list(computed(found_of(work)).rows(COURSES).keys)
    assert seen(lead, work, COURSES) == keys
    assert seen(teacher, work, COURSES) == ["K1"]
    assert seen(teacher, work, INDICATORS) == []
    assert seen(lead, work, INDICATORS) == sorted(one.key for one in rows(work, INDICATORS))
    assert not rows_in_sight(by(cast.far_lead).actor).exists()


@pytest.mark.parametrize("result", [COURSES, INDICATORS])
def test_the_frozen_table_and_its_export_are_the_live_ones(
    cast: Cast, work: Round, result: str
) -> None:
    for who in (by(cast.lead).actor, by(cast.teacher).actor):
        shown = [
            [
                (one.key, one.period, one.place, one.value, one.entry_id, one.unit_name)
                for one in kind
            ]
            for kind in (lines(who, work, result, is_live=live) for live in (False, True))
        ]
        assert shown[0] == shown[1]
        tables = [export_sheet(who, work.pk, result, Asked(is_live=live)) for live in (False, True)]
        assert tables[0] == tables[1]


def test_the_explanation_of_an_entry_is_read_by_whom_its_result_is(cast: Cast, work: Round) -> None:
    first, other = (row.entry_id for row in rows(work, COURSES)[:2])
    assert first is not None
    assert other is not None
    for is_live in (False, True):
        shown = subject_page(by(cast.teacher).actor, work.pk, COURSES, first, is_live=is_live)
        assert (shown.name, shown.entry_id, shown.subject_id) == ("K1", first, 0)
        assert (shown.frozen_at is None) is is_live
        assert [one.may_sign for one in shown.signings] == ([] if is_live else [False])
        (tree,) = shown.trees
        assert tree["section"]["title"] == "校本课程认定"
    with pytest.raises(NotYours):
        subject_page(by(cast.teacher).actor, work.pk, COURSES, other)


def test_a_changed_entry_is_told_of_after_the_freeze(work: Round) -> None:
    found, kept = found_of(work), frozen(work)
    assert stale(found, work, kept) is None
    corrected(found, "courses", "quality", "11")
    key = rows(work, COURSES)[-1].about
    changed = changed_rows(computed(found), found, work, kept)
    assert (COURSES, key, "") in changed
    assert {one for one in changed if one[0] == COURSES} == {(COURSES, key, "")}


def test_what_is_computed_by_columns_is_frozen_the_same(
    cast: Cast, work: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = ("result", "subject", "entry", "key", "period", "unit", "values", "flags")
    sets = ResultRow.objects.unscoped(TEST).order_by("pk")
    before = list(sets.values(*fields, "explanation"))
    reopen_results(by(cast.lead), set_id=frozen(work).pk, because="有误")
    monkeypatch.setattr(computing_store, "MANY_ROWS", 0)
    computing.forget()

    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)

    assert isinstance(computed(found_of(work)).run, ColumnarRun)
    assert list(sets.filter(result_set=frozen(work)).values(*fields, "explanation")) == before
