"""L26: points for being seen: log-ins, clicks, forwards, time online."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaocheng.engine.expressions.bound import BField, BFollow
from kaocheng.engine.lint.look import Finding, Look, listed
from kaocheng.engine.lint.spelling import plain

_CLICKS = re.compile(
    r"点击|登[录陆].{0,2}[次数]|访问[量次]|浏览[量次]|转载[量次]|转发[量次]|点赞|活跃度|在线时[长间]"
)


def points_for_clicks(look: Look) -> Iterator[Finding]:
    """A number field of that kind that an item with points, or a ranking, reads."""
    fields = {
        (register.id, name): described.title
        for register in look.pack.registers.values()
        for name, described in register.fields.items()
        if described.type in ("number", "whole") and _CLICKS.search(plain(described.title))
    }
    if not fields:
        return
    named = {name: title for (_, name), title in fields.items()}
    for column, item in look.items.items():
        scores = item.points is not None or item.bonus or item.mechanism in ("add", "seats", "band")
        read = [
            named[node.field]
            for node in (look.nodes[column] if scores else ())
            if isinstance(node, BField | BFollow) and node.field in named
        ]
        if read:
            values = {"title": item.title, "what": listed(read)}
            yield look.at_item("L26", column, item.place, **values)
