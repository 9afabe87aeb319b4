"""Adoptions with what stands in them, row by row, for tests of single doors."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Model, QuerySet

from kaocheng.records.models import (
    Adoption,
    Consequence,
    Entry,
    Obligation,
    Person,
    ResultRow,
    ResultSet,
    Round,
    SchemeVersion,
    Subject,
    Task,
    Unit,
)
from tests.cast import NOW


def seen(rows: QuerySet[Any], field: str) -> set[str]:
    return set(rows.values_list(field, flat=True))


def adoption(where: Unit, title: str, **changed: object) -> Adoption:
    scheme, _ = SchemeVersion.objects.get_or_create(
        digest="0" * 64,
        defaults={"pack": "一", "scheme_id": "一", "title": "一", "version": "1", "kept_at": NOW},
    )
    given = {"state": "in_force", "made_at": NOW, "approved_at": NOW} | changed
    return Adoption.objects.create(unit=where, scheme=scheme, title=title, **given)


def listed(of: Adoption, name: str, where: Unit, who: Person | None = None) -> Subject:
    return Subject.objects.create(
        adoption=of, roster="teacher", key=name, name=name, unit=where, person=who
    )


def work(of: Adoption, *, period: str = "", state: str = "running") -> Round:
    return Round.objects.create(
        adoption=of,
        unit=of.unit,
        title=f"{of.title}{period}",
        period=period,
        state=state,
        starts_on=date(2026, 11, 2),
        opened_at=NOW,
    )


def entry(
    of: Adoption, number: str, where: Unit, about: Subject | None = None, by: Person | None = None
) -> Entry:
    return Entry.objects.create(
        adoption=of,
        register="leave",
        number=number,
        unit=where,
        subject=about,
        entered_by=by,
        entered_at=NOW,
    )


def frozen(of: Round) -> ResultSet:
    digests = dict.fromkeys(
        ("scheme_digest", "parameters_digest", "facts_digest", "results_digest"), "0" * 64
    )
    return ResultSet.objects.create(round=of, number=1, frozen_at=NOW, **digests)


def row(of: ResultSet, headline: str, where: Unit, **about: Model | str) -> ResultRow:
    """About a `subject`, an `entry` or the `key` of a list."""
    return ResultRow.objects.create(
        result_set=of, result="yearly", headline=headline, unit=where, **about
    )


def follows(of: Round, about: Subject, *, effect: str = "praise") -> Consequence:
    return Consequence.objects.create(
        round=of,
        effect=effect,
        subject=about,
        unit=about.unit,
        title=f"{of.title}{effect} {about.name}",
        what="通报表扬",
        made_at=NOW,
    )


def owed(
    of: Round,
    title: str,
    where: Unit,
    about: Subject | None = None,
    *,
    ticket: Entry | None = None,
    duty: str = "report",
    period: str = "",
) -> Obligation:
    return Obligation.objects.create(
        round=of,
        title=title,
        duty=duty,
        key=title,
        period=period,
        subject=about,
        entry=ticket,
        unit=where,
        state="open",
    )


def task(
    title: str,
    where: Unit,
    role: str,
    who: Person | None = None,
    *,
    of: Obligation | None = None,
    kind: str = "",
    state: str = "open",
) -> Task:
    """From an obligation, or, with a `kind`, from something else that has the same number."""
    return Task.objects.create(
        title=title,
        unit=where,
        role=role,
        person=who,
        source_kind=kind or ("obligation" if of else "test"),
        source_id=str(of.pk) if of else title,
        page="/home",
        due_at=NOW + timedelta(days=3),
        state=state,
        made_at=NOW,
    )
