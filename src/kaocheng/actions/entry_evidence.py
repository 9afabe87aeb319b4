"""佐证材料 of entries: a file that came with the form, and files handed in before.

Functions for other actions; each takes their `act`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kaocheng.access.file import files
from kaocheng.access.refusal import NotYours, Refused
from kaocheng.actions.file import use_file
from kaocheng.actions.perform import Act
from kaocheng.engine.language.registers import Register
from kaocheng.formats.file_kind import EVIDENCE, kind_of
from kaocheng.gateways.files import Kept, store
from kaocheng.queries.entry_files import ENTRY, IMPORT, evidence_uses
from kaocheng.records.models import Entry, StoredFile

HEAD_BYTES = 8_192


@dataclass(frozen=True)
class Evidence:
    """A file whose bytes are kept already, under the name it came with."""

    kept: Kept
    name: str

    def __str__(self) -> str:
        return f"{self.kept.digest} {self.name}"


def evidence_problem(
    register: Register,
    evidence: Evidence | None,
    use_ids: Sequence[int] = (),
    *,
    corrects: Entry | None = None,
) -> Refused | None:
    """Why an entry cannot be written with this evidence; what it corrects may have some already."""
    if evidence is not None:
        return _refusal(evidence.kept, evidence.name)
    if register.evidence != "required" or use_ids:
        return None
    is_covered = corrects is not None and evidence_uses(corrects).exists()
    return None if is_covered else Refused("K22", register=register.title)


def attach(
    act: Act, entry: Entry, *, evidence: Evidence | None = None, use_ids: Sequence[int] = ()
) -> None:
    """The files belong to the entry from here on; those handed in before keep their own receipt."""
    if evidence is not None:
        _use(act, entry, evidence.kept, evidence.name)
    own = files(act.actor).filter(person=act.actor.person_id, withdrawn_at=None)
    for use_id in use_ids:
        use = own.filter(pk=use_id).select_related("file").first()
        if use is None:
            raise NotYours
        kept = _kept(use.file)
        if refused := _refusal(kept, use.name):
            raise refused
        _use(act, entry, kept, use.name)


def attach_to_all(act: Act, entries: Sequence[Entry], evidence: Evidence) -> None:
    """One file for all the entries of an import: found again by who entered them, and when."""
    first = entries[0]
    use_file(
        act,
        kept=evidence.kept,
        name=evidence.name,
        object_kind=IMPORT,
        object_id=first.adoption_id,
        unit_id=first.adoption.unit_id,
    )


def _use(act: Act, entry: Entry, kept: Kept, name: str) -> None:
    use_file(
        act, kept=kept, name=name, object_kind=ENTRY, object_id=entry.pk, unit_id=entry.unit_id
    )


def _refusal(kept: Kept, name: str) -> Refused | None:
    """Of a kind that is taken in at all; what is not, the store refuses."""
    kind = kind_of(kept.head, name)
    return None if kind is None or kind in EVIDENCE else Refused("K97", name=name)


def _kept(stored: StoredFile) -> Kept:
    with store().open(stored.digest) as stream:
        return Kept(stored.digest, stored.size, stream.read(HEAD_BYTES))
