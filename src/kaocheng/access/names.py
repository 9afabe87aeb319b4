"""Whom the rows of an adoption mean by a name or a number.

The rosters come first; who stands in none of them, as a superior who is not assessed, is looked for
among those appointed in the adopting unit, below it, and in the panels that are kept there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Adoption, Appointment, Person, Subject

WHY = "who bears a title decides about access itself"
# Person and unit.
Found = tuple[int, int]


class Names:
    """The people of one adoption by what its rows call them; each name is looked for once.

    `everybody`: the rosters are read whole, for whoever goes through all subjects.
    """

    def __init__(self, adoption: Adoption, *, everybody: bool = False) -> None:
        self.adoption = adoption
        self._reads_whole = everybody
        self._found: dict[str, Found | None] = {"": None}

    def find(self, name: str) -> Found | None:
        """Nothing where the name means nobody, or more than one."""
        self.look_up([name])
        return self._found[name]

    def look_up(self, names: Iterable[str]) -> None:
        """Look for all of them at once: two queries for what is not known yet, or none."""
        wanted = set(names) - self._found.keys()
        if not wanted:
            return
        rows = Subject.objects.unscoped(WHY).filter(
            adoption=self.adoption, person__isnull=False, has_left=False
        )
        if self._reads_whole:
            self._reads_whole = False
            self._found |= _listed(rows.values_list(*_ROSTER))
        else:
            called = rows.filter(Q(key__in=wanted) | Q(name__in=wanted))
            listed = _listed(called.values_list(*_ROSTER))
            self._found |= {name: listed[name] for name in wanted & listed.keys()}
        if unknown := wanted - self._found.keys():
            self._found |= dict.fromkeys(unknown) | self._appointed(unknown)

    def of(self, person_id: int) -> list[str]:
        """Everything that means this person: keys and names of their rows, name and number."""
        rows = Subject.objects.unscoped(WHY).filter(adoption=self.adoption, person=person_id)
        people = Person.objects.unscoped(WHY).filter(pk=person_id)
        called = {*rows.values_list("key", "name"), *people.values_list("staff_number", "name")}
        names = sorted({name for pair in called for name in pair if name})
        self.look_up(names)
        return [name for name in names if (there := self._found[name]) and there[0] == person_id]

    def _appointed(self, wanted: set[str]) -> dict[str, Found]:
        today, path = CLOCK.today(), self.adoption.unit.path
        rows = Appointment.objects.unscoped(WHY).filter(
            _called(wanted),
            Q(ends_on=None) | Q(ends_on__gt=today),
            Q(unit__path__startswith=path) | Q(unit__keeper__path__startswith=path),
            starts_on__lte=today,
        )
        found: defaultdict[str, dict[int, int]] = defaultdict(dict)
        fields = ("person__name", "person__staff_number", "person_id", "unit__keeper", "unit")
        for name, number, person, keeper, unit in rows.order_by("pk").values_list(*fields):
            for called in {name, number} & wanted:
                found[called].setdefault(person, keeper or unit)
        return {
            called: next(iter(people.items()))
            for called, people in found.items()
            if len(people) == 1
        }


def _called(wanted: set[str]) -> Q:
    return Q(person__name__in=wanted) | Q(person__staff_number__in=wanted)


_ROSTER = ("key", "name", "person_id", "unit_id")


def _listed(rows: Iterable[tuple[str, str, int | None, int]]) -> dict[str, Found | None]:
    """By key, and by name; nothing for a name that several rows have."""
    by_name: defaultdict[str, set[Found]] = defaultdict(set)
    by_key: dict[str, Found | None] = {}
    for key, name, person, unit in rows:
        assert person is not None
        by_key[key] = (person, unit)
        by_name[name].add((person, unit))
    named = {
        name: next(iter(found)) if len(found) == 1 else None for name, found in by_name.items()
    }
    return named | by_key
