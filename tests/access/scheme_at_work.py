"""The small scheme adopted by a unit, with one of each thing about a person."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from pathlib import Path

from kaocheng.access.actor import system
from kaocheng.actions.scheme import keep_scheme
from kaocheng.gateways.files import store
from kaocheng.records.models import (
    Adoption,
    Amendment,
    Ballot,
    BallotPaper,
    BallotVoter,
    Consequence,
    Entry,
    FileUse,
    MonthlySheet,
    Obligation,
    Person,
    ResultRow,
    ResultSet,
    Review,
    Round,
    SchemeVersion,
    StoredFile,
    Subject,
    Unit,
)
from tests.access.planted import written
from tests.access.stranger import stranger, work_about
from tests.cast import NOW


def scheme_at_work(
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
            "why": written("病", "R", number),
            "note": written("备注", "P", number),
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
            "why": written("病", "C", number),
            "note": written("备注", "E", number),
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
                "said": written("谈到", said, number),
                "agreed": written("商定", agreed, number),
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
