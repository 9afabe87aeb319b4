from __future__ import annotations

import pytest

from benchmarks.harness import against_limit, compare


class StoppedClock:
    """A clock that only moves when somebody works."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def test_compare_ends_with_one_line_of_medians_and_ratio(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = StoppedClock()
    our_seconds = iter([9.0, 1.0, 3.0, 2.0])  # the first is the warm-up

    ratio = compare(
        "totals",
        ours=lambda: clock.advance(next(our_seconds)),
        peer=lambda: clock.advance(4.0),
        rounds=3,
        clock=clock,
    )

    assert ratio == 0.5
    assert capsys.readouterr().out.splitlines() == [
        "  ours  2.0000 s (median of 3, 1.0000–3.0000 s)",
        "  peer  4.0000 s (median of 3, 4.0000–4.0000 s)",
        "totals: ours=2.0000 s peer=4.0000 s ratio=0.50",
    ]


def test_compare_interleaves_and_alternates_who_goes_first() -> None:
    clock = StoppedClock()
    order: list[str] = []

    def work(name: str) -> None:
        order.append(name)
        clock.advance(1.0)

    compare(
        "order",
        ours=lambda: work("ours"),
        peer=lambda: work("peer"),
        rounds=2,
        warm_up_rounds=0,
        clock=clock,
    )

    assert order == ["ours", "peer", "peer", "ours"]


def test_against_limit_ends_with_one_line_of_median_and_ratio(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = StoppedClock()

    ratio = against_limit(
        "start", ours=lambda: clock.advance(0.5), limit_seconds=2.0, rounds=1, clock=clock
    )

    assert ratio == 0.25
    assert capsys.readouterr().out.splitlines() == [
        "  ours  0.5000 s (median of 1, 0.5000–0.5000 s)",
        "start: ours=0.5000 s peer=2.0000 s (limit) ratio=0.25",
    ]


def test_compare_refuses_no_rounds() -> None:
    with pytest.raises(ValueError, match="rounds must be at least 1, not 0"):
        compare("none", ours=lambda: None, peer=lambda: None, rounds=0)
