"""Bound expressions as cells: the meaning of `reference.evaluate`, for all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from kaocheng.engine.columnar import numbers
from kaocheng.engine.columnar.cells import (
    Cell,
    arithmetic,
    as_text,
    boolean,
    by_case,
    equal,
    less,
    literal,
    logic,
    missing,
    number,
    strict,
)
from kaocheng.engine.columnar.facts import ColumnFacts
from kaocheng.engine.columnar.functions import apply
from kaocheng.engine.columnar.nodes import (
    FALSE,
    NULL,
    TRUE,
    Const,
    Node,
    any_of,
    both,
    case,
    negated,
    op,
)
from kaocheng.engine.columnar.rows import Calendar, Unlowered, View
from kaocheng.engine.expressions.bound import (
    BAggregate,
    BAmong,
    BBinary,
    BCall,
    BField,
    BFollow,
    BFollowItem,
    BItem,
    BLiteral,
    BLookup,
    Bound,
    BParameter,
    BPeriod,
    BSpecial,
    BUnary,
)
from kaocheng.engine.language.periods import Period
from kaocheng.engine.language.types import BOOLEAN, DATE, TEXT, Type
from kaocheng.engine.model import Pack, parameter_type
from kaocheng.engine.values import Known, Missing, Value, is_known

if TYPE_CHECKING:
    from collections.abc import Iterator

Follow = Callable[["Place", Cell, str, str], Cell]


@dataclass
class Reader:
    """What every expression of a plan is read with."""

    pack: Pack
    facts: ColumnFacts
    calendar: Calendar
    aggregate: Callable[[BAggregate, Place], Cell]
    follow_item: Callable[[BFollowItem, Cell, Place], Cell]
    keys: Callable[[str], Mapping[str, int]]
    key_field: Callable[[str], str]


@dataclass(frozen=True)
class Place:
    """Where an expression is read: rows by level, the period that narrows it, special names."""

    reader: Reader
    rows: tuple[View, ...]
    period: Period | None = None
    special: Mapping[str, Cell] = field(default_factory=dict)

    def on(self, *rows: View) -> Place:
        return replace(self, rows=rows)


def lower(node: Bound, place: Place) -> Cell:  # noqa: C901  # one case per kind of node
    """The cell of `node` at `place`."""
    match node:
        case BLiteral():
            return literal(node.value, node.type)
        case BField():
            return place.rows[node.level].field(node.field)
        case BItem():
            return place.rows[node.level].item(node.result, node.item)
        case BFollow():
            return _follow(node, place)
        case BFollowItem():
            return place.reader.follow_item(node, lower(node.base, place), place)
        case BParameter():
            pack = place.reader.pack
            type_ = parameter_type(pack.parameters[node.parameter])
            return literal(place.reader.facts.parameters[node.parameter], type_)
        case BPeriod():
            return _period_part(node, place)
        case BSpecial():
            return place.special.get(node.name) or missing(node.type)
        case BUnary():
            return _unary(node, place)
        case BBinary():
            return _binary(node, place)
        case BAmong():
            return _among(node, place)
        case BCall():
            return _call(node, place)
        case BLookup():
            return _lookup(node, place)
        case BAggregate():
            return place.reader.aggregate(node, place)


def _follow(node: BFollow, place: Place) -> Cell:
    key = lower(node.base, place)
    view = place.rows[_level_of(place)]
    if not key.coded:
        raise Unlowered(f"“{node.title}”的编号是算出来的文字")
    found = view.follow(_keyed(key, view), node.table, node.field)
    # A reference that is not known passes on its own state; a row always exists (F49).
    na = found.na
    if key.na != FALSE:
        na = any_of(key.na, both(na, key.known))
    elif na != FALSE:
        na = both(key.known, na)
    return replace(found, open=found.open or key.open, na=na)


def _keyed(key: Cell, view: View) -> Node:
    if view.chain is not None and not view.alias:
        return view.chain.define("key", key.node)
    return key.node


def _level_of(place: Place) -> int:
    """The row whose host takes the joins: the innermost that the key is read from."""
    return len(place.rows) - 1


def _period_part(node: BPeriod, place: Place) -> Cell:
    calendar = place.reader.calendar
    own = place.rows[node.level].period()
    kinds: dict[str, tuple[Type, Callable[[Period], Known]]] = {
        "id": (TEXT, lambda one: one.id),
        "title": (TEXT, lambda one: one.title),
        "kind": (TEXT, lambda one: one.kind),
        "from": (DATE, lambda one: one.first),
        "to": (DATE, lambda one: one.last),
    }
    type_, part = kinds[node.part]
    if own is not None:
        result = place.rows[node.level].result
        assert result is not None
        if node.part == "id":
            return Cell(Type("period"), own, coded=True)
        pairs = [
            (op("=", own, Const(at)), literal(part(one)).node)
            for at, one in calendar.of_kind(result.each)
        ]
        return Cell(type_, case(pairs))
    if place.period is not None:
        return literal(part(place.period))
    return missing(node.type)


def _unary(node: BUnary, place: Place) -> Cell:
    value = lower(node.operand, place)
    if node.operator == "-":
        return number(numbers.minus(value.number), value)
    return boolean(negated(value.node), value)


def _binary(node: BBinary, place: Place) -> Cell:
    left, right = lower(node.left, place), lower(node.right, place)
    if node.operator in ("and", "or"):
        return logic(node.operator, left, right)
    if node.operator in ("+", "-", "*", "/"):
        return arithmetic(node.operator, left, right)
    if node.operator in ("=", "!="):
        same = same_value(left, right, place.reader)
        return boolean(same if node.operator == "=" else negated(same), left, right)
    return boolean(less(node.operator, left, right), left, right)


def same_value(a: Cell, b: Cell, reader: Reader) -> Node:
    """SQL's a = b; references and periods meet their texts."""
    for coded, other in ((a, b), (b, a)):
        if coded.coded and not coded.type.options and not other.coded:
            return _same_as_text(coded, other, reader)
    return equal(a, b)


def _same_as_text(coded: Cell, other: Cell, reader: Reader) -> Node:
    """A reference or a period against a text."""
    keys = reader.keys(coded.type.table)
    if isinstance(other.const, str):
        at = keys.get(other.const)
        if at is None:
            return case([(op("is_null", coded.node), NULL)], FALSE)
        return op("=", coded.node, Const(at))
    return op("=", decoded(coded, reader).node, as_text(other).node)


def decoded(cell: Cell, reader: Reader) -> Cell:
    """A text as itself, also where it is a reference or a period."""
    if not cell.coded or cell.type.options:
        return as_text(cell)
    keys = reader.keys(cell.type.table)
    ordered = sorted(keys, key=keys.__getitem__)
    node = op("pick", cell.node, *map(Const, ordered))
    return replace(cell, type=TEXT, node=node, coded=False, const=None)


def _among(node: BAmong, place: Place) -> Cell:
    """True where one option equals; else the first option that is not known; else false."""
    value = lower(node.operand, place)
    options = [lower(option, place) for option in node.options]
    if all(option.known == TRUE for option in options):
        hit = any_of(*(same_value(value, option, place.reader) for option in options))
        return boolean(hit, value)
    hits = [same_value(value, option, place.reader) for option in options if option.node != NULL]
    hit = any_of(*(hit if _is_sure(hit) else op("holds", hit) for hit in hits))
    unknown = [option for option in options if option.known != TRUE]
    branches = [(hit, literal(value=True))]
    branches.extend(
        (negated(option.known), replace(_state_of(option), type=BOOLEAN)) for option in unknown
    )
    found = by_case(branches, literal(value=False))
    outer = [(value.missing, missing(BOOLEAN)), (value.na, literal(_na(), BOOLEAN))]
    return by_case([one for one in outer if one[0] != FALSE], found)


def _is_sure(node: Node) -> bool:
    return isinstance(node, Const)


def _na() -> Value:
    from kaocheng.engine.values import NotApplicable

    return NotApplicable()


def _state_of(cell: Cell) -> Cell:
    """A cell that is nowhere known and has the states of another."""
    return Cell(BOOLEAN, NULL, open=cell.open, na=cell.na)


def _call(node: BCall, place: Place) -> Cell:
    if node.function == "if":
        return choose(
            lower(node.arguments[0], place),
            lower(node.arguments[1], place),
            lower(node.arguments[2], place),
            place.reader,
        )
    arguments = [lower(argument, place) for argument in node.arguments]
    first = arguments[0]
    match node.function:
        case "provided":
            return choose(first, arguments[1], missing(arguments[1].type), place.reader)
        case "or_else":
            first, second = comparable([first, arguments[1]], place.reader)
            return by_case([(first.known, first)], second)
        case "present":
            return Cell(BOOLEAN, negated(first.missing))
        case "applies":
            return Cell(BOOLEAN, negated(first.na))
        case "lower":
            return _lower_grade(node, *arguments)
    if all(one.const is not None and is_known(one.const) for one in arguments):
        return folded(node, [cast("Known", one.const) for one in arguments])
    texts = [decoded(one, place.reader) if one.is_text else one for one in arguments]
    return apply(node.function, texts)


def folded(node: BCall, arguments: Sequence[Known]) -> Cell:
    from kaocheng.engine.expressions.functions import apply_function

    return literal(apply_function(node.function, arguments), node.type)


def comparable(cells: Sequence[Cell], reader: Reader) -> list[Cell]:
    """Texts that may take each other's place: references of one table stay, others are decoded."""
    coded = [one for one in cells if one.coded and not one.type.options and one.node != NULL]
    real = [one for one in cells if one.node != NULL]
    if not coded or all(one.coded and one.type == coded[0].type for one in real):
        return list(cells)
    return [decoded(one, reader) if one.is_text and one.node != NULL else one for one in cells]


def choose(condition: Cell, yes: Cell, no: Cell, reader: Reader) -> Cell:
    """`if`: what the condition decides; where it is not known, its own state."""
    yes, no = comparable([yes, no], reader)
    branches = [
        (condition.missing, missing(yes.type)),
        (condition.na, literal(_na(), yes.type)),
        (condition.true, yes),
    ]
    return by_case(branches, no)


def _lower_grade(node: BCall, grade: Cell, by: Cell) -> Cell:
    """So many grades worse, at most down to the worst."""
    from kaocheng.engine.columnar.cells import coded_as, guarded

    options = node.type.options
    text = coded_as(grade, node.type)
    steps = numbers.floor_of(by.number)
    broken = negated(numbers.compared("=", by.number, steps))
    last = Const(len(options) - 1)
    moved = op("clamp", op("+", text.node, steps.node), last)
    found = replace(strict(node.type, moved, text, by), coded=True)
    outside = case([(negated(op("is_null", found.node)), op("is_null", text.node))], FALSE)
    return guarded(found, any_of(op("holds", broken), outside) if broken != FALSE else FALSE)


def _lookup(node: BLookup, place: Place) -> Cell:
    """The row of a parameter table whose keys are equal; missing where there is none."""
    reader = place.reader
    keys = [lower(key, place) for key in node.keys]
    table = reader.facts.parameter_tables[node.parameter]
    wanted = list(_lookup_rows(node, table.rows))
    branches: list[tuple[Node, Cell]] = []
    for known, value in wanted:
        same = both(
            *(same_value(key, literal(one), reader) for key, one in zip(keys, known, strict=True))
        )
        branches.append((same if _is_sure(same) else op("holds", same), literal(value, node.type)))
    found = by_case(branches, missing(node.type))
    lacking = any_of(*(key.missing for key in keys))
    na = both(any_of(*(key.na for key in keys)), negated(lacking))
    branches = [(lacking, missing(node.type)), (na, literal(_na(), node.type))]
    return by_case([one for one in branches if one[0] != FALSE], found)


def _lookup_rows(
    node: BLookup, rows: Mapping[tuple[Known, ...], Mapping[str, Value]]
) -> Iterator[tuple[tuple[Known, ...], Value]]:
    for known, values in rows.items():
        yield known, values[node.column]


def constant_value(cell: Cell) -> Value:
    """The value of a cell that is the same for every row."""
    if cell.const is None:
        raise Unlowered("这个数须对所有对象相同")
    return cell.const


def is_fraction(value: object) -> bool:
    return isinstance(value, Fraction)


__all__ = ["Missing", "Place", "Reader", "lower"]
