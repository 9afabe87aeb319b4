"""What a bound expression is worth for one subject: exact, with its three states.

Missing and not applicable pass through every operation, missing first, with two exceptions:
`and`/`or` are decided by what is known (false and missing is false), and aggregates leave out rows
that are not applicable (when all of them are, there is nothing to take: not applicable). A row with
a missing value makes the whole aggregate missing, and says which row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import TYPE_CHECKING, Any, TypeVar, cast

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
from kaocheng.engine.expressions.functions import apply_function, divided
from kaocheng.engine.facts import FactRow
from kaocheng.engine.language.periods import Period
from kaocheng.engine.reference.combining import combine
from kaocheng.engine.trace import RowRef
from kaocheng.engine.values import Known, Missing, NotApplicable, Value, is_known, without_bounds

if TYPE_CHECKING:
    from kaocheng.engine.reference.run import Run


@dataclass(frozen=True)
class ResultRow:
    """One row of a result: a subject, and the period it is computed for."""

    fact: FactRow
    period: Period | None = None

    @property
    def key(self) -> tuple[str, str]:
        return (self.fact.ref.key, self.period.id if self.period else "")

    @property
    def words(self) -> str:
        return "/".join(part for part in self.key if part)


AnyRow = FactRow | ResultRow
SomeRow = TypeVar("SomeRow", bound=AnyRow)


# What aggregates over the rows of one subject came to, and the entries that they took.
Taken = dict[tuple[int, str], tuple[Value, tuple[RowRef, ...]]]


@dataclass(slots=True)
class Environment:
    """Where an expression is read: the rows by level, the period in force, the special names.

    `taken` belongs to the row at level 0: a value that is computed and then spelled looks at its
    entries once.
    """

    run: Run
    rows: tuple[AnyRow, ...]
    period: Period | None = None
    special: Mapping[str, Value] = field(default_factory=dict)
    used: list[RowRef] = field(default_factory=list)
    taken: Taken = field(default_factory=dict)

    def on(self, rows: tuple[AnyRow, ...]) -> Environment:
        """The same place, read on other rows of the same subject."""
        return Environment(self.run, rows, self.period, self.special, self.used, self.taken)

    def using(self, used: list[RowRef]) -> Environment:
        """The same place, where what aggregates take is noted elsewhere."""
        return Environment(self.run, self.rows, self.period, self.special, used, self.taken)


def evaluate(node: Bound, env: Environment) -> Value:  # noqa: C901  # one case per kind of node
    """The value of `node` in `env`."""
    match node:  # what stands in every condition first: a case costs those before it
        case BField():
            return _fact(env.rows[node.level]).values[node.field]
        case BLiteral():
            return node.value
        case BBinary():
            return _binary(node, env)
        case BAggregate():
            return _aggregate(node, env)
        case BItem():
            row = env.rows[node.level]
            assert isinstance(row, ResultRow)
            return env.run.value(node.result, node.item, row.key)
        case BFollow():
            return _follow(node, env)
        case BFollowItem():
            return _follow_item(node, env)
        case BParameter():
            return env.run.facts.parameters[node.parameter]
        case BPeriod():
            return _period_part(node, env)
        case BSpecial():
            return env.special.get(node.name, Missing(f"{node.title}还没有算出"))
        case BUnary():
            return _unary(node, env)
        case BAmong():
            return _among(node, env)
        case BCall():
            return _call(node, env)
        case BLookup():
            return _lookup(node, env)


def _fact(row: AnyRow) -> FactRow:
    return row.fact if isinstance(row, ResultRow) else row


def _follow(node: BFollow, env: Environment) -> Value:
    key = evaluate(node.base, env)
    if not is_known(key):
        return key
    row = env.run.row(node.table, str(key))
    return Missing(f"没有编号为 {key} 的记录") if row is None else row.values[node.field]


def _follow_item(node: BFollowItem, env: Environment) -> Value:
    key = evaluate(node.base, env)
    if not is_known(key):
        return key
    result = env.run.pack.results[node.result]
    period = env.period.id if result.each and env.period else ""
    return env.run.value(node.result, node.item, (str(key), period))


def _period_part(node: BPeriod, env: Environment) -> Value:
    row = env.rows[node.level]
    own = row.period if isinstance(row, ResultRow) and row.period else None
    period = own or env.period
    if period is None:
        return Missing("没有所属周期")
    parts: dict[str, Known] = {
        "id": period.id,
        "title": period.title,
        "kind": period.kind,
        "from": period.first,
        "to": period.last,
    }
    return parts[node.part]


def _unary(node: BUnary, env: Environment) -> Value:
    value = evaluate(node.operand, env)
    if not is_known(value):
        return without_bounds(value)
    return -cast("Fraction", value) if node.operator == "-" else not value


def _binary(node: BBinary, env: Environment) -> Value:
    if node.operator in ("and", "or"):
        return _logic(node, env)
    left, right = evaluate(node.left, env), evaluate(node.right, env)
    if not (is_known(left) and is_known(right)):
        return _first_unknown(left, right)
    return _OPERATIONS[node.operator](left, right)


_OPERATIONS: Mapping[str, Callable[[Any, Any], Value]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": divided,
    "=": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


def _logic(node: BBinary, env: Environment) -> Value:
    """Decided as soon as one side decides it; otherwise the first unknown stands."""
    decides = node.operator == "or"
    left = evaluate(node.left, env)
    if left is decides:
        return decides
    right = evaluate(node.right, env)
    if right is decides:
        return decides
    return not decides if is_known(left) and is_known(right) else _first_unknown(left, right)


def _first_unknown(*values: Value) -> Value:
    """What keeps an operation from being computed, whatever the order of the operands."""
    unknown = (value for value in values if not is_known(value))
    return without_bounds(min(unknown, key=lambda value: isinstance(value, NotApplicable)))


def _among(node: BAmong, env: Environment) -> Value:
    value = evaluate(node.operand, env)
    if not is_known(value):
        return value
    options = [evaluate(option, env) for option in node.options]
    if value in options:
        return True
    return next((option for option in options if not is_known(option)), False)


def _call(node: BCall, env: Environment) -> Value:
    if node.function == "if":
        holds = evaluate(node.arguments[0], env)
        if not is_known(holds):
            return holds
        return evaluate(node.arguments[1 if holds else 2], env)
    first = evaluate(node.arguments[0], env)
    if node.function == "provided":
        return _provided(node, env)
    if node.function == "or_else":
        return first if is_known(first) else evaluate(node.arguments[1], env)
    if node.function == "present":
        return not isinstance(first, Missing)
    if node.function == "applies":
        return not isinstance(first, NotApplicable)
    values = [first, *(evaluate(argument, env) for argument in node.arguments[1:])]
    if not all(map(is_known, values)):
        return _first_unknown(*values)
    if node.function == "lower":
        return _lower(node, *cast("tuple[str, Fraction]", values))
    return apply_function(node.function, cast("list[Known]", values))


def _provided(node: BCall, env: Environment) -> Value:
    holds = evaluate(node.arguments[0], env)
    if not is_known(holds):
        return holds
    return evaluate(node.arguments[1], env) if holds else Missing("不满足取值的条件")


def _lower(node: BCall, grade: str, by: Fraction) -> Value:
    """So many grades worse, at most down to the worst."""
    options = node.type.options
    if by.denominator != 1 or grade not in options:
        return Missing("降等的级数须是整数")
    return options[min(max(0, options.index(grade) + int(by)), len(options) - 1)]


def _lookup(node: BLookup, env: Environment) -> Value:
    keys = [evaluate(key, env) for key in node.keys]
    if not all(map(is_known, keys)):
        return _first_unknown(*keys)
    table = env.run.facts.parameter_tables[node.parameter]
    title = env.run.pack.parameters[node.parameter].title
    row = table.rows.get(tuple(cast("list[Known]", keys)))
    if row is None:
        words = "、".join(str(key) for key in keys)
        why = f"没有“{words}”这一行" if table.rows else "还没有填写"
        return Missing(f"对照表“{title}”{why}")
    return row[node.column]


# Aggregates


def _aggregate(node: BAggregate, env: Environment) -> Value:
    if node.is_shared:
        return _shared(node, env)
    if node.level > 1 or env.special:
        value, used = _taken(node, env)
    else:
        at = (id(node), env.period.id if env.period else "")
        if at not in env.taken:
            env.taken[at] = _taken(node, env)
        value, used = env.taken[at]
    env.used.extend(used)
    return value


def _shared(node: BAggregate, env: Environment) -> Value:
    """What is the same for everybody of a group, and recorded for nobody."""
    group = _group_value(node, env)
    if not is_known(group):
        return group
    value = env.run.shared_value(node, group, env)
    if value is None:
        rows = env.run.rows_of(node, group, env.period if node.timed else None, env)
        value, _ = _over_rows(node, rows, env)
        env.run.shared[env.run.shared_key(node, group, env)] = value
    return value


def _taken(node: BAggregate, env: Environment) -> tuple[Value, tuple[RowRef, ...]]:
    """What comes of the rows that belong to the subject, and the entries it was taken from."""
    group = _group_value(node, env)
    if not is_known(group):
        return group, ()
    used: list[RowRef] = []  # by aggregates inside this one
    rows = env.run.rows_of(node, group, env.period if node.timed else None, env)
    value, kept = _over_rows(node, rows, env.using(used))
    if node.scope is None and not node.whole:
        used.extend(ref for row in kept if (ref := _entry_behind(row, env)) is not None)
    return value, tuple(used)


def _group_value(node: BAggregate, env: Environment) -> Value:
    """What ties rows to the subject: its own id, its group's value, or nothing at all."""
    if node.whole:
        return ""
    if node.scope is None:
        return _fact(env.rows[0]).ref.key
    return evaluate(node.scope[0], env.on(env.rows[:1]))


def _over_rows(
    node: BAggregate, rows: Sequence[AnyRow], env: Environment
) -> tuple[Value, Sequence[AnyRow]]:
    """The value, and the rows that it was taken from."""
    kept: list[AnyRow] = []
    values: list[Known] = []
    held: list[bool] = []
    outer = env.rows[: node.level]
    inner = env.on(outer)  # one place that moves from row to row
    for row in rows:
        inner.rows = (*outer, row)
        holds = True if node.where is None else evaluate(node.where, inner)
        if isinstance(holds, Missing):
            return _blame(node, row, holds), ()
        held.append(holds is True)
        if holds is not True:
            continue
        kept.append(row)
        if node.value is None:
            continue
        value = evaluate(node.value, inner)
        if isinstance(value, Missing):
            return _blame(node, row, value), ()
        if is_known(value):
            values.append(value)
    return combine(node, rows=len(kept), values=values, held=held), kept


def _entry_behind(row: AnyRow, env: Environment) -> RowRef | None:
    """The entry that `row` is, or that a result row is about; a person or unit is no entry."""
    if isinstance(row, FactRow):
        return row.ref
    ref = row.fact.ref
    return None if env.run.pack.registers[ref.table].kind == "roster" else ref


def _blame(node: BAggregate, row: AnyRow, missing: Missing) -> Missing:
    where = row.words if isinstance(row, ResultRow) else f"第 {row.ref.line} 行"
    told = "：" in missing.why
    return Missing(missing.why if told else f"“{node.title}”{where}：{missing.why}")


def in_order_of_time(rows: Iterable[SomeRow], date_field: str) -> list[SomeRow]:
    """Rows by their date (or period), then as they stand in the table."""

    def when(row: SomeRow) -> tuple[str, int]:
        if isinstance(row, ResultRow) and row.period is not None:
            return (row.period.first.isoformat(), 0)
        fact = _fact(row)
        moment = fact.values.get(date_field) if date_field else None
        text = moment.isoformat() if isinstance(moment, date) else ""
        return (text, fact.ref.line)

    return sorted(rows, key=when)
