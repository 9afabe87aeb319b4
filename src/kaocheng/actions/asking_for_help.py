"""忘记密码: who has to be told, and the task that tells them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q

from kaocheng.actions.perform import Act
from kaocheng.gateways.clock import CHINA
from kaocheng.records.models import Account, Appointment, Person, SignInDelay, Task, Unit
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.task import DueUnit, TaskState
from kaocheng.records.scoped import OwnedQuerySet

SOURCE = "forgotten_password"
# One address: a school may ask for many on its first day, a prankster not without end.
MOST_ASKED, ASKED_WITHIN = 60, timedelta(hours=1)
HELPERS = (Role.LEAD, Role.CLERK, Role.OFFICER)
# For those who help others, only who stands above them (the same as `access.account.HELPS`).
TOLD: Mapping[str, tuple[Role, ...]] = {
    Role.CLERK: (Role.LEAD, Role.OFFICER),
    Role.LEAD: (Role.OFFICER,),
    Role.OFFICER: (Role.OFFICER,),
}


def count_asking(address: str | None, at: datetime) -> SignInDelay:
    """How often this address has asked within the hour, this time included."""
    row = SignInDelay.objects.filter(name_digest=SOURCE, address=address).first()
    if row is None:
        row = SignInDelay(name_digest=SOURCE, address=address, failed_at=at)
    if row.failed_at < at - ASKED_WITHIN:
        row.failures, row.failed_at = 0, at
    row.failures += 1
    row.save()
    return row


def ask_whoever_helps(act: Act, account: Account, person: Person) -> int:
    """A task for each role that may help; how many were told anew (none while one is open)."""
    today = act.at.astimezone(CHINA).date()
    open_already = _tasks(account).filter(state=TaskState.OPEN)
    if open_already.exists():
        return 0
    told = 0
    for unit, role in who_helps(person.pk, today):
        act.make(
            Task(
                unit=unit,
                role=role,
                title=f"{person.name}忘了密码，请当面重发",
                why="先核对来人就是本人，再发一次性密码；不要在电话或群里发。",
                source_kind=SOURCE,
                source_id=f"{account.pk}-{act.at:%Y%m%d%H%M%S}",
                page=f"/sign-in-help/{person.pk}",
                verb="核对后重发",
                due_at=act.at + timedelta(days=1),
                due_unit=DueUnit.DAYS,
                made_at=act.at,
            )
        )
        told += 1
    return told


def settle_asking(act: Act, account: Account) -> None:
    """The password was handed over: whoever else was told has nothing left to do."""
    for task in _tasks(account).filter(state=TaskState.OPEN).select_for_update():
        task.state = TaskState.DONE
        task.done_count = task.total_count
        task.closed_at = act.at
        act.keep(task, "state", "done_count", "closed_at")


def who_helps(person_id: int, today: date) -> tuple[tuple[Unit, Role], ...]:
    """The nearest unit, from the person's own upwards, where somebody else may hand out a password.

    Lead and clerk of a school are both told; for those who hold these posts, whoever is above them.
    """
    own = _valid(today).filter(person=person_id).select_related("unit").order_by("starts_on", "id")
    first = own.first()
    if first is None:
        return ()
    if first.role in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.SECURITY_ADMIN):
        return _told(Role.SECURITY_ADMIN, person_id, today)
    path = first.unit.path if first.unit.keeper_id is None else _keeper_path(first.unit)
    ancestors = [path[: end + 13] for end in range(0, len(path), 13)]
    if first.role == Role.OFFICER:
        ancestors.remove(path)
    rows = list(
        _valid(today)
        .filter(unit__path__in=ancestors, role__in=TOLD.get(first.role, HELPERS))
        .exclude(person=person_id)
        .select_related("unit")
    )
    nearest = max((len(row.unit.path) for row in rows), default=0)
    found = {(row.unit.pk, row.role): row.unit for row in rows if len(row.unit.path) == nearest}
    if not found:
        return _told(Role.SECURITY_ADMIN, person_id, today)
    return tuple(
        (unit, Role(role)) for (_, role), unit in sorted(found.items(), key=lambda x: x[0])
    )


def _told(role: Role, person_id: int, today: date) -> tuple[tuple[Unit, Role], ...]:
    rows = _valid(today).filter(role=role).exclude(person=person_id).select_related("unit")
    return tuple({row.unit_id: (row.unit, role) for row in rows}.values())


def _keeper_path(unit: Unit) -> str:
    keeper = unit.keeper
    assert keeper is not None
    return keeper.path


def _valid(today: date) -> OwnedQuerySet[Appointment]:
    return Appointment.objects.unscoped("whom to tell; nobody reads it").filter(
        Q(ends_on=None) | Q(ends_on__gt=today), starts_on__lte=today
    )


def _tasks(account: Account) -> OwnedQuerySet[Task]:
    return Task.objects.unscoped("the tasks that the asking itself has made").filter(
        source_kind=SOURCE, source_id__startswith=f"{account.pk}-"
    )
