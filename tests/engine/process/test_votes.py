from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaocheng.engine.process.entries import Vote
from kaocheng.engine.process.votes import VoteCountsError, vote_passes
from tests.engine.process.laying import notice

ADOPTION = notice("S4.1").votes[0]
SIGNATURES = Vote(
    id="amendment",
    title="细则修改",
    place=ADOPTION.place,
    who="教代会代表",
    majority=Fraction(2, 3),
    of="members",
)


@pytest.mark.parametrize(
    ("members", "present", "agreed", "passes"),
    [
        (30, 20, 10, True),  # two thirds came, half of them agreed: 以上 includes both
        (30, 19, 19, False),
        (31, 20, 20, False),  # two thirds of 31 are more than 20
        (30, 20, 9, False),
        (30, 21, 10, False),  # half of 21 are more than 10
        (0, 0, 0, False),
    ],
)
def test_scheme_of_s4_1_is_adopted(members: int, present: int, agreed: int, passes: bool) -> None:
    counts = {"members": members, "present": present, "agreed": agreed}

    assert vote_passes(ADOPTION, **counts, strict=False) is passes


def test_exactly_half_is_not_enough_in_the_strict_reading() -> None:
    assert not vote_passes(ADOPTION, members=30, present=20, agreed=10, strict=True)
    assert vote_passes(ADOPTION, members=30, present=20, agreed=11, strict=True)


def test_signatures_are_counted_against_all_members() -> None:
    assert vote_passes(SIGNATURES, members=30, present=20, agreed=20, strict=False)
    assert not vote_passes(SIGNATURES, members=30, present=25, agreed=19, strict=False)


@pytest.mark.parametrize(("members", "present", "agreed"), [(10, 11, 5), (10, 5, 6), (10, 5, -1)])
def test_impossible_counts_are_refused(members: int, present: int, agreed: int) -> None:
    with pytest.raises(VoteCountsError, match="人数前后矛盾"):
        vote_passes(ADOPTION, members=members, present=present, agreed=agreed, strict=False)


@given(st.integers(1, 500), st.data())
def test_one_more_vote_never_turns_a_pass_into_a_failure(members: int, data: st.DataObject) -> None:
    present = data.draw(st.integers(1, members))
    agreed = data.draw(st.integers(0, present - 1))
    strict = data.draw(st.booleans())

    before, after = (
        vote_passes(ADOPTION, members=members, present=present, agreed=votes, strict=strict)
        for votes in (agreed, agreed + 1)
    )

    assert after or not before
