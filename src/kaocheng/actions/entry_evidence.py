"""佐证材料 of entries: a file that came with the form, and files handed in before.

Functions for other actions; each takes their `act`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kaocheng.access.file import files
from kaocheng.access.refusal import NotYours
from kaocheng.actions.file import use_file
from kaocheng.actions.perform import Act
from kaocheng.gateways.files import Kept, store
from kaocheng.queries.entry_files import ENTRY, IMPORT, evidence_of
from kaocheng.records.models import Entry, StoredFile

HEAD_BYTES = 8_192


@dataclass(frozen=True)
class Evidence:
    """A file whose bytes are kept already, under the name it came with."""

    kept: Kept
    name: str

    def __str__(self) -> str:
        return f"{self.kept.digest} {self.name}"


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
        _use(act, entry, _kept(use.file), use.name)


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


def has_evidence(entry: Entry) -> bool:
    return bool(evidence_of(entry))


def _use(act: Act, entry: Entry, kept: Kept, name: str) -> None:
    use_file(
        act, kept=kept, name=name, object_kind=ENTRY, object_id=entry.pk, unit_id=entry.unit_id
    )


def _kept(stored: StoredFile) -> Kept:
    with store().open(stored.digest) as stream:
        return Kept(stored.digest, stored.size, stream.read(HEAD_BYTES))
