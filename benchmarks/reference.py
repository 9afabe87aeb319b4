"""The reference evaluator on 300 people of S4.1, facts read and results computed, against 2 s."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.harness import against_limit
from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.formats import read_tables

PACK = Path(__file__).parent.parent / "schemes" / "s4.1-dongliu"
PEOPLE = "staff"
HEADS, SMALL_HEADS = 300, 50
ROUNDS, SMALL_ROUNDS = 7, 3
LIMIT_SECONDS = 2.0
SEED = 41


def enlarged(pack: Pack, tables: dict[str, TextTable], *, heads: int) -> dict[str, TextTable]:
    """The example's people several times over, with every table that speaks of them.

    Copies have keys of their own. Numbers are dealt anew within their column, so that the copies
    differ and every number stays one that somebody could have entered.
    """
    cast = len(tables[PEOPLE].rows)
    copied = _speaking_of(pack, PEOPLE)
    dealer = random.Random(SEED)  # noqa: S311  # the same people each time, no secret
    return {
        name: _copied(pack, table, copied, -(-heads // cast), dealer) if name in copied else table
        for name, table in tables.items()
    }


def _speaking_of(pack: Pack, people: str) -> set[str]:
    """`people` and every table that refers to it, directly or through another."""
    found = {people}
    while True:
        more = {
            name
            for name, register in pack.registers.items()
            if any(field.type in found for field in register.fields.values())
        }
        if more <= found:
            return found
        found |= more


def _copied(
    pack: Pack, table: TextTable, copied: set[str], times: int, dealer: random.Random
) -> TextTable:
    register = pack.registers[table.name]
    renamed = {name for name, field in register.fields.items() if field.type in copied}
    renamed |= {register.key} if register.key else set()
    dealt = {name for name, field in register.fields.items() if field.type in ("number", "whole")}
    columns = []
    for at, name in enumerate(table.header):
        cells = [row.cells[at] for row in table.rows]
        if name in renamed:
            columns.append([_renamed(cell, copy) for copy in range(times) for cell in cells])
        elif name in dealt:
            columns.append([cell for _ in range(times) for cell in _dealt(cells, dealer)])
        else:
            columns.append(cells * times)
    rows = zip(*columns, strict=True)
    numbered = tuple(TextRow(line, tuple(cells)) for line, cells in enumerate(rows, start=2))
    return TextTable(table.name, table.source, table.header, numbered)


def _renamed(key: str, copy: int) -> str:
    return f"{key}-{copy}" if key else key


def _dealt(cells: Iterable[str], dealer: random.Random) -> list[str]:
    """The filled cells of a column in another order; empty ones stay where they are."""
    cells = list(cells)
    filled = [cell for cell in cells if cell]
    dealer.shuffle(filled)
    return [filled.pop() if cell else cell for cell in cells]


def compute(compiled: Compiled, tables: dict[str, TextTable]) -> None:
    verbs.run(compiled, verbs.facts(compiled.pack, tables, problems=Problems()))


def main(*, heads: int, rounds: int) -> None:
    problems = Problems()
    compiled = verbs.check(PACK, problems=problems)
    tables = read_tables(PACK / "example", problems=problems)
    problems.stop_on_errors()
    assert compiled is not None
    tables = enlarged(compiled.pack, tables, heads=heads)
    rows = sum(len(table.rows) for table in tables.values())
    print(f"{len(tables[PEOPLE].rows)} people, {rows} rows of facts")
    against_limit(
        "reference",
        ours=lambda: compute(compiled, tables),
        limit_seconds=LIMIT_SECONDS,
        rounds=rounds,
    )


if __name__ == "__main__":
    is_small = "--small" in sys.argv
    main(
        heads=SMALL_HEADS if is_small else HEADS,
        rounds=SMALL_ROUNDS if is_small else ROUNDS,
    )
