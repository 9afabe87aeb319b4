"""The form of a review: which lines and columns a table of ratings has, what may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from kaocheng.access.refusal import Refused
from kaocheng.engine.cells import read_cell
from kaocheng.engine.exact import exact_text
from kaocheng.engine.facts import list_table
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.model import Pack
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.review_roles import Roles

NUMBERS = frozenset({"number", "whole", "money"})
_CHOSEN = frozenset({"choice", "scale", "boolean", "period"})
# What a judgement is given in; at least one of them is needed where the table requires none.
_RATED = NUMBERS | {"scale", "boolean"}
SINGLE = "-"  # the code of the line of a form that has but one
MOST_TEXT = 2_000
MOST_OPTIONS = 400
Cells = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Column:
    """A field that the assessor fills; `options` are (value, words), empty for free input."""

    name: str
    title: str
    type: str
    options: tuple[tuple[str, str], ...] = ()
    least: Fraction | None = None
    most: Fraction | None = None
    unit: str = ""
    is_needed: bool = False

    @property
    def is_number(self) -> bool:
        return self.type in NUMBERS

    @property
    def is_long(self) -> bool:
        return self.type == "text"


@dataclass(frozen=True)
class Line:
    """One row of the form; `most`: its full mark where the table of the rubric says one."""

    code: str
    title: str
    most: Fraction | None = None
    group: str = ""


@dataclass(frozen=True)
class Layout:
    """Lines and columns. With `must` every line has to be filled in, else at least one."""

    roles: Roles
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    must: bool = True
    mark: str = ""

    @staticmethod
    def roles_of(found: Adopted, register: str) -> Roles:
        return Roles.of(found.pack, found.register(register))

    @property
    def is_single(self) -> bool:
        return len(self.lines) == 1 and self.lines[0].code == SINGLE

    @property
    def full(self) -> Fraction | None:
        """The sum of the full marks, where every line has one."""
        column = next((one for one in self.columns if one.name == self.mark), None)
        marks = [self._most(line, column) for line in self.lines] if column else []
        known = [most for most in marks if most is not None]
        return sum(known, Fraction(0)) if known and len(known) == len(marks) else None

    def missing(self, cells: Cells) -> list[tuple[Line, Column]]:
        """What still has to be filled in, in the order of the form."""
        found: list[tuple[Line, Column]] = []
        needed = [column for column in self.columns if column.is_needed]
        for line in self.lines:
            own = cells.get(line.code, {})
            if self.must or any(own.values()):
                found += [(line, column) for column in needed if not own.get(column.name)]
        if not self.must and not found and not any(any(one.values()) for one in cells.values()):
            found += [(line, column) for line in self.lines[:1] for column in needed]
        return found

    def problems(self, cells: Cells) -> dict[str, Refused]:
        """What cannot stand as it was typed, by `code.field`; what is empty is no problem here."""
        found: dict[str, Refused] = {}
        for line in self.lines:
            for column in self.columns:
                text = cells.get(line.code, {}).get(column.name, "")
                problem = _problem(line, column, text, self._most(line, column)) if text else None
                if problem:
                    found[f"{line.code}.{column.name}"] = problem
        return found

    def sum(self, cells: Cells) -> Fraction:
        """What the marks that can be read come to; the official value is computed elsewhere."""
        texts = (cells.get(line.code, {}).get(self.mark, "") for line in self.lines)
        return sum((value for value in map(number_of, texts) if value is not None), Fraction(0))

    def most(self, line: Line, column: Column) -> str:
        most = self._most(line, column)
        return "" if most is None else exact_text(most)

    def _most(self, line: Line, column: Column) -> Fraction | None:
        """A number of the rubric is the full mark only where the field says no other."""
        if column.name == self.mark and column.most is None:
            return line.most
        return column.most

    def read(self, sent: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """The cells out of a form with inputs named `code.field`; what is unknown is dropped."""
        return {
            line.code: {
                column.name: sent.get(f"{line.code}.{column.name}", "").replace("\0", "").strip()
                for column in self.columns
            }
            for line in self.lines
        }


def number_of(text: str) -> Fraction | None:
    try:
        value = read_cell(text, column_type="number") if text else None
    except ValueError:
        return None
    return value if isinstance(value, Fraction) else None


def layout(
    found: Adopted,
    register: str,
    *,
    works: Sequence[tuple[str, str]] = (),
    listed: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Layout:
    """The form of a register; `works` of the subject, `listed`: rows of rosters by their id."""
    roles = Roles.of(found.pack, found.register(register))
    rows = listed or {}
    columns = _columns(found, roles, rows)
    mark = next((one.name for one in columns if one.is_number), "")
    lines = _lines(found, roles, works, rows)
    must = not roles.line or roles.line in roles.register.once or bool(roles.rubric)
    return Layout(roles, columns, lines, must=must, mark=mark)


def rosters_asked(pack: Pack, register: Register) -> frozenset[str]:
    """The rosters whose rows the form offers, as options or line by line."""
    roles = Roles.of(pack, register)
    taken = {roles.subject, roles.assessor}
    return frozenset(
        one.type
        for name, one in register.fields.items()
        if name not in taken
        and one.type in pack.registers
        and pack.registers[one.type].kind == "roster"
    )


def _columns(
    found: Adopted, roles: Roles, rows: Mapping[str, Sequence[tuple[str, str]]]
) -> tuple[Column, ...]:
    columns = [
        Column(
            name,
            described.title,
            described.type,
            _options(found, described, rows),
            described.least,
            described.most,
            described.unit,
            described.required,
        )
        for name, described in roles.register.fields.items()
        if name not in roles.own_fields and name != roles.period
    ]
    if columns and not any(one.is_needed and one.type in _RATED for one in columns):
        first = next((one for one in columns if one.type in _RATED), columns[0])
        columns = [replace(one, is_needed=one.is_needed or one is first) for one in columns]
    return tuple(columns)


def _options(
    found: Adopted, described: Field, rows: Mapping[str, Sequence[tuple[str, str]]]
) -> tuple[tuple[str, str], ...]:
    if described.type in ("choice", "scale"):
        return tuple((value, value) for value in described.values)
    if described.type == "boolean":
        return (("是", "是"), ("否", "否"))
    if described.type == "period":
        return tuple((period.id, period.title) for period in found.periods)
    target = found.pack.registers.get(described.type)
    if target is None:
        return ()
    if target.kind == "list":
        return tuple((line.code, line.title) for line in _of_list(target))[:MOST_OPTIONS]
    return tuple(rows.get(target.id, ()))[:MOST_OPTIONS]


def _lines(
    found: Adopted,
    roles: Roles,
    works: Sequence[tuple[str, str]],
    rows: Mapping[str, Sequence[tuple[str, str]]],
) -> tuple[Line, ...]:
    if not roles.line:
        return (Line(SINGLE, ""),)
    described = roles.register.fields[roles.line]
    if described.type == "choice":
        points = {line.code: line.most for line in _of_rubric(found, roles)}
        return tuple(Line(value, value, points.get(value)) for value in described.values)
    if roles.rubric:
        return _of_rubric(found, roles)
    if roles.works:
        return tuple(Line(key, title) for key, title in works)
    target = found.pack.registers[described.type]
    if target.kind == "list":
        return _of_list(target)
    return tuple(Line(key, title) for key, title in rows.get(target.id, ()))


def _of_rubric(found: Adopted, roles: Roles) -> tuple[Line, ...]:
    return lines_of_table(found, roles.rubric) if roles.rubric else ()


def lines_of_table(found: Adopted, name: str) -> tuple[Line, ...]:
    """A line per row of the table: its key, its first text as title, its first number as points."""
    parameter = found.pack.parameters[name]
    table = found.table(parameter.id)
    types = {name: column.type for name, column in parameter.columns.items()}
    return _rows_as_lines(table.header, [row.cells for row in table.rows], parameter.key[0], types)


def _of_list(target: Register) -> tuple[Line, ...]:
    table = list_table(target)
    types = {name: one.type for name, one in target.fields.items()}
    cells = [row.cells for row in table.rows]
    return _rows_as_lines(table.header, cells, target.key, types, target.name)


def _rows_as_lines(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    key: str,
    types: Mapping[str, str],
    name: str = "",
) -> tuple[Line, ...]:
    others = [one for one in header if one != key]
    title = name or next((one for one in others if types.get(one) == "text"), key)
    points = next((one for one in others if types.get(one) in NUMBERS), "")
    found = []
    for row in rows:
        cells = dict(zip(header, row, strict=False))
        most = number_of(cells.get(points, "")) if points else None
        found.append(Line(cells.get(key, ""), cells.get(title, ""), most))
    return tuple(line for line in found if line.code)


def _problem(line: Line, column: Column, text: str, most: Fraction | None) -> Refused | None:
    place = place_words(line, column)
    if len(text) > MOST_TEXT:
        return Refused("W65", field=column.title, most=MOST_TEXT, count=len(text))
    if column.options or column.type in _CHOSEN:
        values = [value for value, _ in column.options]
        words = "、".join(words for _, words in column.options[:12])
        return None if text in values else Refused("K58", place=place, found=text, options=words)
    try:
        value = read_cell(text, column_type=column.type)
    except ValueError as wanted:
        return Refused("K55", place=place, wanted=str(wanted))
    if isinstance(value, Fraction):
        if most is not None and value > most:
            full = f"{exact_text(most)}{column.unit and f' {column.unit}'}"
            return Refused("K56", place=place, most=full, found=text)
        if column.least is not None and value < column.least:
            return Refused("K57", place=place, least=exact_text(column.least), found=text)
    return None


def place_words(line: Line, column: Column) -> str:
    """“课例”的“得分”, or only the field where the form has one line."""
    if line.code == SINGLE:
        return f"“{column.title}”"
    return f"“{line.title or line.code}”的“{column.title}”"


@dataclass(frozen=True)
class Cell:
    """One input with what stands in it."""

    line: Line
    column: Column
    value: str
    most: str = ""
    problem: Refused | None = None
    theirs: str = ""

    @property
    def name(self) -> str:
        return f"{self.line.code}.{self.column.name}"

    @property
    def label(self) -> str:
        return f"{self.line.title or self.line.code} {self.column.title}".strip()


@dataclass(frozen=True)
class Row:
    line: Line
    cells: tuple[Cell, ...]
    files: tuple[object, ...] = field(default=())


def rows_of(
    layout: Layout, cells: Cells, problems: Mapping[str, Refused] | None = None
) -> tuple[Row, ...]:
    wrong = problems or {}
    return tuple(
        Row(
            line,
            tuple(
                Cell(
                    line,
                    column,
                    cells.get(line.code, {}).get(column.name, ""),
                    layout.most(line, column),
                    wrong.get(f"{line.code}.{column.name}"),
                )
                for column in layout.columns
            ),
        )
        for line in layout.lines
    )
