"""How the demo plays a scheme: `demo.toml` beside it, and its example moved to today.

Keys: `unit` (the kind of unit that adopts it), `by` and `role` (who runs it there), `today` (which
day of the example is today), `shift` (`weeks` or `quarters`: by what dates move), `starts`,
`holders`, `rosters` (`units` of a kind or `people` of a role or kind of unit; `under`: the field
that says within which; `names`: who or what a key is; `changes` of single rows; `moves`: fields
whose dates move too), `reviews` (tables whose assessors are asked, with the step that they are
`due` with), `people` (names that stand in no roster), `not_yet` (fields that are empty in the
period under way), `reached` (whom a register has got to: `whole`, `begun`), `first_month` (the
parameter that holds it).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from kaocheng.engine.language.registers import Register
from kaocheng.engine.process.moved import movable
from kaocheng.engine.process.periods import add_months
from kaocheng.engine.process.times import Fixed
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.queries.adopted import Adopted

FILE = "demo.toml"
_QUARTERS = "一二三四"


@dataclass(frozen=True)
class Playbook:
    said: Mapping[str, Any]
    today: date

    @classmethod
    def of(cls, folder: Path, today: date) -> Playbook | None:
        """What is said of the scheme in the folder; nothing where the demo leaves it out."""
        path = folder / FILE
        return cls(tomllib.loads(path.read_text("utf-8")), today) if path.is_file() else None

    @property
    def starts_on(self) -> date:
        return self.moved(self.said["starts"])

    def moved(self, day: date) -> date:
        """The day of the example as a day of the demo: whole weeks or quarters later."""
        then: date = self.said["today"]
        if self.said["shift"] == "weeks":
            return day + timedelta(weeks=(self.today - then).days // 7)
        quarters = (self.today.year - then.year) * 4
        quarters += (self.today.month - 1) // 3 - (then.month - 1) // 3
        return add_months(day, 3 * quarters)

    def dates(self, found: Adopted) -> dict[str, str]:
        """Every step that the notice gives a day to, on its day of the demo."""
        edges = movable(found.pack.process)
        return {
            step: self.moved(written.tree.day).isoformat()
            for step, written in edges.items()
            if written is not None and isinstance(written.tree, Fixed)
        }

    def periods(self, table: TextTable | None) -> list[list[str]]:
        """Kind, id, title, first and last day of each period, moved and called anew."""
        rows = []
        for row in table.rows if table else ():
            kind, _, _, first, last = row.cells
            begins, ends = (self.moved(date.fromisoformat(day)) for day in (first, last))
            if kind == "quarter" or ends.day < 28:
                ends = _last_of_month(ends)
            rows.append([kind, *_called(kind, begins), begins.isoformat(), ends.isoformat()])
        return rows

    def facts(
        self, found: Adopted, tables: Mapping[str, TextTable], names: Mapping[str, str]
    ) -> dict[str, TextTable]:
        """The ledgers of the example as they stand today: later entries are not written yet."""
        old = tables.get("periods")
        renamed = {
            row.cells[1]: new[1]
            for row, new in zip(old.rows if old else (), self.periods(old), strict=True)
        }
        moved = {}
        for register in found.ledgers:
            if register.id in tables:
                table = tables[register.id]
                rows = self._rows(register, table, renamed, names)
                moved[register.id] = TextTable(table.name, table.source, table.header, tuple(rows))
        return moved

    def _rows(
        self,
        register: Register,
        table: TextTable,
        renamed: Mapping[str, str],
        names: Mapping[str, str],
    ) -> Iterable[TextRow]:
        for row in table.rows:
            values = dict(zip(table.header, row.cells, strict=True))
            days = [name for name in values if register.fields[name].type == "date"]
            for name in days:
                if values[name]:
                    values[name] = self.moved(date.fromisoformat(values[name])).isoformat()
            if not self._has_come(register, values, days):
                continue
            for name, text in values.items():
                kind = register.fields[name].type
                values[name] = renamed.get(text, text) if kind == "period" else text
                if kind == "text":
                    values[name] = names.get(text, text)
            if values.get(register.period, "") in self._under_way(renamed.values()):
                values |= dict.fromkeys(self.said.get("not_yet", {}).get(register.id, ()), "")
            yield TextRow(row.line, tuple(values.values()))

    def _has_come(self, register: Register, values: dict[str, str], days: Iterable[str]) -> bool:
        """Whether the entry is written by today; days that have not come are taken out of it.

        Of a register under `reached` the entries about `whole` are all there, those about `begun`
        as far as their days go, and no others.
        """
        today = self.today.isoformat()
        reached = self.said.get("reached", {}).get(register.id)
        if reached is not None:
            about = set(values.values())
            if about & {*reached["whole"]}:
                values |= {name: min(values[name], today) for name in days}
                return True
            if not about & {*reached["begun"]}:
                return False
        known = [values[name] for name in days if values[name]]
        values |= {name: "" for name in days if values[name] > today}
        return not known or min(known) <= today

    def _under_way(self, periods: Iterable[str]) -> set[str]:
        """The quarter of today, and the years, which end with it."""
        now = _called("quarter", self.today)[0]
        return {one for one in periods if one == now or "Q" not in one}


def first_month(rows: Iterable[list[str]]) -> str:
    """The month in which the first year among the periods begins."""
    years = [date.fromisoformat(row[3]) for row in rows if row[0] == "year"]
    return str(min(years).month) if years else "1"


def _called(kind: str, first: date) -> tuple[str, str]:
    """Id and title of a period that begins on the day."""
    if kind == "quarter":
        number = (first.month - 1) // 3
        return f"{first.year}Q{number + 1}", f"{first.year}年第{_QUARTERS[number]}季度"
    return str(first.year), f"{first.year}年度"


def _last_of_month(day: date) -> date:
    return add_months(day.replace(day=1), 1) - timedelta(days=1)
