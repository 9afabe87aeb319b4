"""The explanation of a subject's results: as it is kept, and as a reader may see it.

Kept as JSON in words, so that it reads the same years later: per row of a result `headline` and
`section` (see `documents.subject_view`). The line of a record is the id of its entry. Personal
fields are masked before anything is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kaocheng.access.actor import Actor
from kaocheng.access.entry import entries_in_sight
from kaocheng.access.result import sees_whole_units, subjects_with_results
from kaocheng.documents.register_rows import HIDDEN, RowFinder
from kaocheng.documents.subject_view import SubjectView, subject_view
from kaocheng.engine.explain import Explanation
from kaocheng.engine.model import Pack
from kaocheng.queries.adopted import Adopted

Tree = dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """A row of a result, explained: `json` for the database, `flags` with the item they are of.

    `about`: the id of the subject or entry that it is about, the line of a row of a list.
    """

    about: int
    json: str
    flags: tuple[str, ...]


def kept_tree(pack: Pack, explanation: Explanation, rows: RowFinder) -> Kept:
    view = subject_view(pack, [explanation], rows=rows)
    flags = tuple(f"{link.title}：{flag}" for link, flag in view.flags)
    text = json.dumps(_tree(view), ensure_ascii=False, separators=(",", ":"))
    return Kept(explanation.fact.ref.line, text, flags)


def live_trees(pack: Pack, explanations: list[Explanation], rows: RowFinder) -> list[Tree]:
    """The explanations as they would be kept, in the order of the periods."""
    return [_tree(subject_view(pack, [one], rows=rows)) for one in explanations]


def read_tree(kept: str) -> Tree:
    found: Tree = json.loads(kept)
    return found


def _tree(view: SubjectView) -> Tree:
    (section,) = view.sections
    headline = asdict(view.headlines[0]) if view.headlines else None
    return {"headline": headline, "section": asdict(section)}


def for_reader(
    actor: Actor, found: Adopted, trees: Iterable[Tree], *, about: Mapping[bool, int]
) -> list[Tree]:
    """The trees with the records that the reader may see; of the others only how many there are.

    `about`: the subject (True) or the entry (False) of the page. Who reads nothing but what is
    about themself is not told who rated them. Two queries.
    """
    listed = list(trees)
    tables = [table for tree in listed for table in _tables(tree)]
    seen = _seen(actor, found, tables, about)
    for table in tables:
        _show(found, table, seen, hides_raters=not sees_whole_units(actor))
    return listed


def _tables(tree: Tree) -> Iterator[dict[str, Any]]:
    section = tree["section"]
    nodes = [*section["nodes"], *section["between"]]
    while nodes:
        node = nodes.pop()
        nodes += node["nodes"]
        yield from node["tables"]


def _seen(
    actor: Actor, found: Adopted, tables: Iterable[Mapping[str, Any]], about: Mapping[bool, int]
) -> dict[bool, set[int]]:
    """Ids in sight of the records named: of subjects (True) and of entries (False)."""
    named: dict[bool, set[int]] = {True: set(), False: set()}
    for table in tables:
        is_roster = found.register(table["table"]).kind == "roster"
        named[is_roster].update(row[0] for row in table["rows"])
    subjects = subjects_with_results(actor).filter(adoption=found.adoption, pk__in=named[True])
    entries = entries_in_sight(actor).filter(adoption=found.adoption, pk__in=named[False])
    seen = {True: subjects, False: entries}
    return {
        kind: {*rows.values_list("pk", flat=True), *([about[kind]] if kind in about else ())}
        for kind, rows in seen.items()
    }


def _show(
    found: Adopted, table: dict[str, Any], seen: Mapping[bool, set[int]], *, hides_raters: bool
) -> None:
    register = found.register(table["table"])
    if register.kind == "list":
        table["links"], table["unseen"] = False, 0
        return
    own = seen[register.kind == "roster"]
    rows = [row for row in table["rows"] if row[0] in own]
    table["unseen"] = len(table["rows"]) - len(rows)
    table["links"] = register.kind != "roster"
    if hides_raters and register.kind == "review":
        raters = {
            at
            for at, one in enumerate(table["columns"])
            if _is_person(found, register.id, one["id"])
        }
        rows = [
            [line, [HIDDEN if at in raters and cell else cell for at, cell in enumerate(cells)]]
            for line, cells in rows
        ]
    table["rows"] = rows


def _is_person(found: Adopted, register: str, field: str) -> bool:
    """Whether a field names somebody of a roster of people."""
    roster = found.pack.registers.get(found.register(register).fields[field].type)
    if roster is None or not roster.name:
        return False
    return roster.fields[roster.name].personal or roster.id not in {
        result.of for result in found.pack.scheme.results
    }
