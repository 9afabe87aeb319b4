"""Tasks of those who have to sign: for an entry by itself, and one for all of an import.

Functions for other actions; each takes their `act`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kaocheng.access.entry import PROPOSED
from kaocheng.access.holding import Holding, Owner
from kaocheng.actions.perform import Act
from kaocheng.actions.task import Owed, keep_left, owe_each
from kaocheng.engine.language.registers import Register
from kaocheng.methods.holders import Holder
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_batch import batch_of, came_with
from kaocheng.queries.register_route import route_of, steps_of
from kaocheng.records.models import Entry, EntryStep, FileUse, Person, Subject, Unit
from kaocheng.records.models.register import Standing, StepKind

MOST_TITLE = 80
WHY = "a task is owed by whoever bears the title"


def is_proposed(entry: Entry) -> bool:
    return entry.steps.filter(kind=StepKind.STATE, what=PROPOSED).exists()


def page_of(entry: Entry) -> str:
    return f"/registers/entries/{entry.pk}"


def owe_signature(act: Act, found: Adopted, register: Register, entry: Entry) -> None:
    """A task for whoever has to sign the entry next; nobody signs their own."""
    if entry.standing != Standing.WAITING:
        return
    proposed = is_proposed(entry)
    holders = _holders(found, register, entry.signed_count, proposed=proposed)
    owners = Holding(found.adoption).owners(holders, entry.subject)
    who = steps_of(register, is_proposed=proposed)[entry.signed_count]
    owed = _owed(
        found,
        {owner: 1 for owner in owners if not _is_own(owner, entry.entered_by_id)},
        title=f"审签：{register.title}",
        page=page_of(entry),
        who=dict.fromkeys(owners, who),
    )
    owe_each(act, entry, owed)


def owe_batch_of(act: Act, found: Adopted, register: Register, entry: Entry) -> None:
    """Where the entry came with an import: that one's tasks, as they are now."""
    table = batch_of(entry)
    if table is not None:
        owe_batch(act, found, register, table)


def owe_batch(act: Act, found: Adopted, register: Register, table: FileUse) -> None:
    """One task for each who has to sign entries of the import now, done once none is left.

    The table is locked: of two who sign at once, the second counts what the first has left.
    """
    table = act.lock(FileUse.objects.unscoped("its tasks are counted anew"), table.pk)
    left, who = _left(found, register, table)
    there = keep_left(act, table, {_key(owner): count for owner, count in left.items()})
    new = {owner: count for owner, count in left.items() if _key(owner) not in there}
    owed = _owed(
        found,
        new,
        title=f"审签：{register.title}",
        page=f"/registers/{found.adoption.pk}/{register.id}?sign=1&import={table.pk}",
        who=who,
    )
    if owed:
        owe_each(act, table, owed)


def _left(
    found: Adopted, register: Register, table: FileUse
) -> tuple[Counter[Owner], dict[Owner, str]]:
    """How many entries of the import wait for each owner, and under which title."""
    rows = Entry.objects.unscoped(WHY).filter(
        came_with(table),
        adoption=found.adoption,
        register=register.id,
        standing=Standing.WAITING,
    )
    proposed = set(
        EntryStep.objects.filter(
            entry__in=rows.values("pk"), kind=StepKind.STATE, what=PROPOSED
        ).values_list("entry_id", flat=True)
    )
    listed = list(rows.values_list("pk", "signed_count", "subject_id"))
    subjects = Subject.objects.unscoped(WHY).in_bulk({about for *_, about in listed if about})
    holding = Holding(found.adoption)
    waiting = Counter((signed, pk in proposed, about) for pk, signed, about in listed)
    left: Counter[Owner] = Counter()
    who: dict[Owner, str] = {}
    for (signed, is_one, about), count in waiting.items():
        holders = _holders(found, register, signed, proposed=is_one)
        for owner in holding.owners(holders, subjects.get(about or 0)):
            if not _is_own(owner, table.person_id):
                left[owner] += count
                who[owner] = steps_of(register, is_proposed=is_one)[signed]
    return left, who


def _holders(
    found: Adopted, register: Register, signed: int, *, proposed: bool
) -> tuple[Holder, ...]:
    route = route_of(found, register.id)
    return ((route.enterers, *route.signers) if proposed else route.signers)[signed]


def _owed(
    found: Adopted, left: dict[Owner, int], *, title: str, page: str, who: dict[Owner, str]
) -> Sequence[Owed]:
    units = Unit.objects.unscoped(WHY).in_bulk({owner.unit_id for owner in left})
    people = Person.objects.unscoped(WHY).in_bulk(
        {owner.person_id for owner in left if owner.person_id}
    )
    return [
        Owed(
            title=(f"{title} {count} 条" if count > 1 else title)[:MOST_TITLE],
            page=page,
            unit=units[owner.unit_id],
            person=people.get(owner.person_id or 0),
            role=owner.role,
            why=f"{found.adoption.title}，由{who[owner]}审签"[:120],
            verb="去审签",
            total=count,
        )
        for owner, count in left.items()
    ]


def _is_own(owner: Owner, person_id: int | None) -> bool:
    return owner.person_id is not None and owner.person_id == person_id


def _key(owner: Owner) -> tuple[int | None, int, str]:
    return (owner.person_id, owner.unit_id, owner.role)
