"""Whose notices: those of one's own unit to issue, those that reached one's unit to read."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.scope import NOBODY, units
from kaocheng.records.models import Notice, NoticeReceipt, Unit
from kaocheng.records.models.notice import NoticeState
from kaocheng.records.scoped import OwnedQuerySet


def _own_unit(actor: Actor, permission: Permission, *, at: str = "unit__") -> Q:
    """The unit of the present appointment itself, whatever lies below it."""
    if actor.held is None or not actor.may(permission):
        return NOBODY
    return Q(**{f"{at}path": actor.held.unit_path})


def issued_condition(actor: Actor, *, at: str = "") -> Q:
    return _own_unit(actor, Permission.ISSUE_NOTICES, at=f"{at}unit__")


def notices_to_issue(actor: Actor) -> OwnedQuerySet[Notice]:
    """What the actor's unit writes and has issued; nobody writes for a unit below."""
    return Notice.objects.within(issued_condition(actor))


def notices_received(actor: Actor) -> OwnedQuerySet[Notice]:
    """What went out to the actor's unit, also where it was withdrawn afterwards."""
    return Notice.objects.within(_received(actor))


def notices_in_sight(actor: Actor) -> OwnedQuerySet[Notice]:
    """What the actor may read: received, or issued by their unit."""
    return Notice.objects.within(_received(actor) | issued_condition(actor))


def _received(actor: Actor) -> Q:
    receipt = NoticeReceipt.objects.unscoped("a condition inside a scoped query").filter(
        _own_unit(actor, Permission.SEE_NOTICES), notice=OuterRef("pk")
    )
    return Q(Exists(receipt)) & ~Q(state=NoticeState.DRAFT)


def own_receipts(actor: Actor) -> OwnedQuerySet[NoticeReceipt]:
    """The receipts that the actor's unit owes or has given."""
    return NoticeReceipt.objects.within(_own_unit(actor, Permission.SEE_NOTICES))


def receipts_to_sign(actor: Actor) -> OwnedQuerySet[NoticeReceipt]:
    return NoticeReceipt.objects.within(_own_unit(actor, Permission.SIGN_NOTICES))


def receipts_of_issued(actor: Actor) -> OwnedQuerySet[NoticeReceipt]:
    """The receipts that the actor's unit waits for."""
    return NoticeReceipt.objects.within(issued_condition(actor, at="notice__"))


def units_to_address(actor: Actor) -> OwnedQuerySet[Unit]:
    """The units to which the actor's unit may issue: those below it, not itself."""
    return units(actor, Permission.ISSUE_NOTICES).exclude(
        pk=actor.held.unit_id if actor.held else 0
    )
