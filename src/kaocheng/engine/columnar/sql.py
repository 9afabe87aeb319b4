"""Nodes as SQLGlot trees in DuckDB's dialect. No SQL is put together as text anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlglot import exp

from kaocheng.engine.columnar.nodes import Agg, Const, Node, Op, Over, Ref

Tree = exp.Expression


def name(text: str) -> exp.Identifier:
    return exp.Identifier(this=text, quoted=True)


def column_name(text: str) -> str:
    """A name as it is written in SQL."""
    return str(name(text).sql("duckdb"))


def column(text: str, table: str = "") -> exp.Column:
    return exp.Column(this=name(text), table=name(table) if table else None)


def tree(node: Node, table: str = "") -> Tree:
    """The SQLGlot tree of a node; columns that name no table are read from `table`."""
    match node:
        case Const():
            return _constant(node.value)
        case Ref():
            return column(node.name, node.table or table)
        case Op():
            return OPERATORS[node.name]([tree(one, table) for one in node.args])
        case Over():
            return _window(node, table)
        case Agg():
            args = [tree(one, table) for one in node.args]
            where = None if node.where is None else tree(node.where, table)
            if node.function == "run":
                return _longest_run(args[0], args[1], where)
            return _filtered(_aggregate(node.function, args), where)


def _constant(value: object) -> Tree:
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int):
        literal: Tree = exp.Literal.number(abs(value))
        return exp.Neg(this=literal) if value < 0 else literal
    if isinstance(value, datetime):
        return exp.Cast(this=exp.Literal.string(value.isoformat(" ")), to=_type("TIMESTAMP"))
    if isinstance(value, date):
        return exp.Cast(this=exp.Literal.string(value.isoformat()), to=_type("DATE"))
    return exp.Literal.string(str(value))


def _type(word: str) -> exp.DataType:
    return exp.DataType.build(word, dialect="duckdb")


def _wrapped(one: Tree) -> Tree:
    needs = isinstance(one, exp.Binary | exp.Unary | exp.In | exp.Between | exp.Case)
    return exp.Paren(this=one) if needs and not isinstance(one, exp.Paren) else one


def _binary(kind: type[exp.Expression]) -> Callable[[list[Tree]], Tree]:
    def build(args: list[Tree]) -> Tree:
        found = args[0]
        for one in args[1:]:
            found = kind(this=_wrapped(found), expression=_wrapped(one))
        return found

    return build


def _joined(kind: type[exp.Expression]) -> Callable[[list[Tree]], Tree]:
    """AND and OR without brackets of their own kind."""

    def build(args: list[Tree]) -> Tree:
        found = args[0] if isinstance(args[0], kind) else _wrapped(args[0])
        for one in args[1:]:
            found = kind(this=found, expression=_wrapped(one))
        return found

    return build


def _function(word: str) -> Callable[[list[Tree]], Tree]:
    return lambda args: exp.Anonymous(this=word, expressions=args)


def _cast(word: str) -> Callable[[list[Tree]], Tree]:
    return lambda args: exp.Cast(this=args[0], to=_type(word))


def _big_function(word: str) -> Callable[[list[Tree]], Tree]:
    return lambda args: exp.Cast(
        this=exp.Anonymous(this=word, expressions=args), to=_type("BIGINT")
    )


def _case(args: list[Tree]) -> Tree:
    pairs = zip(args[:-1:2], args[1:-1:2], strict=True)
    ifs = [exp.If(this=when, true=value) for when, value in pairs]
    default = None if isinstance(args[-1], exp.Null) else args[-1]
    return exp.Case(ifs=ifs, default=default)


def _pick(args: list[Tree]) -> Tree:
    ifs = [
        exp.If(this=exp.Literal.number(at), true=one)
        for at, one in enumerate(args[1:])
        if not isinstance(one, exp.Null)
    ]
    return exp.Case(this=args[0], ifs=ifs) if ifs else exp.Null()


def _place(args: list[Tree]) -> Tree:
    ifs = [exp.If(this=one, true=exp.Literal.number(at)) for at, one in enumerate(args[1:])]
    return exp.Case(this=args[0], ifs=ifs)


def _days(args: list[Tree]) -> Tree:
    return exp.Anonymous(
        this="date_diff", expressions=[exp.Literal.string("day"), args[0], args[1]]
    )


def _micros(args: list[Tree]) -> Tree:
    return exp.Anonymous(
        this="date_diff", expressions=[exp.Literal.string("microsecond"), args[0], args[1]]
    )


def _clamp(args: list[Tree]) -> Tree:
    inner = exp.Anonymous(this="greatest", expressions=[exp.Literal.number(0), args[0]])
    held = exp.Anonymous(this="least", expressions=[args[1], inner])
    known = exp.Not(this=exp.Is(this=_wrapped(args[0]), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=known, true=held)])


OPERATORS: dict[str, Callable[[list[Tree]], Tree]] = {
    "+": _binary(exp.Add),
    "-": _binary(exp.Sub),
    "*": _binary(exp.Mul),
    "//": _binary(exp.IntDiv),
    "%": _binary(exp.Mod),
    "=": _binary(exp.EQ),
    "<>": _binary(exp.NEQ),
    "<": _binary(exp.LT),
    "<=": _binary(exp.LTE),
    ">": _binary(exp.GT),
    ">=": _binary(exp.GTE),
    "and": _joined(exp.And),
    "or": _joined(exp.Or),
    "not": lambda args: exp.Not(this=_wrapped(args[0])),
    "is_null": lambda args: exp.Is(this=_wrapped(args[0]), expression=exp.Null()),
    "holds": lambda args: exp.Is(this=_wrapped(args[0]), expression=exp.true()),
    "in": lambda args: exp.In(this=_wrapped(args[0]), expressions=args[1:]),
    "case": _case,
    "pick": _pick,
    "place": _place,
    "clamp": _clamp,
    "coalesce": lambda args: exp.Coalesce(this=args[0], expressions=args[1:]),
    "nullif": lambda args: exp.Nullif(this=args[0], expression=args[1]),
    "neg": lambda args: exp.Neg(this=_wrapped(args[0])),
    "least": _function("least"),
    "greatest": _function("greatest"),
    "abs": _function("abs"),
    "sign": _big_function("sign"),
    "huge": _cast("HUGEINT"),
    "big": _cast("BIGINT"),
    "bits": _big_function("bit_count"),
    "year": _big_function("year"),
    "month": _big_function("month"),
    "day": _big_function("day"),
    "days": _days,
    "micros": _micros,
    "day_of": _cast("DATE"),
    "make_date": lambda args: exp.TryCast(this=_iso(args), to=_type("DATE")),
    "length": _big_function("length"),
    "starts_with": _function("starts_with"),
    "contains": _function("contains"),
    "gcd": _function("gcd"),
}


def _iso(args: list[Tree]) -> Tree:
    """The text of a day: a day that does not exist becomes null when it is read."""
    pieces = [exp.Literal.string("%d-%d-%d"), *args]
    return exp.Anonymous(this="printf", expressions=pieces)


def _aggregate(function: str, args: Sequence[Tree]) -> Tree:
    match function:
        case "count":
            return exp.Count(this=args[0] if args else exp.Star())
        case "distinct":
            several = [exp.Tuple(expressions=list(args))] if len(args) > 1 else list(args)
            return exp.Count(this=exp.Distinct(expressions=several))
        case "sum":
            return exp.Cast(this=exp.Sum(this=args[0]), to=_type("BIGINT"))
        case "huge_sum":
            return exp.Sum(this=args[0])
        case "mask":
            bit = exp.BitwiseLeftShift(
                this=exp.Cast(this=exp.Literal.number(1), to=_type("UBIGINT")),
                expression=_wrapped(args[0]),
            )
            return exp.Anonymous(this="bit_or", expressions=[bit])
        case "any":
            return exp.Anonymous(this="bool_or", expressions=list(args))
        case _:
            return exp.Anonymous(this=function, expressions=list(args))


def _longest_run(held: Tree, order: Tree, where: Tree | None) -> Tree:
    """The length of the longest piece of ones, where rows in order write 1 (held) or 0."""
    one, none = exp.Literal.string("1"), exp.Literal.string("0")
    sign = exp.Case(ifs=[exp.If(this=held, true=one)], default=none)
    ordered = exp.Order(this=sign, expressions=[exp.Ordered(this=order, nulls_first=False)])
    joined = exp.GroupConcat(this=ordered, separator=exp.Literal.string(""))
    pieces = exp.Split(this=_filtered(joined, where), expression=none)
    piece = exp.to_identifier("x")
    lengths = exp.Transform(
        this=pieces, expression=exp.Lambda(this=exp.Length(this=piece), expressions=[piece])
    )
    return exp.ArrayMax(this=lengths)


def _filtered(aggregate: Tree, where: Tree | None) -> Tree:
    """FILTER stands directly behind the aggregate, inside a cast."""
    if where is None:
        return aggregate
    condition = exp.Where(this=where)
    if isinstance(aggregate, exp.Cast):
        inner = exp.Filter(this=aggregate.this, expression=condition)
        return exp.Cast(this=inner, to=aggregate.args["to"])
    return exp.Filter(this=aggregate, expression=condition)


def _window(node: Over, table: str) -> Tree:
    where = None if node.where is None else tree(node.where, table)
    if node.function == "count" and where is not None and not node.partition:
        # DuckDB counts with FILTER over everybody by going through all rows for each row.
        one = exp.Case(ifs=[exp.If(this=where, true=exp.Literal.number(1))])
        aggregate = _aggregate("count", [one])
    else:
        aggregate = _aggregate(node.function, [tree(one, table) for one in node.args])
        aggregate = _filtered(aggregate, where)
    cast = aggregate if isinstance(aggregate, exp.Cast) else None
    keys = [exp.Ordered(this=tree(key.node, table), desc=key.down) for key in node.order]
    window = exp.Window(
        this=aggregate if cast is None else cast.this,
        partition_by=[tree(one, table) for one in node.partition],
        order=exp.Order(expressions=keys) if keys else None,
    )
    return exp.Cast(this=window, to=cast.args["to"]) if cast is not None else window


def text(statement: Tree, *, pretty: bool = False) -> str:
    # Nobody reads the tree again: no copy of it, which takes a quarter of the time.
    return statement.sql("duckdb", pretty=pretty, copy=False)
