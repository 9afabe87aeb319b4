"""Ranges of units give what everybody at once gives, wherever they are computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from kaocheng.engine import verbs
from kaocheng.engine.columnar.columnar_run import ColumnarRun
from kaocheng.engine.columnar.encoding import encode_facts
from kaocheng.engine.columnar.facts import AT, LINE, Column, ColumnFacts, ColumnTable
from kaocheng.engine.columnar.ranges import DealtFacts, Range, unit_ranges
from kaocheng.engine.columnar.run import Store
from kaocheng.engine.columnar.spark import run_in_ranges
from kaocheng.engine.columnar.stages import Units
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import Facts
from tests.engine.columnar.agreement import Unreadable, compiled_pack, facts_of
from tests.engine.columnar.generated import Emphasis, numbered
from tests.engine.columnar.ranged import city, compute_here, dealt_into, digests

PEOPLE = 120
EMPHASES = (
    Emphasis(("seats", "mark", "seats"), subjects=("teacher", "school")),
    Emphasis(("value", "grade", "compare"), subjects=("teacher", "school", "lesson")),
    Emphasis(("deduct", "value", "count"), periods=True),
)


@dataclass(frozen=True)
class Case:
    """A city, and how its entries lie in ranges."""

    compiled: Compiled
    facts: Facts
    dealt: DealtFacts

    def run(self) -> ColumnarRun:
        return run_in_ranges(self.compiled, self.dealt, compute=compute_here)

    def embedded(self) -> Store:
        return Store(self.compiled, encode_facts(self.compiled.pack, self.facts))


@pytest.fixture
def case(tmp_path: Path) -> Case:
    compiled, facts = city(PEOPLE)
    return Case(compiled, facts, dealt_into(tmp_path, compiled, facts, ranges=9))


def roster(*sizes: int) -> tuple[ColumnFacts, Units]:
    """People in units of the given sizes; the first size is that of the people without one."""
    compiled, _ = city(12)
    units: list[int | None] = [None] * sizes[0]
    units.extend(at for at, size in enumerate(sizes[1:]) for _ in range(size))
    arrow = pa.table({"school": pa.array(units, pa.int32()), AT: range(len(units))})
    register = compiled.pack.registers["teacher"]
    facts = ColumnFacts({"teacher": ColumnTable(register, arrow, {"school": Column()})})
    return facts, Units("school", {"teacher": "school"}, {})


def cuts(*sizes: int, count: int) -> list[tuple[int, int]]:
    facts, units = roster(*sizes)
    found = unit_ranges(facts, units, count=count, subjects={"teacher"})
    assert found == tuple(Range(at, "teacher", one.low, one.high) for at, one in enumerate(found))
    return [(one.low, one.high) for one in found]


def test_ranges_are_cut_between_units_only() -> None:
    assert cuts(0, 7, 1, 12, 3, 5, count=3) == [(0, 20), (20, 28)]
    assert cuts(0, 7, 1, 12, 3, 5, count=4) == [(0, 7), (7, 20), (20, 23), (23, 28)]


def test_people_without_a_unit_stay_together() -> None:
    assert cuts(9, 2, 2, count=8) == [(0, 9), (9, 11), (11, 13)]


def test_ranges_are_no_more_than_units_and_no_fewer_than_one() -> None:
    assert cuts(0, 2, 2, count=8) == [(0, 2), (2, 4)]
    assert cuts(0, 3, count=8) == [(0, 3)]
    assert cuts(0, count=8) == [(0, 0)]


def test_every_entry_lies_in_one_range_with_its_subject(case: Case) -> None:
    encoded = encode_facts(case.compiled.pack, case.facts)

    assert set(case.dealt.links) == {"lesson", "visit"}
    for register, (subject, of) in case.dealt.links.items():
        parts, ranges = case.dealt.parts(register), case.dealt.ranges_of(of)
        lines = [line for part in parts for line in part[LINE].to_pylist()]
        assert sorted(lines) == sorted(encoded.tables[register].arrow[LINE].to_pylist())
        for part, one in zip(parts, ranges, strict=True):
            places = set(part[subject].to_pylist())
            assert places - {None} <= set(range(one.low, one.high))
            assert None not in places or one.low == 0


@pytest.mark.parametrize("ranges", [1, 4, 30])
def test_ranges_give_the_bytes_of_both_evaluators(tmp_path: Path, ranges: int) -> None:
    compiled, facts = city(PEOPLE)
    case = Case(compiled, facts, dealt_into(tmp_path, compiled, facts, ranges=ranges))

    found = case.run()

    assert len(case.dealt.ranges_of("teacher")) >= min(ranges, 10) * 2 // 3
    assert set(found.stages.tables) == {"classes", "appraisal", "schools"}
    assert found.stages.wide
    assert found.stages.whole_registers == {"lesson"}
    assert found.share_by_reference.decided == 0
    assert digests(found) == digests(verbs.run(compiled, facts))
    assert digests(found) == digests(case.embedded().run())


def test_types_of_results_are_those_of_the_embedded_run(case: Case) -> None:
    embedded = case.embedded().run()

    found = case.run()

    schemas = {name: table.schema for name, table in embedded.tables.items()}
    assert {name: table.schema for name, table in found.tables.items()} == schemas
    assert any(pa.types.is_decimal(one) for one in schemas["appraisal"].types)  # HUGEINT


def test_rows_for_the_reference_are_those_of_the_embedded_run(case: Case) -> None:
    store, found = case.embedded(), case.run()
    schools = range(store.facts.tables["school"].rows)

    for register in case.compiled.pack.registers:
        for unit in (None, *schools):
            rows = store.fetch(register, unit).sort_by(LINE)
            assert found.fetch(register, unit).sort_by(LINE) == rows, (register, unit)


def test_empty_rosters_give_empty_results(tmp_path: Path) -> None:
    compiled, facts = city(0)

    found = Case(compiled, facts, dealt_into(tmp_path, compiled, facts, ranges=4)).run()

    assert digests(found) == digests(verbs.run(compiled, facts))


def generated_cases() -> Iterator[tuple[str, Compiled, Facts]]:
    for seed in range(24):
        one = numbered(seed, EMPHASES[seed % len(EMPHASES)])
        try:
            compiled = compiled_pack(one.pack)
            yield str(seed), compiled, facts_of(compiled, one.facts)
        except Unreadable:
            continue


def test_ranges_agree_on_packs_that_nobody_has_thought_of(tmp_path: Path) -> None:
    looked_at = 0

    for name, compiled, facts in generated_cases():
        dealt = dealt_into(tmp_path / name, compiled, facts, ranges=4)
        found = run_in_ranges(compiled, dealt, compute=compute_here)
        assert digests(found) == digests(verbs.run(compiled, facts)), name
        looked_at += 1

    assert looked_at > 20
