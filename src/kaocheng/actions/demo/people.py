"""Who works where in the demo city: offices, schools, panels, a company and a township."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from kaocheng.actions.demo import places
from kaocheng.actions.demo.names import Names
from kaocheng.actions.demo.units import Units, key_of
from kaocheng.methods.pinyin import person_pinyin
from kaocheng.records.models import Appointment, Person, PersonalData, Unit
from kaocheng.records.models.appointment import AppointmentKind, Role
from kaocheng.records.models.person import PersonState

SEED = 20261127
RETIRES_AT = 60
TITLES = ((28, "二级教师"), (38, "一级教师"), (57, "高级教师"), (99, "正高级教师"))
STAFF = ((35, "科员"), (50, "四级主任科员"), (99, "一级主任科员"))
COMPANY_TITLES = ((30, "助理工程师"), (42, "工程师"), (99, "高级工程师"))


@dataclass
class Hired:
    """One person with what is kept about them and all their appointments."""

    person: Person
    data: PersonalData
    appointments: list[Appointment] = field(default_factory=list)


@dataclass
class Town:
    """Everybody who was hired, and by a word those whom the scenes name."""

    units: Units
    today: date
    names: Names
    hired: list[Hired] = field(default_factory=list)
    known: dict[str, Person] = field(default_factory=dict)
    # Names that each school or office has already: two of one name meet only where it is meant.
    taken: dict[int, set[str]] = field(default_factory=dict)


def hire_everybody(units: Units, *, today: date) -> Town:
    town = Town(units, today, Names(Random(SEED)))  # noqa: S311  # the same city each time
    _offices(town)
    for school in places.SCHOOLS:
        _school(town, school)
    _merged_school(town)
    _panels(town)
    _staff_of(town, places.COMPANY, places.COMPANY_PARTS, places.COMPANY_STAFF, "company")
    _staff_of(town, places.TOWNSHIP, places.TOWNSHIP_PARTS, places.TOWNSHIP_STAFF, "township")
    _special_cases(town)
    _number(town)
    return town


def write_people(town: Town) -> None:
    """All in five statements, whatever their number."""
    Person.objects.bulk_create([one.person for one in town.hired], batch_size=2_000)
    PersonalData.objects.bulk_create([one.data for one in town.hired], batch_size=2_000)
    Appointment.objects.bulk_create(
        [row for one in town.hired for row in one.appointments], batch_size=2_000
    )


def _offices(town: Town) -> None:
    city = town.units[places.CITY]
    for word, name, role in (
        ("city", "周明远", Role.OFFICER),
        ("system", "方立新", Role.SYSTEM_ADMIN),
        ("security", "安静怡", Role.SECURITY_ADMIN),
        ("audit", "申慧敏", Role.AUDIT_ADMIN),
    ):
        town.known[word] = _hire(town, city, role, name=name, titles=STAFF).person
    for _ in range(2):
        _hire(town, city, Role.OFFICER, titles=STAFF)
    for district, towns in places.DISTRICTS.items():
        first = "梁卓然" if district == places.DISTRICT else ""
        officer = _hire(town, town.units[district], Role.OFFICER, name=first, titles=STAFF)
        town.known.setdefault("district" if first else f"district {district}", officer.person)
        _hire(town, town.units[district], Role.OFFICER, titles=STAFF)
        for name in towns:
            named = "钟国平" if name == places.TOWN else ""
            officer = _hire(town, town.units[name], Role.OFFICER, name=named, titles=STAFF)
            if named:
                town.known["town"] = officer.person


def _school(town: Town, school: places.School) -> None:
    unit = town.units[school.name]
    is_ours = school.name == places.SCHOOL
    lead = _hire(town, unit, Role.LEAD, name="何敏仪" if is_ours else "", least=38)
    clerk = _hire(town, unit, Role.CLERK, name="沈一鸣" if is_ours else "", most=45)
    town.known[f"lead {school.name}"] = lead.person
    town.known[f"clerk {school.name}"] = clerk.person
    for number, (group, count) in enumerate(
        places.in_groups(school.teachers - 2, school.groups).items()
    ):
        there = town.units[key_of(school.name, group)]
        fixed = _fixed_names(school.name, group)
        for place in range(count):
            role = Role.WORKSHOP_LEADER if place == 0 else Role.MEMBER
            subject = town.names.dice.choice(places.SUBJECTS[group])
            hired = _hire(town, there, role, name=next(fixed, ""), subject=subject)
            if place == 0:
                town.known[f"leader {school.name}/{group}"] = hired.person
            if place == 1:
                town.known[f"teacher {school.name}/{group}"] = hired.person
        if number == 0:
            # The information officer also teaches: one switch away.
            _also(town, clerk, there, Role.MEMBER)
            clerk.person.subject = places.SUBJECTS[group][0]


def _fixed_names(school: str, group: str) -> Iterator[str]:
    """Two of the same name in one school are told apart by their groups."""
    if school != places.SCHOOL:
        return iter(())
    return iter(
        {
            "语文组": ("陈国安", "林晓棠", "陈敏", "冯桂芳"),
            "数学组": ("谭振宇", "陈敏"),
        }.get(group, ())
    )


def _merged_school(town: Town) -> None:
    """It stands until the first of September, and the scenes merge it then."""
    for group, count in places.in_groups(places.MERGED_TEACHERS, places.SMALL[:2]).items():
        there = town.units[key_of(places.MERGED, group)]
        for _ in range(count):
            subject = places.SUBJECTS[group][0]
            _hire(town, there, Role.MEMBER, subject=subject, least=30, name="")


def _panels(town: Town) -> None:
    """Research staff of the district, and teachers of its schools for whom it is a second post."""
    for district in places.DISTRICTS:
        panel = town.units[places.panel_of(district)]
        for place in range(3):
            name = "邓启文" if district == places.DISTRICT and place == 0 else ""
            hired = _hire(town, panel, Role.REVIEWER, name=name, least=35, subject="教育技术")
            if name:
                town.known["reviewer"] = hired.person
        path = town.units[district].path
        seniors = [
            one
            for one in town.hired
            if one.person.title == "高级教师"
            and one.appointments[0].role == Role.MEMBER
            and one.appointments[0].unit.path.startswith(path)
        ]
        for one in town.names.dice.sample(seniors, 5):
            _also(town, one, panel, Role.REVIEWER)


def _staff_of(town: Town, above: str, parts: tuple[str, ...], count: int, word: str) -> None:
    titles = COMPANY_TITLES if word == "company" else STAFF
    unit = town.units[above]
    town.known[f"{word} lead"] = _hire(town, unit, Role.LEAD, titles=titles, least=40).person
    town.known[f"{word} clerk"] = _hire(town, unit, Role.CLERK, titles=titles, most=40).person
    for place in range(count - 2):
        part = parts[place % len(parts)]
        role = Role.LEAD if place < len(parts) else Role.MEMBER
        hired = _hire(town, town.units[key_of(above, part)], role, titles=titles)
        town.known.setdefault(f"{word} {role} {part}", hired.person)


def _special_cases(town: Town) -> None:
    """Somebody who retired, somebody at another school for a year, somebody about to retire."""
    today = town.today
    at_school = town.units[places.SCHOOL].path
    members = [
        one
        for one in town.hired
        if one.appointments[0].role == Role.MEMBER
        and one.appointments[0].unit.path.startswith(at_school)
        and one.person not in town.known.values()
    ]
    members.sort(key=lambda one: (one.data.born_on or today, one.person.name))
    retired, helped, seconded = members[0], members[1], members[-1]
    retired.person.state = PersonState.RETIRED
    retired.person.retires_on = retired.appointments[0].ends_on = today - timedelta(days=58)
    there = town.units[key_of("谷村小学", "语文组")]
    _also(town, seconded, there, Role.MEMBER, kind=AppointmentKind.SECONDED)
    seconded.appointments[-1].reason = "支教一年"
    seconded.appointments[-1].ends_on = today + timedelta(days=240)
    town.known["seconded"] = seconded.person
    town.known["helped"] = helped.person


def _hire(
    town: Town,
    unit: Unit,
    role: str,
    *,
    name: str = "",
    subject: str = "",
    least: int = 22,
    most: int = 59,
    titles: tuple[tuple[int, str], ...] = TITLES,
) -> Hired:
    names = town.names
    gender = _gender_of(name) or names.gender()
    born = names.born(today=town.today, least=least, most=most)
    age = (town.today - born).days // 365
    person = Person(
        name=name or _free_name(town, unit, gender),
        gender=gender,
        subject=subject,
        title=next(title for limit, title in titles if age < limit),
        is_demo=True,
    )
    if name:
        _taken(town, unit).add(name)
    if age >= RETIRES_AT - 1:
        person.retires_on = date(born.year + RETIRES_AT, born.month, born.day)
    person.pinyin = person_pinyin(person.name)
    data = PersonalData(
        person=person, id_number=names.id_number(born, gender), born_on=born, phone=names.phone()
    )
    hired = Hired(person, data)
    town.hired.append(hired)
    _also(town, hired, unit, role)
    return hired


def _also(
    town: Town, hired: Hired, unit: Unit, role: str, *, kind: str = AppointmentKind.REGULAR
) -> None:
    """One more appointment, begun on a first of September after school and before this year's."""
    assert hired.data.born_on is not None
    first = hired.data.born_on.year + 23
    last = school_year_of(town.today) - 1
    if hired.appointments:
        first = max(first, hired.appointments[0].starts_on.year)
    year = town.names.dice.randint(min(max(first, last - 12), last), last)
    hired.appointments.append(
        Appointment(
            person=hired.person, unit=unit, role=role, starts_on=date(year, 9, 1), kind=kind
        )
    )


def school_year_of(day: date) -> int:
    """The year in which the school year of the day began."""
    return day.year if day.month >= 9 else day.year - 1


def _number(town: Town) -> None:
    for number, one in enumerate(town.hired, start=1):
        one.person.staff_number = f"YP{number:05d}"
        one.data.email = f"yp{number:05d}@example.invalid"


def _free_name(town: Town, unit: Unit, gender: str) -> str:
    taken = _taken(town, unit)
    while (name := town.names.name(gender)) in taken:
        pass
    taken.add(name)
    return name


def _taken(town: Town, unit: Unit) -> set[str]:
    """Of the school or office that the unit belongs to."""
    home = unit.parent if unit.kind in {"group", "department"} and unit.parent else unit
    return town.taken.setdefault(home.pk, set())


def _gender_of(name: str) -> str:
    if not name:
        return ""
    return "女" if name[1:] in {"晓棠", "敏", "敏仪", "静怡", "慧敏", "桂芳"} else "男"
