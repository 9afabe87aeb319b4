"""L06: percentages glued to the end of a text, one to each of several steps, 100 % in all.

A table that lost its columns leaves `实际绩效超过计划预期50%` behind: no rise of 50 %, but the
share of people who may have that grade. That the figures make exactly 100 % gives them away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from kaocheng.engine.exact import read_exact
from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.lint.spelling import plain
from kaocheng.engine.problems import Place, problem

# A figure at the end, right after a word that does not ask for one (为 50%, 不低于 50%).
_ASKS = r"\s\d.,、:;(为達达到占按于過约共计是扣加率各至-"
_GLUED = re.compile(rf"[^{_ASKS}](\d{{1,3}}(?:\.\d+)?)%[。;,.]?$")
_FEWEST, _APART = 3, 6


def glued_percentages(look: Look) -> Iterator[Finding]:
    texts = [(line.text, line.place) for line in look.lines]
    for run in _runs(texts):
        yield _finding(run)
    if look.lines:
        return
    for item in look.items.values():
        quoted = [(plain(one.text), item.place) for one in item.clauses]
        for run in _runs(quoted):
            yield _finding(run)


def _runs(texts: Sequence[tuple[str, Place]]) -> Iterator[list[tuple[str, Place]]]:
    """Figures that follow each other closely and come to 100 % together."""
    found = [
        (at, (glued[1], place))
        for at, (text, place) in enumerate(texts)
        if (glued := _GLUED.search(text))
    ]
    begin = 0
    for last in range(len(found)):
        if last and found[last][0] - found[last - 1][0] > _APART:
            begin = last
        run = [one for _, one in found[begin : last + 1]]
        whole = sum((read_exact(figure) for figure, _ in run), Fraction(0))
        if whole >= 100:
            begin = last + 1
        if whole == 100 and len(run) >= _FEWEST:
            yield run


def _finding(run: list[tuple[str, Place]]) -> Finding:
    figures = "、".join(f"{figure}%" for figure, _ in run)
    return Finding(problem("L06", run[0][1], figures=figures))
