"""A city with somebody in every role, and something of everybody that could be reached for.

For every relation, and for every role's own, conflicted and frozen ones, there is a `Bundle`: one
object of each kind that belongs to the same unit and person, with marked texts in every field that
people fill in.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.test import Client

from kaocheng.access.actor import Actor
from kaocheng.records.models import (
    Account,
    Adoption,
    Appointment,
    AuditSeal,
    Person,
    Subject,
)
from tests.access.bundle import Bundle, bundle_of
from tests.access.planted import WRITTEN_IN, plant, written_numbers
from tests.access.scheme_at_work import scheme_at_work
from tests.access.stranger import FAR
from tests.access.table import APART
from tests.cast import NOW, Cast, actor, make_cast, person, unit


@dataclass
class City:
    cast: Cast
    people: dict[str, Person]  # by role
    bundles: dict[tuple[str, str], Bundle]  # by role and relation
    clients: dict[str, Client]
    # Every string that must not be read by just anybody: class and person.
    personal: dict[str, tuple[str, int]] = field(default_factory=dict)

    @cached_property
    def actors(self) -> dict[str, Actor]:
        """Everybody as they sign in, by role."""
        return {role: actor(who) for role, who in self.people.items()}

    @cached_property
    def written(self) -> dict[str, tuple[str, str]]:
        """ID numbers and phones in texts, with the letter and the number of the mark beside."""
        numbers = {bundle.number for bundle in self.bundles.values()}
        return {
            number: (letter, str(of))
            for of in numbers
            for letter in WRITTEN_IN
            for number in written_numbers(letter, of)
        }

    def bundle(self, role: str, relation: str) -> Bundle:
        return self.bundles[role, relation]

    def id_of(self, name: str, role: str = "lead/school", *, relation: str = "own") -> int:
        """What an address names, such as `entry_id`, as it stands to somebody with this role."""
        return int(str(self.bundle(role, relation).ids[name]))

    def adoption(self, role: str, *, relation: str = "own") -> Adoption:
        return Adoption.objects.unscoped("all of the test").get(
            pk=self.id_of("adoption_id", role, relation=relation)
        )

    def subjects(self, role: str, *, relation: str = "own") -> dict[str, Subject]:
        """In that adoption: T is the person themselves, S a colleague, Z the stranger."""
        rows = Subject.objects.unscoped("all of the test")
        listed = rows.filter(adoption=self.adoption(role, relation=relation))
        return {one.key[0]: one for one in listed}


def ids(rows: QuerySet[Any]) -> set[int]:
    return {row.pk for row in rows}


def make_city() -> City:
    cast = make_cast()
    other_group = unit("语文组", "group", cast.school)
    unit(FAR, "school", cast.other_district)
    people = {
        "member/group": cast.teacher,
        "member/school": person("黄静", "huangjing", "member", cast.school),
        "workshop_leader": cast.workshop_leader,
        "lead/school": cast.lead,
        "clerk/school": cast.clerk,
        "officer/town": person("冯志", "fengzhi", "officer", cast.town),
        "officer/district": cast.officer,
        "officer/city": cast.city_officer,
        "reviewer": cast.reviewer,
        "lead/group": person("孔令", "kongling", "lead", cast.group),
        "system_admin": cast.system_admin,
        "security_admin": cast.security_admin,
        "audit_admin": cast.audit_admin,
    }
    homes = {
        "same_group": (cast.group, cast.colleague),
        "same_school": (other_group, person("谢语", "xieyu", "member", other_group)),
        "other_school": (cast.other_school, person("卢远", "luyuan", "member", cast.other_school)),
        "other_district": (cast.far_school, cast.outsider),
    }
    city = City(cast, people, {}, {})
    AuditSeal(number=1, rows=[], digest="0" * 64, sealed_at=NOW).save()
    for number, one in enumerate(Person.objects.unscoped("all of the test").order_by("pk")):
        city.personal |= plant(one, number)
    fixed = {
        relation: bundle_of(number, *home, helper=cast.far_lead)
        for number, (relation, home) in enumerate(homes.items(), start=1)
    }
    for number, (role, who) in enumerate(people.items(), start=len(fixed) + 1):
        home = Appointment.objects.unscoped("all of the test").get(person=who).unit
        helper = cast.colleague if role == "member/group" else cast.far_lead
        own = city.bundles[role, "own"] = bundle_of(number, home, who, helper=helper)
        for apart, further in zip(APART, (20, 40, 60), strict=True):
            ids = scheme_at_work(number + further, home, who, helper, relation=apart)
            city.bundles[role, apart] = replace(own, number=number + further, ids=own.ids | ids)
    for role in ("helper", "half", "nobody"):
        for relation in ("own", *APART):
            city.bundles[role, relation] = city.bundles["member/group", relation]
    for role in (*people, "helper", "half", "nobody"):
        for relation, bundle in fixed.items():
            city.bundles[role, relation] = bundle
    _sign_in(city)
    return city


def _sign_in(city: City) -> None:
    for role, who in city.people.items():
        city.clients[role] = _client(who)
    city.clients["nobody"] = Client(raise_request_exception=False)
    delegation = city.bundles["member/group", "own"].ids["delegation_id"]
    city.clients["helper"] = acting_for(city.cast.colleague, delegation)
    half = person("半路", "banlu", "member", city.cast.group)
    Account.objects.filter(person=half).update(totp_secret="A" * 32, totp_confirmed_at=NOW)
    city.clients["half"] = _client(half)


def acting_for(helper: Person, delegation_id: object) -> Client:
    client = _client(helper)
    session = client.session
    session["acting_for"] = delegation_id
    session.save()
    return client


def _client(who: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Account.objects.get(person=who))
    return client
