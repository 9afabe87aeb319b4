"""The two stages of a plan: what closes within a unit, and what needs the whole round.

Rosters and lists are always there as a whole; the rows of registers are split by unit. A column is
closed when it reads only the rows of its own unit, so that one changed entry recomputes its unit
alone, and so that ranges of units can be computed apart from each other. Everything else is wide:
it reads the stored columns of the unit stage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from kaocheng.engine.columnar.facts import AT, ColumnFacts
from kaocheng.engine.columnar.nodes import Node, Over, Ref, parts, refs
from kaocheng.engine.columnar.planner import Planner
from kaocheng.engine.columnar.relation import Aggregate, Chain, Join, Level, Scan
from kaocheng.engine.columnar.rows import stored
from kaocheng.engine.columnar.statements import Statement, Writer
from kaocheng.engine.columnar.wanted import wanted
from kaocheng.engine.model import Pack

KEYED = ("roster", "list")


@dataclass(frozen=True)
class Units:
    """How facts are split: the table of the units, and for each roster the field of its unit.

    A roster whose rows are units themselves has the field `_at`. `links` are the references by
    which the rows of a register belong to a roster.
    """

    table: str
    fields: Mapping[str, str]
    links: Mapping[str, tuple[str, str]]


def units_of(pack: Pack, facts: ColumnFacts) -> Units:
    """The units of a pack: those of most of its rosters; without any, each subject by itself."""
    subjects = [pack.registers[result.of] for result in pack.scheme.results]
    asked = Counter(
        register.fields[register.unit].type
        for register in subjects
        if register.unit and register.fields[register.unit].type in pack.registers
    )
    if asked:
        table = asked.most_common(1)[0][0]
    else:
        table = max(subjects, key=lambda one: facts.tables[one.id].rows).id
    fields = {table: AT}
    for register in pack.registers.values():
        if register.unit and register.fields[register.unit].type == table:
            fields[register.id] = register.unit
    links = {}
    for register in pack.registers.values():
        if register.kind not in KEYED:
            for name, one in register.fields.items():
                if one.type in pack.registers and pack.registers[one.type].kind == "roster":
                    if one.type in fields:
                        links[register.id] = (name, one.type)
                    break
    return Units(table, fields, links)


@dataclass(frozen=True)
class Stages:
    """The statements of a plan, stage by stage.

    `tables` names the table of each result after the unit stage, `results` the final tables.
    `whole_registers` are those that the wide stage reads as a whole, `unit_registers` all
    registers, rosters and lists that the unit stage reads. `closed` are the columns of each result
    that close within a unit, `needed` all that are computed, `unit_needed` those that lead to what
    the unit stage leaves.
    """

    units: Units
    tables: Mapping[str, str]
    unit: Sequence[Statement]
    wide: Sequence[Statement]
    results: Mapping[str, str]
    whole_registers: frozenset[str]
    unit_registers: frozenset[str]
    closed: Mapping[str, frozenset[str]]
    needed: Mapping[str, frozenset[str]]
    unit_needed: Mapping[str, frozenset[str]]
    _alone: Writer

    @cached_property
    def alone(self) -> Sequence[Statement]:
        """The unit stage with the filter of a unit in every scan; few ask for it."""
        return self._alone.statements()

    @cached_property
    def fresh(self) -> Mapping[str, str]:
        """The table of each result after `alone`."""
        _ = self.alone  # writing may gather windows: then the last level is another one
        return {name: self._alone.table_of(name) for name in self.tables}


@dataclass
class Splitter:
    """Tells closed columns from wide ones and writes both stages."""

    pack: Pack
    chains: Mapping[str, Chain]
    wanted: Mapping[str, list[Node]]
    units: Units
    closed: dict[str, set[str]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    _renewed_passes: dict[int, Aggregate] = field(default_factory=dict)

    def stages(self, *, pretty: bool = False) -> Stages:
        self.closed = {name: set() for name in self.chains}
        self._find_closed()
        self._keep_safe_filters()
        wide = {name: self._widened(name) for name in self.chains}
        for chain in wide.values():
            self._relink(chain, wide)
        probe = Writer(wide, self.wanted)
        probe.gather()
        boundary = {
            name: [Ref(one) for one in wide[name].scan.columns if one in probe.needed[name]]
            for name, closed in self.closed.items()
            if closed
        }
        whole = Writer(self.chains, boundary, pretty=pretty, prefix="u_")
        alone = Writer(self.chains, boundary, unit=True, pretty=pretty, prefix="n_")
        unit_statements = whole.statements()
        tables = {name: whole.table_of(name) for name in boundary}
        for name, table in tables.items():
            wide[name].scan.source = table
        asked = {
            name: nodes
            for name, nodes in self.wanted.items()
            if name not in tables or self._is_wide(wide[name], probe)
        }
        last = Writer(wide, asked, pretty=pretty, prefix="w_")
        wide_statements = last.statements()
        return Stages(
            self.units,
            tables,
            unit_statements,
            wide_statements,
            {name: last.table_of(name) if name in asked else tables[name] for name in self.wanted},
            frozenset(self._registers_in(last)),
            frozenset(self._named(table) for table in whole.read_tables()),
            {name: frozenset(found) for name, found in self.closed.items()},
            {
                name: frozenset(whole.needed[name] | last.needed[name] | set(self._asked(name)))
                for name in self.chains
            },
            {name: frozenset(columns) for name, columns in whole.needed.items()},
            alone,
        )

    def _asked(self, name: str) -> Iterable[str]:
        return (ref.name for node in self.wanted.get(name, ()) for ref in refs(node))

    def _is_wide(self, chain: Chain, writer: Writer) -> bool:
        needed = writer.needed[chain.name]
        return any(name in needed for level in chain.levels for name in level.columns)

    # Which columns are closed

    def _find_closed(self) -> None:
        """Repeat until nothing more closes: chains read each other."""
        while True:
            before = {name: len(found) for name, found in self.closed.items()}
            for chain in self.chains.values():
                self._close(chain)
            if before == {name: len(found) for name, found in self.closed.items()}:
                return

    def _close(self, chain: Chain) -> None:
        if chain.scan.unit is None or chain.scan.unit[1] not in self.units.fields:
            return
        if chain.name in self.open:
            return
        closed = self.closed[chain.name]
        closed = self.closed[chain.name]
        closed |= {name for name, level in chain.standing.items() if level == 0}
        for level in chain.levels:
            for name, node in level.columns.items():
                if name not in closed and self._is_closed(chain, node, closed):
                    closed.add(name)
        filters = [level.where for level in chain.levels if level.where is not None]
        if not all(self._is_closed(chain, node, closed) for node in filters):
            self.open.add(chain.name)
            closed.clear()

    def _is_closed(self, chain: Chain, node: Node, closed: set[str]) -> bool:
        if isinstance(node, Ref):
            if not node.table:
                return node.name in closed
            return self._joins_closed(chain, chain.made[node.table], node, closed)
        if isinstance(node, Over) and not self._within_unit(chain, node.partition):
            return False
        return all(self._is_closed(chain, part, closed) for part in parts(node))

    def _within_unit(self, chain: Chain, keys: Iterable[Node]) -> bool:
        """Whether equal keys imply one unit."""
        return any(key in (Ref(AT), self._unit_column(chain)) for key in keys)

    def _unit_column(self, chain: Chain) -> Node | None:
        roster = chain.scan.unit[1] if chain.scan.unit is not None else ""
        name = self.units.fields.get(roster)
        if name is None:
            return None
        for known, column in chain.scan.columns.items():
            if column == Ref(name, "s"):
                return Ref(known)
        return None

    def _joins_closed(self, chain: Chain, join: Join, ref: Ref, closed: set[str]) -> bool:
        if not all(self._is_closed(chain, left, closed) for left, _ in join.on):
            return False
        if isinstance(join.table, str):
            return True  # rosters and lists are there as a whole
        if isinstance(join.table, Chain):
            return False
        over = join.table
        if isinstance(over.source, Chain):
            return self._pass_over_chain(chain, over, ref)
        return self._pass_over_register(chain, over, join)

    def _pass_over_register(self, chain: Chain, over: Aggregate, join: Join) -> bool:
        if not all(isinstance(one.table, str) for one in over.joins):
            return False
        register = over.source.removeprefix("r_") if isinstance(over.source, str) else ""
        if any(self.pack.registers[self._named(one.table)].kind not in KEYED for one in over.joins):
            return False
        if self.pack.registers[register].kind in KEYED:
            return True
        link = self.units.links.get(register)
        roster = chain.scan.unit[1] if chain.scan.unit is not None else ""
        if link is None or link[1] != roster:
            return False
        return _asked_for(over, join, Ref(link[0], "r")) == Ref(AT)

    def _named(self, table: object) -> str:
        return str(table).removeprefix("r_")

    def _pass_over_chain(self, chain: Chain, over: Aggregate, ref: Ref) -> bool:
        """Rows of a result of the same roster, grouped by themselves or by their unit."""
        source = over.source
        assert isinstance(source, Chain)
        if source.scan.unit != chain.scan.unit:
            return False
        read = [node for node in (*over.keys, over.columns.get(ref.name), over.where) if node]
        known = self.closed[source.name]
        for one in over.joins:
            if not isinstance(one.table, str):
                return False
            register = self.pack.registers[self._named(one.table)]
            if register.kind not in KEYED:
                link = self.units.links.get(register.id)
                pair = (Ref(AT, "s"), Ref(link[0], one.alias)) if link else None
                if pair is None or pair not in one.on or link is None:
                    return False
                if link[1] != (chain.scan.unit or ("", ""))[1]:
                    return False
        names = {one.name for node in read for one in refs(node) if one.table == over.alias}
        if not names <= known:
            return False
        unit = self._unit_column(source)
        keys = {Ref(AT, over.alias)} | (
            {Ref(unit.name, over.alias)} if isinstance(unit, Ref) else set()
        )
        return any(key in keys for key in over.keys)

    def _keep_safe_filters(self) -> None:
        """A pass over a roster keeps the filter of a unit only where all who read it stay in it."""
        for chain in self.chains.values():
            for join in (one for level in chain.levels for one in level.joins):
                over = join.table
                if isinstance(over, Aggregate) and self._reaches_out(chain, over, join):
                    over.unit = None

    def _reaches_out(self, chain: Chain, over: Aggregate, join: Join) -> bool:
        """Whether a row of the chain may read a group that lies in another unit."""
        if over.unit is None or self.pack.registers[self._named(over.source)].kind not in KEYED:
            return False  # a pass over entries is closed only where its own subject asks for it
        key, roster = over.unit
        asked = _asked_for(over, join, key)
        if chain.scan.unit is not None and chain.scan.unit[1] == roster and asked == Ref(AT):
            return False
        return roster != self.units.table or asked is None or asked != self._unit_column(chain)

    # The wide chains

    def _widened(self, name: str) -> Chain:
        """The chain that begins with the stored columns of the unit stage."""
        chain, closed = self.chains[name], self.closed[name]
        if not closed:
            return self._copied(chain)
        scan = Scan(f"u_{name}", {one: Ref(one, "s") for one in chain.standing if one in closed})
        found = Chain(name, scan, made=dict(chain.made))
        found.standing = dict.fromkeys(scan.columns, 0)
        for at, level in enumerate(chain.levels, start=1):
            kept = Level(list(level.joins))
            for one, node in level.columns.items():
                if one not in closed:
                    kept.columns[one] = node
                    found.standing[one] = at
            found.levels.append(kept)
        return found

    def _copied(self, chain: Chain) -> Chain:
        found = Chain(chain.name, chain.scan, made=dict(chain.made))
        found.standing = dict(chain.standing)
        found.levels = [
            Level(list(level.joins), dict(level.columns), level.where) for level in chain.levels
        ]
        return found

    def _relink(self, chain: Chain, wide: Mapping[str, Chain]) -> None:
        """Joins that read chains read the wide ones."""
        renewed: dict[str, Join] = {}
        for level in chain.levels:
            level.joins = [self._renewed(join, wide) for join in level.joins]
            renewed.update({join.alias: join for join in level.joins})
        chain.made = renewed

    def _renewed(self, join: Join, wide: Mapping[str, Chain]) -> Join:
        table = join.table
        if isinstance(table, Chain):
            return replace(join, table=wide[table.name])
        if isinstance(table, Aggregate):
            source = table.source
            if id(table) in self._renewed_passes:
                return replace(join, table=self._renewed_passes[id(table)])
            found = replace(
                table,
                source=wide[source.name] if isinstance(source, Chain) else source,
                joins=[self._renewed(one, wide) for one in table.joins],
            )
            self._renewed_passes[id(table)] = found
            return replace(join, table=found)
        return join

    def _registers_in(self, writer: Writer) -> set[str]:
        """The registers that the wide stage reads as a whole."""
        found = set()
        for table in writer.read_tables():
            register = self._named(table)
            known = self.pack.registers.get(register)
            if known is not None and table == stored(register) and known.kind not in KEYED:
                found.add(register)
        return found


def _asked_for(over: Aggregate, join: Join, key: Node) -> Node | None:
    """What is joined to a key of a pass."""
    for left, right in join.on:
        if isinstance(right, Ref) and over.keys[int(right.name.removeprefix("k"))] == key:
            return left
    return None


def stages_of(planner: Planner, *, pretty: bool = False) -> Stages:
    """Both stages of a plan, for everything that may be asked of its results."""
    results = planner.pack.results.values()
    columns = {
        result.id: list(wanted(planner, result).values())
        for result in results
        if result.id in planner.members
    }
    units = units_of(planner.pack, planner.facts)
    return Splitter(planner.pack, planner.chains, columns, units).stages(pretty=pretty)
