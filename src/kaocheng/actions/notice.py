"""通知: written, issued to units below, opened, signed for once per unit, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Max

from kaocheng.access.account import only_in_person
from kaocheng.access.grants import Permission
from kaocheng.access.notice import (
    notices_to_issue,
    own_receipts,
    receipts_to_sign,
)
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.audit import give_out_if_any
from kaocheng.actions.collection import who_answers
from kaocheng.actions.message import Letter, tell_each
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.task import Owed, cancel, owe_each, settle
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.notice import addressed, anchor_place, signer_words
from kaocheng.queries.time_words import moment_words
from kaocheng.records.locking import lock_name
from kaocheng.records.models import Notice, NoticeReceipt, Unit
from kaocheng.records.models.notice import NoticeState
from kaocheng.records.models.task import DueUnit
from kaocheng.records.scoped import OwnedQuerySet

MOST_TITLE, MOST_BODY, MOST_REASON = 120, 20_000, 160
MOST_TASK_TITLE = 80


@action("notice.write")
def write_notice(
    act: Act,
    *,
    title: str,
    body: str,
    to_kinds: Sequence[str],
    to_roles: Sequence[str],
    sign_by: datetime | None = None,
) -> Answer:
    """A draft of the actor's own unit."""
    held = act.actor.held
    writer = act.actor.person_id
    if held is None or writer is None or not act.actor.may(Permission.ISSUE_NOTICES):
        raise NotAllowed
    _check(title, body, to_kinds, to_roles)
    notice = Notice(
        unit_id=held.unit_id,
        title=title,
        body=body,
        to_kinds=list(to_kinds),
        to_roles=list(to_roles),
        sign_by=sign_by,
        written_by_id=writer,
    )
    act.make(notice, title=digest(title))
    return Answer.of(notice)


@action("notice.revise")
def revise_notice(
    act: Act,
    *,
    notice_id: int,
    version: int,
    title: str,
    body: str,
    to_kinds: Sequence[str],
    to_roles: Sequence[str],
    sign_by: datetime | None = None,
) -> Answer:
    """The draft as it reads now, if nobody else changed it meanwhile."""
    notice = _draft(act, notice_id)
    _check(title, body, to_kinds, to_roles)
    notice.title, notice.body, notice.sign_by = title, body, sign_by
    notice.to_kinds, notice.to_roles = list(to_kinds), list(to_roles)
    act.keep(
        notice,
        "title",
        "body",
        "to_kinds",
        "to_roles",
        "sign_by",
        version=version,
        title_digest=digest(title),
    )
    return Answer.of(notice)


@action("notice.discard")
def discard_notice(act: Act, *, notice_id: int) -> Answer:
    """A draft that is not needed; what was issued is withdrawn instead and stays."""
    notice = _draft(act, notice_id)
    answer = Answer.of(notice)
    act.audit(notice, discarded=True)
    notice.delete()
    return answer


@action("notice.issue")
def issue_notice(act: Act, *, notice_id: int, version: int) -> Answer:
    """Out it goes: with its number, a receipt and a task for each unit addressed.

    With it goes the newest digest of the log: what is printed cannot be taken back.

    The version is the one that was previewed, so that nothing goes out that nobody read.
    """
    notice = _draft(act, notice_id)
    _check(notice.title, notice.body, notice.to_kinds, notice.to_roles)
    if notice.sign_by is not None and notice.sign_by <= act.at:
        raise Refused("W64", when=moment_words(notice.sign_by, now=act.at))
    receivers = list(addressed(act.actor, notice.to_kinds))
    if not receivers:
        raise Refused("W61")
    _number(act, notice)
    notice.state, notice.issued_at = NoticeState.ISSUED, act.at
    act.keep(
        notice,
        "state",
        "issued_at",
        "year",
        "serial",
        "number",
        version=version,
        number=notice.number,
        units=len(receivers),
    )
    give_out_if_any(act, where=anchor_place(notice.number, notice.pk))
    NoticeReceipt.objects.bulk_create(NoticeReceipt(notice=notice, unit=unit) for unit in receivers)
    owe_each(act, notice, _owed(notice, receivers))
    return Answer.of(notice, count=len(receivers))


@action("notice.withdraw")
def withdraw_notice(act: Act, *, notice_id: int, because: str) -> Answer:
    """It stays readable with its reason; nobody signs any more, and those who read it are told."""
    notice = act.lock(notices_to_issue(act.actor), notice_id)
    if notice.state != NoticeState.ISSUED:
        raise NotYours
    problems = _wrong_text("撤回原因", because, MOST_REASON)
    if problems:
        raise Invalid({"because": problems})
    notice.state, notice.withdrawn_at = NoticeState.WITHDRAWN, act.at
    notice.withdrawn_because = because
    act.keep(notice, "state", "withdrawn_at", "withdrawn_because", because=digest(because))
    cancel(act, notice)
    opened = NoticeReceipt.objects.unscoped("who read it has to know").filter(
        notice=notice, opened_by__isnull=False
    )
    readers = {reader for pair in opened.values_list("opened_by", "signed_by") for reader in pair}
    tell_each(
        act,
        [
            Letter(
                person_id,
                f"通知已撤回：{notice.title}"[:MOST_TASK_TITLE],
                f"notice-{notice.pk}-withdrawn",
                page=page_of(notice),
                about=notice,
            )
            for person_id in sorted(readers - {None, act.actor.person_id})
        ],
    )
    return Answer.of(notice)


@action("notice.open")
def open_notice(act: Act, *, notice_id: int) -> Answer:
    """The first of the unit who opens it is noted; later ones change nothing."""
    receipt = _own_receipt(act, own_receipts(act.actor), notice_id)
    if receipt.opened_at is None and act.actor.helper is None:
        receipt.opened_at, receipt.opened_by_id = act.at, act.actor.person_id
        act.keep(receipt, "opened_at", "opened_by")
    else:
        act.audit(receipt, opened_again=True)
    return Answer.of(receipt)


@action("notice.sign")
def sign_notice(act: Act, *, notice_id: int) -> Answer:
    """签收: once per unit, in person, by a role that the notice names."""
    receipt = _own_receipt(act, receipts_to_sign(act.actor), notice_id)
    only_in_person(act.actor)
    notice = receipt.notice
    if notice.state == NoticeState.WITHDRAWN:
        raise Refused("W66")
    if receipt.signed_by is not None and receipt.signed_at is not None:
        raise Refused(
            "W67",
            who=receipt.signed_by.name,
            when=moment_words(receipt.signed_at, now=act.at),
        )
    held = act.actor.held
    if held is None or held.role not in notice.to_roles:
        raise NotAllowed("W68", who=signer_words(notice.to_roles))
    if receipt.opened_at is None:
        receipt.opened_at, receipt.opened_by_id = act.at, act.actor.person_id
    receipt.signed_at, receipt.signed_by_id = act.at, act.actor.person_id
    act.keep(receipt, "opened_at", "opened_by", "signed_at", "signed_by")
    settle(act, notice, unit=receipt.unit)
    return Answer.of(receipt)


def page_of(notice: Notice) -> str:
    return f"/notices/{notice.pk}"


def _draft(act: Act, notice_id: int) -> Notice:
    notice = act.lock(notices_to_issue(act.actor), notice_id)
    if notice.state != NoticeState.DRAFT:
        raise Refused("W62")
    return notice


def _own_receipt(act: Act, receipts: OwnedQuerySet[NoticeReceipt], notice_id: int) -> NoticeReceipt:
    found = receipts.filter(notice_id=notice_id).values_list("pk", flat=True).first()
    return act.lock(receipts.select_related("notice", "unit", "signed_by"), found)


def _number(act: Act, notice: Notice) -> None:
    """The next of the unit's series of the year; one at a time."""
    notice.year = act.at.astimezone(CHINA).year
    lock_name(f"notice number {notice.unit_id} {notice.year}")
    given = Notice.objects.unscoped("the series of the unit").filter(
        unit_id=notice.unit_id, year=notice.year
    )
    notice.serial = (given.aggregate(last=Max("serial"))["last"] or 0) + 1
    name = notice.unit.short_name or notice.unit.name
    notice.number = f"{name}通〔{notice.year}〕{notice.serial}号"


def _owed(notice: Notice, receivers: Iterable[Unit]) -> Iterator[Owed]:
    receivers = list(receivers)
    answers = who_answers(receivers)
    for unit in receivers:
        answering = answers.get(unit.pk, "")
        yield Owed(
            title=f"签收：{notice.title}"[:MOST_TASK_TITLE],
            page=page_of(notice),
            unit=unit,
            # A group is led by its head or by its workshop leader: whoever there is.
            role=answering if answering in notice.to_roles else notice.to_roles[0],
            why=f"{notice.unit.name} {notice.number}",
            verb="去签收",
            due_at=notice.sign_by,
            due_unit=DueUnit.WORKING_DAYS,
        )


def _check(title: str, body: str, to_kinds: Sequence[str], to_roles: Sequence[str]) -> None:
    found = {
        "title": _wrong_text("标题", title, MOST_TITLE),
        "body": _wrong_text("正文", body, MOST_BODY),
        "to_kinds": None if to_kinds else Refused("W63", field="发往"),
        "signers": None if to_roles else Refused("W63", field="签收人"),
    }
    problems = {name: problem for name, problem in found.items() if problem}
    if problems:
        raise Invalid(problems)


def _wrong_text(field: str, text: str, most: int) -> Refused | None:
    if not text.strip():
        return Refused("W63", field=field)
    if len(text) > most:
        return Refused("W65", field=field, most=most, count=len(text))
    return None
