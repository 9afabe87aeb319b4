"""Cells: the value of an expression for every row, with its three states, as in `values`.

The node of a cell is null exactly where the value is not known. `na` says where that is because the
question does not arise; everywhere else a null is missing. `open` is false where the cell can never
be missing, so that queries over complete facts carry no states at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from kaocheng.engine.columnar import numbers
from kaocheng.engine.columnar.nodes import (
    FALSE,
    NULL,
    ONE,
    TRUE,
    Const,
    Node,
    Op,
    any_of,
    both,
    case,
    holds,
    is_null,
    negated,
    op,
)
from kaocheng.engine.columnar.numbers import Num
from kaocheng.engine.language.types import BOOLEAN, DATE, MOMENT, NUMBER, TEXT, Type
from kaocheng.engine.values import Known, Missing, NotApplicable, Value, is_known


@dataclass(frozen=True)
class Cell:
    """`num` for numbers. `coded`: a text held as its position in `type.options` (or `keys`).

    `const` is the value where it is the same for every row. `low` is what a missing number is at
    least (for the ranking of scores that are still incomplete, D18); None: nothing is known. `gap`
    says in other words where it is missing, so that a case that rules this out can be told.
    """

    type: Type
    node: Node
    num: Num | None = None
    open: bool = False
    na: Node = FALSE
    coded: bool = False
    const: Value | None = None
    low: Num | None = None
    gap: Node | None = None

    @property
    def number(self) -> Num:
        assert self.num is not None, self
        return self.num

    @property
    def is_text(self) -> bool:
        return self.type.is_text

    @property
    def known(self) -> Node:
        """Where there is a value."""
        if not self.open and self.na == FALSE:
            return TRUE
        return negated(is_null(self.node))

    @property
    def missing(self) -> Node:
        if not self.open:
            return FALSE
        if self.na == FALSE:
            return is_null(self.node)
        return both(is_null(self.node), negated(self.na))

    @property
    def true(self) -> Node:
        """Where a yes or no is known to be yes; never null."""
        return self.node if self.known == TRUE else holds(self.node)

    @property
    def false(self) -> Node:
        """Where it is known to be no; never null."""
        return negated(self.node) if self.known == TRUE else holds(negated(self.node))


def literal(value: Value, type_: Type | None = None) -> Cell:
    """The same value for every row."""
    if isinstance(value, Missing):
        low = None if value.low is None else numbers.constant(value.low)
        return _empty(type_ or NUMBER, value, open_=True, na=FALSE, low=low)
    if isinstance(value, NotApplicable):
        return _empty(type_ or NUMBER, value, open_=False, na=TRUE)
    if isinstance(value, Fraction):
        num = numbers.constant(value)
        return Cell(NUMBER, num.node, num, const=value)
    found = type_ or _type_of(value)
    return Cell(found, Const(value), const=value)


def _empty(type_: Type, value: Value, *, open_: bool, na: Node, low: Num | None = None) -> Cell:
    num = Num(NULL, 0, 0) if type_.kind == "number" else None
    return Cell(type_, NULL, num, open=open_, na=na, const=value, low=low)


def _type_of(value: Known) -> Type:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, str):
        return TEXT
    return DATE if type(value) is date else MOMENT


def missing(type_: Type, low: Num | None = None) -> Cell:
    return replace(literal(Missing(""), type_), low=low)


def not_applicable(type_: Type) -> Cell:
    return literal(NotApplicable(), type_)


def number(num: Num, *operands: Cell) -> Cell:
    """A number whose node is null where one of the operands is not known."""
    return _strict(Cell(NUMBER, num.node, num), operands)


def boolean(node: Node, *operands: Cell) -> Cell:
    return _strict(Cell(BOOLEAN, node), operands)


def strict(type_: Type, node: Node, *operands: Cell) -> Cell:
    """A cell of any type whose node is null where one of the operands is not known."""
    return _strict(Cell(type_, node), operands)


def _strict(cell: Cell, operands: Sequence[Cell]) -> Cell:
    """States of an operation that needs all its operands: missing first, then not applicable."""
    if isinstance(cell.node, Const) and cell.node.value is not None:
        known = both(*(one.known for one in operands))
        if known == TRUE:
            return replace(cell, const=_const(cell))
        node = case([(known, cell.node)])
        cell = replace(cell, node=node, num=cell.num and replace(cell.num, node=node))
    if all(one.const is not None and is_known(one.const) for one in operands):
        return cell
    gaps = [one.gap for one in operands if one.open]
    return replace(
        cell, open=bool(gaps), na=_joint_na(operands), gap=gaps[0] if len(gaps) == 1 else None
    )


def _joint_na(operands: Sequence[Cell]) -> Node:
    """Where one of them is not applicable and none is missing."""
    own = []
    for at, one in enumerate(operands):
        if one.na != FALSE:
            others = (other for k, other in enumerate(operands) if k != at)
            own.append(both(one.na, *(negated(other.missing) for other in others)))
    return any_of(*own)


def _const(cell: Cell) -> Value | None:
    """The value of a cell whose node came out as a constant."""
    assert isinstance(cell.node, Const)
    value = cell.node.value
    if cell.num is None:
        return None if cell.coded else value  # type: ignore[return-value]  # dates, texts, booleans
    assert isinstance(value, int)
    return Fraction(value, cell.num.den) if cell.num.over == ONE else None


def guarded(cell: Cell, when: Node) -> Cell:
    """The cell, missing where `when` (never null) is true."""
    if when == FALSE:
        return cell
    na = both(cell.na, negated(when)) if cell.na != FALSE else FALSE
    gap = None if cell.open else when
    cell = replace(cell, open=True, na=na, const=None, low=None, gap=gap)
    if cell.num is not None:
        num = numbers.chosen([(negated(when), cell.num)])
        return replace(cell, node=num.node, num=num)
    return replace(cell, node=case([(negated(when), cell.node)]))


def by_case(branches: Sequence[tuple[Node, Cell]], otherwise: Cell) -> Cell:
    """The cell of the first branch whose condition (never null) is true, states and all."""
    kept: list[tuple[Node, Cell]] = []
    for condition, cell in branches:
        if condition == FALSE:
            continue
        if condition == TRUE:
            otherwise = cell
            break
        kept.append((condition, cell))
    if not kept:
        return otherwise
    cells = unified([*(cell for _, cell in kept), otherwise])
    conditions = [condition for condition, _ in kept]
    open_ = cells[-1].open or any(
        cell.open and not _ruled_out(cell.gap, condition)
        for condition, cell in zip(conditions, cells, strict=False)
    )
    na = case(list(zip(conditions, (cell.na for cell in cells), strict=False)), cells[-1].na)
    low = _low_by_case(conditions, cells)
    if cells[0].num is not None:
        num = numbers.chosen(
            [(when, cell.number) for when, cell in zip(conditions, cells, strict=False)],
            cells[-1].number,
        )
        return Cell(cells[0].type, num.node, num, open=open_, na=na, low=low)
    pairs = [(when, cell.node) for when, cell in zip(conditions, cells, strict=False)]
    node = case(pairs, cells[-1].node)
    return Cell(cells[0].type, node, open=open_, na=na, coded=cells[0].coded)


def _ruled_out(gap: Node | None, condition: Node) -> bool:
    """Whether a cell cannot be missing where `condition` holds."""
    if gap is None:
        return False
    known = (
        condition.args if isinstance(condition, Op) and condition.name == "and" else (condition,)
    )
    return any(negated(one) == gap or one == negated(gap) for one in known)


def _low_by_case(conditions: Sequence[Node], cells: Sequence[Cell]) -> Num | None:
    if all(cell.low is None for cell in cells):
        return None
    unknown = Num(NULL, 0, 0)
    lows = [unknown if cell.low is None else cell.low for cell in cells]
    return numbers.chosen(list(zip(conditions, lows, strict=False)), lows[-1])


def first_unknown(cells: Sequence[Cell], otherwise: Cell) -> Cell:
    """The states of the first of `cells` that is not known; where all are, `otherwise`."""
    branches = [(negated(one.known), blank(one, otherwise.type)) for one in cells]
    return by_case([branch for branch in branches if branch[0] != FALSE], otherwise)


def blank(cell: Cell, type_: Type) -> Cell:
    """Nowhere known, with the states of `cell`; what bounds a missing operand does not bound it."""
    found = literal(Missing(""), type_)
    return replace(found, open=cell.open, na=cell.na, const=None)


def unified(cells: Sequence[Cell]) -> list[Cell]:
    """Cells of one kind that may take each other's place; texts in one coding."""
    typed = [cell for cell in cells if cell.node != NULL] or list(cells)
    first = typed[0]
    kind = first.type
    if kind.is_text:
        coded = [cell for cell in typed if cell.coded]
        same = coded and all(cell.type.options == coded[0].type.options for cell in coded)
        if (
            same
            and coded[0].type.options
            and all(cell.coded or _is_option(cell, coded[0].type) for cell in typed)
        ):
            target = coded[0].type
            return [_blank(cell, target, coded=True) or coded_as(cell, target) for cell in cells]
        if same and len(coded) == len(typed):
            return [_blank(cell, coded[0].type, coded=True) or cell for cell in cells]
        return [_blank(cell, TEXT) or as_text(cell) for cell in cells]
    return [_blank(cell, kind) or cell for cell in cells]


def _is_option(cell: Cell, type_: Type) -> bool:
    return isinstance(cell.const, str) and cell.const in type_.options


def _blank(cell: Cell, type_: Type, *, coded: bool = False) -> Cell | None:
    """A cell that is nowhere known, as one of another type."""
    if cell.node != NULL:
        return None
    num = Num(NULL, 0, 0) if type_.kind == "number" else None
    return replace(cell, type=type_, num=num, coded=coded)


def as_text(cell: Cell) -> Cell:
    """A text as the text itself, no longer by its position."""
    if not cell.coded:
        return cell
    if not cell.type.options:
        raise NotImplementedError(cell.type)
    node = op("pick", cell.node, *map(Const, cell.type.options))
    return replace(cell, node=node, coded=False)


def coded_as(cell: Cell, type_: Type) -> Cell:
    """A text as its position in the options of `type_`; each of its values is one of them."""
    if cell.coded and cell.type.options == type_.options:
        return replace(cell, type=type_)
    if isinstance(cell.const, str):
        node: Node = Const(type_.options.index(cell.const))
    elif cell.coded:
        places = [
            type_.options.index(one) if one in type_.options else None for one in cell.type.options
        ]
        node = op("pick", cell.node, *map(Const, places))
    else:
        node = op("place", cell.node, *map(Const, type_.options))
    return replace(cell, type=type_, node=node, coded=True, const=None)


def equal(a: Cell, b: Cell) -> Node:
    """SQL's a = b for two known values; null where one is not."""
    if a.num is not None and b.num is not None:
        return numbers.compared("=", a.num, b.num)
    if a.is_text or b.is_text:
        return _equal_texts(a, b)
    return op("=", a.node, b.node)


def _equal_texts(a: Cell, b: Cell) -> Node:
    for coded, other in ((a, b), (b, a)):
        if coded.coded and coded.type.options and isinstance(other.const, str):
            if other.const in coded.type.options:
                return op("=", coded.node, Const(coded.type.options.index(other.const)))
            return case([(is_null(coded.node), NULL)], FALSE)
    if a.coded and b.coded and a.type.options == b.type.options:
        return op("=", a.node, b.node)
    return op("=", as_text(a).node, as_text(b).node)


def less(operator: str, a: Cell, b: Cell) -> Node:
    """`<`, `<=`, `>`, `>=` of two numbers or dates."""
    if a.num is not None and b.num is not None:
        return numbers.compared(operator, a.num, b.num)
    return op(operator, a.node, b.node)


def logic(operator: str, a: Cell, b: Cell) -> Cell:
    """`and`, `or`: decided by what is known."""
    node = (both if operator == "and" else any_of)(a.node, b.node)
    if isinstance(node, Const) and node.value is not None:
        return literal(value=node.value is True)
    na = any_of(a.na, b.na)
    if na != FALSE:
        na = both(is_null(node), na, negated(a.missing), negated(b.missing))
    return Cell(BOOLEAN, node, open=a.open or b.open, na=na)


def arithmetic(operator: str, a: Cell, b: Cell) -> Cell:
    """`+ - * /` of two numbers; division by 0 is missing (D7)."""
    work: Callable[[Num, Num], Num] = {
        "+": numbers.added,
        "-": lambda x, y: numbers.added(x, numbers.minus(y)),
        "*": numbers.multiplied,
        "/": numbers.divided,
    }[operator]
    num = work(a.number, b.number)
    if operator == "/" and b.number.low > 0 and b.known != TRUE:
        num = replace(num, node=case([(b.known, num.node)]))  # the divisor itself is never null
    found = number(num, a, b)
    if operator == "/" and b.number.low <= 0 <= b.number.high:
        # Missing where the divisor of two known numbers is 0: the node is null there already.
        found = replace(found, open=True, gap=None)
    return found
