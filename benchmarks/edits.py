"""一万次并发改分：许多线程改很少几条，按版本写入、被人抢先就重来，一次不丢、一次不重。

Each edit reads what stands, and corrects it to one more. In the end every row has been raised as
often as somebody was told that it was, and every entry was corrected at most once.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from benchmarks.ledger import AT, LEDGER, Ledger, a_ledger
from benchmarks.own_database import own_database

EDITS, SMALL_EDITS = 10_000, 200
THREADS, ROWS = 16, 8


@dataclass
class Count:
    """Retries, by why: somebody else's version came first, or the row stood there no more."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    retries: int = 0

    def again(self) -> None:
        with self.lock:
            self.retries += 1


def main(*, edits: int) -> int:
    with own_database():
        return _measured(edits=edits)


def _measured(*, edits: int) -> int:
    from kaocheng.records.models import Entry

    ledger = a_ledger(schools=1, teachers=ROWS)
    _begin(ledger)
    count = Count()
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda number: _edit(ledger, number, count), range(edits)))
    seconds = time.perf_counter() - began
    rows = Entry.objects.unscoped("measured").filter(register=LEDGER)
    standing = list(rows.filter(standing="counts").values_list("values__days", flat=True))
    told = sum(int(days) for days in standing) - ROWS
    corrections = rows.exclude(corrects=None).count()
    apart = rows.exclude(corrects=None).values("corrects").distinct().count()
    lost, doubled = edits - told, corrections - apart + abs(corrections - told)
    print(f"  {edits} edits of {ROWS} rows by {THREADS} threads in {seconds:.1f} s")
    peer = _peer(edits)
    print(
        f"edits: lost={lost} doubled={doubled} retries={count.retries}"
        f" ours={seconds:.4f} s peer={peer:.4f} s ratio={seconds / peer:.2f}"
    )
    return 0 if not lost and not doubled and len(standing) == ROWS else 1


def _begin(ledger: Ledger) -> None:
    from kaocheng.access.actor import By
    from kaocheng.actions.entry import enter

    for number in range(ROWS):
        values = {"teacher": f"T{number:05}", "on": "2026-11-20", "days": "1"}
        enter(
            By(ledger.lead, at=AT), adoption_id=ledger.adoption_id, register=LEDGER, values=values
        )


def _edit(ledger: Ledger, number: int, count: Count) -> None:
    """Once, however often it has to begin again."""
    from django.db import connection

    from kaocheng.access.actor import By
    from kaocheng.access.refusal import Refused
    from kaocheng.actions.entry import correct
    from kaocheng.records.models import Entry

    chance = random.Random(number)  # noqa: S311  # spreads the waiting
    try:
        while True:
            entry = Entry.objects.unscoped("measured").get(
                register=LEDGER, subject__key=f"T{number % ROWS:05}", standing="counts"
            )
            try:
                correct(
                    By(ledger.lead, at=AT),
                    entry_id=entry.pk,
                    version=entry.version,
                    values={"days": str(int(entry.values["days"]) + 1)},
                    why="改分",
                )
                return
            except Refused as refused:
                # K26: replaced meanwhile; W04: somebody else's version came first.
                if refused.message_id not in {"K26", "W04"}:
                    raise
                count.again()
                time.sleep(chance.uniform(0, 0.01))
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()


def _peer(edits: int) -> float:
    """The same number of raises by a bare statement that locks its row."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("create table bare (id int primary key, days int not null)")
        cursor.execute("insert into bare select g, 1 from generate_series(0, %s) g", [ROWS - 1])

    def raise_one(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("update bare set days = days + 1 where id = %s", [number % ROWS])
        connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(raise_one, range(edits)))
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(edits=SMALL_EDITS if "--small" in sys.argv else EDITS))
