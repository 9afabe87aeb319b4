"""What the notice leaves open and somebody has to decide before results are published.

L02 a weight, L04 a table, L05 a cut line, L16 an amount of money, L17 a target to be reached, L25
anything else. Each parameter is told once, under what it is used for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from kaocheng.engine.compile import Column
from kaocheng.engine.expressions.bound import BBinary, BLookup, Bound, BParameter
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.lint.spelling import plain
from kaocheng.engine.mechanisms.add import Add
from kaocheng.engine.mechanisms.band import Band
from kaocheng.engine.mechanisms.count import Count
from kaocheng.engine.mechanisms.deduct import Deduct
from kaocheng.engine.mechanisms.grade import Grade
from kaocheng.engine.mechanisms.parts import Parts
from kaocheng.engine.problems import problem

_ORDER = ("<", "<=", ">", ">=")
_WEIGHT = re.compile(r"权重|比重|占比")
_TARGET = re.compile(r"达到|目标|不低于|不少于|至少|最少")
_CUT = re.compile(r"分数线|[格秀好过]线|(?:合格|及格|优秀|良好)的?(?:分数|最低分|标准)$")


def to_confirm(look: Look) -> Iterator[Finding]:
    open_ones = [
        one
        for one in look.pack.parameters.values()
        if one.id not in look.given and one.must_be_settled
    ]
    if not open_ones:
        return
    uses = _uses(look)
    for parameter in open_ones:
        title = f"“{parameter.title}”"
        states = {"state": f"，{_state(parameter)}", "state_en": f", which {_state_en(parameter)}"}
        values = {"what": title, "what_en": title, "name": parameter.id, **states}
        yield Finding(problem(_id(parameter, uses), parameter.place, **values))


def _id(parameter: Parameter, uses: dict[str, str]) -> str:
    title = plain(parameter.title)
    used = uses.get(parameter.id, "")
    if used == "L02" or _WEIGHT.search(title):
        return "L02"
    if _is_money(parameter):
        return "L16"
    if parameter.type == "table":
        return "L25" if parameter.rows else "L04"
    if parameter.type != "number":
        return "L25"
    if _CUT.search(title):
        return "L05"
    return used or ("L17" if _TARGET.search(title) else "L25")


def _is_money(parameter: Parameter) -> bool:
    """An amount, or a table of nothing but amounts."""
    types = {field.type for name, field in parameter.columns.items() if name not in parameter.key}
    return parameter.type == "money" or types == {"money"}


def _state(parameter: Parameter) -> str:
    if not (parameter.default or parameter.rows):
        return "还没有填写"
    value = "方案里的表" if parameter.type == "table" else f" {_default(parameter)}"
    return f"现按{value}，发布前须由采用单位确认"


def _state_en(parameter: Parameter) -> str:
    if not (parameter.default or parameter.rows):
        return "is still empty"
    value = "the table in the pack" if parameter.type == "table" else _default(parameter)
    return f"is {value} until it is confirmed"


def _default(parameter: Parameter) -> str:
    shown = parameter.options.get(parameter.default, parameter.default)
    return f"{shown} {parameter.unit}".strip()


def _uses(look: Look) -> dict[str, str]:
    """The id under which a parameter is told, by what it is used for; weights before cut lines."""
    found: dict[str, str] = {}
    note = partial(_note, look, found)
    for column, item in look.items.items():
        spec = item.spec
        if isinstance(spec, Parts):
            for part in spec.parts:
                note(part.weight, "L02")
        if isinstance(spec, Grade | Band):
            steps = spec.bands if isinstance(spec, Grade) else spec.steps
            for step in steps:
                note(step.start, "L05" if isinstance(spec, Grade) else "L17")
        if isinstance(spec, Count):
            note(spec.at_least, "L17")
        if isinstance(spec, Add | Deduct):
            for entry in spec.entries:
                note(entry.short_of, "L17")
        decides = "L05" if look.pack.results[column[0]].grade == item.id else "L17"
        for parameter in _compared(look, column):
            found.setdefault(parameter, decides)
    return found


def _note(look: Look, found: dict[str, str], expr: Expr | None, id: str) -> None:
    if expr is not None:
        for node in look.nodes_in(expr):
            if isinstance(node, BParameter | BLookup):
                if id == "L02":
                    found[node.parameter] = id
                found.setdefault(node.parameter, id)


def _compared(look: Look, column: Column) -> Iterator[str]:
    """The parameters that a number is held against."""
    for node in look.nodes[column]:
        if isinstance(node, BBinary) and node.operator in _ORDER:
            sides: tuple[Bound, ...] = (node.left, node.right)
            yield from (side.parameter for side in sides if isinstance(side, BParameter))
