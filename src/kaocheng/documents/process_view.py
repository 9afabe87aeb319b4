"""The process of a pack on the calendar of its sample, and what follows from its results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kaocheng.documents.agenda import KINDS, days_in_words, deed_in_words, remarks_in_words
from kaocheng.documents.agenda import with_effects_named as named
from kaocheng.documents.register_rows import RowFinder
from kaocheng.documents.rules_view import RuleView
from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.engine.process.rows import Row
from kaocheng.engine.reference.judging import effects, gates, samples
from kaocheng.engine.reference.run import Run
from kaocheng.methods.workdays import mainland_calendar

# More names than this say nothing to a reader.
_MOST_NAMES = 12

_SAYS = {
    "前置条件": ("示例中还没有放行的有", "示例中都已放行"),
    "结果运用": ("示例中涉及", "示例中没有涉及的"),
}


@dataclass(frozen=True)
class StepView:
    """One line of the calendar; of what recurs within the year shown, the first time."""

    id: str
    kind: str
    when: str
    who: str
    deed: str
    remarks: str
    clauses: tuple[str, ...]
    is_dated: bool


@dataclass(frozen=True)
class FollowView:
    """What a gate, a draw or an effect says of the sample."""

    title: str
    kind: str
    says: str
    names: tuple[str, ...]
    more: int
    rule: RuleView | None


@dataclass(frozen=True)
class ProcessView:
    starts: str
    steps: tuple[StepView, ...]
    undated: tuple[StepView, ...]
    follows: tuple[FollowView, ...]


def process_view(run: Run, rules: Sequence[RuleView], *, rows: RowFinder) -> ProcessView:
    pack = run.pack
    agenda = named(_agenda(run), pack.process)
    steps = tuple(_steps(agenda.rows))
    by_anchor = {rule.anchor: rule for rule in rules}
    return ProcessView(
        starts="" if agenda.start is None else agenda.start.isoformat(),
        steps=tuple(step for step in steps if step.is_dated),
        undated=tuple(step for step in steps if not step.is_dated),
        follows=tuple(_follows(run, by_anchor, rows)),
    )


def _agenda(run: Run) -> Agenda:
    """The agenda from the scheme's own day, else from the first day that the sample knows."""
    pack = run.pack
    titles = {one.id: one.title for one in pack.parameters.values()} | dict(pack.period_kinds)
    first = None
    if pack.process.start is not None and pack.process.start.day is None:
        first = min((period.first for period in run.facts.periods), default=None)
    return lay_out(
        pack.process,
        start=first,
        parameters=run.facts.parameters,
        periods=run.facts.periods,
        calendar=mainland_calendar(),
        titles=titles,
    )


def _steps(rows: Sequence[Row]) -> Iterator[StepView]:
    """A line for each entry: what recurs is said once, with its first day."""
    first: dict[str, Row] = {}
    times: dict[str, int] = {}
    for row in rows:
        name = row.id.partition("/")[0]
        first.setdefault(name, row)
        times[name] = times.get(name, 0) + 1
    for name, row in first.items():
        yield StepView(
            id=name.partition(".")[0],
            kind=KINDS[row.kind],
            when=days_in_words(row),
            who=row.who,
            deed=deed_in_words(row),
            remarks=_remarks(row, times[name]),
            clauses=row.clauses,
            is_dated=row.starts is not None or row.ends is not None,
        )


def _remarks(row: Row, times: int) -> str:
    often = f"一年 {times} 次，这是第一次" if times > 1 else ""
    said = remarks_in_words(replace(row, clauses=()))
    return "；".join(words for words in (often, said) if words)


def _follows(run: Run, rules: dict[str, RuleView], rows: RowFinder) -> Iterator[FollowView]:
    of = {entry.id: entry.of for entry in run.pack.process.gates}
    of |= {entry.id: entry.of for entry in run.pack.process.effects}
    judged: dict[tuple[str, str, str], list[str]] = {}
    for kind, wanted, judgements in (
        ("前置条件", "未开", gates(run)),
        ("结果运用", True, effects(run)),
    ):
        for one in judgements:
            names = judged.setdefault((kind, one.entry, one.title), [])
            if one.value == wanted:
                names.append(_name(run, of[one.entry], one.subject, rows))
    for (kind, entry, title), names in judged.items():
        some, none = _SAYS[kind]
        says = f"{some} {len(names)} 个" if names else none
        rule = rules.get(f"process-{entry}")
        kept = tuple(names[:_MOST_NAMES])
        yield FollowView(title, kind, says, kept, len(names) - len(kept), rule)
    for sample in samples(run):
        group = f"“{rows.name_of('', sample.group)}”" if sample.group else ""
        says = f"示例中从{group} {sample.population} 个里抽 {sample.size} 个"
        yield FollowView(sample.title, "抽查", says, (), 0, rules.get(f"process-{sample.draw}"))


def _name(run: Run, of: str, subject: str, rows: RowFinder) -> str:
    key, _, period = subject.partition("/")
    register = run.pack.registers[run.pack.results[of].of if of in run.pack.results else of]
    name = rows.name_of(register.id, key) if register.key else f"第 {key} 行"
    return f"{name}（{period}）" if period else name
