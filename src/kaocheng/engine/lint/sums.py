"""L03: weights or marks that do not come to the whole they are said to make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from kaocheng.engine.exact import exact_text, read_exact
from kaocheng.engine.language.scheme import Item
from kaocheng.engine.lint.look import Finding, Look
from kaocheng.engine.lint.spelling import plain, sentences
from kaocheng.engine.mechanisms.parts import Parts
from kaocheng.engine.problems import Place, problem

_WEIGHTS = re.compile(r"权重|占比|比重")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)%")
_WHOLE = re.compile(r"(?:总分|满分|共计|合计|总计|总分为|总计为)(\d{2,4})分")


def wrong_sums(look: Look) -> Iterator[Finding]:
    for column, item in look.items.items():
        if isinstance(item.spec, Parts):
            for what, what_en in (*_weights(look, item, item.spec), *_marks(item, item.spec)):
                values = {"what": what, "what_en": what_en}
                yield look.at_item("L03", column, item.place, **values)
    for line in look.lines:
        if _WEIGHTS.search(line.text):
            for _, sentence in sentences(line.text):
                yield from _said(line.place, sentence)


def _weights(look: Look, item: Item, spec: Parts) -> Iterator[tuple[str, str]]:
    if spec.combine != "weighted":
        return
    found = [look.figure(part.weight) for part in spec.parts]
    known = [weight for weight in found if weight is not None]
    whole = sum(known, Fraction(0))
    if len(known) == len(found) and whole != 1:
        shown = exact_text(whole * 100)
        yield (
            f"“{item.title}”各部分的权重合计 {shown}%，不是 100%",
            f"the weights of “{item.title}” add up to {shown} %, not 100 %",
        )


def _marks(item: Item, spec: Parts) -> Iterator[tuple[str, str]]:
    """What a clause says all parts make, where the item itself names no full mark."""
    points = [part.points for part in spec.parts if not part.bonus]
    if spec.combine != "sum" or item.points is not None or None in points:
        return
    whole = sum((one for one in points if one is not None), Fraction(0))
    for clause in item.clauses:
        said = _WHOLE.search(plain(clause.text))
        if said and read_exact(said[1]) != whole:
            shown = exact_text(whole)
            yield (
                f"“{item.title}”条款写{said[0]}，各部分满分相加是 {shown} 分",
                f"“{item.title}” is said to make {said[1]} points, its parts make {shown}",
            )


def _said(place: Place, sentence: str) -> Iterator[Finding]:
    figures = _PERCENT.findall(sentence)
    if len(figures) < 2 or not _WEIGHTS.search(sentence) or "其中" in sentence:
        return
    whole = sum((read_exact(one) for one in figures), Fraction(0))
    if whole != 100:
        shown = exact_text(whole)
        what = f"“{sentence.strip()[:40]}”各权重合计 {shown}%，不是 100%"
        what_en = f"the weights in “{sentence.strip()[:40]}” add up to {shown} %"
        yield Finding(problem("L03", place, what=what, what_en=what_en))
