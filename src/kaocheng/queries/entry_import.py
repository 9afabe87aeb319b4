"""What an import into a register would do: rows of a table or a 接龙, every problem located."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kaocheng.access.actor import Actor
from kaocheng.access.entry import subject_condition, subjects_to_enter
from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Refused
from kaocheng.documents.tables import Sheet, xlsx
from kaocheng.engine.language.registers import Register
from kaocheng.engine.problems import Refused as Unreadable
from kaocheng.formats.grid import GridRow, cell_name
from kaocheng.formats.roster_grids import SheetText, check_file, csv_sheet, sheets_of
from kaocheng.methods.relay_list import Columns, is_relay_list, read_relay_list
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_check import Checked, Checker, Fault, Typed
from kaocheng.queries.register_route import route_of
from kaocheng.records.models import Subject

PASTED = "粘贴的内容.txt"
HEAD_ROWS = 10
SHOWN_ROWS = 20
WHY = "names that a list is searched for; what it says is checked afterwards"


@dataclass(frozen=True)
class Source:
    """Rows as they were brought: `at` says in which column of the file a field stands."""

    rows: tuple[Typed, ...]
    faults: tuple[Fault, ...] = ()
    at: Mapping[str, int] | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A dry run; nothing of it is written."""

    source: Source
    checked: Checked

    @property
    def faults(self) -> list[Fault]:
        """In the order of the lines and columns."""
        every = (*self.source.faults, *self.checked.faults)
        at = self.source.at or {}
        return sorted(every, key=lambda one: (one.line, at.get(one.field, 0)))

    @property
    def errors(self) -> int:
        return sum(fault.is_error for fault in self.faults)

    @property
    def proposed(self) -> int:
        return sum(row.is_proposed for row in self.checked.rows)

    def place(self, fault: Fault) -> str:
        """`C5` in a table, the line alone in a list."""
        column = (self.source.at or {}).get(fault.field)
        if column is None:
            return f"第 {fault.line} 行"
        return cell_name(line=fault.line, column=column)


def plan_import(
    actor: Actor, found: Adopted, register: Register, raw: bytes, *, file: str, today: date
) -> Plan:
    """Raises `Refused` where the file cannot be read at all, or holds no row."""
    source = _source(found, register, raw, file=file, today=today, actor=actor)
    if not source.rows and not source.faults:
        raise Refused("K35")
    checked = Checker(actor, found, register).check(source.rows)
    return Plan(source, checked)


def faults_table(plan: Plan, register: Register) -> bytes:
    """The problems as a workbook: where, what, and what to do."""
    rows = tuple(
        (
            plan.place(fault),
            register.fields[fault.field].title if fault.field in register.fields else "",
            "要改" if fault.is_error else "请核对",
            fault.problem.say("zh"),
            fault.problem.remedy("zh"),
        )
        for fault in plan.faults
    )
    sheet = Sheet("要改的地方", ("位置", "字段", "程度", "问题", "怎么办"), rows)
    return xlsx(f"{register.title}导入检查", [sheet])


def empty_table(register: Register) -> bytes:
    """The table to fill in, one column a field."""
    headings = tuple(field.title for field in register.fields.values())
    return xlsx(register.title, [Sheet(register.title, headings, ())])


def _source(
    found: Adopted, register: Register, raw: bytes, *, file: str, today: date, actor: Actor
) -> Source:
    if file == PASTED:
        text = raw.decode("utf-8", "replace")
        if is_relay_list(text):
            return _of_relay_list(found, register, text, today=today, actor=actor)
        return _of_sheets(register, [_pasted(text)])
    try:
        check_file(raw, file=file)
        return _of_sheets(register, sheets_of(raw, file=file))
    except Unreadable as error:
        first = error.problems[0]
        raise Refused(first.id, **dict(first.values)) from error


def _pasted(text: str) -> SheetText:
    if "\t" not in text:
        try:
            return csv_sheet(text.encode(), file=PASTED)
        except Unreadable as error:
            raise Refused("K35") from error
    rows = (line.split("\t") for line in text.splitlines())
    return SheetText("", tuple(GridRow(at, cells) for at, cells in enumerate(rows, start=1)))


def _of_sheets(register: Register, sheets: Sequence[SheetText]) -> Source:
    """The first sheet that has a row of known headings."""
    for sheet in sheets:
        for index, row in enumerate(sheet.rows[:HEAD_ROWS]):
            at = _columns(register, row.cells)
            if at:
                return _of_rows(register, sheet, index, at)
    raise Refused("K35")


def _of_rows(register: Register, sheet: SheetText, head: int, at: Mapping[str, int]) -> Source:
    used = set(at.values())
    headings = sheet.rows[head].cells
    unknown = tuple(
        text.strip() for index, text in enumerate(headings) if text.strip() and index not in used
    )
    rows = tuple(
        Typed(row.line, {name: _cell(row.cells, index) for name, index in at.items()})
        for row in sheet.rows[head + 1 :]
        if any(cell.strip() for cell in row.cells)
    )
    places = {name: index + sheet.first_column for name, index in at.items()}
    del register
    return Source(rows, at=places, unknown=unknown)


def _columns(register: Register, cells: Sequence[str]) -> dict[str, int]:
    """Columns by field, found by title or name; at least half of what is needed must be there."""
    names = {}
    for name, field in register.fields.items():
        names[name] = name
        names[field.title] = name
        names[f"{field.title}（{field.unit}）"] = name
    at: dict[str, int] = {}
    for index, cell in enumerate(cells):
        name = names.get(cell.strip().strip("*"), "")
        if name:
            at.setdefault(name, index)
    needed = [name for name, field in register.fields.items() if field.required]
    there = sum(name in at for name in needed)
    return at if at and 2 * there >= len(needed) else {}


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _of_relay_list(
    found: Adopted, register: Register, text: str, *, today: date, actor: Actor
) -> Source:
    shape = found.shape(register.id)
    fields = register.fields
    columns = Columns(
        subject=shape.subject,
        choices={n: one.values for n, one in fields.items() if one.type in ("choice", "scale")},
        date=shape.date,
        amount=shape.quantity or shape.money,
        words=next((n for n, one in fields.items() if one.type == "text"), ""),
    )
    names = set(_names(actor, found, register, shape.roster))
    lines = read_relay_list(text, names=names, columns=columns, today=today)
    example = _example(register)
    faults = tuple(
        Fault(
            line.number, "", Refused("K36", line=line.number, text=line.text[:60], example=example)
        )
        for line in lines
        if line.values is None
    )
    default = {shape.date: today.isoformat()} if shape.date else {}
    rows = tuple(
        Typed(line.number, {**default, **line.values}) for line in lines if line.values is not None
    )
    return Source(rows, faults)


def _names(actor: Actor, found: Adopted, register: Register, roster: str) -> Iterator[str]:
    """Of those whom the actor may enter for, or propose."""
    held = subjects_to_enter(actor, found.adoption, route_of(found, register.id)).values("pk")
    reach = Subject.objects.within(subject_condition(actor, Permission.WRITE_ENTRIES)).filter(
        adoption=found.adoption
    )
    for rows in (
        Subject.objects.unscoped(WHY).filter(pk__in=held, roster=roster, has_left=False),
        reach.filter(roster=roster, has_left=False),
    ):
        yield from rows.values_list("name", flat=True)


def _example(register: Register) -> str:
    """How a line would be written: `事假 1天`."""
    for field in register.fields.values():
        if field.type in ("choice", "scale") and field.values:
            return f"{field.values[0]} 1天"
    return "内容"
