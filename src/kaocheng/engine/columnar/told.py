"""What a run has kept of one subject among those it was compared with (`mechanism.Told`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from kaocheng.engine.columnar.facts import LINE
from kaocheng.engine.mechanisms.mechanism import Frame
from kaocheng.engine.reference.run import RowFrame
from kaocheng.engine.values import Value, is_number

if TYPE_CHECKING:
    from kaocheng.engine.columnar.read_run import ReadRun


@dataclass(eq=False)
class ToldOfRow:
    """`values` are numbers, and the lines of members in the roster; none where nobody is meant."""

    run: ReadRun
    frame: RowFrame
    values: Mapping[str, Value]
    _members: dict[int, Frame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._members[self._own_line] = self.frame

    @property
    def _own_line(self) -> int:
        return self.frame.row.fact.ref.line

    def number(self, name: str) -> Fraction:
        value = self.values[name]
        assert is_number(value)
        return value

    def count(self, name: str) -> int:
        return int(self.number(name))

    def member(self, name: str) -> Frame | None:
        value = self.values[name]
        if not is_number(value):
            return None
        line = int(value)
        if line not in self._members:
            self._members[line] = self._member_at(line)
        return self._members[line]

    def _member_at(self, line: int) -> RowFrame:
        result, period = self.frame.result, self.frame.row.period
        (position,) = self.run.finder.rows_at(result.of, LINE, line)
        rows = [member.row for member in self.run.read_members[result.id].at([position])]
        (row,) = [one for one in rows if one.period == period]
        return RowFrame(self.run, result, row)

    def is_before(self, name: str) -> bool:
        value = self.values[name]
        return not is_number(value) or self._own_line < value
