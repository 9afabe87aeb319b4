"""忘记密码: who has to be told, and the task that tells them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q

from kaocheng.actions.perform import Act
from kaocheng.actions.task import Owed, owe_each, settle
from kaocheng.gateways.clock import CHINA
from kaocheng.records.models import Account, Appointment, Person, SignInDelay, Task, Unit
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.task import TaskState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

# One address: a school may ask for many on its first day, a prankster not without end.
MOST_ASKED, ASKED_WITHIN = 60, timedelta(hours=1)
HELPERS = (Role.LEAD, Role.CLERK, Role.OFFICER)
# For those who help others, only who stands above them (the same as `access.account.HELPS`).
TOLD: Mapping[str, tuple[Role, ...]] = {
    Role.CLERK: (Role.LEAD, Role.OFFICER),
    Role.LEAD: (Role.OFFICER,),
    Role.OFFICER: (Role.OFFICER,),
}
# The head of a group is a colleague; passwords are the school's business.
PARTS = (UnitKind.GROUP,)
DIGITS_OF_A_STEP = 13


def count_asking(address: str | None, at: datetime) -> SignInDelay:
    """How often this address has asked within the hour, this time included."""
    row = SignInDelay.objects.filter(name_digest="asking", address=address).first()
    if row is None:
        row = SignInDelay(name_digest="asking", address=address, failed_at=at)
    if row.failed_at < at - ASKED_WITHIN:
        row.failures, row.failed_at = 0, at
    row.failures += 1
    row.save()
    return row


def ask_whoever_helps(act: Act, account: Account, person: Person) -> int:
    """A task for whoever may help; to how many units (none while one is still open)."""
    today = act.at.astimezone(CHINA).date()
    waiting = Task.objects.unscoped("whether the same has been asked already").filter(
        source_kind="account", source_id=str(account.pk), state=TaskState.OPEN
    )
    if waiting.exists():
        return 0
    told = who_helps(person.pk, today)
    owed = (
        Owed(
            title=f"{person.name}忘了密码，请当面重发",
            why="先核对来人就是本人，再发一次性密码；不要在电话或群里发。",
            page=f"/sign-in-help/{person.pk}",
            verb="核对后重发",
            unit=unit,
            role=role,
            due_at=act.at + timedelta(days=1),
        )
        for unit, role in told
    )
    owe_each(act, account, owed)
    return len(told)


def settle_asking(act: Act, account: Account) -> None:
    """The password was handed over: whoever was told has nothing left to do."""
    settle(act, account)


def who_helps(person_id: int, today: date) -> tuple[tuple[Unit, str], ...]:
    """The nearest unit, from the person's own upwards, where somebody else may hand out a password.

    The lead and the clerk of a school share such a task; for those who hold these posts it goes to
    whoever stands above them, at last to the security administrator.
    """
    first = (
        _valid(today).filter(person=person_id).select_related("unit__keeper").order_by("starts_on")
    ).first()
    if first is None:
        return ()
    security = ((row.unit, row.role) for row in _of_role(Role.SECURITY_ADMIN, person_id, today))
    if first.role in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.SECURITY_ADMIN):
        return tuple(security)
    keeper = first.unit.keeper
    path = keeper.path if keeper else first.unit.path
    above = [path[:end] for end in range(DIGITS_OF_A_STEP, len(path) + 1, DIGITS_OF_A_STEP)]
    if first.role == Role.OFFICER:
        above.remove(path)
    rows = (
        _valid(today)
        .filter(unit__path__in=above, role__in=TOLD.get(first.role, HELPERS))
        .exclude(unit__kind__in=PARTS)
        .exclude(person=person_id)
        .select_related("unit")
    )
    order = {role: place for place, role in enumerate(HELPERS)}
    nearest = sorted(rows, key=lambda row: (-len(row.unit.path), order[Role(row.role)], row.pk))
    return tuple((row.unit, row.role) for row in nearest[:1]) or tuple(security)


def _of_role(role: Role, person_id: int, today: date) -> list[Appointment]:
    rows = _valid(today).filter(role=role).exclude(person=person_id).select_related("unit")
    return list({row.unit_id: row for row in rows}.values())


def _valid(today: date) -> OwnedQuerySet[Appointment]:
    return Appointment.objects.unscoped("whom to tell; nobody reads it").filter(
        Q(ends_on=None) | Q(ends_on__gt=today), starts_on__lte=today
    )
