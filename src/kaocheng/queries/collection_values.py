"""What may stand in a cell of a collection form, and how it is kept: as text, in one spelling."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from kaocheng.access.refusal import Refused
from kaocheng.records.models.collection import Field, FieldKind

MOST_CHARACTERS = 200
MOST_DIGITS = 15
YES, NO = "是", "否"

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_PHONE = re.compile(r"\+?\d[\d -]{4,18}\d")
_YES = {"是", "有", "√", "y", "yes", "true", "1"}
_NO = {"否", "无", "没有", "×", "n", "no", "false", "0"}


def checked(field: Field, typed: str) -> str:
    """The value in the spelling that is kept; empty stays empty. Raises `Refused` (W70, W72)."""
    text = typed.strip()
    if not text:
        return ""
    match field.kind:
        case FieldKind.NUMBER:
            return _number(field, text)
        case FieldKind.WHOLE:
            return _whole(field, text)
        case FieldKind.DATE:
            return _day(field, text)
        case FieldKind.CHOICE:
            return _choice(field, text)
        case FieldKind.YES_NO:
            return _yes_no(field, text)
        case FieldKind.PHONE:
            return _phone(field, text)
        case _:
            return _text(field, text)


def checked_all(
    fields: Sequence[Field], typed: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, Refused]]:
    """The values of a row as they are kept, and what does not hold, both by the id of the field."""
    values: dict[str, str] = {}
    problems: dict[str, Refused] = {}
    for field in fields:
        try:
            values[field.id] = checked(field, typed.get(field.id, ""))
        except Refused as problem:
            problems[field.id] = problem
    return values, problems


def problems_of(fields: Sequence[Field], values: Mapping[str, str]) -> dict[str, Refused]:
    """Everything that keeps a kept row from being handed in, by the id of the field."""
    problems: dict[str, Refused] = {}
    for field in fields:
        value = values.get(field.id, "")
        try:
            checked(field, value)
        except Refused as problem:
            problems[field.id] = problem
        if field.is_required and not value:
            problems[field.id] = Refused("W71", field=field.name)
    return problems


def digest_of(values: Mapping[str, str]) -> str:
    """What tells two states of a row apart, so that untouched rows are not written again."""
    said = json.dumps({key: value for key, value in values.items() if value}, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def as_cell(field: Field, value: str) -> str | Decimal | date | None:
    """The value as a spreadsheet should hold it; what does not read stays text."""
    if not value:
        return None
    try:
        match field.kind:
            case FieldKind.NUMBER | FieldKind.WHOLE:
                return Decimal(value)
            case FieldKind.DATE:
                return date.fromisoformat(value)
            case _:
                return value
    except (InvalidOperation, ValueError):
        return value


def _number(field: Field, text: str) -> str:
    return _digits(field, text, wanted=_("数字，例如 12.5"))


def _whole(field: Field, text: str) -> str:
    wanted = _("整数，例如 12")
    kept = _digits(field, text, wanted=wanted)
    if "." in kept:
        raise Refused("W70", field=field.name, wanted=wanted)
    return kept


def _digits(field: Field, text: str, *, wanted: str) -> str:
    """Plain digits: 1,200.50 and １２００．５ are kept as 1200.5; 95% is not a number of itself."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("−", "-")
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", plain):
        raise Refused("W70", field=field.name, wanted=wanted)
    if sum(map(str.isdigit, plain)) > MOST_DIGITS:
        raise Refused("W70", field=field.name, wanted=_("不超过 15 位的数字"))
    number = Decimal(plain)
    kept = format(number, "f") if number else "0"
    return kept.rstrip("0").rstrip(".") if "." in kept else kept


def _day(field: Field, text: str) -> str:
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        return date(*map(int, found.groups())).isoformat() if found else _no_day(field)
    except ValueError:
        return _no_day(field)


def _no_day(field: Field) -> str:
    raise Refused("W70", field=field.name, wanted=_("日期，例如 2026-09-01"))


def _choice(field: Field, text: str) -> str:
    if text not in field.choices:
        wanted = _("选项之一：%(choices)s") % {"choices": "、".join(field.choices)}
        raise Refused("W70", field=field.name, wanted=wanted)
    return text


def _yes_no(field: Field, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    if plain in _YES:
        return YES
    if plain in _NO:
        return NO
    raise Refused("W70", field=field.name, wanted=_("“是”或“否”"))


def _phone(field: Field, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    if not _PHONE.fullmatch(plain):
        raise Refused("W70", field=field.name, wanted=_("电话号码，只含数字、空格和“-”"))
    return plain


def _text(field: Field, text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise Refused("W72", field=field.name, most=MOST_CHARACTERS, count=len(text))
    return text
