"""Seats of a result: the arithmetic of the quota, who has one, where the line is, who is passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from django.core.paginator import Page, Paginator

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours
from kaocheng.access.result import subjects_with_results
from kaocheng.documents.register_rows import RowFinder
from kaocheng.documents.spoken import value_words
from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.mechanisms.seats import Seats
from kaocheng.engine.reference.evaluate import Environment, evaluate
from kaocheng.engine.reference.run import Member, RowKey, Run
from kaocheng.engine.trace import Outcome, shown
from kaocheng.engine.values import is_known, is_number, state_of
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.computing import Computed, computed
from kaocheng.queries.result import PAGE, chosen_result, round_of
from kaocheng.queries.result_scope import periods_of
from kaocheng.records.models import Round

MOST_PASSED = 20
Subjects = Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class SeatLine:
    """Somebody in the order in which seats go. `line`: what ends below this row, empty if none."""

    subject_id: int
    name: str
    rank: int
    words: str
    value: str
    state: str
    flags: tuple[str, ...]
    line: str = ""
    key: str = ""
    period: str = ""


@dataclass(frozen=True)
class Group:
    """Among whom seats are given: `XX` with its title 信息部, both with the period."""

    key: str
    title: str


@dataclass(frozen=True)
class SeatsPage:
    """One group in one period. `words`: the quota in figures, as it was computed.

    `groups`: each by the key that an address names, with its title. `passed`: who stood no chance,
    each with why.
    """

    round_id: int
    round_title: str
    result: str
    result_title: str
    items: tuple[tuple[str, str], ...]
    item: str
    item_title: str
    clauses: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]
    group: str
    words: str
    lines: tuple[SeatLine, ...]
    passed: tuple[SeatLine, ...]
    page: Page[SeatLine]


def seats_page(
    actor: Actor, round_id: int, result_id: str, *, item: str, group: str, page: int
) -> SeatsPage:
    """As the facts stand now, of those in sight. Raises the engine's `Refused` as `computed`."""
    work, found = round_of(actor, round_id)
    result = chosen_result(found, work, result_id)
    items = [one for one in items_below(result.items) if one.mechanism == "seats"]
    if not items:
        raise NotYours
    chosen = next((one for one in items if one.id == item), items[0])
    subjects = {
        key: (pk, name)
        for key, pk, name in subjects_with_results(actor)
        .filter(adoption=found.adoption, roster=result.of)
        .values_list("key", "pk", "name")
    }
    done = computed(found)
    with done.kept.lock:
        names = RowFinder(done.by_rows.pack, done.by_rows.facts)
        grouped = _grouped(done.by_rows, found, work, result, chosen, names=names)
    mine = [one for one, rows in grouped.items() if any(key in subjects for (key, _), _ in rows)]
    here = next((one for one in mine if one.key == group), next(iter(mine), Group("", "")))
    rows = [(at, outcome) for at, outcome in grouped.get(here, ()) if at[0] in subjects]
    lines = list(_lines(rows, subjects, chosen))
    shown_page = Paginator([one for one in lines if one.rank], PAGE).get_page(page)
    told = [_told(done, result, chosen, one) for one in shown_page.object_list]
    words = told[0].words if told else ""
    return SeatsPage(
        round_id=work.pk,
        round_title=work.title,
        result=result.id,
        result_title=result.title,
        items=tuple((one.id, one.title) for one in items),
        item=chosen.id,
        item_title=chosen.title,
        clauses=tuple(clause.text for clause in chosen.quoted),
        groups=tuple((one.key, one.title) for one in mine),
        group=here.key,
        words=names.named_group(result.of, words.partition("；")[0]),
        lines=tuple(replace(one, words=one.words.partition("；")[2]) for one in told),
        passed=tuple(one for one in lines if not one.rank)[:MOST_PASSED],
        page=shown_page,
    )


def _grouped(
    run: Run, found: Adopted, work: Round, result: Result, item: Item, *, names: RowFinder
) -> dict[Group, list[tuple[RowKey, Outcome]]]:
    """The rows of each group in each period, best first; who is not ranked comes last."""
    spec = cast("Seats", item.spec)
    periods = periods_of(found, work, result)
    grouped: dict[Group, list[tuple[RowKey, Outcome]]] = {}
    for key, member in run.members[result.id].items():
        if member.exempt is None and (periods is None or key[1] in periods):
            outcome = run.outcomes[result.id, item.id][key]
            grouped.setdefault(_group(run, spec, member, names), []).append((key, outcome))
    for rows in grouped.values():
        rows.sort(key=_in_order)
    return dict(sorted(grouped.items(), key=lambda one: one[0].key))


def _in_order(row: tuple[RowKey, Outcome]) -> tuple[int, int, str]:
    rank = row[1].columns.get("rank")
    place = int(rank) if is_number(rank) else 0
    return (0 if place else 1, place, row[0][0])


def _told(done: Computed, result: Result, item: Item, line: SeatLine) -> SeatLine:
    """The line with the arithmetic of its seat, which a run by columns says of single subjects."""
    if line.words:
        return line
    for one in done.explained(line.key).explanations:
        period = one.period.id if one.period else ""
        if one.result.id == result.id and period == line.period:
            branch = one.branch(item.id)
            return replace(line, words=branch.text if branch else "")
    return line


def _group(run: Run, spec: Seats, member: Member, names: RowFinder) -> Group:
    period = member.row.period
    key = title = ""
    if spec.within is not None:
        env = Environment(run, (member.row,), period)
        bound = run.compiled.bound[spec.within]
        value = evaluate(bound, env)
        key = shown(value) if is_known(value) else "未定"
        title = names.name_of(bound.type.table, key)
    of_period = period.title if period else ""
    return Group(_joined(of_period, key), _joined(of_period, title))


def _joined(*parts: str) -> str:
    return "·".join(part for part in parts if part)


def _lines(
    rows: list[tuple[RowKey, Outcome]], subjects: Subjects, item: Item
) -> Iterator[SeatLine]:
    values = [value_words(outcome.value, unit=unit_of(item)) for _, outcome in rows]
    for at, ((key, period), outcome) in enumerate(rows):
        rank = outcome.columns.get("rank")
        pk, name = subjects[key]
        follows = at + 1 < len(rows) and "rank" in rows[at + 1][1].columns
        yield SeatLine(
            subject_id=pk,
            name=name,
            rank=int(rank) if is_number(rank) else 0,
            words=outcome.text,
            key=key,
            period=period,
            value=values[at],
            state=state_of(outcome.value),
            flags=outcome.flags,
            line=values[at] if follows and values[at + 1] != values[at] else "",
        )
