"""A round of a scheme with its rosters and without any entries, to walk through day by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from kaocheng.access.actor import system
from kaocheng.actions.entry_write import New, write_entries
from kaocheng.actions.fact_load import Place, Placed, load_subjects
from kaocheng.actions.obligation import move_round, obligations_touched
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.engine.text_table import TextTable
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import Adopted, adopted, example_tables
from kaocheng.records.models import Adoption, Entry, Obligation, Round, Subject, Unit
from kaocheng.records.models.register import Standing
from tests.adopting import adopt, open_round

WHY = "a test looks"


def china(day: str, hour: int = 8, minute: int = 0) -> datetime:
    found = date.fromisoformat(day)
    return datetime(found.year, found.month, found.day, hour, minute, tzinfo=CHINA)


def begun(
    pack: str,
    where: Unit,
    placed: Placed,
    *,
    starts: str,
    only: Callable[[str, Mapping[str, str]], bool] = lambda _roster, _row: True,
    period: str = "",
    holders: Mapping[str, list[dict[str, object]]] | None = None,
) -> tuple[Adopted, Round]:
    """The rosters of the example as far as `only` keeps their rows, and a round under way."""
    found = adopt(pack, where)
    if holders:
        found.adoption.holders |= holders
        found.adoption.save()
        found = adopted(Adoption.objects.unscoped(WHY).get(pk=found.adoption.pk))
    tables = {
        name: _kept(name, table, only)
        for name, table in example_tables(found.adoption.scheme).items()
    }
    _fill(system(china(starts)), found=found, tables=tables, placed=placed)
    day = date.fromisoformat(starts)
    return found, open_round(found, period=period, starts_on=day, at=china(starts, 0))


def _kept(name: str, table: TextTable, only: Callable[[str, Mapping[str, str]], bool]) -> TextTable:
    rows = tuple(
        row for row in table.rows if only(name, dict(zip(table.header, row.cells, strict=True)))
    )
    return TextTable(table.name, table.source, table.header, rows)


def everywhere(where: Unit) -> Placed:
    return lambda _roster, _values: Place(where)


@action("test.fill")
def _fill(act: Act, *, found: Adopted, tables: Mapping[str, TextTable], placed: Placed) -> Answer:
    load_subjects(act, found, tables, placed)
    act.audit(found.adoption)
    return Answer.of(found.adoption)


def subject(found: Adopted, roster: str, key: str) -> Subject:
    rows = Subject.objects.unscoped(WHY).select_related("unit")
    return rows.get(adoption=found.adoption, roster=roster, key=key)


def enter(
    found: Adopted,
    register: str,
    *rows: Mapping[str, str],
    at: datetime,
    standing: Standing = Standing.COUNTS,
    touch: bool = False,
) -> list[Entry]:
    """Write the rows as somebody would; with `touch` the register tells the round at once."""
    before = set(Entry.objects.unscoped(WHY).values_list("pk", flat=True))
    _enter(system(at), found=found, register=register, rows=rows, standing=standing, touch=touch)
    return list(Entry.objects.unscoped(WHY).exclude(pk__in=before).order_by("pk"))


@action("test.enter")
def _enter(
    act: Act,
    *,
    found: Adopted,
    register: str,
    rows: tuple[Mapping[str, str], ...],
    standing: Standing,
    touch: bool,
) -> Answer:
    shape = found.shape(register)
    new = []
    for row in rows:
        about = subject(found, shape.roster, row[shape.subject]) if shape.subject else None
        unit = about.unit if about is not None else found.adoption.unit
        new.append(New(row, unit, about, standing=standing))
    write_entries(act, found, register, new)
    if touch:
        obligations_touched(
            act, found.adoption, register, [one.subject for one in new if one.subject]
        )
    return Answer.of(found.adoption)


def move(work: Round, at: datetime) -> None:
    move_round(system(at), round_id=work.pk)


def owed(work: Round, duty: str) -> list[Obligation]:
    rows = Obligation.objects.unscoped(WHY).filter(round=work, duty=duty)
    return list(rows.select_related("subject", "unit").order_by("period", "key"))
