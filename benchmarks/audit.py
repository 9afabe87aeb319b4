"""操作日志：32 万条、160 次封存从头核对一遍，与同一个库里读同样的行相比。"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks.harness import compare
from benchmarks.own_database import own_database

if TYPE_CHECKING:
    from kaocheng.records.models import AuditRow

ROWS, SMALL_ROWS = 320_000, 4_000
ROUNDS, SMALL_ROUNDS = 3, 1
AT = datetime(2026, 11, 27, 2, tzinfo=UTC)


def main(*, rows: int, rounds: int) -> None:
    with own_database():
        _measured(rows=rows, rounds=rounds)


def _measured(*, rows: int, rounds: int) -> None:
    from django.db import connection

    from kaocheng.actions.seal import seal
    from kaocheng.queries.audit_check import check_log
    from kaocheng.records.copying import copy_in

    copy_in(_rows(rows))
    sealed = seal(AT + timedelta(days=1))
    assert sealed == rows

    def ours() -> None:
        found = check_log(AT + timedelta(days=1))
        assert not found.faults
        assert found.rows == rows

    def peer() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select * from records_auditrow order by id")
            assert len(cursor.fetchall()) == rows

    busy = time.process_time()
    compare("audit", ours=ours, peer=peer, rounds=rounds)
    each = (time.process_time() - busy) / (rounds + 1)
    print(
        f"  {rows} rows; this process was at work for {each:.1f} s of a round, both sides together"
    )


def _rows(count: int) -> list[AuditRow]:
    from kaocheng.records.models import AuditRow

    return [
        AuditRow(
            at=AT + timedelta(microseconds=number),
            action="entry.enter",
            account_id=number % 1_000,
            person_id=number % 1_000,
            role="lead",
            unit_path="000000000001/",
            object_kind="entry",
            object_id=str(number),
            object_version=1,
            changes={"register": "leave", "standing": "counts"},
            request_id=f"{number:08X}",
        )
        for number in range(count)
    ]


if __name__ == "__main__":
    is_small = "--small" in sys.argv
    main(rows=SMALL_ROWS if is_small else ROWS, rounds=SMALL_ROUNDS if is_small else ROUNDS)
