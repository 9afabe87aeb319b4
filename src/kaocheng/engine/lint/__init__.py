"""Lint: what is legal but wants a second look, with place, reason and remedy."""

from __future__ import annotations

from itertools import pairwise

from kaocheng.engine.compile import Compiled
from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.mechanisms.band import Band
from kaocheng.engine.mechanisms.deduct import Deduct
from kaocheng.engine.mechanisms.grade import Grade
from kaocheng.engine.mechanisms.steps import WrittenStep, literal_steps
from kaocheng.engine.problems import Problems


def lint_pack(compiled: Compiled, *, problems: Problems) -> None:
    """Note the hints of every item, except those an item accepts with a reason."""
    for (result, _), item in compiled.pack.items.items():
        found = Problems()
        _lint_item(item, found)
        accepted = {*item.accept, *compiled.pack.results[result].accept}
        problems.extend(one for one in found if one.id not in accepted)
    for parameter in compiled.pack.parameters.values():
        empty = not parameter.default and not parameter.rows
        if empty:
            problems.add("L04", parameter.place, title=parameter.title)
        elif parameter.confirm:
            problems.add("L02", parameter.place, title=parameter.title)


def _lint_item(item: Item, problems: Problems) -> None:
    spec = item.spec
    if isinstance(spec, Band | Grade) and spec.boundary is None:
        steps = spec.steps if isinstance(spec, Band) else spec.bands
        rate = isinstance(spec, Band) and spec.over is not None
        _lint_steps(item, steps, problems, rate=rate)
    if isinstance(spec, Deduct) and item.floor is None:
        problems.add("L11", item.place, title=item.title, what="扣分没有写最低分（按最低 0 分计）")
    if item.bonus and item.cap is None:
        problems.add("L11", item.place, title=item.title, what="附加分没有写上限")
    if item.mechanism == "compare" and item.cap is None:
        problems.add(
            "L11", item.place, title=item.title, what="与平均值相比没有写上限，可能超过满分"
        )


def _lint_steps(
    item: Item, steps: tuple[WrittenStep, ...], problems: Problems, *, rate: bool
) -> None:
    ordered = sorted(literal_steps(steps), key=lambda step: step.start)
    for low, high in pairwise(ordered):
        if low.end == high.start:
            value = exact_text(high.start * 100) + "%" if rate else exact_text(high.start)
            problems.add("L01", high.place, title=item.title, value=value)
