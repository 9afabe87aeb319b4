"""People out of the rows of a roster, and everything that is wrong with the rows themselves.

What is checked here needs nothing but the file; who is there already is known elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kaocheng.engine.messages import MESSAGES
from kaocheng.engine.problems import Language
from kaocheng.formats.cell_text import trimmed
from kaocheng.formats.grid import GridRow, cell_name
from kaocheng.formats.person_values import FIELDS, Value, Wrong
from kaocheng.formats.roster import Roster
from kaocheng.formats.roster_headings import SYNONYMS
from kaocheng.methods.identity import born_of, gender_of, is_id_number

NEEDED = ("name", "staff_number")
ONCE = ("staff_number", "id_number")


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place: `column` counts from 1, 0 where the whole row is meant."""

    line: int
    column: int
    id: str
    values: tuple[tuple[str, str], ...]

    @property
    def is_error(self) -> bool:
        return MESSAGES[self.id].severity == "error"

    @property
    def place(self) -> str:
        """`C5`, or the row."""
        if self.column:
            return cell_name(line=self.line, column=self.column)
        return f"{self.line}"

    def reason(self, language: Language = "zh") -> str:
        return MESSAGES[self.id].reason(language).format(**dict(self.values))

    def remedy(self, language: Language = "zh") -> str:
        return MESSAGES[self.id].remedy(language).format(**dict(self.values))


@dataclass(frozen=True)
class Entry:
    """One person of the file: values of the fields that have a column; blank ones are empty."""

    line: int
    values: Mapping[str, Value]
    unit: str = ""
    group: str = ""

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    @property
    def has_role(self) -> bool:
        """Whether the file says the role, or leaves it open."""
        return bool(self.text("role_said"))


@dataclass
class Entries:
    """Rows without errors as people, and the others, of which only the unit can still be told.

    `named` are the numbers of all rows.
    """

    people: list[Entry] = field(default_factory=list)
    faulty: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    named: set[str] = field(default_factory=set)


def read_entries(roster: Roster) -> Entries:
    """Every row, in order, with all faults of all rows."""
    found = Entries()
    seen: dict[tuple[str, str], int] = {}
    for row in roster.rows:
        reader = _Row(roster, row)
        values = reader.values()
        number = values.get("staff_number")
        if isinstance(number, str) and number:
            found.named.add(number)
        for name in ONCE:
            reader.must_be_new(name, values.get(name), seen=seen)
        reader.compare_with_id_number(values)
        found.faults += sorted(reader.faults, key=lambda fault: fault.column)
        entry = Entry(
            row.line,
            values,
            unit=trimmed(roster.cell(row, "unit")),
            group=trimmed(roster.cell(row, "group")),
        )
        is_faulty = any(fault.is_error for fault in reader.faults)
        (found.faulty if is_faulty else found.people).append(entry)
    return found


def fault_at(roster: Roster, at: int, name: str, id: str, /, **values: object) -> Fault:
    """A fault of a field of a row, at the place where the reader finds it."""
    index = roster.columns.get(name)
    column = roster.first_column + index if index is not None else 0
    return Fault(at, column, id, tuple((key, str(value)) for key, value in values.items()))


class _Row:
    def __init__(self, roster: Roster, row: GridRow) -> None:
        self.roster, self.row = roster, row
        self.faults: list[Fault] = []

    def values(self) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for name, about in FIELDS.items():
            if name not in self.roster.columns:
                continue
            text = self.roster.cell(self.row, name)
            if (self.row.line, self.roster.columns[name]) in self.roster.broken:
                why, how = "公式没有算出值", "请改成直接填写的内容"
                self._fault(name, "W50", field=about.title, why=why, how=how)
                continue
            try:
                values[name] = about.read(text) if text or name == "role" else ""
            except Wrong as wrong:
                self._fault(name, "W50", field=about.title, why=wrong.why, how=wrong.how)
                continue
            if name == "role":
                values["role_said"] = trimmed(text)
        for name in NEEDED:
            if values.get(name) == "":
                self._fault(name, "W56", field=FIELDS[name].title)
        return values

    def must_be_new(self, name: str, value: Value, *, seen: dict[tuple[str, str], int]) -> None:
        if not isinstance(value, str) or not value:
            return
        first = seen.setdefault((name, value), self.row.line)
        if first != self.row.line:
            self._fault(name, "W58", field=FIELDS[name].title, line=first)

    def compare_with_id_number(self, values: Mapping[str, Value]) -> None:
        number = values.get("id_number")
        if not isinstance(number, str) or not is_id_number(number):
            return
        born, gender = values.get("born_on"), values.get("gender")
        if born and born != born_of(number):
            self._fault("born_on", "W53", field=FIELDS["born_on"].title)
        if gender and gender != gender_of(number):
            self._fault("gender", "W53", field=FIELDS["gender"].title)

    def _fault(self, name: str, id: str, /, **values: object) -> None:
        self.faults.append(fault_at(self.roster, self.row.line, name, id, **values))


def field_title(name: str) -> str:
    """What a column is called, those that are no field of a person too."""
    return FIELDS[name].title if name in FIELDS else SYNONYMS[name][0]
