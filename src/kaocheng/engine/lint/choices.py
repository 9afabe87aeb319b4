"""L15: a rule of choosing that nobody can break, or nobody can keep."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kaocheng.engine.exact import exact_text
from kaocheng.engine.expressions.bound import (
    BAggregate,
    BBinary,
    BField,
    BFollow,
    BLiteral,
    Bound,
)
from kaocheng.engine.expressions.tree import Expr
from kaocheng.engine.facts import list_table
from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.mechanisms.choose import Choose
from kaocheng.engine.mechanisms.require import Require


def idle_or_impossible(look: Look) -> Iterator[Finding]:
    for column, item in look.items.items():
        found: list[tuple[str, str, str]] = []
        if isinstance(item.spec, Choose):
            found = list(_chosen(look, item.spec))
        elif isinstance(item.spec, Require):
            found = list(_required(look, item.spec))
        for what, what_en, settled in found:
            values = {"title": item.title, "what": what, "what_en": what_en, "settled": settled}
            yield look.at_item("L15", column, item.place, **values)


def _chosen(look: Look, spec: Choose) -> Iterator[tuple[str, str, str]]:
    most = look.figure(spec.exactly or spec.at_most)
    least = look.figure(spec.exactly or spec.at_least)
    if most is not None and least is not None and least > most:
        yield f"至少 {exact_text(least)} 项，至多 {exact_text(most)} 项", "least is above most", ""
    if most is not None and len(spec.includes) > most:
        must = len(spec.includes)
        yield (
            f"必选 {must} 项，却至多选 {exact_text(most)} 项",
            f"{must} must be among at most {exact_text(most)}",
            "",
        )
    kinds = _kinds(look, spec)
    for cover in spec.covers:
        wanted = look.figure(cover.at_least)
        if wanted is None:
            continue
        limits = [one for one in (most, kinds.get(cover.of.text)) if one is not None]
        if limits and wanted > min(limits):
            asked, there_are = exact_text(wanted), exact_text(min(limits))
            yield (
                f"“{cover.title}”要 {asked} 种，最多只能有 {there_are} 种",
                f"“{cover.title}” wants {asked}, at most {there_are} can be had",
                "",
            )
        elif wanted <= 1:
            yield (
                f"“{cover.title}”选了任何一项都已满足",
                f"“{cover.title}” is met by any choice",
                "多余",
            )


def _kinds(look: Look, spec: Choose) -> dict[str, Fraction]:
    """How many different values there are to be had, by the text of what is covered."""
    found: dict[str, Fraction] = {}
    for cover in spec.covers:
        bound = look.compiled.bound.get(cover.of)
        if isinstance(bound, BFollow) and look.pack.registers[bound.table].kind == "list":
            table = list_table(look.pack.registers[bound.table])
            if bound.field in table.header:
                at = table.header.index(bound.field)
                different = {row.cells[at] for row in table.rows}
                found[cover.of.text] = Fraction(len(different))
    return found


# Shares of one whole


def _required(look: Look, spec: Require) -> Iterator[tuple[str, str, str]]:
    """Bounds on the shares of one whole: 50 % at most follows from 30 % and 20 % at least."""
    bounds = [found for need in spec.needs if (found := _share_bound(look, need.need, need.title))]
    wholes = {whole for whole, *_ in bounds}
    for whole in wholes:
        same = [one for one in bounds if one[0] == whole]
        values = {value for _, value, *_ in same}
        options = next(iter(same))[4]
        if len(same) < 3 or values != set(options) or len(same) != len(values):
            continue
        floors = [one for one in same if one[2] == ">="]
        ceilings = [one for one in same if one[2] == "<="]
        least = sum((one[3] for one in floors), Fraction(0))
        if least > 1:
            yield (
                f"各项下限合计 {exact_text(least * 100)}%，超过 100%，无法同时满足",
                f"the least shares add up to {exact_text(least * 100)} %",
                "",
            )
        elif len(ceilings) == 1 and ceilings[0][3] >= 1 - least:
            yield (
                f"“{ceilings[0][5]}”由其余各项的下限就能推出，写不写都一样",
                f"“{ceilings[0][5]}” follows from the least shares of the others",
                "多余",
            )


_Share = tuple[str, str, str, Fraction, tuple[str, ...], str]


def _share_bound(look: Look, need: Expr, title: str) -> _Share | None:
    """Of `count(R where f = 'v') / count(R) <= 50%`: R, v, the sense, the bound, all values."""
    bound = look.compiled.bound.get(need)
    if not isinstance(bound, BBinary) or bound.operator not in ("<=", ">="):
        return None
    share, limit = bound.left, bound.right
    if not isinstance(limit, BLiteral) or not isinstance(limit.value, Fraction):
        return None
    if not isinstance(share, BBinary) or share.operator != "/":
        return None
    part, whole = share.left, share.right
    if not isinstance(part, BAggregate) or not isinstance(whole, BAggregate):
        return None
    named = _named_value(part.where)
    if part.source != whole.source or named is None:
        return None
    value, options = named
    return (part.source, value, bound.operator, limit.value, options, title)


def _named_value(where: Bound | None) -> tuple[str, tuple[str, ...]] | None:
    if not isinstance(where, BBinary) or where.operator != "=":
        return None
    if not isinstance(where.left, BField | BFollow) or not isinstance(where.right, BLiteral):
        return None
    return str(where.right.value), where.left.type.options
