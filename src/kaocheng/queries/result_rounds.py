"""The rounds in which somebody finds results, their own among them."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from kaocheng.access.actor import Actor
from kaocheng.access.result import rounds_with_results, rows_in_sight, subjects_with_results
from kaocheng.queries.result import PAGE
from kaocheng.records.models import Round
from kaocheng.records.models.round import ResultState


@dataclass(frozen=True)
class RoundLine:
    """A round in the list, with the reader's own frozen result where there is one."""

    id: int
    title: str
    unit_name: str
    state: str
    own: str
    result: str
    subject_id: int


@dataclass(frozen=True)
class RoundsPage:
    lines: tuple[RoundLine, ...]
    page: Page[Round]


def rounds_page(actor: Actor, *, page: int) -> RoundsPage:
    """Rounds with results in sight, the newest first; three queries."""
    rows = (
        rounds_with_results(actor).select_related("unit", "adoption").order_by("-starts_on", "-pk")
    )
    shown = Paginator(rows, PAGE).get_page(page)
    works = list(shown.object_list)
    subjects = {
        adoption: pk
        for adoption, pk in subjects_with_results(actor)
        .filter(adoption__in=[work.adoption_id for work in works], person=actor.person_id)
        .order_by("-pk")
        .values_list("adoption_id", "pk")
        if actor.person_id is not None
    }
    own = {
        row.result_set.round_id: row
        for row in rows_in_sight(actor)
        .filter(
            result_set__round__in=works,
            result_set__state=ResultState.FROZEN,
            subject__person=actor.person_id,
        )
        .exclude(headline="")
        .select_related("result_set")
        .defer("explanation", "values")
        .order_by("-pk")
    }
    return RoundsPage(
        lines=tuple(
            RoundLine(
                id=work.pk,
                title=work.title,
                unit_name=work.unit.name,
                state=work.state,
                own=own[work.pk].grade or own[work.pk].headline if work.pk in own else "",
                result=own[work.pk].result if work.pk in own else "",
                subject_id=subjects.get(work.adoption_id, 0),
            )
            for work in works
        ),
        page=shown,
    )
