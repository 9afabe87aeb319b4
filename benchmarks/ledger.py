"""A district with a ledger, for measurements: schools, teachers, an adoption, their entries."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

AT = datetime(2026, 11, 27, 2, tzinfo=UTC)
PACK = Path(__file__).resolve().parent.parent / "tests" / "access" / "pack"
LEDGER, ROSTER = "leave", "teacher"
SCHOOLS_OF_A_TOWN = 20
MONTHS = 12


@dataclass(frozen=True)
class Ledger:
    """`lead` heads the first school, `officer` the district, `town_officer` its first town.

    With them, the ids of what they work on.
    """

    adoption_id: int
    lead: Any
    officer: Any
    town_officer: Any
    first_school: int
    teachers: int


@contextmanager
def _scheme() -> Iterator[Path]:
    """The small scheme of the tests, its ledger without signatures."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept) / "pack"
        folder.mkdir()
        for path in PACK.iterdir():
            text = path.read_text("utf-8").replace("    signed_by: [学校]\n", "")
            (folder / path.name).write_text(text, "utf-8")
        yield folder


def a_ledger(*, schools: int, teachers: int) -> Ledger:
    """Everything but the entries, written by the models as the product does."""
    from kaocheng.access.actor import system
    from kaocheng.actions.scheme import keep_scheme
    from kaocheng.records.models import Adoption, SchemeVersion, Subject

    with _scheme() as folder:
        answer = keep_scheme(system(AT), folder=folder)
    district = _unit("云山区", "district", None)
    towns = [
        _unit(f"云山{n + 1}镇", "town", district) for n in range(-(-schools // SCHOOLS_OF_A_TOWN))
    ]
    places = [
        _unit(f"云山第{n + 1}小学", "school", towns[n // SCHOOLS_OF_A_TOWN]) for n in range(schools)
    ]
    adoption = Adoption(
        unit=district,
        scheme=SchemeVersion.objects.get(pk=answer.id),
        title="考勤考核",
        state="in_force",
        holders={"教师": [{"how": "role", "role": "lead", "kind": "school"}]},
        made_at=AT,
        approved_at=AT,
    )
    adoption.save()
    Subject.objects.bulk_create(
        Subject(
            adoption=adoption,
            roster=ROSTER,
            key=f"T{n:05}",
            name=f"教师{n:05}",
            pinyin=f"jiaoshi{n:05}",
            unit=places[n % schools],
            values={"id": f"T{n:05}", "name": f"教师{n:05}", "unit": places[n % schools].name},
        )
        for n in range(teachers)
    )
    return Ledger(
        adoption.pk,
        _actor("何敏仪", "lead", places[0]),
        _actor("梁卓然", "officer", district),
        _actor("周启明", "officer", towns[0]),
        places[0].pk,
        teachers,
    )


def fill(ledger: Ledger, *, entries: int) -> None:
    """So many entries, spread over teachers and months, with the totals that they come to."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "insert into records_entry (version, adoption_id, register, unit_id, subject_id, key,"
            " number, date, period, state, code, quantity, values, standing, signed_count, once,"
            " entered_at)"
            " select 1, %(adoption)s, %(ledger)s, s.unit_id, s.id, '', '', d.day, '', '', '',"
            " 1 + g %% 3, jsonb_build_object('teacher', s.key, 'on', d.day, 'days',"
            " (1 + g %% 3)::text, 'note', '事由' || g %% 997), 'counts', 0, '', %(at)s"
            " from generate_series(0, %(count)s - 1) g"
            " join lateral (select date '2026-01-01' + (g * 7 %% 330)::int as day) d on true"
            " join (select id, key, unit_id, row_number() over (order by id) - 1 as n"
            "  from records_subject where adoption_id = %(adoption)s) s"
            " on s.n = g %% %(teachers)s",
            {
                "adoption": ledger.adoption_id,
                "ledger": LEDGER,
                "count": entries,
                "teachers": ledger.teachers,
                "at": AT,
            },
        )
        cursor.execute(
            "insert into records_registertotal (adoption_id, register, unit_id, code, month,"
            " entries, quantity, money) select adoption_id, register, unit_id, code,"
            " date_trunc('month', date)::date, count(*), sum(quantity), 0 from records_entry"
            " group by 1, 2, 3, 4, 5"
        )
        cursor.execute("analyze")


def day_of(number: int) -> str:
    return date(2026, 1 + number % MONTHS, 1 + number % 28).isoformat()


def _unit(name: str, kind: str, parent: Any) -> Any:  # noqa: ANN401  # a unit
    from kaocheng.methods.pinyin import unit_pinyin
    from kaocheng.records.models import Unit

    made = Unit(name=name, kind=kind, parent=parent, pinyin=unit_pinyin(name), opens_on=AT.date())
    made.save()
    made.path = f"{parent.path if parent else ''}{made.pk:012d}/"
    made.save()
    return made


def _actor(name: str, role: str, unit: Any) -> Any:  # noqa: ANN401  # a unit, an actor
    from kaocheng.access.actor import Actor, Held
    from kaocheng.records.models import Appointment, Person

    person = Person(name=name, pinyin=name, staff_number=name)
    person.save()
    row = Appointment(person=person, role=role, unit=unit, starts_on=date(2020, 9, 1))
    row.save()
    held = Held(row.pk, role, unit.pk, unit.kind, unit.name, unit.path)
    return Actor(account_id=None, person_id=person.pk, name=name, held=held)
