"""Results as people read them: the table of a round, live or frozen, and where one finds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from django.core.paginator import Paginator

from kaocheng.access.actor import Actor
from kaocheng.access.refusal import NotYours
from kaocheng.access.result import (
    entries_with_results,
    reads_results_of_unit,
    rounds_to_decide,
    rounds_with_results,
    subjects_with_results,
)
from kaocheng.access.scope import one
from kaocheng.documents.register_rows import cell_text
from kaocheng.documents.result_summary import (
    headline_item,
    in_order_of_grades,
)
from kaocheng.documents.spoken import reason
from kaocheng.engine.explain import unit_of
from kaocheng.engine.language.scheme import Item, Result, items_below
from kaocheng.engine.problems import Problem, Refused
from kaocheng.queries.adopted import Adopted, adopted
from kaocheng.queries.computing import Computed, computed
from kaocheng.queries.result_faults import Faults, faults_told, left_out_of
from kaocheng.queries.result_frozen import (
    EXEMPT,
    frozen_of,
    frozen_rows,
    last_set,
    stale,
)
from kaocheng.queries.result_scope import (
    Found,
    is_of_subjects,
    results_of,
    rows_of_round,
    unit_shown,
    value_shown,
)
from kaocheng.queries.result_views import Asked, Counts, Head, Line, Table
from kaocheng.records.models import ResultRow, ResultSet, Round
from kaocheng.records.models.register import Standing
from kaocheng.records.models.round import ResultState, RoundState

PAGE = 50
SORTS = ("place", "name", "unit", "state")
# Beside a subject of whom an entry at fault is not computed with.
LEFT_OUT = "不完整：{count} 条记录有问题，暂不计入"


def results_page(actor: Actor, round_id: int, asked: Asked) -> Table:
    """The table of one result of the round, of those in sight."""
    work, found = round_of(actor, round_id)
    result = chosen_result(found, work, asked.result)
    frozen = last_set(work)
    stands = frozen is not None and frozen.state == ResultState.FROZEN
    is_live = asked.is_live or not stands
    head = _head(actor, work, found, result, frozen, is_live=is_live)
    try:
        lines, done = table_lines(actor, work, found, result, None if is_live else frozen)
    except Refused as refused:
        return _wrong(head, result, asked, faults_told(actor, found, refused.problems))
    table = _table(head, found, asked, lines, done)
    return replace(table, faults=faults_told(actor, found, () if done is None else done.faults))


def round_of(actor: Actor, round_id: int) -> tuple[Round, Adopted]:
    work = one(rounds_with_results(actor).select_related("adoption__scheme", "unit"), round_id)
    return work, adopted(work.adoption)


def faults_of_round(actor: Actor, round_id: int, problems: Sequence[Problem]) -> Faults | None:
    """What keeps the results of the round from being computed, as the reader is told of it."""
    _, found = round_of(actor, round_id)
    return faults_told(actor, found, problems)


def chosen_result(found: Adopted, work: Round, wanted: str) -> Result:
    """The result of that name; without one, what people look for first."""
    if wanted in found.pack.results:
        return found.pack.results[wanted]
    if wanted:
        raise NotYours
    return results_of(found, work)[0]


def table_lines(
    actor: Actor, work: Round, found: Adopted, result: Result, frozen: ResultSet | None
) -> tuple[list[Line], Computed | None]:
    """Every row in sight: of the set where one is given, else as the facts stand now."""
    titles = {period.id: period.title for period in found.periods}
    if frozen is not None:
        rows = frozen_rows(actor, frozen, result=result.id)
        return [_frozen_line(row, result, titles) for row in rows], None
    done = computed(found)
    of_subjects = is_of_subjects(found, result)
    rows_now = rows_of_round(done, found, work, result)
    about = _about(actor, work, found, result, rows_now)
    left_out = left_out_of(done.faults) if of_subjects else Counter()
    lines = []
    for row in rows_now:
        if row.key in about:
            pk, name, unit_id, unit = about[row.key]
            flags = row.flags
            if left_out[pk]:
                flags = (LEFT_OUT.format(count=left_out[pk]), *flags)
            lines.append(
                Line(
                    subject_id=pk if of_subjects else 0,
                    entry_id=0 if of_subjects else pk,
                    key=row.key,
                    name=name,
                    unit_id=unit_id,
                    unit_name=unit,
                    period=titles.get(row.period, row.period),
                    place=row.place,
                    value=_shown(row.value, row.state, result),
                    state="exempt" if row.exempt else row.state,
                    grade=_grade(row.grade, result),
                    flags=flags,
                    exempt=row.exempt,
                    row=row,
                )
            )
    return lines, done


def _about(
    actor: Actor, work: Round, found: Adopted, result: Result, rows: Sequence[Found]
) -> dict[str, tuple[int, str, int, str]]:
    """Key → id, name and unit of those in sight: of a roster, of entries, of a list (id 0)."""
    if found.register(result.of).kind == "list":
        if not reads_results_of_unit(actor, work):
            return {}
        return {row.key: (0, row.key, work.unit_id, work.unit.name) for row in rows}
    if is_of_subjects(found, result):
        subjects = subjects_with_results(actor).filter(adoption=found.adoption, roster=result.of)
        columns = subjects.values_list("key", "pk", "name", "unit_id", "unit__name")
        return {key: (pk, name, unit_id, unit) for key, pk, name, unit_id, unit in columns}
    entries = entries_with_results(actor).filter(
        adoption=found.adoption, register=result.of, standing=Standing.COUNTS
    )
    entries = entries.exclude(subject__has_left=True)
    listed = entries.values_list("key", "pk", "unit_id", "unit__name")
    return {key: (pk, key, unit_id, unit) for key, pk, unit_id, unit in listed}


def _frozen_line(row: ResultRow, result: Result, titles: dict[str, str]) -> Line:
    text, state = row.values[headline_item(result).id]
    exempt = row.values.get(EXEMPT, [""])[0]
    return Line(
        subject_id=row.subject_id or 0,
        entry_id=row.entry_id or 0,
        key=row.about,
        name=row.about if row.subject is None else row.subject.name,
        unit_id=row.unit_id,
        unit_name=row.unit.name,
        period=titles.get(row.period, row.period),
        place=row.place,
        value=_shown(text, state, result),
        state="exempt" if exempt else state,
        grade=_grade(row.grade, result),
        flags=tuple(row.flags),
        exempt=exempt,
        acknowledged=row.acknowledged_at is not None,
    )


def _table(
    head: Head, found: Adopted, asked: Asked, lines: list[Line], done: Computed | None
) -> Table:
    result = found.pack.results[head.chosen]
    units = tuple(sorted({(line.unit_id, line.unit_name) for line in lines}, key=lambda u: u[1]))
    periods = tuple(dict.fromkeys(line.period for line in lines if line.period))
    chosen = [
        line
        for line in lines
        if (not asked.unit or line.unit_id == asked.unit)
        and (not asked.period or asked.period not in periods or line.period == asked.period)
    ]
    listed = in_order([line for line in chosen if _is_shown(line, asked.show)], asked.sort)
    page = Paginator(listed, PAGE).get_page(asked.page)
    item = headline_item(result)
    return Table(
        head=head,
        result_title=result.title,
        headline=item.title,
        full="" if item.points is None else cell_text(item.points),
        unit_words=unit_shown(item),
        has_grade=bool(result.grade) and result.grade != item.id,
        lines=tuple(_with_reasons(list(page.object_list), result, done)),
        page=page,
        counts=_counts(chosen, found, result),
        units=units if len(units) > 1 else (),
        unit=asked.unit,
        periods=tuple((title, title) for title in periods) if len(periods) > 1 else (),
        period=asked.period,
        sort=asked.sort if asked.sort in SORTS else SORTS[0],
        show=asked.show,
        has_seats=any(one.mechanism == "seats" for one in items_below(result.items)),
        expected_by=expected_by(found, result),
    )


def in_order(lines: Sequence[Line], sort: str) -> list[Line]:
    """By place where nothing else is asked for; who has none comes last, by name."""
    by_place = sorted(lines, key=lambda one: (one.period, one.place == 0, one.place, one.key))
    match sort:
        case "name":
            return sorted(by_place, key=lambda one: one.name)
        case "unit":
            return sorted(by_place, key=lambda one: one.unit_name)
        case "state":
            order = {"missing": 0, "scored": 1, "not_applicable": 2, "exempt": 3}
            return sorted(by_place, key=lambda one: (order.get(one.state, 9), not one.flags))
        case _:
            return by_place


def _is_shown(line: Line, show: str) -> bool:
    if show == "missing":
        return line.state == "missing"
    if show == "flags":
        return bool(line.flags)
    if show == "exempt":
        return bool(line.exempt)
    return not show.startswith("grade:") or line.grade == show.removeprefix("grade:")


def _with_reasons(lines: list[Line], result: Result, done: Computed | None) -> list[Line]:
    """With why the headline is missing, and from where to where it can still come out."""
    lacking = [line for line in lines if line.row is not None and line.row.lacks]
    if done is None or not lacking:
        return lines
    item = headline_item(result)
    with done.kept.lock:
        values = done.rows(result.id).typed(item.id, [line.row.at for line in lacking if line.row])
    unit = unit_of(item)
    why = {id(line): reason(value, unit=unit) for line, value in zip(lacking, values, strict=True)}
    return [replace(line, why=why.get(id(line), "")) for line in lines]


def _counts(lines: list[Line], found: Adopted, result: Result) -> Counts:
    grades: dict[str, int] = {}
    for line in lines:
        if line.grade and line.state == "scored":
            grades[line.grade] = grades.get(line.grade, 0) + 1
    ordered: tuple[tuple[str, int], ...] = ()
    if result.grade and len(grades) <= 12:
        means: dict[str, Fraction] = {}
        known = found.compiled.types[result.id, result.grade]
        ordered = in_order_of_grades(grades, known, means)
    states = [line.state for line in lines]
    return Counts(
        rows=len(lines),
        scored=states.count("scored"),
        missing=states.count("missing"),
        exempt=states.count("exempt"),
        flags=sum(len(line.flags) for line in lines),
        grades=ordered,
    )


def _head(
    actor: Actor,
    work: Round,
    found: Adopted,
    result: Result,
    frozen: ResultSet | None,
    *,
    is_live: bool,
) -> Head:
    stands = frozen is not None and frozen.state == ResultState.FROZEN
    listed = results_of(found, work)
    return Head(
        round_id=work.pk,
        title=work.title,
        scheme=found.pack.scheme.title,
        tabs=tuple((one.id, one.title) for one in listed),
        chosen=result.id,
        frozen=None if frozen is None else frozen_of(frozen),
        stale=stale(found, work, frozen) if frozen is not None and stands else None,
        is_live=is_live,
        is_running=work.state == RoundState.RUNNING,
        may_decide=work.state != RoundState.ARCHIVED
        and rounds_to_decide(actor).filter(pk=work.pk).exists(),
        has_effects=bool(found.process.effects),
    )


def _wrong(head: Head, result: Result, asked: Asked, wrong: Faults | None) -> Table:
    empty = Counts(0, 0, 0, 0, 0, ())
    item = headline_item(result)
    return Table(
        head, result.title, item.title, "", "", False, (), None, empty, (), asked.unit, (), "",
        SORTS[0], "", False, (), wrong,
    )  # fmt: skip


def _shown(text: str, state: str, result: Result) -> str:
    return value_shown(text, state, headline_item(result))


def _grade(text: str, result: Result) -> str:
    if not result.grade or not text:
        return ""
    return value_shown(text, "scored", _item(result, result.grade))


def _item(result: Result, item_id: str) -> Item:
    return next(one for one in items_below(result.items) if one.id == item_id)


def expected_by(found: Adopted, result: Result) -> tuple[str, ...]:
    """Registers in which a later period finds this grade: same roster, a period, same grades."""
    if not result.grade:
        return ()
    grades = set(found.compiled.types[result.id, result.grade].options)
    return tuple(
        register.title
        for register in found.ledgers
        if grades
        and any(field.type == result.of for field in register.fields.values())
        and any(field.type == "period" for field in register.fields.values())
        and any(grades <= set(field.values) for field in register.fields.values())
    )
