"""What the page of one pack and the index show: frozen view-models in words."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kaocheng.documents.register_rows import RowFinder, cell_text
from kaocheng.documents.result_summary import (
    ResultSummary,
    has_headline,
    headline_item,
    in_order_of_interest,
    summarize,
)
from kaocheng.documents.result_table import rows_of
from kaocheng.documents.spoken import value_words
from kaocheng.engine.language.scheme import Item, Result, children_of, items_below
from kaocheng.engine.language.shape import Clause
from kaocheng.engine.problems import Problem
from kaocheng.engine.reference.run import RowKey, Run
from kaocheng.engine.trace import PERCENT, unit_words
from kaocheng.engine.values import is_known, is_number, state_of

STATUS_WORDS = {
    "issued": "印发稿",
    "discussion": "讨论稿",
    "comment": "征求意见稿",
    "draft": "送审稿",
}
# More columns than this do not fit on a page; the rest is on the page of each subject.
_MOST_COLUMNS = 9
_PLAIN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9_-])?")


@dataclass(frozen=True)
class Checked:
    """A pack that was checked, tested and computed on its example facts."""

    run: Run
    problems: tuple[Problem, ...]
    cases_passed: int
    cases_failed: int


@dataclass(frozen=True)
class Cell:
    """`note` stands small behind the text, `link` leads to the page of the subject."""

    text: str
    state: str
    is_number: bool = False
    note: str = ""
    link: str = ""


@dataclass(frozen=True)
class Flag:
    name: str
    link: str
    item: str
    text: str


@dataclass(frozen=True)
class ResultView:
    """Shape: one cell for each column; the first is the subject, linked to its page."""

    title: str
    has_headline: bool
    period: str
    summary: ResultSummary
    figures: tuple[tuple[str, str], ...]
    columns: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    flags: tuple[Flag, ...]
    clauses: tuple[Clause, ...]
    note: str


@dataclass(frozen=True)
class ParameterView:
    title: str
    value: str
    is_known: bool
    wants_confirming: bool
    why: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class PackView:
    folder: str
    id: str
    title: str
    document: str
    source: str
    status: str
    about: str
    clauses: tuple[Clause, ...]
    results: tuple[ResultView, ...]
    parameters: tuple[ParameterView, ...]
    problems: tuple[Problem, ...]
    cases_passed: int
    cases_failed: int
    subjects: tuple[tuple[str, int], ...]
    flags: int

    @property
    def hints(self) -> int:
        """How many kinds of things a reader should look at, the same thing counted once."""
        return len({(one.id, one.reason()) for one in self.problems})

    def count(self, severity: str) -> int:
        return sum(problem.severity == severity for problem in self.problems)


def pack_view(
    checked: Checked, *, rows: RowFinder, files: Mapping[tuple[str, str], str]
) -> PackView:
    """`files` says where the page of each subject is, by register and key."""
    pack = checked.run.pack
    source = pack.scheme.source
    tables = _ResultTables(checked.run, rows, files)
    results = tuple(tables.view(result) for result in in_order_of_interest(pack.scheme.results))
    subjects = Counter(pack.registers[register].title for register, _ in files)
    return PackView(
        folder=plain_name(pack.name),
        id=pack.scheme.id,
        title=pack.scheme.title,
        document=source.document,
        source="，".join(part for part in (source.issued_by, source.number) if part),
        status=STATUS_WORDS[source.status],
        about=pack.scheme.about,
        clauses=pack.scheme.clauses,
        results=results,
        parameters=tuple(_parameters(checked.run)),
        problems=checked.problems,
        cases_passed=checked.cases_passed,
        cases_failed=checked.cases_failed,
        subjects=tuple(subjects.items()),
        flags=sum(result.summary.flags for result in results),
    )


def subject_files(run: Run) -> dict[tuple[str, str], str]:
    """A file name for every subject, by register and key: plain, and no two alike anywhere."""
    subjects = dict.fromkeys(
        (result.of, key[0]) for result in run.pack.scheme.results for key in run.members[result.id]
    )
    files: dict[tuple[str, str], str] = {}
    taken: set[str] = {"index"}
    for register, key in subjects:
        name = f"{register}-{plain_name(key)}"
        if name.casefold() in taken:  # T1 and t1 are one file on some systems
            name += f"-{_digest(key)}"
        taken.add(name.casefold())
        files[register, key] = f"{name}.html"
    return files


def plain_name(text: str) -> str:
    """A file name for `text`: itself where that is safe everywhere, otherwise its digest."""
    return text if _PLAIN_NAME.fullmatch(text) else _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class _ResultTables:
    """The tables of one run; `files` are the pages of its subjects."""

    run: Run
    rows: RowFinder
    files: Mapping[tuple[str, str], str]

    def view(self, result: Result) -> ResultView:
        keys = [key for key, _ in rows_of(self.run, result)]
        items = _columns(result)
        units = [self._unit(result, item) for item in items]
        summary = summarize(self.run, result)
        return ResultView(
            title=result.title,
            has_headline=has_headline(result),
            period=self.run.pack.period_kinds.get(result.each, ""),
            summary=summary,
            figures=tuple(_figures(summary)),
            columns=tuple(self._heads(result, items)),
            rows=tuple(tuple(self._cells(result, key, items=items, units=units)) for key in keys),
            flags=tuple(flag for key in keys for flag in self._flags(result, key)),
            clauses=result.clauses,
            note=result.note,
        )

    def _heads(self, result: Result, items: Sequence[Item]) -> Iterator[Cell]:
        register = self.run.pack.subject_of(result)
        yield Cell(register.fields[register.name or register.key].title, "scored")
        if result.each:
            yield Cell(self.run.pack.period_kinds.get(result.each, "周期"), "scored")
        for item in items:
            named = unit_words(item.unit)
            unit = f"（{named}）" if named and named not in item.title else ""
            yield Cell(item.title + unit, "scored", self._is_number(result, item))

    def _cells(
        self, result: Result, key: RowKey, *, items: Sequence[Item], units: Sequence[str]
    ) -> Iterator[Cell]:
        name = self.rows.name_of(result.of, key[0])
        note = "" if name == key[0] else key[0]
        yield Cell(name, "scored", note=note, link=self.files[result.of, key[0]])
        period = self.run.members[result.id][key].row.period
        if period is not None:
            yield Cell(period.title, "scored")
        for item, unit in zip(items, units, strict=True):
            value = self.run.outcomes[result.id, item.id][key].value
            words = value_words(value, unit=unit)
            yield Cell(words, state_of(value), self._is_number(result, item))

    def _unit(self, result: Result, item: Item) -> str:
        """The unit, unless some figure of the column needs decimals: then all of them have them."""
        column = self.run.outcomes[result.id, item.id].values()
        numbers = (one.value for one in column if is_number(one.value))
        is_whole = item.unit == PERCENT or all(number.denominator == 1 for number in numbers)
        return item.unit if is_whole else ""

    def _is_number(self, result: Result, item: Item) -> bool:
        return self.run.compiled.types[result.id, item.id].kind == "number"

    def _flags(self, result: Result, key: RowKey) -> Iterator[Flag]:
        name, link = self.rows.name_of(result.of, key[0]), self.files[result.of, key[0]]
        for item in items_below(result.items):
            for text in self.run.outcomes[result.id, item.id][key].flags:
                yield Flag(name, link, item.title, text)


def _columns(result: Result) -> list[Item]:
    """Headline and grade first, then what stands beside them, then what they are made of."""
    every = {item.id: item for item in items_below(result.items)}
    ordered = [headline_item(result).id, result.grade]
    ordered += [item.id for item in result.items]
    ordered += [part.id for item in result.items for part in children_of(item)]
    shown_ids = [id for id in dict.fromkeys(ordered) if id and not every[id].hidden]
    return [every[id] for id in shown_ids[:_MOST_COLUMNS]]


def _figures(summary: ResultSummary) -> Iterator[tuple[str, str]]:
    """What stands in the tiles above a table."""
    yield "对象", f"{summary.subjects} 个"
    states = (
        ("有结果", summary.scored),
        ("缺数据", summary.missing),
        ("不适用", summary.not_applicable),
        ("免于考核", summary.exempt),
    )
    for word, count in states:
        if count:
            unit = "行" if summary.rows != summary.subjects else "个"
            yield word, f"{count} {unit}"
    if summary.spread is not None:
        spread = summary.spread
        yield f"{spread.title} 最低", spread.words(spread.least)
        yield f"{spread.title} 平均", spread.words(spread.mean)
        yield f"{spread.title} 最高", spread.words(spread.most)


def _parameters(run: Run) -> Iterator[ParameterView]:
    for one in run.pack.parameters.values():
        if one.type == "table":
            lines = len(run.facts.parameter_tables[one.id].rows)
            value, known = f"{lines} 行" if lines else "还没有填写", bool(lines)
        else:
            found = run.facts.parameters[one.id]
            known = is_known(found)
            value = cell_text(found) if known else "还没有确定"
            value = one.options.get(value, value)
            value += f" {one.unit}" if is_number(found) and one.unit else ""
        yield ParameterView(one.title, value, known, one.confirm, one.why, one.clauses)
