"""Whoever owns the database may do anything to the log, except without a trace."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from kaocheng.actions.seal import seal
from kaocheng.gateways.audit_heads import newest_head
from kaocheng.methods.chain import Anchor, Fault, FaultKind, Seal, canonical_row, next_seal
from kaocheng.queries.audit_check import COLUMNS, check_log, moment_text, row_values
from kaocheng.records.models import AuditAnchor, AuditRow, AuditSeal
from tests.cast import NOW
from tests.log_rows import log_rows

TAMPERINGS = 2_000
SEALS = 8

Tampering = Callable[[random.Random], Fault | FaultKind]


def run(statement: str, *values: Any) -> None:  # noqa: ANN401  # whatever a column takes
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def some_row(chance: random.Random, count: int = 1) -> list[int]:
    return chance.sample(sorted(AuditRow.objects.values_list("pk", flat=True)), count)


def seal_of(row: int) -> int:
    seals = AuditSeal.objects.all()
    return next(one.number for one in seals if row in [id for id, _digest in one.rows])


def some_seal(chance: random.Random) -> AuditSeal:
    return AuditSeal.objects.get(number=chance.randint(1, SEALS))


def edit_a_row(chance: random.Random) -> Fault:
    (row,) = some_row(chance)
    column, value = chance.choice(
        [
            ("at", NOW - timedelta(days=chance.randint(1, 400))),
            ("action", f"unit.x{chance.randint(0, 99)}"),
            ("account_id", chance.randint(100, 999)),
            ("person_id", chance.randint(100, 999)),
            ("helper_id", chance.randint(100, 999)),
            ("role", "officer"),
            ("unit_path", "000000000009/"),
            ("object_kind", "person"),
            ("object_id", str(chance.randint(1000, 9999))),
            ("object_version", chance.randint(1000, 9999)),
            ("changes", json.dumps({"fields": ["name", str(chance.random())]})),
            ("request_id", "TAMPERED"),
        ]
    )
    run(f"update records_auditrow set {column} = %s where id = %s", value, row)
    return Fault(FaultKind.ROW_CHANGED, seal_of(row), row)


def delete_a_row(chance: random.Random) -> Fault:
    (row,) = some_row(chance)
    run("delete from records_auditrow where id = %s", row)
    return Fault(FaultKind.ROW_GONE, seal_of(row), row)


def let_two_rows_change_places(chance: random.Random) -> Fault:
    one, other = some_row(chance, 2)
    for old, new in ((one, -1), (other, one), (-1, other)):
        run("update records_auditrow set id = %s where id = %s", new, old)
    return Fault(FaultKind.ROW_CHANGED, seal_of(one), one)


def give_a_row_another_id(chance: random.Random) -> Fault:
    (row,) = some_row(chance)
    run("update records_auditrow set id = id + 100000 where id = %s", row)
    return Fault(FaultKind.ROW_GONE, seal_of(row), row)


def slip_a_row_in(chance: random.Random) -> Fault:
    (row,) = some_row(chance)
    copied = "at, action, account_id, person_id, helper_id, role, unit_path, object_kind,"
    copied += " object_id, object_version, changes, request_id"
    run(
        f"insert into records_auditrow (id, {copied})"
        f" select 900000, {copied} from records_auditrow where id = %s",
        row,
    )
    return Fault(FaultKind.ROW_UNSEALED, row=900_000)


def replace_a_row_by_another(chance: random.Random) -> Fault:
    fault = slip_a_row_in(chance)
    run("delete from records_auditrow where id = %s", some_row(chance)[0])
    return fault if AuditRow.objects.filter(pk=900_000).exists() else delete_a_row(chance)


def edit_a_row_with_its_seal(chance: random.Random) -> Fault:
    """The row list and the digest of the seal are made to fit; the next seal tells."""
    fault = edit_a_row(chance)
    assert fault.seal is not None
    forge(fault.seal, until=fault.seal)
    if fault.seal == SEALS:
        return Fault(FaultKind.ANCHOR_DIFFERS, SEALS, where="head")
    return Fault(FaultKind.SEAL_CHANGED, fault.seal + 1)


def write_the_rest_anew(chance: random.Random) -> Fault:
    """Everything from the changed row on is made to fit; only a digest given out tells."""
    fault = edit_a_row(chance)
    assert fault.seal is not None
    forge(fault.seal, until=SEALS)
    return Fault(FaultKind.ANCHOR_DIFFERS, SEALS, where="head")


def take_a_row_out_of_its_seal(chance: random.Random) -> Fault:
    one = some_seal(chance)
    gone = one.rows.pop(chance.randrange(len(one.rows)))
    run("update records_auditseal set rows = %s where number = %s", json.dumps(one.rows), one.pk)
    run("delete from records_auditrow where id = %s", gone[0])
    return Fault(FaultKind.SEAL_CHANGED, one.number)


def edit_a_seal(chance: random.Random) -> FaultKind:
    one = some_seal(chance)
    column, value = chance.choice(
        [
            ("digest", f"{chance.getrandbits(256):064x}"),
            ("sealed_at", NOW - timedelta(days=chance.randint(1, 400))),
            ("method", "sm3"),
            ("rows", json.dumps(list(reversed(one.rows)))),
        ]
    )
    run(f"update records_auditseal set {column} = %s where number = %s", value, one.number)
    return FaultKind.SEAL_CHANGED


def delete_a_seal(chance: random.Random) -> Fault:
    number = chance.randint(1, SEALS - 1)
    run("delete from records_auditseal where number = %s", number)
    return Fault(FaultKind.SEAL_GONE, number, until=number)


def let_two_seals_change_places(chance: random.Random) -> FaultKind:
    one, other = chance.sample(range(1, SEALS + 1), 2)
    for old, new in ((one, 1000), (other, one), (1000, other)):
        run("update records_auditseal set number = %s where number = %s", new, old)
    return FaultKind.SEAL_CHANGED


def cut_the_end_off(chance: random.Random) -> Fault:
    """Rows and seals, and whatever in the database still points at them."""
    first = chance.randint(1, SEALS)
    gone = [id for one in AuditSeal.objects.filter(number__gte=first) for id, _digest in one.rows]
    run("delete from records_auditrow where id = any(%s)", gone)
    run("delete from records_auditanchor where seal_id >= %s", first)
    run("delete from records_auditseal where number >= %s", first)
    return Fault(FaultKind.END_GONE, first, until=SEALS, where="head")


def delete_a_row_before_it_is_sealed(chance: random.Random) -> Fault:
    del chance
    run("set local session_replication_role = origin")
    (row,) = log_rows(1)
    run("set local session_replication_role = replica")
    run("delete from records_auditrow where id = %s", row.pk)
    return Fault(FaultKind.ROW_GONE, row=row.pk)


def forge(first: int, *, until: int) -> None:
    """Make the seals fit the rows as they are now."""
    before: Seal | None = None
    for one in AuditSeal.objects.order_by("number"):
        if first <= one.number <= until:
            ids = [id for id, _digest in one.rows]
            made = next_seal(before, one.method, moment_text(one.sealed_at), row_values(ids))
            run(
                "update records_auditseal set rows = %s, digest = %s where number = %s",
                json.dumps(made.rows),
                made.digest,
                one.number,
            )
        else:
            made = Seal(one.number, one.method, moment_text(one.sealed_at), (), one.digest)
        before = made


WAYS: tuple[Tampering, ...] = (
    edit_a_row,
    delete_a_row,
    let_two_rows_change_places,
    give_a_row_another_id,
    slip_a_row_in,
    replace_a_row_by_another,
    edit_a_row_with_its_seal,
    write_the_rest_anew,
    take_a_row_out_of_its_seal,
    edit_a_seal,
    delete_a_seal,
    let_two_seals_change_places,
    cut_the_end_off,
    delete_a_row_before_it_is_sealed,
)


@pytest.fixture
def log(db: None, tmp_path: Path, settings: Settings) -> Anchor:
    """Eight seals over rows, the last of them given out."""
    settings.AUDIT_HEADS = tmp_path
    for number in range(1, SEALS + 1):
        log_rows(2 + number % 3, at=NOW - timedelta(seconds=SEALS - number))
        seal(NOW)
        if number == SEALS // 2:
            one = AuditSeal.objects.get(number=number)
            AuditAnchor(seal=one, digest=one.digest, where="通知", anchored_at=NOW).save()
    head = newest_head(tmp_path)
    assert head is not None
    return Anchor(head.seal, head.digest, "head")


def as_owner_then_undone() -> Iterator[None]:
    """A transaction without triggers that leaves nothing."""
    with transaction.atomic():
        run("set local session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def test_thousands_of_tamperings_are_all_found_where_they_are(log: Anchor) -> None:
    chance = random.Random(20261127)
    assert check_log(NOW, anchors=[log]).faults == ()

    missed = []
    for number in range(TAMPERINGS):
        way = WAYS[number % len(WAYS)]
        for _ in as_owner_then_undone():
            expected = way(chance)
            found = check_log(NOW, anchors=[log]).faults
            named = expected in found or expected in {fault.kind for fault in found}
            if not named:
                missed.append((way.__name__, expected, found))

    assert missed == []
    assert check_log(NOW, anchors=[log]).faults == ()


def test_digest_in_the_database_finds_what_lies_before_it_without_the_one_outside(
    log: Anchor,
) -> None:
    del log
    for _ in as_owner_then_undone():
        row = AuditSeal.objects.get(number=1).rows[0][0]
        run("update records_auditrow set action = 'x' where id = %s", row)
        forge(1, until=SEALS)
        found = check_log(NOW).faults

    assert found == (Fault(FaultKind.ANCHOR_DIFFERS, SEALS // 2, where="通知"),)


def test_check_says_how_far_the_log_is_confirmed_from_outside(log: Anchor) -> None:
    log_rows(1)
    seal(NOW)
    log_rows(2)

    checked = check_log(NOW, anchors=[log])
    assert checked.faults == ()
    assert (checked.seals, checked.confirmed, checked.waiting, checked.anchors) == (9, 8, 2, 2)
    assert checked.rows == AuditRow.objects.count() - 2


def test_what_the_database_writes_is_the_json_that_anybody_would_write(db: None) -> None:
    text = 'a"b\\c/\n\t\x01\x7f\u2028 甲 😀'
    (row,) = log_rows(1)
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
    AuditRow.objects.filter(pk=row.pk).update(
        action="x", object_id=text, helper_id=None, changes={"b": 1.5, "a": [text, None, True]}
    )
    row.refresh_from_db()

    written = canonical_row(row_values([row.pk])[row.pk]).decode()

    values = [getattr(row, name) for name in COLUMNS]
    values[1] = round(row.at.timestamp() * 1_000_000)
    assert written == json.dumps(values, ensure_ascii=False, sort_keys=True)
