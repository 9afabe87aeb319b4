"""L09: days and years that lost a character (`116日` for 11 月 6 日, `201年`), or cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaocheng.engine.lint.look import Finding, Line, Look
from kaocheng.engine.problems import problem

_DAY = re.compile(r"(?<![\d.])(\d{3,8})([日月])(?![内前后]?以?内)(?!制|程|均)")
_YEAR = re.compile(r"(?<!\d)(\d{3})年(?=\d{1,2}月)")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})日")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def garbled_dates(look: Look) -> Iterator[Finding]:
    found = [(line, text) for line in look.lines for text in _garbled(line)]
    if found:
        where = [f"第 {line.place.line} 行“{text}”" for line, text in found]
        where_en = [f"line {line.place.line} “{text}”" for line, text in found]
        values = {"dates": "、".join(where), "dates_en": ", ".join(where_en)}
        yield Finding(problem("L09", found[0][0].place, **values))


def _garbled(line: Line) -> Iterator[str]:
    if not any(map(str.isdigit, line.text)):
        return
    for found in _DAY.finditer(line.text):
        digits, unit = found.groups()
        if unit == "月":
            # `2023月`: a year ran into its month, or its month is lost.
            if len(digits) >= 5:
                yield found[0]
        elif len(digits) > 3 or _month_and_day(digits):
            yield found[0]
    for found in _YEAR.finditer(line.text):
        yield found[0]
    for found in _MONTH_DAY.finditer(line.text):
        month, day = int(found[1]), int(found[2])
        if not (1 <= month <= 12 and 1 <= day <= _LONGEST[month - 1]):
            yield found[0]


def _month_and_day(digits: str) -> bool:
    """Whether three digits before 日 can be a month and a day run together; 180日 cannot."""
    splits = ((digits[:1], digits[1:]), (digits[:2], digits[2:]))
    return any(
        1 <= int(month) <= 12 and 1 <= int(day) <= _LONGEST[int(month) - 1] and day[0] != "0"
        for month, day in splits
    )
