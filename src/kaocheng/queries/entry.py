"""Entries as they are read: a line of a register, and one entry with all that happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kaocheng.access.actor import Actor
from kaocheng.access.entry import (
    PROPOSED,
    entries_to_sign,
    entries_to_strike,
    is_in_sight,
    may_see_personal,
    subjects_to_enter,
)
from kaocheng.access.grants import Permission
from kaocheng.access.holding import bears, subjects_held
from kaocheng.access.refusal import NotYours
from kaocheng.access.scope import one
from kaocheng.engine.language.registers import Register
from kaocheng.methods.holders import Holder
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.entry_check import STANDING, Ready
from kaocheng.queries.entry_correction import Correction, correction_of, is_behind
from kaocheng.queries.entry_files import evidence_of
from kaocheng.queries.register_codes import codes_of
from kaocheng.queries.register_route import ledger, route_of, steps_of
from kaocheng.records.models import Entry, EntryStep, Subject
from kaocheng.records.models.register import Standing, StepKind

MASKED = "已遮蔽"
# For so long whoever wrote an entry may take it back, whatever it has become.
UNDO_MINUTES = 10
TONES = {
    Standing.WAITING: "wa",
    Standing.CHECKING: "wa",
    Standing.COUNTS: "ok",
    Standing.RETURNED: "no",
    Standing.REPLACED: "",
    Standing.WITHDRAWN: "",
}


@dataclass(frozen=True)
class Cell:
    """What one field says, and what a code in it stands for.

    `is_masked`: it is there, and not for this reader.
    """

    name: str
    title: str
    text: str
    unit: str = ""
    is_masked: bool = False
    is_number: bool = False
    meaning: str = ""


@dataclass(frozen=True)
class EntryLine:
    id: int
    version: int
    number: str
    subject: str
    subject_id: int | None
    unit: str
    date: date | None
    cells: tuple[Cell, ...]
    standing: str
    standing_words: str
    tone: str
    state: str
    is_over: bool
    entered_by: str
    entered_at: datetime
    may_sign: bool = False

    @property
    def is_struck(self) -> bool:
        return self.standing in (Standing.REPLACED, Standing.WITHDRAWN)


@dataclass(frozen=True)
class StepLine:
    words: str
    what: str
    note: str
    who: str
    at: datetime


@dataclass(frozen=True)
class FileLine:
    id: int
    name: str
    receipt: str
    is_ready: bool


@dataclass(frozen=True)
class EntryPage:
    """One entry; the flags say what the reader may do with it now."""

    line: EntryLine
    adoption_id: int
    adoption_title: str
    register: str
    title: str
    steps: tuple[StepLine, ...]
    files: tuple[FileLine, ...]
    states: tuple[str, ...]
    next_state: str
    route: tuple[str, ...]
    signed_count: int
    corrects: int | None
    # That it takes the place of another one only once it counts.
    is_behind: bool
    correction: Correction | None
    may_sign: bool
    may_correct: bool
    may_withdraw: bool
    needs_reason: bool
    may_advance: bool
    may_acknowledge: bool
    note: str

    @property
    def next_signer(self) -> str:
        """Whose signature is awaited, empty where none is."""
        waits = self.line.standing == Standing.WAITING and self.signed_count < len(self.route)
        return self.route[self.signed_count] if waits else ""


def entry_line(
    actor: Actor,
    found: Adopted,
    register: Register,
    entry: Entry,
    *,
    may_sign: bool = False,
    names: dict[tuple[str, str], str] | None = None,
    codes: Mapping[tuple[str, str], str] | None = None,
) -> EntryLine:
    """The entry as its reader may see it; `entry` comes with subject, unit and who wrote it."""
    sees = may_sign or sees_personal(actor, entry)
    shape = found.shape(register.id)
    states = register.states
    return EntryLine(
        id=entry.pk,
        version=entry.version,
        number=entry.number,
        subject=entry.subject.name if entry.subject else "",
        subject_id=entry.subject_id,
        unit=entry.unit.name,
        date=entry.date,
        cells=cells_of(
            register,
            entry.values,
            sees=sees,
            without=(shape.subject, shape.date),
            names={**{("period", one.id): one.title for one in found.periods}, **(names or {})},
            codes=codes,
        ),
        standing=entry.standing,
        standing_words=str(Standing(entry.standing).label),
        tone=TONES[Standing(entry.standing)],
        state=entry.state,
        is_over=not states or entry.state == states[-1],
        entered_by=entry.entered_by.name if entry.entered_by else "",
        entered_at=entry.entered_at,
        may_sign=may_sign,
    )


def sees_personal(actor: Actor, entry: Entry) -> bool:
    return may_see_personal(
        actor,
        person_id=entry.subject.person_id if entry.subject else None,
        unit_path=entry.unit.path,
        entered_by_id=entry.entered_by_id,
    )


def sees_evidence(actor: Actor, found: Adopted, register: Register, entry: Entry) -> bool:
    """Whoever sees what is personal in it, and whoever bears a title of the register for it."""
    route = route_of(found, register.id)
    return sees_personal(actor, entry) or _held(actor, found, entry, route.everybody)


def cells_of(
    register: Register,
    values: dict[str, str],
    *,
    sees: bool,
    without: Sequence[str] = (),
    names: dict[tuple[str, str], str] | None = None,
    codes: Mapping[tuple[str, str], str] | None = None,
) -> tuple[Cell, ...]:
    """Every field that is filled; a personal one is said to be masked, not left out."""
    cells = []
    for name, field in register.fields.items():
        text = str(values.get(name, ""))
        if name in without:
            continue
        masked = bool(text) and field.personal and not sees
        shown = (names or {}).get((field.type, text), text)
        cells.append(
            Cell(
                name=name,
                title=field.title,
                text=MASKED if masked else shown,
                unit="" if masked else field.unit,
                is_masked=masked,
                is_number=field.type in ("number", "whole", "money"),
                meaning="" if masked else (codes or {}).get((name, text), ""),
            )
        )
    return tuple(cells)


def entry_page(actor: Actor, entry_id: int, *, now: datetime) -> EntryPage:
    entry, found, register = entry_of(actor, entry_id)
    route = route_of(found, register.id)
    to_sign = entries_to_sign(actor, found.adoption, [route])
    may_sign = actor.helper is None and to_sign.filter(pk=entry.pk).exists()
    steps = list(EntryStep.objects.filter(entry=entry).select_related("person").order_by("pk"))
    proposed = any(one.kind == StepKind.STATE and one.what == PROPOSED for one in steps)
    titles = steps_of(register, is_proposed=proposed)
    sees = sees_evidence(actor, found, register, entry)
    correction = correction_of(entry)
    duties = _duties(actor, found, register, entry, correction, now=now)
    line = entry_line(actor, found, register, entry, may_sign=sees, codes=codes_of(found, register))
    return EntryPage(
        line=line,
        adoption_id=found.adoption.pk,
        adoption_title=found.adoption.title,
        register=register.id,
        title=register.title,
        steps=tuple(_step_line(one, sees=sees) for one in steps),
        files=tuple(
            FileLine(use.pk, use.name, use.receipt_number, use.file.state == "clean")
            for use in (evidence_of(entry) if sees else ())
        ),
        states=register.states,
        next_state=_following(register, entry.state),
        route=titles,
        signed_count=entry.signed_count,
        corrects=entry.replaces_id or entry.corrects_id,
        is_behind=is_behind(entry),
        correction=correction,
        may_sign=may_sign,
        note=register.note,
        **duties,
    )


def entry_of(actor: Actor, entry_id: int) -> tuple[Entry, Adopted, Register]:
    """The entry within sight with its register; refused as not existing otherwise."""
    rows = Entry.objects.unscoped("its scope is asked for once its register is known")
    read = rows.select_related(
        "adoption__unit", "adoption__scheme", "subject", "unit", "entered_by", "replaces"
    )
    entry = one(read.defer("adoption__scheme__files"), entry_id)
    found = adopted(entry.adoption)
    register = ledger(found, entry.register)
    if not is_in_sight(actor, entry, route_of(found, register.id)):
        raise NotYours
    return entry, found, register


def key_names(
    found: Adopted, register: Register, entries: Sequence[Entry | Ready]
) -> dict[tuple[str, str], str]:
    """Names of the roster rows that entries refer to, by (roster, key); one query."""
    rosters = {one.id for one in found.rosters}
    keys: dict[str, set[str]] = {}
    for name, field in register.fields.items():
        if field.type in rosters:
            keys.setdefault(field.type, set()).update(
                str(entry.values[name]) for entry in entries if entry.values.get(name)
            )
    if not any(keys.values()):
        return {}
    rows = Subject.objects.unscoped("names of what an entry in sight refers to").filter(
        adoption=found.adoption,
        roster__in=list(keys),
        key__in=sorted(set().union(*keys.values())),
    )
    return {(roster, key): name for roster, key, name in rows.values_list("roster", "key", "name")}


def _duties(
    actor: Actor,
    found: Adopted,
    register: Register,
    entry: Entry,
    correction: Correction | None,
    *,
    now: datetime,
) -> dict[str, bool]:
    route = route_of(found, register.id)
    writes = actor.may(Permission.WRITE_ENTRIES)
    # While a correction waits, that one is to be dealt with.
    stands = entry.standing in (*STANDING, Standing.RETURNED) and not (
        correction is not None and correction.waits
    )
    is_own = actor.person_id is not None and entry.entered_by_id == actor.person_id
    rows = subjects_to_enter(actor, found.adoption, route)
    enters = writes and entry.subject_id is not None and rows.filter(pk=entry.subject_id).exists()
    fresh = now - entry.entered_at <= timedelta(minutes=UNDO_MINUTES)
    freely = is_own and (fresh or entry.standing != Standing.COUNTS)
    strikes = (
        entries_to_strike(actor, found.adoption, route.signers[-1]).filter(pk=entry.pk).exists()
        if route.signers
        else enters and writes
    )
    subject = entry.subject
    is_about = subject is not None and subject.person_id == actor.person_id is not None
    acknowledged = entry.steps.filter(kind=StepKind.ACKNOWLEDGED).exists()
    bearing = writes and _held(actor, found, entry, route.everybody)
    is_next = bool(_following(register, entry.state)) and entry.standing in STANDING
    return {
        "may_correct": writes and stands and (is_own or enters),
        "may_withdraw": writes and stands and (freely or strikes),
        "needs_reason": not freely,
        "may_advance": bearing and is_next,
        "may_acknowledge": is_about
        and not acknowledged
        and entry.standing in STANDING
        and actor.helper is None,
    }


def _held(actor: Actor, found: Adopted, entry: Entry, holders: Sequence[Holder]) -> bool:
    if entry.subject_id is None:
        return bears(actor, found.adoption, holders)
    rows = subjects_held(actor, found.adoption, holders)
    return rows.filter(pk=entry.subject_id).exists()


def _following(register: Register, state: str) -> str:
    states = register.states
    at = states.index(state) + 1 if state in states else 0
    return states[at] if at < len(states) else ""


def _step_line(one: EntryStep, *, sees: bool) -> StepLine:
    words = str(StepKind(one.kind).label)
    what = one.what
    # A state is what was reached; a correction is no withdrawal.
    if what and one.kind in (StepKind.WITHDRAWN, StepKind.STATE):
        words, what = what, ""
    return StepLine(
        words=words,
        what=what,
        note=(one.note if sees else MASKED) if one.note else "",
        who=one.person.name if one.person else "",
        at=one.at,
    )
