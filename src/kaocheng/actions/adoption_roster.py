"""名册 of an adoption: taken from the directory or from a pasted table, never guessed at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kaocheng.access.adoption import own_adoptions
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotYours, Refused
from kaocheng.actions.entry_write import changed
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.engine.language.registers import Register
from kaocheng.gateways.clock import CHINA
from kaocheng.methods.pinyin import person_pinyin, unit_pinyin
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.adoption_roster import (
    RosterRow,
    own_key,
    read_pasted,
    rows_from,
    source_words,
)
from kaocheng.queries.adoption_rows import holds_rows, lacking
from kaocheng.records.models import Adoption, Subject
from kaocheng.records.models.scheme import AdoptionState

WHY = "the adoption was fetched under its scope"
OPEN = (AdoptionState.DRAFT, AdoptionState.IN_FORCE)


@action("adoption.fill_roster")
def fill_roster(act: Act, *, adoption_id: int, roster: str, source: Mapping[str, Any]) -> Answer:
    """The roster from the directory, at any time again: new rows are added, those gone have left.

    What somebody filled in stays. The answer says how many rows there are and what is lacking.
    """
    found, register = _roster(act, adoption_id, roster)
    on = act.at.astimezone(CHINA).date()
    rows = rows_from(act.actor, found, register, source, on=on)
    if not rows:
        raise Refused("K19", source=source_words(source))
    found.adoption.sources = {**found.adoption.sources, roster: dict(source)}
    act.keep(found.adoption, "sources", roster=roster, rows=len(rows))
    subjects = _kept(act, found, register, rows, is_directory=True)
    here = {row.key for row in rows}
    gone = [one for one in subjects if one.key not in here and _is_of_directory(one)]
    for one in gone:
        one.has_left = True
    Subject.objects.unscoped(WHY).bulk_update(gone, ["has_left"])
    for one in gone:
        act.audit(one, has_left=True)
    changed(_holder(found.adoption), ((roster, one.unit_id) for one in gone))
    return _answer(found.adoption, register, subjects)


@action("adoption.list_roster")
def list_roster(
    act: Act,
    *,
    adoption_id: int,
    roster: str,
    lines: Sequence[Sequence[str]],
    empties: bool = False,
) -> Answer:
    """Rows of a pasted table, the headings first; rows of the same number are corrected.

    An empty cell leaves what is there, unless it `empties` it. Nothing is written while any cell is
    wrong; each is told by `line/column`.
    """
    found, register = _roster(act, adoption_id, roster)
    on = act.at.astimezone(CHINA).date()
    pasted = read_pasted(act.actor, found, register, lines, on=on, empties=empties)
    if pasted.problems:
        raise Invalid(pasted.problems)
    gone = {"cells_emptied": len(pasted.going)} if pasted.going else {}
    act.audit(found.adoption, roster=roster, rows=len(pasted.rows), **gone)
    subjects = _kept(act, found, register, pasted.rows, is_directory=False)
    return _answer(found.adoption, register, subjects)


@action("adoption.empty_roster")
def empty_roster(act: Act, *, adoption_id: int, roster: str) -> Answer:
    """A draft's roster is begun anew; nothing else rests on its rows yet."""
    found, _ = _roster(act, adoption_id, roster)
    adoption = found.adoption
    if adoption.state != AdoptionState.DRAFT or adoption.replaces_id is not None:
        label = AdoptionState(adoption.state).label
        raise Refused("K03", title=adoption.title, state=label)
    rows = Subject.objects.unscoped(WHY).filter(adoption=adoption, roster=roster)
    count, _ = rows.delete()
    act.audit(adoption, roster=roster, emptied=count)
    return Answer.of(adoption, count=count)


def _roster(act: Act, adoption_id: int, roster: str) -> tuple[Adopted, Register]:
    adoption = act.lock(own_adoptions(act.actor, Permission.ADOPT), adoption_id)
    if adoption.state not in OPEN:
        raise Refused("K04", title=adoption.title, state=AdoptionState(adoption.state).label)
    found = adopted(adoption)
    register = next((one for one in found.rosters if one.id == roster), None)
    if register is None:
        raise NotYours
    return found, register


def _kept(
    act: Act,
    found: Adopted,
    register: Register,
    rows: Iterable[RosterRow],
    *,
    is_directory: bool,
) -> list[Subject]:
    """Rows added, and those there brought up to date; every row of the roster afterwards."""
    holder = _holder(found.adoption)
    there = {
        one.key: one
        for one in Subject.objects.unscoped(WHY)
        .select_for_update(of=("self",))
        .filter(adoption=holder, roster=register.id)
        .select_related("unit", "person")
    }
    is_person = bool(register.name) and register.fields[register.name].personal
    to_pinyin = person_pinyin if is_person else unit_pinyin
    new: list[Subject] = []
    old: dict[str, Subject] = {}
    for row in rows:
        subject = there.get(row.key)
        if subject is None:
            subject = Subject(adoption=holder, roster=register.id, key=row.key)
            there[row.key] = subject
            new.append(subject)
        elif subject.pk:
            old[row.key] = subject
        # What somebody filled in outlives the directory, but not a later table.
        before = {
            name: text for name, text in subject.values.items() if text and name not in row.emptied
        }
        identity = {register.key: row.key}
        if register.name and row.values.get(register.name):
            identity[register.name] = row.values[register.name]
        merged = {**row.values, **before, **identity} if is_directory else {**before, **row.values}
        subject.name = merged.get(register.name, "") or row.name
        subject.pinyin = to_pinyin(subject.name)
        subject.unit, subject.person = row.unit, row.person or subject.person
        subject.values, subject.has_left = merged, False
    Subject.objects.bulk_create(new)
    fields = ["name", "pinyin", "unit", "person", "values", "has_left"]
    Subject.objects.unscoped(WHY).bulk_update(old.values(), fields, batch_size=500)
    for subject in (*new, *old.values()):
        act.audit(subject, roster=register.id)
    changed(holder, ((register.id, one.unit_id) for one in (*new, *old.values())))
    return list(there.values())


def _holder(adoption: Adoption) -> Adoption:
    """Whose rows they are: until the new text is approved, those of the adoption it replaces."""
    old = adoption.replaces
    return old if old is not None and holds_rows(adoption) == old.pk else adoption


def _is_of_directory(subject: Subject) -> bool:
    """Whether the row came from the directory, not from a table with numbers of its own."""
    return subject.key == own_key(subject.unit, subject.person) and not subject.has_left


def _answer(adoption: Adoption, register: Register, subjects: Iterable[Subject]) -> Answer:
    here = [one for one in subjects if not one.has_left]
    missing = lacking(register, [one.values for one in here])
    return Answer.of(
        adoption, count=len(here), lacking=[[title, count] for title, count in missing]
    )
