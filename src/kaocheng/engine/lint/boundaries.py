"""L24: real scores that sit exactly on a line: a hundredth more or less is another grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kaocheng.engine.compile import Compiled
from kaocheng.engine.expressions.bound import BBinary, BItem, BLiteral, Bound, BParameter
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.lint.look import Look, listed
from kaocheng.engine.mechanisms.band import Band
from kaocheng.engine.mechanisms.grade import Grade
from kaocheng.engine.problems import Problem, problem
from kaocheng.engine.values import Value, is_number

_ORDER = ("<", "<=", ">", ">=")


@dataclass(frozen=True)
class Watched:
    """An item that grades the value of another, `graded`, of the same result, at `lines`."""

    result: str
    item: Item
    graded: str
    lines: tuple[Fraction, ...]


def watched_lines(compiled: Compiled, parameters: Mapping[str, Value]) -> list[Watched]:
    """Every item that grades another one, with its lines as the parameters have them."""
    look = Look(compiled)
    found: dict[tuple[str, str, str], list[Fraction]] = {}
    for column, item in compiled.pack.items.items():
        for graded, line in _lines(look, column, item):
            value = _value(line, parameters)
            if isinstance(graded, BItem) and graded.result == column[0] and value is not None:
                found.setdefault((*column, graded.item), []).append(value)
    return [
        Watched(result, compiled.pack.items[result, item], graded, tuple(sorted(set(lines))))
        for (result, item, graded), lines in found.items()
    ]


def _lines(look: Look, column: tuple[str, str], item: Item) -> Iterator[tuple[Bound, Bound]]:
    """What is graded, and each line that it is held against."""
    spec, bound = item.spec, look.compiled.bound
    if isinstance(spec, Grade) or (isinstance(spec, Band) and spec.over is None):
        for step in spec.bands if isinstance(spec, Grade) else spec.steps:
            yield bound[spec.of], bound[step.start]
    elif look.pack.results[column[0]].grade == item.id:
        for node in look.nodes[column]:
            if isinstance(node, BBinary) and node.operator in _ORDER:
                yield node.left, node.right


def _value(line: Bound, parameters: Mapping[str, Value]) -> Fraction | None:
    value = parameters.get(line.parameter) if isinstance(line, BParameter) else None
    if isinstance(line, BLiteral):
        value = line.value
    # Whoever has nothing at all is no borderline case.
    return value if value is not None and is_number(value) and value != 0 else None


def boundary_hit(watched: Watched, hits: Sequence[tuple[str, str]]) -> Problem | None:
    """The hint about who sits on a line; `hits` are names and the lines they sit on."""
    if not hits:
        return None
    lines = "、".join(dict.fromkeys(line for _, line in hits))
    named = listed([name for name, _ in hits])
    values = {"title": watched.item.title, "count": len(hits), "lines": lines, "names": named}
    return problem("L24", watched.item.place, **values)
