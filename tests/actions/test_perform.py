"""Every write: once, under the right version, with a row in the log, or not at all."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import connection, connections

from kaocheng.access.actor import By
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotYours, Refused, Stale
from kaocheng.access.scope import units
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.records.models import AuditRow, DoneOnce, Job, Unit
from kaocheng.records.scoped import ForgottenScope
from tests.cast import Cast, by, make_cast, unit


@action("test.rename")
def rename(act: Act, *, unit_id: int, name: str, version: int | None = None) -> Answer:
    row = act.lock(units(act.actor, Permission.MANAGE_UNITS), unit_id)
    row.name = name
    act.keep(row, "name", version=version)
    act.job("test.tell", f"tell-{unit_id}-{row.version}")
    return Answer.of(row)


@action("test.rename_gone")
def rename_gone(act: Act, *, unit_id: int) -> Answer:
    row = act.lock(units(act.actor, Permission.MANAGE_UNITS), unit_id)
    Unit.objects.unscoped("somebody else deletes it meanwhile").filter(pk=unit_id).delete()
    row.name = "没有了"
    act.keep(row, "name", version=1)
    return Answer.of(row)


def name_of(unit_id: int) -> str:
    return Unit.objects.unscoped("a test looks").get(pk=unit_id).name


def test_action_writes_the_row_the_log_and_the_job_together(cast: Cast) -> None:
    answer = rename(by(cast.lead), unit_id=cast.school.pk, name="榕荫实验小学")

    assert (answer.kind, answer.id, answer.version) == ("unit", str(cast.school.pk), 2)
    assert name_of(cast.school.pk) == "榕荫实验小学"
    row = AuditRow.objects.get()
    assert (row.action, row.person_id, row.object_kind, row.object_id, row.object_version) == (
        "test.rename",
        cast.lead.pk,
        "unit",
        str(cast.school.pk),
        2,
    )
    assert row.changes == {"fields": ["name"]}
    assert Job.objects.get().effect_key == f"tell-{cast.school.pk}-2"


def test_action_on_another_school_is_refused_as_if_it_did_not_exist(cast: Cast) -> None:
    with pytest.raises(NotYours):
        rename(by(cast.lead), unit_id=cast.far_school.pk, name="改名")

    assert name_of(cast.far_school.pk) == "海屿二小"
    assert not AuditRow.objects.exists()


def test_same_key_answers_again_without_doing_it_again(cast: Cast) -> None:
    asked = by(cast.lead, key="k1")

    first = rename(asked, unit_id=cast.school.pk, name="甲")
    second = rename(asked, unit_id=cast.school.pk, name="甲")

    assert first == second
    assert AuditRow.objects.count() == 1
    assert DoneOnce.objects.count() == 1


def test_same_key_with_other_content_is_refused(cast: Cast) -> None:
    asked = by(cast.lead, key="k1")
    rename(asked, unit_id=cast.school.pk, name="甲")

    with pytest.raises(Refused) as refused:
        rename(asked, unit_id=cast.school.pk, name="乙")

    assert refused.value.message_id == "W08"
    assert name_of(cast.school.pk) == "甲"


def test_stale_edit_is_refused_with_the_other_persons_value(cast: Cast) -> None:
    rename(by(cast.clerk), unit_id=cast.school.pk, name="沈改的名", version=1)

    with pytest.raises(Stale) as stale:
        rename(by(cast.lead), unit_id=cast.school.pk, name="何改的名", version=1)

    assert stale.value.theirs == {"name": "沈改的名"}
    assert stale.value.values["who"] == "沈一鸣"
    assert name_of(cast.school.pk) == "沈改的名"


def test_edit_of_what_is_gone_meanwhile_is_refused_as_if_it_did_not_exist(cast: Cast) -> None:
    gone = unit("美术组", "group", cast.school)

    with pytest.raises(NotYours):
        rename_gone(by(cast.lead), unit_id=gone.pk)


def test_failed_action_leaves_nothing(cast: Cast) -> None:
    @action("test.break")
    def break_it(act: Act, *, unit_id: int) -> Answer:
        row = act.lock(units(act.actor, Permission.MANAGE_UNITS), unit_id)
        row.name = "半成品"
        act.keep(row, "name")
        raise RuntimeError

    asked: By = by(cast.lead, key="k2")
    with pytest.raises(RuntimeError):
        break_it(asked, unit_id=cast.school.pk)

    assert name_of(cast.school.pk) == "榕荫小学"
    assert not AuditRow.objects.exists()
    assert not DoneOnce.objects.exists()


def test_query_that_forgets_its_scope_fails_loudly(cast: Cast) -> None:
    for ask in (
        lambda: list(Unit.objects.all()),
        Unit.objects.count,
        lambda: Unit.objects.filter(name="榕荫小学").exists(),
        lambda: Unit.objects.filter(pk=cast.school.pk).update(name="x"),
    ):
        with pytest.raises(ForgottenScope):
            ask()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("now")
def test_same_key_sent_at_the_same_moment_is_done_once() -> None:
    cast = make_cast()
    asked = replace(by(cast.lead), key="k3")
    answers: list[Answer] = []

    def send() -> None:
        answers.append(rename(asked, unit_id=cast.school.pk, name="同时"))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 4
    assert len({answer.version for answer in answers}) == 1
    assert AuditRow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("now")
def test_log_refuses_to_be_changed_or_deleted() -> None:
    cast = make_cast()
    rename(by(cast.lead), unit_id=cast.school.pk, name="甲")

    for statement in ("update records_auditrow set action = 'x'", "delete from records_auditrow"):
        with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)
    assert AuditRow.objects.get().action == "test.rename"
