"""L11: a deduction without a floor, a bonus without a cap, a comparison without a ceiling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaocheng.engine.exact import exact_text
from kaocheng.engine.expressions.tree import Expr, literal_number
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.lint.spelling import plain
from kaocheng.engine.mechanisms.deduct import Deduct

# Words by which a notice says how far down a deduction goes, or how far up points.
_FLOOR = re.compile(r"扣完|扣光|扣尽|为止|保底|最低|不低于0|不得低于0|不出现负分|不计负分")


def limits_not_said(look: Look) -> Iterator[Finding]:
    for column, item in look.items.items():
        for what, what_en in _silent(look, item):
            values = {"title": item.title, "what": what, "what_en": what_en}
            yield look.at_item("L11", column, item.place, **values)


def _silent(look: Look, item: Item) -> Iterator[tuple[str, str]]:
    if isinstance(item.spec, Deduct):
        if item.floor is None:
            yield (
                "的扣分没有写最低分，按 0 分计",
                "the deduction has no floor (0 is taken)",
            )
        elif look.lines and not any(_FLOOR.search(line.text) for line in look.lines):
            floor = _named(look, item.floor.at)
            yield (
                f"的扣分通知没有写最低分，方案按{floor}分计",
                f"the notice gives the deduction no floor; the pack stops at {floor.strip()}",
            )
    uncapped = {
        "bonus": ("的附加分没有写上限", "the bonus has no cap"),
        "compare": (
            "与平均值相比，没有写上限，可能超过满分",
            "the comparison has no cap and may exceed the full mark",
        ),
    }
    kind = "bonus" if item.bonus else item.mechanism
    if kind not in uncapped:
        return
    zh, en = uncapped[kind]
    if item.cap is None:
        yield zh, en
    elif item.cap.when is not None or _is_parameter(look, item.cap.at):
        cap = _named(look, item.cap.at)
        yield f"{zh}；方案可以按{cap}封顶", f"{en}; the pack may cap it at {cap.strip()}"


def _is_parameter(look: Look, expr: Expr) -> bool:
    return expr.text in look.pack.parameters


def _named(look: Look, expr: Expr) -> str:
    number = literal_number(expr)
    if number is not None:
        return f" {exact_text(number)} "
    parameter = look.pack.parameters.get(expr.text)
    return expr.text if parameter is None else f"参数“{plain(parameter.title)}”"
