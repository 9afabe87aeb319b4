"""What the scheme says of a round as its facts now stand: who owes what, and which gates are shut.

A gate judges rows of its own (an assignment, a district); a duty waits for those that belong to its
subject: the same row, one that names it, one that it names, or one tied to it by an entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kaocheng.engine.facts import FactRow, Facts
from kaocheng.engine.language.process import Process
from kaocheng.engine.problems import Refused
from kaocheng.engine.process.entries import Gate
from kaocheng.engine.reference.judging import OPEN, OWED, Judgement, duties, gates
from kaocheng.engine.values import Missing, Value, is_known
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing import computed
from kaocheng.records.models import Subject

NOT_YET = "数据还不能核算，先不放行"
Row = tuple[str, str]  # register and key


@dataclass(frozen=True)
class Owing:
    """A subject that owes a duty; `entry`: the row of a register that it owes it for."""

    subject: tuple[str, str]  # roster and key
    owes: bool
    period: str = ""
    entry: str = ""


@dataclass(frozen=True)
class Said:
    """What a gate says of one of its rows; empty where it lets pass."""

    gate: Gate
    fact: FactRow
    period: str
    reason: str


# What the gates of a step say by their own rows, and by every row of a roster that these name.
Index = tuple[defaultdict[Row, list[Said]], defaultdict[Row, list[Said]]]


@dataclass
class Judged:
    """`broken`: the facts cannot be read, so that nobody is let pass and nothing new is owed."""

    found: Adopted
    facts: Facts | None
    broken: bool = False
    owing: dict[str, list[Owing]] = field(default_factory=dict)
    said: dict[str, list[Said]] = field(default_factory=dict)  # by what waits

    def reason(self, waiting: Iterable[str], subject: Subject, period: str) -> str:
        """Why what waits is shut for the subject; empty where it is not."""
        own = (subject.roster, subject.key)
        for name in waiting:
            for said in self._about(name, own, subject.values):
                if said.reason and (not said.period or not period or said.period == period):
                    return said.reason
        return ""

    def reason_below(self, waiting: Iterable[str], keys: frozenset[Row], period: str) -> str:
        """The same for a unit, with the subjects that belong to it: one row that is shut shuts."""
        for name in waiting:
            for said in self.said.get(name, ()):
                row = (said.fact.ref.table, said.fact.ref.key)
                named = {row, *self._named(said.fact)}
                fits = not said.period or not period or said.period == period
                if said.reason and fits and (named & keys):
                    return said.reason
        return ""

    def _about(self, name: str, own: Row, values: Mapping[str, str]) -> Iterator[Said]:
        by_row, naming = self._index(name)
        yield from naming[own]
        fields = self.found.pack.registers[own[0]].fields
        for field_name, one in fields.items():
            yield from by_row[one.type, values.get(field_name, "")]
        for row in self._tied.get(own, ()):
            yield from by_row[row]

    def _index(self, name: str) -> Index:
        if name not in self._indexes:
            by_row: defaultdict[Row, list[Said]] = defaultdict(list)
            naming: defaultdict[Row, list[Said]] = defaultdict(list)
            for said in self.said.get(name, ()):
                row = (said.fact.ref.table, said.fact.ref.key)
                if row[1]:
                    by_row[row].append(said)
                for other in {row, *self._named(said.fact)}:
                    naming[other].append(said)
            self._indexes[name] = (by_row, naming)
        return self._indexes[name]

    @cached_property
    def _indexes(self) -> dict[str, Index]:
        return {}

    def _named(self, fact: FactRow) -> Iterator[Row]:
        """The rows of rosters that a row names."""
        for name, one in self.found.pack.registers[fact.ref.table].fields.items():
            value = fact.values[name]
            if one.type in self._rosters and is_known(value):
                yield one.type, str(value)

    @cached_property
    def _rosters(self) -> frozenset[str]:
        return frozenset(one.id for one in self.found.rosters)

    @cached_property
    def _tied(self) -> Mapping[Row, list[Row]]:
        """Rows of rosters that an entry names together: a school and its guide."""
        tied: defaultdict[Row, list[Row]] = defaultdict(list)
        for register in self.found.ledgers if self.facts is not None else ():
            assert self.facts is not None
            for fact in self.facts.tables[register.id].rows:
                named = list(self._named(fact))
                for one in named if len(named) > 1 else ():
                    tied[one] += [other for other in named if other[0] != one[0]]
        return {row: list(dict.fromkeys(others)) for row, others in tied.items()}


def judged(found: Adopted) -> Judged:
    """What the process asks of the results as they stand; entries at fault are not in them."""
    process = found.process
    if not _asks(process):
        return Judged(found, None)
    try:
        done = computed(found)
    except Refused:
        return Judged(found, None, broken=True)
    with done.kept.lock:
        run = done.by_rows
        of_gates, of_duties = [*gates(run)], [*duties(run)]
    waiting = {gate.id: gate for gate in process.gates}
    answer = Judged(found, run.facts)
    for said in of_gates:
        gate = waiting[said.entry]
        if not gate.soft:
            assert said.fact is not None
            one = Said(gate, said.fact, said.period, _reason(gate, said.value))
            answer.said.setdefault(gate.before, []).append(one)
    for said in of_duties:
        answer.owing.setdefault(said.entry, []).extend(_owing(found, said))
    return answer


def _asks(process: Process) -> bool:
    asking_duty = any(duty.of for duty in process.duties)
    return asking_duty or any(gate.need is not None for gate in process.gates)


def _reason(gate: Gate, value: Value) -> str:
    if value in (OPEN, OWED):
        return ""
    why = f"（{value.why}）" if isinstance(value, Missing) else ""
    return f"{gate.title}{why}"


def _owing(found: Adopted, said: Judgement) -> Iterator[Owing]:
    """Nobody for a row that is about nobody."""
    fact = said.fact
    assert fact is not None
    register = found.pack.registers[fact.ref.table]
    owes = said.value is True
    if register.kind == "roster":
        yield Owing((register.id, fact.ref.key), owes, said.period)
        return
    shape = found.shape(register.id)
    subject = fact.values.get(shape.subject)
    if shape.subject and subject is not None and is_known(subject):
        entry = fact.ref.key or str(fact.ref.line)
        yield Owing((shape.roster, str(subject)), owes, said.period, entry)
