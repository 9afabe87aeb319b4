"""Facts from tables, as a scheme's example has them: rosters become subjects, ledgers entries.

A function for other actions (a demo, a rehearsal, an import of a whole set); takes their `act`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from kaocheng.actions.entry_write import New, changed, write_entries
from kaocheng.actions.perform import Act
from kaocheng.engine.text_table import TextTable
from kaocheng.methods.pinyin import person_pinyin, unit_pinyin
from kaocheng.queries.adopted import Adopted
from kaocheng.records.models import Entry, Person, Subject, Unit


class Place(NamedTuple):
    """Where a row of a roster belongs, and who it is where that is a person of ours."""

    unit: Unit
    person: Person | None = None


# Roster and the text of its fields → where that row belongs.
Placed = Callable[[str, Mapping[str, str]], Place]


def load_subjects(
    act: Act, found: Adopted, tables: Mapping[str, TextTable], placed: Placed
) -> dict[tuple[str, str], Subject]:
    """The rows of every roster among the tables, by (roster, key)."""
    subjects: dict[tuple[str, str], Subject] = {}
    for register in found.rosters:
        is_person = bool(register.name) and register.fields[register.name].personal
        for values in _rows(tables.get(register.id)):
            place = placed(register.id, values)
            name = values.get(register.name, "") or values[register.key]
            subjects[register.id, values[register.key]] = Subject(
                adoption=found.adoption,
                roster=register.id,
                key=values[register.key],
                name=name,
                pinyin=(person_pinyin if is_person else unit_pinyin)(name),
                unit=place.unit,
                person=place.person,
                values=values,
            )
    Subject.objects.bulk_create(subjects.values())
    for subject in subjects.values():
        act.audit(subject, roster=subject.roster)
    changed(found.adoption, ((one.roster, one.unit_id) for one in subjects.values()))
    return subjects


def load_entries(
    act: Act,
    found: Adopted,
    tables: Mapping[str, TextTable],
    subjects: Mapping[tuple[str, str], Subject],
) -> list[Entry]:
    """The rows of every ledger among the tables, about whom they name."""
    written: list[Entry] = []
    for register in found.ledgers:
        shape = found.shape(register.id)
        rows = []
        for values in _rows(tables.get(register.id)):
            subject = subjects.get((shape.roster, values.get(shape.subject, "")))
            unit = subject.unit if subject else found.adoption.unit
            rows.append(New(values, unit, subject))
        written += write_entries(act, found, register.id, rows)
    return written


def _rows(table: TextTable | None) -> Iterable[dict[str, str]]:
    if table is None:
        return
    for row in table.rows:
        yield {name: text for name, text in zip(table.header, row.cells, strict=True) if text != ""}
