"""Rosters going out as workbooks: the empty table to fill in, and a file with its faults marked."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable
from tempfile import TemporaryDirectory

from kaocheng.formats.person_values import FIELDS
from kaocheng.formats.roster import Roster
from kaocheng.formats.roster_entries import Fault, field_title
from kaocheng.formats.roster_headings import TEMPLATE

PROBLEM = "问题"
_WIDTH, _PROBLEM_WIDTH = 16, 60
_REQUIRED = ("name", "staff_number")
_ROWS_OF_TEMPLATE = 2000


def empty_roster() -> bytes:
    """Headings only; every column is text, so that Excel keeps 18 digits and leading zeros."""
    from xlsxwriter import Workbook

    packed = io.BytesIO()
    book = Workbook(packed, {"in_memory": True})
    sheet = book.add_worksheet("花名册")
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "num_format": "@"})
    sheet.freeze_panes(1, 0)
    for index, name in enumerate(TEMPLATE):
        sheet.set_column(index, index, _WIDTH, text)
        mark = "（必填）" if name in _REQUIRED else ""
        sheet.write_string(0, index, field_title(name) + mark, bold)
    genders = TEMPLATE.index("gender")
    sheet.data_validation(
        1, genders, _ROWS_OF_TEMPLATE, genders, {"validate": "list", "source": ["男", "女"]}
    )
    book.close()
    return packed.getvalue()


def marked_roster(roster: Roster, faults: Iterable[Fault]) -> bytes:
    """The whole roster as it came, with the cells in question coloured and told about at the end.

    It is corrected in place and sent again: the column of problems is passed over when it is read.
    """
    from xlsxwriter import Workbook

    at_line = defaultdict(list)
    for fault in faults:
        at_line[fault.line].append(fault)
    kept = [i for i, text in enumerate(roster.heading) if text != PROBLEM]
    packed = io.BytesIO()
    with TemporaryDirectory() as folder:
        book = Workbook(packed, {"constant_memory": True, "tmpdir": folder})
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True})
        wrong = book.add_format({"num_format": "@", "bg_color": "#FAE9E6", "font_color": "#AE2F26"})
        doubtful = book.add_format({"num_format": "@", "bg_color": "#FBF1DC"})
        told = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("花名册")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(kept) - 1, _WIDTH, text)
        sheet.set_column(len(kept), len(kept), _PROBLEM_WIDTH, told)
        for column, index in enumerate(kept):
            sheet.write_string(0, column, roster.heading[index], bold)
        sheet.write_string(0, len(kept), PROBLEM, bold)
        for out, row in enumerate(roster.rows, start=1):
            here = at_line[row.line]
            marked = {
                fault.column - roster.first_column: wrong if fault.is_error else doubtful
                for fault in sorted(here, key=lambda fault: fault.is_error)
            }
            for column, index in enumerate(kept):
                cell = row.cells[index] if index < len(row.cells) else ""
                if cell or index in marked:
                    sheet.write_string(out, column, cell, marked.get(index, text))
            if here:
                words = "\n".join(f"{fault.reason()}{fault.remedy()}" for fault in here)
                sheet.write_string(out, len(kept), words, told)
        sheet.autofilter(0, 0, len(roster.rows), len(kept))
        book.close()
    return packed.getvalue()


def is_personal(name: str) -> bool:
    return name in FIELDS and FIELDS[name].is_personal
