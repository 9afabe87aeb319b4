"""Writing the units of the demo city, one level after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

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
    made: Units = {}
    for level in (_top(), _districts(), _below_districts(), _schools(), _parts()):
        _write(level, made)
    return made


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


def _write(level: Iterable[New], made: Units) -> None:
    units = {
        new.key: Unit(
            name=new.name,
            kind=new.kind,
            pinyin=unit_pinyin(new.name),
            parent=made.get(new.under),
            keeper=made.get(new.kept_by),
            opens_on=OPENED,
            is_demo=True,
        )
        for new in level
    }
    Unit.objects.bulk_create(units.values())
    for unit in units.values():
        unit.path = f"{unit.parent.path if unit.parent else ''}{segment(unit)}"
    every = Unit.objects.unscoped("units that were just written")
    every.bulk_update(units.values(), ["path"])
    UnitPast.objects.bulk_create(
        UnitPast(
            unit=unit,
            starts_on=unit.opens_on,
            kind=unit.kind,
            name=unit.name,
            parent=unit.parent,
            path=unit.path,
            reason="设立",
        )
        for unit in units.values()
    )
    made.update(units)
