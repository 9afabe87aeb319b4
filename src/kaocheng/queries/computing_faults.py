"""Facts at fault: which entries can be left out of a preview, and which keep all from computing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kaocheng.engine.language.registers import Register
from kaocheng.engine.problems import Problem
from kaocheng.queries.adopted import Adopted

# How many more there are of a kind, and no row of its own.
COUNTS = frozenset({"F83"})


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    return [one for one in problems if one.severity == "error"]


@dataclass(frozen=True)
class AtFault:
    """Entries that can be left out, by register; and what keeps all from being computed."""

    entries: Mapping[str, set[int]]
    faults: tuple[Problem, ...]
    blocking: tuple[Problem, ...]


def at_fault(found: Adopted, problems: Iterable[Problem]) -> AtFault:
    """What others may refer to is not left out: a row of a roster, or of a register so named."""
    ledgers = by_title(found.ledgers)
    registers = found.pack.registers.values()
    named = {described.type for register in registers for described in register.fields.values()}
    entries: dict[str, set[int]] = {}
    faults, blocking = [], []
    for one in errors_of(problems):
        register = ledgers.get(one.place.file)
        if register is not None and register.id not in named and one.place.line:
            entries.setdefault(register.id, set()).add(one.place.line)
            faults.append(one)
        elif one.id not in COUNTS:
            blocking.append(one)
    return AtFault(entries, tuple(faults), tuple(blocking))


def by_title(registers: Iterable[Register]) -> dict[str, Register]:
    """The registers by what a problem calls them; none of those that share a title."""
    found: dict[str, list[Register]] = {}
    for one in registers:
        found.setdefault(one.title, []).append(one)
    return {title: same[0] for title, same in found.items() if len(same) == 1}
