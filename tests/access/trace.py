"""Which cells run which statements of the checks, so that only those are asked about a mutant."""

from __future__ import annotations

import ast
import hashlib
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.records.prepared import Prepared
from tests.access.calls import Calls
from tests.access.mutants import (
    DOORS,
    REFUSERS,
    SOURCE,
    Mutant,
    changed,
    functions_of,
    refuses,
    spot,
    with_code,
)
from tests.access.table import FOLDER, Cell

QUERIES = "kaocheng.queries."
NOTE = "_runs_here"


class Noting(ast.NodeTransformer):
    """Says before each statement that it runs."""

    def __init__(self, function: FunctionType) -> None:
        self.spot = spot(function)
        self.first = function.__code__.co_firstlineno - 1

    def generic_visit(self, node: ast.AST) -> ast.AST:
        made = super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(made, name, None)
            if isinstance(block, list):
                setattr(made, name, [one for inner in block for one in (self._note(inner), inner)])
        return made

    def _note(self, statement: ast.stmt) -> ast.stmt:
        key = f"code {self.spot}:{self.first + statement.lineno}"
        return ast.parse(f"{NOTE}({key!r})").body[0]


def noting_codes() -> dict[FunctionType, CodeType]:
    """The code that says what it runs, for every checked function."""
    refusers = (path for path in REFUSERS if refuses(path))
    functions = [one for path in (*DOORS, *refusers) for one in functions_of(path)]
    made = {function: changed(function, Noting(function)) for function in functions}
    return {function: code for function, code in made.items() if code is not None}


@contextmanager
def noting_permissions(note: Callable[[str], None]) -> Iterator[None]:
    reaches = Actor.reaches

    def noted(actor: Actor, permission: Permission) -> frozenset[Reach]:
        note(f"permission {permission}")
        return reaches(actor, permission)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Actor, "reaches", noted)
        yield


def forget_texts() -> None:
    """Queries whose text is written once for all ask their doors again."""
    for prepared in _prepared():
        prepared._texts.clear()


@cache
def _prepared() -> tuple[Prepared, ...]:
    modules = [module for name, module in sys.modules.items() if name.startswith(QUERIES)]
    values = (value for module in modules for value in vars(module).values())
    return tuple(value for value in values if isinstance(value, Prepared))


def digest(about: str) -> str:
    folders = ((SOURCE, "**/*.py"), (Path(__file__).parent, "**/*.*"), (FOLDER, "*.csv"))
    files = sorted(path for folder, which in folders for path in folder.glob(which))
    text = b"".join(path.read_bytes() for path in files if path.suffix != ".pyc")
    return hashlib.sha256(about.encode() + text).hexdigest()


class Trace:
    """Which cells run which statements of the checked functions, ask about which permissions."""

    def __init__(self, mutants: Iterable[Mutant] = ()) -> None:
        self.cells: dict[str, set[Cell]] = {}
        self.cell: Cell | None = None
        self.doors = Calls(mutants)

    def note(self, key: str) -> None:
        if self.cell is not None and not self.doors.tries:
            self.cells.setdefault(key, set()).add(self.cell)
            self.doors.ran.add(key)

    def share(self, first: Cell, others: Iterable[Cell]) -> None:
        """What the first one ran, the others run too; each its own endpoint."""
        for cells in (*self.cells.values(), *self.doors.differ.values()):
            if first in cells:
                cells.update(others)
        own = f"endpoint {first.endpoint}"
        self.cells[own] = {cell for cell in self.cells[own] if cell.endpoint == first.endpoint}

    def keep(self, report: Path, *, about: str) -> None:
        """Beside the report, for a run that goes on with it."""
        kept = (digest(about), self.cells, self.doors.differ)
        report.with_suffix(".trace").write_bytes(pickle.dumps(kept))

    def recalls(self, report: Path, *, about: str) -> bool:
        """Whether a run before has kept what the very same code does."""
        path = report.with_suffix(".trace")
        if not path.exists():
            return False
        known, cells, differ = pickle.loads(path.read_bytes())  # our own
        if known != digest(about):
            return False
        self.cells, self.doors.differ = cells, differ
        return True

    @contextmanager
    def listening(self) -> Iterator[None]:
        codes = noting_codes()
        for function in codes:  # for good: a middleware made meanwhile goes on asking for it
            function.__globals__[NOTE] = self.note
        codes |= self.doors.watched(codes, lambda: self.cell)
        with (
            pytest.MonkeyPatch.context() as patch,
            with_code(codes),
            noting_permissions(self.note),
            self.doors.told_of_texts(patch),
        ):
            yield
        self.cell = None
