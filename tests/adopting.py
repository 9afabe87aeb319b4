"""A scheme adopted by a unit of the cast, with the facts of its example."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings

from kaocheng.access.actor import By, system
from kaocheng.actions.fact_load import Place, Placed, load_entries, load_subjects
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.scheme import keep_scheme
from kaocheng.engine.text_table import TextRow, TextTable
from kaocheng.methods.holders import suggested
from kaocheng.queries.adopted import Adopted, adopted, example_tables
from kaocheng.queries.titles import titles_of
from kaocheng.records.models import Adoption, Entry, Round, SchemeVersion, Subject, Unit
from kaocheng.records.models.register import Standing
from kaocheng.records.models.round import RoundState
from kaocheng.records.models.scheme import AdoptionState
from tests.cast import NOW

TODAY = NOW.date()


def kept(pack: str) -> SchemeVersion:
    """The scheme in the folder of that name (`s2-guangzhou`)."""
    answer = keep_scheme(system(NOW), folder=settings.SCHEMES / pack)
    return SchemeVersion.objects.get(pk=answer.id)


def adopt(pack: str, unit: Unit, *, dates: Mapping[str, str] | None = None) -> Adopted:
    """In force, with the parameters and periods of the example and the suggested holders."""
    scheme = kept(pack)
    tables = example_tables(scheme)
    adoption = Adoption(
        unit=unit,
        scheme=scheme,
        title=scheme.title,
        state=AdoptionState.IN_FORCE,
        dates=dict(dates or {}),
        made_at=NOW,
        approved_at=NOW,
    )
    found = adopted(adoption)
    for name, parameter in found.pack.parameters.items():
        if parameter.type == "table" and name in tables:
            rows = [tables[name].header, *(row.cells for row in tables[name].rows)]
            adoption.parameters[name] = [list(row) for row in rows]
    if "parameters" in tables:
        adoption.parameters |= {row.cells[0]: row.cells[1] for row in tables["parameters"].rows}
    if "periods" in tables:
        adoption.periods = [list(row.cells) for row in tables["periods"].rows]
    adoption.holders = {title: [suggested(title).kept()] for title in titles_of(found.pack)}
    adoption.save()
    return adopted(adoption)


def fill(found: Adopted, placed: Placed | None = None) -> None:
    """Load the example's rosters and entries; all belongs to the adopting unit by default."""
    here = placed or (lambda _roster, _values: Place(found.adoption.unit))
    _fill(system(NOW), found=found, placed=here)


def open_round(
    found: Adopted, *, period: str = "", starts_on: date = TODAY, at: datetime = NOW
) -> Round:
    made = Round(
        adoption=found.adoption,
        unit=found.adoption.unit,
        title=found.adoption.title,
        period=period,
        starts_on=starts_on,
        state=RoundState.RUNNING,
        opened_at=at,
    )
    made.save()
    return made


@action("test.fill")
def _fill(act: Act, *, found: Adopted, placed: Placed) -> Answer:
    tables = example_tables(found.adoption.scheme)
    subjects = load_subjects(act, found, tables, placed)
    load_entries(act, found, tables, subjects)
    act.audit(found.adoption)
    return Answer.of(found.adoption)


def fact_tables(found: Adopted) -> dict[str, TextTable]:
    """The facts that count, read row by row; the line of a row is the id of its entry."""
    subjects = Subject.objects.unscoped("a test").filter(adoption=found.adoption, has_left=False)
    entries = Entry.objects.unscoped("a test").filter(
        adoption=found.adoption, standing=Standing.COUNTS
    )
    entries = entries.exclude(subject__has_left=True)
    rows: dict[str, list[TextRow]] = {one.id: [] for one in (*found.rosters, *found.ledgers)}
    for register, pk, values in (
        *subjects.order_by("key", "pk").values_list("roster", "pk", "values"),
        *entries.order_by("pk").values_list("register", "pk", "values"),
    ):
        fields = found.register(register).fields
        rows[register].append(TextRow(pk, tuple(str(values.get(name, "")) for name in fields)))
    tables = dict(found.settled)
    for name, listed in rows.items():
        register_of = found.register(name)
        if listed or not register_of.optional:
            tables[name] = TextTable(
                name, register_of.title, tuple(register_of.fields), tuple(listed)
            )
    return tables


__all__ = ["By", "adopt", "fact_tables", "fill", "kept", "open_round"]
