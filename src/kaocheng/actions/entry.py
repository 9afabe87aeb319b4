"""台账条目: entered by whoever bears the title, corrected by a later entry, withdrawn.

What an entry says is never changed. Signing and later states are in `entry_sign`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from kaocheng.access.entry import (
    PROPOSED,
    adoptions_at_work,
    entries_of,
    subjects_to_enter,
)
from kaocheng.access.grants import Permission
from kaocheng.access.holding import Holding, subjects_held
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.entry_evidence import Evidence, attach, has_evidence
from kaocheng.actions.entry_write import New, restand, write_entries
from kaocheng.actions.obligation import obligations_touched
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.task import Owed, cancel, owe_each
from kaocheng.engine.language.registers import Register
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.entry import UNDO_MINUTES
from kaocheng.queries.entry_check import STANDING, Checked, Checker, Ready, Typed
from kaocheng.queries.register_route import ledger, route_of, steps_of, who_enters
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Adoption, Entry, EntryStep, Person, Unit
from kaocheng.records.models.register import Standing, StepKind
from kaocheng.records.models.scheme import AdoptionState

MOST_NOTE = 200
MOST_TITLE = 80
WHY = "an action looks for what its own rows rest on"
CORRECTED = "更正"


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
    if one.evidence == "required" and evidence is None and not use_ids:
        problems["evidence"] = Refused("K22", register=one.title)
    if problems:
        raise Invalid(problems)
    [entry] = write_ready(act, found, one, checked.rows)
    attach(act, entry, evidence=evidence, use_ids=use_ids)
    owe_signature(act, found, one, entry)
    fulfil(act, entry)
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
    """A new entry in the place of one; both stay to be seen, the old one counts no more.

    What is not among `values` stays as it was.
    """
    old, found, one = entry_at_work(act, entry_id)
    must_be_written(why, "更正原因")
    must_stand(old, (*STANDING, Standing.RETURNED), "更正")
    _must_be_theirs(act, found, one, old)
    checked = _checked(act, found, one, {**old.values, **values}, replaced=old)
    problems = checked.by_field()
    is_covered = evidence is not None or bool(use_ids) or has_evidence(old)
    if one.evidence == "required" and not is_covered:
        problems["evidence"] = Refused("K22", register=one.title)
    if problems:
        raise Invalid(problems)
    if old.version != version:
        act.keep(old, version=version)  # Says who changed it, and when.
    restand(act, [old], Standing.REPLACED, note=digest(why))
    step(act, old, StepKind.WITHDRAWN, what=CORRECTED, note=why)
    cancel(act, old)
    [entry] = write_ready(act, found, one, checked.rows, corrects=old)
    attach(act, entry, evidence=evidence, use_ids=use_ids)
    owe_signature(act, found, one, entry)
    fulfil(act, entry)
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
    restand(act, [entry], Standing.WITHDRAWN, note=digest(because) if because else "")
    step(act, entry, StepKind.WITHDRAWN, note=because)
    cancel(act, entry)
    fulfil(act, entry)
    return Answer.of(entry)


def fulfil(act: Act, entry: Entry) -> None:
    """What is owed for the entry's subject, as it stands after what happened to the entry."""
    subjects = [entry.subject] if entry.subject else []
    obligations_touched(act, entry.adoption, entry.register, subjects)


def register_at_work(act: Act, adoption_id: int, register: str) -> tuple[Adopted, Register]:
    """The adoption in force, and one of its registers."""
    rows = adoptions_at_work(act.actor).select_related("unit", "scheme")
    adoption = rows.filter(pk=adoption_id).first()
    if adoption is None:
        raise NotYours
    return _in_force(adoption, register)


def entry_at_work(act: Act, entry_id: int) -> tuple[Entry, Adopted, Register]:
    """The entry out of those that the actor sees, locked, with its register."""
    if not act.actor.may(Permission.WRITE_ENTRIES):
        raise NotAllowed
    pointer = Entry.objects.unscoped("where to ask for it").filter(pk=entry_id)
    pair = pointer.values_list("adoption_id", "register").first()
    if pair is None:
        raise NotYours
    adoptions = Adoption.objects.unscoped("its entry is asked for under its scope")
    adoption = adoptions.select_related("unit", "scheme").get(pk=pair[0])
    found = adopted(adoption)
    one = ledger(found, pair[1])
    rows = entries_of(act.actor, adoption, route_of(found, one.id))
    entry = act.lock(rows.select_related("subject", "unit"), entry_id)
    entry.adoption = adoption
    _in_force(adoption, one.id)
    return entry, found, one


def write_ready(
    act: Act,
    found: Adopted,
    register: Register,
    rows: Sequence[Ready],
    *,
    corrects: Entry | None = None,
) -> list[Entry]:
    """Write checked rows as they stand at first: proposed, waiting, to be checked, or counting."""
    units = Unit.objects.unscoped(WHY).in_bulk({row.unit_id for row in rows})
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


def is_proposed(entry: Entry) -> bool:
    return entry.steps.filter(kind=StepKind.STATE, what=PROPOSED).exists()


def owe_signature(act: Act, found: Adopted, register: Register, entry: Entry) -> None:
    """A task for whoever has to sign next; nobody signs their own."""
    if entry.standing != Standing.WAITING:
        return
    proposed = is_proposed(entry)
    titles = steps_of(register, is_proposed=proposed)
    route = route_of(found, register.id)
    steps = (route.enterers, *route.signers) if proposed else route.signers
    owners = Holding(found.adoption).owners(steps[entry.signed_count], entry.subject)
    units = Unit.objects.unscoped(WHY).in_bulk({owner.unit_id for owner in owners})
    people = Person.objects.unscoped(WHY).in_bulk(
        {owner.person_id for owner in owners if owner.person_id}
    )
    owe_each(
        act,
        entry,
        [
            Owed(
                title=f"审签：{register.title}"[:MOST_TITLE],
                page=page_of(entry),
                unit=units[owner.unit_id],
                person=people.get(owner.person_id or 0),
                role=owner.role,
                why=f"{found.adoption.title}，由{titles[entry.signed_count]}审签"[:120],
                verb="去审签",
            )
            for owner in owners
            if owner.person_id is None or owner.person_id != entry.entered_by_id
        ],
    )


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


def page_of(entry: Entry) -> str:
    return f"/registers/entries/{entry.pk}"


def _checked(
    act: Act,
    found: Adopted,
    register: Register,
    values: Mapping[str, str],
    *,
    replaced: Entry | None = None,
) -> Checked:
    lock_register(found, register)
    checker = Checker(act.actor, found, register, replaced=replaced)
    return checker.check([Typed(1, values)])


def lock_register(found: Adopted, register: Register) -> None:
    """Of two who write the same at once, the second has to see what the first wrote."""
    if register.once or register.key:
        lock_name(f"entries {found.adoption.pk} {register.id}")


def _in_force(adoption: Adoption, register: str) -> tuple[Adopted, Register]:
    found = adopted(adoption)
    one = ledger(found, register)
    if adoption.state != AdoptionState.IN_FORCE:
        state = AdoptionState(adoption.state).label
        raise Refused("K38", title=adoption.title, state=state)
    return found, one


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
    rows = subjects_held(act.actor, found.adoption, route.signers[-1])
    return rows.filter(pk=entry.subject_id or 0).exists()
