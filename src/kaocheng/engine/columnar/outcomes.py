"""Columns of results as outcomes: values, states, further columns and flags of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, cast

from kaocheng.engine.columnar.cells import Cell
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.columnar.lowered import Flag
from kaocheng.engine.columnar.nodes import FALSE, ONE, Const, Node, Ref
from kaocheng.engine.columnar.planner import Kept
from kaocheng.engine.language.types import NUMBER
from kaocheng.engine.trace import Outcome, shown
from kaocheng.engine.values import Missing, NotApplicable, Value

UNKNOWN, INAPPLICABLE = Missing("缺数据"), NotApplicable("不适用")


@dataclass(frozen=True)
class Reader:
    """Reads the cells of one result table. `with_lows`: what a missing number is at least, too."""

    facts: ColumnFacts
    keys: Mapping[str, Sequence[str]]
    arrow: Any
    with_lows: bool = False

    def outcomes(self, kept: Kept) -> list[Outcome]:
        values = self.values(kept.cell)
        columns = {name: self.values(cell) for name, cell in kept.columns.items()}
        flags = [self.said(flag) for flag in kept.flags]
        found = []
        for at, value in enumerate(values):
            # A further column that was not computed for a row is absent there.
            own = {
                name: given[at] for name, given in columns.items() if given[at] is not INAPPLICABLE
            }
            said = tuple(text[at] for text in flags if text[at])
            found.append(Outcome(value, flags=said, columns=own))
        return found

    def values(self, cell: Cell) -> list[Value]:
        given = self._column(cell.node)
        na = self._column(cell.na) if cell.na != FALSE else [False] * self.arrow.num_rows
        overs = [1] * len(given)
        if cell.num is not None and cell.num.over != ONE:
            overs = self._column(cell.num.over)
        unknown = self._unknown(cell) if self.with_lows else [UNKNOWN] * len(given)
        return [
            self._value(cell, value, over) if value is not None else INAPPLICABLE if no else lacking
            for value, no, over, lacking in zip(given, na, overs, unknown, strict=True)
        ]

    def _unknown(self, cell: Cell) -> list[Missing]:
        """What stands for the value where it is missing."""
        if cell.low is None:
            return [UNKNOWN] * int(self.arrow.num_rows)
        least = self.values(Cell(NUMBER, cell.low.node, cell.low))
        return [replace(UNKNOWN, low=one if isinstance(one, Fraction) else None) for one in least]

    def value_at(self, cell: Cell, place: int) -> Value:
        """The value of one row."""
        value = self._at(cell.node, place)
        if value is None:
            return INAPPLICABLE if self._at(cell.na, place) else UNKNOWN
        return self._value(cell, value, 1 if cell.num is None else self._at(cell.num.over, place))

    def _at(self, node: Node, place: int) -> Any:
        if isinstance(node, Const):
            return node.value
        assert isinstance(node, Ref)
        return self.arrow.column(node.name)[place].as_py()

    def _value(self, cell: Cell, value: Any, over: int) -> Value:
        if cell.num is not None:
            return Fraction(int(value), cell.num.den * int(over))
        if not cell.coded:
            return cast("Value", value)  # text, date, yes or no
        if cell.type.options:
            return cell.type.options[int(value)]
        if cell.type.table:
            return self.keys[cell.type.table][int(value)]
        return self.facts.periods[int(value)].id

    def _column(self, node: Node) -> list[Any]:
        if isinstance(node, Const):
            return [node.value] * self.arrow.num_rows
        assert isinstance(node, Ref)
        return self.arrow.column(node.name).to_pylist()  # type: ignore[no-any-return]

    def said(self, flag: Flag) -> list[str]:
        """The words for each row, empty where nothing is said."""
        holds = self._column(flag.when)
        figures = [self.values(cell) for cell in flag.values]
        places = [*flag.places, *[2] * len(figures)]
        return [
            flag.text.format(*(shown(one[at], places=places[k]) for k, one in enumerate(figures)))
            if here
            else ""
            for at, here in enumerate(holds)
        ]
