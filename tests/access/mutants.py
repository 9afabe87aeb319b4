"""The product with one check less: a mutant must turn some cell of the matrix red.

Nothing is written to files: a need or a grant is exchanged, or the code of one function is replaced
by the same code without one condition.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, cast

from django.db.models import Q

import kaocheng
from kaocheng.access.endpoints import Endpoint, Open
from kaocheng.access.grants import EVERYBODY, GRANTS, Grant, Permission, Reach

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


@dataclass(frozen=True)
class Mutant:
    """`touches`: the key of the trace that tells which cells could notice.

    `concerns(role, kind)`: whether somebody with this role in such a unit could. `exchanged`: the
    function and its code without the condition, where one is taken away.
    """

    name: str
    touches: str
    applied: Callable[[], AbstractContextManager[None]]
    concerns: Callable[[str, str], bool] = lambda _role, _kind: True
    exchanged: tuple[FunctionType, CodeType] | None = None


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
        lambda role, kind: _reach(what, role, kind) != _reach(grant, role, kind),
    )


def _reach(grant: Grant | None, role: str, kind: str) -> Reach | None:
    return grant.reach if grant is not None and grant.covers(role, kind) else None


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
    """Takes the check with the given number away: a refusal, or a call that only refuses.

    `place`: line and column of what was taken; `statement`: the line where the statement begins
    that holds it.
    """

    def __init__(self, chosen: int) -> None:
        self.chosen = chosen
        self.seen = 0
        self.place = (0, 0)
        self.what = ""
        self.statement = 0
        self._inside = 0

    def visit(self, node: ast.AST) -> ast.AST:
        before = self._inside
        if isinstance(node, ast.stmt):
            self._inside = node.lineno
        made: ast.AST = super().visit(node)
        self._inside = before
        return made

    def takes(self, node: ast.expr | ast.stmt, what: str) -> bool:
        self.seen += 1
        if self.seen - 1 != self.chosen:
            return False
        self.place, self.what = (node.lineno, node.col_offset), what
        self.statement = self._inside
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
    if kind is Letting and not refuses(path):
        return
    for function in functions_of(path):
        if function.__name__ in CHECKS and kind is Letting:
            continue
        number = 0
        while (found := _without(function, kind(number))) is not None:
            code, name, statement = found
            yield Mutant(
                f"{spot(function)}: {name}",
                f"code {spot(function)}:{statement}",
                lambda function=function, code=code: with_code({function: code}),  # type: ignore[misc]
                exchanged=(function, code),
            )
            number += 1


def refuses(path: Path) -> bool:
    text = path.read_text("utf-8")
    return any(word in text for word in (*REFUSALS, *CHECKS))


def spot(function: FunctionType) -> str:
    """Such as `kaocheng/access/scope:one`."""
    module = Path(function.__code__.co_filename).relative_to(SOURCE.parent).with_suffix("")
    return f"{module.as_posix()}:{function.__qualname__}"


def functions_of(path: Path) -> Iterator[FunctionType]:
    """Functions and methods that the module itself defines, without what is wrapped around."""
    inside = path.relative_to(SOURCE.parent).with_suffix("")
    module = importlib.import_module(".".join(inside.parts).removesuffix(".__init__"))
    seen: set[int] = set()
    for value in list(vars(module).values()):
        inner = [*vars(value).values()] if inspect.isclass(value) else [value]
        for one in inner:
            function = _behind(one)
            written_here = (
                isinstance(function, FunctionType)
                and function.__code__.co_filename == module.__file__
            )
            if written_here and id(function) not in seen:
                seen.add(id(function))
                yield cast(FunctionType, function)


def _behind(value: object) -> object:
    """The function that is called in the end; properties too."""
    if isinstance(value, property):
        return value.fget
    if isinstance(value, cached_property):
        return value.func
    return inspect.unwrap(value) if callable(value) else None


def _without(function: FunctionType, transformer: Letting) -> tuple[CodeType, str, int] | None:
    """The code without one check, what was taken where, and the line of its statement."""
    code = changed(function, transformer)
    if code is None or not transformer.what:
        return None
    first = function.__code__.co_firstlineno - 1
    line, column = transformer.place
    return code, f"{transformer.what} (line {first + line}:{column})", first + transformer.statement


def changed(function: FunctionType, transformer: ast.NodeTransformer) -> CodeType | None:
    """Nothing where it closes over other names than before."""
    tree = ast.parse(textwrap.dedent("".join(inspect.getsourcelines(function)[0])))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    transformer.generic_visit(definition)
    ast.fix_missing_locations(tree)
    names: dict[str, Any] = {**function.__globals__}  # its defaults are read there
    future = ast.parse("from __future__ import annotations").body
    module = ast.Module(body=[*future, *tree.body], type_ignores=[])
    exec(compile(module, function.__code__.co_filename, "exec"), names)  # our own code
    made = cast(CodeType, names[function.__name__].__code__)
    return made if made.co_freevars == function.__code__.co_freevars else None


@contextmanager
def with_code(codes: Mapping[FunctionType, CodeType]) -> Iterator[None]:
    before = {function: function.__code__ for function in codes}
    without_q = [function for function in codes if "Q" not in function.__globals__]
    for function, code in codes.items():
        function.__globals__.setdefault("Q", Q)
        function.__code__ = code
    try:
        yield
    finally:
        for function, code in before.items():
            function.__code__ = code
        for function in without_q:
            function.__globals__.pop("Q", None)
