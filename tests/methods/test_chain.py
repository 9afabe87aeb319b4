"""A chain shows every later change of what it covers, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaocheng.methods.chain import (
    Anchor,
    Fault,
    FaultKind,
    RowText,
    Seal,
    Walk,
    canonical_row,
    hexdigest,
    next_seal,
)

Rows = dict[int, RowText]
ROWS: Rows = {id: (f'[{id}, "unit.rename"]', '{"fields": ["name"]}') for id in range(1, 7)}


def chain(method: str = "sha256") -> list[Seal]:
    seals: list[Seal] = []
    for ids in ((1, 2), (4,), (3, 5, 6)):
        rows = {id: ROWS[id] for id in ids}
        seals.append(next_seal(seals[-1] if seals else None, method, "2026-11-27", rows))
    return seals


def faults(seals: list[Seal], rows: Rows, *anchors: Anchor) -> list[Fault]:
    walk = Walk(anchors)
    return [fault for seal in seals for fault in walk.step(seal, rows)] + list(walk.end())


@pytest.mark.parametrize("method", ["sha256", "sm3"])
def test_chain_that_nobody_touched_is_sound(method: str) -> None:
    seals = chain(method)

    assert faults(seals, ROWS, Anchor(3, seals[2].digest, "通知")) == []


def test_digest_of_the_national_standard_is_the_one_of_its_example() -> None:
    assert hexdigest("sm3", b"abc") == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_canonical_row_does_not_depend_on_blanks_or_the_order_of_keys() -> None:
    one = canonical_row(('[7, "名", null]', '{"b": 1, "a": ["甲", 2]}'))
    other = canonical_row(('[7, "名", null]', '{"a":["甲",2],"b":1}'))

    assert one == other == '[7, "名", null, {"a": ["甲", 2], "b": 1}]'.encode()


def test_changed_row_is_named_with_its_seal() -> None:
    rows = ROWS | {4: ('[4, "unit.merge"]', ROWS[4][1])}

    assert faults(chain(), rows) == [Fault(FaultKind.ROW_CHANGED, 2, 4)]


def test_missing_row_is_named_with_its_seal() -> None:
    rows = {id: values for id, values in ROWS.items() if id != 5}

    assert faults(chain(), rows) == [Fault(FaultKind.ROW_GONE, 3, 5)]


def test_rows_that_changed_places_are_both_named() -> None:
    rows = ROWS | {1: ROWS[2], 2: ROWS[1]}

    assert faults(chain(), rows) == [
        Fault(FaultKind.ROW_CHANGED, 1, 1),
        Fault(FaultKind.ROW_CHANGED, 1, 2),
    ]


def test_seal_that_leaves_a_row_out_does_not_follow_from_the_one_before() -> None:
    first, second, third = chain()

    changed = replace(third, rows=third.rows[:2])
    assert faults([first, second, changed], ROWS) == [Fault(FaultKind.SEAL_CHANGED, 3)]


def test_missing_seals_are_named_as_a_run() -> None:
    seals = chain()

    assert faults([seals[0], seals[2]], ROWS) == [Fault(FaultKind.SEAL_GONE, 2, until=2)]


def test_end_that_was_cut_off_shows_by_the_anchor_alone() -> None:
    seals = chain()
    anchor = Anchor(3, seals[2].digest, "公示 2026-1")

    assert faults(seals[:1], ROWS) == []
    assert faults(seals[:1], ROWS, anchor) == [
        Fault(FaultKind.END_GONE, 2, until=3, where="公示 2026-1")
    ]


def test_chain_that_was_written_anew_shows_by_the_anchor_alone() -> None:
    anchor = Anchor(3, chain()[2].digest, "公示 2026-1")
    rows = ROWS | {1: ('[1, "unit.merge"]', "{}")}
    anew: list[Seal] = []
    for ids in ((1, 2), (4,), (3, 5, 6)):
        chosen = {id: rows[id] for id in ids}
        anew.append(next_seal(anew[-1] if anew else None, "sha256", "2026-11-27", chosen))

    assert faults(anew, rows) == []
    assert faults(anew, rows, anchor) == [Fault(FaultKind.ANCHOR_DIFFERS, 3, where="公示 2026-1")]
