"""The table of a result as it leaves: every row in sight, every item that people are shown."""

from __future__ import annotations

from kaocheng.access.actor import Actor
from kaocheng.documents.result_layout import STATE_WORDS
from kaocheng.documents.tables import Cell, Sheet
from kaocheng.engine.exact import NotExact, read_exact
from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import Item, items_below
from kaocheng.engine.trace import unit_words
from kaocheng.queries.result import chosen_result, in_order, round_of, table_lines
from kaocheng.queries.result_frozen import frozen_rows, last_set, values_of
from kaocheng.queries.result_views import Asked, Line
from kaocheng.records.models.round import ResultState

STATES = {**STATE_WORDS, "exempt": "免于考核"}


def export_sheet(actor: Actor, round_id: int, result_id: str, asked: Asked) -> tuple[str, Sheet]:
    """Title of the file and its sheet; numbers are exact."""
    work, found = round_of(actor, round_id)
    result = chosen_result(found, work, result_id)
    frozen = last_set(work)
    stands = frozen is not None and frozen.state == ResultState.FROZEN and not asked.is_live
    kept = frozen if stands else None
    lines, done = table_lines(actor, work, found, result, kept)
    lines = in_order(
        [one for one in lines if not asked.unit or one.unit_id == asked.unit], asked.sort
    )
    items = [one for one in items_below(result.items) if not one.hidden]
    values: dict[tuple[str, str], dict[str, list[str]]] = {}
    if kept is not None:
        titles = {period.id: period.title for period in found.periods}
        values = {
            (row.about, titles.get(row.period, row.period)): row.values
            for row in frozen_rows(actor, kept, result=result.id)
        }
    elif done is not None:
        rows = [line.row for line in lines if line.row is not None]
        for line, one in zip(lines, values_of(done, result.id, rows), strict=True):
            values[line.key, line.period] = one
    headings = ("名次", "编号", "名称", "单位", "周期", "状态", *map(_heading, items), "提示")
    body = tuple(
        (
            *_about(line),
            *_cells(items, values[line.key, line.period]),
            "；".join(line.flags),
        )
        for line in lines
    )
    return f"{work.title}·{result.title}", Sheet(result.title, headings, body)


def _about(line: Line) -> tuple[Cell, ...]:
    state = (line.exempt and f"{STATES['exempt']}：{line.exempt}") or STATES.get(line.state, "")
    return (line.place or None, line.key, line.name, line.unit_name, line.period, state)


def _heading(item: Item) -> str:
    unit = unit_words(unit_of(item))
    return f"{item.title}（{unit}）" if unit else item.title


def _cells(items: list[Item], values: dict[str, list[str]]) -> tuple[Cell, ...]:
    found: list[Cell] = []
    for item in items:
        text, state = values.get(item.id, ["", ""])
        if state != "scored":
            found.append(STATES.get(state, ""))
            continue
        try:
            found.append(read_exact(text))
        except NotExact:
            found.append(text)
    return tuple(found)
