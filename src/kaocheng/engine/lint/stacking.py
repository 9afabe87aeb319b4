"""L18: may two bonuses, rewards or cuts add up, or does only the highest count?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from kaocheng.engine.expressions.bound import BBinary, BItem, BLiteral, Bound, BUnary
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.lint.look import Finding, Look, listed
from kaocheng.engine.lint.spelling import plain
from kaocheng.engine.mechanisms.add import Add
from kaocheng.engine.mechanisms.entries import Entry
from kaocheng.engine.problems import problem

_ADDED = re.compile(r"相加|累加|叠加|累计|各次|都得|同时得|兼得")
_SINGLE = re.compile(r"[只仅取按]|最高|最重|最大|一次")
# Words by which a notice settles it.
_SETTLED = re.compile(r"累计|累加|叠加|就高|最高奖|最高一?[级项次]|不重复|不兼得|不累")


def stacking_open(look: Look) -> Iterator[Finding]:
    for parameter in look.pack.parameters.values():
        if parameter.type == "choice" and _is_about_stacking(parameter):
            now = parameter.options.get(parameter.default, parameter.default)
            how = "由这个参数决定" + (f"，现按“{now}”" if now else "")
            how_en = "this parameter decides" + (f", now “{now}”" if now else "")
            title = f"“{parameter.title}”"
            values = {"what": title, "what_en": title, "how": how, "how_en": how_en}
            yield Finding(problem("L18", parameter.place, **values))
    for column, item in look.items.items():
        if isinstance(item.spec, Add) and item.spec.take is None and item.cap is None:
            pair = _may_both_hold(look, item.spec)
            said = [plain(clause.text) for clause in item.clauses]
            if pair and not any(_SETTLED.search(text) for text in said):
                how, how_en = "方案按相加计", "the pack adds them up"
                titles = listed([one.title for one in pair])
                values = {"what": titles, "what_en": titles, "how": how, "how_en": how_en}
                yield look.at_item("L18", column, item.place, **values)


def _is_about_stacking(parameter: Parameter) -> bool:
    """Between adding up and taking one: some options say this, some say that."""
    options = [plain(words) for words in parameter.options.values()]
    added = [_ADDED.search(words) is not None for words in options]
    single = [_SINGLE.search(words) is not None for words in options]
    return any(added) and any(one and not other for one, other in zip(single, added, strict=True))


def _may_both_hold(look: Look, spec: Add) -> tuple[Entry, Entry] | None:
    """Two flat awards whose conditions do not shut each other out."""
    flat = [entry for entry in spec.entries if entry.amount is None and entry.when is not None]
    for one, other in combinations(flat, 2):
        if not _apart(_parts(look, one), _parts(look, other)):
            return one, other
    return None


def _parts(look: Look, entry: Entry) -> list[Bound]:
    """The conditions that an `and` puts together."""
    assert entry.when is not None
    bound = look.compiled.bound.get(entry.when)
    waiting, found = [] if bound is None else [bound], []
    while waiting:
        node = waiting.pop()
        if isinstance(node, BBinary) and node.operator == "and":
            waiting.extend((node.left, node.right))
        else:
            found.append(node)
    return found


def _apart(some: list[Bound], others: list[Bound]) -> bool:
    return any(_exclude(one, other) for one in some for other in others)


def _exclude(one: Bound, other: Bound) -> bool:
    """`kind = 'a'` against `kind = 'b'`, a bound against another, or a thing against its not."""
    for this, that in ((one, other), (other, one)):
        if isinstance(this, BUnary) and this.operator == "not" and this.operand == that:
            return True
    if not isinstance(one, BBinary) or not isinstance(other, BBinary) or one.left != other.left:
        return False
    literal = isinstance(one.right, BLiteral) and isinstance(other.right, BLiteral)
    if one.operator == other.operator == "=":
        return literal and one.right != other.right
    # Steps of one number, such as >= 90 and >= 80: whoever wrote them saw that both can hold.
    return not isinstance(one.left, BItem) and literal and one.operator != other.operator
