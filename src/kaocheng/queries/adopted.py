"""An adoption as the engine takes it: the compiled scheme, its parameters, process and facts."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from kaocheng.engine import verbs
from kaocheng.engine.compile import Compiled
from kaocheng.engine.facts import (
    PERIOD_COLUMNS,
    Reader,
    read_parameters,
    read_periods,
    text_table,
)
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.process import Process
from kaocheng.engine.language.registers import Register
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Problems
from kaocheng.engine.process.moved import with_days
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.engine.values import Value
from kaocheng.gateways.clock import CLOCK
from kaocheng.methods.holders import Holder
from kaocheng.queries.register_shape import Shape
from kaocheng.records.models import Adoption, Round, SchemeVersion

EXAMPLE = "example/"


@dataclass(frozen=True)
class Terms:
    """What the unit has settled, each as the adoption keeps it (see `Adoption`)."""

    parameters: dict[str, Any]
    dates: dict[str, str]
    holders: dict[str, Any]


GROUPS = tuple(one.name for one in fields(Terms))


@dataclass(frozen=True)
class Adopted:
    """An adoption with everything that follows from its text, as it stands on the day `on`."""

    adoption: Adoption
    compiled: Compiled
    on: date

    @property
    def pack(self) -> Pack:
        return self.compiled.pack

    @cached_property
    def terms(self) -> Terms:
        """What is settled, with the amendments whose day has come."""
        settled = {group: dict(getattr(self.adoption, group)) for group in GROUPS}
        for _, _, changes in self.adoption.coming[: self.came]:
            apply(changes, to=settled)
        return Terms(**settled)

    @property
    def came(self) -> int:
        """How many of the adoption's coming amendments have come into force by the day."""
        return sum(day <= self.on.isoformat() for day, _, _ in self.adoption.coming)

    def with_terms(self, **groups: Mapping[str, Any]) -> Adopted:
        """The adoption as it would be with these parameters, dates or holders; written nowhere."""
        draft = copy(self.adoption)
        draft.coming = []
        for group, settled in {**vars(self.terms), **groups}.items():
            setattr(draft, group, dict(settled))
        return Adopted(draft, self.compiled, self.on)

    @cached_property
    def process(self) -> Process:
        """The process on the days of this adoption."""
        days = {step: date.fromisoformat(day) for step, day in self.terms.dates.items()}
        return with_days(self.pack.process, days)

    @cached_property
    def settled(self) -> dict[str, TextTable]:
        """What was filled in: `parameters`, tables of parameters by their id, and `periods`."""
        plain: list[tuple[str, str]] = []
        tables: dict[str, TextTable] = {}
        for name, value in self.terms.parameters.items():
            if isinstance(value, list):
                tables[name] = _table(name, value[0], value[1:])
            else:
                plain.append((name, str(value)))
        tables["parameters"] = _table("parameters", ("id", "value"), plain)
        if self.pack.period_kinds:
            tables["periods"] = _table("periods", PERIOD_COLUMNS, self.adoption.periods)
        return tables

    def table(self, parameter: str) -> TextTable:
        """A table of parameters as it was filled in, else as the scheme has it."""
        kept = self.settled.get(parameter)
        rows = self.pack.parameters[parameter].rows
        return kept or text_table(parameter, rows, source=parameter)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        return read_periods(self.pack, self.settled.get("periods"), Problems())

    @property
    def listed_periods(self) -> list[Period]:
        """By their first days, the longer first: a year, its first quarter, its second."""
        return sorted(self.periods, key=lambda one: (one.first, -one.last.toordinal(), one.id))

    @cached_property
    def parameters(self) -> dict[str, Value]:
        """Typed values of the parameters that are not tables; what is open is missing."""
        reader = Reader(self.pack, self.periods, Problems())
        tables = {name: table for name, table in self.settled.items() if name != "periods"}
        return read_parameters(self.pack, tables, reader, Problems())[0]

    def register(self, name: str) -> Register:
        return self.pack.registers[name]

    def shape(self, name: str) -> Shape:
        """Which fields of a register fill the spine of its entries."""
        return Shape.of(self.pack, self.pack.registers[name])

    def holders(self, title: str) -> tuple[Holder, ...]:
        """Who is meant by a title of the scheme."""
        return tuple(Holder.of(kept) for kept in self.terms.holders.get(title, ()))

    @cached_property
    def rounds(self) -> tuple[Round, ...]:
        """Those of this adoption, as they are when first asked for."""
        rows = Round.objects.unscoped("what is open or closed holds for everybody")
        return tuple(rows.filter(adoption=self.adoption).order_by("pk"))

    @property
    def rosters(self) -> list[Register]:
        return [one for one in self.pack.registers.values() if one.kind == "roster"]

    @property
    def ledgers(self) -> list[Register]:
        """Registers and reviews: what entries are written in."""
        kinds = ("register", "review")
        return [one for one in self.pack.registers.values() if one.kind in kinds]


def adopted(adoption: Adoption, *, on: date | None = None) -> Adopted:
    """The adoption as it stands on that day, today where none is given."""
    return Adopted(adoption, compiled(adoption.scheme), on or CLOCK.today())


def apply(changes: Mapping[str, Any], *, to: Mapping[str, dict[str, Any]]) -> None:
    """Set each `parameters.pass_line` in its group; None goes back to what the scheme says."""
    for name, after in changes.items():
        group, _, own = name.partition(".")
        if after is None:
            to[group].pop(own, None)
        else:
            to[group][own] = after


def compiled(version: SchemeVersion) -> Compiled:
    """The scheme ready to compute; kept in memory, since its text can never change."""
    return _compiled(version.digest, version.pack, version.pk)


@lru_cache(maxsize=64)
def _compiled(digest: str, name: str, version_id: int) -> Compiled:
    del digest  # the key of the cache: a test's database may give the same id to another text
    files = SchemeVersion.objects.values_list("files", flat=True).get(pk=version_id)
    kept_in = Path(settings.DATA) / "cache"
    kept_in.mkdir(parents=True, exist_ok=True)
    problems = Problems()
    with tempfile.TemporaryDirectory(dir=kept_in, prefix="scheme-") as folder:
        unpack(files, Path(folder) / name)
        pack = verbs.read(Path(folder) / name, problems=problems)
    found = None if pack is None else verbs.compile(pack, problems=problems)
    assert found is not None, f"{name} was kept although it does not compile"
    return found


def unpack(files: Mapping[str, str], folder: Path) -> None:
    """Write the files of a scheme into a folder, as they lay there before."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def example_tables(version: SchemeVersion) -> dict[str, TextTable]:
    """The tables of the example that came with the scheme, by name."""
    found = {}
    for name, text in version.files.items():
        if name.startswith(EXAMPLE) and name.endswith(".csv"):
            rows = [row for row in csv.reader(text.splitlines()) if any(row)]
            table = name.removeprefix(EXAMPLE).removesuffix(".csv")
            found[table] = _table(table, rows[0], rows[1:])
    return found


def _table(name: str, header: Sequence[Any], rows: Sequence[Sequence[Any]]) -> TextTable:
    cells = (tuple(str(cell) for cell in row) for row in rows)
    body = tuple(TextRow(line, row) for line, row in enumerate(cells, start=2))
    return TextTable(name, name, tuple(str(one) for one in header), body)
