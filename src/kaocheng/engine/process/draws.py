"""How many are drawn. Who is drawn is a matter of the seeded draw, not of the scheme."""

from __future__ import annotations

from fractions import Fraction

from kaocheng.engine.process.entries import Draw
from kaocheng.methods.shares import ShareError, ceil_of, seat_limit


def draw_size(draw: Draw, *, population: int, share: Fraction) -> int:
    """How many of `population` to draw; `share` is the value of the draw's share or count.

    A sample is rounded up and at least 1 unless the draw says otherwise (D9), but never larger than
    the population. Raises ShareError for a share or count below 0, or a share above 100 %.
    """
    if draw.count is not None:
        if share < 0 or population < 0:
            raise ShareError(f"抽取数量（{share}）和总数（{population}）不能为负数；请核对。")
        return min(max(ceil_of(share), draw.at_least), population)
    if share > 1:
        raise ShareError(f"抽取比例是 {share}，不能超过 100%；请核对。")
    return seat_limit(share, population, rounding=draw.rounding, at_least=draw.at_least)
