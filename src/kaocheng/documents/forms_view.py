"""The documents of a pack filled with its sample: lists, sheets, and the parts of texts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from kaocheng.documents.register_rows import HIDDEN, RowFinder, cell_text, masked_name
from kaocheng.documents.spoken import value_words
from kaocheng.engine.expressions.bound import BField, BFollow, BItem, Bound, walk_bound
from kaocheng.engine.language.documents import DOCUMENT_KINDS, Document
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.reference.judging import shown_rows
from kaocheng.engine.reference.run import Run
from kaocheng.engine.values import Value, is_known, is_number

# Of a list so many rows are shown, of sheets one.
_ROWS = {"list": 12, "sheet": 1, "text": 0}


@dataclass(frozen=True)
class FormView:
    """Shape: one text a column in every row; `more` rows are not shown."""

    id: str
    title: str
    kind: str
    is_sheet: bool
    of: str
    signed_by: str
    goes_to: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    more: int
    parts: tuple[str, ...]
    clauses: tuple[Clause, ...]
    note: str


def forms_view(run: Run, *, rows: RowFinder) -> tuple[FormView, ...]:
    return tuple(_form(run, document, rows) for document in run.pack.documents.values())


def _form(run: Run, document: Document, finder: RowFinder) -> FormView:
    pack, bound = run.pack, run.compiled.bound
    cells = [_Cells(run, finder, bound[column.show]) for column in document.columns]
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
            (column.title, cell.is_number)
            for column, cell in zip(document.columns, cells, strict=True)
        ),
        rows=tuple(kept),
        more=len(found) - len(kept),
        parts=document.parts,
        clauses=document.clauses,
        note=document.note,
    )


@dataclass(frozen=True)
class _Cells:
    """One column: what its expression shows, masked where that is a field about a person."""

    run: Run
    finder: RowFinder
    bound: Bound

    @property
    def is_number(self) -> bool:
        return self.bound.type.kind == "number"

    def words(self, value: Value) -> str:
        if not is_known(value):
            return value_words(value)
        if self._is_personal:
            return masked_name(str(value)) if self._is_name else HIDDEN
        if self.bound.type.kind == "ref":
            return self.finder.name_of(self.bound.type.table, str(value))
        if is_number(value) and self._unit():
            return value_words(value, unit=self._unit())
        return cell_text(value) if is_number(value) else value_words(value)

    @property
    def _is_personal(self) -> bool:
        """Whether a text or day comes, in whatever way, from a field about a person."""
        if self.bound.type.kind in ("number", "boolean"):
            return False
        registers = self.run.pack.registers.values()
        personal = {
            name for one in registers for name, field in one.fields.items() if field.personal
        }
        return any(
            isinstance(node, BField | BFollow) and node.field in personal
            for node in walk_bound(self.bound)
        )

    @property
    def _is_name(self) -> bool:
        registers = self.run.pack.registers.values()
        shown = self.bound
        return isinstance(shown, BField | BFollow) and shown.field in {
            one.name for one in registers
        }

    def _unit(self) -> str:
        if isinstance(self.bound, BItem):
            return self.run.pack.items[self.bound.result, self.bound.item].unit
        return ""
