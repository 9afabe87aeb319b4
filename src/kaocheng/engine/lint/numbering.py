"""L08: numbers of sections, or of a list such as 一是、二是, that skip one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaocheng.engine.lint.look import Finding, Line, Look
from kaocheng.engine.lint.spelling import number_of
from kaocheng.engine.problems import problem

_HEADING = re.compile(
    r"(?P<chapter>[一二三四五六七八九十]{1,3})、|\((?P<section>[一二三四五六七八九十]{1,3})\)"
    r"|(?P<point>\d{1,2})[、.](?!\d)|\((?P<small>\d{1,2})\)"
)
_LEVELS = ("chapter", "section", "point", "small")
_LISTED = re.compile(r"(?:^|[,。;:(、])([一二三四五六七八九十])是")
_SIGNS = "零一二三四五六七八九十"


def heading_of(text: str) -> tuple[int, int] | None:
    """The level (0 for 一、) and the number of the heading a paragraph begins with."""
    found = _HEADING.match(text.lstrip())
    if found is None:
        return None
    level = next(at for at, name in enumerate(_LEVELS) if found[name])
    number = number_of(found[_LEVELS[level]])
    return None if number is None else (level, number)


def heading_end(text: str) -> int:
    """Where the words of a paragraph begin, after its number."""
    found = _HEADING.match(text)
    return 0 if found is None else found.end()


def skipped_numbers(look: Look) -> Iterator[Finding]:
    yield from _skipped_headings(look)
    for line in look.lines:
        yield from _skipped_in(line)


def _skipped_headings(look: Look) -> Iterator[Finding]:
    """A heading whose number neither follows the one before on its level nor begins anew."""
    last: dict[int, int] = {}
    for line in look.lines:
        found = heading_of(line.text)
        if found is None:
            continue
        level, number = found
        before = last.get(level, 0 if level == 0 else number - 1)
        if number > before + 1:
            sign = line.printed.lstrip()[: heading_end(line.text.lstrip())]
            yield _finding(line, sign, _shown(before, level), _shown(before + 1, level))
        last = {one: value for one, value in last.items() if one < level} | {level: number}


def _skipped_in(line: Line) -> Iterator[Finding]:
    highest = 0
    for found in _LISTED.finditer(line.text):
        number = number_of(found[1]) or 0
        if highest and number > highest + 1:
            yield _finding(line, f"{found[1]}是", _SIGNS[highest], _SIGNS[highest + 1])
        # An inner list may end and the outer one go on: only a step up past the highest is a gap.
        highest = number if number == 1 else max(highest, number)


def _shown(number: int, level: int) -> str:
    return _SIGNS[number] if level < 2 and number <= 10 else str(number)


def _finding(line: Line, found: str, before: str, wanted: str) -> Finding:
    after = "第一个序号" if before in ("零", "0") else f"“{before}”之后"
    what = f"{after}就是“{found}”，缺“{wanted}”"
    what_en = f"“{found}” comes without “{wanted}”"
    return Finding(problem("L08", line.place, what=what, what_en=what_en))
