"""L24: real scores that sit exactly on a line: a hundredth more or less is another grade."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.compile import Compiled
from kaocheng.engine.exact import exact_text
from kaocheng.engine.expressions.bound import BItem
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.lint.look import listed
from kaocheng.engine.mechanisms.band import Band
from kaocheng.engine.mechanisms.grade import Grade
from kaocheng.engine.problems import Problem, problem
from kaocheng.engine.values import Value, is_number


@dataclass(frozen=True)
class Watched:
    """A grade of one result, the item it grades, and its lines."""

    result: str
    item: Item
    graded: str
    lines: tuple[Fraction, ...]


def watched_lines(compiled: Compiled, parameters: Mapping[str, Value]) -> list[Watched]:
    """The grades and bands whose value is an item of its own and whose lines are known."""
    found = []
    for (result, _), item in compiled.pack.items.items():
        spec = item.spec
        if not isinstance(spec, Grade | Band) or (isinstance(spec, Band) and spec.over):
            continue
        graded = compiled.bound.get(spec.of)
        steps = spec.bands if isinstance(spec, Grade) else spec.steps
        starts = [_line(step.start.text, parameters) for step in steps]
        lines = tuple(one for one in starts if one is not None)
        if isinstance(graded, BItem) and graded.result == result and lines:
            found.append(Watched(result, item, graded.item, lines))
    return found


def _line(text: str, parameters: Mapping[str, Value]) -> Fraction | None:
    from kaocheng.engine.exact import NotExact, read_exact

    value = parameters.get(text)
    if value is not None:
        return value if is_number(value) else None
    try:
        return read_exact(text.split()[0])
    except NotExact:
        return None


def boundary_hits(watched: Watched, values: Iterable[tuple[str, Value]]) -> Problem | None:
    """Who sits on a line; `values` are the names of subjects with what is graded."""
    on_line = dict(_on_a_line(watched.lines, values))
    if not on_line:
        return None
    lines = "、".join(exact_text(one) for one in sorted(set(on_line.values())))
    named = listed(tuple(on_line))
    place = watched.item.place
    return problem(
        "L24", place, title=watched.item.title, count=len(on_line), lines=lines, names=named
    )


def _on_a_line(
    lines: tuple[Fraction, ...], values: Iterable[tuple[str, Value]]
) -> Iterator[tuple[str, Fraction]]:
    for name, value in values:
        if is_number(value) and value in lines:
            yield name, value
