"""What is still lacking in a roster, as a table to fill in and to send again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours, Refused
from kaocheng.documents.tables import Sheet, xlsx
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.problems import Refused as Unreadable
from kaocheng.formats.roster_grids import check_file, sheets_of
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.adoption import owned
from kaocheng.queries.adoption_roster import Pasted, headings, read_pasted
from kaocheng.queries.adoption_rows import holds_rows
from kaocheng.records.models import Subject

WHY = "the adoption was fetched under its scope"
HEAD_ROWS = 10
# So many rows stand in the box of the page; the workbook has all.
SHOWN = 100
MOST_CHOICES = 2_000


@dataclass(frozen=True)
class Gaps:
    """The rows with an empty field that is needed: number, name, and the fields that lack."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def is_cut(self) -> bool:
        return len(self.rows) > SHOWN

    @property
    def text(self) -> str:
        """As it is copied out of a spreadsheet."""
        return as_text([self.header, *self.rows[:SHOWN]]) if self.rows else ""


def gaps_of(found: Adopted, roster: Register) -> Gaps:
    """What is personal, but for the name, is not shown: a cell left empty stays as it was."""
    rows = Subject.objects.unscoped(WHY).filter(
        adoption=holds_rows(found.adoption), roster=roster.id, has_left=False
    )
    listed = list(rows.order_by("pinyin", "pk").values_list("key", "name", "values"))
    needed = {id: one for id, one in roster.fields.items() if one.required and id != roster.key}
    short = [row for row in listed if any(not row[2].get(id) for id in needed)]
    named = () if roster.name in ("", roster.key) else (roster.name,)
    lacking = [
        id for id in needed if id not in named and any(not values.get(id) for _, _, values in short)
    ]
    columns = (roster.key, *named, *lacking)
    return Gaps(
        header=tuple(roster.fields[id].title for id in columns),
        rows=tuple(
            (
                key,
                *(name for _ in named),
                *("" if needed[id].personal else str(values.get(id, "")) for id in lacking),
            )
            for key, name, values in short
        ),
    )


def gaps_table(actor: Actor, adoption_id: int, roster: str) -> tuple[str, bytes]:
    """The title of the roster, and a workbook of what lacks with what its cells may say."""
    found, register = _roster(actor, adoption_id, roster)
    gaps = gaps_of(found, register)
    sheets = [Sheet(register.title, gaps.header, gaps.rows)]
    choices = tuple(_choices(found, register, gaps.header))
    if choices:
        sheets.append(Sheet("可以填什么", ("栏目", "填", "意思"), choices))
    return register.title, xlsx(register.title, sheets)


def look_at(
    actor: Actor,
    adoption_id: int,
    roster: str,
    lines: Sequence[Sequence[str]],
    *,
    now: datetime,
    empties: bool = False,
) -> Pasted:
    """What writing the table would do; nothing of it is written."""
    found, register = _roster(actor, adoption_id, roster)
    on = now.astimezone(CHINA).date()
    return read_pasted(actor, found, register, lines, on=on, empties=empties)


def lines_of(register: Register, raw: bytes, *, file: str) -> list[list[str]]:
    """The table of a file from the row of its headings on; the first sheet that has it."""
    try:
        check_file(raw, file=file)
        sheets = sheets_of(raw, file=file)
    except Unreadable as error:
        first = error.problems[0]
        raise Refused(first.id, **dict(first.values)) from error
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:HEAD_ROWS]):
            if register.key in headings(register, row.cells)[: len(row.cells)]:
                kept = [[cell.strip() for cell in one.cells] for one in sheet.rows[at:]]
                return [cells for cells in kept if any(cells)]
    raise Refused("K18", columns="、".join(one.title for one in register.fields.values()))


def as_text(lines: Sequence[Sequence[str]]) -> str:
    """Cells apart by tabs, as the box of the page takes them."""
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in lines)


def _roster(actor: Actor, adoption_id: int, roster: str) -> tuple[Adopted, Register]:
    found = owned(actor, adoption_id)
    register = next((one for one in found.rosters if one.id == roster), None)
    if register is None:
        raise NotYours
    return found, register


def _choices(
    found: Adopted, register: Register, header: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """(heading, what to fill in, what it means) for the columns with a fixed set of answers."""
    for one in register.fields.values():
        if one.title in header:
            for text, meaning in _answers(found, one):
                yield one.title, text, meaning


def _answers(found: Adopted, described: Field) -> Iterator[tuple[str, str]]:
    if described.type == "boolean":
        yield from (("是", ""), ("否", ""))
    for word in described.values:
        yield word, ""
    if described.type in {one.id for one in found.rosters}:
        rows = Subject.objects.unscoped(WHY).filter(
            adoption=holds_rows(found.adoption), roster=described.type, has_left=False
        )
        yield from rows.order_by("key").values_list("key", "name")[:MOST_CHOICES]
