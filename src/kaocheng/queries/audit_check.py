"""Whether the log is as it was written: the rows and seals of the database along the chain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from kaocheng.methods.chain import Anchor, Fault, FaultKind, Listed, RowText, Seal, Walk
from kaocheng.records.models import AuditAnchor, AuditSeal

# What a digest covers, in this order; `changes` stands last, as its text.
COLUMNS = (
    "id",
    "at",
    "action",
    "account_id",
    "person_id",
    "helper_id",
    "role",
    "unit_path",
    "object_kind",
    "object_id",
    "object_version",
    "request_id",
    "changes",
)
_MICROSECONDS = "(extract(epoch from at) * 1000000)::bigint"
_VALUES = ", ".join(_MICROSECONDS if name == "at" else name for name in COLUMNS[:-1])
ROWS_AT_ONCE = 5_000
# A sealer at work leaves nothing behind for so long.
LONGEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True)
class Checked:
    """What a check has found; `waiting` rows are newer than the last seal, which is normal."""

    faults: tuple[Fault, ...]
    rows: int
    seals: int
    waiting: int
    anchors: int
    # Everything up to this seal is as it was when its digest was given out.
    confirmed: int
    last: Seal | None


def check_log(now: datetime, *, anchors: Iterable[Anchor] = ()) -> Checked:
    """Walk the whole chain; `anchors` come from outside, those of the database are added."""
    known = (*anchors, *_anchors())
    walk = Walk(known)
    faults: list[Fault] = []
    seals = 0
    for batch, found in _with_rows(_batches(_seals())):
        for seal in batch:
            seals += 1
            faults += walk.step(seal, found)
    faults += walk.end()
    faults += _waiting(now)
    count, unsealed = _counts()
    # Equal numbers could hide one row too many behind one too few.
    if faults or count != walk.rows_seen + unsealed:
        faults += _strangers()
    return Checked(
        tuple(faults), walk.rows_seen, seals, unsealed, len(known), walk.confirmed, walk.last
    )


def _with_rows(
    batches: Iterable[list[Seal]],
) -> Iterator[tuple[list[Seal], Mapping[int, RowText]]]:
    """The rows of the next batch are read while those of the last are checked."""
    same = connections[DEFAULT_DB_ALIAS]
    same.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(max_workers=1) as reader:
            before: tuple[list[Seal], Future[Mapping[int, RowText]]] | None = None
            for batch in batches:
                ids = [id for seal in batch for id, _digest in seal.rows]
                reading = reader.submit(row_values, ids, over=same)
                if before is not None:
                    yield before[0], before[1].result()
                before = batch, reading
            if before is not None:
                yield before[0], before[1].result()
    finally:
        same.dec_thread_sharing()


def row_values(
    ids: Collection[int], *, over: BaseDatabaseWrapper | None = None
) -> Mapping[int, RowText]:
    """What a digest covers, by id, of those rows that are there."""
    if not ids:
        return {}
    lowest, highest = min(ids), max(ids)
    # Rows are sealed nearly in the order of their ids: a range is read far quicker than a list.
    is_dense = highest - lowest < 2 * len(ids)
    chosen, values = (
        ("between %s and %s", [lowest, highest]) if is_dense else ("= any(%s)", [list(ids)])
    )
    with (over or connection).cursor() as cursor:
        cursor.execute(
            f"select id, json_build_array({_VALUES})::text, changes::text"  # noqa: S608  # our words
            f" from records_auditrow where id {chosen}",
            values,
        )
        found = {id: (before, changes) for id, before, changes in cursor.fetchall()}
    if len(found) == len(ids):
        return found
    return {id: found[id] for id in ids if id in found}


def newest_seal() -> Seal | None:
    row = AuditSeal.objects.order_by("-number").first()
    return _seal(row) if row else None


def moment_text(at: datetime) -> str:
    """A moment as the chain writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _seal(row: AuditSeal) -> Seal:
    listed: tuple[Listed, ...] = tuple((id, digest) for id, digest in row.rows)
    return Seal(row.number, row.method, moment_text(row.sealed_at), listed, row.digest)


def _seals() -> Iterator[Seal]:
    return map(_seal, AuditSeal.objects.order_by("number").iterator(chunk_size=200))


def _batches(seals: Iterable[Seal]) -> Iterator[list[Seal]]:
    """Seals together that list about as many rows as are read at once."""
    batch: list[Seal] = []
    rows = 0
    for seal in seals:
        batch.append(seal)
        rows += len(seal.rows)
        if rows >= ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _anchors() -> tuple[Anchor, ...]:
    rows = AuditAnchor.objects.order_by("id")
    return tuple(Anchor(row.seal_id, row.digest, row.where) for row in rows)


def _waiting(now: datetime) -> list[Fault]:
    """Rows that should have been sealed long ago, or that are gone before they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select waits.row_id, row.id is null from records_auditunsealed waits"
            " left join records_auditrow row on row.id = waits.row_id"
            " where row.id is null or row.at < %s order by 1 limit 1000",
            [now - LONGEST_WAIT],
        )
        return [
            Fault(FaultKind.ROW_GONE if gone else FaultKind.ROW_LATE, row=id)
            for id, gone in cursor.fetchall()
        ]


def _counts() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from records_auditrow),"
            " (select count(*) from records_auditunsealed)"
        )
        count, unsealed = cursor.fetchone() or (0, 0)
        return count, unsealed


def _strangers() -> list[Fault]:
    """Rows that no seal lists and that do not wait for one: written past the trigger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from records_auditrow"
            " except select (listed->>0)::bigint from records_auditseal,"
            " lateral jsonb_array_elements(rows) listed"
            " except select row_id from records_auditunsealed order by 1 limit 1000"
        )
        return [Fault(FaultKind.ROW_UNSEALED, row=id) for (id,) in cursor.fetchall()]
