"""The database that computes: how much it may take, and what is said when that is not enough.

DuckDB is imported where it is used: whoever asks for nothing else must not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kaocheng.engine.problems import Place, refuse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# DuckDB deals rows to its threads in groups of so many: a smaller table is one thread's work.
ROW_GROUP = 122_880
WHOLE_MACHINE = "本机的全部内存"


@dataclass(frozen=True)
class Resources:
    """What a computation may take.

    `memory`: like `4GB`; empty: most of the machine. `temporary`: the folder for what does not fit
    into memory; None: nothing is laid off to disk. `threads`: 0 for one per core.
    """

    memory: str = ""
    temporary: Path | None = None
    threads: int = 0


def connect(resources: Resources) -> DuckDBPyConnection:
    """A database in memory. What it lays off stands in `resources.temporary` until it is closed."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]]
    config = {"temp_directory": str(resources.temporary or "")}
    if resources.memory:
        config["memory_limit"] = resources.memory
    if resources.threads:
        config["threads"] = resources.threads
    return duckdb.connect(config=config)


@contextmanager
def failures_told(resources: Resources) -> Iterator[None]:
    """Turn a want of memory or of room into a problem; whatever else is raised is a bug of ours."""
    import duckdb

    place = Place("核算")
    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError) as fault:
        raise refuse("R01", place, limit=resources.memory or WHOLE_MACHINE) from fault
    except duckdb.IOException as fault:
        detail = str(fault).splitlines()[0].removeprefix("IO Error: ")[:200]
        raise refuse("R02", place, path=resources.temporary, detail=detail) from fault
