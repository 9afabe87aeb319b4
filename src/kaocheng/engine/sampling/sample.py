"""`sample`: the tables of a sample, row by row, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kaocheng.engine.compile import Compiled
from kaocheng.engine.expressions.bound import BLiteral, walk_bound
from kaocheng.engine.facts import PERIOD_COLUMNS
from kaocheng.engine.model import Pack
from kaocheng.engine.sampling.copies import Copier
from kaocheng.engine.sampling.dice import Dice
from kaocheng.engine.sampling.variety import vary_table
from kaocheng.engine.sampling.worlds import Row, World, made_from_types, world_of, world_of_case
from kaocheng.engine.text_table import TextTable


@dataclass(frozen=True)
class Sample:
    """`headers` by table; `rows` says each row with the table it belongs to, and can be read once.

    `subjects` is how many rows the roster `main` gets.
    """

    main: str
    subjects: int
    headers: Mapping[str, tuple[str, ...]]
    rows: Iterator[tuple[str, Row]]


def sample(compiled: Compiled, example: Mapping[str, TextTable], *, seed: int, size: int) -> Sample:
    """Facts about `size` subjects of the roster that has most of them; equal for equal seeds.

    Shape: text tables as `read_facts` takes them. `example` are the tables of the pack's example,
    empty where it has none. Every table of the pack is there, if only with its header.
    """
    pack = compiled.pack
    dice = Dice(seed)
    cases = [world_of_case(pack, case) for case in pack.cases if not case.problems]
    worlds = _worlds(pack, example, cases, dice)
    main = _main(pack, worlds)
    renamed = _renamed(compiled, worlds, main)
    variety = {
        one.id: vary_table(one, worlds, cases, renamed=renamed, dice=dice)
        for one in pack.registers.values()
        if one.kind != "list"
    }
    copiers = [Copier(pack, world, renamed, variety, dice) for world in worlds]
    return Sample(main, size, _headers(pack, worlds), _rows(copiers, main, size))


def _worlds(
    pack: Pack, example: Mapping[str, TextTable], cases: list[World], dice: Dice
) -> list[World]:
    """The example; else the cases that share the periods of the largest; else one of types."""
    if example:
        return [world_of(pack, example)]
    made = made_from_types(pack, dice)
    peopled = sorted((one for one in cases if _has_subjects(pack, one)), key=_size, reverse=True)
    if not peopled:
        return [made]
    first = peopled[0]
    values = {**made.values, **first.values}
    alike = [one for one in peopled if one.periods == first.periods]
    return [World(one.tables, values, one.periods or made.periods) for one in alike]


def _size(world: World) -> int:
    return sum(map(len, world.tables.values()))


def _has_subjects(pack: Pack, world: World) -> bool:
    return any(world.tables.get(result.of) for result in pack.scheme.results)


def _main(pack: Pack, worlds: Sequence[World]) -> str:
    """The roster with the most rows among those whose subjects are assessed."""
    assessed = dict.fromkeys(result.of for result in pack.scheme.results)
    rosters = [name for name in assessed if pack.registers[name].kind == "roster"]
    return max(
        rosters or list(assessed),
        key=lambda name: sum(len(world.tables.get(name, ())) for world in worlds),
    )


def _renamed(compiled: Compiled, worlds: Sequence[World], main: str) -> frozenset[str]:
    """The tables whose keys may change: none whose keys the scheme or its parameters name.

    A key or two may happen to be a word that the scheme uses; half of them do not.
    """
    named = {
        node.value
        for bound in compiled.bound.values()
        for node in walk_bound(bound)
        if isinstance(node, BLiteral)
    }
    for parameter in compiled.pack.parameters.values():
        plain = [name for name, one in parameter.columns.items() if one.type == "text"]
        rows = (row for world in worlds for row in world.tables.get(parameter.id, ()))
        named.update(row.get(name, "") for row in rows for name in plain)
    keyed = [one for one in compiled.pack.registers.values() if one.key and one.kind != "list"]
    found = {main}
    for register in keyed:
        rows = (row for world in worlds for row in world.tables.get(register.id, ()))
        keys = {row.get(register.key) for row in rows}
        if len(keys & named) * 2 < max(1, len(keys)):
            found.add(register.id)
    return frozenset(found)


def _headers(pack: Pack, worlds: Sequence[World]) -> dict[str, tuple[str, ...]]:
    """The columns of every table: those of the worlds, or all where they have no such row."""
    headers: dict[str, tuple[str, ...]] = {}
    for register in pack.registers.values():
        if register.kind != "list":
            rows = (row for world in worlds for row in world.tables.get(register.id, ()))
            used = {name for row in rows for name in row} or set(register.fields)
            needed = {register.key, register.date, register.period, *register.once}
            headers[register.id] = tuple(
                name for name in register.fields if name in used or name in needed
            )
    for parameter in pack.parameters.values():
        if any(world.tables.get(parameter.id) for world in worlds):
            headers[parameter.id] = tuple(parameter.columns)
    if pack.period_kinds:
        headers["periods"] = PERIOD_COLUMNS
    if worlds[0].values:
        headers["parameters"] = ("id", "value")
    return headers


def _rows(copiers: Sequence[Copier], main: str, size: int) -> Iterator[tuple[str, Row]]:
    """Copies of the worlds in turn, the last of them only in part."""
    world, pack = copiers[0].world, copiers[0].pack
    yield from (("periods", row) for row in world.periods if pack.period_kinds)
    yield from (("parameters", {"id": id, "value": value}) for id, value in world.values.items())
    done = number = 0
    while done < size:
        copier = copiers[number % len(copiers)]
        rows = copier.world.tables.get(main, [])
        keys = [row.get(pack.registers[main].key, "") for row in rows]
        if not keys and number == 0:
            return
        kept = set(copier.dice.kept(keys, min(size - done, len(keys))))
        left_out = frozenset(set(keys) - kept)
        yield from copier.copy(number, left_out=left_out, main=main)
        done += len(kept)
        number += 1
