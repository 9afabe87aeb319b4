"""The rows of a trial of two versions as one table, and the whole trial as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from kaocheng.documents.move_view import MovesView, RowView
from kaocheng.documents.move_words import Both
from kaocheng.documents.trial_view import TrialView
from kaocheng.engine.problems import Language
from kaocheng.engine.trace import exactly
from kaocheng.engine.values import Value, is_known, is_number, state_of
from kaocheng.engine.versions.change import Change
from kaocheng.engine.versions.moves import Figures
from kaocheng.engine.versions.sentences import EFFECTS, sentence
from kaocheng.formats import OutCell, OutColumn, OutTable
from kaocheng.methods.shares import exact_sum

_COLUMNS = (
    ("result", "结果表"),
    ("id", "编号"),
    ("name", "名称"),
    ("period", "周期"),
    ("group", "分组"),
    ("moved", "有变化"),
    ("old_score", "原得分"),
    ("new_score", "新得分"),
    ("score_change", "得分变化"),
    ("old_rank", "原位次"),
    ("new_rank", "新位次"),
    ("old_grade", "原等次"),
    ("new_grade", "新等次"),
    ("old_seats", "原名额"),
    ("new_seats", "新名额"),
    ("old_pay", "原应发（元）"),
    ("new_pay", "新应发（元）"),
    ("pay_change", "应发变化（元）"),
    ("items", "哪些指标变了"),
    ("causes", "因为第几处改动"),
    ("why", "因为哪些改动"),
)


def move_table(
    views: Sequence[MovesView], changes: Sequence[Change], language: Language = "zh"
) -> OutTable:
    """Shape: one row per result, subject and period; numbers exact, empty where there is none."""
    columns = tuple(OutColumn(id, title if language == "zh" else id) for id, title in _COLUMNS)
    rows = tuple(tuple(_cells(view, row, changes, language)) for view in views for row in view.rows)
    return OutTable("moves", "试算对照", columns, rows)


def _cells(
    view: MovesView, shown: RowView, changes: Sequence[Change], language: Language
) -> Iterator[OutCell]:
    old, new = shown.row.old or Figures(), shown.row.new or Figures()
    yield view.title if language == "zh" else view.id
    yield from (shown.key, shown.name, shown.period, shown.group, shown.is_moved)
    yield from (_cell(old.score), _cell(new.score), shown.row.score_change)
    yield from (old.rank, new.rank, _cell(old.grade), _cell(new.grade))
    yield "；".join(f"{one.title}：{one.old}" for one in shown.seats if one.old)
    yield "；".join(f"{one.title}：{one.new}" for one in shown.seats if one.new)
    pay = [_sum(one.pay.values()) for one in (old, new)]
    yield from pay
    yield pay[1] - pay[0] if is_number(pay[0]) and is_number(pay[1]) else None
    yield "；".join(f"{one.title} {one.old} → {one.new}" for one in shown.items)
    yield "、".join(str(cause.number) for cause in shown.causes)
    yield "；".join(
        sentence(changes[cause.number - 1], language)
        + (f"（{cause.alone}）" if cause.alone else "")
        for cause in shown.causes
    )


def _cell(value: Value | None) -> OutCell:
    return value if value is not None and is_known(value) else None


def _sum(values: Iterable[Value]) -> OutCell:
    numbers = [value for value in values if is_number(value)]
    return exact_sum(numbers) if numbers else None


def moves_json(
    views: Sequence[MovesView],
    changes: Sequence[Change],
    tried: Sequence[TrialView],
    language: Language = "zh",
) -> str:
    """Shape: `{changes, trials, results: [{…, groups, rows}]}`; numbers of rows are exact texts."""
    whole = {
        "changes": [
            {
                "number": number,
                "effect": EFFECTS[change.effect][0 if language == "zh" else 1],
                "id": change.id,
                "sentence": sentence(change, language),
            }
            for number, change in enumerate(changes, start=1)
        ],
        "trials": [
            {
                "changes": list(one.numbers),
                "joint": one.is_joint,
                "tried": one.is_tried,
                "results": [
                    {
                        "title": result.title,
                        "moved": result.moved,
                        "grades": result.grades,
                        "scores": result.scores,
                    }
                    for result in one.results
                ],
            }
            for one in tried
        ],
        "results": [_result(view) for view in views],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _result(view: MovesView) -> dict[str, object]:
    return {
        "id": view.id,
        "title": view.title,
        "rows": [_row(row) for row in view.rows],
        "count": view.count,
        "moved": view.moved,
        "grades_up": view.up,
        "grades_down": view.down,
        "ranks_moved": view.ranks_moved,
        "came": view.came,
        "gone": view.gone,
        "on_boundary": list(view.boundary) if view.boundary else None,
        "grades": [{"grade": grade, "old": old, "new": new} for grade, old, new in view.grades],
        "mean": _both(view.mean),
        "seats": [{"title": title, "old": old, "new": new} for title, old, new in view.seats],
        "pay": [_both(one) for one in view.pay],
        "groups": [
            {
                "name": group.name,
                "count": group.rows,
                "moved": group.moved,
                "grades_up": group.up,
                "grades_down": group.down,
                "mean": _both(group.mean),
                "pay": [_both(one) for one in group.pay],
            }
            for group in view.groups
        ],
    }


def _row(shown: RowView) -> dict[str, object]:
    old, new = (None if one is None else _figures(one) for one in (shown.row.old, shown.row.new))
    return {
        "subject": shown.key,
        "name": shown.name,
        "period": shown.period,
        "group": shown.group,
        "moved": shown.is_moved,
        "old": old,
        "new": new,
        "score_change": _exact(shown.row.score_change),
        "items": [_both(one) for one in shown.items],
        "causes": [{"change": one.number, "alone": one.alone} for one in shown.causes],
        "by_others": shown.by_others,
    }


def _figures(one: Figures) -> dict[str, object]:
    return {
        "score": _value(one.score),
        "rank": one.rank,
        "grade": _value(one.grade),
        "seats": {name: _value(value) for name, value in one.seats.items()},
        "pay": {name: _value(value) for name, value in one.pay.items()},
        "exempt": one.is_exempt,
        "on_boundary": one.is_on_boundary,
    }


def _value(value: Value | None) -> str | None:
    """The exact text, or the state where there is no value."""
    if value is None:
        return None
    return exactly(value) if is_known(value) else state_of(value)


def _exact(value: Value | None) -> str | None:
    return None if value is None else exactly(value)


def _both(one: Both | None) -> dict[str, str] | None:
    if one is None:
        return None
    return {"title": one.title, "old": one.old, "new": one.new, "change": one.change}
