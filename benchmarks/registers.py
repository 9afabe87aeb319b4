"""台账：一百万条里登记一条、筛选一页、导入五万条、试算影响，各与同一个库里的裸 SQL 相比。

The peer writes or reads the same rows and nothing else: it checks nothing, asks nobody's rights,
keeps no log.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.harness import compare
from benchmarks.ledger import AT, LEDGER, Ledger, a_ledger, day_of, fill
from benchmarks.own_database import own_database

ENTRIES, SMALL_ENTRIES = 1_000_000, 20_000
ROWS, SMALL_ROWS = 50_000, 1_000
SCHOOLS, TEACHERS = 200, 12_000
SAVE_SECONDS, LIST_SECONDS, IMPORT_SECONDS, EFFECT_SECONDS = 0.1, 0.2, 20.0, 0.05


def main(*, entries: int, rows: int) -> None:
    with own_database():
        ledger = a_ledger(schools=SCHOOLS, teachers=TEACHERS)
        fill(ledger, entries=entries)
        print(f"  {entries} entries of {TEACHERS} teachers in {SCHOOLS} schools")
        _limits("save", SAVE_SECONDS)
        compare("registers-save", ours=_saves(ledger), peer=_inserts(ledger), rounds=30)
        for name, ours, peer in _lists(ledger):
            _limits(name, LIST_SECONDS)
            compare(f"registers-{name}", ours=ours, peer=peer, rounds=7)
        _limits("effect", EFFECT_SECONDS)
        compare("registers-effect", ours=_effects(ledger), peer=_facts(ledger), rounds=15)
        _limits("import", IMPORT_SECONDS)
        compare(
            "registers-import",
            ours=_imports(ledger, rows),
            peer=_copies(ledger, rows),
            rounds=1,
            warm_up_rounds=0,
        )


def _limits(name: str, seconds: float) -> None:
    print(f"  {name}: limit {seconds:g} s")


def _saves(ledger: Ledger) -> Callable[[], object]:
    from kaocheng.access.actor import By
    from kaocheng.actions.entry import enter

    numbers = iter(range(10**6))

    def save() -> object:
        number = next(numbers)
        values = {
            "teacher": f"T{number * SCHOOLS % TEACHERS:05}",
            "on": day_of(number),
            "days": "1",
        }
        return enter(
            By(ledger.lead, at=AT), adoption_id=ledger.adoption_id, register=LEDGER, values=values
        )

    return save


def _inserts(ledger: Ledger) -> Callable[[], object]:
    """The entry, its total, its revision and its row of the log."""
    from django.db import connection, transaction

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into records_entry (version, adoption_id, register, unit_id, subject_id,"
                " key, number, date, period, state, code, quantity, values, standing, signed_count,"
                " once, entered_at) select 1, %s, %s, unit_id, id, '', '', '2026-11-20', '', '',"
                " '', 1, '{}', 'counts', 0, '', %s from records_subject where id ="
                " (select min(id) from records_subject)",
                [ledger.adoption_id, LEDGER, AT],
            )
            cursor.execute(
                "update records_registertotal set entries = entries + 1, quantity = quantity + 1"
                " where adoption_id = %s and register = %s and unit_id = %s and code = ''"
                " and month = '2026-11-01'",
                [ledger.adoption_id, LEDGER, ledger.first_school],
            )
            cursor.execute(
                "insert into records_registerrevision as it (adoption_id, register, unit_id,"
                " revision) values (%s, %s, %s, 1) on conflict (adoption_id, register, unit_id)"
                " do update set revision = it.revision + 1",
                [ledger.adoption_id, LEDGER, ledger.first_school],
            )
            cursor.execute(
                "insert into records_auditrow (at, action, role, unit_path, object_kind, object_id,"
                " changes, request_id) values (%s, 'x', '', '', 'entry', '1', '{}', '')",
                [AT],
            )

    return insert


def _lists(ledger: Ledger) -> list[tuple[str, Callable[[], object], Callable[[], object]]]:
    from kaocheng.queries.register_page import Filters, register_page

    first = ledger.first_school
    school = f"e.unit_id = {first}"
    parent = ledger.town_officer.held.unit_id
    town = f"e.unit_id in (select id from records_unit where parent_id = {parent})"  # noqa: S608  # our ids
    said = "{} and e.values ->> 'note' like '%%事由99%%'"
    cases = (
        ("list", ledger.officer, Filters(), "true"),
        ("list-school", ledger.lead, Filters(), school),
        ("list-unit", ledger.officer, Filters(unit_id=first), school),
        (
            "list-month",
            ledger.officer,
            Filters(month="2026-03", unit_id=first),
            f"{school} and date >= '2026-03-01' and date < '2026-04-01'",
        ),
        (
            "list-text",
            ledger.officer,
            Filters(q="教师00007"),
            "s.name >= '教师00007' and s.name < '教师00008'",
        ),
        ("list-word", ledger.officer, Filters(q="事由99"), said.format("true")),
        ("list-word-town", ledger.town_officer, Filters(q="事由99"), said.format(town)),
        ("list-word-school", ledger.lead, Filters(q="事由99"), said.format(school)),
        ("list-waiting", ledger.officer, Filters(standing="waiting"), "standing = 'waiting'"),
    )

    def ours(who: object, filters: Filters) -> Callable[[], object]:
        return lambda: register_page(who, ledger.adoption_id, LEDGER, filters)  # type: ignore[arg-type]

    return [(name, ours(who, filters), _select(ledger, said)) for name, who, filters, said in cases]


def _select(ledger: Ledger, condition: str) -> Callable[[], object]:
    from django.db import connection

    def select() -> object:
        with connection.cursor() as cursor:
            cursor.execute(
                "select e.*, s.name from records_entry e left join records_subject s"  # noqa: S608
                " on s.id = e.subject_id where e.adoption_id = %s and register = %s"
                f" and {condition} order by e.id desc limit 51",
                [ledger.adoption_id, LEDGER],
            )
            return cursor.fetchall()

    return select


def _effects(ledger: Ledger) -> Callable[[], object]:
    found, subject = _first(ledger)
    from kaocheng.queries.entry_effect import effect_of

    values = {"teacher": subject.key, "on": "2026-11-20", "days": "1"}
    return lambda: effect_of(found, LEDGER, values, subject)


def _facts(ledger: Ledger) -> Callable[[], object]:
    from django.db import connection

    def read() -> object:
        with connection.cursor() as cursor:
            cursor.execute(
                "select sum(60 - q) from (select sum(quantity) q from records_entry where"
                " adoption_id = %s and unit_id = %s and standing = 'counts'"
                " group by subject_id) s",
                [ledger.adoption_id, ledger.first_school],
            )
            return cursor.fetchall()

    return read


def _first(ledger: Ledger) -> tuple[Any, Any]:
    from kaocheng.queries.adopted import adopted
    from kaocheng.records.models import Adoption, Subject

    adoption = (
        Adoption.objects.unscoped("measured")
        .select_related("unit", "scheme")
        .get(pk=ledger.adoption_id)
    )
    rows = Subject.objects.unscoped("measured").filter(adoption=adoption, unit=ledger.first_school)
    return adopted(adoption), rows.select_related("unit").order_by("pk")[0]


def _imports(ledger: Ledger, rows: int) -> Callable[[], object]:
    from kaocheng.access.actor import By
    from kaocheng.actions.entry_import import check_import, import_entries
    from kaocheng.actions.roster import Upload

    lines = [
        f"T{n * SCHOOLS % TEACHERS:05},{day_of(n)},{1 + n % 3},事由{n % 997}" for n in range(rows)
    ]
    raw = "\n".join(["教师,日期,天数,事由", *lines]).encode()

    def take() -> object:
        by = By(ledger.lead, at=AT)
        began = time.perf_counter()
        use = check_import(
            by, adoption_id=ledger.adoption_id, register=LEDGER, upload=Upload("a.csv", raw)
        )
        checked = time.perf_counter()
        done = import_entries(
            by, adoption_id=ledger.adoption_id, register=LEDGER, use_id=int(use.id)
        )
        assert done.values["count"] == rows
        print(
            f"  checked in {checked - began:.1f} s, written {time.perf_counter() - checked:.1f} s"
        )
        return done

    return take


def _copies(ledger: Ledger, rows: int) -> Callable[[], object]:
    from django.db import connection, transaction

    def copy() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "create table if not exists copied (like records_entry including indexes)"
            )
            cursor.execute("alter table copied alter subject_id drop not null")
            with cursor.copy(
                "copy copied (id, version, adoption_id, register, unit_id, key, number, date,"
                " period, state, code, quantity, values, standing, signed_count, once, entered_at)"
                " from stdin"
            ) as into:
                for n in range(rows):
                    values = {"teacher": "T", "on": day_of(n), "days": "1", "why": f"事由{n % 997}"}
                    into.write_row(
                        (n, 1, ledger.adoption_id, LEDGER, ledger.first_school, "", "", day_of(n),
                         "", "", "", 1, json.dumps(values), "counts", 0, "", AT)
                    )  # fmt: skip

    return copy


if __name__ == "__main__":
    is_small = "--small" in sys.argv
    main(
        entries=SMALL_ENTRIES if is_small else ENTRIES,
        rows=SMALL_ROWS if is_small else ROWS,
    )
