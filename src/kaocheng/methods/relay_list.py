"""接龙: the list that people add their line to in a WeChat group, read into names and values.

`1. 张三 事假 1天` names a person and says a choice, an amount, a day or words, in any order.
Nothing is guessed: a line with anything left over that fits nowhere is given back as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

_NUMBERED = re.compile(r"\s*(\d{1,4})\s*[.、．)）:：]\s*(.+)")
# `2.5` is an amount; a day takes dots only with its year.
_DAY = re.compile(
    r"(?:(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]|(?P<only>\d{1,2})\s*[-/月])"
    r"\s*(?P<day>\d{1,2})\s*(?:日|号)?"
)
_UNITS = ("天", "次", "节", "小时", "分钟", "分", "人", "课时", "学时", "篇", "元", "个")
_AMOUNT = re.compile(
    r"(半|[一二两三四五六七八九十]|\d+(?:\.\d+)?)\s*个?(半)?\s*(" + "|".join(_UNITS) + ")?(半)?"
)
_WORDS = {"半": "0.5", "一": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5",
          "六": "6", "七": "7", "八": "8", "九": "9", "十": "10"}  # fmt: skip
_BETWEEN = " \t,，;；:：、-—（）()"


@dataclass(frozen=True)
class Columns:
    """Names of the fields that a line may fill; empty where the register has none of the kind."""

    subject: str
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    date: str = ""
    amount: str = ""
    words: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the list: where it stands, what it says, and its values, None where not read."""

    number: int
    text: str
    values: Mapping[str, str] | None


def is_relay_list(text: str) -> bool:
    """Whether the text is such a list and no table."""
    lines = [line for line in text.splitlines() if line.strip()]
    if any(line.strip().startswith(("#接龙", "＃接龙", "#Group")) for line in lines[:3]):
        return True
    numbered = sum(_NUMBERED.fullmatch(line) is not None for line in lines)
    return "\t" not in text and bool(lines) and 2 * numbered > len(lines)


def read_relay_list(
    text: str, *, names: Collection[str], columns: Columns, today: date
) -> list[Line]:
    """The numbered lines; a day without a year is the nearest one that is not after `today`."""
    known = sorted(names, key=len, reverse=True)
    return [
        Line(at, said, _values(said, known, columns, today)) for at, said in _numbered_lines(text)
    ]


def _numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    for at, line in enumerate(text.splitlines(), start=1):
        found = _NUMBERED.fullmatch(line)
        if found:
            yield at, found[2].strip()


def _values(
    said: str, names: Sequence[str], columns: Columns, today: date
) -> dict[str, str] | None:
    rest = unicodedata.normalize("NFKC", said).strip()
    name = next((one for one in names if rest.startswith(one)), None)
    if name is None:
        return None
    values = {columns.subject: name}
    rest = rest[len(name) :]
    for choice, options in columns.choices.items():
        found = next((one for one in sorted(options, key=len, reverse=True) if one in rest), None)
        if found is not None:
            values[choice] = found
            rest = rest.replace(found, " ", 1)
    rest = _take_day(rest, columns.date, values, today)
    rest = _take_amount(rest, columns.amount, values).strip(_BETWEEN)
    if rest and columns.words:
        values[columns.words] = rest
        rest = ""
    return None if rest else values


def _take_day(rest: str, name: str, values: dict[str, str], today: date) -> str:
    found = _DAY.search(rest) if name else None
    if found is None:
        return rest
    year = int(found["year"] or today.year)
    try:
        day = date(year, int(found["month"] or found["only"]), int(found["day"]))
        if not found["year"] and day > today:
            day = day.replace(year=year - 1)
    except ValueError:
        return rest
    values[name] = day.isoformat()
    return rest[: found.start()] + " " + rest[found.end() :]


def _take_amount(rest: str, name: str, values: dict[str, str]) -> str:
    for found in _AMOUNT.finditer(rest) if name else ():
        number, before, unit, after = found.groups()
        if not unit and not number[0].isdigit():
            continue
        text = _WORDS.get(number, number)
        if (before or after) and text.isdigit():
            text = f"{text}.5"
        values[name] = text
        return rest[: found.start()] + " " + rest[found.end() :]
    return rest
