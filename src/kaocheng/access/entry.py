"""Whose entries and rows of rosters: one's own, those within reach, and those of a title's bearer.

Titles say who enters and who signs in a register; what `holders` they mean is asked for by the
caller, which knows the scheme.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.holding import about_others, bears, subjects_held
from kaocheng.access.scope import NOBODY, unit_condition
from kaocheng.methods.holders import Holder
from kaocheng.records.models import Adoption, Entry, EntryStep, MonthlySheet, Subject, Unit
from kaocheng.records.models.register import Standing, StepKind
from kaocheng.records.models.scheme import AdoptionState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

WHY = "a condition inside a scoped query"
# What a first step says of an entry that somebody without the title wrote.
PROPOSED = "待登记人确认"
FEW = 500


@dataclass(frozen=True)
class Route:
    """Who enters in a register and who signs, one after the other: holders of each step."""

    register: str
    enterers: tuple[Holder, ...]
    signers: tuple[tuple[Holder, ...], ...] = ()

    @property
    def everybody(self) -> tuple[Holder, ...]:
        return (*self.enterers, *(one for step in self.signers for one in step))


def subject_condition(actor: Actor, permission: Permission, *, at: str = "") -> Q:
    """Rows of rosters about the actor, and those of units within reach; `at` leads to them."""
    if actor.held is None or actor.person_id is None or not actor.may(permission):
        return NOBODY
    own = Q(**{f"{at}person": actor.person_id})
    return own | unit_condition(actor, permission, at=f"{at}unit__")


def subjects_in_sight(
    actor: Actor, permission: Permission = Permission.SEE_ENTRIES
) -> OwnedQuerySet[Subject]:
    """Rows of rosters that the actor may read of; with another permission, that it covers."""
    return Subject.objects.within(subject_condition(actor, permission))


def subjects_of(actor: Actor, adoption: Adoption, route: Route) -> OwnedQuerySet[Subject]:
    """Those of one adoption: within reach, or for whom the actor bears a title of the register."""
    held = subjects_held(actor, adoption, route.everybody).values("pk")
    condition = subject_condition(actor, Permission.SEE_ENTRIES) | Q(pk__in=held)
    return Subject.objects.within(condition if _reads(actor) else NOBODY).filter(adoption=adoption)


def subjects_to_enter(actor: Actor, adoption: Adoption, route: Route) -> OwnedQuerySet[Subject]:
    """Those for whom the actor bears a title that enters."""
    return subjects_held(actor, adoption, route.enterers)


def entries_in_sight(actor: Actor) -> OwnedQuerySet[Entry]:
    """Entries about the actor, written by them, and those of units within reach."""
    return Entry.objects.within(_in_sight(actor))


def entries_of(actor: Actor, adoption: Adoption, route: Route) -> OwnedQuerySet[Entry]:
    """Entries of one register: in sight, or of a subject for whom the actor bears a title of it."""
    condition = NOBODY
    if _reads(actor) and _sees_all(actor, adoption):
        condition = ~NOBODY
    elif _reads(actor):
        subjects = subjects_of(actor, adoption, route).order_by().values_list("pk", flat=True)
        condition = _own_or_of(actor, _few_or_query(_units_of(actor)))
        condition |= Q(subject__in=_few_or_query(subjects))
        if bears(actor, adoption, route.everybody):
            condition |= Q(subject=None)
    return Entry.objects.within(condition).filter(adoption=adoption, register=route.register)


def is_in_sight(actor: Actor, entry: Entry, route: Route) -> bool:
    """The same for one entry that is fetched already; one query, or none."""
    if not _reads(actor):
        return False
    if entry.entered_by_id == actor.person_id or _sees_all(actor, entry.adoption):
        return True
    condition = _own_or_of(actor, _units_of(actor))
    if entry.subject_id is not None:
        subjects = subjects_of(actor, entry.adoption, route).filter(pk=entry.subject_id)
        condition |= Q(Exists(subjects))
    elif bears(actor, entry.adoption, route.everybody):
        return True
    return Entry.objects.within(condition).filter(pk=entry.pk).exists()


def entries_to_sign(
    actor: Actor, adoption: Adoption, routes: Iterable[Route]
) -> OwnedQuerySet[Entry]:
    """Waiting entries whose next signature is the actor's to give.

    Never of what they wrote; of what is about them, only where the title is the subject's own.
    """
    condition = NOBODY
    if actor.person_id is not None and actor.may(Permission.WRITE_ENTRIES):
        for route in routes:
            condition |= Q(register=route.register) & _next_is_theirs(actor, adoption, route)
    waiting = Entry.objects.within(condition).filter(adoption=adoption, standing=Standing.WAITING)
    return waiting.exclude(entered_by=actor.person_id)


def may_enter_for_office(actor: Actor, adoption: Adoption, holders: Sequence[Holder]) -> bool:
    """Whether the actor bears one of the titles where an entry is about nobody of a roster."""
    return actor.may(Permission.WRITE_ENTRIES) and bears(actor, adoption, holders)


def sheets_in_sight(actor: Actor) -> OwnedQuerySet[MonthlySheet]:
    """Monthly sheets about the actor, or about subjects of units within reach."""
    at_subject = subject_condition(actor, Permission.SEE_ENTRIES, at="subject__")
    return MonthlySheet.objects.within(at_subject)


def own_sheets(actor: Actor) -> OwnedQuerySet[MonthlySheet]:
    """Monthly sheets that the actor answers: about them, or about the unit that they lead."""
    if actor.held is None or actor.person_id is None:
        return MonthlySheet.objects.within(NOBODY)
    leads = actor.may(Permission.RUN_ROUNDS)
    office = Q(subject__person=None, subject__unit=actor.held.unit_id) if leads else NOBODY
    return MonthlySheet.objects.within(Q(subject__person=actor.person_id) | office)


def adoptions_at_work(actor: Actor) -> OwnedQuerySet[Adoption]:
    """Adoptions with whose registers the actor may have to do.

    Somebody within reach is in its rosters, its unit is theirs or lies below, or it gives titles
    to panels and theirs belongs to its unit.
    """
    held = actor.held
    if held is None or actor.person_id is None or not actor.may(Permission.SEE_ENTRIES):
        return Adoption.objects.within(NOBODY)
    listed = Subject.objects.unscoped(WHY).filter(
        subject_condition(actor, Permission.SEE_ENTRIES), adoption=OuterRef("pk")
    )
    condition = Q(Exists(listed)) | Q(unit=held.unit_id)
    condition |= unit_condition(actor, Permission.SEE_ENTRIES, at="unit__")
    if held.unit_kind == UnitKind.PANEL:
        panels = Adoption.objects.unscoped(WHY).annotate(named=Cast("holders", TextField()))
        names_panels = panels.filter(pk=OuterRef("pk"), named__contains='"panel"')
        condition |= Q(unit__panels=held.unit_id) & Q(Exists(names_panels))
    return Adoption.objects.within(condition).exclude(state=AdoptionState.DRAFT)


def adoptions_to_keep(actor: Actor) -> OwnedQuerySet[Adoption]:
    """Adoptions whose rosters the actor's office keeps."""
    return Adoption.objects.within(unit_condition(actor, Permission.ADOPT, at="unit__"))


def may_see_personal(
    actor: Actor, *, person_id: int | None, unit_path: str, entered_by_id: int | None
) -> bool:
    """Whether personal fields are shown: to the person, who entered, and the unit's own office.

    Whoever signs is asked for by `entries_to_sign`.
    """
    if actor.held is None or actor.person_id is None:
        return False
    if actor.person_id in (person_id, entered_by_id):
        return True
    return Reach.BELOW in actor.reaches(Permission.SEE_PERSONAL_DATA) and unit_path.startswith(
        actor.held.unit_path
    )


def _in_sight(actor: Actor) -> Q:
    if not _reads(actor):
        return NOBODY
    own = Q(entered_by=actor.person_id) | Q(subject__person=actor.person_id)
    return own | unit_condition(actor, Permission.SEE_ENTRIES, at="unit__")


def _sees_all(actor: Actor, adoption: Adoption) -> bool:
    """Whether the adopting unit itself lies within reach: then all that it keeps does."""
    below = Reach.BELOW in actor.reaches(Permission.SEE_ENTRIES)
    return below and actor.held is not None and adoption.unit.path.startswith(actor.held.unit_path)


def _own_or_of(actor: Actor, units: QuerySet[Any, int] | list[int]) -> Q:
    return Q(entered_by=actor.person_id) | Q(unit__in=units)


def _units_of(actor: Actor) -> QuerySet[Any, int]:
    """Ids of the units within reach; none of somebody who sees but their own."""
    is_own = Reach.OWN in actor.reaches(Permission.SEE_ENTRIES)
    condition = NOBODY if is_own else unit_condition(actor, Permission.SEE_ENTRIES)
    return Unit.objects.unscoped(WHY).filter(condition).order_by().values_list("pk", flat=True)


def _few_or_query(ids: QuerySet[Any, int]) -> QuerySet[Any, int] | list[int]:
    """Few are named one by one, so that their entries are found by index among a million."""
    few = [*ids[: FEW + 1]]
    return ids if len(few) > FEW else few


def _reads(actor: Actor) -> bool:
    return actor.person_id is not None and actor.may(Permission.SEE_ENTRIES)


def _borne(actor: Actor, adoption: Adoption, holders: Sequence[Holder]) -> Q:
    if not holders:
        return NOBODY
    condition = Q(subject__in=subjects_held(actor, adoption, holders).values("pk"))
    if bears(actor, adoption, holders):
        condition |= Q(subject=None)
    return condition


def _next_is_theirs(actor: Actor, adoption: Adoption, route: Route) -> Q:
    proposed = Exists(
        EntryStep.objects.filter(entry=OuterRef("pk"), kind=StepKind.STATE, what=PROPOSED)
    )
    condition = proposed & Q(signed_count=0) & _borne(actor, adoption, route.enterers)
    for step, holders in enumerate(route.signers):
        here = (~proposed & Q(signed_count=step)) | (proposed & Q(signed_count=step + 1))
        condition |= here & _borne(actor, adoption, holders) & about_others(actor, holders)
    return condition


def entries_to_strike(
    actor: Actor, adoption: Adoption, holders: Sequence[Holder]
) -> OwnedQuerySet[Entry]:
    """Entries that the last signers may strike although they count; not what is about the actor."""
    if not actor.may(Permission.WRITE_ENTRIES):
        return Entry.objects.within(NOBODY)
    held = Q(subject__in=subjects_held(actor, adoption, holders).values("pk"))
    rows = Entry.objects.within(held & about_others(actor, holders))
    return rows.filter(adoption=adoption)
