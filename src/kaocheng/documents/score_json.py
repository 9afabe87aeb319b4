"""Explanations as JSON for programs: the whole tree, every number as exact text."""

from __future__ import annotations

import json
from collections.abc import Iterable

from kaocheng.documents.register_rows import RowFinder
from kaocheng.engine.exact import exact_text
from kaocheng.engine.explain import Branch, Explanation
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.model import Pack
from kaocheng.engine.trace import RowRef, exactly
from kaocheng.engine.values import Missing, NotApplicable, Value, is_number, state_of

Json = dict[str, object]


def score_json(pack: Pack, explanations: list[Explanation], *, rows: RowFinder) -> str:
    """Shape: `{scheme, subject, name, results: [{…, items: [branch]}]}`.

    A branch has `value` (exact text, empty without one), `state`, and what is not empty of `why`,
    `low`, `high`, `points`, `unit`, `text`, `counted`, `clauses`, `rows`, `uses`, `flags`, `note`,
    `rounding_note`, `parts`. Where `adds_up` is true the `counted` of the parts sum to the value.
    """
    first = explanations[0]
    source = pack.scheme.source
    whole: Json = {
        "scheme": {
            "id": pack.scheme.id,
            "title": pack.scheme.title,
            "version": pack.scheme.version,
            "document": source.document,
        },
        "subject": first.subject,
        "name": rows.name_of(first.fact.ref.table, first.subject),
        "results": [_explanation(one, rows) for one in explanations],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _explanation(explanation: Explanation, rows: RowFinder) -> Json:
    exempt, period = explanation.exempt, explanation.period
    about = explanation.fact.ref
    return {
        "id": explanation.result.id,
        "title": explanation.result.title,
        **_filled(
            period=period and {"id": period.id, "title": period.title},
            exempt=exempt and {"id": exempt.id, "title": exempt.title},
            clauses=_clauses(explanation.clauses),
            advice=list(explanation.advice),
        ),
        "items": [_branch(branch, about, rows) for branch in explanation.branches],
    }


def _branch(branch: Branch, about: RowRef, rows: RowFinder) -> Json:
    return {
        "id": branch.item,
        "title": branch.title,
        "value": _text(branch.value),
        "state": state_of(branch.value),
        **_bounds(branch.value),
        **_filled(
            points=None if branch.points is None else exact_text(branch.points),
            unit=branch.unit,
            mechanism="" if branch.mechanism == "line" else branch.mechanism,
            text=branch.text,
            counted=None if branch.counted is None else _text(branch.counted),
            adds_up=branch.adds_up,
            hidden=branch.hidden,
            bonus=branch.bonus,
            clauses=_clauses(branch.clauses),
            rows=_rows(branch, about, rows),
            uses=[_filled(result=one.result, item=one.item) for one in branch.reads],
            flags=list(branch.flags),
            note=branch.note,
            rounding_note=branch.rounding_note,
            parts=[_branch(below, about, rows) for below in branch.branches],
        ),
    }


def _text(value: Value) -> str | bool:
    return value if isinstance(value, bool) else exactly(value)


def _bounds(value: Value) -> Json:
    if isinstance(value, NotApplicable):
        return _filled(why=value.why)
    if not isinstance(value, Missing):
        return {}
    low = exact_text(value.low) if is_number(value.low) else ""
    high = exact_text(value.high) if is_number(value.high) else ""
    return _filled(why=value.why, low=low, high=high)


def _rows(branch: Branch, about: RowRef, rows: RowFinder) -> list[Json]:
    return [
        {
            "table": table.table,
            "line": line,
            "values": {
                column.id: cell for column, cell in zip(table.columns, cells, strict=True) if cell
            },
        }
        for table in rows.tables(branch.rows, about=about)
        for line, cells in table.rows
    ]


def _clauses(clauses: Iterable[Clause]) -> list[Json]:
    return [{"rule": clause.rule, "text": clause.text} for clause in clauses]


def _filled(**values: object) -> Json:
    """What says something: no empty texts and lists, nothing that is simply not so."""
    return {name: value for name, value in values.items() if value not in ("", None, [], False)}
