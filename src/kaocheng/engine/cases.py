"""Cases: a pack's own tests, run against an evaluator."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from kaocheng.engine.compile import Compiled
from kaocheng.engine.exact import NotExact, read_exact
from kaocheng.engine.facts import Facts, read_facts, text_table
from kaocheng.engine.language.cases import Case
from kaocheng.engine.model import Pack
from kaocheng.engine.problems import Place, Problems
from kaocheng.engine.process.agenda import Agenda, lay_out
from kaocheng.engine.process.votes import vote_passes
from kaocheng.engine.reference.judging import effects, gates, samples
from kaocheng.engine.reference.run import Run, run_reference
from kaocheng.engine.text_table import TextTable
from kaocheng.engine.trace import Outcome, exactly
from kaocheng.engine.values import Missing, NotApplicable, Value
from kaocheng.methods.workdays import mainland_calendar

MISSING, NOT_APPLICABLE = "缺", "不适用"


@dataclass(frozen=True)
class Failure:
    """An expectation that does not hold."""

    case: str
    place: Place
    what: str
    want: str
    found: str


@dataclass(frozen=True)
class CaseReport:
    """How one case went: how many expectations held, and those that did not."""

    case: Case
    passed: int
    failures: tuple[Failure, ...]


def run_case(compiled: Compiled, case: Case) -> CaseReport:
    """Compute the case's facts with the reference evaluator and compare with what it expects."""
    problems = Problems()
    facts = case_facts(compiled.pack, case, problems=problems)
    passed, failures = 0, []
    for what, want, found in _compared(compiled, case, facts, problems):
        if _agree(want, found):
            passed += 1
        else:
            failures.append(Failure(case.id, case.place, what, want, found))
    return CaseReport(case, passed, tuple(failures))


def case_facts(pack: Pack, case: Case, *, problems: Problems) -> Facts:
    """The facts a case writes out; tables it does not name are empty."""
    source = f"{case.place.file}:{case.place.line} {case.id}"
    tables: dict[str, TextTable] = {
        register.id: TextTable(register.id, source, tuple(register.fields), ())
        for register in pack.registers.values()
        if register.kind != "list"
    }
    if pack.period_kinds:
        header = ("kind", "id", "title", "from", "to")
        tables["periods"] = TextTable("periods", source, header, ())
    for name, text in case.facts.items():
        tables[name] = text_table(name, text, source=f"{source} {name}")
    plain = {
        name: value
        for name, value in case.parameters.items()
        if name not in pack.parameters or pack.parameters[name].type != "table"
    }
    for name, text in case.parameters.items():
        if name not in plain:
            tables[name] = text_table(name, text, source=f"{source} {name}")
    overlay = "id,value\n" + "".join(f'{name},"{value}"\n' for name, value in plain.items())
    tables["parameters"] = text_table("parameters", overlay, source=f"{source} parameters")
    return read_facts(pack, tables, problems=problems)


def _compared(
    compiled: Compiled, case: Case, facts: Facts, problems: Problems
) -> Iterator[tuple[str, str, str]]:
    found = sorted({one.id for one in problems if one.severity == "error"})
    yield "数据问题", "、".join(sorted(case.problems)), "、".join(found)
    if found:
        return
    run = run_reference(compiled, facts)
    for result, subjects in case.expect.items():
        for subject, items in subjects.items():
            for item, want in items.items():
                yield f"{result}.{subject}.{item}", want, _found(run, result, subject, item)
    for result, subjects in case.flags.items():
        for subject, items in subjects.items():
            for item, want in items.items():
                outcome = _outcome(run, result, subject, item)
                said = "；".join(outcome.flags) if outcome else "没有这一项"
                held = want if outcome and (want in said or (want == "无" and not said)) else said
                yield f"{result}.{subject}.{item} 的提示", want, held
    yield from _judged(run, case)
    yield from _voted(run, case)
    yield from _laid_out(run, case)


def _judged(run: Run, case: Case) -> Iterator[tuple[str, str, str]]:
    """Gates, effects and samples against what the case expects."""
    found: dict[tuple[str, str], str] = {}
    for judgement in (*gates(run), *effects(run)) if case.gates or case.effects else ():
        found[judgement.entry, judgement.subject] = value_text(judgement.value)
    for entry, subjects in (*case.gates.items(), *case.effects.items()):
        for subject, want in subjects.items():
            yield f"{entry}.{subject}", want, found.get((entry, subject), "没有这个对象")
    sizes = {
        ".".join(part for part in (sample.draw, sample.group) if part): str(sample.size)
        for sample in (samples(run) if case.draws else ())
    }
    for name, want in case.draws.items():
        yield f"{name} 抽取数量", want, sizes.get(name, "没有抽取")


def _voted(run: Run, case: Case) -> Iterator[tuple[str, str, str]]:
    votes = {vote.id: vote for vote in run.pack.process.votes}
    for name, expected in case.votes.items():
        vote = votes.get(name)
        if vote is None:
            yield f"{name} 表决", "有这项表决", "没有"
            continue
        word = vote.reading.word if vote.reading else "inclusive"
        if vote.reading is not None and vote.reading.parameter:
            word = str(run.facts.parameters[vote.reading.parameter])
        passes = vote_passes(
            vote,
            members=int(expected.members),
            present=int(expected.present),
            agreed=int(expected.agreed),
            strict=word == "strict",
        )
        yield f"{name} 表决", value_text(expected.passes), value_text(passes)


def _laid_out(run: Run, case: Case) -> Iterator[tuple[str, str, str]]:
    if case.calendar is None:
        return
    agenda = lay_out(
        run.pack.process,
        start=case.calendar.start,
        events=case.calendar.events,
        parameters=run.facts.parameters,
        periods=run.facts.periods,
        calendar=mainland_calendar(),
    )
    for step, want in case.calendar.expect.items():
        found = (agenda.moments if isinstance(want, datetime) else agenda.days).get(step)
        yield f"日程 {step}", str(want), _no_day(agenda, step) if found is None else str(found)


def _no_day(agenda: Agenda, step: str) -> str:
    """A step without a day, or no step at all; then the names that come near."""
    name, _, end = step.rpartition(".")
    if end not in ("from", "to"):
        name, end = step, "to"
    known = [row.id for row in agenda.rows]
    if name in known:
        return "没有这一天"
    below = [one for one in known if one.startswith((f"{name}/", f"{name}."))]
    meant = below[:3] or difflib.get_close_matches(name, known, n=3)
    listed = "、".join(f"{one}.{end}" for one in meant)
    return f"没有这一步，有 {listed}" if listed else "没有这一步"


def _outcome(run: Run, result: str, subject: str, item: str) -> Outcome | None:
    key, _, period = subject.partition("/")
    column = run.outcomes.get((result, item))
    return None if column is None else column.get((key, period))


def _found(run: Run, result: str, subject: str, item: str) -> str:
    name, _, column = item.partition(".")
    outcome = _outcome(run, result, subject, name)
    if outcome is None:
        return "不在这张结果表里"
    value = outcome.columns.get(column) if column else outcome.value
    return "没有这一列" if value is None else value_text(value)


def value_text(value: Value) -> str:
    """A value as cases write it."""
    if isinstance(value, Missing):
        return MISSING
    return NOT_APPLICABLE if isinstance(value, NotApplicable) else exactly(value)


def _agree(want: str, found: str) -> bool:
    """Equal as numbers where both are numbers (9.10 and 9.1, 7/3), otherwise as text."""
    try:
        return read_exact(want) == read_exact(found)
    except NotExact:
        return want == found


def totals(reports: Mapping[str, list[CaseReport]]) -> tuple[int, int]:
    """Passed and failed cases over several packs."""
    every = [report for one in reports.values() for report in one]
    failed = sum(bool(report.failures) for report in every)
    return len(every) - failed, failed
