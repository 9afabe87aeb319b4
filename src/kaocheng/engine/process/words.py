"""Phrases of time in Chinese, as a notice says them."""

from __future__ import annotations

from collections.abc import Mapping

from kaocheng.engine.process.times import (
    DayOf,
    EachPeriod,
    Edge,
    Fixed,
    Length,
    Month,
    MonthDay,
    MonthOf,
    Named,
    Offset,
    PeriodRef,
    Recurrence,
    SameDay,
    Span,
    ThirdOf,
    Unit,
    WeekdayOf,
    WeekOf,
    When,
)

Titles = Mapping[str, str]

_KINDS = {"day": "天", "week": "周", "month": "月", "quarter": "季度", "half": "半年",
          "term": "学期", "year": "年度"}  # fmt: skip
_RELATED = {
    "day": ("前一天", "当天", "次日"),
    "week": ("上周", "本周", "下周"),
    "month": ("上月", "本月", "次月"),
    "half": ("上一个半年", "本半年", "下一个半年"),
}
_UNITS: dict[Unit, str] = {"minute": "分钟", "hour": "小时", "day": "天", "working_day": "个工作日",
                           "week": "周", "month": "个月", "year": "年"}  # fmt: skip
_THIRDS = {"early": "上旬", "mid": "中旬", "late": "下旬"}
_WEEKDAYS = "一二三四五六日"
_YEARS = {-1: "上年", 0: "", 1: "次年"}


def in_chinese(tree: When | Length | Recurrence, titles: Titles) -> str:
    """The day or span itself: `下一季度首月15日`. `titles` name events, entries, parameters."""
    match tree:
        case Month() | MonthOf() | ThirdOf() | WeekOf() | PeriodRef():
            return _span(tree, titles)
        case Length():
            return _length(tree, titles)
        case EachPeriod(kind=kind):
            return f"每{_kind(kind, titles)}"
        case Fixed() | MonthDay() | DayOf() | WeekdayOf() | Named() | Edge():
            return _day(tree, titles)
        case SameDay(anchor=anchor):
            return f"{in_chinese(anchor, titles)}当天"
        case Offset(length=length, direction=direction, anchor=anchor):
            side = {"after": "后", "before": "前", "from": "当日起"}[direction]
            return f"{in_chinese(anchor, titles)}{side} {_length(length, titles)}"
        case _:
            on = "" if tree.weekday is None else f"的星期{_WEEKDAYS[tree.weekday]}"
            to = "" if tree.last is None else f"，到{in_chinese(tree.last, titles)}为止"
            every = _length(tree.interval, titles)
            return f"自{in_chinese(tree.first, titles)}起每 {every}{on}{to}"


def deadline_in_chinese(tree: When, titles: Titles) -> str:
    """The phrase as a deadline: `收到申诉之日起 10 个工作日内`."""
    match tree:
        case Offset(length=length, direction="after", anchor=anchor):
            since = "" if length.unit in ("hour", "minute") else "之日起"
            return f"{in_chinese(anchor, titles)}{since or '后'} {_length(length, titles)}内"
        case Offset(length=length, direction="from", anchor=anchor):
            return f"自{in_chinese(anchor, titles)}当日起 {_length(length, titles)}内"
        case Offset(length=length, anchor=anchor):
            return f"{in_chinese(anchor, titles)}前至少 {_length(length, titles)}"
        case Month() | MonthOf() | ThirdOf() | WeekOf() | PeriodRef():
            return f"{in_chinese(tree, titles)}内"
        case SameDay():
            return in_chinese(tree, titles)
        case _:
            return f"不迟于{in_chinese(tree, titles)}"


def _kind(kind: str, titles: Titles) -> str:
    return titles.get(kind) or _KINDS.get(kind, kind)


def _length(length: Length, titles: Titles) -> str:
    if isinstance(length.amount, int):
        return f"{length.amount} {_UNITS[length.unit]}"
    return f"“{titles.get(length.amount, length.amount)}”{_UNITS[length.unit]}"


def _span(tree: Span, titles: Titles) -> str:
    match tree:
        case Month(month=month, year=year):
            return f"{_YEARS[year]}{month}月"
        case MonthOf(number=number, period=period):
            which = {-1: "末月", 1: "首月"}.get(number, f"第{number}个月")
            return f"{_span(period, titles)}{which}"
        case ThirdOf(part=part, month=month):
            return f"{_span(month, titles)}{_THIRDS[part]}"
        case WeekOf(number=number, period=period):
            return f"{_span(period, titles)}第{number}周"
        case PeriodRef(kind=kind, shift=shift):
            if kind in _RELATED:
                return _RELATED[kind][shift + 1]
            return f"{('上一', '本', '下一')[shift + 1]}{_kind(kind, titles)}"


def _day(tree: Fixed | MonthDay | DayOf | WeekdayOf | Named | Edge, titles: Titles) -> str:
    match tree:
        case Fixed(day=day):
            return f"{day.year}年{day.month}月{day.day}日"
        case MonthDay(month=month, day=number, year=year):
            return f"{_YEARS[year]}{month}月{number}日"
        case DayOf(number=number, span=span):
            in_month = not isinstance(span, PeriodRef) or span.kind == "month"
            day_words = f"{number}日" if in_month else f"第{number}天"
            return f"{_span(span, titles)}{'最后一天' if number < 0 else day_words}"
        case WeekdayOf(weekday=weekday, week=week):
            return f"{_span(week, titles)}星期{_WEEKDAYS[weekday]}"
        case Named(name=name):
            return titles.get(name, name)
        case Edge(end=end, of=of):
            edge = "开始" if end == "start" else "结束"
            return f"{in_chinese(of, titles)}{edge}"
