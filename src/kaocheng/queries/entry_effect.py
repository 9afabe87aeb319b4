"""What an entry would do to the results of whom it is about: for those with the duty to enter.

Computed by the engine on the facts of the subject's unit alone, before and after; what compares
with other units is therefore only as good as these facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from django.db import connection
from django.db.models import Q

from kaocheng.access.actor import Actor
from kaocheng.access.entry import subjects_to_enter
from kaocheng.engine import verbs
from kaocheng.engine.exact import exact_text
from kaocheng.engine.facts import Facts, Reader, read_facts
from kaocheng.engine.problems import Problems
from kaocheng.engine.reference.run import Run
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.engine.trace import shown
from kaocheng.engine.values import Value
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_cells import spelled_all
from kaocheng.queries.entry_names import Names
from kaocheng.queries.register_route import ledger, route_of
from kaocheng.records.models import Entry, RegisterRevision, Subject
from kaocheng.records.models.register import Standing

WHY = "a computation reads what counts"
# Of an entry that is not written yet.
NEW_LINE = 2_000_000_000
MOST_KEPT = 8
# Runs of units by what they rest on; a process keeps the last few.
_kept: dict[tuple[object, ...], Run] = {}


@dataclass(frozen=True)
class Effect:
    """One item that would change; `by` is the difference where both are numbers."""

    title: str
    before: str
    after: str
    by: str = ""
    is_worse: bool = False


def effect_for(
    actor: Actor, found: Adopted, register: str, typed: Mapping[str, str]
) -> tuple[Effect, ...] | None:
    """The effect of what is typed, None where the reader has no duty there or it names nobody."""
    described = ledger(found, register)
    values = spelled_all(described, typed)
    names = Names.of(found, described, [values])
    if any(True for _ in names.resolve(values)):
        return None
    shape = found.shape(register)
    subject = names.subject(shape.roster, values.get(shape.subject, ""))
    duty = subjects_to_enter(actor, found.adoption, route_of(found, register))
    if subject is None or not duty.filter(pk=subject.pk).exists():
        return None
    effects = (
        Effect(title, shown(before), shown(after), *_difference(before, after))
        for title, before, after in effect_of(found, register, values, subject)
    )
    # A later table that takes a value over says the same again.
    return tuple(dict.fromkeys(effects))


def effect_of(
    found: Adopted, register: str, values: Mapping[str, str], subject: Subject
) -> list[tuple[str, Value, Value]]:
    """Items of the results about the subject that change, each with its value before and after."""
    before = _before(found, subject)
    after = verbs.run(found.compiled, _with_entry(found, before.facts, register, values))
    changes = []
    for (result, name), outcomes in after.outcomes.items():
        item = found.pack.items[result, name]
        if item.hidden or found.pack.results[result].of != subject.roster:
            continue
        earlier = before.outcomes[result, name]
        for key, outcome in outcomes.items():
            if key[0] == subject.key and key in earlier and earlier[key].value != outcome.value:
                changes.append((item.title, earlier[key].value, outcome.value))
    return changes


def _before(found: Adopted, subject: Subject) -> Run:
    """The run of the unit as it stands, kept until one of its registers changes."""
    path = subject.unit.path
    revisions = RegisterRevision.objects.filter(adoption=found.adoption).order_by("pk")
    key = (
        connection.settings_dict["NAME"],
        found.adoption.pk,
        found.adoption.version,
        found.adoption.scheme.digest,
        path,
        tuple(revisions.filter(_here(path)).values_list("register", "unit_id", "revision")),
    )
    run = _kept.get(key)
    if run is None:
        run = verbs.run(found.compiled, _facts(found, _tables(found, path)))
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = run
    return run


def _with_entry(found: Adopted, facts: Facts, register: str, values: Mapping[str, str]) -> Facts:
    """The facts with one more row: what was read already is not read again."""
    described = found.pack.registers[register]
    header = tuple(described.fields)
    row = TextRow(NEW_LINE, tuple(values.get(name, "") for name in header))
    text = TextTable(register, described.title, header, (row,))
    new = Reader(found.pack, facts.periods, Problems()).table(described, text)
    table = facts.tables[register]
    longer = replace(table, rows=(*table.rows, *new.rows))
    return replace(facts, tables={**facts.tables, register: longer})


def _facts(found: Adopted, tables: Mapping[str, TextTable]) -> Facts:
    # What refers beyond the unit is missing here, and no fault.
    return read_facts(found.pack, tables, problems=Problems())


def _tables(found: Adopted, path: str) -> dict[str, TextTable]:
    here = _here(path)
    subjects = Subject.objects.unscoped(WHY).filter(here, adoption=found.adoption, has_left=False)
    entries = Entry.objects.unscoped(WHY).filter(
        here, adoption=found.adoption, standing=Standing.COUNTS
    )
    rows: dict[str, list[TextRow]] = {one.id: [] for one in (*found.rosters, *found.ledgers)}
    for register, pk, values in (
        *subjects.order_by("key", "pk").values_list("roster", "pk", "values"),
        *entries.order_by("pk").values_list("register", "pk", "values"),
    ):
        fields = found.pack.registers[register].fields
        rows[register].append(TextRow(pk, tuple(str(values.get(name, "")) for name in fields)))
    tables = dict(found.settled)
    for name, listed in rows.items():
        described = found.pack.registers[name]
        if listed or not described.optional:
            tables[name] = TextTable(name, described.title, tuple(described.fields), tuple(listed))
    return tables


def _here(path: str) -> Q:
    """Rows of the unit and what lies below it, and of the units above."""
    above = [int(part) for part in path.split("/") if part]
    return Q(unit__path__startswith=path) | Q(unit__in=above)


def _difference(before: Value, after: Value) -> tuple[str, bool]:
    if not isinstance(before, Fraction) or not isinstance(after, Fraction):
        return "", False
    by = after - before
    sign = "+" if by > 0 else "−"
    return f"{sign}{exact_text(abs(by))}", by < 0
