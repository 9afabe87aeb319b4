"""The plan as SQL statements: one for each stretch of a chain that something else reads.

Only what is needed is written: columns, joins and aggregates that lead to no wanted column fall
away. A stretch becomes a temporary table; the last stretch of a result is the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from kaocheng.engine.columnar.nodes import Node, Ref, refs
from kaocheng.engine.columnar.relation import Aggregate, Chain, Join
from kaocheng.engine.columnar.sql import Tree, column, name, text, tree

Cut = tuple[str, int]
# What the table below is called where others are joined to it.
HOST = "t"


@dataclass(frozen=True)
class Statement:
    """Fills `table`; `sql` is one CREATE TABLE … AS, `parameters` the names it leaves open.

    `result` is the one that the table is a stretch of, `reads` are the tables it is made from.
    """

    table: str
    sql: str
    parameters: frozenset[str] = frozenset()
    result: str = ""
    reads: frozenset[str] = frozenset()


@dataclass
class Writer:
    """Writes the statements of a plan. `unit`: with the filter of a unit in every scan."""

    chains: Mapping[str, Chain]
    wanted: Mapping[str, Iterable[Node]]
    unit: bool = False
    pretty: bool = False
    prefix: str = ""
    needed: dict[str, set[str]] = field(default_factory=dict)
    cuts: dict[str, set[int]] = field(default_factory=dict)
    written: dict[Cut, Statement] = field(default_factory=dict)
    _tables: set[str] = field(default_factory=set)
    _passes: set[int] = field(default_factory=set)
    _joins: dict[int, set[str]] = field(default_factory=dict)

    def statements(self) -> list[Statement]:
        """The statements in an order in which each comes after what it reads."""
        self.gather()
        for name_ in self.wanted:
            self._write(self.chains[name_], self.chains[name_].top)
        return list(self.written.values())

    def gather(self) -> None:
        """Find what is needed, and move the windows of the chains to where others are."""
        self._collect()
        for chain in self.chains.values():
            chain.gather_windows(self.needed[chain.name], self._read_at(chain))
        self._collect()

    def _collect(self) -> None:
        """Find what is needed of every chain and pass, and where chains are cut."""
        self._passes.clear()
        self._joins.clear()
        self.needed = {chain: set() for chain in self.chains}
        self.cuts = {chain: set() for chain in self.chains}
        for chain, nodes in self.wanted.items():
            self.cuts[chain].add(self.chains[chain].top)
            for level in self.chains[chain].levels:
                if level.where is not None:
                    self._need(self.chains[chain], level.where)
            for node in nodes:
                self._need(self.chains[chain], node)

    def table_of(self, chain: str) -> str:
        """The table that holds a result at last."""
        return f"{self.prefix}{self.chains[chain].cte(self.chains[chain].top)}"

    def read_tables(self) -> set[str]:
        """The stored tables that the statements read."""
        return self._tables

    # What is needed

    def _need(self, chain: Chain, node: Node) -> None:
        """Everything that `node`, read in `chain`, leads to."""
        for ref in refs(node):
            if ref.table:
                self._need_join(chain, ref)
            elif ref.name not in self.needed[chain.name]:
                self.needed[chain.name].add(ref.name)
                level = chain.standing[ref.name]
                if level:
                    self._need(chain, chain.levels[level - 1].columns[ref.name])

    def _need_join(self, chain: Chain, ref: Ref) -> None:
        join = chain.made[ref.table]
        for left, right in join.on:
            self._need(chain, left)
            self._need_source(join, right)
        self._need_source(join, ref)

    def _need_source(self, join: Join, node: Node) -> None:
        """What a join's own side of things leads to."""
        for ref in refs(node):
            if ref.table != join.alias:
                continue
            if isinstance(join.table, Aggregate):
                self._need_pass(join.table, ref.name)
            elif isinstance(join.table, Chain):
                self._need_chain(join.table, join.level, Ref(ref.name))

    def _need_chain(self, chain: Chain, level: int, node: Node) -> None:
        if level not in self.cuts[chain.name]:
            self.cuts[chain.name].add(level)
            for one in chain.levels[:level]:
                if one.where is not None:
                    self._need(chain, one.where)
        self._need(chain, node)

    def _need_pass(self, over: Aggregate, name_: str) -> None:
        if id(over) not in self._passes:
            self._passes.add(id(over))
            self._joins[id(over)] = set()
            for node in (*over.keys, *(() if over.where is None else (over.where,))):
                self._need_inside(over, node)
            for join in over.joins:
                if not join.outer:
                    self._need_joined(over, join)
            if isinstance(over.source, Chain):
                self._need_chain(over.source, over.level, Ref("_at"))
        if name_ in over.columns and name_ not in self._joins[id(over)]:
            self._joins[id(over)].add(name_)
            self._need_inside(over, over.columns[name_])

    def _need_inside(self, over: Aggregate, node: Node) -> None:
        """What a node inside a pass leads to."""
        for ref in refs(node):
            if ref.table == over.alias:
                if isinstance(over.source, Chain):
                    self._need_chain(over.source, over.level, Ref(ref.name))
                continue
            join = next(one for one in over.joins if one.alias == ref.table)
            self._need_joined(over, join)
            self._need_source(join, ref)

    def _need_joined(self, over: Aggregate, join: Join) -> None:
        mark = f"join {join.alias}"
        if mark in self._joins[id(over)]:
            return
        self._joins[id(over)].add(mark)
        for left, right in join.on:
            self._need_inside(over, left)
            self._need_inside(over, right)
        if join.also is not None:
            self._need_inside(over, join.also)

    # Statements

    def _write(self, chain: Chain, upto: int) -> str:
        """The table of the chain's stretch that ends at level `upto`."""
        table = f"{self.prefix}{chain.cte(upto)}"
        if (chain.name, upto) in self.written:
            return table
        below = max((cut for cut in self.cuts[chain.name] if cut < upto), default=None)
        ctes: list[tuple[str, Tree]] = []
        if below is None:
            source, first = f"{chain.name}_scan", 0
            ctes.append((source, self._scan(chain)))
        else:
            source, first = self._write(chain, below), below
        for at in range(first + 1, upto + 1):
            select = self._level(chain, at, source, ctes)
            if select is not None:
                source = f"{chain.name}_l{at}"
                ctes.append((source, select))
        final = _from(exp.select(*map(column, self._kept(chain, upto))), source, source)
        for cte, select in ctes:
            final = final.with_(name(cte), as_=select, copy=False)  # type: ignore[attr-defined]
        create = exp.Create(
            this=exp.Table(this=name(table)),
            kind="TABLE",
            expression=final,
            replace=True,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )
        open_names = create.find_all(exp.Parameter) if self.unit else ()
        parameters = frozenset(one.name for one in open_names)
        read = {one for _, select in ctes for one in _tables_of(select)} | {*_tables_of(final)}
        reads = frozenset(read) - {cte for cte, _ in ctes}
        self.written[chain.name, upto] = Statement(
            table, text(create, pretty=self.pretty), parameters, chain.name, reads
        )
        return table

    def _kept(self, chain: Chain, upto: int) -> list[str]:
        """The columns of the table at a cut: what is live, and one at least of those there are."""
        below = max((cut for cut in self.cuts[chain.name] if cut < upto), default=-1)
        return self._live(chain, upto) or (self._kept(chain, below)[:1] if below >= 0 else ["_at"])

    def _live(self, chain: Chain, upto: int) -> list[str]:
        """The columns at a cut that anything later reads."""
        later: set[str] = set()
        for at, level in enumerate(chain.levels, start=1):
            if at <= upto:
                continue
            for one, node in level.columns.items():
                if one in self.needed[chain.name]:
                    later |= _own(node)
            if level.where is not None:
                later |= _own(level.where)
            for join in level.joins:
                later |= {ref.name for left, _ in join.on for ref in refs(left)}
        for node in self.wanted.get(chain.name, ()):
            later |= {ref.name for ref in refs(node)}
        later |= self._read_elsewhere(chain, upto)
        return [
            one
            for one in chain.standing
            if one in later and one in self.needed[chain.name] and chain.standing[one] <= upto
        ]

    def _read_elsewhere(self, chain: Chain, upto: int) -> set[str]:
        """What passes and joins of other chains read of this one at the cut."""
        found: set[str] = set()
        for other in self.chains.values():
            for level in other.levels:
                for join in level.joins:
                    found |= self._read_by(join, other, chain, upto)
        return found

    def _read_at(self, chain: Chain) -> dict[str, int]:
        """For the columns that others read: the lowest cut at which they do."""
        found: dict[str, int] = {}
        for cut in sorted(self.cuts[chain.name], reverse=True):
            for name_ in self._read_elsewhere(chain, cut):
                found[name_] = cut
        return found

    def _read_by(self, join: Join, host: Chain, chain: Chain, upto: int) -> set[str]:
        found: set[str] = set()
        if isinstance(join.table, Chain) and join.table is chain and join.level >= upto:
            found |= {right.name for _, right in join.on if isinstance(right, Ref)}
            for level in host.levels:
                found |= {
                    ref.name
                    for one in level.columns.values()
                    for ref in refs(one)
                    if ref.table == join.alias
                }
        if isinstance(join.table, Aggregate) and id(join.table) in self._passes:
            over = join.table
            if over.source is chain and over.level >= upto:
                found |= self._read_as(over, over.alias)
            for inner in over.joins:
                if inner.table is chain and inner.level >= upto:
                    found |= self._read_as(over, inner.alias)
                if isinstance(inner.table, Aggregate):
                    found |= self._read_by(inner, host, chain, upto)
        return found

    def _read_as(self, over: Aggregate, alias: str) -> set[str]:
        """The columns of `alias` that the needed parts of a pass read."""
        nodes: list[Node] = [*over.keys]
        nodes.extend(node for one, node in over.columns.items() if one in self._joins[id(over)])
        if over.where is not None:
            nodes.append(over.where)
        for join in over.joins:
            if f"join {join.alias}" in self._joins[id(over)]:
                nodes.extend(node for pair in join.on for node in pair)
                nodes.extend([] if join.also is None else [join.also])
        return {ref.name for node in nodes for ref in refs(node) if ref.table == alias} | {"_at"}

    def _scan(self, chain: Chain) -> Tree:
        scan = chain.scan
        columns = [
            exp.alias_(tree(node), name(one), copy=False)
            for one, node in scan.columns.items()
            if one in self.needed[chain.name] or one == "_at"
        ]
        self._tables.add(scan.source)
        select = _from(exp.select(*columns), scan.source, "s")
        if scan.spans is not None:
            select = select.select(column("_period", "p"), copy=False)  # type: ignore[attr-defined]
            rows = [exp.Tuple(expressions=[exp.Literal.number(at)]) for at in scan.spans]
            values: Tree = exp.Values(
                expressions=rows,
                alias=exp.TableAlias(this=name("p"), columns=[name("_period")]),
            )
            if not rows:
                select = select.where(exp.false(), copy=False)
                rows = [exp.Tuple(expressions=[exp.Literal.number(0)])]
                values.set("expressions", rows)
            select.append("joins", exp.Join(this=values, kind="CROSS"))
        if self.unit and scan.unit is not None:
            condition = _in_unit(column(scan.unit[0], "s"), scan.unit[1])
            select = select.where(condition, copy=False)  # type: ignore[attr-defined]
        return select

    def _level(
        self, chain: Chain, at: int, source: str, ctes: list[tuple[str, Tree]]
    ) -> Tree | None:
        level = chain.levels[at - 1]
        needed = self.needed[chain.name]
        columns = {one: node for one, node in level.columns.items() if one in needed}
        aliases = {ref.table for node in columns.values() for ref in refs(node) if ref.table}
        joins = [join for join in level.joins if join.alias in aliases]
        if not columns and level.where is None:
            return None
        kept = exp.Column(this=exp.Star(), table=name(HOST))
        written = [
            exp.alias_(tree(node, HOST), name(one), copy=False) for one, node in columns.items()
        ]
        select = _from(exp.select(kept, *written), source, HOST)
        for join in joins:
            select.append("joins", self._join(join, ctes, outer_alias=HOST))
        if level.where is not None:
            select = select.where(tree(level.where, HOST), copy=False)  # type: ignore[attr-defined]
        return select

    def _join(self, join: Join, ctes: list[tuple[str, Tree]], *, outer_alias: str) -> Tree:
        source = self._source(join.table, join.level, ctes)
        conditions = [
            exp.EQ(this=tree(left, outer_alias), expression=tree(right)) for left, right in join.on
        ]
        if join.also is not None:
            conditions.append(tree(join.also))  # type: ignore[arg-type]  # any condition
        table = exp.Table(this=name(source), alias=exp.TableAlias(this=name(join.alias)))
        if not conditions:
            conditions = [exp.true()]  # type: ignore[list-item]  # any condition
        side = "LEFT" if join.outer else None
        return exp.Join(this=table, side=side, on=exp.and_(*conditions, copy=False))

    def _source(
        self, source: str | Aggregate | Chain, level: int, ctes: list[tuple[str, Tree]]
    ) -> str:
        if isinstance(source, str):
            self._tables.add(source)
            return source
        if isinstance(source, Chain):
            return self._write(source, level)
        if source.name not in {cte for cte, _ in ctes}:
            ctes.append((source.name, self._pass(source, ctes)))
        return source.name

    def _pass(self, over: Aggregate, ctes: list[tuple[str, Tree]]) -> Tree:
        needed = self._joins[id(over)]
        keys = [
            exp.alias_(tree(key), name(f"k{at}"), copy=False) for at, key in enumerate(over.keys)
        ]
        columns = [
            exp.alias_(tree(agg), name(one), copy=False)
            for one, agg in over.columns.items()
            if one in needed
        ]
        select = _from(
            exp.select(*keys, *columns), self._source(over.source, over.level, ctes), over.alias
        )
        for join in over.joins:
            if f"join {join.alias}" in needed:
                select.append("joins", self._join(join, ctes, outer_alias=""))
        if over.where is not None:
            select = select.where(tree(over.where), copy=False)  # type: ignore[attr-defined]
        if self.unit and over.unit is not None:
            condition = _in_unit(tree(over.unit[0]), over.unit[1])
            select = select.where(condition, copy=False)  # type: ignore[attr-defined]
        if over.keys:
            places = [exp.Literal.number(at) for at in range(1, len(over.keys) + 1)]
            select = select.group_by(*places, copy=False)  # type: ignore[attr-defined]
        return select


def _own(node: Node) -> set[str]:
    """The columns of the chain itself that a node reads."""
    return {ref.name for ref in refs(node) if not ref.table}


def _tables_of(select: Tree) -> Iterator[str]:
    """The tables that a SELECT itself reads: what we write has none inside another."""
    for one in (select.args["from_"], *select.args.get("joins", ())):
        if isinstance(one.this, exp.Table):
            yield one.this.name


def _from(select: Tree, source: str, alias: str) -> Tree:
    table = exp.Table(this=name(source))
    if alias != source:
        table.set("alias", exp.TableAlias(this=name(alias)))
    return select.from_(table, copy=False)  # type: ignore[attr-defined,no-any-return]


def _in_unit(place: Tree, roster: str) -> Tree:
    low, high = (exp.Parameter(this=exp.var(f"{roster}_{end}")) for end in ("low", "high"))
    return exp.Between(this=place, low=low, high=high)
