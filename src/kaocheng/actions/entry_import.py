"""导入台账: a table or a 接龙 is checked first, then taken over whole or not at all."""

from __future__ import annotations

from collections.abc import Callable

from kaocheng.access.file import files
from kaocheng.access.refusal import Refused
from kaocheng.actions.entry import (
    fulfil,
    lock_register,
    register_at_work,
    write_ready,
)
from kaocheng.actions.entry_evidence import Evidence, attach_to_all, evidence_problem
from kaocheng.actions.entry_signature import owe_batch
from kaocheng.actions.file import keep_bytes, use_file
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.roster import Upload
from kaocheng.formats.roster_grids import LIMITS
from kaocheng.gateways.clock import CHINA
from kaocheng.gateways.files import store
from kaocheng.queries.entry_batch import TABLE, place_of
from kaocheng.queries.entry_import import plan_import
from kaocheng.records.models import Entry, FileUse
from kaocheng.records.models.register import Standing

JOB = "entry.import"
# From here on a job writes it, and the asker watches it.
MANY = 3_000
# So many are written by one statement, and told.
AT_ONCE = 5_000


# Done, and of how many.
Tell = Callable[[int, int], None]


@action("entry.check_import")
def check_import(act: Act, *, adoption_id: int, register: str, upload: Upload) -> Answer:
    """Keep what was brought; what importing it would do is looked at, nothing is imported."""
    found, one = register_at_work(act, adoption_id, register)
    assert act.actor.person_id is not None  # who holds a post is a person
    today = act.at.astimezone(CHINA).date()
    plan_import(act.actor, found, one, upload.raw, file=upload.name, today=today)
    use = use_file(
        act,
        kept=keep_bytes([upload.raw], most_bytes=LIMITS.file_bytes),
        name=upload.name,
        object_kind=TABLE,
        object_id=place_of(adoption_id, register),
    )
    return Answer.of(use)


@action("entry.import")
def import_entries(
    act: Act,
    *,
    adoption_id: int,
    register: str,
    use_id: int,
    evidence: Evidence | None = None,
    tell: Tell = lambda _done, _total: None,
) -> Answer:
    """All the rows of what was checked; none of them where one has a problem.

    `tell` hears how many of how many are written; while they are checked, that none is.
    """
    found, one = register_at_work(act, adoption_id, register)
    use = table_use(act, adoption_id=adoption_id, register=register, use_id=use_id)
    if problem := evidence_problem(one, evidence):
        raise problem
    lock_register(found, one)
    today = act.at.astimezone(CHINA).date()
    plan = plan_import(act.actor, found, one, bytes_of(use), file=use.name, today=today)
    if plan.errors:
        raise Refused("K37", count=plan.errors)
    entries: list[Entry] = []
    ready = plan.checked.rows
    for at in range(0, len(ready), AT_ONCE):
        tell(at, len(ready))
        entries += write_ready(act, found, one, ready[at : at + AT_ONCE])
    tell(len(entries), len(ready))
    if evidence is not None:
        attach_to_all(act, entries, evidence)
    # What was brought is used up, so that it cannot be imported twice.
    use.withdrawn_at = act.at
    act.keep(use, "withdrawn_at", imported=len(entries))
    if any(entry.standing == Standing.WAITING for entry in entries):
        owe_batch(act, found, one, use)
    fulfil(act, found, entries)
    return Answer.of(found.adoption, count=len(entries))


@action("entry.ask_import")
def ask_import(
    act: Act, *, adoption_id: int, register: str, use_id: int, evidence: Evidence | None = None
) -> Answer:
    """A long import as background work; whoever asks is told when it is done."""
    _found, one = register_at_work(act, adoption_id, register)
    use = table_use(act, adoption_id=adoption_id, register=register, use_id=use_id)
    if problem := evidence_problem(one, evidence):
        raise problem
    held = act.actor.held
    kept = (
        {
            "digest": evidence.kept.digest,
            "size": evidence.kept.size,
            "head": evidence.kept.head.hex(),
            "name": evidence.name,
        }
        if evidence
        else None
    )
    job = act.job(
        JOB,
        f"{JOB}-{use.pk}",
        title=f"导入{one.title}"[:80],
        adoption_id=adoption_id,
        register=register,
        use_id=use_id,
        evidence=kept,
        appointment_id=held.appointment_id if held else 0,
        person_id=act.actor.person_id,
    )
    act.audit(use, asked=True)
    return Answer("job", job.effect_key)


def table_use(act: Act, *, adoption_id: int, register: str, use_id: int) -> FileUse:
    """What the actor brought for this register, and has not imported yet."""
    rows = files(act.actor).filter(
        person=act.actor.person_id,
        object_kind=TABLE,
        object_id=place_of(adoption_id, register),
        withdrawn_at=None,
    )
    return act.lock(rows.select_related("file"), use_id)


def bytes_of(use: FileUse) -> bytes:
    with store().open(use.file.digest) as stream:
        return stream.read()
