"""L23: what wants care with people: age and sex, dismissal, pay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaocheng.engine.expressions.bound import BField, BFollow
from kaocheng.engine.lint.look import Finding, Look, listed, nodes_of
from kaocheng.engine.lint.spelling import plain
from kaocheng.engine.mechanisms.pay import Pay
from kaocheng.engine.problems import Place, problem

_PERSONAL = re.compile(r"出生|年龄|周岁|性别|婚姻|生育|怀孕|民族|籍贯|宗教|残疾|病史|诊断|政治面貌")
_DISMISSAL = re.compile(r"辞退|解聘|解除(?:劳动|聘)|开除|淘汰")
_PAY = re.compile(r"扣[除发]?.{0,8}(?:工资|津贴|绩效|奖金|补贴)")


def sensitive_criteria(look: Look) -> Iterator[Finding]:
    read = _personal_fields(look)
    if read:
        titles = listed([title for title, _ in read])
        why, why_en = "用来区别待人", "is used to treat people differently"
        yield _finding(read[0][1], titles, why, why_en)
    for effect in look.pack.process.effects:
        text = plain(effect.then)
        if _DISMISSAL.search(text):
            who = "只能由署名的人决定" if effect.confirm else "没有写由谁确认（confirm）"
            values = {"what": f"“{effect.title}”", "what_en": f"“{effect.title}”"}
            yield look.at_entry("L23", effect, **values, why=f"涉及辞退，{who}", why_en="dismisses")
        elif _PAY.search(text):
            values = {"what": f"“{effect.title}”", "what_en": f"“{effect.title}”"}
            yield look.at_entry("L23", effect, **values, why="涉及工资", why_en="cuts pay")
    for column, item in look.items.items():
        if isinstance(item.spec, Pay):
            values = {"what": f"“{item.title}”", "what_en": f"“{item.title}”"}
            why, why_en = "决定工资", "decides what people are paid"
            yield look.at_item("L23", column, item.place, **values, why=why, why_en=why_en)


def _personal_fields(look: Look) -> list[tuple[str, Place]]:
    """The personal fields that items, exemptions or the process really look at."""
    fields = {
        (register.id, name): described
        for register in look.pack.registers.values()
        for name, described in register.fields.items()
        if described.type != "boolean" and _PERSONAL.search(plain(described.title))
    }
    if not fields:
        return []
    named = {name for _, name in fields}
    read: set[str] = set()
    for bound in look.compiled.bound.values():
        for node in nodes_of(bound):
            if isinstance(node, BField | BFollow) and node.field in named:
                read.add(node.field)
    found = [one for (_, name), one in fields.items() if name in read]
    return [(one.title, one.place) for one in found]


def _finding(place: Place, what: str, why: str, why_en: str) -> Finding:
    return Finding(problem("L23", place, what=what, what_en=what, why=why, why_en=why_en))
