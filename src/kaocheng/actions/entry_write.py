"""Writing entries: the row with its spine, its number, the totals and the revision of its register.

Functions for other actions; each takes their `act`. Whether the writer may is asked before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import connection

from kaocheng.actions.perform import MANY_ROWS, Act, digest
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted
from kaocheng.records.copying import copy_in
from kaocheng.records.models import (
    Adoption,
    Entry,
    EntryStep,
    Obligation,
    Review,
    RoundEvent,
    Subject,
    Unit,
)
from kaocheng.records.models.register import Standing, StepKind

WHY = "what a correction takes the place of"
CORRECTED = "更正"
# Keys are counted through all years.
NO_YEAR = 0


@dataclass(frozen=True)
class New:
    """An entry to write: the text of every field, where it belongs and whom it is about."""

    values: Mapping[str, str]
    unit: Unit
    subject: Subject | None = None
    standing: Standing = Standing.COUNTS
    corrects: Entry | None = None
    replaces: Entry | None = None
    review: Review | None = None
    # An entry whose author, signatures and state it keeps.
    like: Entry | None = None


def write_entries(act: Act, found: Adopted, register: str, rows: Sequence[New]) -> list[Entry]:
    """Add the entries, numbered where the register numbers; in a fixed number of statements.

    Raises `IntegrityError` where one that stands says the same already (`once`): ask before.
    """
    shape = found.shape(register)
    states = shape.register.states
    numbers = _numbers(act, found, register, len(rows))
    rows = _with_keys(found, register, rows)
    entries = [
        Entry(
            adoption=found.adoption,
            register=register,
            unit=new.unit,
            subject=new.subject,
            number=number,
            state=new.like.state if new.like else (states[0] if states else ""),
            signed_count=new.like.signed_count if new.like else 0,
            values={name: text for name, text in new.values.items() if text != ""},
            standing=new.standing,
            corrects=new.corrects,
            replaces=new.replaces,
            review=new.review,
            entered_by_id=new.like.entered_by_id if new.like else act.actor.person_id,
            entered_at=new.like.entered_at if new.like else act.at,
            **shape.spine(new.values),
        )
        for new, number in zip(rows, numbers, strict=True)
    ]
    if len(entries) > MANY_ROWS:
        copy_in(entries)
    else:
        Entry.objects.bulk_create(entries)
    for entry in entries:
        act.audit(entry, register=register, standing=entry.standing)
    _add_up(entries, Standing.COUNTS, by=1)
    changed(found.adoption, ((register, entry.unit_id) for entry in entries))
    return entries


def restand(act: Act, entries: Sequence[Entry], standing: Standing, *, note: str = "") -> None:
    """Let locked entries stand otherwise: signed, returned, replaced, withdrawn."""
    _add_up(entries, Standing.COUNTS, by=-1)
    for entry in entries:
        entry.standing = standing
        act.keep(entry, "standing", "signed_count", "state", standing=standing, note=note)
    _add_up(entries, Standing.COUNTS, by=1)
    if entries:
        changed(entries[0].adoption, ((entry.register, entry.unit_id) for entry in entries))


def let_count(act: Act, entries: Sequence[Entry]) -> list[Entry]:
    """Let locked entries count, each in the place of what it replaces; those are answered."""
    ids = [entry.replaces_id for entry in entries if entry.replaces_id is not None]
    before: list[Entry] = []
    if ids:
        counting = Entry.objects.unscoped(WHY).filter(pk__in=ids, standing=Standing.COUNTS)
        rows = counting.select_related("adoption", "subject").order_by("pk")
        before = list(rows.select_for_update(of=("self",)))
        replace_entries(act, before)
        after = {entry.replaces_id: entry for entry in entries}
        carry_clocks(act, [(one, after[one.pk]) for one in before])
    restand(act, entries, Standing.COUNTS)
    return before


def replace_entries(act: Act, entries: Sequence[Entry], *, why: str = "") -> None:
    """Locked entries count no more: a correction stands in their place."""
    if not entries:
        return
    restand(act, entries, Standing.REPLACED, note=digest(why) if why else "")
    EntryStep.objects.bulk_create(
        EntryStep(
            entry=entry,
            kind=StepKind.WITHDRAWN,
            what=CORRECTED,
            note=why,
            person_id=act.actor.person_id,
            at=act.at,
        )
        for entry in entries
    )


def carry_clocks(act: Act, pairs: Iterable[tuple[Entry, Entry]]) -> None:
    """The clocks of what was replaced go on as they ran, for what stands in its place."""
    for before, after in pairs:
        for rows in (RoundEvent.objects.unscoped(WHY), Obligation.objects.unscoped(WHY)):
            if rows.filter(entry=before).update(entry=after):
                act.audit(after, clocks_of=before.pk)


def changed(adoption: Adoption, places: Iterable[tuple[str, int]]) -> None:
    """Count a change of each (register or roster, unit id), so that what rests on it is stale."""
    rows = sorted({(adoption.pk, register, unit_id) for register, unit_id in places})
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into records_registerrevision as it (adoption_id, register, unit_id, revision)"
            " values (%s, %s, %s, 1) on conflict (adoption_id, register, unit_id)"
            " do update set revision = it.revision + 1",
            rows,
        )


def _add_up(entries: Iterable[Entry], standing: Standing, *, by: int) -> None:
    """Add the entries of that standing to the totals, or take them off."""
    sums: defaultdict[tuple[int, str, int, str, date | None], list[Decimal]]
    sums = defaultdict(lambda: [Decimal(0)] * 3)
    for entry in entries:
        if entry.standing == standing:
            month = entry.date.replace(day=1) if entry.date else None
            key = (entry.adoption_id, entry.register, entry.unit_id, entry.code, month)
            own = (Decimal(1), entry.quantity or Decimal(0), entry.money or Decimal(0))
            sums[key] = [old + by * new for old, new in zip(sums[key], own, strict=True)]
    # In one order for everybody, so that two writers never wait for each other.
    rows = [(*key, *sums[key]) for key in sorted(sums, key=lambda one: (*one[:4], str(one[4])))]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into records_registertotal as it"
            " (adoption_id, register, unit_id, code, month, entries, quantity, money)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (adoption_id, register, unit_id, code, month) do update set"
            " entries = it.entries + excluded.entries,"
            " quantity = it.quantity + excluded.quantity, money = it.money + excluded.money",
            rows,
        )


def _numbers(act: Act, found: Adopted, register: str, count: int) -> list[str]:
    """The next numbers of the register (`XC-{year}-{no}`), empty where it does not number."""
    pattern = found.register(register).numbering
    if not pattern or not count:
        return [""] * count
    year = act.at.astimezone(CHINA).year
    given = _next(found.adoption, register, year, count)
    return [pattern.replace("{year}", str(year)).replace("{no}", f"{no:04d}") for no in given]


def _with_keys(found: Adopted, register: str, rows: Sequence[New]) -> Sequence[New]:
    """A key for each entry that was left without: results about entries tell them apart by it."""
    key = found.register(register).key
    without = sum(not new.values.get(key) for new in rows) if key else 0
    if not without:
        return rows
    numbers = iter(_next(found.adoption, register, NO_YEAR, without))
    return [
        new
        if new.values.get(key)
        else replace(new, values={**new.values, key: f"#{next(numbers)}"})
        for new in rows
    ]


def _next(adoption: Adoption, register: str, year: int, count: int) -> range:
    """The next so many numbers; their row is locked until the entries are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into records_registercount as it (adoption_id, register, year, last_number)"
            " values (%s, %s, %s, %s) on conflict (adoption_id, register, year)"
            " do update set last_number = it.last_number + excluded.last_number"
            " returning last_number",
            [adoption.pk, register, year, count],
        )
        [last] = cursor.fetchone() or [count]
    return range(last - count + 1, last + 1)
