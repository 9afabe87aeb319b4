"""Somebody of a far school in the rosters of every adoption: in nobody's reach but the city's."""

from __future__ import annotations

from datetime import date, timedelta

from kaocheng.records.models import (
    Adoption,
    Consequence,
    Entry,
    MonthlySheet,
    Obligation,
    Person,
    ResultRow,
    ResultSet,
    Review,
    Subject,
    Unit,
)
from tests.cast import NOW

# The school where they work.
FAR = "远岛学校"


def stranger(adoption: Adoption, number: int) -> Subject:
    far = Unit.objects.unscoped("all of the test").get(name=FAR)
    name = f"生密Z{number}语"
    return Subject.objects.create(
        adoption=adoption,
        roster="teacher",
        key=f"Z{number}",
        name=name,
        pinyin=f"sheng{number}",
        unit=far,
        values={"id": f"Z{number}", "name": name, "unit": "二"},
    )


def work_about(
    listed: Subject, number: int, results: ResultSet, where: Unit, other: Person
) -> None:
    """All that the round knows of them."""
    named, found = f"密Z{number}语", f"密N{number}语"
    work = results.round
    for register in ("leave", "talk"):
        Entry.objects.create(
            adoption=work.adoption,
            register=register,
            unit=listed.unit,
            subject=listed,
            date=date(2026, 11, 20),
            values={
                "teacher": listed.key,
                "on": "2026-11-20",
                "days": "2",
                "note": named,
                "agreed": named,
            },
            entered_by=other,
            entered_at=NOW,
        )
    Obligation.objects.create(
        round=work,
        duty="report",
        key=f"report//Z{number}",
        subject=listed,
        unit=listed.unit,
        title=f"填写{named}",
        due_at=NOW - timedelta(days=3),
        state="open",
    )
    Review.objects.create(
        round=work,
        register="rating",
        subject=listed,
        assessor=other,
        unit=where,
        state="submitted",
        made_at=NOW,
        submitted_at=NOW,
    )
    ResultRow.objects.create(
        result_set=results,
        result="yearly",
        subject=listed,
        unit=listed.unit,
        headline="94",
        place=2,
        values={"total": ["94", "scored"]},
        flags=[f"提示{found}"],
    )
    Consequence.objects.create(
        round=work,
        effect="praise",
        unit=listed.unit,
        subject=listed,
        title=f"表扬{found}",
        what="通报表扬",
        bars=["评优评先"],
        because=f"缘由{found}",
        made_at=NOW,
    )
    MonthlySheet.objects.create(
        adoption=work.adoption,
        register="leave",
        subject=listed,
        month=date(2026, 11, 1),
        note=f"核对{found}",
        made_at=NOW,
    )
