"""A city with somebody in every role, and something of everybody that could be reached for.

For every relation, and for every role's own, conflicted and frozen ones, there is a `Bundle`: one
object of each kind that belongs to the same unit and person, with marked texts in every field that
people fill in.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.test import Client

from kaocheng.access.actor import Actor, system
from kaocheng.actions.scheme import keep_scheme
from kaocheng.gateways.files import store
from kaocheng.records.models import (
    Account,
    Adoption,
    Amendment,
    Appointment,
    AuditRow,
    AuditSeal,
    Ballot,
    BallotPaper,
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
from tests.access.stranger import FAR, stranger, work_about
from tests.access.table import APART
from tests.cast import NOW, Cast, actor, make_cast, person, unit

# Weights and check digits of GB 11643.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True)
class Bundle:
    """One object of each kind of the same unit and person, by the name of its parameter."""

    number: int
    unit: Unit
    person: Person
    ids: dict[str, object]


@dataclass
class City:
    cast: Cast
    people: dict[str, Person]  # by role
    bundles: dict[tuple[str, str], Bundle]  # by role and relation
    clients: dict[str, Client]
    # Every string that must not be read by just anybody: class and person.
    personal: dict[str, tuple[str, int]] = field(default_factory=dict)

    @cached_property
    def actors(self) -> dict[str, Actor]:
        """Everybody as they sign in, by role."""
        return {role: actor(who) for role, who in self.people.items()}

    @cached_property
    def written(self) -> dict[str, tuple[str, str]]:
        """ID numbers and phones in texts, with the letter and the number of the mark beside."""
        numbers = {bundle.number for bundle in self.bundles.values()}
        return {
            number: (letter, str(of))
            for of in numbers
            for letter in WRITTEN_IN
            for number in written_numbers(letter, of)
        }

    def bundle(self, role: str, relation: str) -> Bundle:
        return self.bundles[role, relation]


def make_city() -> City:
    cast = make_cast()
    other_group = unit("语文组", "group", cast.school)
    unit(FAR, "school", cast.other_district)
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
        "lead/group": person("孔令", "kongling", "lead", cast.group),
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
        own = city.bundles[role, "own"] = _bundle(number, home, who, helper=helper)
        for apart, further in zip(APART, (20, 40, 60), strict=True):
            ids = _scheme_at_work(number + further, home, who, helper, relation=apart)
            city.bundles[role, apart] = replace(own, number=number + further, ids=own.ids | ids)
    for role in ("helper", "half", "nobody"):
        for relation in ("own", *APART):
            city.bundles[role, relation] = city.bundles["member/group", relation]
    for role in (*people, "helper", "half", "nobody"):
        for relation, bundle in fixed.items():
            city.bundles[role, relation] = bundle
    _sign_in(city)
    return city


def _sign_in(city: City) -> None:
    for role, who in city.people.items():
        city.clients[role] = _client(who)
    city.clients["nobody"] = Client(raise_request_exception=False)
    delegation = city.bundles["member/group", "own"].ids["delegation_id"]
    city.clients["helper"] = acting_for(city.cast.colleague, delegation)
    half = person("半路", "banlu", "member", city.cast.group)
    Account.objects.filter(person=half).update(totp_secret="A" * 32, totp_confirmed_at=NOW)
    city.clients["half"] = _client(half)


def acting_for(helper: Person, delegation_id: object) -> Client:
    client = _client(helper)
    session = client.session
    session["acting_for"] = delegation_id
    session.save()
    return client


def _client(who: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Account.objects.get(person=who))
    return client


# Letters of the marks of free texts of entries; see `_scheme_at_work`.
WRITTEN_IN = "PREC"


def written_numbers(letter: str, of: int) -> tuple[str, str]:
    """An ID number and a phone that somebody wrote into such a text; nobody's own."""
    serial = 100 * (1 + WRITTEN_IN.index(letter)) + of
    return id_number(serial), f"1991{serial:07d}"


def _written(words: str, letter: str, of: int) -> str:
    number, phone = written_numbers(letter, of)
    return f"{words}密{letter}{of}语，身份证{number}，电话{phone}"


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
        **_scheme_at_work(number, where, who, helper),
    }
    return Bundle(number, where, who, ids)


def _scheme_at_work(
    number: int, where: Unit, who: Person, other: Person, *, relation: str = "own"
) -> dict[str, object]:
    """The small scheme adopted by the unit, with one of each thing about the person.

    What is decided or rated is about a colleague; where the relation is `conflicted`, about the
    person who decides. `frozen`: the round is archived, with something left open in it. `shared`:
    the round is the city's, and districts rate.

    `密U7语` stands in what the unit wrote for all concerned, `密P7语` in what is about the person,
    `密R7语` in a reason, `密C7语` in the reason of a colleague in the same rosters, `密E7语` in the
    name of that colleague's evidence and in what is not personal of their entries, `密F7语` in the
    evidence itself, `密B7语` on a secret paper. In the texts of entries an ID number and a phone
    stand beside the mark.

    In the same rosters stands a stranger of a far school: `密Z7语` in what whoever holds the round
    or the titles reads of them, `密N7语` in their results.
    """
    of_unit, of_person, reason, named, shown, voted = (f"密{kind}{number}语" for kind in "UPREFB")
    holder = {"how": "role", "role": "lead"}
    office = where
    if relation == "shared":
        holder = {"how": "role", "role": "officer", "kind": "district"}
        office = Unit.objects.unscoped("all of the test").get(kind="city")
    adoption = Adoption(
        unit=office,
        scheme=_small_scheme(),
        title=f"采用{of_unit}",
        state="in_force",
        holders={"教师": [{"how": "subject"}], "学校": [holder]},
        sources={"teacher": {"from": "rows"}},
        made_at=NOW,
        approved_at=NOW,
    )
    adoption.save()
    amendment = Amendment(
        adoption=adoption,
        number=1,
        why=f"修订{of_unit}",
        takes_effect_on=date(2026, 12, 1),
        made_at=NOW,
    )
    amendment.save()
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
    colleague = Subject(
        adoption=adoption,
        roster="teacher",
        key=f"S{number}",
        name=f"同{of_person}",
        pinyin=f"tong{number}",
        unit=where,
        values={"id": f"S{number}", "name": f"同{of_person}", "unit": "一"},
    )
    colleague.save()
    listed = stranger(adoption, number)
    is_conflicted, is_frozen = relation == "conflicted", relation == "frozen"
    rated = subject if is_conflicted else colleague
    entry = Entry(
        adoption=adoption,
        register="leave",
        unit=where,
        subject=subject,
        date=date(2026, 11, 20),
        values={
            "teacher": subject.key,
            "on": "2026-11-20",
            "days": "1",
            "why": _written("病", "R", number),
            "note": _written("备注", "P", number),
        },
        standing="waiting",
        entered_by=other if is_conflicted else who,
        entered_at=NOW,
    )
    entry.save()
    of_colleague = Entry(
        adoption=adoption,
        register="leave",
        unit=where,
        subject=colleague,
        date=entry.date,
        values={
            "teacher": colleague.key,
            "on": "2026-11-20",
            "days": "2",
            "why": _written("病", "C", number),
            "note": _written("备注", "E", number),
        },
        entered_by=other,
        entered_at=NOW,
    )
    of_colleague.save()
    talks = [
        Entry.objects.create(
            adoption=adoption,
            register="talk",
            unit=where,
            subject=about,
            date=entry.date,
            values={
                "teacher": about.key,
                "on": "2026-11-20",
                "said": _written("谈到", said, number),
                "agreed": _written("商定", agreed, number),
            },
            entered_by=other,
            entered_at=NOW,
        )
        for about, said, agreed in ((subject, "R", "P"), (colleague, "C", "E"))
    ]
    kept = store().keep([f"佐证{shown}".encode()], most_bytes=1_000)
    stored = StoredFile(
        digest=kept.digest, size=kept.size, media_type="text/plain", state="clean", stored_at=NOW
    )
    stored.save()
    evidence = FileUse.objects.create(
        file=stored,
        name=f"病历{named}.txt",
        person=other,
        unit=where,
        object_kind="entry",
        object_id=str(of_colleague.pk),
        receipt_number=f"HZ-20261126-{number:04d}",
        received_at=NOW,
    )
    checked: Entry | None = None
    if is_frozen:
        checked = Entry(
            adoption=adoption,
            register="leave",
            unit=where,
            subject=subject,
            date=entry.date,
            values=entry.values,
            standing="checking",
            entered_at=NOW,
        )
        checked.save()
    work = Round(
        adoption=adoption,
        unit=office,
        title=f"考核{of_unit}",
        starts_on=date(2026, 11, 2),
        state="archived" if is_frozen else "running",
        opened_at=NOW,
        archived_at=NOW if is_frozen else None,
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
        state="missed" if is_frozen else "open",
    )
    obligation.save()
    review = Review(
        round=work, register="rating", subject=rated, assessor=who, unit=where, made_at=NOW
    )
    review.save()
    judged = Review(
        round=work,
        register="rating",
        subject=rated,
        assessor=other,
        unit=where,
        state="submitted",
        made_at=NOW,
        submitted_at=NOW,
    )
    judged.save()
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
    followed = {
        "round": work,
        "effect": "praise",
        "unit": where,
        "title": f"表扬{of_person}",
        "what": "通报表扬",
        "bars": ["评优评先"],
        "because": f"缘由{reason}",
        "made_at": NOW,
    }
    consequence = Consequence.objects.create(**followed, subject=subject)
    decided = Consequence.objects.create(**followed, subject=rated, period="2026")
    work_about(listed, number, results, where, other)
    ballot = Ballot(
        round=work,
        title=f"测评{of_unit}",
        unit=where,
        subject=subject if is_conflicted else None,
        members=2,
        opened_at=NOW,
    )
    ballot.save()
    BallotVoter(ballot=ballot, person=who).save()
    BallotPaper(
        id=uuid.uuid4(), ballot=ballot, values={"vote": {"vote": {"vote": f"赞成{voted}"}}}
    ).save()
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
        "amendment_id": amendment.pk,
        "subject_id": subject.pk,
        "entry_id": entry.pk,
        "checking_id": checked.pk if checked else 0,
        "talk_id": talks[0].pk,
        "evidenced_id": of_colleague.pk,
        "evidence_id": evidence.pk,
        "round_id": work.pk,
        "obligation_id": obligation.pk,
        "review_id": review.pk,
        "rated_id": rated.pk,
        "judged_id": judged.pk,
        "decided_id": decided.pk,
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


_ROSTER = ("-fill", "-gaps", "-paste", "-empty")
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
FIXED: dict[str, Callable[[], object]] = {
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
OF_ENDPOINT: dict[str, Callable[[Bundle], object]] = {
    "history.kind": lambda _bundle: "unit",
    "history.object_id": lambda bundle: bundle.unit.pk,
    "collection-edit.collection_id": lambda bundle: bundle.ids["draft_id"],
    "collection-preview.collection_id": lambda bundle: bundle.ids["draft_id"],
    "collection-open.collection_id": lambda bundle: bundle.ids["draft_id"],
    "collection-drop.collection_id": lambda bundle: bundle.ids["draft_id"],
    "entry-file.entry_id": lambda bundle: bundle.ids["evidenced_id"],
    "entry-file.use_id": lambda bundle: bundle.ids["evidence_id"],
    "review-open.subject_id": lambda bundle: bundle.ids["rated_id"],
    "review-check.review_id": lambda bundle: bundle.ids["judged_id"],
    "review-return.review_id": lambda bundle: bundle.ids["judged_id"],
    "review-reassign.review_id": lambda bundle: bundle.ids["judged_id"],
    "consequence-decide.consequence_id": lambda bundle: bundle.ids["decided_id"],
    **{f"{name}.kind": lambda _bundle: "test" for name in MATTERS},
    **{f"{name}.id": lambda bundle: bundle.number for name in MATTERS},
}
