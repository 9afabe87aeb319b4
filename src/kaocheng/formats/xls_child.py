"""Reads one old workbook from standard input in a process of its own, within hard limits.

`python -m kaocheng.formats.xls_child`: calamine lays out every sheet of an .xls at once and
believes what the file says of its size. So it does that where it can take nothing else down with
it. Answers with one line of JSON: a list of [name of the sheet, first column, rows, merged ranges].
"""

from __future__ import annotations

import io
import json
import resource
import sys

from kaocheng.formats.xlsx_cells import value_text

MOST_MEMORY, MOST_SECONDS = 1_500_000_000, 20
MOST_CELLS = 4_000_000
DAMAGED, PASSWORD, TOO_LARGE = 3, 4, 5


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError, PasswordError, SheetVisibleEnum, load_workbook

    try:
        book = load_workbook(io.BytesIO(sys.stdin.buffer.read()))
        sheets = []
        left = MOST_CELLS
        for entry in book.sheets_metadata:
            if entry.visible != SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(entry.name)
            left -= sheet.height * sheet.width
            if left < 0:
                return TOO_LARGE
            first = sheet.start[1] + 1 if sheet.start else 1
            rows = [
                [line, [value_text(value) for value in values]]
                for line, values in enumerate(sheet.iter_rows(), start=1)
            ]
            sheets.append([entry.name, first, rows, sheet.merged_cell_ranges or []])
    except PasswordError:
        return PASSWORD
    except (CalamineError, OSError):
        return DAMAGED
    json.dump(sheets, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
