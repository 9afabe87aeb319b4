"""One school's register has changed: from its new table to its results.

Everything is counted: the rows in the store, the school computed again, its results in their table
and as Arrow. Against a limit, and beside hand-tuned SQL for the one school.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks import peers
from benchmarks.cities import FIRST_LINE
from benchmarks.harness import against_limit, compare
from benchmarks.saved_facts import read_saved_facts
from benchmarks.sides import Hand, Ours, city_pack, encoded
from kaocheng.engine.columnar.facts import LINE, ColumnFacts, ColumnTable
from kaocheng.engine.exact import exact_text

TEACHERS, SMALL_TEACHERS = 150_000, 300
ROUNDS, SMALL_ROUNDS = 51, 3
LIMIT_SECONDS = 0.025
REGISTER, FIELD = "record", "cut"


def in_memory(table: ColumnTable) -> pa.Table:
    """The rows of a table, which may still lie in files."""
    return table.arrow if isinstance(table.arrow, pa.Table) else table.arrow.to_table()


def positions_of(facts: ColumnFacts, school: int) -> tuple[int, int]:
    """The first position of the school's teachers, and the one after the last."""
    schools = in_memory(facts.tables["teacher"])["school"]
    first = pc.index(schools, school).as_py()
    return first, first + pc.sum(pc.equal(schools, school)).as_py()


def rows_of(table: ColumnTable, first: int, end: int) -> pa.Table:
    """The rows about teachers from position `first` to before `end`: they lie together."""
    rows = in_memory(table)
    inside = pc.and_(pc.greater_equal(rows["teacher"], first), pc.less(rows["teacher"], end))
    return rows.filter(inside)


@dataclass(frozen=True)
class Change:
    """Another cut for one record of a general shortcoming, within what the column promises."""

    line: int
    encoded: int
    cut: Fraction

    def made_in(self, rows: pa.Table) -> pa.Table:
        at = rows.schema.get_field_index(FIELD)
        values = [
            self.encoded if line == self.line else value
            for line, value in zip(rows[LINE].to_pylist(), rows[FIELD].to_pylist(), strict=True)
        ]
        changed = pa.array(values, rows.schema.field(at).type)
        return rows.set_column(at, rows.schema.field(at), changed)


def change_of(table: ColumnTable, rows: pa.Table) -> Change:
    """The first such record of `rows` gets the greatest cut there is, or the least if it had it."""
    shortcoming = table.register.fields["kind"].values.index("一般问题")
    row = next(row for row in rows.to_pylist() if row["kind"] == shortcoming)
    column = table.columns[FIELD]
    value = column.high if row[FIELD] < column.high else column.low
    return Change(row[LINE], value, Fraction(value, column.scale))


class HandSchool:
    """The peers' query with the school's filter inside every scan, over their changed table."""

    def __init__(self, hand: Hand, school: int, change: Change) -> None:
        self.connection = hand.connection
        ends = f"SELECT min(tid), max(tid) FROM teacher WHERE school_id = {school}"  # noqa: S608  # ours
        ((first, last),) = self.connection.execute(ends).fetchall()
        self.teachers = range(first, last + 1)
        inside = f"WHERE tid BETWEEN {first} AND {last}"
        query = peers.by_hand({table: f"(FROM {table} {inside})" for table in peers.TABLES})
        row = change.line - FIRST_LINE
        self.change = f"UPDATE ded SET pts = {exact_text(change.cut)} WHERE rowid = {row}"  # noqa: S608  # ours
        self.query = f"CREATE OR REPLACE TABLE result AS {query}"

    def run(self) -> object:
        """One fact changes, and the school is computed."""
        self.connection.execute(self.change).fetchall()
        return self.connection.execute(self.query).fetchall()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=int, default=TEACHERS)
    parser.add_argument("--small", action="store_true", help="a few teachers, a few rounds")
    options = parser.parse_args(arguments)
    peers.must_be_here()
    size = peers.Size(SMALL_TEACHERS if options.small else options.teachers)
    facts = read_saved_facts(city_pack().pack, encoded(size, city_pack()))
    school = size.teachers // peers.TEACHERS_PER_SCHOOL // 2
    table = facts.tables[REGISTER]
    rows = rows_of(table, *positions_of(facts, school))
    change = change_of(table, rows)
    changed = {REGISTER: change.made_in(rows)}
    unit = in_memory(facts.tables["school"])["id"][school].as_py()

    ours, hand = Ours(size), Hand(size)
    hand_school = HandSchool(hand, school, change)
    ours.run()
    ours.run_unit(unit, changed)
    hand_school.run()
    print(f"{size.teachers} teachers, school {unit}, {len(rows)} rows of its register")
    # Theirs for the whole city, so that the school alone is held against the school among all.
    expected = [row for row in hand.rows() if row[0] in hand_school.teachers]
    found = [row for row in ours.rows() if row[0] in hand_school.teachers]
    same = "the same" if found == expected else "NOT the same"
    print(f"  the school's {len(expected)} rows are {same}")
    rounds = SMALL_ROUNDS if options.small else ROUNDS
    run = partial(ours.run_unit, unit, changed)
    compare("school by hand", ours=run, peer=hand_school.run, rounds=rounds)
    against_limit("school", ours=run, limit_seconds=LIMIT_SECONDS, rounds=rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
