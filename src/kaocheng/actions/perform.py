"""How every write happens: one transaction, done once, under the right version, audited.

@action("unit.rename")
def rename_unit(act: Act, *, unit_id: int, name: str, version: int) -> Answer:
    unit = act.lock(units(act.actor, Permission.MANAGE_UNITS), unit_id)
    unit.name = name
    act.keep(unit, "name", version=version)
    return Answer.of(unit)

rename_unit(by, unit_id=7, name="榕荫小学", version=3)
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from django.conf import settings
from django.db import OperationalError, models, transaction

from kaocheng.access.actor import Actor, By
from kaocheng.access.refusal import NotYours, Refused, Stale
from kaocheng.records.claiming import claim_once, keep_answer
from kaocheng.records.copying import copy_in
from kaocheng.records.models import AuditRow, DoneOnce, Job, Person
from kaocheng.records.scoped import Owned, OwnedQuerySet

P = ParamSpec("P")
Row = TypeVar("Row", bound=Owned)

# Serialization failure and deadlock: nothing was done, so doing it again is safe.
RETRIED = {"40001", "40P01"}
MOST_TRIES = 5
# From here on COPY is worth its three statements more.
MANY_ROWS = 200

# Called after a commit that wrote jobs; set by the runner of this process.
doorbell: list[Callable[[], None]] = []


@dataclass(frozen=True)
class Answer:
    """What an action says when it is done; kept, and said again when it is asked again."""

    kind: str
    id: str
    version: int | None = None
    # What the reader is told, as an id of the catalogue with its values; may be empty.
    said: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, row: models.Model, said: str = "", **values: object) -> Self:
        version = getattr(row, "version", None)
        return cls(kind_of(row), str(row.pk), version, said, values)


class Act:
    """A running action: what it may do, and what it has to leave behind."""

    def __init__(self, by: By, name: str) -> None:
        self.by = by
        self.name = name
        self.audit_rows: list[AuditRow] = []
        self.jobs: list[Job] = []

    @property
    def actor(self) -> Actor:
        return self.by.actor

    @property
    def at(self) -> datetime:
        return self.by.at

    def lock(self, rows: OwnedQuerySet[Row], row_id: object) -> Row:
        """The row out of those within reach, locked; refused as not existing otherwise."""
        row = rows.filter(pk=row_id).select_for_update(of=("self",)).first()
        if row is None:
            raise NotYours
        return row

    def keep(self, row: Owned, *fields: str, version: int | None = None, **audit: object) -> None:
        """Write the fields if the row still has the version that the reader saw.

        `version` is what the form was filled from; without it, what was just read counts.
        `audit` is written beside the names of the fields; personal data only by `digest`.
        """
        seen = row.version if version is None else version
        values: dict[str, Any] = {name: getattr(row, name) for name in fields}
        kept = (
            type(row)
            .objects.unscoped("the row was fetched under its scope")
            .filter(pk=row.pk, version=seen)
            .update(**values, version=seen + 1)
        )
        if not kept:
            raise self._stale(row, fields)
        row.version = seen + 1
        self.audit(row, fields=sorted(fields), **audit)

    def make(self, row: models.Model, **audit: object) -> None:
        """Insert the row."""
        row.save(force_insert=True)
        self.audit(row, **audit)

    def audit(self, row: models.Model, **changes: object) -> None:
        """Leave a row of the log about the object; several are possible in one action."""
        held = self.actor.held
        helper = self.actor.helper
        self.audit_rows.append(
            AuditRow(
                at=self.at,
                action=self.name,
                account_id=self.actor.account_id,
                person_id=self.actor.person_id,
                helper_id=helper.person_id if helper else None,
                role=held.role if held else "",
                unit_path=held.unit_path if held else "",
                object_kind=kind_of(row),
                object_id=str(row.pk),
                object_version=getattr(row, "version", None),
                changes=json.loads(json.dumps(changes, default=str)),
                request_id=self.by.request_id,
            )
        )

    def job(
        self,
        kind: str,
        effect_key: str,
        *,
        after: datetime | None = None,
        title: str = "",
        **payload: object,
    ) -> Job:
        """Ask for background work; a second one with the same effect key is the first one."""
        job = Job(
            kind=kind,
            effect_key=effect_key,
            payload=payload,
            title=title,
            run_after=after or self.at,
            made_at=self.at,
            asked_by_person_id=self.actor.person_id,
        )
        self.jobs.append(job)
        return job

    def _stale(self, row: Owned, fields: tuple[str, ...]) -> Stale:
        there = (
            type(row).objects.unscoped("the other person's value is shown").filter(pk=row.pk)
        ).first()
        if there is None:
            raise NotYours
        last = (
            AuditRow.objects.filter(object_kind=kind_of(row), object_id=str(row.pk))
            .order_by("-id")
            .first()
        )
        return Stale(
            who=_name_of(last.person_id if last else None),
            when=last.at.isoformat() if last else "",
            theirs={name: getattr(there, name) for name in fields},
        )


def action(
    name: str,
) -> Callable[[Callable[Concatenate[Act, P], Answer]], Callable[Concatenate[By, P], Answer]]:
    """Make a function of an Act into an action of a By; `name` is what the log calls it."""

    def decorate(
        work: Callable[Concatenate[Act, P], Answer],
    ) -> Callable[Concatenate[By, P], Answer]:
        @functools.wraps(work)
        def ask(by: By, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
            return _until_done(lambda: _once(by, name, work, args, kwargs))

        return ask

    return decorate


def digest(value: object) -> str:
    """Personal data in the log: who knows the value can check it, nobody can read it."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()[:20]


def kind_of(row: models.Model) -> str:
    return row._meta.model_name or ""


def _until_done(attempt: Callable[[], Answer]) -> Answer:
    for tries in range(1, MOST_TRIES):
        try:
            return attempt()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in RETRIED:
                raise
            time.sleep(random.uniform(0.01, 0.05) * tries)  # noqa: S311  # spreads, hides nothing
    return attempt()


def _once(
    by: By, name: str, work: Callable[..., Answer], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Answer:
    with transaction.atomic():
        before = _claim(by, name, {"args": args, **kwargs})
        if isinstance(before, Answer):
            return before
        act = Act(by, name)
        answer = work(act, *args, **kwargs)
        assert act.audit_rows, f"{name} left no row in the log"
        if len(act.audit_rows) > MANY_ROWS:
            copy_in(act.audit_rows)
        else:
            AuditRow.objects.bulk_create(act.audit_rows)
        if act.jobs:
            Job.objects.bulk_create(act.jobs, ignore_conflicts=True)
            transaction.on_commit(_ring)
        if before is not None:
            keep_answer(before, asdict(answer))
    return answer


def _claim(by: By, name: str, asked: Mapping[str, object]) -> int | Answer | None:
    """The answer of before, or our own claim of the key; nothing where there is no key."""
    if not by.key or by.actor.account_id is None:
        return None
    # Keyed: what was asked may hold personal data that a bare digest would let somebody guess.
    asked_digest = hmac.new(
        settings.SECRET_KEY.encode(),
        json.dumps([name, asked], default=str, sort_keys=True).encode(),
        hashlib.sha256,
    ).hexdigest()
    claim = claim_once(
        account_id=by.actor.account_id,
        key=by.key,
        action=name,
        asked_digest=asked_digest,
        at=by.at,
    )
    if claim is not None:
        return claim
    before = DoneOnce.objects.get(account_id=by.actor.account_id, key=by.key)
    if before.asked_digest != asked_digest:
        raise Refused("W08")
    return Answer(**before.answer)


def _ring() -> None:
    for ring in doorbell:
        ring()


def _name_of(person_id: int | None) -> str:
    if person_id is None:
        return "系统"
    named = Person.objects.unscoped("whoever changed it is named to whoever edits it")
    person = named.filter(pk=person_id).first()
    return person.name if person else "系统"
