"""The product with one check less: a mutant must turn some cell of the matrix red.

Nothing is written to files: a need or a grant is exchanged, or the code of one function is replaced
by the same code without one condition.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, cast

import kaocheng
from kaocheng.access.actor import Actor
from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.access.grants import EVERYBODY, GRANTS, Grant, Permission, Reach
from tests.access.table import Cell

SOURCE = Path(kaocheng.__file__).parent
# Every condition of these is taken away in turn; elsewhere only whole refusals are.
DOORS = tuple(sorted(SOURCE.glob("access/*.py")))
REFUSERS = tuple(
    sorted(
        path for layer in ("actions", "queries", "web") for path in SOURCE.glob(f"{layer}/**/*.py")
    )
)
REFUSALS = frozenset({"NotYours", "NotAllowed", "MustSignIn"})
CHECKS = frozenset({"only_in_person", "_only_below"})
WIDER = {Reach.OWN: Reach.UNIT, Reach.UNIT: Reach.BELOW, Reach.BELOW: Reach.ALL}
LOWER = {Open.SIGNED_IN: Open.HALF, Open.HALF: Open.PUBLIC}

# Checks that nothing notices because another one stands behind or before them, by the beginning of
# their names; whoever adds one says which.
DOUBLED: Mapping[str, str] = {
    "grant audit.history of lead: own": "the lead reaches further by the row below",
    "grant audit.history of officer: own": "the officer reaches further by the row below",
    "grant audit.history of audit_admin: own": "the administrator reaches all by the row below",
    "need of history:": "everybody holds the permission for what is their own; the door decides",
    "need of tasks:": "everybody holds the permission",
    "need of unit:": "everybody holds the permission; the door decides",
    "need of units:": "everybody holds the permission; the door decides",
    "kaocheng/access/audit:history: refusal": "a kind without an owner, which no page links to",
}


@dataclass(frozen=True)
class Mutant:
    """`touches`: the key of the trace that tells which cells could notice; `role`: whose alone."""

    name: str
    touches: str
    applied: Callable[[], AbstractContextManager[None]]
    role: str = ""

    def concerns(self, cell: Cell) -> bool:
        """Whoever acts for somebody has the role of that person, a member."""
        role = "member" if cell.role == "helper" else cell.role.partition("/")[0]
        return self.role in {"", role}


def all_mutants(endpoints: Sequence[Endpoint]) -> list[Mutant]:
    return [*lowered_needs(endpoints), *wider_grants(), *more_grants(), *missing_conditions()]


# ── Needs of endpoints ──────────────────────────────────────────────────────────────────────────


def lowered_needs(endpoints: Sequence[Endpoint]) -> Iterator[Mutant]:
    for endpoint in endpoints:
        needs = endpoint.needs
        lower = Open.SIGNED_IN if isinstance(needs, Permission) else LOWER.get(needs)
        if lower is not None:
            yield Mutant(
                f"need of {endpoint.name}: {needs} → {lower}",
                f"endpoint {endpoint.name}",
                lambda endpoint=endpoint, lower=lower: _with_need(endpoint, lower),  # type: ignore[misc]
            )


@contextmanager
def _with_need(endpoint: Endpoint, needs: Open) -> Iterator[None]:
    before = endpoint.needs
    object.__setattr__(endpoint, "needs", needs)
    try:
        yield
    finally:
        object.__setattr__(endpoint, "needs", before)


# ── Grants ──────────────────────────────────────────────────────────────────────────────────────


def wider_grants() -> Iterator[Mutant]:
    """Every row reaches one step further, and every limit to some kinds of units is dropped."""
    for permission, grants in GRANTS.items():
        for number, grant in enumerate(grants):
            if grant.reach in WIDER:
                wider = replace(grant, reach=WIDER[grant.reach])
                yield _granted(permission, grants, number, wider)
            if grant.kinds:
                yield _granted(permission, grants, number, replace(grant, kinds=frozenset()))


def more_grants() -> Iterator[Mutant]:
    """Every role gets every permission that it lacks, as far as it goes for anybody."""
    order = list(Reach)
    for permission, grants in GRANTS.items():
        furthest = max((grant.reach for grant in grants), key=order.index)
        for role in EVERYBODY:
            if role not in {grant.role for grant in grants}:
                yield _granted(permission, grants, len(grants), Grant(role, furthest))


def _granted(
    permission: Permission, grants: tuple[Grant, ...], number: int, grant: Grant
) -> Mutant:
    changed = (*grants[:number], grant, *grants[number + 1 :])
    what = grants[number] if number < len(grants) else None
    before = f"{what.reach} {sorted(what.kinds)}" if what else "nothing"
    return Mutant(
        f"grant {permission} of {grant.role}: {before} → {grant.reach} {sorted(grant.kinds)}",
        f"permission {permission}",
        lambda: _with_grants(permission, changed),
        grant.role,
    )


@contextmanager
def _with_grants(permission: Permission, grants: tuple[Grant, ...]) -> Iterator[None]:
    table = cast("dict[Permission, tuple[Grant, ...]]", GRANTS)
    before = table[permission]
    table[permission] = grants
    try:
        yield
    finally:
        table[permission] = before


# ── Conditions ──────────────────────────────────────────────────────────────────────────────────


def missing_conditions() -> Iterator[Mutant]:
    for path in DOORS:
        yield from _of_module(path, Widening)
    for path in REFUSERS:
        yield from _of_module(path, Letting)


class Letting(ast.NodeTransformer):
    """Takes the check with the given number away: a refusal, or a call that only refuses."""

    def __init__(self, chosen: int) -> None:
        self.chosen = chosen
        self.seen = 0
        self.line = 0
        self.what = ""

    def takes(self, node: ast.AST, what: str) -> bool:
        self.seen += 1
        if self.seen - 1 != self.chosen:
            return False
        self.line, self.what = getattr(node, "lineno", 0), what
        return True

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        refuses = isinstance(raised, ast.Name) and raised.id in REFUSALS
        if refuses and self.takes(node, "refusal"):
            return ast.copy_location(ast.Pass(), node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        checks = (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id in CHECKS
        )
        if checks and self.takes(node, ast.unparse(node)):
            return ast.copy_location(ast.Pass(), node)
        return self.generic_visit(node)


class Widening(Letting):
    """Besides: a condition becomes always true, a filter or an exclusion is left out."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in {"Q", "Exists"} and self.takes(node, name):
            return ast.copy_location(ast.parse("~Q(pk__in=())", mode="eval").body, node)
        if method == "exclude" and self.takes(node, "exclude"):
            return cast(ast.Attribute, node.func).value
        if method in {"filter", "within"}:
            return self._without_one(node, method)
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        """A guard that answers with nothing."""
        only = node.body[0] if len(node.body) == 1 else None
        guards = isinstance(only, ast.Return) and not node.orelse and "NOBODY" in ast.dump(only)
        if guards and self.takes(node, "if … return NOBODY"):
            return ast.copy_location(ast.Pass(), node)
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        if self.takes(node, "comparison"):
            return ast.copy_location(ast.UnaryOp(op=ast.Not(), operand=node), node)
        return self.generic_visit(node)

    def _without_one(self, node: ast.Call, method: str) -> ast.AST:
        for number in range(len(node.args)):
            if self.takes(node, f"{method} argument {number + 1}"):
                node.args[number] = ast.copy_location(
                    ast.parse("Q()" if method == "filter" else "~Q(pk__in=())", mode="eval").body,
                    node,
                )
                return node
        for keyword in list(node.keywords):
            if keyword.arg and self.takes(node, f"{method} {keyword.arg}"):
                node.keywords.remove(keyword)
                return node
        return self.generic_visit(node)


def _of_module(path: Path, kind: type[Letting]) -> Iterator[Mutant]:
    text = path.read_text("utf-8")
    if kind is Letting and not any(word in text for word in (*REFUSALS, *CHECKS)):
        return
    inside = path.relative_to(SOURCE.parent).with_suffix("")
    module = importlib.import_module(".".join(inside.parts).removesuffix(".__init__"))
    for function in _functions(module):
        if function.__name__ in CHECKS and kind is Letting:
            continue
        number = 0
        while (found := _changed(function, kind, number)) is not None:
            code, what = found
            name = f"{inside.as_posix()}:{function.__qualname__}: {what}"
            yield Mutant(
                name,
                f"code {key_of(function.__code__)}",
                lambda function=function, code=code: _with_code(function, code),  # type: ignore[misc]
            )
            number += 1


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """Functions and methods that the module itself defines, without what is wrapped around."""
    for value in list(vars(module).values()):
        inner = [*vars(value).values()] if inspect.isclass(value) else [value]
        for one in inner:
            function = inspect.unwrap(one) if callable(one) else None
            written_here = (
                isinstance(function, FunctionType)
                and function.__code__.co_filename == module.__file__
            )
            if written_here:
                yield cast(FunctionType, function)


def _changed(
    function: FunctionType, kind: type[Letting], number: int
) -> tuple[CodeType, str] | None:
    lines, start = inspect.getsourcelines(function)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    transformer = kind(number)
    definition.body = [transformer.visit(statement) for statement in definition.body]
    if not transformer.what:
        return None
    ast.fix_missing_locations(tree)
    names: dict[str, Any] = {**function.__globals__}  # its defaults are read there
    future = ast.parse("from __future__ import annotations").body
    module = ast.Module(body=[*future, *tree.body], type_ignores=[])
    exec(compile(module, function.__code__.co_filename, "exec"), names)  # our own code
    made = names[function.__name__].__code__
    if made.co_freevars != function.__code__.co_freevars:
        return None
    return made, f"{transformer.what} (line {start + transformer.line - 1})"


@contextmanager
def _with_code(function: FunctionType, code: CodeType) -> Iterator[None]:
    before = function.__code__
    had_q = "Q" in function.__globals__
    if not had_q:
        from django.db.models import Q

        function.__globals__["Q"] = Q
    function.__code__ = code
    try:
        yield
    finally:
        function.__code__ = before
        if not had_q:
            del function.__globals__["Q"]


# ── Which cells could notice ────────────────────────────────────────────────────────────────────


def key_of(code: CodeType) -> str:
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}:{code.co_name}"


@contextmanager
def traced(cell: Cell, into: dict[str, set[Cell]]) -> Iterator[None]:
    """Note which functions of the product a cell runs and which permissions it asks about."""
    reaches = Actor.reaches.__code__
    root = str(SOURCE)

    def note(frame: FrameType, event: str, argument: object) -> None:
        del argument
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(root):
            return
        into.setdefault(f"code {key_of(code)}", set()).add(cell)
        if code is reaches:
            into.setdefault(f"permission {frame.f_locals['permission']}", set()).add(cell)

    into.setdefault(f"endpoint {cell.endpoint}", set()).add(cell)
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)
