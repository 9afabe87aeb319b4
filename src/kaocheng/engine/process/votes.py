"""Whether a vote passes. Exact fractions: two thirds of 30 are 20, of 31 are 21."""

from __future__ import annotations

from kaocheng.engine.process.entries import Vote


class VoteCountsError(ValueError):
    """Counts that cannot be; the text is Chinese and meant for the reader."""


def vote_passes(vote: Vote, *, members: int, present: int, agreed: int, strict: bool) -> bool:
    """Whether enough members came and enough of them agreed.

    以上 includes its number (D1); with `strict` exactly the majority is not enough. The quorum
    always includes its number. Raises VoteCountsError unless 0 ≤ agreed ≤ present ≤ members.
    """
    if not 0 <= agreed <= present <= members:
        raise VoteCountsError(
            f"应到 {members} 人、实到 {present} 人、赞成 {agreed} 人，人数前后矛盾；请核对票数。"
        )
    if members == 0 or present < vote.quorum * members:
        return False
    needed = vote.majority * (present if vote.of == "present" else members)
    return agreed > needed if strict else agreed >= needed and agreed > 0
