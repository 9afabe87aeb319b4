"""The documents of a pack filled with its sample: lists, sheets, and the parts of texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from kaocheng.documents.register_rows import HIDDEN, RowFinder, cell_text, masked_name
from kaocheng.documents.spoken import value_words
from kaocheng.engine.expressions.bound import BField, BFollow, BItem, Bound, walk_bound
from kaocheng.engine.language.documents import DOCUMENT_KINDS, Document
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.reference.judging import shown_rows
from kaocheng.engine.reference.run import Run
from kaocheng.engine.trace import PERCENT
from kaocheng.engine.values import Value, is_known, is_number

# Of a list so many rows are shown, of sheets one.
_ROWS = {"list": 12, "sheet": 1, "text": 0}


@dataclass(frozen=True)
class FormView:
    """Shape: one text a column in every row; `more` rows are not shown. Columns: title and look."""

    id: str
    title: str
    kind: str
    is_sheet: bool
    of: str
    signed_by: str
    goes_to: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    more: int
    parts: tuple[str, ...]
    clauses: tuple[Clause, ...]
    note: str


def forms_view(run: Run, *, rows: RowFinder) -> tuple[FormView, ...]:
    return tuple(_form(run, document, rows) for document in run.pack.documents.values())


def _form(run: Run, document: Document, finder: RowFinder) -> FormView:
    pack, bound = run.pack, run.compiled.bound
    result = pack.results.get(document.of)
    subject = result.of if result else document.of
    cells = [_Cells(run, finder, subject, bound[column.show]) for column in document.columns]
    found = list(shown_rows(run, document)) if document.of and document.columns else []
    kept = [
        tuple(cell.words(value) for cell, value in zip(cells, row, strict=True))
        for row in islice(found, _ROWS[document.kind])
    ]
    known = pack.results.get(document.of) or pack.registers.get(document.of)
    return FormView(
        id=document.id,
        title=document.title,
        kind=DOCUMENT_KINDS[document.kind].partition("：")[0],
        is_sheet=document.kind == "sheet",
        of=known.title if known else "",
        signed_by="、".join(document.signed_by),
        goes_to=document.goes_to,
        columns=tuple(
            (column.title, cell.look) for column, cell in zip(document.columns, cells, strict=True)
        ),
        rows=tuple(kept),
        more=len(found) - len(kept),
        parts=document.parts,
        clauses=document.clauses,
        note=document.note,
    )


@dataclass(frozen=True)
class _Cells:
    """One column about rows of register `of`, masked where it shows a field about a person."""

    run: Run
    finder: RowFinder
    of: str
    bound: Bound

    @property
    def is_number(self) -> bool:
        return self.bound.type.kind == "number"

    @property
    def look(self) -> str:
        """How its cells look: figures to the right, days on one line."""
        if self.is_number:
            return "number"
        return "nowrap" if self.bound.type.kind in ("date", "moment") else ""

    def words(self, value: Value) -> str:
        """A field as the ledger has it, blank where it is empty; a figure that wants is said."""
        is_field = isinstance(self.bound, BField | BFollow)
        if not is_known(value):
            return value_words(value) if self.is_number and not is_field else ""
        if self._is_personal:
            return masked_name(str(value)) if self._is_name else HIDDEN
        if self.bound.type.kind == "period":
            titles = {period.id: period.title for period in self.run.facts.periods}
            return titles.get(str(value), str(value))
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M}"
        if self.bound.type.kind == "ref":
            return self.finder.name_of(self.bound.type.table, str(value))
        if is_number(value):
            if self._unit == PERCENT:
                return value_words(value, unit=PERCENT)
            return cell_text(value) if is_field or value.denominator == 1 else value_words(value)
        return value_words(value)

    @property
    def _is_personal(self) -> bool:
        """Whether a text or day comes, in whatever way, from a field about a person."""
        if self.bound.type.kind in ("number", "boolean"):
            return False
        return any(self._field_is_personal(node) for node in walk_bound(self.bound))

    def _field_is_personal(self, node: Bound) -> bool:
        """By its register where that is plain, by its name inside aggregates."""
        registers = self.run.pack.registers
        match node:
            case BField(level=0, field=name):
                return name in registers[self.of].fields and self._personal(self.of, name)
            case BFollow(table=table, field=name):
                return self._personal(table, name)
            case BField(field=name):
                return any(
                    name in one.fields and self._personal(one.id, name)
                    for one in registers.values()
                )
        return False

    def _personal(self, register: str, name: str) -> bool:
        return self.run.pack.registers[register].fields[name].personal

    @property
    def _is_name(self) -> bool:
        registers = self.run.pack.registers
        match self.bound:
            case BField(level=0, field=name):
                return name == registers[self.of].name
            case BFollow(table=table, field=name):
                return name == registers[table].name
        return False

    @property
    def _unit(self) -> str:
        if isinstance(self.bound, BItem):
            return self.run.pack.items[self.bound.result, self.bound.item].unit
        return ""
