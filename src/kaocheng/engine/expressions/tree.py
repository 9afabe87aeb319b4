"""The tree of an expression. Every node knows the offset of its first character."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from kaocheng.engine.problems import Place
from kaocheng.engine.reading.yaml_text import Scalar


@dataclass(frozen=True)
class Literal:
    """A number (`95%`, `2 天`), a text in single quotes, a date, or 是 / 否."""

    value: Fraction | str | date | bool
    at: int
    unit: str = ""


@dataclass(frozen=True)
class Name:
    """A dotted name such as `days`, `own.school`, `office.month.cut`."""

    path: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Unary:
    operator: str  # - not
    operand: Tree
    at: int


@dataclass(frozen=True)
class Binary:
    operator: str  # + - * / = != < <= > >= and or
    left: Tree
    right: Tree
    at: int


@dataclass(frozen=True)
class Among:
    """`kind in ('病假', '事假')`."""

    operand: Tree
    options: tuple[Tree, ...]
    at: int


@dataclass(frozen=True)
class Call:
    """A function of values, such as `max(0, x)` or `age(birth, start)`."""

    function: str
    arguments: tuple[Tree, ...]
    at: int


@dataclass(frozen=True)
class Aggregate:
    """`sum(EXPR over TABLE by LINK of SCOPE where CONDITION)`.

    `value` is None for count, any, none and run. `link` is the path from the table's rows to the
    subject; None takes the only one there is. `scope` None means the subject itself, `all` the
    whole round, otherwise a field of the subject: everybody with the same value of that field.
    """

    function: str
    value: Tree | None
    table: str
    link: Name | None
    scope: Name | None
    where: Tree | None
    at: int


Tree = Literal | Name | Unary | Binary | Among | Call | Aggregate


@dataclass(frozen=True)
class Expr:
    """An expression as written, with its tree and its place."""

    source: Scalar
    tree: Tree = field(compare=False)

    def __hash__(self) -> int:
        """Of what tells expressions apart: they are looked up for every value there is."""
        place = self.source.place
        return hash((self.source.text, place.line, place.column))

    @property
    def text(self) -> str:
        return self.source.text

    @property
    def place(self) -> Place:
        return self.source.place

    def place_of(self, node: Tree) -> Place:
        return self.source.inside(node.at)


def literal_number(expr: Expr) -> Fraction | None:
    """The number an expression is, when it is nothing but a number."""
    tree = expr.tree
    value = tree.value if isinstance(tree, Literal) else None
    return value if isinstance(value, Fraction) else None


def parts_of(node: Tree) -> tuple[Tree, ...]:
    """The nodes directly below `node`."""
    match node:
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Among(operand=operand, options=options):
            return (operand, *options)
        case Call(arguments=arguments):
            return arguments
        case Aggregate():
            inner = (node.value, node.link, node.scope, node.where)
            return tuple(part for part in inner if part is not None)
        case _:
            return ()


def walk(node: Tree) -> Iterator[Tree]:
    """`node` and everything below it, in the order of the text."""
    yield node
    for part in parts_of(node):
        yield from walk(part)
