"""A fixed cast for the tests of the platform, in two districts of one city.

云山区榕荫小学: the teacher 林晓棠, the colleague 陈敏, the workshop leader 陈国安, the lead 何敏仪,
the clerk 沈一鸣; 珠岸中学: the other lead 赵启明; 云山区: the officer 梁卓然 and the panel's
reviewer 邓启文; 海屿区: the outsider 许岚 and the far lead 罗秋月.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kaocheng.access.actor import Actor, By
from kaocheng.queries.actor import appointments_today
from kaocheng.records.models import Account, Appointment, Person, Unit, UnitPast

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)  # a Friday, ten in the morning in China
PASSWORD = "Banyan-2026-shade"


@dataclass(frozen=True)
class Cast:
    city: Unit
    district: Unit
    town: Unit
    school: Unit
    group: Unit
    other_school: Unit
    other_district: Unit
    far_school: Unit
    panel: Unit
    teacher: Person
    colleague: Person
    workshop_leader: Person
    lead: Person
    clerk: Person
    officer: Person
    city_officer: Person
    reviewer: Person
    outsider: Person
    other_lead: Person
    far_lead: Person
    system_admin: Person
    security_admin: Person
    audit_admin: Person


def unit(name: str, kind: str, parent: Unit | None = None, keeper: Unit | None = None) -> Unit:
    made = Unit(
        name=name, kind=kind, parent=parent, keeper=keeper, pinyin=name, opens_on=date(2000, 9, 1)
    )
    made.save()
    made.path = f"{parent.path if parent else ''}{made.pk:012d}/"
    made.save(update_fields=["path"])
    UnitPast(
        unit=made, starts_on=made.opens_on, kind=kind, name=name, parent=parent, path=made.path
    ).save()
    return made


def person(name: str, login: str, role: str, where: Unit, *, account: bool = True) -> Person:
    made = Person(name=name, pinyin=login, staff_number=f"T-{login}")
    made.save()
    Appointment(person=made, role=role, unit=where, starts_on=date(2020, 9, 1)).save()
    if account:
        keys = Account(login=login, person=made, must_change_password=False)
        keys.set_password(PASSWORD)
        keys.save()
    return made


def appoint(who: Person, role: str, where: Unit, *, starts: int, ends: int | None = None) -> None:
    """They hold the role there besides, from and to so many days from today."""
    today = NOW.date()
    Appointment(
        person=who,
        role=role,
        unit=where,
        starts_on=today + timedelta(days=starts),
        ends_on=None if ends is None else today + timedelta(days=ends),
    ).save()


def administers(cast: Cast, *, starts: int, ends: int | None = None) -> None:
    """The teacher is audit administrator besides."""
    appoint(cast.teacher, "audit_admin", cast.city, starts=starts, ends=ends)


def make_cast() -> Cast:
    city = unit("花城市", "city")
    district = unit("云山区", "district", city)
    town = unit("榕镇", "town", district)
    school = unit("榕荫小学", "school", town)
    group = unit("数学组", "group", school)
    other_school = unit("珠岸中学", "school", town)
    other_district = unit("海屿区", "district", city)
    far_school = unit("海屿二小", "school", other_district)
    panel = unit("云山区研训指导团队", "panel", keeper=district)
    return Cast(
        city=city,
        district=district,
        town=town,
        school=school,
        group=group,
        other_school=other_school,
        other_district=other_district,
        far_school=far_school,
        panel=panel,
        teacher=person("林晓棠", "linxiaotang", "member", group),
        colleague=person("陈敏", "chenmin", "member", group),
        workshop_leader=person("陈国安", "chenguoan", "workshop_leader", group),
        lead=person("何敏仪", "heminyi", "lead", school),
        clerk=person("沈一鸣", "shenyiming", "clerk", school),
        officer=person("梁卓然", "liangzhuoran", "officer", district),
        city_officer=person("周明远", "zhoumingyuan", "officer", city),
        reviewer=person("邓启文", "dengqiwen", "reviewer", panel),
        outsider=person("许岚", "xulan", "member", far_school),
        other_lead=person("赵启明", "zhaoqiming", "lead", other_school),
        far_lead=person("罗秋月", "luoqiuyue", "lead", far_school),
        system_admin=person("方系统", "fangxitong", "system_admin", city),
        security_admin=person("安全员", "anquanyuan", "security_admin", city),
        audit_admin=person("申计", "shenji", "audit_admin", city),
    )


def account_of(who: Person) -> int:
    """The id of their account."""
    return Account.objects.get(person=who).pk


def actor(who: Person) -> Actor:
    """The person at work under their first appointment."""
    held = appointments_today(who.pk)
    account = Account.objects.filter(person=who).first()
    return Actor(
        account_id=account.pk if account else None,
        person_id=who.pk,
        name=who.name,
        held=held[0] if held else None,
        others=held,
    )


def by(who: Person, *, key: str = "", at: datetime = NOW) -> By:
    return By(actor(who), at=at, key=key, request_id="TEST")
