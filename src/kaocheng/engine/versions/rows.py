"""Tables that are written in the pack itself, compared cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kaocheng.engine.facts import list_table, text_table
from kaocheng.engine.language.parameters import Parameter
from kaocheng.engine.language.registers import Register
from kaocheng.engine.versions.change import Side
from kaocheng.engine.versions.leaves import Said
from kaocheng.engine.versions.spots import Pair, Spot

_Cells = dict[str, dict[str, str]]


@dataclass(frozen=True)
class _Row:
    """A row of both tables by its key; empty where it is only in the other."""

    key: str
    old: Mapping[str, str]
    new: Mapping[str, str]


def row_changes(pair: Pair) -> Iterator[tuple[Side, Side]]:
    """Both sides of every cell that differs, and of every row that came or went.

    `pair` are the rows of two registers or two parameters. All changes of a table share a path.
    """
    befores, afters = _cells(_owner(pair.left)), _cells(_owner(pair.right))
    for key in dict.fromkeys((*befores, *afters)):
        row = _Row(key, befores.get(key, {}), afters.get(key, {}))
        if row.old and row.new:
            for column in dict.fromkeys((*row.old, *row.new)):
                texts = row.old.get(column, ""), row.new.get(column, "")
                if texts[0] != texts[1]:
                    yield _sides(pair, texts, key, column)
        else:
            yield _sides(pair, (_words(row.old), _words(row.new)), key)


def _sides(pair: Pair, texts: tuple[str, str], *names: str) -> tuple[Side, Side]:
    old, new = (
        replace(
            spot.side(Said(text, text)),
            id=".".join((*spot.ids, *names, "rows")),
            titles=(*spot.titles, *names),
        )
        for spot, text in zip((pair.left, pair.right), texts, strict=True)
    )
    return old, new


def _owner(spot: Spot) -> Parameter | Register:
    """The register or parameter whose rows the spot is."""
    kind, id = str(spot.path[0]), str(spot.path[1])
    found: Parameter | Register = getattr(spot.pack, kind)[id]
    return found


def _cells(owner: Parameter | Register) -> _Cells:
    """The cells of a table in the pack, by its key and by the title of the column."""
    if isinstance(owner, Register):
        table, described, keys = list_table(owner), owner.fields, [owner.key]
    else:
        table = text_table(owner.id, owner.rows, source=owner.id)
        described, keys = owner.columns, list(owner.key)
    found: _Cells = {}
    for row in table.rows:
        cells = dict(zip(table.header, row.cells, strict=False))
        titles = {
            described[name].title if name in described else name: cell
            for name, cell in cells.items()
            if name not in keys
        }
        found["、".join(cells.get(key, "") for key in keys)] = titles or {"": "有"}
    return found


def _words(cells: Mapping[str, str]) -> str:
    return "，".join(f"{title} {cell}".strip() for title, cell in cells.items() if cell)
