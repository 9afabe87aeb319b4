"""L08: a number that the text states and the list beside it does not have.

Looked at are a list right before its number (`甲、乙和丙三个方面`), one right after it in brackets
or after a colon (`三个方面：甲、乙和丙`), and a total of what the same paragraph counted
(`以上共培训 2038 人次`). A list that can be read in two ways is given the benefit of the doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaocheng.engine.lint.look import Finding, Line, Look
from kaocheng.engine.lint.numbering import heading_end
from kaocheng.engine.lint.spelling import number_of
from kaocheng.engine.problems import problem

_NUMBER = r"(?P<number>[一二两三四五六七八九十]{1,2}|\d{1,2})"
_MEASURE = r"(?:个|种|类|项|级|方面)"
_STATED = re.compile(rf"{_NUMBER}{_MEASURE}(?P<noun>[^,。;:、()“”《》的\d\s]{{0,2}})")
_TAKES = re.compile(r"\s*(?P<sign>[:(])(?P<list>[^。;:()]{3,160})(?P<end>[。;)]?|$)")
# Where a list can begin inside the words before it.
_BEGINS = re.compile(r"包括|包含|分为|分成|分别是|即|从|以|在|对|由|按照|围绕|基于|[,。;:()]")
_IN_BRACKETS = re.compile(r"\([^()]*\)|《[^《》]*》")
_OWNER = re.compile(r"下的|中的|的")
_AND = re.compile(r"[和及与]")
_TOTAL = re.compile(r"(?:以上|上述|合计|总计|共计)[^,。;\d]{0,12}?(\d+)(人|名|篇|次|所|件|节|个)")
_MOST = 100  # more than any number in words: 等 leaves the rest open
_MARKED = re.compile(r"\(\d{1,2}\)|[①②③④⑤⑥⑦⑧⑨]|[一二三四五六七八九]是")


def stated_counts(look: Look) -> Iterator[Finding]:
    for line in look.lines:
        for found in _STATED.finditer(line.text):
            wanted = number_of(found["number"])
            if wanted is not None and wanted > 1:
                yield from _after(line, found, wanted)
                yield from _before(line, found, wanted)
        yield from _totals(line)


def _after(line: Line, stated: re.Match[str], wanted: int) -> Iterator[Finding]:
    """`四个能力:设计能力、组织能力、指导能力、示范能力和评价能力`."""
    taken = _TAKES.match(line.text, stated.end())
    if taken is None or (taken["sign"] == "(") != (taken["end"] == ")"):
        return
    words = taken["list"]
    if "、" not in words or "," in words or _MARKED.search(words) or any(map(str.isdigit, words)):
        return
    if wanted not in _sizes(words):
        printed = line.printed[taken.start("list") : taken.end("list")]
        yield _finding(line, stated, max(_sizes(words)), printed)


def _before(line: Line, stated: re.Match[str], wanted: int) -> Iterator[Finding]:
    """`学情分析、教学设计和学业评价四个维度`."""
    begin = max(line.text.rfind(sign, 0, stated.start()) for sign in "。;:,") + 1
    begin = max(begin, heading_end(line.text))
    words = line.text[begin : stated.start()]
    if "、" not in words or words.endswith(("、", "的")) or "》《" in words:
        return
    words = _IN_BRACKETS.sub(_blank, words)
    cuts = [found.end() for found in _BEGINS.finditer(words) if "、" in words[found.end() :]]
    begin, words = begin + (cuts[-1] if cuts else 0), words[cuts[-1] if cuts else 0 :]
    if "、" not in words or "《" in words or any(map(str.isdigit, words)):
        return
    owners = [found.end() for found in _OWNER.finditer(words) if "、" in words[found.end() :]]
    # 甲、乙下的丙、丁: what is counted may begin after the last “的”.
    readings = [0, *owners]
    if not any(wanted in _sizes(words[at:]) for at in readings):
        at = readings[-1]
        printed = line.printed[begin + at : stated.start()]
        yield _finding(line, stated, max(_sizes(words[at:])), printed)


def _blank(found: re.Match[str]) -> str:
    return "某" * len(found[0])


def _sizes(words: str) -> set[int]:
    """How many things a list may name: its last 和 parts two of them where 、 came before."""
    parts = [part for part in re.split(r"[、;]", words.strip("“”。; ")) if part.strip()]
    last = parts[-1] if parts else ""
    sizes = {len(parts) + len(_AND.findall(last))}
    if last.startswith(("以及", "和", "及", "与")):
        sizes.add(len(parts))
    if last.startswith("等") or "等" in last[-2:]:
        sizes.update(range(len(parts), _MOST))
    return sizes


def _totals(line: Line) -> Iterator[Finding]:
    for found in _TOTAL.finditer(line.text):
        unit = found[2]
        counted = re.findall(rf"(\d+){unit}", line.text[: found.start()])
        whole = sum(map(int, counted))
        if len(counted) > 2 and whole != int(found[1]):
            what = f"合计写 {found[1]}{unit}，前面各数相加是 {whole}（{'＋'.join(counted)}）"
            what_en = f"the total says {found[1]}, its parts add up to {whole}"
            yield Finding(problem("L08", line.place, what=what, what_en=what_en))


def _finding(line: Line, stated: re.Match[str], size: int, words: str) -> Finding:
    said = line.printed[stated.start() : stated.end()]
    listed = words.strip("“”。； ")
    what = f"写的是“{said}”，列出的是 {size} 个：{listed}"
    what_en = f"“{said}” is stated, {size} are listed: {listed}"
    return Finding(problem("L08", line.place, what=what, what_en=what_en))
