"""Standings: candidates in the order in which seats go to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.mechanisms.mechanism import Frame
from kaocheng.engine.trace import Outcome, shown
from kaocheng.engine.values import Missing, is_known, is_number, low_of
from kaocheng.methods.shares import in_common_units

TIE_WORDS = {
    "earlier_id": "编号在前的先得",
    "later_id": "编号在后的先取",
    "leave_out": "整组不取",
}


@dataclass(frozen=True)
class Standing:
    """A candidate with the score it is ranked by."""

    frame: Frame
    score: Fraction
    key: tuple[Fraction, ...]
    why: str


def stand(frame: Frame, keys: Sequence[Expr]) -> Standing:
    """Where somebody stands: by the values of `keys`, so far as they are known."""
    values = [frame.value(expr) for expr in keys]
    key = tuple(low_of(value) or Fraction(0) for value in values)
    missing = [value for value in values if not is_number(value)]
    why = ""
    if missing:
        why = missing[0].why or "得分不适用" if not is_known(missing[0]) else "得分不是数"
    return Standing(frame, key[0], key, why)


def in_order(standing: Sequence[Standing], *, lowest_first: bool) -> list[Standing]:
    """By their scores, then by the further ones; equals stay in the order in which they are."""
    scores = [
        in_common_units(column) for column in zip(*(one.key for one in standing), strict=True)
    ]
    keys = list(zip(*scores, strict=True))
    places = sorted(range(len(standing)), key=keys.__getitem__, reverse=not lowest_first)
    return [standing[at] for at in places]


def ends_of_ties(ordered: Sequence[Standing]) -> list[tuple[int, int]]:
    """For each place the first and the last place that stand equal to it."""
    ends: list[tuple[int, int]] = []
    for _, tied in groupby(ordered, key=lambda one: one.key):
        first, last = len(ends), len(ends) + len([*tied]) - 1
        ends.extend([(first, last)] * (last - first + 1))
    return ends


def provisional(outcome: Outcome, why: str, missing: int) -> Outcome:
    """While scores are missing nobody's seat is final, and theirs is not known at all."""
    if not missing:
        return outcome
    if why:
        flag = f"得分还缺，暂列“{shown(outcome.value)}”"
        return replace(outcome, value=Missing(why), lines=(), flags=(*outcome.flags, flag))
    flag = f"名额暂定：有 {missing} 个对象的得分还缺"
    return replace(outcome, flags=(*outcome.flags, flag))
