"""月度核对单: the entries of a month about one subject, confirmed by them before they count.

Silence confirms too, after so many working days: a setting of the adopting unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from kaocheng.access.account import only_in_person
from kaocheng.access.actor import system
from kaocheng.access.entry import adoptions_to_keep, own_sheets
from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.entry import MOST_NOTE, must_be_written, register_at_work
from kaocheng.actions.entry_signature import page_of
from kaocheng.actions.entry_write import let_count, restand
from kaocheng.actions.message import Letter, tell_each
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.task import owe, settle
from kaocheng.engine.language.registers import Register
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.entry_closed import Closed
from kaocheng.queries.register_route import registers
from kaocheng.queries.sheet import answer_until, silent_days
from kaocheng.records.models import Adoption, Entry, EntryStep, MonthlySheet, Subject
from kaocheng.records.models.register import SheetState, Standing, StepKind
from kaocheng.records.models.scheme import AdoptionState
from kaocheng.records.models.task import DueUnit
from kaocheng.records.scoped import OwnedQuerySet

WHY = "sheets are made for everybody concerned"
SILENT = "到期没有提出异议"
ONE_DAY = timedelta(days=1)


@action("sheet.make")
def make_sheets(act: Act, *, adoption_id: int, register: str, month: date) -> Answer:
    """The sheets of a month for all who have entries to check in it; again for later entries."""
    if not adoptions_to_keep(act.actor).filter(pk=adoption_id).exists():
        raise NotYours
    found, one = register_at_work(act, adoption_id, register)
    count = _make(act, found, one, month.replace(day=1))
    act.audit(found.adoption, register=register, month=month, sheets=count)
    return Answer.of(found.adoption, count=count)


@action("sheet.make_due")
def make_due_sheets(act: Act, *, month: date) -> Answer:
    """Those of a month for every adoption in force; what is there already stays."""
    rows = Adoption.objects.unscoped(WHY).filter(state=AdoptionState.IN_FORCE)
    count = 0
    for adoption in rows.exclude(monthly_sheets=[]).select_related("unit", "scheme"):
        found = adopted(adoption)
        for one in registers(found):
            if one.id in adoption.monthly_sheets:
                count += _make(act, found, one, month)
        act.audit(adoption, month=month)
    return Answer("month", month.isoformat(), values={"count": count})


@action("sheet.confirm")
def confirm_sheet(act: Act, *, sheet_id: int) -> Answer:
    """核对无误: all that it shows counts from here on."""
    sheet = _own(act, sheet_id)
    _confirm(act, sheet, note="")
    return Answer.of(sheet)


@action("sheet.dispute")
def dispute_sheet(act: Act, *, sheet_id: int, entry_ids: Sequence[int], note: str) -> Answer:
    """有异议: the disputed entries go back to whoever wrote them, the others count."""
    sheet = _own(act, sheet_id)
    must_be_written(note, "异议")
    if not entry_ids:
        raise Refused("K29", what="有异议的条目", most=MOST_NOTE)
    rows = _locked_entries(sheet)
    disputed = [entry for entry in rows if entry.pk in set(entry_ids)]
    if not disputed or len(disputed) != len(set(entry_ids)):
        raise NotYours
    agreed = [entry for entry in rows if entry not in disputed]
    _refuse_archived(sheet, rows)
    restand(act, disputed, Standing.RETURNED, note=digest(note))
    _note(act, disputed, StepKind.DISPUTED, note)
    let_count(act, agreed)
    _note(act, agreed, StepKind.CHECKED, "")
    _answer(act, sheet, SheetState.DISPUTED, note)
    tell_each(
        act,
        [
            Letter(
                entry.entered_by_id,
                "您登记的一条在月度核对时有异议",
                f"entry-{entry.pk}-{entry.version}",
                page=page_of(entry),
                about=entry,
            )
            for entry in disputed
            if entry.entered_by_id is not None
        ],
    )
    return Answer.of(sheet, count=len(disputed))


@action("sheet.count_silent")
def count_silent(act: Act, *, sheet_ids: Sequence[int]) -> Answer:
    """Sheets that nobody has answered in time are taken as right."""
    rows = MonthlySheet.objects.unscoped(WHY).select_related("subject", "subject__unit")
    done = 0
    for sheet_id in sheet_ids:
        sheet = act.lock(rows, sheet_id)
        if sheet.state == SheetState.OPEN:
            _confirm(act, sheet, note=SILENT)
            done += 1
        else:
            act.audit(sheet, state=sheet.state)
    return Answer("sheets", str(done), values={"count": done})


def sweep_sheets(at: datetime) -> None:
    """What the sweep does: make those of the month that is over, close those that are silent."""
    today = at.astimezone(CHINA).date()
    month = (today.replace(day=1) - ONE_DAY).replace(day=1)
    if _waits_for(month):
        make_due_sheets(system(at), month=month)
    ids = [sheet.pk for sheet in _overdue(at)]
    if ids:
        count_silent(system(at), sheet_ids=ids)


def _waits_for(month: date) -> bool:
    """Whether an entry of the month waits on no open sheet."""
    open_sheets = MonthlySheet.objects.unscoped(WHY).filter(month=month, state=SheetState.OPEN)
    waiting = _checking(month).exclude(subject=None)
    there = set(open_sheets.values_list("adoption", "register", "subject"))
    asked = waiting.values_list("adoption", "register", "subject").distinct()
    return any(one not in there for one in asked)


def _checking(month: date) -> OwnedQuerySet[Entry]:
    last = (month + timedelta(days=31)).replace(day=1)
    return Entry.objects.unscoped(WHY).filter(
        standing=Standing.CHECKING, date__gte=month, date__lt=last
    )


def _make(act: Act, found: Adopted, register: Register, month: date) -> int:
    entries = _checking(month).filter(adoption=found.adoption, register=register.id)
    ids = set(entries.exclude(subject=None).values_list("subject_id", flat=True))
    there = {
        sheet.subject_id: sheet
        for sheet in MonthlySheet.objects.unscoped(WHY)
        .filter(adoption=found.adoption, register=register.id, month=month, subject__in=ids)
        .select_for_update()
    }
    subjects = Subject.objects.unscoped(WHY).filter(pk__in=ids)
    made = 0
    for subject in subjects.select_related("unit", "person").order_by("pk"):
        sheet = there.get(subject.pk)
        if sheet is None:
            sheet = MonthlySheet(
                adoption=found.adoption,
                register=register.id,
                subject=subject,
                month=month,
                made_at=act.at,
            )
            act.make(sheet, register=register.id)
        elif sheet.state != SheetState.OPEN:
            sheet.state, sheet.note, sheet.answered_at = SheetState.OPEN, "", None
            sheet.made_at = act.at
            act.keep(sheet, "state", "note", "answered_at", "made_at")
        else:
            continue
        _owe(act, found, register, sheet, subject)
        made += 1
    return made


def _owe(
    act: Act, found: Adopted, register: Register, sheet: MonthlySheet, subject: Subject
) -> None:
    role = "" if subject.person else ("officer" if _is_office(subject) else "lead")
    owe(
        act,
        source=sheet,
        title=f"核对{sheet.month.month}月的{register.title}"[:80],
        page=f"/registers/sheets/{sheet.pk}",
        unit=subject.unit,
        person=subject.person,
        role=role,
        why=found.adoption.title[:120],
        verb="去核对",
        due_at=answer_until(sheet.made_at, silent_days(found.adoption.unit_id)),
        due_unit=DueUnit.WORKING_DAYS,
    )


def _is_office(subject: Subject) -> bool:
    return subject.unit.kind in ("city", "district", "town")


def _overdue(at: datetime) -> Iterable[MonthlySheet]:
    rows = MonthlySheet.objects.unscoped(WHY).filter(
        state=SheetState.OPEN, adoption__state=AdoptionState.IN_FORCE
    )
    days: dict[int, int] = {}
    for sheet in rows.select_related("adoption__scheme", "adoption__unit").order_by("pk")[:2_000]:
        unit_id = sheet.adoption.unit_id
        days.setdefault(unit_id, silent_days(unit_id))
        is_due = answer_until(sheet.made_at, days[unit_id]) <= at
        if is_due and _archived(sheet, _entries_of(sheet)) is None:
            yield sheet


def _own(act: Act, sheet_id: int) -> MonthlySheet:
    rows = own_sheets(act.actor).select_related("subject", "subject__unit", "adoption")
    sheet = act.lock(rows, sheet_id)
    only_in_person(act.actor)
    if sheet.adoption.state != AdoptionState.IN_FORCE:
        state = AdoptionState(sheet.adoption.state).label
        raise Refused("K38", title=sheet.adoption.title, state=state)
    if sheet.state != SheetState.OPEN:
        label = SheetState(sheet.state).label
        raise Refused("K26", now=label, deed="再核对")
    return sheet


def _confirm(act: Act, sheet: MonthlySheet, *, note: str) -> None:
    entries = _locked_entries(sheet)
    _refuse_archived(sheet, entries)
    let_count(act, entries)
    _note(act, entries, StepKind.CHECKED, note)
    _answer(act, sheet, SheetState.CONFIRMED, note)


def _entries_of(sheet: MonthlySheet) -> OwnedQuerySet[Entry]:
    return _checking(sheet.month).filter(
        adoption=sheet.adoption_id, register=sheet.register, subject=sheet.subject_id
    )


def _locked_entries(sheet: MonthlySheet) -> list[Entry]:
    rows = _entries_of(sheet).select_related("adoption").order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _archived(sheet: MonthlySheet, entries: Iterable[Entry]) -> Refused | None:
    """Why the sheet is answered no more: an entry of it belongs to an archived round."""
    closed = Closed.of(adopted(sheet.adoption))
    refusals = (closed.archived_refusal(entry.date, entry.period) for entry in entries)
    return next((one for one in refusals if one is not None), None)


def _refuse_archived(sheet: MonthlySheet, entries: Iterable[Entry]) -> None:
    if refusal := _archived(sheet, entries):
        raise refusal


def _note(act: Act, entries: Sequence[Entry], kind: StepKind, note: str) -> None:
    EntryStep.objects.bulk_create(
        EntryStep(entry=entry, kind=kind, note=note, person_id=act.actor.person_id, at=act.at)
        for entry in entries
    )


def _answer(act: Act, sheet: MonthlySheet, state: SheetState, note: str) -> None:
    sheet.state, sheet.note, sheet.answered_at = state, note[:MOST_NOTE], act.at
    act.keep(sheet, "state", "note", "answered_at", note_digest=digest(note) if note else "")
    settle(act, sheet)
