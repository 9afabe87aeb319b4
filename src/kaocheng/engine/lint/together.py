"""L19: rules that together do more than either says.

A fixed share of people must have the lowest grade; the lowest grade means dismissal; every quarter.
Or: the same entries of a ledger cost points in two places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from kaocheng.engine.compile import Column
from kaocheng.engine.exact import exact_text
from kaocheng.engine.expressions.bound import BAggregate, BFollowItem, BItem, Bound
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.lint.look import Finding, Look, listed
from kaocheng.engine.lint.spelling import plain
from kaocheng.engine.mechanisms.deduct import Deduct
from kaocheng.engine.mechanisms.seats import Seats
from kaocheng.engine.process.entries import Effect

_GRAVE = re.compile(r"辞退|解聘|解除|开除|淘汰|调离|待岗|下岗|降职|不予聘用")
_PER_YEAR = {"year": 1, "term": 2, "quarter": 4, "month": 12}


def interlocking_rules(look: Look) -> Iterator[Finding]:
    yield from _forced_to_the_bottom(look)
    yield from _counted_twice(look)


def _forced_to_the_bottom(look: Look) -> Iterator[Finding]:
    """Fixed shares, a lowest grade that nobody can avoid, and an effect that rests on it."""
    forced = {
        column: item
        for column, item in look.items.items()
        if isinstance(item.spec, Seats) and item.spec.shares
    }
    grave = [one for one in look.pack.process.effects if _GRAVE.search(plain(one.then))]
    resting: dict[tuple[Column, ...], list[Effect]] = {}
    for effect in grave if forced else ():
        behind = tuple(sorted(column for column in _behind(look, effect) if column in forced))
        if behind:
            resting.setdefault(behind, []).append(effect)
    for behind, effects in resting.items():
        yield _forced(look, effects, behind)


def _forced(look: Look, effects: list[Effect], behind: tuple[Column, ...]) -> Finding:
    shares, words = Fraction(0), []
    for column in behind:
        item = look.items[column]
        assert isinstance(item.spec, Seats)
        grade = list(item.spec.shares)[-1]
        share = look.figure(item.spec.shares[grade]) or Fraction(0)
        result = look.pack.results[column[0]]
        times = _PER_YEAR.get(result.each, 1)
        shares += share * times
        often = f"一年 {times} 次，每次" if times > 1 else "一年 1 次，"
        words.append(f"“{result.title}”{often}必有 {exact_text(share * 100)}% 的人为 {grade}")
    most = exact_text(min(shares, Fraction(1)) * 100)
    titles = listed([one.title for one in effects])
    what = f"{'；'.join(words)}；{titles}又以等级为依据。合起来，一年最多可涉及 {most}% 的人"
    what_en = (
        f"a fixed share must have the lowest grade and {titles} rest on it: together they may "
        f"reach {most} % of all people in a year"
    )
    return look.at_entry("L19", effects[0], what=what, what_en=what_en)


def _behind(look: Look, effect: Effect) -> list[Column]:
    """The items that the condition of an effect rests on, in any result."""
    waiting = list(look.nodes_in(effect.when))
    seen: dict[Column, None] = {}
    while waiting:
        node = waiting.pop()
        if isinstance(node, BAggregate) and node.is_result:
            # Grades of a round come back through a ledger or an archive: the round is meant.
            column = (node.source, look.pack.results[node.source].grade)
        elif isinstance(node, BItem | BFollowItem):
            column = (node.result, node.item)
        else:
            continue
        if column not in seen and column in look.nodes:
            seen[column] = None
            waiting.extend(look.nodes[column])
    return list(seen)


def _counted_twice(look: Look) -> Iterator[Finding]:
    """Two deductions of one result that count the same entries."""
    found: dict[tuple[str, str, Bound], list[tuple[Column, Item]]] = {}
    for column, item in look.items.items():
        if not isinstance(item.spec, Deduct):
            continue
        for node in {*look.nodes[column]}:
            if isinstance(node, BAggregate) and node.where is not None and not node.is_result:
                counted = (column[0], node.source, node.where)
                found.setdefault(counted, []).append((column, item))
    for (_, source, _), listed_items in found.items():
        titles = list(dict.fromkeys(item.title for _, item in listed_items))
        if len(titles) > 1:
            column, item = listed_items[-1]
            register = look.pack.registers[source].title
            what = f"“{register}”里的同一些记录在{listed(titles)}两处扣分"
            what_en = f"the same entries of “{register}” cost points in {listed(titles)}"
            yield look.at_item("L19", column, item.place, what=what, what_en=what_en)
