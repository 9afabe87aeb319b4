"""Encoded facts on disk, so that a process can start from them without the peers' tables."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pyarrow import dataset, parquet

from kaocheng.engine.columnar.facts import Column, ColumnFacts, ColumnTable

if TYPE_CHECKING:
    from kaocheng.engine.model import Pack

PROMISES = "promises.json"


def save_facts(facts: ColumnFacts, folder: Path) -> None:
    """One Parquet file per register, and what is promised of the columns; no parameters."""
    folder.mkdir(parents=True, exist_ok=True)
    promises = {}
    for name, table in facts.tables.items():
        parquet.write_table(table.arrow, folder / f"{name}.parquet", compression="zstd")
        columns = {field: asdict(column) for field, column in table.columns.items()}
        promises[name] = {"columns": columns, "most_per": dict(table.most_per)}
    (folder / PROMISES).write_text(json.dumps(promises), encoding="utf-8")


def read_saved_facts(pack: Pack, folder: Path) -> ColumnFacts:
    """The facts, whose rows stay in their files until they are loaded."""
    promises = json.loads((folder / PROMISES).read_text(encoding="utf-8"))
    tables = {}
    for name, promised in promises.items():
        columns = {field: Column(**column) for field, column in promised["columns"].items()}
        arrow = dataset.dataset(folder / f"{name}.parquet")
        register = pack.registers[name]
        tables[name] = ColumnTable(
            register, arrow, columns, promised["most_per"], f"{name}.csv", arrow.count_rows()
        )
    return ColumnFacts(tables)
