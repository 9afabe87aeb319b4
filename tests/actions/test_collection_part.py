"""The part of one unit: filled by several, split, handed in, returned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaocheng.access.refusal import Invalid, NotYours, Refused, Stale
from kaocheng.actions.collection import close_collection
from kaocheng.actions.collection_part import (
    TypedRow,
    add_rows,
    fill_rows,
    report_nothing,
    return_part,
    split_part,
    submit_part,
    take_back,
)
from kaocheng.queries.collection_values import digest_of
from kaocheng.records.models import Collection, CollectionPart, CollectionRow, Task
from tests.actions.collecting import (
    PERSONAL,
    fill,
    filled_and_sent,
    first_row,
    form_of,
    opened,
    part_of,
    rows_of,
    tasks_of,
    typed,
)
from tests.cast import NOW, Cast, by

GOOD = {"f1": "林晓棠", "f2": "3", "f3": "小学"}


def school_part(cast: Cast) -> CollectionPart:
    return part_of(opened(cast.officer), cast.school.pk)


def split(cast: Cast) -> tuple[CollectionPart, CollectionPart]:
    """The school's part and the part of its group."""
    whole = school_part(cast)
    split_part(by(cast.lead), part_id=whole.pk, unit_ids=(cast.group.pk,))
    return whole, part_of(whole.collection, cast.group.pk)


def again(part: CollectionPart) -> CollectionPart:
    return CollectionPart.objects.unscoped("a test looks").get(pk=part.pk)


def progress_of(form: Collection, unit_id: int) -> tuple[int, int]:
    tasks = Task.objects.unscoped("a test looks").filter(source_id=str(form.pk), unit_id=unit_id)
    return tasks.values_list("done_count", "total_count").get()


def test_rows_are_kept_in_one_spelling_and_blank_ones_are_not(cast: Cast) -> None:
    part = school_part(cast)

    fill(
        cast.lead,
        part,
        typed(" 林晓棠 ", "１,２００", "小学"),
        typed("", " ", ""),
        typed("陈敏", ""),
    )

    assert rows_of(part) == [
        (0, {"f1": "林晓棠", "f2": "1200", "f3": "小学"}),
        (1, {"f1": "陈敏", "f2": "", "f3": ""}),
    ]
    row = first_row(part)
    assert (row.filled_by, row.filled_at) == (cast.lead, NOW)


def test_wrong_cells_are_told_together_and_nothing_is_written(cast: Cast) -> None:
    part = school_part(cast)
    fill(cast.lead, part, typed("林晓棠", "3"))
    row = first_row(part)

    with pytest.raises(Invalid) as refused:
        fill(
            cast.lead, part, typed("林晓棠", "三个", id=row.pk, version=1), typed("", "", ""),
            typed("陈敏", "1.5", "高中"),
        )  # fmt: skip

    assert set(refused.value.problems) == {f"{row.pk}-f2", "n1-f2", "n1-f3"}
    assert rows_of(part) == [(0, {"f1": "林晓棠", "f2": "3", "f3": ""})]


def test_other_persons_row_is_not_overwritten_unseen(cast: Cast) -> None:
    part = school_part(cast)
    fill(cast.lead, part, typed("林晓棠", "3"))
    row = first_row(part)
    fill(cast.clerk, part, typed("林晓棠", "4", id=row.pk, version=1))

    with pytest.raises(Stale) as stale:
        fill(cast.lead, part, typed("林晓棠", "5", id=row.pk, version=1), typed("陈敏", "1"))

    assert stale.value.theirs == {"values": {"f1": "林晓棠", "f2": "4", "f3": ""}}
    assert stale.value.values["who"] == "沈一鸣"
    assert rows_of(part) == [(0, {"f1": "林晓棠", "f2": "4", "f3": ""})]


def test_row_that_was_not_touched_is_no_conflict(cast: Cast) -> None:
    part = school_part(cast)
    fill(cast.lead, part, typed("林晓棠", "3"))
    row = first_row(part)
    fill(cast.clerk, part, typed("林晓棠", "4", id=row.pk, version=1))
    untouched = typed("林晓棠", "3", id=row.pk, version=1)
    untouched = replace(untouched, seen=digest_of(dict(untouched.values)))

    fill(cast.lead, part, untouched, typed("陈敏", "1"))

    assert [values["f2"] for _, values in rows_of(part)] == ["4", "1"]


def test_row_is_removed_under_the_version_that_was_seen(cast: Cast) -> None:
    part = school_part(cast)
    fill(cast.lead, part, typed("林晓棠", "3"), typed("陈敏", "1"))
    row = first_row(part)

    with pytest.raises(Stale):
        fill_rows(by(cast.lead), part_id=part.pk, rows=(), removed=((row.pk, 9),))
    fill_rows(by(cast.lead), part_id=part.pk, rows=(), removed=((row.pk, 1),))

    assert [values["f1"] for _, values in rows_of(part)] == ["陈敏"]


def test_row_of_another_part_does_not_exist(cast: Cast) -> None:
    form = opened(cast.officer)
    mine, other = part_of(form, cast.school.pk), part_of(form, cast.other_school.pk)
    fill(cast.other_lead, other, typed("赵启明", "3"))
    row = first_row(other)

    with pytest.raises(NotYours):
        fill(cast.lead, mine, typed("改名", "1", id=row.pk, version=1))
    with pytest.raises(NotYours):
        fill_rows(by(cast.lead), part_id=mine.pk, rows=(), removed=((row.pk, 1),))

    assert rows_of(other) == [(0, {"f1": "赵启明", "f2": "3", "f3": ""})]


@pytest.mark.parametrize("who", ["other_lead", "far_lead", "officer", "teacher", "reviewer"])
def test_part_of_another_unit_is_not_filled(cast: Cast, who: str) -> None:
    part = school_part(cast)

    with pytest.raises(NotYours):
        fill(getattr(cast, who), part, typed("外人", "1"))

    assert rows_of(part) == []


def test_hidden_personal_value_stays_when_a_colleague_mends_the_row(cast: Cast) -> None:
    part = part_of(opened(cast.lead, fields=PERSONAL, kinds=("group",)), cast.group.pk)
    fill(cast.teacher, part, typed("林晓堂", "139 0000 1234"))
    row = first_row(part)

    fill(cast.colleague, part, TypedRow((("f1", "林晓棠"),), id=row.pk, version=1))
    fill(cast.colleague, part, typed("林晓棠", "13800000000", id=row.pk, version=2))

    assert rows_of(part) == [(0, {"f1": "林晓棠", "f2": "139 0000 1234"})]
    assert first_row(part).filled_by == cast.teacher


def test_pasted_rows_are_appended_all_or_none(cast: Cast) -> None:
    part = school_part(cast)
    good = (("f1", "林晓棠"), ("f2", "3"))

    with pytest.raises(Invalid) as refused:
        add_rows(by(cast.lead), part_id=part.pk, rows=(good, (("f1", "陈敏"), ("f2", "多"))))
    assert set(refused.value.problems) == {"n1-f2"}
    assert rows_of(part) == []

    add_rows(by(cast.lead), part_id=part.pk, rows=(good, (("f1", "陈敏"), ("f2", "1"))))
    assert [values["f1"] for _, values in rows_of(part)] == ["林晓棠", "陈敏"]


def test_handed_in_part_is_settled_and_closed_to_changes(cast: Cast) -> None:
    part = school_part(cast)

    filled_and_sent(cast.clerk, part, typed("林晓棠", "3", "小学"))

    done = again(part)
    assert (done.state, done.submitted_at, done.submitted_by) == ("submitted", NOW, cast.clerk)
    assert tasks_of(part.collection)[0] == ("榕荫小学", "lead", "done")
    with pytest.raises(Refused) as refused:
        fill(cast.lead, part, typed("陈敏", "1"))
    assert refused.value.message_id == "W73"
    assert rows_of(part) == [(0, GOOD)]


def test_w74_incomplete_part_says_where_the_first_gap_is(cast: Cast) -> None:
    part = school_part(cast)
    fill(cast.lead, part, typed("林晓棠", "3"), typed("", "2"), typed("陈敏", ""))

    with pytest.raises(Refused) as refused:
        submit_part(by(cast.lead), part_id=part.pk)

    assert str(refused.value) == "还不能提交：有 2 处没有填好，第一处在第 2 行“姓名”。"
    assert again(part).state == "filling"


def test_empty_part_is_only_handed_in_as_a_report_of_nothing(cast: Cast) -> None:
    part = school_part(cast)

    with pytest.raises(Refused) as refused:
        submit_part(by(cast.lead), part_id=part.pk)
    report_nothing(by(cast.lead), part_id=part.pk)

    assert refused.value.message_id == "W76"
    assert again(part).state == "submitted"


def test_report_of_nothing_with_rows_is_refused(cast: Cast) -> None:
    part = school_part(cast)
    fill(cast.lead, part, typed("林晓棠", "3"))

    with pytest.raises(Refused) as refused:
        report_nothing(by(cast.lead), part_id=part.pk)

    assert refused.value.message_id == "W76"
    assert again(part).state == "filling"


def test_w73_closed_form_takes_nothing_more(cast: Cast) -> None:
    part = school_part(cast)
    close_collection(by(cast.officer), collection_id=part.collection_id)

    with pytest.raises(Refused) as refused:
        fill(cast.lead, part, typed("林晓棠", "3"))

    assert str(refused.value) == ("“教师情况收集表”现在是“已截止”，不能这样办，没有做任何改动。")
    assert rows_of(part) == []


def test_returned_part_is_owed_again_with_the_reason(cast: Cast) -> None:
    part = school_part(cast)
    filled_and_sent(cast.lead, part, typed("林晓棠", "3"))

    with pytest.raises(Invalid):
        return_part(by(cast.officer), part_id=part.pk, because="  ")
    return_part(by(cast.officer), part_id=part.pk, because="人数与花名册不符")

    back = again(part)
    assert (back.state, back.returned_because) == ("returned", "人数与花名册不符")
    tasks = Task.objects.unscoped("a test looks").filter(unit=cast.school)
    assert [(task.state, task.returned_because) for task in tasks] == [("open", "人数与花名册不符")]
    filled_and_sent(cast.lead, part)
    assert (again(part).state, again(part).returned_because) == ("submitted", "")


@pytest.mark.parametrize("who", ["lead", "other_lead", "city_officer", "teacher"])
def test_only_the_asking_unit_returns_a_part(cast: Cast, who: str) -> None:
    part = school_part(cast)
    filled_and_sent(cast.lead, part, typed("林晓棠", "3"))

    with pytest.raises(NotYours):
        return_part(by(getattr(cast, who)), part_id=part.pk, because="退回")

    assert again(part).state == "submitted"


@pytest.mark.parametrize("who", ["officer", "other_lead", "city_officer", "teacher"])
def test_only_the_asked_unit_hands_its_part_in(cast: Cast, who: str) -> None:
    part = school_part(cast)

    with pytest.raises(NotYours):
        report_nothing(by(getattr(cast, who)), part_id=part.pk)
    fill(cast.lead, part, typed("林晓棠", "3"))
    with pytest.raises(NotYours):
        submit_part(by(getattr(cast, who)), part_id=part.pk)

    assert again(part).state == "filling"


def test_split_part_comes_back_into_the_whole(cast: Cast) -> None:
    whole, of_group = split(cast)

    assert tasks_of(whole.collection)[1] == ("数学组", "workshop_leader", "open")
    with pytest.raises(Refused):
        submit_part(by(cast.lead), part_id=whole.pk)
    filled_and_sent(cast.teacher, of_group, typed("林晓棠", "3"))
    assert progress_of(whole.collection, cast.school.pk) == (1, 1)
    submit_part(by(cast.lead), part_id=whole.pk)

    assert again(whole).state == "submitted"
    assert rows_of(of_group) == [(0, {"f1": "林晓棠", "f2": "3", "f3": ""})]


def test_w75_whole_waits_for_its_groups_by_name(cast: Cast) -> None:
    whole, _ = split(cast)

    with pytest.raises(Refused) as refused:
        submit_part(by(cast.lead), part_id=whole.pk)

    assert str(refused.value) == "还不能提交：数学组 还没有交。"


def test_group_is_returned_by_its_school_but_not_after_the_school_handed_in(cast: Cast) -> None:
    whole, of_group = split(cast)
    filled_and_sent(cast.teacher, of_group, typed("林晓棠", "3"))

    return_part(by(cast.lead), part_id=of_group.pk, because="缺一人")
    assert again(of_group).state == "returned"
    submit_part(by(cast.teacher), part_id=of_group.pk)
    submit_part(by(cast.lead), part_id=whole.pk)

    with pytest.raises(Refused):
        return_part(by(cast.lead), part_id=of_group.pk, because="再看")
    assert again(of_group).state == "submitted"


def test_taken_back_rows_follow_those_of_the_whole(cast: Cast) -> None:
    whole, of_group = split(cast)
    fill(cast.lead, whole, typed("何敏仪", "1"))
    fill(cast.teacher, of_group, typed("林晓棠", "3"), typed("陈敏", "2"))

    take_back(by(cast.lead), part_id=of_group.pk)

    assert [(position, values["f1"]) for position, values in rows_of(whole)] == [
        (0, "何敏仪"), (1, "林晓棠"), (2, "陈敏"),
    ]  # fmt: skip
    assert not CollectionPart.objects.unscoped("a test looks").filter(pk=of_group.pk).exists()
    assert tasks_of(whole.collection)[1] == ("数学组", "workshop_leader", "cancelled")
    submit_part(by(cast.lead), part_id=whole.pk)
    assert form_of(whole.collection_id).state == "open"


def test_part_is_not_split_among_units_of_others(cast: Cast) -> None:
    whole = school_part(cast)

    for unit in (cast.other_school, cast.school, cast.far_school):
        with pytest.raises(NotYours):
            split_part(by(cast.lead), part_id=whole.pk, unit_ids=(unit.pk,))
    with pytest.raises(NotYours):
        split_part(by(cast.teacher), part_id=whole.pk, unit_ids=(cast.group.pk,))

    parts = CollectionPart.objects.unscoped("a test looks").filter(above=whole)
    assert not parts.exists()
    assert not CollectionRow.objects.unscoped("a test looks").exists()


def test_splitting_again_adds_only_what_is_new(cast: Cast) -> None:
    whole, of_group = split(cast)

    split_part(by(cast.clerk), part_id=whole.pk, unit_ids=(cast.group.pk,))

    assert part_of(whole.collection, cast.group.pk).pk == of_group.pk
