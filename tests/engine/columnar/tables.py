"""Random facts as CSV texts: few and many rows, gaps, ties, borders of periods, odd ids."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from kaocheng.engine.exact import exact_text
from kaocheng.engine.language.types import Type
from tests.engine.columnar.dice import Dice
from tests.engine.columnar.vocabulary import TEAMS, WORDS, Column, Table

NOT_APPLICABLE = "不适用"
# String order and the order of numbers differ; so do the orders of UTF-8 and UTF-16 for the last.
ID_STYLES = (
    ("t{0}", "t{0}", "t{0}"),
    ("甲{0}", "乙{0}", "丙{0}"),
    ("{0}", "0{0}", "x{0}"),
    ("T{0}", "t{0}", "T{0},1"),
    ("=t{0}", "'{0}", "-{0}"),
    ("\U00020bb7{0}", "\ufa11{0}", "z{0}"),
)
BORDERS = (
    *("2024-02-01", "2024-06-30", "2024-07-01", "2024-08-31", "2024-09-01", "2024-09-30"),
    *("2024-12-31", "2025-01-01", "2025-01-31", "2025-02-01", "2025-07-15", "2025-07-16"),
)
PERIODS = {
    "year": [("y24", "2024-02-01", "2025-07-15")],
    "term": [
        ("t1", "2024-02-01", "2024-08-31"),
        ("t2", "2024-09-01", "2025-01-31"),
        ("t10", "2025-02-01", "2025-07-15"),
    ],
    "quarter": [
        ("q1", "2024-07-01", "2024-09-30"),
        ("q2", "2024-10-01", "2024-12-31"),
        ("q3", "2025-01-01", "2025-02-28"),
    ],
}


@dataclass
class Filling:
    """How a column is filled: what it may hold, and how often it holds nothing."""

    values: Sequence[str]
    empty_percent: int = 0
    inapplicable_percent: int = 0


@dataclass
class FactTables:
    """Writes the tables of a pack's facts. `clean` leaves nothing out."""

    dice: Dice
    tables: Mapping[str, Table]
    kinds: tuple[str, ...]
    clean: bool = False
    ids: dict[str, list[str]] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """Every table that is not written in the pack itself, and the periods."""
        found: dict[str, str] = {}
        for table in self.tables.values():
            if table.kind == "list":
                lines = table.rows.splitlines()[1:]
                self.ids[table.id] = [line.split(",")[0] for line in lines]
            elif table.key:
                self.ids[table.id] = self._ids(table)
        for table in self.tables.values():
            if table.kind != "list":
                found[table.id] = self._table(table)
        if self.kinds:
            found["periods"] = self._periods()
        return found

    def _ids(self, table: Table) -> list[str]:
        dice = self.dice
        if table.id == "school":
            number = dice.whole(1, 5)
        elif table.id == "teacher":
            number = dice.pick((6, 3, 12, 1, 8, 20, 9, 30, 15, 0))
        else:
            number = dice.pick((8, 3, 20, 0, 30))
        style = ID_STYLES[0]
        if dice.chance(60):
            style = dice.pick(ID_STYLES)
        return dice.shuffled([style[at % 3].format(at) for at in range(1, number + 1)])

    def _table(self, table: Table) -> str:
        dice = self.dice
        number = len(self.ids[table.id]) if table.key else dice.pick((10, 3, 25, 40, 0, 60))
        fillings = {name: self._filling(name, one) for name, one in table.columns.items()}
        rows = []
        for at in range(number):
            row = [self._cell(table.columns[name], one) for name, one in fillings.items()]
            if table.key:
                row[list(fillings).index(table.key)] = self.ids[table.id][at]
            rows.append(row)
        return written([list(fillings), *rows])

    def _filling(self, name: str, column: Column) -> Filling:
        dice = self.dice
        filling = Filling(self._values(name, column))
        if column.required or not filling.values:
            return filling
        if not self.clean:
            filling.empty_percent = dice.weighted([(74, 0), (16, 3), (7, 15), (3, 50)])
            filling.inapplicable_percent = dice.weighted([(88, 0), (9, 4), (3, 20)])
        return filling

    def _cell(self, column: Column, filling: Filling) -> str:
        if not filling.values:
            return ""
        if filling.empty_percent and self.dice.chance(filling.empty_percent):
            return ""
        if filling.inapplicable_percent and self.dice.chance(filling.inapplicable_percent):
            return NOT_APPLICABLE
        if column.type.kind == "ref" and self.dice.chance(40):
            return filling.values[0]  # some have very many rows
        return self.dice.pick(filling.values)

    def _values(self, name: str, column: Column) -> Sequence[str]:
        dice, kind = self.dice, column.type.kind
        if column.type.options:
            return dice.shuffled(column.type.options)[: dice.whole(1, 4)]
        match kind:
            case "number":
                return self._numbers(column)
            case "ref":
                return dice.shuffled(self.ids[column.type.table])
            case "boolean":
                return dice.pick((["是", "否"], ["否", "是", "否", "否"], ["是", "是", "否"]))
            case "date":
                return self._days(born=name in ("born", "joined", "founded"))
            case "moment":
                hours = ("08:00", "09:30", "23:59", "00:00")
                return [f"{day} {dice.pick(hours)}" for day in self._days(born=False)]
            case "period":
                return [id for kind in self.kinds for id, *_ in PERIODS[kind]]
            case _:
                return dice.shuffled(TEAMS if name == "team" else WORDS)[: dice.whole(1, 5)]

    def _numbers(self, column: Column) -> list[str]:
        """A few values that occur often, or many; as decimals, percents or ratios."""
        dice, low, high = self.dice, column.low, column.high
        if column.word == "whole" or column.places == 0:
            return [str(dice.whole(low, min(high, low + 12))) for _ in range(dice.whole(1, 8))]
        edges = [one for one in (60, 80, 85, 100, 0, 12, low, high) if low <= one <= high]
        found = [str(dice.pick(edges)) for _ in range(dice.whole(1, 3))]
        unit = 10**column.places
        for _ in range(dice.pick((3, 1, 10, 20))):
            value = Fraction(dice.whole(low * unit, high * unit), unit)
            found.append(exact_text(value))
        if column.word == "number" and dice.chance(12):
            thirds = Fraction(dice.whole(3 * low, 3 * high), 3)
            found.append(f"{thirds.numerator}/{thirds.denominator}")
        if column.word == "number" and low <= 1 <= high and dice.chance(10):
            found.append(f"{dice.whole(max(low, 0), 1) * 95}%")
        return found

    def _days(self, *, born: bool) -> list[str]:
        dice = self.dice
        if born:
            first = date(dice.pick((1985, 1964, 2000)), 2, 1)
            return [str(first + timedelta(days=dice.roll(400))) for _ in range(dice.whole(1, 6))]
        near = [str(date.fromisoformat(one) + timedelta(days=-1)) for one in BORDERS[::3]]
        return dice.some((*BORDERS, *near), dice.whole(1, 10))

    def _periods(self) -> str:
        header = ["kind", "id", "title", "from", "to"]
        rows = [
            [kind, id, f"周期{id}", first, last]
            for kind in self.kinds
            for id, first, last in PERIODS[kind]
        ]
        return written([header, *self.dice.shuffled(rows)])


def written(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV; what needs quotes has them."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def type_word(column: Column) -> str:
    return column.word if column.type.kind != "ref" else column.type.table


def parameter_value(dice: Dice, name: str, type_: Type) -> str:
    """A value for a parameter of that name; empty where it is left open."""
    options = {
        "p_pool": ("10000", "1000.01", "0", "33333.33"),
        "p_line": ("60", "80", "3", "2/3", "85"),
        "p_rate": ("20%", "0.5", "1/3", "100%"),
        "p_day": ("2024-09-01", "2025-01-31"),
        "p_flag": ("是", "否"),
        "p_word": ("优秀", "甲"),
    }.get(name, type_.options)
    return dice.pick(options)
