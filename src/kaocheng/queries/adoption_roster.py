"""The rows of a roster: from the directory, or from a pasted table, with what stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Refused
from kaocheng.access.scope import units
from kaocheng.access.unit import appointments
from kaocheng.engine.facts import Reader, check_references, list_table
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.problems import Problem, Problems
from kaocheng.engine.values import is_known
from kaocheng.methods.proposals import unit_kind_in
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption_rows import holds_rows
from kaocheng.queries.adoption_values import as_refusal, as_table
from kaocheng.records.models import Person, Subject, Unit
from kaocheng.records.models.unit import UnitKind

WHY = "the adoption was fetched under its scope"
# Fields of a unit or person that fill a field of this title, unless it is personal.
_OF_UNIT = {r"成立日期|建校日期": "opens_on", r"机构代码": "code"}
_OF_PERSON = {r"^学科$|任教学科": "subject", r"^职称$": "title", r"退休日期": "retires_on"}


@dataclass(frozen=True)
class RosterRow:
    """A row to be: where it belongs, who it is, and what is known of its fields.

    `emptied`: the fields of a row that is there of which nothing is to be known any more.
    """

    key: str
    name: str
    unit: Unit
    person: Person | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    emptied: tuple[str, ...] = ()


def rows_from(
    actor: Actor, found: Adopted, roster: Register, source: Mapping[str, Any], *, on: date
) -> list[RosterRow]:
    """The units or people that a source names, as rows; those of a table are none."""
    if source.get("from") == "units":
        listed: list[tuple[Unit, Person | None]]
        listed = [(unit, None) for unit in _units(actor, str(source.get("kind", "")))]
    elif source.get("from") == "people":
        listed = [*_people(actor, source.get("roles", ()), on=on)]
    else:
        return []
    known = _Known(found, (unit for unit, _ in listed))
    return [_row(roster, unit, person, known) for unit, person in listed]


def source_words(source: Mapping[str, Any]) -> str:
    if source.get("from") == "units":
        return f"本单位及下级的{UnitKind(source['kind']).label}"
    if source.get("from") == "people":
        return "、".join(PEOPLE_WORDS.get(role, role) for role in source.get("roles", ()))
    return "粘贴的表格"


PEOPLE_WORDS = {
    "member": "教师和职员",
    "workshop_leader": "坊主、组长",
    "lead": "单位负责人",
    "clerk": "信息员",
    "officer": "主管部门工作人员",
    "reviewer": "评审专家",
}


def _units(actor: Actor, kind: str) -> list[Unit]:
    rows = units(actor, Permission.SEE_UNIT).filter(kind=kind, closes_on=None)
    return list(rows.order_by("pinyin", "pk"))


def _people(
    actor: Actor, roles: Iterable[str], *, on: date
) -> Iterable[tuple[Unit, Person | None]]:
    """Everybody once, in the unit of their first appointment with such a role."""
    rows = (
        appointments(actor, Permission.SEE_PEOPLE)
        .filter(Q(ends_on=None) | Q(ends_on__gt=on), role__in=tuple(roles), starts_on__lte=on)
        .select_related("person", "unit", "unit__keeper")
        .order_by("person__pinyin", "person_id", "pk")
    )
    seen: set[int] = set()
    for one in rows:
        if one.person_id not in seen:
            seen.add(one.person_id)
            yield one.unit.keeper or one.unit, one.person


class _Known:
    """The units on the way up, and which row of which roster stands for a unit."""

    def __init__(self, found: Adopted, listed: Iterable[Unit]) -> None:
        ids = {int(part) for unit in listed for part in unit.path.split("/") if part}
        self.units = Unit.objects.unscoped("the names of units above are known").in_bulk(ids)
        self.keys: dict[tuple[str, int], str] = {}
        rows = Subject.objects.unscoped(WHY).filter(
            adoption=holds_rows(found.adoption), person=None, has_left=False, unit__in=ids
        )
        for one in rows.select_related("unit").order_by("-pk"):
            # A class or a prize has a unit too, but does not stand for it.
            if one.name in (one.unit.name, one.unit.short_name) or one.key == own_key(one.unit):
                self.keys[one.roster, one.unit_id] = one.key

    def way(self, unit: Unit) -> list[Unit]:
        """The unit and those above it, the nearest first."""
        ids = [int(part) for part in unit.path.split("/") if part]
        return [self.units[one] for one in reversed(ids) if one in self.units]


def _row(roster: Register, unit: Unit, person: Person | None, known: _Known) -> RosterRow:
    key = own_key(unit, person)
    name = person.name if person else unit.name
    values = {roster.key: key, roster.name: name} if roster.name else {roster.key: key}
    for id, described in roster.fields.items():
        if id not in values and (text := _filled(described, unit, person, known)):
            values[id] = text
    return RosterRow(key, name, unit, person, values)


def own_key(unit: Unit, person: Person | None = None) -> str:
    """Staff number or code; our own number where there is none."""
    if person is not None:
        return person.staff_number or f"P{person.pk}"
    return unit.code or f"U{unit.pk}"


def _filled(described: Field, unit: Unit, person: Person | None, known: _Known) -> str:
    """The text of a field as far as the directory knows it; personal data is never copied."""
    way = known.way(unit)
    above = way if person else way[1:]
    keys = (known.keys.get((described.type, one.pk), "") for one in above)
    if referred := next(filter(None, keys), ""):
        return referred
    if described.personal:
        return ""
    about: object = person or unit
    for words, attribute in (_OF_PERSON if person else _OF_UNIT).items():
        if re.search(words, described.title):
            value = getattr(about, attribute)
            text = value.isoformat() if isinstance(value, date) else str(value or "")
            return text if not described.values or text in described.values else ""
    if described.type == "text":
        kind = unit_kind_in(described.title)
        return next((one.name for one in above if one.kind == kind), "")
    return ""


@dataclass(frozen=True)
class Going:
    """A value that is taken away: of which row, in which field, and what stands there.

    `value` is empty where it is personal: nobody is shown it by asking to take it away.
    """

    key: str
    name: str
    field: str
    title: str
    value: str


@dataclass(frozen=True)
class Pasted:
    """What a table would change; `problems` by `line/column`, both counted from 1.

    A wrong row that says nothing new is left out, so that a table can be filled in bit by bit.
    `new` rows are not there yet, `changed` ones say something else. `going`: the values that an
    empty cell takes away.
    """

    rows: tuple[RosterRow, ...]
    problems: Mapping[str, Refused]
    new: int = 0
    changed: int = 0
    going: tuple[Going, ...] = ()


def read_pasted(
    actor: Actor,
    found: Adopted,
    roster: Register,
    lines: Sequence[Sequence[str]],
    *,
    on: date,
    empties: bool = False,
) -> Pasted:
    """Rows under headings that are the titles or the ids of fields, checked by the engine.

    A column that is left out stays as it was, and so does an empty cell unless it `empties` what
    stood there; units and people are found by number or name.
    """
    header = headings(roster, lines[0]) if lines else ()
    if len(lines) < 2 or roster.key not in header[: len(lines[0])]:
        columns = "、".join(one.title for one in roster.fields.values())
        return Pasted((), {"1/1": Refused("K18", columns=columns)})
    rows_there = _rows_of(found, roster)
    there = {key: values for key, (values, _) in rows_there.items()}
    at = header.index(roster.key)
    # An empty cell speaks only in a column that was pasted.
    spoken = len(lines[0]) if empties else 0
    body = [_with_before(header, row, there, at=at, spoken=spoken) for row in lines[1:]]
    same = {
        line
        for line, cells in enumerate(body, start=2)
        if rows_there.get(cells[at]) == (_filled_in(header, cells), False)
    }
    told = Problems()
    table = as_table(header, body, source=roster.title)
    read = Reader(found.pack, found.periods, told).table(roster, table)
    own = {str(row.ref.key) for row in read.rows}
    check_references(found.pack, {roster.id: read}, _keys(found, roster, own), told)
    problems = {
        f"{one.place.line}/{_column(roster, header, one)}": as_refusal(one)
        for one in reversed(told.errors)
        if one.place.line not in same
    }
    skipped = same & {one.place.line for one in told.errors}
    places = _Places(actor, found, on=on)
    rows = tuple(
        _without(header[:spoken], there, places.row(roster, dict(zip(header, cells, strict=True))))
        for line, cells in enumerate(body, start=2)
        if any(cells) and line not in skipped
    )
    new = sum(row.key not in there for row in rows)
    changed = len(rows) - new - len(same - skipped)
    return Pasted(rows, problems, new, changed, tuple(_going(roster, there, rows)))


def headings(roster: Register, cells: Sequence[str]) -> tuple[str, ...]:
    """Ids of the fields that the headings name, and behind them those that are left out."""
    titles = {described.title: id for id, described in roster.fields.items()}
    named = [titles.get(cell.strip(), cell.strip()) for cell in cells]
    return (*named, *(id for id in roster.fields if id not in named))


def _rows_of(found: Adopted, roster: Register) -> dict[str, tuple[Mapping[str, str], bool]]:
    """What each row says that is filled in, by its number, and whether it has left."""
    rows = Subject.objects.unscoped(WHY).filter(
        adoption=holds_rows(found.adoption), roster=roster.id
    )
    return {
        key: ({id: text for id, text in values.items() if text}, has_left)
        for key, values, has_left in rows.values_list("key", "values", "has_left")
    }


def _filled_in(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {id: text for id, text in zip(header, cells, strict=True) if text}


def _with_before(
    header: Sequence[str],
    row: Sequence[str],
    there: Mapping[str, Mapping[str, str]],
    *,
    at: int,
    spoken: int,
) -> list[str]:
    """The cells of a row, with what stood there before where it says nothing.

    In the first `spoken` columns an empty cell says that nothing stands there.
    """
    cells = [cell.strip() for cell in row[: len(header)]]
    cells += [""] * (len(header) - len(cells))
    before = there.get(cells[at], {})
    kept = [cell or str(before.get(id, "")) for id, cell in zip(header, cells, strict=True)]
    return [*cells[:spoken], *kept[spoken:]]


def _without(
    spoken: Sequence[str], there: Mapping[str, Mapping[str, str]], row: RosterRow
) -> RosterRow:
    before = there.get(row.key, {})
    emptied = tuple(id for id in spoken if id in before and id not in row.values)
    return replace(row, emptied=emptied) if emptied else row


def _going(
    roster: Register, there: Mapping[str, Mapping[str, str]], rows: Iterable[RosterRow]
) -> Iterator[Going]:
    for row in rows:
        for id in row.emptied:
            described = roster.fields[id]
            value = "" if described.personal else str(there[row.key][id])
            yield Going(row.key, row.name, id, described.title, value)


def _column(roster: Register, header: Sequence[str], found: Problem) -> int:
    """Counted from 1; a problem of a reference names its field only."""
    if found.place.column:
        return found.place.column
    titles = {described.title: id for id, described in roster.fields.items()}
    id = titles.get(found.place.field, found.place.field)
    return header.index(id) + 1 if id in header else 0


def _keys(found: Adopted, roster: Register, own: set[str]) -> dict[str, set[Any]]:
    keys: dict[str, set[Any]] = {one.id: set() for one in found.pack.registers.values()}
    rows = Subject.objects.unscoped(WHY).filter(adoption=holds_rows(found.adoption))
    for name, key in rows.values_list("roster", "key"):
        keys.setdefault(name, set()).add(key)
    for register in found.pack.registers.values():
        if register.kind == "list":
            table = Reader(found.pack, (), Problems()).table(register, list_table(register))
            keys[register.id] = {
                row.values[register.key] for row in table.rows if is_known(row.values[register.key])
            }
    keys[roster.id] |= own
    return keys


class _Places:
    """Whom and which unit a row of text is about, by number first and by name where only one."""

    def __init__(self, actor: Actor, found: Adopted, *, on: date) -> None:
        self.found = found
        self.actor, self.on = actor, on
        rows = Subject.objects.unscoped(WHY).filter(adoption=holds_rows(found.adoption))
        self.rows = {(one.roster, one.key): one for one in rows.select_related("unit")}

    @cached_property
    def units(self) -> list[Unit]:
        return [*units(self.actor, Permission.SEE_UNIT).filter(closes_on=None)]

    @cached_property
    def people(self) -> list[tuple[Person, Unit]]:
        rows = appointments(self.actor, Permission.SEE_PEOPLE).filter(
            Q(ends_on=None) | Q(ends_on__gt=self.on), starts_on__lte=self.on
        )
        rows = rows.select_related("person", "unit", "unit__keeper")
        return [(one.person, one.unit.keeper or one.unit) for one in rows]

    def row(self, roster: Register, values: Mapping[str, str]) -> RosterRow:
        key, name = values[roster.key].strip(), values.get(roster.name, "").strip()
        is_person = bool(roster.name) and roster.fields[roster.name].personal
        person, of_person = self._person(key, name) if is_person else (None, None)
        unit = self._kept_unit(roster, values, key, person)
        unit = unit or of_person or self._unit(roster, values, key, name, is_unit=not is_person)
        kept = {id: text.strip() for id, text in values.items() if text.strip()}
        return RosterRow(key, name or key, unit, person, kept)

    def _kept_unit(
        self, roster: Register, values: Mapping[str, str], key: str, person: Person | None
    ) -> Unit | None:
        """The unit of a row that is there: only another person or another unit moves it."""
        there = self.rows.get((roster.id, key))
        if there is None or (person is not None and person.pk != there.person_id):
            return None
        # Where no unit is named any more, the row stays where it is.
        named = values.get(roster.unit, "") if roster.unit else ""
        is_same = not named or named == there.values.get(roster.unit)
        return there.unit if is_same else None

    def _person(self, key: str, name: str) -> tuple[Person | None, Unit | None]:
        by_number = [pair for pair in self.people if own_key(pair[1], pair[0]) == key]
        by_name = [pair for pair in self.people if pair[0].name == name]
        only = by_number or (by_name if len({pair[0].pk for pair in by_name}) == 1 else [])
        return only[0] if only else (None, None)

    def _unit(
        self, roster: Register, values: Mapping[str, str], key: str, name: str, *, is_unit: bool
    ) -> Unit:
        if is_unit:
            own = [one for one in self.units if own_key(one) == key]
            own = own or [one for one in self.units if name and name in (one.name, one.short_name)]
            if own:
                return own[0]
        for id, text in values.items():
            described = roster.fields.get(id)
            if described is None or not text:
                continue
            if (described.type, text) in self.rows:
                return self.rows[described.type, text].unit
            if id == roster.unit:
                named = [one for one in self.units if text in (one.name, one.short_name, one.code)]
                if named:
                    return named[0]
        return self.found.adoption.unit
