"""The unit stage for one unit on NumPy arrays: the nodes of the plan become calls, once per plan.

For a hundred people the database needs far longer to plan a statement than to run it. Here the plan
itself is turned into a list of steps over numbered registers; running it costs a few microseconds a
node. What is asked for twice is one step. `compiled_unit` raises `Unfit` for what it leaves to the
database, and so may a run whose rows are too many to meet in arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from kaocheng.engine.columnar.array_compiler import Compiler
from kaocheng.engine.columnar.array_nodes import constant
from kaocheng.engine.columnar.array_tables import UnitRows, to_arrow
from kaocheng.engine.columnar.nodes import Const
from kaocheng.engine.columnar.relation import Chain
from kaocheng.engine.columnar.stages import Units

Step = tuple[Callable[..., Any], tuple[int, ...], int]


@dataclass(eq=False)
class Program:
    """Steps in order: each calls a function on registers and puts the outcome into another.

    The first register holds the rows that the program runs on (`UnitRows`).
    """

    steps: list[Step] = field(default_factory=list)
    registers: list[Any] = field(default_factory=lambda: [None])
    _known: dict[object, int] = field(default_factory=dict)

    def step(self, function: Callable[..., Any], *arguments: int) -> int:
        """The register of a call; an equal call is not made twice."""
        key = (function, arguments)
        if key not in self._known:
            self._known[key] = len(self.registers)
            self.registers.append(None)
            self.steps.append((function, arguments, self._known[key]))
        return self._known[key]

    def constant(self, node: Const) -> int:
        if node not in self._known:
            self._known[node] = len(self.registers)
            self.registers.append(constant(node.value))
        return self._known[node]

    def run(self, rows: UnitRows) -> list[Any]:
        """All registers after a run."""
        found = self.registers.copy()
        found[0] = rows
        for function, arguments, target in self.steps:
            found[target] = function(*[found[one] for one in arguments])
        return found


@dataclass(frozen=True, eq=False)
class UnitProgram:
    """A compiled unit stage; per result the registers of its columns and of its number of rows."""

    program: Program
    columns: Mapping[str, Mapping[str, int]]
    counts: Mapping[str, int]
    schemas: Mapping[str, Any]

    def run(self, rows: UnitRows) -> dict[str, Any]:
        """The Arrow table of each result for the rows of one unit."""
        found = self.program.run(rows)
        return {
            result: to_arrow(
                self.schemas[result],
                {name: found[register] for name, register in columns.items()},
                found[self.counts[result]],
            )
            for result, columns in self.columns.items()
        }


def compiled_unit(
    chains: Mapping[str, Chain],
    needed: Mapping[str, Collection[str]],
    schemas: Mapping[str, Any],
    units: Units,
) -> UnitProgram:
    """The unit stage as a program; raises Unfit.

    `needed` names the columns of each chain that lead to those of the results, `schemas` has the
    Arrow schema of each result's table.
    """
    program = Program()
    compiler = Compiler(program, chains, needed, units)
    columns, counts = {}, {}
    for result, schema in schemas.items():
        rows = compiler.chain(chains[result]).at(chains[result].top)
        columns[result] = {name: rows.column(name) for name in schema.names}
        counts[result] = rows.count
    return UnitProgram(program, columns, counts, schemas)


__all__ = ["Program", "UnitProgram", "compiled_unit"]
