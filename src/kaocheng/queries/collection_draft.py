"""A collection form before it is sent: what it asks, whom, and what that costs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from kaocheng.access.actor import Actor
from kaocheng.access.collection import (
    asked_by_us,
    units_to_ask,
)
from kaocheng.access.scope import one
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Collection
from kaocheng.records.models.collection import CollectionState, Field, FieldKind
from kaocheng.records.models.unit import UnitKind

# What it takes to look up and type one value, in seconds; an estimate, said as such.
SECONDS: Mapping[str, int] = {
    FieldKind.TEXT: 30,
    FieldKind.NUMBER: 20,
    FieldKind.WHOLE: 20,
    FieldKind.DATE: 20,
    FieldKind.CHOICE: 10,
    FieldKind.YES_NO: 5,
    FieldKind.PHONE: 15,
}


YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Burden:
    """减负账: how much a form asks for, if every unit fills one row."""

    fields: int
    required: int
    units: int
    seconds: int
    # Fields that the same unit asked for within a year: name and the title of that form.
    repeated: tuple[tuple[str, str], ...]

    @property
    def minutes_each(self) -> int:
        """Rounded up."""
        return -(-self.seconds // 60)

    @property
    def minutes(self) -> int:
        return -(-self.seconds * self.units // 60)

    @property
    def cells(self) -> int:
        return self.fields * self.units


@dataclass(frozen=True)
class Preview:
    """A draft before it is sent: what it asks, whom, and what that costs them."""

    collection_id: int
    version: int
    title: str
    why: str
    due_at: datetime
    fields: tuple[Field, ...]
    units: tuple[str, ...]
    kinds: tuple[tuple[str, int], ...]
    burden: Burden


@dataclass(frozen=True)
class Draft:
    """A form that has not been sent, to be written on."""

    version: int
    title: str
    why: str
    due_at: datetime
    to_kinds: tuple[str, ...]
    fields: tuple[Field, ...]


def draft_of(actor: Actor, collection_id: int) -> Draft:
    """A form of our unit that can still be changed."""
    form = one(asked_by_us(actor).filter(state=CollectionState.DRAFT), collection_id)
    return Draft(
        version=form.version,
        title=form.title,
        why=form.why,
        due_at=form.due_at,
        to_kinds=tuple(form.to_kinds),
        fields=form.asked,
    )


def kinds_below(actor: Actor) -> list[tuple[str, str]]:
    """The kinds of units that can be asked, the highest first, each with how many there are."""
    found = (
        units_to_ask(actor, UnitKind.values).order_by().values_list("kind").annotate(Count("pk"))
    )
    counts = dict(found)
    return [
        (
            kind.value,
            _("%(kind)s（%(count)s 个）") % {"kind": kind.label, "count": counts[kind.value]},
        )
        for kind in UnitKind
        if kind.value in counts
    ]


def preview(actor: Actor, collection_id: int) -> Preview:
    """What would happen if the draft were sent now."""
    form = one(asked_by_us(actor).filter(state=CollectionState.DRAFT), collection_id)
    found = units_to_ask(actor, form.to_kinds).values_list("name", "kind")
    names, kinds = [name for name, _kind in found], [kind for _name, kind in found]
    return Preview(
        collection_id=form.pk,
        version=form.version,
        title=form.title,
        why=form.why,
        due_at=form.due_at,
        fields=form.asked,
        units=tuple(names),
        kinds=tuple(
            (UnitKind(kind).label, kinds.count(kind)) for kind in UnitKind if kind in kinds
        ),
        burden=_burden(form, len(names)),
    )


def _burden(form: Collection, unit_count: int) -> Burden:
    return Burden(
        fields=len(form.asked),
        required=sum(field.is_required for field in form.asked),
        units=unit_count,
        seconds=sum(SECONDS[field.kind] for field in form.asked),
        repeated=_repeated(form),
    )


def _repeated(form: Collection) -> tuple[tuple[str, str], ...]:
    """What the unit asked for before: reuse asks less than asking again."""
    before = Collection.objects.unscoped("other forms of the unit of a form of ours").filter(
        unit_id=form.unit_id, opened_at__gte=CLOCK.now() - YEAR
    )
    asked: dict[str, str] = {}
    for earlier in before.exclude(pk=form.pk).order_by("opened_at")[:100]:
        asked.update({field.name: earlier.title for field in earlier.asked})
    return tuple((field.name, asked[field.name]) for field in form.asked if field.name in asked)
