"""Which columns of a plan are computed: those that somebody may ask for."""

from __future__ import annotations

from collections.abc import Iterable

from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.nodes import Const, Node, Ref
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.rows import PERIOD
from kaocheng.engine.language.scheme import Result, items_below
from kaocheng.engine.language.types import NUMBER


def wanted(planner: Planner, result: Result) -> dict[str, Node]:
    """Every column of a result that somebody may ask for."""
    found: dict[str, Node] = {"_at": Ref("_at")}
    if result.each:
        found[PERIOD] = Ref(PERIOD)
    members = planner.members[result.id]
    found["_exempt"] = members.exempt
    for item in items_below(result.items):
        if (result.id, item.id) not in planner.kept_items:
            continue
        kept = planner.kept_items[result.id, item.id]
        cells = [
            kept.cell,
            *kept.columns.values(),
            *(one for flag in kept.flags for one in flag.values),
            *kept.told.values(),
        ]
        if planner.left and (low := kept.cell.low) is not None:
            cells.append(Cell(NUMBER, low.node, low))  # for seats that the reference fills
        found.update(_columns(cells))
        for flag in kept.flags:
            if isinstance(flag.when, Ref):
                found[flag.when.name] = flag.when
    shared = [one for one in planner.shared.values() if one.result == result.id]
    found.update(_columns([cell for one in shared for cell in one.cells]))
    for node in planner.doubts.get(result.id, ()):
        if isinstance(node, Ref):
            found[node.name] = node
    return {name: node for name, node in found.items() if not isinstance(node, Const)}


def _columns(cells: Iterable[Cell]) -> dict[str, Node]:
    """The columns that cells are read from."""
    nodes = [
        node
        for cell in cells
        for node in (cell.node, cell.na, *([] if cell.num is None else [cell.num.over]))
    ]
    return {node.name: node for node in nodes if isinstance(node, Ref)}
