"""A roster of 12,000 people read, checked and imported, against COPY of the same rows.

The peer writes rows and nothing else: it reads no workbook, checks nothing, makes no passwords.
"""

from __future__ import annotations

import io
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.harness import Timing
from benchmarks.own_database import own_database

PEOPLE, SMALL_PEOPLE = 12_000, 300
ROUNDS, SMALL_ROUNDS = 3, 1
LIMIT_SECONDS = 15
SCHOOLS, GROUPS = 24, ("语文组", "数学组", "英语组", "科学组", "艺体组")
HEADING = (
    "学校", "教研组", "姓名", "师训编号", "性别",
    "学科", "职称", "身份证号", "手机号码", "出生日期",
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗单曾区仇查解"
GIVEN = "国强敏明丽华伟芳娜静杰涛勇军平刚桂英建文雪梅兰竹晓春秋月"
AT = datetime(2026, 11, 27, 2, tzinfo=UTC)


def main(*, people: int, rounds: int) -> None:
    with own_database():
        _measured(people=people, rounds=rounds)


def _measured(*, people: int, rounds: int) -> None:
    who, district = _a_district()
    rows = _made_up(people)
    book = _workbook(rows)
    checking, importing, whole, copying = [], [], [], []
    busy = time.process_time()
    for number in range(rounds + 1):
        if number % 2:
            copied = _copied(rows)
            check, take = _imported(who, district, book, number)
        else:
            check, take = _imported(who, district, book, number)
            copied = _copied(rows)
        if number == 0 and rounds > 1:
            continue  # Nothing is warm yet.
        checking.append(check)
        importing.append(take)
        whole.append(check + take)
        copying.append(copied)
    busy = (time.process_time() - busy) / (rounds + 1)
    ours, peer = Timing(tuple(whole)), Timing(tuple(copying))
    print(f"  {people} people in {SCHOOLS} schools, {len(book) // 1000} kB of .xlsx")
    print(f"  read and check   {Timing(tuple(checking))}")
    print(f"  check and import {Timing(tuple(importing))}")
    print(f"  this process was at work for {busy:.1f} s of each round, the database beside it")
    print(f"  ours  {ours}  limit {LIMIT_SECONDS} s")
    print(f"  peer  {peer}  COPY of the same rows")
    ratio = ours.median / peer.median
    print(f"roster: ours={ours.median:.4f} s peer={peer.median:.4f} s ratio={ratio:.2f}")


def _imported(who: object, district: int, book: bytes, number: int) -> tuple[float, float]:
    """Seconds of the dry run and of the import; everything is removed again."""
    from kaocheng.access.actor import By
    from kaocheng.actions.roster import Upload, check_roster, import_roster
    from kaocheng.records.models import RosterImport

    start = time.perf_counter()
    asked = By(who, at=AT)  # type: ignore[arg-type]  # an actor
    answer = check_roster(asked, unit_id=district, upload=Upload(f"{number}.xlsx", book))
    between = time.perf_counter()
    import_roster(asked, import_id=int(answer.id), same_as={}, seed="seed")
    end = time.perf_counter()
    row = RosterImport.objects.unscoped("measured").get(pk=answer.id)
    assert row.counts["errors"] == 0, row.problems[:3]
    _forget(row.added)
    return between - start, end - between


def _forget(people: Sequence[int]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("appointment", "personaldata", "account"):
            cursor.execute(
                f"delete from records_{table} where person_id = any(%s)",  # noqa: S608  # ours
                [list(people)],
            )
        cursor.execute("delete from records_person where id = any(%s)", [list(people)])
        cursor.execute("delete from records_unitpast where reason = '花名册导入'")
        cursor.execute("delete from records_unit where kind = 'group'")


def _copied(rows: Sequence[Sequence[str]]) -> float:
    """Seconds of COPY into tables of the same columns, keys and indexes, in one transaction."""
    from django.db import connection, transaction

    tables = ("person", "personaldata", "appointment", "account", "auditrow")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"drop table if exists copied_{table}")
            cursor.execute(f"create table copied_{table} (like records_{table} including indexes)")
            cursor.execute(
                "select column_name from information_schema.columns where table_name = %s"
                " and is_nullable = 'NO' and column_name not in ('id', 'person_id')",
                [f"copied_{table}"],
            )
            for [column] in cursor.fetchall():
                cursor.execute(f"alter table copied_{table} alter {column} drop not null")
    ours = _columns(rows)
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (columns, values) in ours.items():
            with cursor.copy(f"copy copied_{table} ({columns}) from stdin") as copy:
                for row in values:
                    copy.write_row(row)
    return time.perf_counter() - start


Rows = list[tuple[object, ...]]


def _columns(rows: Sequence[Sequence[str]]) -> dict[str, tuple[str, Rows]]:
    """What an import leaves behind of these rows, table by table."""
    person: Rows = []
    data: Rows = []
    held: Rows = []
    account: Rows = []
    log: Rows = []
    for pk, row in enumerate(rows, start=1):
        (_, _, name, number, gender, subject, title, id_number, phone, born) = row
        key = f"{name} {name}"
        person.append((pk, 1, name, key, number, gender, subject, title, "active", False))
        data.append((pk, id_number, phone, "", born))
        held.append((pk, 1, "member", "regular", "2026-11-27", "", pk, 1))
        account.append((pk, "x" * 88, number, True, True, 0, pk))
        log.append((pk, AT, "roster.import", "officer", "", "person", str(pk), "{}", ""))
    return {
        "person": (
            "id, version, name, pinyin, staff_number, gender, subject, title, state, is_demo",
            person,
        ),
        "personaldata": ("person_id, id_number, phone, email, born_on", data),
        "appointment": (
            "id, version, role, kind, starts_on, reason, person_id, unit_id",
            held,
        ),
        "account": (
            "id, password, login, is_active, must_change_password, totp_last_step, person_id",
            account,
        ),
        "auditrow": (
            "id, at, action, role, unit_path, object_kind, object_id, changes, request_id",
            log,
        ),
    }


def _a_district() -> tuple[object, int]:
    """An officer's actor, and the district with its schools."""
    from kaocheng.access.actor import Actor, Held
    from kaocheng.methods.pinyin import unit_pinyin
    from kaocheng.records.models import Appointment, Person, Unit, UnitPast

    def unit(name: str, kind: str, parent: Unit | None = None) -> Unit:
        made = Unit(
            name=name, kind=kind, parent=parent, pinyin=unit_pinyin(name), opens_on=AT.date()
        )
        made.save()
        made.path = f"{parent.path if parent else ''}{made.pk:012d}/"
        made.save()
        UnitPast(
            unit=made, starts_on=AT.date(), kind=kind, name=name, parent=parent, path=made.path
        ).save()
        return made

    district = unit("云山区", "district")
    for number in range(1, SCHOOLS + 1):
        unit(f"云山第{number}小学", "school", district)
    officer = Person(name="梁卓然", pinyin="liang2", staff_number="officer")
    officer.save()
    row = Appointment(person=officer, role="officer", unit=district, starts_on=AT.date())
    row.save()
    held = Held(row.pk, "officer", district.pk, "district", district.name, district.path)
    actor = Actor(account_id=None, person_id=officer.pk, name=officer.name, held=held)
    return actor, district.pk


def _made_up(people: int) -> list[tuple[str, ...]]:
    """Invented people whose ID numbers have the right check digit, the same ones each time."""
    from kaocheng.methods.identity import is_id_number

    chance = random.Random(2026)  # noqa: S311  # data for a measurement
    rows: list[tuple[str, ...]] = []
    for number in range(people):
        month, day = chance.randrange(1, 13), chance.randrange(1, 29)
        born = f"{chance.randrange(1965, 2003)}{month:02}{day:02}"
        first = f"4401{number // 1000:02}{born}{number % 1000:03}"
        id_number = next(first + last for last in "0123456789X" if is_id_number(first + last))
        rows.append(
            (
                f"云山第{number % SCHOOLS + 1}小学",
                GROUPS[number // SCHOOLS % len(GROUPS)],
                chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)),
                f"YS{number:06}",
                "男" if number % 1000 % 2 else "女",
                GROUPS[number % len(GROUPS)][:2],
                "一级教师",
                id_number,
                f"138{number:08}",
                f"{born[:4]}-{born[4:6]}-{born[6:]}",
            )
        )
    return rows


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    import xlsxwriter

    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"constant_memory": True})
    sheet = book.add_worksheet("花名册")
    for line, row in enumerate((HEADING, *rows)):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell)
    book.close()
    return packed.getvalue()


if __name__ == "__main__":
    is_small = "--small" in sys.argv
    main(
        people=SMALL_PEOPLE if is_small else PEOPLE,
        rounds=SMALL_ROUNDS if is_small else ROUNDS,
    )
