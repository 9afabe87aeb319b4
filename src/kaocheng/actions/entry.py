"""台账条目: entered by whoever bears the title, corrected by a later entry, withdrawn.

What an entry says is never changed. Signing and later states are in `entry_sign`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from kaocheng.access.entry import (
    PROPOSED,
    adoptions_at_work,
    entries_to_strike,
    is_in_sight,
    subjects_to_enter,
)
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.access.scope import one as one_of
from kaocheng.actions.entry_evidence import Evidence, attach, evidence_problem
from kaocheng.actions.entry_signature import owe_batch_of, owe_signature
from kaocheng.actions.entry_write import New, carry_clocks, replace_entries, restand, write_entries
from kaocheng.actions.obligation import UNDER_WAY, obligations_touched, tickets_touched
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.task import cancel
from kaocheng.engine.language.registers import Register
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.entry import UNDO_MINUTES
from kaocheng.queries.entry_check import STANDING, Checked, Checker, Ready, Typed, words_of
from kaocheng.queries.entry_closed import Closed
from kaocheng.queries.entry_correction import waiting_correction
from kaocheng.queries.register_route import ledger, route_of, steps_of, who_enters
from kaocheng.queries.ticket_clocks import registers_of_events
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Adoption, Entry, EntryStep, Unit
from kaocheng.records.models.register import Standing, StepKind
from kaocheng.records.models.scheme import AdoptionState

MOST_NOTE = 200
WHY = "an action looks for what its own rows rest on"
PROPOSED_CORRECTION = "提出更正"


@action("entry.enter")
def enter(
    act: Act,
    *,
    adoption_id: int,
    register: str,
    values: Mapping[str, str],
    evidence: Evidence | None = None,
    use_ids: Sequence[int] = (),
) -> Answer:
    """One entry; of somebody who does not bear the title, a proposal to whoever does.

    Raises `Invalid` with the problems by field; what is about the row as a whole stands under
    `row`, and a missing file under `evidence`.
    """
    found, one = register_at_work(act, adoption_id, register)
    checked = _checked(act, found, one, values)
    problems = checked.by_field()
    if problem := evidence_problem(one, evidence, use_ids):
        problems["evidence"] = problem
    if problems:
        raise Invalid(problems)
    [entry] = write_ready(act, found, one, checked.rows)
    attach(act, entry, evidence=evidence, use_ids=use_ids)
    owe_signature(act, found, one, entry)
    fulfil(act, found, [entry])
    return Answer.of(entry, standing=entry.standing)


@action("entry.correct")
def correct(
    act: Act,
    *,
    entry_id: int,
    version: int,
    values: Mapping[str, str],
    why: str,
    evidence: Evidence | None = None,
    use_ids: Sequence[int] = (),
) -> Answer:
    """A new entry in the place of one; both stay to be seen, and only one of them counts.

    Where the new one has to be signed or checked first, the old one counts until then. What is
    not among `values` stays as it was.
    """
    old, found, one = entry_at_work(act, entry_id)
    must_be_written(why, "更正原因")
    must_stand(old, (*STANDING, Standing.RETURNED), "更正")
    if old.version != version:
        act.keep(old, version=version)  # Says who changed it, and when.
    _must_be_theirs(act, found, one, old)
    counting = _counting(old)
    replaced = [old] if counting in (None, old) else [old, counting]
    checked = _checked(act, found, one, {**old.values, **values}, replaced=replaced)
    problems = checked.by_field()
    if problem := evidence_problem(one, evidence, use_ids, corrects=old):
        problems["evidence"] = problem
    if problems:
        raise Invalid(problems)
    is_proposed = checked.rows[0].is_proposed
    waits = first_standing(found, one, is_proposed=is_proposed) != Standing.COUNTS
    if waits and counting is not None:
        replaced.remove(counting)
        step(act, counting, StepKind.STATE, what=PROPOSED_CORRECTION, note=why)
        act.audit(counting, note=digest(why))
    unsigned = [entry for entry in replaced if entry.standing == Standing.WAITING]
    replace_entries(act, replaced, why=why)
    _need_not_sign(act, found, one, unsigned)
    [entry] = write_ready(
        act, found, one, checked.rows, corrects=old, replaces=counting if waits else None
    )
    if one.id in registers_of_events(found).values():
        carry_clocks(act, [(before, entry) for before in replaced])
    attach(act, entry, evidence=evidence, use_ids=use_ids)
    owe_signature(act, found, one, entry)
    fulfil(act, found, [entry, *replaced])
    return Answer.of(entry, standing=entry.standing)


@action("entry.withdraw")
def withdraw(act: Act, *, entry_id: int, version: int, because: str = "") -> Answer:
    """Taken back: one's own while it waits or for ten minutes, else by who signs, with a reason."""
    entry, found, one = entry_at_work(act, entry_id)
    must_stand(entry, (*STANDING, Standing.RETURNED), "撤销")
    is_own = entry.entered_by_id == act.actor.person_id
    is_fresh = act.at - entry.entered_at <= timedelta(minutes=UNDO_MINUTES)
    if not (is_own and (is_fresh or entry.standing != Standing.COUNTS)):
        if not _may_strike(act, found, one, entry):
            who = one.signed_by[-1] if one.signed_by else who_enters(one)
            late = Refused("K30", minutes=UNDO_MINUTES, now=label(entry))
            raise late if is_own else NotAllowed("K32", who=who)
        must_be_written(because, "撤销原因")
    if entry.version != version:
        act.keep(entry, version=version)
    if entry.standing == Standing.COUNTS:
        must_not_be_corrected(entry)
    was = entry.standing
    restand(act, [entry], Standing.WITHDRAWN, note=digest(because) if because else "")
    step(act, entry, StepKind.WITHDRAWN, note=because)
    _need_not_sign(act, found, one, [entry] if was == Standing.WAITING else [])
    fulfil(act, found, [entry])
    return Answer.of(entry)


def fulfil(act: Act, found: Adopted, entries: Sequence[Entry]) -> None:
    """What is owed for the entries' subjects, as it stands after what happened to the entries."""
    if any(work.state in UNDER_WAY for work in found.rounds):
        tickets_touched(act, found, entries)
        subjects = {entry.subject for entry in entries if entry.subject is not None}
        obligations_touched(act, found.adoption, entries[0].register, subjects)


def register_at_work(act: Act, adoption_id: int, register: str) -> tuple[Adopted, Register]:
    """The adoption in force, and one of its registers."""
    rows = adoptions_at_work(act.actor).select_related("unit", "scheme").defer("scheme__files")
    found = adopted(one_of(rows, adoption_id))
    one = ledger(found, register)
    _must_be_in_force(found.adoption)
    return found, one


def entry_at_work(act: Act, entry_id: int) -> tuple[Entry, Adopted, Register]:
    """The entry out of those that the actor sees, locked, with its register; none of an archive.

    Locked before anything else is asked: whoever comes second waits here, and has done no work.
    """
    if not act.actor.may(Permission.WRITE_ENTRIES):
        raise NotAllowed
    rows = Entry.objects.unscoped("its scope is asked for once its register is known")
    read = rows.select_related("adoption__unit", "adoption__scheme", "subject__unit", "unit")
    entry = act.lock(read.defer("adoption__scheme__files"), entry_id)
    found = adopted(entry.adoption)
    one = ledger(found, entry.register)
    if not is_in_sight(act.actor, entry, route_of(found, one.id)):
        raise NotYours
    _must_be_in_force(entry.adoption)
    if refusal := Closed.of(found).archived_refusal(entry.date, entry.period):
        raise refusal
    return entry, found, one


def write_ready(
    act: Act,
    found: Adopted,
    register: Register,
    rows: Sequence[Ready],
    *,
    corrects: Entry | None = None,
    replaces: Entry | None = None,
) -> list[Entry]:
    """Write checked rows as they stand at first: proposed, waiting, to be checked, or counting."""
    units = _units_of(found, rows)
    written = write_entries(
        act,
        found,
        register.id,
        [
            New(
                values=row.values,
                unit=units[row.unit_id],
                subject=row.subject,
                standing=first_standing(found, register, is_proposed=row.is_proposed),
                corrects=corrects,
                replaces=replaces,
            )
            for row in rows
        ],
    )
    EntryStep.objects.bulk_create(
        EntryStep(
            entry=entry,
            kind=StepKind.STATE,
            what=PROPOSED,
            person_id=act.actor.person_id,
            at=act.at,
        )
        for entry, row in zip(written, rows, strict=True)
        if row.is_proposed
    )
    return written


def first_standing(found: Adopted, register: Register, *, is_proposed: bool) -> Standing:
    if steps_of(register, is_proposed=is_proposed):
        return Standing.WAITING
    return signed_standing(found, register)


def signed_standing(found: Adopted, register: Register) -> Standing:
    """How an entry stands that needs no more signatures."""
    if register.id in found.adoption.monthly_sheets:
        return Standing.CHECKING
    return Standing.COUNTS


def step(act: Act, entry: Entry, kind: StepKind, *, what: str = "", note: str = "") -> None:
    """Say what happened to the entry."""
    EntryStep(
        entry=entry, kind=kind, what=what[:40], note=note, person_id=act.actor.person_id, at=act.at
    ).save(force_insert=True)


def must_be_written(text: str, what: str) -> None:
    if not text.strip() or len(text) > MOST_NOTE:
        raise Refused("K29", what=what, most=MOST_NOTE)


def must_stand(entry: Entry, standings: Sequence[str], deed: str) -> None:
    if entry.standing not in standings:
        raise Refused("K26", now=label(entry), deed=deed)


def label(entry: Entry) -> str:
    return str(Standing(entry.standing).label)


def _checked(
    act: Act,
    found: Adopted,
    register: Register,
    values: Mapping[str, str],
    *,
    replaced: Sequence[Entry] = (),
) -> Checked:
    lock_register(found, register)
    checker = Checker(act.actor, found, register, replaced=tuple(replaced))
    return checker.check([Typed(1, values)])


def lock_register(found: Adopted, register: Register) -> None:
    """Of two who write the same at once, the second has to see what the first wrote."""
    if register.once or register.key:
        lock_name(f"entries {found.adoption.pk} {register.id}")


def _units_of(found: Adopted, rows: Sequence[Ready]) -> dict[int, Unit]:
    """Mostly those of the subjects, which are there already."""
    units = {row.subject.unit_id: row.subject.unit for row in rows if row.subject is not None}
    units[found.adoption.unit_id] = found.adoption.unit
    missing = {row.unit_id for row in rows} - units.keys()
    return units | (Unit.objects.unscoped(WHY).in_bulk(missing) if missing else {})


def _counting(entry: Entry) -> Entry | None:
    """What counts until a correction of the entry does, locked; None where nothing does.

    Refused where another correction of it waits already, or where it counts no more.
    """
    counting = entry
    if entry.standing != Standing.COUNTS:
        if entry.replaces_id is None:
            return None
        rows = Entry.objects.unscoped("what a correction in sight takes the place of")
        read = rows.select_related("adoption", "subject").select_for_update(of=("self",))
        counting = read.get(pk=entry.replaces_id)
        if counting.standing != Standing.COUNTS:
            raise Refused("K96", entry=words_of(counting), now=label(counting))
    must_not_be_corrected(counting, but=entry)
    return counting


def must_not_be_corrected(entry: Entry, *, but: Entry | None = None) -> None:
    """No correction of it waits; but for the one that is corrected itself."""
    waiting = waiting_correction(entry)
    if waiting is not None and waiting != but:
        raise Refused("K95", entry=words_of(waiting), now=label(waiting))


def _need_not_sign(act: Act, found: Adopted, register: Register, entries: Sequence[Entry]) -> None:
    """Entries that waited for a signature wait no more."""
    for entry in entries:
        cancel(act, entry)
        owe_batch_of(act, found, register, entry)


def _must_be_in_force(adoption: Adoption) -> None:
    if adoption.state != AdoptionState.IN_FORCE:
        state = AdoptionState(adoption.state).label
        raise Refused("K38", title=adoption.title, state=state)


def _must_be_theirs(act: Act, found: Adopted, register: Register, entry: Entry) -> None:
    """Corrections are for whoever wrote the entry, and for whoever bears a title that enters."""
    if entry.entered_by_id == act.actor.person_id or _enters(act, found, register, entry):
        return
    raise NotAllowed("K32", who=who_enters(register))


def _enters(act: Act, found: Adopted, register: Register, entry: Entry) -> bool:
    route = route_of(found, register.id)
    rows = subjects_to_enter(act.actor, found.adoption, route)
    return entry.subject_id is not None and rows.filter(pk=entry.subject_id).exists()


def _may_strike(act: Act, found: Adopted, register: Register, entry: Entry) -> bool:
    """Who signs last may strike what counts; where nobody signs, whoever enters."""
    route = route_of(found, register.id)
    if not route.signers:
        return _enters(act, found, register, entry)
    rows = entries_to_strike(act.actor, found.adoption, route.signers[-1])
    return rows.filter(pk=entry.pk).exists()
