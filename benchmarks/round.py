"""A city's preview out of the database, and one school's bytes after an edit, against limits.

1,634 schools of the scheme S2, in memory nothing at first. Both are timed from the committed rows
to the bytes of the result table. The peer reads the same rows from the same database as bare SQL
and computes nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness import Timing
from benchmarks.own_database import own_database

if TYPE_CHECKING:
    from kaocheng.engine.text_table import TextTable
    from kaocheng.queries.adopted import Adopted
    from kaocheng.records.models import Adoption, Unit

SCHOOLS, SMALL_SCHOOLS = 1_634, 60
ROUNDS, SMALL_ROUNDS = 11, 2
PREVIEW_SECONDS, EDIT_SECONDS = 1.0, 0.1
PACK = Path(__file__).parent.parent / "schemes" / "s2-guangzhou"
RESULT, REGISTER, FIELD = "schools", "district_score", "mark"
AT = datetime(2026, 11, 27, 2, tzinfo=UTC)


def main(*, schools: int, rounds: int) -> None:
    with own_database():
        _measured(schools=schools, rounds=rounds)


def _measured(*, schools: int, rounds: int) -> None:
    from kaocheng.queries import computing

    found = _filled(schools)
    print(f"  {schools} schools, {_bare(found)} rows of facts")
    _timed("preview", computing.forget, found, rounds=rounds, limit=PREVIEW_SECONDS)
    edits = _edits(found, rounds + 1)
    _timed("edit", lambda: next(edits), found, rounds=rounds, limit=EDIT_SECONDS)


def _timed(
    name: str, before: Callable[[], object], found: Adopted, *, rounds: int, limit: float
) -> None:
    """Ours and the peer by turns, each after `before`, which is not timed."""
    _shown(found)
    ours, peer = [], []
    for _ in range(rounds):
        before()
        start = time.perf_counter()
        _shown(found)
        between = time.perf_counter()
        _bare(found)
        ours.append(between - start)
        peer.append(time.perf_counter() - between)
    mine, theirs = Timing(tuple(ours)), Timing(tuple(peer))
    print(f"  ours  {mine}  limit {limit} s")
    print(f"  peer  {theirs}  bare SQL over the same rows")
    ratio = mine.median / theirs.median
    print(f"round {name}: ours={mine.median:.4f} s peer={theirs.median:.4f} s ratio={ratio:.2f}")


def _shown(found: Adopted) -> int:
    """The size of the table of results as the facts stand now."""
    from kaocheng.queries.computing import computed

    return len(computed(found).rows(RESULT).csv())


def _bare(found: Adopted) -> int:
    """The number of rows that count, each read with every field."""
    from django.db import connection
    from psycopg import sql

    count = 0
    with connection.cursor() as cursor:
        for register in (*found.rosters, *found.ledgers):
            is_roster = register.kind == "roster"
            cursor.execute(
                sql.SQL("select id, unit_id, {} from {} where adoption_id = %s and {} = %s").format(
                    sql.SQL(", ").join(
                        sql.SQL("values->>{}").format(sql.Literal(field))
                        for field in register.fields
                    ),
                    sql.Identifier("records_subject" if is_roster else "records_entry"),
                    sql.Identifier("roster" if is_roster else "register"),
                ),
                [found.adoption.pk, register.id],
            )
            count += len(cursor.fetchall())
    return count


def _edits(found: Adopted, count: int) -> Iterator[object]:
    """One school's entry after the other, corrected and committed."""
    from kaocheng.access.actor import system
    from kaocheng.actions.entry_write import New, restand, write_entries
    from kaocheng.actions.perform import Act, Answer, action
    from kaocheng.records.models import Entry
    from kaocheng.records.models.register import Standing

    @action("benchmark.correct")
    def correct(act: Act, *, entry_id: int) -> Answer:
        entries = Entry.objects.unscoped("a benchmark").select_related("unit", "subject")
        entry = entries.get(pk=entry_id)
        entry.adoption = found.adoption
        restand(act, [entry], Standing.REPLACED)
        values = {**entry.values, FIELD: "1"}
        write_entries(
            act, found, REGISTER, [New(values, entry.unit, entry.subject, corrects=entry)]
        )
        return Answer.of(entry)

    entries = Entry.objects.unscoped("a benchmark").filter(register=REGISTER, standing="counts")
    ids = list(entries.order_by("unit_id", "pk").distinct("unit_id").values_list("pk", flat=True))
    for entry_id in ids[:count]:
        yield correct(system(AT), entry_id=entry_id)


def _filled(schools: int) -> Adopted:
    """The scheme adopted by a city, with a sample of facts."""
    from django.db import connection

    from kaocheng.access.actor import system
    from kaocheng.actions.fact_load import Place, load_entries, load_subjects
    from kaocheng.actions.perform import Act, Answer, action
    from kaocheng.engine import verbs
    from kaocheng.queries.adopted import adopted, example_tables

    city = _unit("广州市", "city", None)
    adoption = _adopted(city)
    found = adopted(adoption)
    example = example_tables(adoption.scheme)
    tables = _tables(verbs.sample(found.compiled, example, seed=7, size=schools))

    def placed(roster: str, values: object) -> Place:
        assert isinstance(values, dict)
        is_school = roster == "school"
        return Place(_unit(values["name"], "school", city) if is_school else city)

    @action("benchmark.fill")
    def fill(act: Act) -> Answer:
        load_entries(act, found, tables, load_subjects(act, found, tables, placed))
        return Answer.of(adoption)

    fill(system(AT))
    with connection.cursor() as cursor:
        cursor.execute("analyze")  # as autovacuum does within a minute
    return found


def _adopted(city: Unit) -> Adoption:
    from kaocheng.access.actor import system
    from kaocheng.actions.scheme import keep_scheme
    from kaocheng.queries.adopted import example_tables
    from kaocheng.records.models import Adoption, SchemeVersion

    scheme = SchemeVersion.objects.get(pk=keep_scheme(system(AT), folder=PACK).id)
    tables = example_tables(scheme)
    settled: dict[str, object] = {row.cells[0]: row.cells[1] for row in tables["parameters"].rows}
    indicators = tables["indicators"]
    settled["indicators"] = [
        list(cells) for cells in (indicators.header, *(row.cells for row in indicators.rows))
    ]
    made = Adoption(
        unit=city,
        scheme=scheme,
        title=scheme.title,
        state="in_force",
        parameters=settled,
        made_at=AT,
        approved_at=AT,
    )
    made.save()
    return made


def _tables(sample: object) -> dict[str, TextTable]:
    from kaocheng.engine.sampling import Sample
    from kaocheng.engine.text_table import TextRow, TextTable

    assert isinstance(sample, Sample)
    rows: dict[str, list[TextRow]] = {name: [] for name in sample.headers}
    for name, cells in sample.rows:
        line = tuple(cells.get(field, "") for field in sample.headers[name])
        rows[name].append(TextRow(len(rows[name]) + 2, line))
    return {
        name: TextTable(name, name, tuple(header), tuple(rows[name]))
        for name, header in sample.headers.items()
    }


def _unit(name: str, kind: str, parent: Unit | None) -> Unit:
    from kaocheng.records.models import Unit

    made = Unit(name=name, kind=kind, parent=parent, pinyin=name, opens_on=AT.date())
    made.save()
    made.path = f"{parent.path if parent else ''}{made.pk:012d}/"
    made.save()
    return made


if __name__ == "__main__":
    is_small = "--small" in sys.argv
    main(
        schools=SMALL_SCHOOLS if is_small else SCHOOLS,
        rounds=SMALL_ROUNDS if is_small else ROUNDS,
    )
