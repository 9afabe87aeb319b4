"""Tables in and out: CSV, workbooks, JSON and Parquet, to and from exact text.

pyarrow, calamine and xlsxwriter are imported where they are used and not before: a command that
touches none of them must not wait for them.
"""

from kaocheng.formats.folder import READ_EXTENSIONS, has_columns, read_tables
from kaocheng.formats.limits import LIMITS, Limits
from kaocheng.formats.out_columns import OutColumns
from kaocheng.formats.out_files import Kind, Writable, kind_of, write_table, write_tables
from kaocheng.formats.out_table import OutCell, OutColumn, OutTable, out_text
from kaocheng.formats.writers import canonical_csv_bytes

__all__ = [
    "LIMITS",
    "READ_EXTENSIONS",
    "Kind",
    "Limits",
    "OutCell",
    "OutColumn",
    "OutColumns",
    "OutTable",
    "Writable",
    "canonical_csv_bytes",
    "has_columns",
    "kind_of",
    "out_text",
    "read_tables",
    "write_table",
    "write_tables",
]
