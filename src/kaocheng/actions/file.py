"""Taking in files: bytes into the store, a row for what they are for, a receipt, a check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection

from kaocheng.access.file import files
from kaocheng.access.refusal import NotAllowed, NotYours, Refused
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.formats.file_kind import clean_name, kind_of
from kaocheng.gateways.clock import CHINA
from kaocheng.gateways.files import Kept, NoSpace, TooBig, store
from kaocheng.records.models import FileUse, StoredFile
from kaocheng.records.models.file import FileState

MOST_BYTES = 20_000_000
CHECK = "file.check"


def keep_bytes(chunks: Iterable[bytes], *, most_bytes: int = MOST_BYTES, digest: str = "") -> Kept:
    """Bytes into the store, before the transaction that says what they are for.

    What no row names within a day is removed by a sweep, so a refusal afterwards costs nothing.
    `digest`: what the sender says the SHA-256 is.
    """
    try:
        kept = store().keep(chunks, most_bytes=most_bytes)
    except TooBig as error:
        raise Refused("W80", limit=most_bytes // 1_000_000) from error
    except NoSpace as error:
        raise Refused("W90") from error
    if not kept.size:
        raise Refused("W81")
    if digest and digest.lower() != kept.digest:
        raise Refused("W83")
    return kept


def store_file(
    act: Act,
    *,
    content: bytes,
    name: str,
    object_kind: str,
    object_id: object,
    unit_id: int | None = None,
    person_id: int | None = None,
    most_bytes: int = MOST_BYTES,
) -> FileUse:
    """Take in bytes that are already in memory; the file waits in quarantine for its check.

    Person and unit are those of the actor unless given. `content` may be read at once: what is in
    quarantine is only kept from others.
    """
    kept = keep_bytes([content], most_bytes=most_bytes)
    return use_file(
        act,
        kept=kept,
        name=name,
        object_kind=object_kind,
        object_id=object_id,
        unit_id=unit_id,
        person_id=person_id,
    )


def use_file(
    act: Act,
    *,
    kept: Kept,
    name: str,
    object_kind: str,
    object_id: object,
    unit_id: int | None = None,
    person_id: int | None = None,
) -> FileUse:
    """Say what kept bytes are for; the receipt number is the last thing taken."""
    held = act.actor.held
    unit_id = unit_id if unit_id is not None else (held.unit_id if held else None)
    person_id = person_id if person_id is not None else act.actor.person_id
    if unit_id is None or person_id is None:
        raise NotAllowed
    kind = kind_of(kept.head, name)
    if kind is None:
        raise Refused("W84")
    stored = _stored(act, kept, kind.media_type)
    if stored.state == FileState.REFUSED:
        raise Refused(stored.refusal)
    use = FileUse(
        file=stored,
        name=clean_name(name, kind),
        person_id=person_id,
        unit_id=unit_id,
        object_kind=object_kind,
        object_id=str(object_id),
        receipt_number=_receipt_number(act.at),
        received_at=act.at,
    )
    act.make(use, digest=stored.digest, receipt=use.receipt_number)
    return use


@action("file.hand_in")
def hand_in_file(
    act: Act, *, digest: str, size: int, head: str, name: str, object_kind: str, object_id: str
) -> Answer:
    """For the upload page: the bytes are kept already; `head` is hexadecimal."""
    kept = Kept(digest, size, bytes.fromhex(head))
    return Answer.of(
        use_file(act, kept=kept, name=name, object_kind=object_kind, object_id=object_id)
    )


@action("file.withdraw")
def withdraw_file(act: Act, *, use_id: int, version: int) -> Answer:
    """The sender takes a file back; its receipt stays as a record that it was there."""
    use = act.lock(files(act.actor), use_id)
    if use.person_id != act.actor.person_id:
        raise NotYours
    if use.withdrawn_at is None:
        use.withdrawn_at = act.at
        act.keep(use, "withdrawn_at", version=version)
    else:
        act.audit(use, again=True)
    return Answer.of(use)


@action("file.judge")
def judge_file(act: Act, *, file_id: int, refusal: str) -> Answer:
    """What the check found: clean, or the id of the message that says why not."""
    stored = StoredFile.objects.select_for_update().get(pk=file_id)
    if stored.state == FileState.QUARANTINE:
        stored.state = FileState.REFUSED if refusal else FileState.CLEAN
        stored.refusal = refusal
        stored.save(update_fields=["state", "refusal"])
    act.audit(stored, state=stored.state, refusal=stored.refusal)
    return Answer.of(stored)


def forget_unused(*, seconds: float = 86_400) -> int:
    """Remove bytes that no row names and nobody has sent for a day; how many."""
    here = store()
    named = set(StoredFile.objects.values_list("digest", flat=True))
    return sum(
        here.remove_if_older(digest, seconds=seconds) for digest in _unnamed(here.digests(), named)
    )


def _unnamed(digests: Iterator[str], named: set[str]) -> list[str]:
    return [digest for digest in digests if digest not in named]


def _stored(act: Act, kept: Kept, media_type: str) -> StoredFile:
    """The row of these bytes; of two equal uploads at once, the second finds that of the first."""
    fresh = StoredFile(digest=kept.digest, size=kept.size, media_type=media_type, stored_at=act.at)
    StoredFile.objects.bulk_create([fresh], ignore_conflicts=True)
    stored = StoredFile.objects.get(digest=kept.digest)
    if stored.state == FileState.QUARANTINE:
        act.job(CHECK, f"{CHECK}-{kept.digest}", file_id=stored.pk)
    return stored


def _receipt_number(at: datetime) -> str:
    """HZ-20261127-0417: counts the day's files in China, without a gap."""
    day = at.astimezone(CHINA).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into records_receiptday (day, last_number) values (%s, 1)"
            " on conflict (day) do update set last_number = records_receiptday.last_number + 1"
            " returning last_number",
            [day],
        )
        [number] = cursor.fetchone()
    return f"HZ-{day:%Y%m%d}-{number:04d}"
