"""A city with somebody in every role, and something of everybody that could be reached for.

For every relation, and for every role's own, there is a `Bundle`: one object of each kind that
belongs to the same unit and person, with marked texts in every field that people fill in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.test import Client

from kaocheng.access.actor import system
from kaocheng.actions.scheme import keep_scheme
from kaocheng.gateways.files import store
from kaocheng.records.models import (
    Account,
    Adoption,
    Appointment,
    AuditRow,
    AuditSeal,
    Ballot,
    BallotVoter,
    Collection,
    CollectionPart,
    CollectionRow,
    Consequence,
    Delegation,
    Entry,
    FileUse,
    Handover,
    Job,
    Message,
    MonthlySheet,
    Notice,
    NoticeReceipt,
    Obligation,
    Person,
    PersonalData,
    ResultRow,
    ResultSet,
    Review,
    RosterImport,
    Round,
    SchemeVersion,
    SignIn,
    StoredFile,
    Subject,
    Task,
    Unit,
)
from tests.cast import NOW, Cast, make_cast, person, unit

# Weights and check digits of GB 11643.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True)
class Bundle:
    """One object of each kind of the same unit and person, by the name of its parameter."""

    number: int
    unit: Unit
    person: Person
    ids: Mapping[str, object]


@dataclass
class City:
    cast: Cast
    people: dict[str, Person]  # by role
    bundles: dict[tuple[str, str], Bundle]  # by role and relation
    clients: dict[str, Client]
    # Every string that must not be read by just anybody: class and person.
    personal: dict[str, tuple[str, int]] = field(default_factory=dict)

    def bundle(self, role: str, relation: str) -> Bundle:
        return self.bundles[role, relation]


def make_city() -> City:
    cast = make_cast()
    other_group = unit("语文组", "group", cast.school)
    people = {
        "member/group": cast.teacher,
        "member/school": person("黄静", "huangjing", "member", cast.school),
        "workshop_leader": cast.workshop_leader,
        "lead/school": cast.lead,
        "clerk/school": cast.clerk,
        "officer/town": person("冯志", "fengzhi", "officer", cast.town),
        "officer/district": cast.officer,
        "officer/city": cast.city_officer,
        "reviewer": cast.reviewer,
        "system_admin": cast.system_admin,
        "security_admin": cast.security_admin,
        "audit_admin": cast.audit_admin,
    }
    homes = {
        "same_group": (cast.group, cast.colleague),
        "same_school": (other_group, person("谢语", "xieyu", "member", other_group)),
        "other_school": (cast.other_school, person("卢远", "luyuan", "member", cast.other_school)),
        "other_district": (cast.far_school, cast.outsider),
    }
    city = City(cast, people, {}, {})
    AuditSeal(number=1, rows=[], digest="0" * 64, sealed_at=NOW).save()
    for number, one in enumerate(Person.objects.unscoped("all of the test").order_by("pk")):
        _plant(city, one, number)
    fixed = {
        relation: _bundle(number, *home, helper=cast.far_lead)
        for number, (relation, home) in enumerate(homes.items(), start=1)
    }
    for number, (role, who) in enumerate(people.items(), start=len(fixed) + 1):
        home = Appointment.objects.unscoped("all of the test").get(person=who).unit
        helper = cast.colleague if role == "member/group" else cast.far_lead
        city.bundles[role, "own"] = _bundle(number, home, who, helper=helper)
    for role in ("helper", "half", "nobody"):
        city.bundles[role, "own"] = city.bundles["member/group", "own"]
    for role in (*people, "helper", "half", "nobody"):
        for relation, bundle in fixed.items():
            city.bundles[role, relation] = bundle
    _sign_in(city)
    return city


def _sign_in(city: City) -> None:
    for role, who in city.people.items():
        city.clients[role] = _client(who)
    city.clients["nobody"] = Client(raise_request_exception=False)
    helper = _client(city.cast.colleague)
    session = helper.session
    session["acting_for"] = city.bundles["member/group", "own"].ids["delegation_id"]
    session.save()
    city.clients["helper"] = helper
    half = person("半路", "banlu", "member", city.cast.group)
    Account.objects.filter(person=half).update(totp_secret="A" * 32, totp_confirmed_at=NOW)
    city.clients["half"] = _client(half)


def _client(who: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Account.objects.get(person=who))
    return client


def id_number(number: int) -> str:
    """Valid by its check digit, of an area that there is not."""
    first = f"999999{_born(number):%Y%m%d}{number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True))
    return first + _CHECKS[total % 11]


def _born(number: int) -> date:
    return date(1931, 1, 3) + timedelta(days=31 * number)


def _plant(city: City, who: Person, number: int) -> None:
    born = _born(number)
    data = PersonalData(
        person=who,
        id_number=id_number(number),
        phone=f"1990{number:07d}",
        email=f"canary{number:03d}@example.invalid",
        born_on=born,
    )
    data.save()
    spoken = (
        f"{born:%Y-%m-%d}",
        f"{born:%Y%m%d}",
        f"{born:%Y/%m/%d}",
        f"{born.year}年{born.month}月{born.day}日",
    )
    city.personal |= {
        data.id_number: ("id", who.pk),
        data.phone: ("phone", who.pk),
        data.email: ("email", who.pk),
        **dict.fromkeys(spoken, ("born", who.pk)),
    }


def _bundle(number: int, where: Unit, who: Person, *, helper: Person) -> Bundle:
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
        **_scheme_at_work(number, where, who),
    }
    return Bundle(number, where, who, ids)


def _scheme_at_work(number: int, where: Unit, who: Person) -> dict[str, object]:
    """The small scheme adopted by the unit, with one of each thing about the person.

    `密U7语` stands in what the unit wrote for all concerned, `密P7语` in what is about the person,
    `密R7语` in a reason.
    """
    of_unit, of_person, reason = (f"密{kind}{number}语" for kind in "UPR")
    holder = {"how": "role", "role": "lead"}
    adoption = Adoption(
        unit=where,
        scheme=_small_scheme(),
        title=f"采用{of_unit}",
        state="in_force",
        holders={"教师": [{"how": "subject"}], "学校": [holder]},
        sources={"teacher": {"from": "rows"}},
        made_at=NOW,
        approved_at=NOW,
    )
    adoption.save()
    subject = Subject(
        adoption=adoption,
        roster="teacher",
        key=f"T{number}",
        name=f"名{of_person}",
        pinyin=f"ming{number}",
        unit=where,
        person=who,
        values={"id": f"T{number}", "name": f"名{of_person}", "unit": "一"},
    )
    subject.save()
    entry = Entry(
        adoption=adoption,
        register="leave",
        unit=where,
        subject=subject,
        date=date(2026, 11, 20),
        values={"teacher": f"T{number}", "on": "2026-11-20", "days": "1", "why": f"病{reason}"},
        standing="waiting",
        entered_by=who,
        entered_at=NOW,
    )
    entry.save()
    work = Round(
        adoption=adoption,
        unit=where,
        title=f"考核{of_unit}",
        starts_on=date(2026, 11, 2),
        state="running",
        opened_at=NOW,
    )
    work.save()
    obligation = Obligation(
        round=work,
        duty="report",
        key=f"report//T{number}",
        subject=subject,
        unit=where,
        title=f"填写{of_person}",
        due_at=NOW + timedelta(days=3),
        state="open",
    )
    obligation.save()
    review = Review(
        round=work, register="rating", subject=subject, assessor=who, unit=where, made_at=NOW
    )
    review.save()
    digests = dict.fromkeys(
        ("scheme_digest", "parameters_digest", "facts_digest", "results_digest"), "0" * 64
    )
    results = ResultSet(round=work, number=1, frozen_at=NOW, **digests)
    results.save()
    row = ResultRow(
        result_set=results,
        result="yearly",
        subject=subject,
        unit=where,
        headline="95",
        place=1,
        values={"total": ["95", "scored"]},
        flags=[f"提示{of_person}"],
    )
    row.save()
    consequence = Consequence(
        round=work,
        effect="praise",
        subject=subject,
        unit=where,
        title=f"表扬{of_person}",
        what="通报表扬",
        bars=["评优评先"],
        because=f"缘由{reason}",
        made_at=NOW,
    )
    consequence.save()
    ballot = Ballot(round=work, title=f"测评{of_unit}", unit=where, opened_at=NOW)
    ballot.save()
    BallotVoter(ballot=ballot, person=who).save()
    sheet = MonthlySheet(
        adoption=adoption,
        register="leave",
        subject=subject,
        month=date(2026, 11, 1),
        note=f"核对{reason}",
        made_at=NOW,
    )
    sheet.save()
    return {
        "adoption_id": adoption.pk,
        "subject_id": subject.pk,
        "entry_id": entry.pk,
        "round_id": work.pk,
        "obligation_id": obligation.pk,
        "review_id": review.pk,
        "set_id": results.pk,
        "row_id": row.pk,
        "consequence_id": consequence.pk,
        "ballot_id": ballot.pk,
        "sheet_id": sheet.pk,
    }


def _small_scheme() -> SchemeVersion:
    answer = keep_scheme(system(NOW), folder=Path(__file__).with_name("pack"))
    return SchemeVersion.objects.get(pk=answer.id)


def _a_pack() -> str:
    return min(path.parent.name for path in settings.SCHEMES.glob("*/scheme.yaml"))


_ROSTER = ("-fill", "-paste", "-empty")
OF_LEDGERS = (
    "register",
    "register-export",
    "register-sign",
    "register-sheets",
    "register-empty",
    "register-import",
    "register-import-check",
    "register-import-faults",
    "register-import-write",
    "entry-enter",
)
# Addresses that are not about something of somebody, but have a part that varies.
FIXED: Mapping[str, Callable[[], object]] = {
    "help.page": lambda: "home",
    "adoption-new.name": _a_pack,
    "adoption-table.parameter": lambda: "rates",
    **{f"adoption-roster{name}.register": lambda: "teacher" for name in ("", *_ROSTER)},
    **{f"{name}.register": lambda: "leave" for name in OF_LEDGERS},
    "register-subject-add.register": lambda: "teacher",
    "scheme.name": _a_pack,
    "scheme-page.name": _a_pack,
    "scheme-page.page": lambda: "index.html",
    **{
        f"{name}.result": lambda: "yearly"
        for name in ("result", "result-export", "result-package", "result-seats")
    },
    **dict.fromkeys(
        (
            "review-open.register",
            "review-board.register",
            "review-assign-all.register",
            "review-subject.register",
            "review-assign.register",
        ),
        lambda: "rating",
    ),
}
# Parameters whose value depends on the endpoint.
MATTERS = ("matter", "matter-picture", "matter-remind")
OF_ENDPOINT: Mapping[str, Callable[[Bundle], object]] = {
    "history.kind": lambda _bundle: "unit",
    "history.object_id": lambda bundle: bundle.unit.pk,
    "collection-edit.collection_id": lambda bundle: bundle.ids["draft_id"],
    "collection-preview.collection_id": lambda bundle: bundle.ids["draft_id"],
    "collection-open.collection_id": lambda bundle: bundle.ids["draft_id"],
    "collection-drop.collection_id": lambda bundle: bundle.ids["draft_id"],
    **{f"{name}.kind": lambda _bundle: "test" for name in MATTERS},
    **{f"{name}.id": lambda bundle: bundle.number for name in MATTERS},
}
