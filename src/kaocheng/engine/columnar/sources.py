"""Where aggregates take their rows: a pass over a table, a window, or a pass for each asker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

from kaocheng.engine.binding.aggregates import reads_only
from kaocheng.engine.columnar.aggregates import Source, combined
from kaocheng.engine.columnar.cells import Cell, literal
from kaocheng.engine.columnar.conditions import (
    Shifted,
    conjuncts,
    outer_and_inner,
    same_coding,
    tables_of,
)
from kaocheng.engine.columnar.expressions import Place, lower
from kaocheng.engine.columnar.nodes import (
    TRUE,
    Agg,
    Node,
    Over,
    Ref,
    any_of,
    both,
    op,
    refs,
)
from kaocheng.engine.columnar.relation import Aggregate, Chain, Join
from kaocheng.engine.columnar.rows import PERIOD, PassHost, Unlowered, View, key_of
from kaocheng.engine.columnar.runs import longest_run, run_of_many
from kaocheng.engine.columnar.source_rows import (
    Hole,
    counted,
    holds_asker,
    inside,
    most_rows,
    own_period,
    period_of,
    reachable,
    results_read,
    row_of,
    time_of,
)
from kaocheng.engine.expressions.bound import (
    BAggregate,
    BBinary,
    BField,
    Bound,
    reads_period,
)
from kaocheng.engine.language.types import BOOLEAN

if TYPE_CHECKING:
    from kaocheng.engine.columnar.planner import Planner


@dataclass
class Sources:
    """Finds and shares the passes of one plan."""

    planner: Planner
    passes: dict[object, Aggregate] = field(default_factory=dict)

    def aggregate(self, node: BAggregate, place: Place) -> Cell:
        """The cell of an aggregate as asked from `place`."""
        node = replace(node, alone=node.alone and not self._reads_the_period(node, place))
        if not node.alone and node.function != "run":
            plain = self._by_equal_keys(node, place)
            if plain is not None:
                return plain
        if len(place.rows) > 1 and not (node.whole and node.alone):
            return self._from_the_subject(node, place)
        if len(place.rows) > 1:
            return self._grouped(node, place)
        if self._is_window(node, place):
            return combined(node, self._window(node, place))
        if node.alone:
            return self._grouped(node, place)
        return self._for_each(node, place)

    def _reads_the_period(self, node: BAggregate, place: Place) -> bool:
        """Whether value or condition follow into the asker's own period of another result."""
        if place.period is not None or not isinstance(place.rows[0], View):
            return False
        if place.rows[0].period() is None:
            return False
        read = [one for one in (node.value, node.where, *(node.scope or ())) if one is not None]
        return any(self._follows(one, place) for one in read)

    def _follows(self, node: Bound, place: Place) -> bool:
        """Whether `node` looks at the period of who asks."""
        if place.period is not None:
            return False
        results = self.planner.pack.results.values()
        return reads_period(node, {one.id for one in results if one.each})

    def _by_equal_keys(self, node: BAggregate, place: Place) -> Cell | None:
        """Conditions “field = something of the asker” become keys of one shared pass.

        None where other conditions look at the asker, or where a key may not be known.
        """
        equal: list[tuple[Bound, Bound]] = []
        rest: list[Bound] = []
        for one in conjuncts(node.where):
            pair = outer_and_inner(one, node.level)
            if pair is not None:
                equal.append(pair)
            elif reads_only(one, node.level) and not self._follows(one, place):
                rest.append(one)
            else:
                return None
        value = node.value
        if not equal or (value is not None and not reads_only(value, node.level)):
            return None
        if value is not None and self._follows(value, place):
            return None
        where = reduce(lambda a, b: BBinary("and", a, b, BOOLEAN), rest) if rest else None
        plain = replace(node, where=where, alone=True)
        if len(place.rows) > 1 and not node.whole and not isinstance(place.rows[0], View):
            return None
        source, _ = self._grouping(plain, place, equal)
        return None if source is None else combined(plain, source)

    def _from_the_subject(self, node: BAggregate, place: Place) -> Cell:
        """Inside another aggregate: the same for all rows of the subject, so asked there."""
        outer = place.rows[0]
        if outer.chain is None or not outer.alias:
            raise Unlowered("汇总里再汇总")
        subject = replace(outer, alias="", host=self.planner.host(outer.chain))
        holes = [Hole() for _ in place.rows[1:]]
        shifted = Shifted(node, len(place.rows) - 1)
        cell = self.aggregate(shifted.node, replace(place, rows=(subject,)))
        del holes
        from kaocheng.engine.columnar.rows import moved

        return moved(self.planner.kept("inner", cell, outer.chain), outer.alias)

    def shared(self, node: BAggregate, place: Place) -> Source:
        """The rows of an aggregate that is the same for everybody of a group."""
        if not node.alone or node.function == "run" or self._reads_the_period(node, place):
            raise Unlowered("各人看到的记录不同")
        if self._is_window(node, place):
            return self._window(node, place)
        source, _ = self._grouping(node, place)
        assert source is not None
        return source

    # Windows

    def _is_window(self, node: BAggregate, place: Place) -> bool:
        """Whether the rows are those of the result under computation itself."""
        subject = place.rows[0]
        own = node.is_result and subject.chain is not None and not subject.alias
        same = own and subject.result is not None and node.source == subject.result.id
        plain = node.alone and not node.link and node.function != "run"
        return same and plain and not place.period

    def _window(self, node: BAggregate, place: Place) -> Source:
        subject = place.rows[0]
        chain = subject.chain
        assert chain is not None
        partition: list[Node] = []
        group = None
        if node.scope is not None:
            group = lower(node.scope[0], place)
            partition.append(key_of(group))
        elif not node.whole:
            partition.append(subject.at)
        own = subject.period()
        if own is not None and node.timed:
            partition.append(own)

        def take(agg: Agg) -> Node:
            over = Over(agg.function, agg.args, tuple(partition), where=agg.where)
            return chain.define("w", over)

        inner = replace(place, rows=(Hole(), subject))  # type: ignore[arg-type]  # reads nothing
        return Source(
            take,
            inner,
            TRUE,
            time_of(subject),
            most_rows(self.planner, node),
            group,
            self._doubt(place),
            holds_asker(self.planner, node, place),
        )

    # Passes

    def _grouped(self, node: BAggregate, place: Place) -> Cell:
        """One pass, shared by all that ask for rows grouped alike."""
        source, row = self._grouping(node, place)
        assert source is not None
        return (
            longest_run(self.planner, node, source, row)
            if node.function == "run"
            else combined(node, source)
        )

    def _grouping(
        self,
        node: BAggregate,
        place: Place,
        equal: Sequence[tuple[Bound, Bound]] = (),
        read: Sequence[Bound] = (),
    ) -> tuple[Source | None, View]:
        """The rows grouped by what ties them to who asks; None where a key may not be known."""
        asker = place.rows[0] if not node.whole else None
        own = own_period(node, place)
        more = [one for _, one in equal]
        over, row, inner = self._pass(node, place, own is not None, more, read)
        pairs: list[tuple[Node, Node]] = []
        group = None
        if node.scope is not None:
            group = lower(node.scope[0], replace(place, rows=place.rows[:1]))
            pairs.append((key_of(group), Ref("k0", over.name)))
        elif asker is not None:
            pairs.append((asker.at, Ref("k0", over.name)))
        if own is not None:
            pairs.append((own, Ref(f"k{len(pairs)}", over.name)))
        for outside, inside_ in equal:
            outer, inner_key = lower(outside, place), lower(inside_, inner)
            if outer.known != TRUE or inner_key.known != TRUE or not same_coding(outer, inner_key):
                return None, row
            left = reachable(key_of(outer), place)
            pairs.append((left, Ref(f"k{len(pairs)}", over.name)))
        host = place.rows[-1].host
        join = Join(over, over.name, tuple(pairs))

        def take(agg: Agg) -> Node:
            return host.attach(join, over.add(agg).name)

        here = inside(self.planner, node, row, place.period)
        return Source(
            take,
            inner,
            here,
            time_of(row),
            most_rows(self.planner, node),
            group,
            self._doubt(place),
            holds_asker(self.planner, node, place),
        ), row

    def opened(self, node: BAggregate, place: Place, read: Sequence[Bound]) -> tuple[Source, View]:
        """The rows of an aggregate that stands by itself; `read` is what will be read on them."""
        if not node.alone or any(self._follows(one, place) for one in read):
            return self._asking(node, place)
        source, row = self._grouping(node, place, read=read)
        assert source is not None
        return source, row

    def _pass(
        self,
        node: BAggregate,
        place: Place,
        by_period: bool,
        more: Sequence[Bound],
        read: Sequence[Bound],
    ) -> tuple[Aggregate, View, Place]:
        keys_of = (node.source, node.is_result, node.link, node.scope and node.scope[1], node.whole)
        own = place.rows[0].result.each if by_period and place.rows[0].result else ""
        source_chain = self.planner.members_chain(node.source) if node.is_result else None
        key = (
            keys_of,
            own,
            node.level,
            tuple(more),
            None if source_chain is None else source_chain.freeze(),
            results_read(self.planner, [node.value, node.where, *(node.scope or ())[1:], *read]),
        )
        over = self.passes.get(key)
        row = row_of(self.planner, node)
        if over is None:
            over = Aggregate(f"p{len(self.passes) + 1}_{node.source}", row[1], "r", ())
            if source_chain is not None:
                over.level = source_chain.freeze()
            view = replace(row[0], host=PassHost(over))
            inner = self._inner(node, place, view)
            keys: list[Node] = []
            if node.scope is not None:
                keys.append(key_of(lower(node.scope[1], inner)))
            elif not node.whole:
                keys.append(self._link(node, view, inner))
            if by_period:
                keys.append(period_of(self.planner, view, own))
            keys.extend(key_of(lower(one, inner)) for one in more)
            over.keys = tuple(keys)
            over.where = counted(self.planner, node, view)
            self._unit(node, over)
            self.passes[key] = over
        view = replace(row[0], host=PassHost(over))
        return over, view, self._inner(node, place, view)

    def _unit(self, node: BAggregate, over: Aggregate) -> None:
        """What the filter of a unit is put on: the reference to the subject."""
        if node.link and not node.is_result and isinstance(node.link[0], BField):
            over.unit = (Ref(node.link[0].field, "r"), node.link[0].type.table)

    def _inner(self, node: BAggregate, place: Place, view: View) -> Place:
        holes = tuple(Hole() for _ in range(node.level))
        return replace(place, rows=(*holes, view))  # type: ignore[arg-type]  # reads nothing there

    def _link(self, node: BAggregate, view: View, inner: Place) -> Node:
        return key_of(lower(node.link[0], inner)) if node.link else view.at

    # One pass for each asker: the condition looks at the asker too

    def _for_each(self, node: BAggregate, place: Place) -> Cell:
        source, _ = self._asking(node, place)
        if node.function == "run":
            where = literal(value=True) if node.where is None else lower(node.where, source.inner)
            return run_of_many(source, where)
        return combined(node, source)

    def _asking(self, node: BAggregate, place: Place) -> tuple[Source, View]:
        subject = place.rows[0]
        chain = subject.chain
        if chain is None or subject.alias:
            raise Unlowered("台账的计入条件里再汇总")
        over = Aggregate(f"p{len(self.passes) + 1}_{node.source}", chain, "s", ())
        self.passes[over.name] = over
        outer = replace(subject, alias="s", host=PassHost(over))
        row, source_table = row_of(self.planner, node)
        view = replace(row, host=PassHost(over), asks=True)
        inner = replace(place, rows=(outer, view))
        pairs: list[tuple[Node, Node]] = []
        group = None
        if node.scope is not None:
            group = lower(node.scope[0], place)
            pairs.append((key_of(lower(node.scope[0], inner)), key_of(lower(node.scope[1], inner))))
        elif not node.whole:
            pairs.append((outer.at, self._link(node, view, inner)))
        keys: list[Node] = [outer.at]
        back: list[tuple[Node, Node]] = [(subject.at, Ref("k0", over.name))]
        own = subject.period()
        if own is not None:
            keys.append(Ref(PERIOD, "s"))
            back.append((own, Ref("k1", over.name)))
        narrowed = own_period(node, place)
        if narrowed is not None and subject.result is not None:
            pairs.append((Ref(PERIOD, "s"), period_of(self.planner, view, subject.result.each)))
        # A run looks also at the rows for which its condition does not hold.
        asked = None if node.function == "run" else node.where
        where = literal(value=True) if asked is None else lower(asked, inner)
        also = both(counted(self.planner, node, view) or TRUE, any_of(where.true, where.missing))
        over.keys = tuple(keys)
        direct = [pair for pair in pairs if tables_of(pair[1]) <= {"r"}]
        later = [op("=", *pair) for pair in pairs if pair not in direct]
        if not tables_of(also) <= {"r", "s"}:
            later, also = [*later, also], TRUE
        over.where = both(*later) if later else None
        level = source_table.freeze() if isinstance(source_table, Chain) else 0
        main = Join(
            source_table,
            "r",
            tuple(direct),
            outer=False,
            level=level,
            also=None if also == TRUE else also,
        )
        over.joins.insert(0, main)
        host = subject.host
        join = Join(over, over.name, tuple(back))

        def take(agg: Agg) -> Node:
            # What is read of the asker stands by now; later columns stand above.
            if not over.columns:
                over.level = chain.freeze()
            if any(chain.standing[ref.name] > over.level for ref in refs(agg) if ref.table == "s"):
                raise Unlowered("一处规则里先后汇总")
            return host.attach(join, over.add(agg).name)

        here = inside(self.planner, node, view, place.period)
        return Source(
            take,
            inner,
            here,
            time_of(view),
            most_rows(self.planner, node),
            group,
            self._doubt(place),
            holds_asker(self.planner, node, place),
        ), view

    def _doubt(self, place: Place) -> Callable[[Node], None]:
        """How to note rows that the plan cannot decide."""

        def note(when: Node) -> None:
            result = place.rows[-1].result
            if len(place.rows) > 1 or result is None or place.rows[0].alias:
                raise Unlowered("汇总里的汇总带除法")
            self.planner.unsure(result, op("holds", when))

        return note
