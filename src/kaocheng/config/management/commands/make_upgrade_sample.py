"""`manage make-upgrade-sample <folder>`: tiny data of this version, from which later ones upgrade.

Run it on a new, empty data folder when a state lands:
    KAOCHENG_DATA=<empty folder> … manage upgrade
    KAOCHENG_DATA=<the same> … manage make-upgrade-sample tests/upgrade/<state>
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kaocheng.access.actor import Actor, By, Held
from kaocheng.actions.file import store_file
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.gateways.backup import make_backup
from kaocheng.gateways.files import store
from kaocheng.records.models import Account, Appointment, Person, Unit, UnitPast

AT = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
CONTENT = b"%PDF-1.7 a lesson plan of the upgrade sample"


class Command(BaseCommand):
    help = "在空数据上造一小套样本并存下来，供以后的版本检验升级。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="样本写到哪里")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # Django's
        del args
        if Person.objects.unscoped("only whether there are any").exists():
            raise CommandError("数据文件夹不是空的，没有造样本。")
        person, held = make_people()
        actor = Actor(account_id=None, person_id=person.pk, name=person.name, held=held)
        hand_in(By(actor, at=AT), name="教案.pdf")
        make_backup(
            options["folder"].absolute(),
            address=os.environ["DATABASE_URL"],
            data=settings.DATA,
            files=store(),
            made_at=AT.isoformat(),
            program=version("kaocheng"),
            beside=(),  # a secret never goes into a repository, not even this one
        )
        self.stdout.write(f"样本写在 {options['folder']}。")


def make_people() -> tuple[Person, Held]:
    """One school with one teacher who can sign in."""
    unit = Unit(name="榕荫小学", kind="school", pinyin="rongyin", opens_on=date(2000, 9, 1))
    unit.save()
    unit.path = f"{unit.pk:012d}/"
    unit.save(update_fields=["path"])
    UnitPast(
        unit=unit, starts_on=unit.opens_on, kind=unit.kind, name=unit.name, path=unit.path
    ).save()
    person = Person(name="林晓棠", pinyin="lin xiaotang", staff_number="SX-0001")
    person.save()
    held = Appointment(person=person, role="member", unit=unit, starts_on=date(2020, 9, 1))
    held.save()
    account = Account(login="linxiaotang", person=person)
    account.set_unusable_password()
    account.save()
    return person, Held(held.pk, "member", unit.pk, "school", unit.name, unit.path)


@action("sample.hand_in")
def hand_in(act: Act, *, name: str) -> Answer:
    return Answer.of(
        store_file(act, content=CONTENT, name=name, object_kind="sample", object_id="1")
    )
