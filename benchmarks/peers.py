"""The peers: the generator of their data and the scheme as others wrote it by hand.

They stand in `shared/bench` beside the checkout (`KAOCHENG_PEERS` names another folder) and are
run from there; nothing of them is part of this project. What they write goes into `build/bench`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

ROOT = Path(__file__).parent.parent
PEERS = Path(os.environ.get("KAOCHENG_PEERS", ROOT.parent / "shared" / "bench"))
WORK = ROOT / "build" / "bench"

# The peers' tables: teachers, events, deductions, marks by hand, attendance, reviews.
TABLES = ("teacher", "ev", "ded", "man", "att", "rev")
TEACHERS_PER_SCHOOL = 100
# Between equal remainders they give the last fen to the lower number; our rule asks for the better
# total first. Of 1.5 million people that changes the pay of 8 by a fen.
THEIR_TIES, OUR_TIES = "ORDER BY rem DESC, tid", "ORDER BY rem DESC, total DESC, tid"


@dataclass(frozen=True)
class Size:
    """How much there is of a city: teachers, and how many rows of each kind a teacher has."""

    teachers: int
    events: int = 20
    attendance: int = 10
    reviews: int = 10

    @property
    def name(self) -> str:
        return f"t{self.teachers}-e{self.events}-a{self.attendance}-r{self.reviews}"

    @property
    def facts(self) -> int:
        """About how many rows: six marks each, and two deductions on average."""
        return self.teachers * (1 + 6 + 2 + self.events + self.attendance + self.reviews)


def are_here() -> bool:
    """Whether the peers' files are beside the checkout."""
    return (PEERS / "gen.py").is_file()


def must_be_here() -> None:
    """Stop with what to do where the peers are missing."""
    if not are_here():
        sys.exit(
            f"没有找到对照程序：{PEERS} 里没有 gen.py；请把它们放在那里，或用 KAOCHENG_PEERS 指明。"
            f" The peers are missing: no gen.py in {PEERS}; KAOCHENG_PEERS names another folder."
        )


def generated(size: Size, *, work: Path | None = None) -> Path:
    """The folder with the Parquet files of a city, made by the peers' generator when missing."""
    work = work or WORK
    folder = work / "data" / size.name
    if not folder.exists():
        work.mkdir(parents=True, exist_ok=True)
        # Made under another name: who finds the folder finds it whole.
        made = folder.with_name(f"{size.name}.{os.getpid()}")
        numbers = (size.teachers, size.events, size.attendance, size.reviews)
        command = [sys.executable, str(PEERS / "gen.py"), made.name, *map(str, numbers)]
        subprocess.run(command, cwd=work, check=True, capture_output=True)
        put_in_place(made, folder)
    return folder


def put_in_place(made: Path, folder: Path) -> None:
    """Rename, unless somebody else was quicker."""
    try:
        made.rename(folder)
    except OSError:
        shutil.rmtree(made)


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The peers' tables in memory, in the order of their files."""
    for table in TABLES:
        connection.execute(f"CREATE TABLE {table} AS FROM '{folder / table}.parquet'")


def by_hand(sources: Mapping[str, str] | None = None) -> str:
    """The whole scheme as one query, tuned by hand, over the peers' tables or other sources."""
    text = (PEERS / "hand_opt.sql").read_text(encoding="utf-8")
    return text.format(**(sources or {table: table for table in TABLES}))


def by_hand_with_our_ties() -> str:
    """The same query with our rule for the last fen: what our results are held against."""
    query = by_hand()
    assert query.count(THEIR_TIES) == 1
    return query.replace(THEIR_TIES, OUR_TIES)
