"""名册: rows that the adopting office adds, changes, or marks as left. Entries of them stay."""

from __future__ import annotations

from collections.abc import Mapping

from kaocheng.access.entry import adoptions_to_keep
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.access.scope import one, units
from kaocheng.actions.adoption import OPEN
from kaocheng.actions.entry_write import changed
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.engine.facts import Reader
from kaocheng.engine.language.registers import Register
from kaocheng.engine.problems import Problems
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.methods.pinyin import person_pinyin, unit_pinyin
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.entry_cells import spelled_all, too_much
from kaocheng.queries.entry_check import refusal
from kaocheng.queries.entry_names import Names
from kaocheng.queries.register_route import roster
from kaocheng.records.models import Subject
from kaocheng.records.models.scheme import AdoptionState
from kaocheng.records.scoped import OwnedQuerySet

MOST_KEY, MOST_NAME = 60, 120
WHY = "whether a key is free holds for everybody"


@action("subject.add")
def add_subject(
    act: Act, *, adoption_id: int, register: str, unit_id: int, values: Mapping[str, str]
) -> Answer:
    """A new row, which belongs to a unit within the office's reach."""
    found, one_roster = _kept(act, adoption_id, register)
    unit = one(units(act.actor, Permission.MANAGE_UNITS), unit_id) if unit_id else None
    unit = unit or found.adoption.unit
    kept = _checked(found, one_roster, values)
    key = kept[one_roster.key]
    rows = Subject.objects.unscoped(WHY).filter(adoption=found.adoption, roster=register, key=key)
    if not key or rows.exists():
        problem = Refused("K39", roster=one_roster.title, key=key)
        raise Invalid({one_roster.key: problem})
    subject = Subject(
        adoption=found.adoption,
        roster=register,
        key=key,
        unit=unit,
        values=_filled(kept),
        **_names(one_roster, kept),
    )
    act.make(subject, roster=register)
    changed(found.adoption, [(register, unit.pk)])
    return Answer.of(subject)


@action("subject.change")
def change_subject(act: Act, *, subject_id: int, version: int, values: Mapping[str, str]) -> Answer:
    """What a row says; its key stays, since entries name it."""
    subject = act.lock(_subjects(act), subject_id)
    found, one_roster = _kept(act, subject.adoption_id, subject.roster)
    asked = {**subject.values, **values, one_roster.key: subject.key}
    kept = _checked(found, one_roster, asked)
    before = dict(subject.values)
    subject.values = _filled(kept)
    for name, value in _names(one_roster, kept).items():
        setattr(subject, name, value)
    fields = sorted(n for n in one_roster.fields if before.get(n, "") != kept[n])
    act.keep(
        subject,
        "values",
        "name",
        "pinyin",
        version=version,
        roster=subject.roster,
        changed=fields,
        says=digest(subject.values),
    )
    changed(found.adoption, [(subject.roster, subject.unit_id)])
    return Answer.of(subject)


@action("subject.leave")
def leave_subject(act: Act, *, subject_id: int, version: int) -> Answer:
    """A row that has left is computed no more; said again, it is back."""
    subject = act.lock(_subjects(act), subject_id)
    found, _ = _kept(act, subject.adoption_id, subject.roster)
    subject.has_left = not subject.has_left
    act.keep(subject, "has_left", version=version, has_left=subject.has_left)
    changed(found.adoption, [(subject.roster, subject.unit_id)])
    return Answer.of(subject, has_left=subject.has_left)


def _kept(act: Act, adoption_id: int, register: str) -> tuple[Adopted, Register]:
    if not act.actor.may(Permission.ADOPT):
        raise NotAllowed
    adoption = one(adoptions_to_keep(act.actor).select_related("unit", "scheme"), adoption_id)
    if adoption.state not in OPEN:
        raise Refused("K04", title=adoption.title, state=AdoptionState(adoption.state).label)
    found = adopted(adoption)
    return found, roster(found, register)


def _subjects(act: Act) -> OwnedQuerySet[Subject]:
    keeps = adoptions_to_keep(act.actor)
    rows = Subject.objects.unscoped("those of adoptions that the actor keeps")
    return rows.filter(adoption__in=keeps.values("pk"))


def _checked(found: Adopted, register: Register, typed: Mapping[str, str]) -> dict[str, str]:
    """The values as they are kept; raises `Invalid` with every problem by field."""
    values = spelled_all(register, typed)
    problems: dict[str, Refused] = dict(too_much(register, values))
    problems |= dict(Names.of(found, register, [values]).resolve(values))
    header = tuple(register.fields)
    row = TextRow(1, tuple(values[name] for name in header))
    told = Problems()
    reader = Reader(found.pack, found.periods, told)
    reader.table(register, TextTable(register.id, register.title, header, (row,)))
    for fault in told.errors:
        name = header[fault.place.column - 1] if fault.place.column else register.key
        problems.setdefault(name, refusal(fault))
    for name, most in ((register.key, MOST_KEY), (register.name, MOST_NAME)):
        text = values.get(name, "")
        if name and len(text) > most:
            title = register.fields[name].title
            problems.setdefault(name, Refused("K33", field=title, most=most, count=len(text)))
    if problems:
        raise Invalid(problems)
    return values


def _names(register: Register, values: Mapping[str, str]) -> dict[str, str]:
    name = values.get(register.name, "") or values[register.key]
    is_person = bool(register.name) and register.fields[register.name].personal
    return {"name": name, "pinyin": (person_pinyin if is_person else unit_pinyin)(name)}


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if text != ""}
