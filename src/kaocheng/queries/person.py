"""People as pages show them: a unit's list, one person with their appointments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q

from kaocheng.access.actor import Actor
from kaocheng.access.grants import Permission, Reach
from kaocheng.access.person import people_kept, people_to_move, personal_data
from kaocheng.access.scope import one, units
from kaocheng.access.unit import appointments
from kaocheng.formats.out_table import OutColumn, OutTable
from kaocheng.formats.roster_entries import field_title
from kaocheng.methods.identity import masked_phone
from kaocheng.queries.found import named_like
from kaocheng.records.models import Account, Appointment, Person, PersonalData, RosterImport, Unit
from kaocheng.records.models.person import PersonState
from kaocheng.records.models.unit import UnitKind
from kaocheng.records.scoped import OwnedQuerySet

PAGE = 50


@dataclass(frozen=True)
class Filters:
    """What the reader has chosen; the state is 在岗 unless said otherwise."""

    typed: str = ""
    group: int | None = None
    role: str = ""
    state: str = PersonState.ACTIVE
    subject: str = ""


@dataclass(frozen=True)
class Post:
    """An appointment as it is shown beside its person."""

    id: int
    unit_id: int
    unit: str
    unit_kind: str
    role: str
    kind: str
    starts_on: date
    ends_on: date | None
    reason: str
    may_change: bool = False


@dataclass(frozen=True)
class PersonLine:
    """`beside`: the group in brackets, where another of the unit has the same name."""

    id: int
    name: str
    beside: str
    staff_number: str
    subject: str
    title: str
    state_label: str
    state: str
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class PeoplePage:
    unit: Unit
    lines: tuple[PersonLine, ...]
    page: Page[Person]
    filters: Filters
    groups: tuple[tuple[int, str], ...]
    subjects: tuple[str, ...]
    may_manage: bool
    may_import: bool


def people_page(
    actor: Actor, unit_id: int, filters: Filters, *, number: int | str, on: date
) -> PeoplePage:
    """The people of a unit and of what is under it, sorted as a printed roster is."""
    unit = one(units(actor, Permission.SEE_UNIT).select_related("keeper"), unit_id)
    rows = people_under(actor, unit, filters, on=on)
    page = Paginator(rows.order_by("pinyin", "id"), PAGE).get_page(number)
    everybody = people_under(actor, unit, Filters(), on=on)
    groups = units(actor, Permission.SEE_UNIT).filter(
        parent=unit, kind__in=(UnitKind.GROUP, UnitKind.DEPARTMENT), closes_on=None
    )
    subjects = everybody.exclude(subject="").values_list("subject", flat=True).distinct()
    within = units(actor, Permission.MANAGE_PEOPLE).filter(pk=unit.pk, closes_on=None)
    is_managed = within.exists()
    return PeoplePage(
        unit=unit,
        lines=_lines(list(page.object_list), unit, everybody, on=on),
        page=page,
        filters=filters,
        groups=tuple((row.pk, row.name) for row in groups.order_by("pinyin", "id")),
        subjects=tuple(subjects.order_by("subject")),
        may_manage=is_managed,
        may_import=is_managed and actor.may(Permission.IMPORT_ROSTER),
    )


def people_under(actor: Actor, unit: Unit, filters: Filters, *, on: date) -> OwnedQuerySet[Person]:
    """Whoever works there on the day; of the retired and those who left, whoever worked there."""
    posts = Appointment.objects.unscoped("a condition inside a scoped query").filter(
        person=OuterRef("pk"), unit__path__startswith=unit.path
    )
    if filters.group is not None:
        posts = posts.filter(unit=filters.group)
    if filters.role:
        posts = posts.filter(role=filters.role)
    if filters.state == PersonState.ACTIVE:
        posts = posts.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)
    rows = people_kept(actor, Permission.SEE_PEOPLE, on=on)
    rows = rows.filter(Exists(posts), state=filters.state)
    if filters.subject:
        rows = rows.filter(subject=filters.subject)
    return named_like(rows, filters.typed)


def _lines(
    people: Sequence[Person], unit: Unit, everybody: OwnedQuerySet[Person], *, on: date
) -> tuple[PersonLine, ...]:
    posts = _posts_of([person.pk for person in people], unit, on=on)
    names = [person.name for person in people]
    double = set(
        everybody.filter(name__in=names)
        .order_by()
        .values("name")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
        .values_list("name", flat=True)
    )
    return tuple(
        PersonLine(
            id=person.pk,
            name=person.name,
            beside=posts[person.pk][0].unit if person.name in double and posts[person.pk] else "",
            staff_number=person.staff_number,
            subject=person.subject,
            title=person.title,
            state=person.state,
            state_label=PersonState(person.state).label,
            posts=tuple(posts[person.pk]),
        )
        for person in people
    )


def _posts_of(people: Sequence[int], unit: Unit, *, on: date) -> dict[int, list[Post]]:
    """Appointments of these people under the unit: those that hold, or else the last ones."""
    rows = (
        Appointment.objects.unscoped("of people who were fetched under their scope")
        .filter(person__in=people, unit__path__startswith=unit.path)
        .select_related("unit")
        .order_by("starts_on", "id")
    )
    every: dict[int, list[Post]] = defaultdict(list)
    for row in rows:
        every[row.person_id].append(_post(row))
    shown: dict[int, list[Post]] = defaultdict(list)
    for person, posts in every.items():
        holding = [post for post in posts if post.starts_on <= on and _is_open(post, on)]
        shown[person] = holding or posts[-1:]
    return shown


def _is_open(post: Post, on: date) -> bool:
    return post.ends_on is None or post.ends_on > on


def _post(row: Appointment, *, may_change: bool = False) -> Post:
    return Post(
        id=row.pk,
        unit_id=row.unit_id,
        unit=row.unit.name,
        unit_kind=row.unit.kind,
        role=row.role,
        kind=row.kind,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        reason=row.reason,
        may_change=may_change,
    )


@dataclass(frozen=True)
class PersonalPage:
    """Personal data as the reader may see it; masked where they may not."""

    is_open: bool
    id_number: str
    has_id_number: bool
    phone: str
    email: str
    born_on: date | None


@dataclass(frozen=True)
class PersonPage:
    person: Person
    state_label: str
    posts: tuple[Post, ...]
    personal: PersonalPage
    login: str
    may_correct: bool
    may_move: bool
    may_hand_over: bool
    home: Post | None


def person_page(actor: Actor, person_id: int, *, on: date) -> PersonPage:
    """One person with their appointments over time, the newest first."""
    person = one(people_kept(actor, Permission.SEE_PEOPLE, on=on), person_id)
    changeable = set(
        appointments(actor, Permission.MANAGE_PEOPLE)
        .filter(person=person)
        .values_list("pk", flat=True)
    )
    rows = (
        Appointment.objects.unscoped("of a person who was fetched under their scope")
        .filter(person=person)
        .select_related("unit")
        .order_by("-starts_on", "-id")
    )
    posts = tuple(
        _post(row, may_change=row.pk in changeable and person.pk != actor.person_id) for row in rows
    )
    holding = [post for post in posts if post.starts_on <= on and _is_open(post, on)]
    managed = people_kept(actor, Permission.MANAGE_PEOPLE, on=on).filter(pk=person.pk)
    account = Account.objects.filter(person=person).first()
    may_correct = managed.exists()
    return PersonPage(
        person=person,
        state_label=PersonState(person.state).label,
        posts=posts,
        personal=_personal(actor, person, on=on),
        login=account.login if account else "",
        may_correct=may_correct,
        may_move=people_to_move(actor, on=on).filter(pk=person.pk).exists(),
        may_hand_over=actor.may(Permission.HAND_OVER)
        and (may_correct or person.pk == actor.person_id),
        home=holding[-1] if holding else None,
    )


def _personal(actor: Actor, person: Person, *, on: date) -> PersonalPage:
    seen = personal_data(actor, on=on).filter(person=person).first()
    data = seen or PersonalData.objects.filter(person=person).first() or PersonalData()
    may_see = people_kept(actor, Permission.SEE_PERSONAL_DATA, on=on).filter(pk=person.pk).exists()
    return PersonalPage(
        is_open=may_see,
        has_id_number=bool(data.id_number),
        id_number=data.id_number if may_see else "",
        phone=data.phone if may_see else masked_phone(data.phone),
        email=data.email if may_see else "",
        born_on=data.born_on if may_see else None,
    )


_EXPORTED = ("name", "staff_number", "gender", "subject", "title")
_EXPORTED_PERSONAL = ("id_number", "phone", "email", "born_on")


def roster_table(actor: Actor, unit_id: int, filters: Filters, *, on: date) -> OutTable:
    """The list as a table to take away: only the columns and values that the reader may see."""
    unit = one(units(actor, Permission.SEE_UNIT), unit_id)
    people = list(people_under(actor, unit, filters, on=on).order_by("pinyin", "id"))
    posts = _posts_of([person.pk for person in people], unit, on=on)
    data = {row.person_id: row for row in personal_data(actor, on=on).filter(person__in=people)}
    has_personal = bool(data) and bool(actor.reaches(Permission.SEE_PERSONAL_DATA) - {Reach.OWN})
    columns = ["unit", "group", *_EXPORTED, "role", "starts_on"]
    columns += _EXPORTED_PERSONAL if has_personal else ()
    above = _names_above(posts.values())
    rows = [
        _row(person, posts[person.pk], data.get(person.pk), above, columns) for person in people
    ]
    return OutTable(
        name="花名册",
        title=f"{unit.name}花名册",
        columns=tuple(OutColumn(name, field_title(name)) for name in columns),
        rows=tuple(rows),
    )


def _names_above(posts: Iterable[Sequence[Post]]) -> dict[int, str]:
    """The school of each group."""
    groups = {post.unit_id for some in posts for post in some if post.unit_kind == UnitKind.GROUP}
    rows = Unit.objects.unscoped("of units that are within reach").filter(pk__in=groups)
    return {row.pk: row.parent.name for row in rows.select_related("parent") if row.parent}


def _row(
    person: Person,
    posts: Sequence[Post],
    data: PersonalData | None,
    above: dict[int, str],
    columns: Sequence[str],
) -> tuple[str | date | None, ...]:
    post = posts[0] if posts else None
    is_group = post is not None and post.unit_id in above
    values: dict[str, str | date | None] = {name: getattr(person, name) for name in _EXPORTED}
    if post is not None:
        values["unit"] = above[post.unit_id] if is_group else post.unit
        values["group"] = post.unit if is_group else ""
        values["role"] = _ROLE_WORDS.get(post.role, post.role)
        values["starts_on"] = post.starts_on
    if data is not None:
        values |= {name: getattr(data, name) for name in _EXPORTED_PERSONAL}
    return tuple(values.get(name) for name in columns)


# Words that the import reads back as the same role.
_ROLE_WORDS = {
    "member": "教师",
    "workshop_leader": "坊主",
    "lead": "负责人",
    "clerk": "信息员",
    "officer": "工程办",
    "reviewer": "评审专家",
}


@dataclass(frozen=True)
class FirstSignIn:
    """A line of the sheet that is handed out: whose account, and its login name."""

    name: str
    unit: str
    login: str


def first_sign_ins(row: RosterImport) -> tuple[FirstSignIn, ...]:
    """Accounts that the import opened and that nobody has used yet, unit by unit.

    Whoever asks has fetched the import through its door.
    """
    accounts = Account.objects.filter(
        person__in=row.added, must_change_password=True, last_login=None
    ).select_related("person")
    posts = Appointment.objects.unscoped("of people whom this import added").filter(
        person__in=row.added
    )
    units_of = {post.person_id: post.unit.name for post in posts.select_related("unit")}
    found = [
        (units_of.get(one.person_id, ""), one.person.pinyin, one.person.name, one.login)
        for one in accounts
    ]
    return tuple(FirstSignIn(name, unit, login) for unit, _, name, login in sorted(found))
