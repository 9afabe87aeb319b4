"""Writing the units of the demo city, those above before those below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from kaocheng.actions.demo import places
from kaocheng.actions.unit_past import segment
from kaocheng.methods.pinyin import unit_pinyin
from kaocheng.records.models import Unit, UnitPast
from kaocheng.records.models.unit import UnitKind

OPENED = date(2003, 9, 1)


@dataclass(frozen=True)
class New:
    """A unit to write: `under` is the key of the one above, `kept_by` of the keeper of a panel."""

    key: str
    name: str
    kind: str
    under: str = ""
    kept_by: str = ""


Units = dict[str, Unit]


def key_of(above: str, part: str) -> str:
    """Of a group or department, whose name alone says little."""
    return f"{above}/{part}"


def write_units() -> Units:
    """All units by their key: the name, for groups and departments `school/group`."""
    new = [*_top(), *_districts(), *_below_districts(), *_schools(), *_parts()]
    made: Units = {}
    for one, pk in zip(new, _ids(len(new)), strict=True):
        made[one.key] = _unit(one, pk, made)
    Unit.objects.bulk_create(made.values())
    UnitPast.objects.bulk_create(_past(unit) for unit in made.values())
    return made


def _ids(count: int) -> list[int]:
    """Taken beforehand, since a path is made of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence('records_unit', 'id'))"
            " from generate_series(1, %s)",
            [count],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _unit(new: New, pk: int, made: Units) -> Unit:
    above = made.get(new.under)
    unit = Unit(
        pk=pk,
        name=new.name,
        kind=new.kind,
        pinyin=unit_pinyin(new.name),
        parent=above,
        keeper=made.get(new.kept_by),
        opens_on=OPENED,
        is_demo=True,
    )
    unit.path = f"{above.path if above else ''}{segment(unit)}"
    return unit


def _past(unit: Unit) -> UnitPast:
    return UnitPast(
        unit=unit,
        starts_on=unit.opens_on,
        kind=unit.kind,
        name=unit.name,
        parent=unit.parent,
        path=unit.path,
        reason="设立",
    )


def _top() -> Iterable[New]:
    yield New(places.CITY, places.CITY, UnitKind.CITY)


def _districts() -> Iterable[New]:
    for district in places.DISTRICTS:
        yield New(district, district, UnitKind.DISTRICT, places.CITY)
    yield New(places.COMPANY, places.COMPANY, UnitKind.COMPANY, places.CITY)


def _below_districts() -> Iterable[New]:
    for district, towns in places.DISTRICTS.items():
        for town in towns:
            yield New(town, town, UnitKind.TOWN, district)
        panel = places.panel_of(district)
        yield New(panel, panel, UnitKind.PANEL, kept_by=district)
    yield New(places.TOWNSHIP, places.TOWNSHIP, UnitKind.TOWNSHIP, places.TOWNSHIP_ABOVE)


def _schools() -> Iterable[New]:
    for school in places.SCHOOLS:
        name = places.FORMER_NAME if school.name == places.RENAMED else school.name
        yield New(school.name, name, UnitKind.SCHOOL, school.above)
    yield New(places.MERGED, places.MERGED, UnitKind.SCHOOL, places.TOWN)


def _parts() -> Iterable[New]:
    for school in places.SCHOOLS:
        for group in school.groups:
            yield New(key_of(school.name, group), group, UnitKind.GROUP, school.name)
    for group in places.SMALL[:2]:
        yield New(key_of(places.MERGED, group), group, UnitKind.GROUP, places.MERGED)
    for above, parts in (
        (places.COMPANY, places.COMPANY_PARTS),
        (places.TOWNSHIP, places.TOWNSHIP_PARTS),
    ):
        for part in parts:
            yield New(key_of(above, part), part, UnitKind.DEPARTMENT, above)
