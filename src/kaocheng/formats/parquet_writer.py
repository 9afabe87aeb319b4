"""Tables as Parquet for programs: every column is text, so that every value is exact.

Column names are ids, with the title in the metadata of the field. Cells say what they say in CSV
(`9.1`, `7/3`, `2026-09-01`, 是), without any apostrophe; None is null. The schema does not depend
on what the values happen to be.
"""

from __future__ import annotations

from typing import BinaryIO

from kaocheng.formats.out_table import OutTable, out_text


def write_parquet(stream: BinaryIO, table: OutTable) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    fields = [
        pa.field(column.id, pa.string(), metadata={"title": column.title})
        for column in table.columns
    ]
    arrays = [
        pa.array(
            (None if row[index] is None else out_text(row[index]) for row in table.rows),
            type=pa.string(),
        )
        for index in range(len(table.columns))
    ]
    schema = pa.schema(fields, metadata={"title": table.title})
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), stream)
