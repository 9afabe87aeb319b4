"""Who may assess whom in a round: bearers of the titles, peers, and the ties that forbid it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from kaocheng.access.holding import Holding, Owner, office_role
from kaocheng.access.task import OFFICE, sharing
from kaocheng.methods.holders import Holder, How
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.review_roles import Roles
from kaocheng.queries.titles import titles_in
from kaocheng.records.models import Appointment, Person, Subject

WHY = "who may assess whom decides about access itself"


@dataclass(frozen=True)
class Post:
    """One appointment of today."""

    person_id: int
    unit_id: int
    unit_path: str
    role: str


def rating_holders(found: Adopted, register: str) -> tuple[Holder, ...]:
    """Whom the scheme lets write in the register, as the adoption's table says."""
    phrases = found.register(register).entered_by
    titles = [title for phrase in phrases for title in titles_in(phrase)]
    return tuple(dict.fromkeys(one for title in titles for one in found.holders(title)))


def is_self(found: Adopted, roles: Roles, subject: Subject) -> bool:
    """Whether the subject assesses itself: in person, or by whoever leads the unit that it is."""
    if roles.is_peer:
        return False
    return any(
        holder.how == How.SUBJECT
        or (
            holder.how == How.ROLE
            and bool(holder.kind)
            and subject.person_id is None
            and not is_of_people(found, subject.roster)
            and holder.kind == subject.unit.kind
        )
        for holder in rating_holders(found, roles.register.id)
    )


def is_of_people(found: Adopted, roster: str) -> bool:
    """Whether the rows of the roster are people: their names are personal data."""
    register = found.register(roster)
    return bool(register.name) and register.fields[register.name].personal


class Raters:
    """Everything by which assessors are found and told apart, read once for many subjects.

    `below`: the path of the unit for whose subjects they are asked for, and to which those belong
    who may be chosen without a title; empty for all.
    """

    def __init__(self, found: Adopted, register: str, *, on: date, below: str = "") -> None:
        self.found = found
        self.below = below
        self.roles = Roles.of(found.pack, found.register(register))
        self.on = on
        self.holding = Holding(found.adoption)

    @cached_property
    def posts(self) -> dict[int, list[Post]]:
        """The appointments of today by person, of everybody who is listed or bears a title."""
        rows = Appointment.objects.unscoped(WHY).filter(
            Q(ends_on=None) | Q(ends_on__gt=self.on), starts_on__lte=self.on
        )
        wanted = Q(person__in={one.person_id for one in self.listed if one.person_id})
        wanted |= Q(unit__in={*self.holding.units, *self._panels})
        found: defaultdict[int, list[Post]] = defaultdict(list)
        fields = ("person_id", "unit_id", "unit__path", "role")
        for row in rows.filter(wanted).order_by("pk").values_list(*fields):
            found[row[0]].append(Post(*row))
        return found

    @cached_property
    def _panels(self) -> set[int]:
        kept = {pk for panels in self.holding.panels.values() for pk in panels}
        named = rating_holders(self.found, self.roles.register.id)
        return kept | {one.panel for one in named if one.panel}

    @cached_property
    def listed(self) -> list[Subject]:
        """The rows of all rosters that are people of ours, or units, in the order of their keys."""
        rows = Subject.objects.unscoped(WHY).filter(adoption=self.found.adoption, has_left=False)
        return list(rows.select_related("unit").order_by("roster", "key", "pk"))

    @cached_property
    def rows_of(self) -> dict[int, list[Subject]]:
        found: defaultdict[int, list[Subject]] = defaultdict(list)
        for row in self.listed:
            if row.person_id is not None:
                found[row.person_id].append(row)
        return found

    def subjects(self) -> list[Subject]:
        rows = (row for row in self.listed if row.roster == self.roles.roster)
        return [row for row in rows if row.unit.path.startswith(self.below)]

    def _belongs(self, row: Subject) -> bool:
        """Whether somebody listed works below `below`, or in a panel that is kept there."""
        if row.unit.path.startswith(self.below):
            return True
        keepers = self.holding.panels.items()
        own = int(self.below.rstrip("/").rpartition("/")[2])
        panels = {pk for keeper, kept in keepers if keeper == own for pk in kept}
        return any(
            post.unit_path.startswith(self.below) or post.unit_id in panels
            for post in self.posts.get(row.person_id or 0, ())
        )

    def row(self, person_id: int) -> Subject | None:
        """The row of the list in which assessors are named, where the table names them so."""
        roster = self.rater_roster
        own = [one for one in self.rows_of.get(person_id, ()) if one.roster == roster]
        if own:
            return own[0]
        units = {post.unit_id for post in self.posts.get(person_id, ()) if post.role in OFFICE}
        return next(
            (
                one
                for one in self.listed
                if one.roster == roster and one.person_id is None and one.unit_id in units
            ),
            None,
        )

    @property
    def rater_roster(self) -> str:
        """The roster in which assessors stand, empty where they are only named."""
        described = self.roles.register.fields.get(self.roles.assessor)
        kinds = {one.id for one in self.found.rosters}
        return described.type if described and described.type in kinds else ""

    def bearers(self, subject: Subject) -> list[int]:
        """Ids of the people who bear the title for the subject, without repetition.

        Where nobody bears it the office answers for the gap, but does not assess in their place.
        """
        holders = rating_holders(self.found, self.roles.register.id)
        owners = self.holding.owners(holders, subject)
        if owners == (self.holding.office,) and not any(map(_is_of_office, holders)):
            return []
        people: list[int] = []
        for owner in owners:
            people += self.people_of(owner)
        return list(dict.fromkeys(people))

    def people_of(self, owner: Owner) -> list[int]:
        """The person, or whoever holds the role itself in the unit; else who shares its work."""
        if owner.person_id is not None:
            return [owner.person_id]
        here = self._by_unit.get(owner.unit_id, [])
        exact = [post.person_id for post in here if post.role == owner.role]
        return exact or [post.person_id for post in here if post.role in sharing(owner.role)]

    @cached_property
    def _by_unit(self) -> dict[int, list[Post]]:
        found: defaultdict[int, list[Post]] = defaultdict(list)
        for posts in self.posts.values():
            for post in posts:
                found[post.unit_id].append(post)
        return found

    def candidates(self, subject: Subject) -> list[int]:
        """Whom the office may choose: peers, those of the assessors' list, bearers of the title."""
        if self.roles.is_peer:
            peers = [self._speaks_for(one) for one in self.subjects() if one.pk != subject.pk]
            return list(dict.fromkeys(one for one in peers if one is not None))
        listed = [
            one.person_id
            for one in self.listed
            if one.roster == self.rater_roster
            if one.person_id is not None and self._belongs(one)
        ]
        return list(dict.fromkeys([*self.bearers(subject), *listed]))

    def _speaks_for(self, subject: Subject) -> int | None:
        """The person of a row; of a row that is a unit, its head."""
        if subject.person_id is not None or is_of_people(self.found, subject.roster):
            return subject.person_id
        owner = Owner(subject.unit_id, role=office_role(subject.unit.kind))
        return next(iter(self.people_of(owner)), None)

    def peers(self, *, within_units: bool) -> list[list[tuple[Subject, int]]]:
        """Those who can assess each other, in groups: of one unit, or all together."""
        groups: defaultdict[int, list[tuple[Subject, int]]] = defaultdict(list)
        for subject in self.subjects():
            person = self._speaks_for(subject)
            if person is not None:
                groups[subject.unit_id if within_units else 0].append((subject, person))
        return list(groups.values())

    def tie(self, subject: Subject, person_id: int) -> str:
        """Why the person must not assess the subject; empty where nothing stands against it."""
        if is_self(self.found, self.roles, subject):
            return ""
        if subject.person_id == person_id:
            return "是本人"
        for row in self.rows_of.get(person_id, ()):
            fields = self.found.pack.registers[row.roster].fields
            if any(
                one.type == subject.roster and row.values.get(name) == subject.key
                for name, one in fields.items()
            ):
                return f"是本人所在的{self.found.pack.registers[subject.roster].title}"
        is_unit = subject.person_id is None and not is_of_people(self.found, subject.roster)
        if is_unit and subject.unit_id != self.found.adoption.unit_id:
            path = subject.unit.path
            if any(post.unit_path.startswith(path) for post in self.posts.get(person_id, ())):
                return "是本人所在单位"
        return ""

    def is_near(self, subject: Subject, person_id: int) -> bool:
        """Whether both are in one unit: allowed, but told."""
        return any(post.unit_id == subject.unit_id for post in self.posts.get(person_id, ()))


def _is_of_office(holder: Holder) -> bool:
    """Whether a title may be meant to be the adopting unit's office."""
    return holder.how in {How.OUTSIDE, How.ROLE}


def names_of(person_ids: Iterable[int]) -> Mapping[int, Person]:
    return Person.objects.unscoped(WHY).in_bulk(tuple(person_ids))


def listed_options(found: Adopted, rosters: Iterable[str]) -> dict[str, Sequence[tuple[str, str]]]:
    """(key, name) of the rows of rosters that a form offers, by roster."""
    rows: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    wanted = tuple(rosters)
    if wanted:
        subjects = Subject.objects.unscoped("what a form of the scheme offers to choose").filter(
            adoption=found.adoption, roster__in=wanted, has_left=False
        )
        for roster, key, name in subjects.order_by("roster", "key").values_list(
            "roster", "key", "name"
        ):
            rows[roster].append((key, name))
    return dict(rows)
