"""The functions of the expression language: a closed table, each with its meaning in one place.

Every function is exact and total. A missing argument makes the result missing, one that is not
applicable makes it not applicable; only `if`, `or_else`, `present` and `applies` look at states.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from kaocheng.engine.language.types import BOOLEAN, DATE, MOMENT, NUMBER, TEXT, Type
from kaocheng.engine.values import Known, Missing, Value
from kaocheng.methods.shares import rounded_half_up

Meaning = Callable[..., Value]


@dataclass(frozen=True)
class Function:
    """`takes` are the argument types; with `more` the last type may be given any number of times.

    `type` None means: the type of the arguments that may be of any type, which must agree.
    """

    name: str
    takes: tuple[Type | None, ...]
    type: Type | None
    doc: str
    meaning: Meaning | None
    more: bool = False
    least: int = 0


def _whole_years(first: date, last: date) -> Fraction:
    """Full years; a birthday on 29 February falls on 1 March in common years."""
    years = last.year - first.year
    if (last.month, last.day) < (first.month, first.day):
        years -= 1
    return Fraction(years)


def _whole_months(first: date, last: date) -> Fraction:
    months = (last.year - first.year) * 12 + last.month - first.month
    return Fraction(months - 1 if last.day < first.day else months)


def _date(year: Fraction, month: Fraction, day: Fraction) -> Value:
    try:
        return date(*(part.numerator for part in (year, month, day) if part.denominator == 1))
    except (TypeError, ValueError, OverflowError):
        return Missing("没有这一天")


def _hours(first: datetime, last: datetime) -> Fraction:
    elapsed = last - first
    return Fraction(elapsed.days * 24) + Fraction(elapsed.seconds, 3600)


def _rounded(value: Fraction, places: Fraction) -> Value:
    if places.denominator != 1 or not 0 <= places <= 12:
        return Missing("保留位数须是 0 到 12 的整数")
    return rounded_half_up(value, places=int(places))


def divided(left: Fraction, right: Fraction) -> Value:
    """Division; by zero it is undefined: missing, with that reason (D7)."""
    return left / right if right else Missing("除数为 0，没有意义")


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("max", (NUMBER,), NUMBER, "最大的一个", lambda *v: max(v), more=True, least=2),
        Function("min", (NUMBER,), NUMBER, "最小的一个", lambda *v: min(v), more=True, least=2),
        Function("abs", (NUMBER,), NUMBER, "绝对值", abs),
        Function("floor", (NUMBER,), NUMBER, "去尾取整", lambda v: Fraction(v.__floor__())),
        Function("ceil", (NUMBER,), NUMBER, "进一取整", lambda v: Fraction(v.__ceil__())),
        Function("round", (NUMBER, NUMBER), NUMBER, "四舍五入到几位小数", _rounded),
        Function("age", (DATE, DATE), NUMBER, "周岁：出生日期，到哪一天", _whole_years),
        Function("months_between", (DATE, DATE), NUMBER, "相隔几个整月", _whole_months),
        Function(
            "days_between",
            (DATE, DATE),
            NUMBER,
            "相隔几天（后一天减前一天）",
            lambda first, last: Fraction((last - first).days),
        ),
        Function("hours_between", (MOMENT, MOMENT), NUMBER, "相隔几小时", _hours),
        Function("year", (DATE,), NUMBER, "年份", lambda day: Fraction(day.year)),
        Function("month", (DATE,), NUMBER, "月份", lambda day: Fraction(day.month)),
        Function("day", (DATE,), NUMBER, "几号", lambda day: Fraction(day.day)),
        Function("date", (NUMBER, NUMBER, NUMBER), DATE, "由年、月、日得到日期", _date),
        Function("length", (TEXT,), NUMBER, "字数", lambda text: Fraction(len(text))),
        Function(
            "starts_with",
            (TEXT, TEXT),
            BOOLEAN,
            "文字是否以……开头",
            lambda text, part: text.startswith(part),
        ),
        Function(
            "contains", (TEXT, TEXT), BOOLEAN, "文字里是否有……", lambda text, part: part in text
        ),
        Function("if", (BOOLEAN, None, None), None, "条件成立取前者，否则取后者", None),
        Function("or_else", (None, None), None, "前者缺或不适用时取后者", None),
        Function("provided", (BOOLEAN, None), None, "条件成立取后者，否则为缺", None),
        Function("present", (None,), BOOLEAN, "有没有填（不缺）", None),
        Function("applies", (None,), BOOLEAN, "是否适用", None),
    )
}


def apply_function(name: str, arguments: Sequence[Known]) -> Value:
    """The value of a strict function for known arguments."""
    meaning = FUNCTIONS[name].meaning
    assert meaning is not None
    return meaning(*arguments)
