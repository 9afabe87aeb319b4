"""Which fields of a register fill the spine by which its entries are found and added up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Self

from kaocheng.engine.cells import read_cell
from kaocheng.engine.exact import REMEMBERED
from kaocheng.engine.language.registers import Field, Register
from kaocheng.engine.model import Pack

# Places behind the point that the slot has, and the digits before it.
_PLACES = {"quantity": 6, "money": 2}
_DIGITS = {"quantity": 18, "money": 16}
# Titles by which a scheme calls whoever rates: 评价人, 评议人, 测评人, 评分学校; not 被评教师.
RATER = re.compile(r"^(?!被).*(评价|评分|评议|测评|评审|互评|打分).*(人|者|员|教师|学校)$")


@dataclass(frozen=True)
class Shape:
    """Names of fields, empty where the register has none of the kind.

    `subject` refers to the roster that the first result is about, else to another; `code` is the
    first choice, or what a table of parameters is looked up by; `rubric` names that table.
    """

    register: Register
    subject: str = ""
    roster: str = ""
    date: str = ""
    period: str = ""
    code: str = ""
    quantity: str = ""
    money: str = ""
    rubric: str = ""

    @classmethod
    def of(cls, pack: Pack, register: Register) -> Self:
        fields = register.fields
        subject = _subject(pack, fields)
        rubric = _rubric(pack, fields)
        return cls(
            register=register,
            subject=subject,
            roster=fields[subject].type if subject else "",
            date=register.date or _first(fields, "date", "moment"),
            period=register.period or _first(fields, "period"),
            code=rubric[0] or _first(fields, "choice", "scale"),
            quantity=_first(fields, "number", "whole"),
            money=_first(fields, "money"),
            rubric=rubric[1],
        )

    def spine(self, values: Mapping[str, str]) -> dict[str, object]:
        """The slots of an entry with these values; what cannot be read stays empty."""
        return {
            "date": _day(values.get(self.date, "")),
            "period": values.get(self.period, "")[:20],
            "code": values.get(self.code, "")[:60],
            "quantity": _number(values.get(self.quantity, ""), "number", "quantity"),
            "money": _number(values.get(self.money, ""), "money", "money"),
            "key": values.get(self.register.key, "")[:60],
            "once": self.once(values),
        }

    def once(self, values: Mapping[str, str]) -> str:
        """What makes an entry the same as another, empty where nothing does."""
        named = self.register.once or ((self.register.key,) if self.register.key else ())
        return "\x1f".join(values.get(name, "") for name in named)[:240]


def _subject(pack: Pack, fields: Mapping[str, Field]) -> str:
    """Of several rosters that an entry refers to, the one that an earlier result is about.

    Whoever rates is not who it is about, where somebody else is named too.
    """
    rosters = {one.id for one in pack.registers.values() if one.kind == "roster"}
    listed = [name for name, one in fields.items() if one.type in rosters]
    rated = [name for name in listed if not RATER.search(fields[name].title)] or listed
    named = {fields[name].type: name for name in reversed(rated)}
    assessed = (result.of for result in pack.scheme.results)
    return next((named[of] for of in assessed if of in named), next(iter(named.values()), ""))


def _rubric(pack: Pack, fields: Mapping[str, Field]) -> tuple[str, str]:
    """The field that is the whole key of a table of parameters, and that table."""
    for parameter in pack.parameters.values():
        if parameter.type == "table" and len(parameter.key) == 1 and parameter.key[0] in fields:
            return parameter.key[0], parameter.id
    return "", ""


def _first(fields: Mapping[str, Field], *types: str) -> str:
    return next((name for name, field in fields.items() if field.type in types), "")


@lru_cache(maxsize=REMEMBERED)
def _day(text: str) -> date | None:
    for column_type in ("date", "moment"):
        value = _read(text, column_type)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
    return None


@lru_cache(maxsize=REMEMBERED)
def _number(text: str, column_type: str, slot: str) -> Decimal | None:
    """The number where so many places hold it exactly: sums of it are then exact too."""
    value = _read(text, column_type)
    if not isinstance(value, Fraction):
        return None
    scaled = value * 10 ** _PLACES[slot]
    if scaled.denominator != 1 or abs(value) >= 10 ** _DIGITS[slot]:
        return None
    return Decimal(scaled.numerator).scaleb(-_PLACES[slot])


def _read(text: str, column_type: str) -> object:
    try:
        return read_cell(text, column_type=column_type) if text else None
    except ValueError:
        return None
