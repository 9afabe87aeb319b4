"""One object of each kind that belongs to a unit and a person, with marked texts in every field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kaocheng.gateways.files import store
from kaocheng.records.models import (
    Account,
    Appointment,
    AuditRow,
    Collection,
    CollectionPart,
    CollectionRow,
    Delegation,
    FileUse,
    Handover,
    Job,
    Message,
    Notice,
    NoticeReceipt,
    Person,
    RosterImport,
    SignIn,
    StoredFile,
    Task,
    Unit,
)
from tests.access.scheme_at_work import scheme_at_work
from tests.cast import NOW


@dataclass(frozen=True)
class Bundle:
    """One object of each kind of the same unit and person, by the name of its parameter."""

    number: int
    unit: Unit
    person: Person
    ids: dict[str, object]


def bundle_of(number: int, where: Unit, who: Person, *, helper: Person) -> Bundle:
    """`密U7语` marks what the unit may read; other letters, see below, other things.

    P: what a person has to do. R: a reason. M: a message. L: what was done to the unit, in the log;
    X: what was done to something else with the same number.
    """
    of_unit, of_person, reason, of_message = (f"密{kind}{number}语" for kind in "UPRM")
    due = NOW + timedelta(days=3)
    task = Task(
        person=who,
        unit=where,
        role="member",
        title=f"事项{of_person}",
        why=f"说明{of_person}",
        returned_because=f"病假{reason}",
        source_kind="test",
        source_id=str(number),
        page="/home",
        due_at=due,
        made_at=NOW,
    )
    task.save()
    notice = Notice(
        unit=where,
        year=2026,
        serial=number,
        number=f"〔2026〕{number}号",
        title=f"通知{of_unit}",
        body=f"正文{of_unit}",
        state="issued",
        to_kinds=[where.kind],
        to_roles=["lead", "clerk", "officer", "workshop_leader"],
        sign_by=due,
        written_by=who,
        issued_at=NOW,
    )
    notice.save()
    NoticeReceipt(notice=notice, unit=where).save()
    asked = {
        "id": "f1",
        "name": "内容",
        "kind": "text",
        "is_required": True,
        "is_personal": False,
        "choices": [],
        "hint": "",
    }
    collection = Collection(
        unit=where,
        title=f"收集{of_unit}",
        why=f"说明{of_unit}",
        fields=[asked],
        to_kinds=[where.kind],
        due_at=due,
        state="open",
        written_by=who,
        made_at=NOW,
        opened_at=NOW,
    )
    collection.save()
    draft = Collection(
        unit=where,
        title=f"草稿{of_unit}",
        fields=[asked],
        to_kinds=[where.kind],
        due_at=due,
        written_by=who,
        made_at=NOW,
    )
    draft.save()
    part = CollectionPart(collection=collection, unit=where, returned_because=f"补{of_unit}")
    part.save()
    CollectionRow(
        part=part, position=1, values={"f1": f"填{of_unit}"}, filled_by=who, filled_at=NOW
    ).save()
    handover = Handover(
        unit=where,
        giver=who,
        taker=helper,
        made_by=who,
        state="given",
        given_at=NOW,
        note=f"交代{of_person}",
        items=[{"kind": "task", "id": task.pk, "title": f"交{of_person}", "note": ""}],
        made_at=NOW,
    )
    handover.save()
    kept = store().keep([f"文件{of_person}".encode()], most_bytes=1_000)
    stored = StoredFile(
        digest=kept.digest,
        size=kept.size,
        media_type="text/plain",
        state="clean",
        stored_at=NOW,
    )
    stored.save()
    use = FileUse(
        file=stored,
        name=f"{of_person}.txt",
        person=who,
        unit=where,
        object_kind="task",
        object_id=str(task.pk),
        receipt_number=f"HZ-20261127-{number:04d}",
        received_at=NOW,
    )
    use.save()
    roster = RosterImport(
        unit=where, file=stored, file_name=f"{of_person}.xlsx", asked_by=who, made_at=NOW
    )
    roster.save()
    delegation = Delegation(
        person=who,
        helper=helper,
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 12, 31),
        entered_by=who,
    )
    delegation.save()
    message = Message(
        person=who,
        subject=f"消息{of_message}",
        body=f"事假{of_message}",
        page="/home",
        effect_key=f"test-{number}",
        made_at=NOW,
    )
    message.save()
    job = Job(
        kind="test",
        effect_key=f"test-{number}",
        title=f"导出{of_person}",
        run_after=due,
        made_at=NOW,
        asked_by_person_id=who.pk,
    )
    job.save()
    account = Account.objects.get(person=who)
    sign_in = SignIn(
        account=account,
        session_digest=f"test-{number}",
        device="测试设备",
        started_at=NOW,
        seen_at=NOW,
    )
    sign_in.save()
    for kind, mark in (("unit", "L"), ("comet", "X")):
        AuditRow(
            at=NOW,
            action=f"密{mark}{number}语",
            person_id=who.pk,
            object_kind=kind,
            object_id=str(where.pk),
        ).save()
    appointment = Appointment.objects.unscoped("all of the test").filter(person=who).get()
    ids: dict[str, object] = {
        "unit_id": where.pk,
        "person_id": who.pk,
        "account_id": account.pk,
        "appointment_id": appointment.pk,
        "task_id": task.pk,
        "notice_id": notice.pk,
        "collection_id": collection.pk,
        "draft_id": draft.pk,
        "part_id": part.pk,
        "handover_id": handover.pk,
        "use_id": use.pk,
        "roster_id": roster.pk,
        "import_id": roster.pk,
        "delegation_id": delegation.pk,
        "message_id": message.pk,
        "job_id": job.pk,
        "sign_in_id": sign_in.pk,
        **scheme_at_work(number, where, who, helper),
    }
    return Bundle(number, where, who, ids)
