"""Files are taken in whole or not at all, wait in quarantine, and belong to whoever sent them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from kaocheng.access.file import files
from kaocheng.access.refusal import NotAllowed, NotYours, Refused
from kaocheng.access.scope import one
from kaocheng.actions.file import (
    forget_unused,
    hand_in_file,
    judge_file,
    keep_bytes,
    store_file,
    withdraw_file,
)
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.gateways.files import LocalFiles
from kaocheng.records.models import Appointment, AuditRow, FileUse, Job, StoredFile
from tests.cast import Cast, actor, by

PDF = b"%PDF-1.7 lesson plan"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "files"


@action("test.hand_in")
def hand_in(act: Act, *, content: bytes, name: str) -> Answer:
    return Answer.of(store_file(act, content=content, name=name, object_kind="test", object_id="1"))


def test_file_is_stored_by_digest_with_receipt_audit_and_check(cast: Cast, folder: Path) -> None:
    answer = hand_in(by(cast.teacher), content=PDF, name="C:\\教案\\第一课.pdf")

    use = one(files(actor(cast.teacher)), answer.id)
    digest = hashlib.sha256(PDF).hexdigest()
    assert (use.name, use.unit, use.receipt_number) == (
        "第一课.pdf",
        cast.group,
        "HZ-20261127-0001",
    )
    assert (use.file.digest, use.file.size, use.file.media_type, use.file.state) == (
        digest,
        len(PDF),
        "application/pdf",
        "quarantine",
    )
    assert (folder / digest[:2] / digest).read_bytes() == PDF
    assert Job.objects.get().payload == {"file_id": use.file.pk}
    assert AuditRow.objects.get().changes == {"digest": digest, "receipt": "HZ-20261127-0001"}


def test_receipts_count_on_through_the_day_in_china(cast: Cast) -> None:
    late = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)  # one o'clock on the 28th in China
    for at in (None, None, late):
        hand_in(by(cast.teacher, at=at) if at else by(cast.teacher), content=PDF, name="a.pdf")

    numbers = files(actor(cast.teacher)).order_by("id").values_list("receipt_number", flat=True)
    assert list(numbers) == ["HZ-20261127-0001", "HZ-20261127-0002", "HZ-20261128-0001"]


def test_equal_bytes_are_stored_once_and_used_twice(cast: Cast, folder: Path) -> None:
    hand_in(by(cast.teacher), content=PDF, name="甲.pdf")
    hand_in(by(cast.colleague), content=PDF, name="乙.pdf")

    assert StoredFile.objects.count() == 1
    assert len(list(LocalFiles(folder).digests())) == 1
    assert [use.name for use in files(actor(cast.teacher))] == ["甲.pdf"]
    assert [use.name for use in files(actor(cast.colleague))] == ["乙.pdf"]


def test_file_of_somebody_else_does_not_exist(cast: Cast) -> None:
    answer = hand_in(by(cast.teacher), content=PDF, name="只给自己.pdf")

    for other in (cast.colleague, cast.lead, cast.officer, cast.outsider, cast.system_admin):
        with pytest.raises(NotYours):
            one(files(actor(other)), answer.id)


def test_roster_is_seen_by_whoever_may_see_personal_data_there(cast: Cast) -> None:
    @action("test.roster")
    def roster(act: Act) -> Answer:
        return Answer.of(
            store_file(
                act, content=b"name\n", name="a.csv", object_kind="rosterimport", object_id="1"
            )
        )

    answer = roster(by(cast.clerk))

    assert one(files(actor(cast.lead)), answer.id).name == "a.csv"
    for other in (cast.other_lead, cast.officer, cast.teacher, cast.far_lead):
        with pytest.raises(NotYours):
            one(files(actor(other)), answer.id)


def test_w80_file_over_the_limit_leaves_nothing(folder: Path) -> None:
    with pytest.raises(Refused) as refused:
        keep_bytes([b"a" * 600_000, b"b" * 600_000], most_bytes=1_000_000)

    assert str(refused.value) == "文件超过 1 MB，没有收下。"
    assert [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"] == []


def test_w81_empty_file_is_not_taken_in() -> None:
    with pytest.raises(Refused) as refused:
        keep_bytes([b""])

    assert str(refused.value) == "这个文件是空的，没有收下。"


def test_w83_file_that_changed_on_its_way_is_not_taken_in() -> None:
    with pytest.raises(Refused) as refused:
        keep_bytes([PDF], digest=hashlib.sha256(b"another").hexdigest())

    assert str(refused.value) == "文件在传送途中变了样（校验码不一致），没有收下。"


def test_w84_program_is_not_taken_in_whatever_it_is_called(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        hand_in(by(cast.teacher), content=b"MZ\x90\0\3", name="成绩.pdf")

    assert str(refused.value) == "不收这种文件。"
    assert not StoredFile.objects.exists()


def test_refused_bytes_are_refused_again_at_once(cast: Cast) -> None:
    hand_in(by(cast.teacher), content=PDF, name="a.pdf")
    judge_file(by(cast.teacher), file_id=StoredFile.objects.get().pk, refusal="W88")

    with pytest.raises(Refused) as refused:
        hand_in(by(cast.colleague), content=PDF, name="b.pdf")

    assert refused.value.message_id == "W88"
    assert FileUse.objects.unscoped("a test looks").count() == 1


def test_person_without_appointment_cannot_hand_in(cast: Cast) -> None:
    Appointment.objects.unscoped("a test ends them").filter(person=cast.teacher).delete()

    with pytest.raises(NotAllowed):
        hand_in(by(cast.teacher), content=PDF, name="a.pdf")


def test_uploaded_bytes_are_handed_in_once_however_often_the_form_is_sent(cast: Cast) -> None:
    kept = keep_bytes([PDF])
    asked = by(cast.teacher, key="k1")

    def send() -> Answer:
        return hand_in_file(
            asked,
            digest=kept.digest,
            size=kept.size,
            head=kept.head.hex(),
            name="a.pdf",
            object_kind="person",
            object_id=str(cast.teacher.pk),
        )

    assert send() == send()
    assert FileUse.objects.unscoped("a test looks").count() == 1


def test_only_the_sender_takes_a_file_back(cast: Cast) -> None:
    answer = hand_in(by(cast.teacher), content=PDF, name="a.pdf")

    with pytest.raises(NotYours):
        withdraw_file(by(cast.colleague), use_id=int(answer.id), version=1)
    withdraw_file(by(cast.teacher), use_id=int(answer.id), version=1)

    use = one(files(actor(cast.teacher)), answer.id)
    assert (use.withdrawn_at, use.version) == (by(cast.teacher).at, 2)


def test_bytes_that_nothing_names_are_forgotten_after_a_day(cast: Cast, folder: Path) -> None:
    hand_in(by(cast.teacher), content=PDF, name="a.pdf")
    orphan = keep_bytes([b"%PDF-1.7 of a form that was never sent"])

    assert forget_unused() == 0
    assert forget_unused(seconds=0) == 1
    assert not LocalFiles(folder).has(orphan.digest)
    assert LocalFiles(folder).has(hashlib.sha256(PDF).hexdigest())
