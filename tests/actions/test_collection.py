"""收集表: written, opened, chased, closed and reopened, each way out once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.actions.collection import (
    chase_collection,
    close_collection,
    copy_collection,
    drop_draft,
    note_export,
    open_collection,
    reopen_collection,
    rewrite_collection,
    write_collection,
)
from kaocheng.records.models import AuditRow, Collection, CollectionPart, Message
from kaocheng.records.models.collection import Field
from tests.actions.collecting import (
    DUE,
    FIELDS,
    PERSONAL,
    drafted,
    filled_and_sent,
    form_of,
    opened,
    part_of,
    tasks_of,
    typed,
)
from tests.cast import NOW, Cast, by


def told(form: Collection) -> list[str]:
    messages = Message.objects.unscoped("a test looks").filter(
        object_kind="collection", object_id=str(form.pk)
    )
    return [message.person.name for message in messages.order_by("person__pinyin")]


def test_draft_keeps_its_fields_with_an_id_each(cast: Cast) -> None:
    form = drafted(cast.officer)

    assert form.unit == cast.district
    assert [(one.id, one.name, one.kind, one.is_required) for one in form.asked] == [
        ("f1", "姓名", "text", True),
        ("f2", "人数", "whole", True),
        ("f3", "学段", "choice", False),
    ]
    assert form.asked[2].choices == ("小学", "初中")


def test_mended_field_keeps_its_id_and_a_new_one_gets_the_next(cast: Cast) -> None:
    form = drafted(cast.officer)
    name, _, stage = form.asked

    rewrite_collection(
        by(cast.officer), collection_id=form.pk, version=form.version, title="改名", why="",
        fields=(stage, name, Field("", "备注")), to_kinds=("school",), due_at=DUE,
    )  # fmt: skip

    assert [(one.id, one.name) for one in form_of(form.pk).asked] == [
        ("f3", "学段"), ("f1", "姓名"), ("f4", "备注"),
    ]  # fmt: skip


def test_teacher_may_not_write_a_form(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        drafted(cast.teacher)

    assert not Collection.objects.unscoped("a test looks").exists()


def test_two_fields_of_one_name_and_a_choice_of_one_are_refused_together(cast: Cast) -> None:
    fields = (Field("", "姓名"), Field("", "姓名"), Field("", "学段", "choice", choices=("小学",)))

    with pytest.raises(Invalid) as refused:
        drafted(cast.officer, fields=fields)

    assert set(refused.value.problems) == {"1-name", "2-choices"}


def test_w76_form_that_cannot_be_sent_says_what_is_lacking(cast: Cast) -> None:
    form = drafted(cast.officer, fields=(), kinds=())

    with pytest.raises(Invalid) as refused:
        open_collection(by(cast.officer), collection_id=form.pk, version=1)

    assert str(refused.value.problems["fields"]) == "收集表还不能这样保存或发出：还没有字段。"
    assert set(refused.value.problems) == {"fields", "to_kinds"}
    assert not CollectionPart.objects.unscoped("a test looks").exists()


def test_w77_officer_may_not_ask_for_personal_data(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        drafted(cast.officer, fields=PERSONAL)

    assert str(refused.value.problems["1-is_personal"]) == (
        "您现在的任职不能收集个人信息，“手机”不能勾选“个人信息”，也不能用电话号码。"
    )


def test_phone_numbers_are_always_personal(cast: Cast) -> None:
    form = drafted(cast.lead, fields=PERSONAL, kinds=("group",))

    assert [one.is_personal for one in form.asked] == [False, True]


def test_opened_form_is_owed_by_every_unit_of_its_kinds_below(cast: Cast) -> None:
    form = opened(cast.officer)

    assert form.state == "open"
    assert form.opened_at == NOW
    assert tasks_of(form) == [("榕荫小学", "lead", "open"), ("珠岸中学", "lead", "open")]
    parts = CollectionPart.objects.unscoped("a test looks").filter(collection=form)
    assert {part.unit.name for part in parts} == {"榕荫小学", "珠岸中学"}


def test_panel_is_not_asked_because_nobody_there_fills(cast: Cast) -> None:
    form = opened(cast.officer, kinds=("school", "panel"))

    assert [unit for unit, _, _ in tasks_of(form)] == ["榕荫小学", "珠岸中学"]


def test_group_with_a_workshop_leader_owes_through_them(cast: Cast) -> None:
    form = opened(cast.lead, kinds=("group",))

    assert tasks_of(form) == [("数学组", "workshop_leader", "open")]


def test_form_is_opened_once(cast: Cast) -> None:
    form = opened(cast.officer)

    with pytest.raises(Refused) as refused:
        open_collection(by(cast.officer), collection_id=form.pk, version=form.version)

    assert refused.value.message_id == "W73"
    assert len(tasks_of(form)) == 2


def test_draft_that_somebody_else_mended_is_not_opened_unseen(cast: Cast) -> None:
    form = drafted(cast.lead, kinds=("group",))
    rewrite_collection(
        by(cast.clerk), collection_id=form.pk, version=1, title="沈改过", why="", fields=FIELDS,
        to_kinds=("group",), due_at=DUE,
    )  # fmt: skip

    with pytest.raises(Stale):
        open_collection(by(cast.lead), collection_id=form.pk, version=1)

    assert form_of(form.pk).state == "draft"


@pytest.mark.parametrize("who", ["other_lead", "far_lead", "city_officer", "teacher"])
def test_form_of_another_unit_does_not_exist(cast: Cast, who: str) -> None:
    form = opened(cast.officer)

    with pytest.raises(NotYours):
        close_collection(by(getattr(cast, who)), collection_id=form.pk)

    assert form_of(form.pk).state == "open"


def test_chased_are_those_who_have_not_handed_in_and_once_a_day(cast: Cast) -> None:
    form = opened(cast.officer)
    filled_and_sent(cast.other_lead, part_of(form, cast.other_school.pk), typed("赵启明", "3"))

    first = chase_collection(by(cast.officer), collection_id=form.pk)
    again = chase_collection(by(cast.officer), collection_id=form.pk)
    tomorrow = by(cast.officer, at=NOW + timedelta(days=1))
    next_day = chase_collection(tomorrow, collection_id=form.pk)

    assert (first.values, again.values) == ({"units": 1, "told": 2}, {"units": 1, "told": 0})
    assert next_day.values == {"units": 1, "told": 2}
    assert told(form) == ["何敏仪", "何敏仪", "沈一鸣", "沈一鸣"]


def test_closed_form_is_owed_by_nobody_and_reopened_by_whoever_was_late(cast: Cast) -> None:
    form = opened(cast.officer)
    filled_and_sent(cast.other_lead, part_of(form, cast.other_school.pk), typed("赵启明", "3"))

    close_collection(by(cast.officer), collection_id=form.pk)

    assert form_of(form.pk).state == "closed"
    assert tasks_of(form) == [("榕荫小学", "lead", "cancelled"), ("珠岸中学", "lead", "done")]

    due_at = NOW + timedelta(days=20)
    reopen_collection(by(cast.officer), collection_id=form.pk, due_at=due_at)

    assert (form_of(form.pk).state, form_of(form.pk).due_at) == ("open", due_at)
    assert tasks_of(form) == [("榕荫小学", "lead", "open"), ("珠岸中学", "lead", "done")]


def test_reopening_into_the_past_is_refused(cast: Cast) -> None:
    form = opened(cast.officer)
    close_collection(by(cast.officer), collection_id=form.pk)

    with pytest.raises(Invalid):
        reopen_collection(by(cast.officer), collection_id=form.pk, due_at=NOW)

    assert form_of(form.pk).state == "closed"


def test_copy_asks_the_same_as_a_draft_due_in_a_week(cast: Cast) -> None:
    form = opened(cast.officer)

    answer = copy_collection(by(cast.officer), collection_id=form.pk)

    copy = form_of(int(answer.id))
    assert (copy.state, copy.title, copy.asked, copy.to_kinds) == (
        "draft", form.title, form.asked, ["school"],
    )  # fmt: skip
    assert copy.due_at.isoformat() == "2026-12-04T16:00:00+00:00"


def test_draft_can_be_dropped_but_not_a_form_that_was_sent(cast: Cast) -> None:
    draft, sent = drafted(cast.officer), opened(cast.officer)

    drop_draft(by(cast.officer), collection_id=draft.pk)
    with pytest.raises(Refused):
        drop_draft(by(cast.officer), collection_id=sent.pk)

    assert [form.pk for form in Collection.objects.unscoped("a test looks")] == [sent.pk]


def test_export_leaves_a_row_in_the_log_that_names_personal_data(cast: Cast) -> None:
    form = opened(cast.lead, fields=PERSONAL, kinds=("group",))

    note_export(by(cast.lead), collection_id=form.pk, kind="xlsx")

    row = AuditRow.objects.get(action="collection.export")
    assert row.changes == {"kind": "xlsx", "personal_data": True}


def test_nothing_that_was_typed_stands_in_the_log(cast: Cast) -> None:
    form = opened(cast.lead, fields=PERSONAL, kinds=("group",))
    filled_and_sent(cast.teacher, part_of(form, cast.group.pk), typed("林晓棠", "13900001234"))

    written = [str(row.changes) for row in AuditRow.objects.all()]

    assert len(written) >= 4
    assert not [text for text in written if "13900001234" in text or "林晓棠" in text]


def test_writing_the_same_form_twice_with_one_key_writes_one(cast: Cast) -> None:
    asked = by(cast.officer, key="k1")
    for _ in range(2):
        write_collection(asked, title="表", why="", fields=FIELDS, to_kinds=("school",), due_at=DUE)

    assert Collection.objects.unscoped("a test looks").count() == 1
