"""How much is taken in before we refuse; the web sets smaller limits than the command line."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000

# Excel's own limits.
MOST_SHEET_LINES = 1_048_576
MOST_SHEET_COLUMNS = 16_384
# Excel's own too. A longer cell in a CSV file is nearly always an unclosed quote.
MOST_CHARACTERS_IN_CELL = 32_767


@dataclass(frozen=True)
class Limits:
    """Upper bounds for one file.

    `unpacked_bytes` bounds what a workbook grows to (zip bombs). `sheet_cells` bounds the rectangle
    around a sheet's cells: it is laid out whole in memory, about 32 bytes a cell. A file of columns
    (Parquet, Arrow) may hold `column_rows`, and grow to `column_bytes` in memory.
    """

    file_bytes: int = 200 * MEGABYTE
    unpacked_bytes: int = 1000 * MEGABYTE
    rows: int = 2_000_000
    sheet_cells: int = 32_000_000
    column_rows: int = 1_000_000_000
    column_bytes: int = 24_000 * MEGABYTE


LIMITS = Limits()
