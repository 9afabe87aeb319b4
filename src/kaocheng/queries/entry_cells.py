"""What was typed into the fields of a register, in the spelling that is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from kaocheng.access.refusal import Refused
from kaocheng.engine.cells import read_cell
from kaocheng.engine.language.registers import Field, Register
from kaocheng.formats.cell_text import trimmed

MOST_CHARACTERS = 2_000
# What a slot of the spine holds before the point (`Entry.money` is the narrowest), and after it.
MOST_WHOLE_DIGITS, MOST_PLACES = 15, 6
_NUMBERS = ("number", "whole", "money")
_PLAIN = re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?%?")
_UNSAVABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CHINESE_DAY = re.compile(r"(\d{4})\s*[年.]\s*(\d{1,2})\s*[月.]\s*(\d{1,2})\s*日?")
_COUNTED = ("天", "次", "节", "小时", "分", "人", "篇", "元")
_YES = frozenset({"是", "有", "√", "对"})
_NO = frozenset({"否", "无", "没有", "×"})


def spelled(field: Field, typed: str) -> str:
    """The text as it is kept: without blanks around it, numbers and days in plain digits."""
    text = trimmed(_UNSAVABLE.sub("", typed))
    if field.type in _NUMBERS:
        plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("−", "-")
        return _without_unit(plain, field)
    if field.type in ("date", "moment"):
        return _time(field, unicodedata.normalize("NFKC", text))
    if field.type == "boolean":
        return "是" if text in _YES else "否" if text in _NO else text
    return text


def spelled_all(register: Register, typed: Mapping[str, str]) -> dict[str, str]:
    return {name: spelled(field, typed.get(name, "")) for name, field in register.fields.items()}


def too_much(register: Register, values: Mapping[str, str]) -> Iterator[tuple[str, Refused]]:
    """What no column of the database holds, by field."""
    for name, field in register.fields.items():
        text = values.get(name, "")
        if len(text) > MOST_CHARACTERS:
            many = Refused("K33", field=field.title, most=MOST_CHARACTERS, count=len(text))
            yield name, many
        elif field.type in _NUMBERS and _is_too_large(text):
            found = text if len(text) <= 24 else f"{text[:24]}…"
            yield (
                name,
                Refused("K34", field=field.title, found=found, most=MOST_WHOLE_DIGITS),
            )


def _is_too_large(text: str) -> bool:
    found = _PLAIN.fullmatch(text)
    if found is None:
        return len(text) > 2 * MOST_WHOLE_DIGITS
    return len(found[1].lstrip("0")) > MOST_WHOLE_DIGITS or len(found[2] or "") > 30


def _without_unit(text: str, field: Field) -> str:
    """`1.5天` where the field counts in days, or says 天数 in its title."""
    for unit in (field.unit, *(one for one in _COUNTED if one in field.title)):
        if unit and unit != "%" and text.endswith(unit):
            return trimmed(text.removesuffix(unit))
    return text


def _time(field: Field, text: str) -> str:
    found = _CHINESE_DAY.fullmatch(text)
    plain = "-".join(found.groups()) if found else text
    try:
        value = read_cell(plain, column_type=field.type)
    except ValueError:
        return plain
    if field.type == "date":
        return str(value)
    return f"{value:%Y-%m-%d %H:%M}"
