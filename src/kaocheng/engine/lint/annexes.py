"""L04: what the notice points to and does not hold: an annex, a figure, a list that never comes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.lint.look import Finding, Line, Look
from kaocheng.engine.lint.numbering import heading_end, heading_of
from kaocheng.engine.lint.spelling import number_of
from kaocheng.engine.problems import Place, problem

_ANNEX = re.compile(r"附[件表]\s*([一二三四五六七八九十]{1,2}|\d{1,2})(?!\d)")
_FIGURE = re.compile(r"如[下右][图圖]所?示?")
_FOLLOWS = re.compile(r"(?:如下(?:加分|扣分|表)?(?:所示)?|下列标准)[:。.]?$")
_SHORT = 14


def missing_annexes(look: Look) -> Iterator[Finding]:
    named = _named(look.lines)
    known = {number for line in look.lines if (number := _titled(line)) is not None}
    if named:
        known |= _known_to_the_pack(look)
    missing = [number for number in sorted(named) if number not in known]
    if missing:
        words = "、".join(f"附件{number}" for number in missing)
        values = {"what": words, "what_en": f"annex {_list(missing)}"}
        yield _finding(named[missing[0]], "，方案里也没有说到", **values)
    asked = [one.text for one in look.quotes if isinstance(one.owner, Parameter)]
    for line, what, what_en in _left_out(look.lines):
        if any(quote in line.text for quote in asked):
            continue  # a parameter asks for it, and is told
        yield _finding(line.place, "", what=what, what_en=what_en)


def _named(lines: Sequence[Line]) -> dict[int, Place]:
    """Every annex by number, with the place where it is first named."""
    found: dict[int, Place] = {}
    for line in lines:
        if "附" in line.text:
            for one in _ANNEX.finditer(line.text):
                found.setdefault(number_of(one[1]) or 0, line.place)
    return found


def _titled(line: Line) -> int | None:
    """The number of the annex that begins here: a line that says `附件1` and no more."""
    found = _ANNEX.match(line.text.strip())
    return number_of(found[1]) if found and len(line.text.strip()) <= found.end() + 2 else None


def _known_to_the_pack(look: Look) -> set[int]:
    """The annexes that the pack itself speaks of, in a title, a note or a reason."""
    quoted = [one.clause.text for one in look.quotes if "附" in one.text]
    found: set[int] = set()
    for text in look.pack.texts.values():
        for named in _ANNEX.finditer(text):
            begin, end = text.rfind("\n", 0, named.start()) + 1, text.find("\n", named.end())
            line = text[begin : end if end >= 0 else None]
            for quote in quoted:
                line = line.replace(quote, "")
            found.update(number_of(number) or 0 for number in _ANNEX.findall(line))
    return found


def _left_out(lines: Sequence[Line]) -> Iterator[tuple[Line, str, str]]:
    for at, line in enumerate(lines):
        text, printed = line.text.strip(), line.printed.strip()
        words = printed[heading_end(text) :][-_SHORT:]
        following = heading_of(lines[at + 1].text) if at + 1 < len(lines) else None
        own = heading_of(text)
        goes_on = own is not None and following is not None and following[0] <= own[0]
        if _FIGURE.search(text):
            yield line, f"“{words}”所说的图", f"the figure of “{words}”"
        elif goes_on and _FOLLOWS.search(text):
            yield line, f"“{words}”之后的内容", f"what follows “{words}”"
        elif goes_on and own is not None and own[0] < 2 and _is_title(text):
            yield line, f"“{printed}”一节的内容", f"the section “{printed}”"


def _is_title(text: str) -> bool:
    return len(text) <= _SHORT and not re.search(r"[。;,:.)\d]$", text)


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _finding(place: Place, state: str, *, what: str, what_en: str) -> Finding:
    """Nothing that holds up publishing: what results rest on is a parameter to be filled in."""
    values = {"what": what, "what_en": what_en, "name": "", "settled": "提示"}
    return Finding(problem("L04", place, state=state, state_en="", **values))
