"""Every committed row of the log gets one seal, whatever else goes on."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from kaocheng.actions.seal import seal
from kaocheng.gateways.audit_heads import Head, kept_heads, newest_head
from kaocheng.methods.chain import START, Fault, FaultKind
from kaocheng.queries.audit_check import check_log, newest_seal
from kaocheng.records.models import AuditRow, AuditSeal, AuditUnsealed
from tests.cast import NOW
from tests.log_rows import log_rows


@pytest.fixture(autouse=True)
def heads(tmp_path: Path, settings: Settings) -> Path:
    settings.AUDIT_HEADS = tmp_path / "audit"
    return tmp_path / "audit"


def sealed_ids() -> list[int]:
    seals = AuditSeal.objects.order_by("number")
    return [id for one in seals for id, _digest in one.rows]


@pytest.mark.django_db
def test_sealer_seals_what_waits_and_then_has_nothing_to_do() -> None:
    rows = log_rows(3)

    assert seal(NOW) == 3
    assert seal(NOW) == 0
    one = AuditSeal.objects.get()
    assert [id for id, _digest in one.rows] == [row.pk for row in rows]
    assert (one.number, one.method, one.sealed_at) == (1, "sha256", NOW)
    assert not AuditUnsealed.objects.exists()


@pytest.mark.django_db
def test_seals_follow_from_one_another_even_when_the_method_changes(
    settings: Settings,
) -> None:
    log_rows(2)
    seal(NOW)
    settings.AUDIT_DIGEST = "sm3"
    log_rows(2)
    seal(NOW)

    last = newest_seal()
    first = AuditSeal.objects.get(number=1)
    assert last is not None
    assert (last.number, last.method) == (2, "sm3")
    assert last.digest == last.digest_after(first.digest) != last.digest_after(START)
    assert check_log(NOW).faults == ()


@pytest.mark.django_db
def test_many_rows_become_several_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaocheng.actions.seal.MOST_ROWS_IN_A_SEAL", 4)
    log_rows(10)

    assert seal(NOW) == 10
    assert [len(one.rows) for one in AuditSeal.objects.order_by("number")] == [4, 4, 2]
    assert check_log(NOW).faults == ()


@pytest.mark.django_db
def test_newest_digest_stands_outside_the_database(heads: Path) -> None:
    log_rows(1)
    seal(NOW)
    log_rows(1)
    seal(NOW)
    log_rows(1)
    seal(NOW + timedelta(days=1))

    first, second, third = (one.digest for one in AuditSeal.objects.order_by("number"))
    assert newest_head(heads) == Head(3, third, "2026-11-28")
    assert kept_heads(heads) == (
        Head(1, first, "2026-11-27"),
        Head(3, third, "2026-11-28"),
        Head(3, third, "2026-11-28"),
    )
    assert second not in (heads / "days.csv").read_text("ascii")


@pytest.mark.django_db(transaction=True)
def test_row_that_is_committed_after_later_ones_were_sealed_is_sealed_next() -> None:
    written, may_commit = threading.Event(), threading.Event()
    slow: list[AuditRow] = []

    def slow_action() -> None:
        with transaction.atomic():
            slow.extend(log_rows(2))
            written.set()
            may_commit.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow_action)
    thread.start()
    written.wait(20)
    quick = log_rows(2)
    seal(NOW)
    before = sealed_ids()
    may_commit.set()
    thread.join()
    seal(NOW)

    assert max(row.pk for row in slow) < min(row.pk for row in quick)
    assert before == [row.pk for row in quick]
    assert sealed_ids() == [*before, *(row.pk for row in slow)]
    assert check_log(NOW).faults == ()


@pytest.mark.django_db(transaction=True)
def test_several_sealers_and_many_actions_at_once_seal_each_row_once(heads: Path) -> None:
    stop = threading.Event()

    def act() -> None:
        for _ in range(15):
            with transaction.atomic():
                log_rows(3)
        connections.close_all()

    def keep_sealing() -> None:
        while not stop.is_set():
            seal(NOW)
        connections.close_all()

    actions = [threading.Thread(target=act) for _ in range(4)]
    sealers = [threading.Thread(target=keep_sealing) for _ in range(3)]
    for thread in (*actions, *sealers):
        thread.start()
    for thread in actions:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    seal(NOW)

    assert sorted(sealed_ids()) == sorted(AuditRow.objects.values_list("pk", flat=True))
    assert len(sealed_ids()) == 4 * 15 * 3
    assert check_log(NOW).faults == ()
    last = newest_seal()
    assert last is not None
    first, newest = kept_heads(heads)
    assert first.seal >= 1
    assert newest == Head(last.number, last.digest, "2026-11-27")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["auditrow", "auditseal"])
def test_log_refuses_to_be_changed_shortened_or_emptied(table: str) -> None:
    log_rows(1)
    seal(NOW)
    column = {"auditrow": "action", "auditseal": "digest"}[table]

    for statement in (
        f"update records_{table} set {column} = 'x'",
        f"delete from records_{table}",
        f"set kaocheng.empties_tables = off; truncate records_{table} cascade",
    ):
        with (
            pytest.raises(Exception, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert AuditRow.objects.get().action == "unit.rename"
    assert check_log(NOW).faults == ()


@pytest.mark.django_db
def test_row_that_no_sealer_takes_is_late_after_five_minutes() -> None:
    (row,) = log_rows(1)

    def faults(at: datetime) -> tuple[Fault, ...]:
        return check_log(at).faults

    assert faults(NOW + timedelta(minutes=4)) == ()
    assert faults(NOW + timedelta(minutes=6)) == (Fault(FaultKind.ROW_LATE, row=row.pk),)
