"""A pack with its parameters settled: the values that somebody chose stand in place of defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.text_table import TextTable

PARAMETERS = "parameters"


def settled(pack: Pack, tables: Mapping[str, TextTable], *, problems: Problems) -> Pack:
    """`pack` with the values of `parameters` (id, value) and of tables named like its parameters.

    Other tables are left alone. A name that is no parameter of the pack is a problem (F51).
    """
    found = dict(pack.parameters)
    if (overlay := tables.get(PARAMETERS)) is not None:
        for row in overlay.rows:
            cells = dict(zip(overlay.header, row.cells, strict=False))
            name, place = cells.get("id", ""), Place(overlay.source, row.line)
            if name not in found or found[name].type == "table":
                listed = "、".join(pack.parameters)
                problems.add("F51", place, name=name[:60], names=listed)
            else:
                found[name] = replace(found[name], default=cells.get("value", ""), place=place)
    for name, parameter in pack.parameters.items():
        if parameter.type == "table" and name in tables:
            found[name] = _with_rows(parameter, tables[name])
    return replace(pack, parameters=found)


def _with_rows(parameter: Parameter, table: TextTable) -> Parameter:
    lines = [table.header, *(row.cells for row in table.rows)]
    rows = "\n".join(",".join(_cell(cell) for cell in line) for line in lines)
    return replace(parameter, rows=rows, place=Place(table.source, 1))


def _cell(text: str) -> str:
    """A cell as `text_table` reads it."""
    return '"' + text.replace('"', '""') + '"' if any(one in text for one in ',"\n\r') else text
