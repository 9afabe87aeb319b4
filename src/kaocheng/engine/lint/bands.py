"""L01: a boundary that lies in two bands, as in 60—80 and 80—100, or 60—80 and 60 以下."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.language.shape import SettingValue
from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.lint.spelling import plain
from kaocheng.engine.mechanisms.band import Band
from kaocheng.engine.mechanisms.grade import Grade
from kaocheng.engine.mechanisms.steps import Step, literal_steps

_BELOW = re.compile(r"(\d+(?:\.\d+)?)[分%]?以下")


def shared_boundaries(look: Look) -> Iterator[Finding]:
    for column, item in look.items.items():
        spec = item.spec
        if not isinstance(spec, Band | Grade):
            continue
        written = spec.steps if isinstance(spec, Band) else spec.bands
        steps = sorted(literal_steps(written), key=lambda step: step.start)
        rate = isinstance(spec, Band) and spec.over is not None
        shared = {high.start: high.place for low, high in pairwise(steps) if low.end == high.start}
        for step in steps[:1]:
            if _said_below(item, step, rate=rate):
                shared.setdefault(step.start, step.place)
        if shared:
            figures = [_shown(one, rate=rate) for one in sorted(shared)]
            how, how_en = _decided(spec.boundary, look)
            place = shared[min(shared)]
            values = {"title": item.title, "values": "、".join(figures), "how": how}
            yield look.at_item("L01", column, place, **values, how_en=how_en)


def _said_below(item: Item, lowest: Step, *, rate: bool) -> bool:
    """Whether the clause gives the lowest bound to the rest as well: `60—80 分、60 分以下`."""
    if lowest.end is None:
        return False
    said = [one.text for one in (*item.clauses, *lowest.clauses)]
    below = [found for text in said for found in _BELOW.findall(plain(text))]
    return _shown(lowest.start, rate=rate).rstrip("%") in below


def _shown(bound: Fraction, *, rate: bool) -> str:
    return f"{exact_text(bound * 100)}%" if rate else exact_text(bound)


def _decided(boundary: SettingValue | None, look: Look) -> tuple[str, str]:
    if boundary is not None and boundary.parameter:
        title = look.pack.parameters[boundary.parameter].title
        return f"归哪一档由参数“{title}”决定", f"the parameter “{title}” decides"
    if boundary is not None and boundary.word == "worse":
        return "按较差的一档计", "the worse one counts"
    return "按较好的一档计", "the better one counts"
