"""What a sample for upgrades holds, and how it is backed up: see `tools/upgrade_sample.py`."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from django.conf import settings

from kaocheng.access.actor import system
from kaocheng.actions.amendment import make_amendment
from kaocheng.actions.entry_write import New, write_entries
from kaocheng.actions.file import store_file
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.result import freeze_results
from kaocheng.actions.round import start_round
from kaocheng.actions.scheme import keep_scheme
from kaocheng.gateways.backup import make_backup
from kaocheng.gateways.clock import CLOCK
from kaocheng.gateways.files import store
from kaocheng.queries.adopted import adopted
from kaocheng.records.models import (
    Account,
    Adoption,
    Appointment,
    Ballot,
    BallotPaper,
    BallotVoter,
    Person,
    Review,
    Round,
    Subject,
    Unit,
    UnitPast,
)
from kaocheng.records.models.review import BallotState, ReviewState
from kaocheng.records.models.scheme import AdoptionState
from tests.cast import by

PACK = Path(__file__).resolve().parent.parent / "access" / "pack"
AT = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
CONTENT = b"%PDF-1.7 a lesson plan of the upgrade sample"
EVERY = "the sample is all there is"


def make(folder: str) -> None:
    """Fill the empty database that is set up, and back it up into the folder."""
    CLOCK.source = lambda: AT
    fill()
    make_backup(
        Path(folder),
        address=os.environ["DATABASE_URL"],
        data=settings.DATA,
        files=store(),
        made_at=AT.isoformat(),
        program=version("kaocheng"),
        beside=(),  # a secret never goes into a repository, not even this one
    )


def fill() -> None:
    """A scheme at work: adopted, amended, filled in, rated, voted on and frozen."""
    school = unit("榕荫小学", "school")
    group = unit("数学组", "group", school)
    lead = person("何敏仪", "heminyi", "lead", school)
    teacher = person("林晓棠", "linxiaotang", "member", group)
    adoption = adopt(school, lead)
    subject = Subject(
        adoption=adoption,
        roster="teacher",
        key="T1",
        name=teacher.name,
        pinyin=teacher.pinyin,
        unit=group,
        person=teacher,
        values={"id": "T1", "name": teacher.name, "unit": group.name},
    )
    subject.save()
    make_amendment(
        by(lead, at=AT),
        adoption_id=adoption.pk,
        version=1,
        why="学校反映时间太紧",
        takes_effect_on=AT.date(),
        dates={"filling.to": "2026-12-20"},
    )
    start_round(
        by(lead, at=AT), adoption_id=adoption.pk, title="2026年考核", starts_on=date(2026, 11, 2)
    )
    work = Round.objects.unscoped(EVERY).get()
    review = Review(
        round=work,
        register="rating",
        subject=subject,
        assessor=lead,
        unit=school,
        made_at=AT,
        state=ReviewState.SUBMITTED,
        submitted_at=AT,
    )
    review.save()
    hand_in(by(lead, at=AT), work=work, subject=subject, review=review)
    vote(work, teacher)
    freeze_results(by(lead, at=AT), round_id=work.pk, because="按现有材料定")


def unit(name: str, kind: str, parent: Unit | None = None) -> Unit:
    made = Unit(name=name, kind=kind, pinyin="x", opens_on=date(2000, 9, 1), parent=parent)
    made.save()
    made.path = (parent.path if parent else "") + f"{made.pk:012d}/"
    made.save(update_fields=["path"])
    UnitPast(
        unit=made, starts_on=made.opens_on, kind=kind, name=name, path=made.path, parent=parent
    ).save()
    return made


def person(name: str, login: str, role: str, where: Unit) -> Person:
    made = Person(name=name, pinyin=login, staff_number=login)
    made.save()
    Appointment(person=made, role=role, unit=where, starts_on=date(2020, 9, 1)).save()
    account = Account(login=login, person=made)
    account.set_unusable_password()
    account.save()
    return made


def adopt(school: Unit, lead: Person) -> Adoption:
    adoption = Adoption(
        unit=school,
        scheme_id=keep_scheme(system(AT), folder=PACK).id,
        title="教师考勤考核",
        state=AdoptionState.IN_FORCE,
        holders={"教师": [{"how": "subject"}], "学校": [{"how": "role", "role": "lead"}]},
        sources={"teacher": {"from": "rows"}},
        made_at=AT,
        approved_at=AT,
        approved_by=lead,
    )
    adoption.save()
    return adoption


@action("sample.hand_in")
def hand_in(act: Act, *, work: Round, subject: Subject, review: Review) -> Answer:
    """A file, an entry of a register, and a mark."""
    found = adopted(work.adoption)
    leave = {"teacher": "T1", "on": "2026-11-20", "days": "1", "why": "病"}
    mark = {"teacher": "T1", "mark": "33"}
    write_entries(act, found, "leave", [New(leave, subject.unit, subject)])
    write_entries(act, found, "rating", [New(mark, subject.unit, subject, review=review)])
    return Answer.of(
        store_file(act, content=CONTENT, name="教案.pdf", object_kind="sample", object_id="1")
    )


def vote(work: Round, voter: Person) -> None:
    ballot = Ballot(
        round=work,
        title="民主测评",
        unit=work.unit,
        opened_at=AT,
        state=BallotState.CLOSED,
        closed_at=AT,
        members=1,
        present=1,
        sent_out=1,
        came_back=1,
        valid=1,
        in_favour=1,
    )
    ballot.save()
    BallotVoter(ballot=ballot, person=voter, has_voted=True).save()
    BallotPaper(pk=UUID(int=7), ballot=ballot, values={"vote": {"answer": "for"}}).save()
