"""What an aggregate may read, and how its rows can belong to the subject."""

from __future__ import annotations

from dataclasses import dataclass

from kaocheng.engine.language.types import reference
from tests.engine.columnar.dice import Dice
from tests.engine.columnar.vocabulary import Place, ResultSoFar, Table


@dataclass(frozen=True)
class Source:
    """A table or result that an aggregate may read, and how it is written after `over`."""

    table: Table
    result: ResultSoFar | None
    words: str


def source_for(function: str, dice: Dice, place: Place) -> Source | None:
    """Something that `function` may be taken over; results a little more often than their share."""
    tables: list[Source] = []
    for table in place.world.tables.values():
        if function != "run" and (function != "latest" or table.date):
            tables.extend(Source(table, None, words) for words in ways(table, None, dice, place))
    results: list[Source] = []
    for result in place.results():
        table = place.world.tables[result.of]
        timed = bool(table.date or result.each)
        fits = result.each if function == "run" else function != "latest" or timed
        if fits:
            found = ways(table, result, dice, place)
            results.extend(Source(table, result, words) for words in found)
    if results and dice.chance(35):
        return dice.pick(results)
    every = [*tables, *results]
    return dice.pick(every) if every else None


def ways(table: Table, result: ResultSoFar | None, dice: Dice, place: Place) -> list[str]:
    """How rows of a table can belong to the subject."""
    name = result.id if result else table.id
    subject = place.subject.table
    scope = f"of {scope_of(dice, place)}"
    links = table.references(subject.id)
    if table.id == subject.id:
        own = [name] if result is not None and result.each else []
        return [*own, f"{name} {scope}", f"{name} of all", *(f"{name} by {one}" for one in links)]
    if not links:
        further = [
            f"{name} by {one}.{link}"
            for one, column in table.columns.items()
            if column.type.kind == "ref"
            for link in place.world.tables[column.type.table].references(subject.id)
        ]
        return [*further, f"{name} of all"]
    if len(links) == 1:
        return [name, name, name, f"{name} {scope}", f"{name} of all"]
    by = [f"{name} by {one}" for one in links]
    return [*by, f"{by[0]} {scope}", f"{name} of all"]


def scope_of(dice: Dice, place: Place) -> str:
    """A field of the subject by which everybody is grouped."""
    kinds = ("ref", "choice", "scale", "boolean", "text")
    fields = place.subject.table.columns
    own = [name for name, one in fields.items() if one.type.kind in kinds]
    links = [name for name in own if fields[name].type.kind == "ref"]
    if links and dice.chance(40):
        return dice.pick(links)
    if place.subject.result is not None and dice.chance(20):
        items = place.subject.result.items
        own.extend(name for name, one in items.items() if one.kind in kinds)
    seen = [f"{one}.level" for one in links if fields[one].type == reference("school")]
    return dice.pick([*own, *seen])
