"""A plan of an import, written with few statements: for any number of people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection
from django.db.models import F

from kaocheng.actions.appointment import end_now, may_end
from kaocheng.actions.open_account import open_accounts
from kaocheng.actions.perform import Act, digest
from kaocheng.actions.unit import open_unit
from kaocheng.methods.pinyin import person_pinyin
from kaocheng.queries.roster import Changed, New, Plan, Target
from kaocheng.queries.roster_state import State
from kaocheng.records.copying import copy_in
from kaocheng.records.models import Appointment, Person, PersonalData, Unit
from kaocheng.records.models.person import PersonState
from kaocheng.records.models.unit import UnitKind

PLAIN = ("name", "staff_number", "gender", "subject", "title")
PERSONAL = ("id_number", "phone", "email", "born_on")
BATCH = 4_000
REASON = "花名册导入"


class Writer:
    """Writes one plan in the transaction of its action."""

    def __init__(self, act: Act, unit: Unit, state: State, *, on: date, seed: str) -> None:
        self.act, self.unit, self.state, self.on, self.seed = act, unit, state, on, seed
        self.groups: dict[tuple[int, str], int] = {}

    def write(self, plan: Plan, *, leavers: Iterable[int]) -> list[int]:
        """Everything of the plan, or nothing; the ids of the people who were added."""
        self._open_groups(plan.groups)
        added = self._add(plan.new)
        self._change(plan.changed)
        self._let_go([member.id for member in plan.leaving if member.id in set(leavers)])
        return [person.pk for person in added]

    def _open_groups(self, groups: Sequence[tuple[int, str]]) -> None:
        schools = Unit.objects.unscoped("fetched with the state").in_bulk(
            {unit for unit, _ in groups}
        )
        for unit, name in groups:
            kind = UnitKind.GROUP if schools[unit].kind == UnitKind.SCHOOL else UnitKind.DEPARTMENT
            new = open_unit(self.act, schools[unit], kind, name, on=self.on, reason=REASON)
            self.groups[unit, name] = new.pk

    def _add(self, new: Sequence[New]) -> list[Person]:
        people = [
            Person(
                **{name: one.entry.text(name) for name in PLAIN},
                pinyin=person_pinyin(one.entry.text("name")),
                is_demo=self.unit.is_demo,
            )
            for one in new
        ]
        copy_in(people)
        copy_in(
            [
                PersonalData(
                    person=person,
                    id_number=one.entry.text("id_number"),
                    phone=one.entry.text("phone"),
                    email=one.entry.text("email"),
                    born_on=one.entry.day("born_on"),
                )
                for person, one in zip(people, new, strict=True)
            ]
        )
        self._start(
            [
                (person.pk, one.role, one.target, one.entry.day("starts_on") or self.on)
                for person, one in zip(people, new, strict=True)
            ]
        )
        open_accounts(self.act, people, seed=self.seed)
        for person, one in zip(people, new, strict=True):
            self.act.audit(person, imported="new", unit=one.target.unit_id, role=one.role)
        return people

    def _change(self, changed: Sequence[Changed]) -> None:
        rows = []
        for one in changed:
            new = {name: one.values.get(name, one.member.values[name]) for name in PLAIN}
            state = PersonState.ACTIVE if one.comes_back else one.member.state
            pinyin = person_pinyin(str(new["name"]))
            rows.append((one.member.id, *new.values(), pinyin, str(state)))
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_UPDATE, [list(column) for column in zip(*rows, strict=True)])
                assert cursor.rowcount == len(rows), "they were read in this transaction"
        self._change_personal([one for one in changed if one.values.keys() & set(PERSONAL)])
        self._end({pk for one in changed for pk in one.end})
        self._start(
            [
                (one.member.id, one.start, one.target, one.entry.day("starts_on") or self.on)
                for one in changed
                if one.start
            ],
            not_before=self.on,
        )
        for one in changed:
            person = Person(pk=one.member.id, version=one.member.version + 1)
            digests = {name: digest(value) for name, value in one.values.items()}
            self.act.audit(person, imported="changed", digests=digests, role=one.start)

    def _change_personal(self, changed: Sequence[Changed]) -> None:
        rows = [
            PersonalData(
                person_id=one.member.id,
                **{
                    name: one.values.get(name, one.member.values[name]) or None
                    if name == "born_on"
                    else one.values.get(name, one.member.values[name])
                    for name in PERSONAL
                },
            )
            for one in changed
        ]
        PersonalData.objects.bulk_create(
            rows,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["person"],
            update_fields=list(PERSONAL),
        )

    def _start(
        self, starting: Sequence[tuple[int, str, Target, date]], *, not_before: date | None = None
    ) -> None:
        copy_in(
            [
                Appointment(
                    person_id=person,
                    role=role,
                    unit_id=self._unit_id(target),
                    starts_on=max(starts_on, not_before) if not_before else starts_on,
                    reason=REASON,
                )
                for person, role, target, starts_on in starting
            ]
        )

    def _unit_id(self, target: Target) -> int:
        return self.groups.get((target.unit_id, target.new_group), target.unit_id)

    def _end(self, ids: set[int]) -> None:
        rows = Appointment.objects.unscoped("read with the state").filter(pk__in=ids)
        rows.filter(starts_on__gte=self.on).delete()
        rows.filter(starts_on__lt=self.on).update(ends_on=self.on, version=F("version") + 1)

    def _let_go(self, ids: Sequence[int]) -> None:
        """Their appointments under the unit end; who has no other left is gone from here."""
        jobs = Appointment.objects.unscoped("read with the state").filter(
            pk__in=[job.id for pk in ids for job in self.state.members[pk].jobs]
        )
        for row in jobs.select_related("unit", "person").order_by("pk"):
            may_end(self.act, row)
            end_now(self.act, row, on=self.on, reason="不在花名册")
        others = Appointment.objects.unscoped("whether they work elsewhere").filter(
            person__in=list(ids), ends_on=None
        )
        gone = Person.objects.unscoped("read with the state").filter(pk__in=list(ids))
        gone = gone.exclude(pk__in=others.values("person"))
        gone.update(state=PersonState.LEFT, version=F("version") + 1)
        for pk in ids:
            person = Person(pk=pk, version=self.state.members[pk].version + 1)
            self.act.audit(person, imported="left")


_UPDATE = """
update records_person as person set
    name = new.name, staff_number = new.staff_number, gender = new.gender,
    subject = new.subject, title = new.title, pinyin = new.pinyin, state = new.state,
    version = person.version + 1
from unnest(
    %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::text[]
) as new(id, name, staff_number, gender, subject, title, pinyin, state)
where person.id = new.id
"""
