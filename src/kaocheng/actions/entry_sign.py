"""审签 and what follows: signed in order, returned, moved from state to state, acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kaocheng.access.account import only_in_person
from kaocheng.access.entry import entries_to_sign
from kaocheng.access.grants import Permission
from kaocheng.access.holding import bears, subjects_held
from kaocheng.access.refusal import NotAllowed, Refused
from kaocheng.actions.entry import (
    entry_at_work,
    fulfil,
    label,
    must_be_written,
    must_stand,
    signed_standing,
    step,
)
from kaocheng.actions.entry_signature import (
    is_proposed,
    owe_batch,
    owe_batch_of,
    owe_signature,
    page_of,
)
from kaocheng.actions.entry_write import let_count, restand
from kaocheng.actions.message import Letter, tell_each
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.actions.task import cancel, settle
from kaocheng.engine.language.registers import Register
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.entry_batch import batch_of
from kaocheng.queries.register_page import MOST_AT_ONCE
from kaocheng.queries.register_route import route_of, steps_of
from kaocheng.records.models import Entry, FileUse
from kaocheng.records.models.register import Standing, StepKind


@action("entry.sign")
def sign(act: Act, *, entry_ids: Sequence[int]) -> Answer:
    """The next signature of each; an entry counts with the last one. All of them, or none."""
    only_in_person(act.actor)
    signing = Signing(act)
    signed = [signing.sign(entry_id) for entry_id in sorted(set(entry_ids))[:MOST_AT_ONCE]]
    if not signed:
        raise Refused("K29", what="要审签的条目", most=MOST_AT_ONCE)
    signing.follow()
    return Answer.of(signed[-1], count=len(signed))


@action("entry.return")
def return_entry(act: Act, *, entry_id: int, because: str) -> Answer:
    """Back to whoever wrote it, who mends it by a correction."""
    only_in_person(act.actor)
    entry, found, register = entry_at_work(act, entry_id)
    must_be_written(because, "退回原因")
    title = _must_be_next(act, found, register, entry)
    restand(act, [entry], Standing.RETURNED, note=digest(because))
    step(act, entry, StepKind.RETURNED, what=title, note=because)
    cancel(act, entry)
    owe_batch_of(act, found, register, entry)
    fulfil(act, found, [entry])
    tell_enterer(act, entry, f"退回：{register.title}")
    return Answer.of(entry)


@action("entry.advance")
def advance(act: Act, *, entry_id: int, version: int, to: str, note: str = "") -> Answer:
    """The next of the states that the register declares, by whoever enters or signs in it."""
    entry, found, register = entry_at_work(act, entry_id)
    must_stand(entry, (Standing.COUNTS, Standing.CHECKING, Standing.WAITING), "推进")
    _must_bear(act, found, register, entry)
    if len(note) > 200:
        must_be_written(note, "说明")
    after = following(register, entry.state)
    if to != after or not after:
        raise Refused("K31", now=entry.state, next=after or "（没有了）", found=to[:20])
    if entry.version != version:
        act.keep(entry, version=version)
    entry.state = after
    restand(act, [entry], Standing(entry.standing), note=digest(note) if note else "")
    step(act, entry, StepKind.STATE, what=after, note=note)
    return Answer.of(entry, state=after)


@action("entry.acknowledge")
def acknowledge(act: Act, *, entry_id: int) -> Answer:
    """本人签字确认: by the person whom it is about, once."""
    entry, _found, _register = entry_at_work(act, entry_id)
    only_in_person(act.actor)
    must_stand(entry, (Standing.COUNTS, Standing.CHECKING, Standing.WAITING), "签字确认")
    subject = entry.subject
    if subject is None or subject.person_id is None or subject.person_id != act.actor.person_id:
        raise NotAllowed("K32", who="本人")
    if not entry.steps.filter(kind=StepKind.ACKNOWLEDGED).exists():
        step(act, entry, StepKind.ACKNOWLEDGED)
    act.audit(entry, acknowledged=True)
    return Answer.of(entry)


def following(register: Register, state: str) -> str:
    """The state after this one, empty after the last."""
    states = register.states
    if state not in states:
        return states[0] if states else ""
    at = states.index(state) + 1
    return states[at] if at < len(states) else ""


def tell_enterer(act: Act, entry: Entry, subject: str) -> None:
    """Whoever wrote the entry has to know what became of it."""
    if entry.entered_by_id is None or entry.entered_by_id == act.actor.person_id:
        return
    key = f"entry-{entry.pk}-{entry.version}"
    letter = Letter(entry.entered_by_id, subject[:80], key, page=page_of(entry), about=entry)
    tell_each(act, [letter])


@dataclass
class Signing:
    """Signatures under several entries; what follows for the imports they came with, at the end."""

    act: Act
    batches: dict[tuple[object, ...], FileUse | None] = field(default_factory=dict)
    places: dict[int, tuple[Adopted, Register]] = field(default_factory=dict)

    def sign(self, entry_id: int) -> Entry:
        act = self.act
        entry, found, register = entry_at_work(act, entry_id)
        title = _must_be_next(act, found, register, entry)
        entry.signed_count += 1
        is_last = entry.signed_count >= len(steps_of(register, is_proposed=is_proposed(entry)))
        standing = signed_standing(found, register) if is_last else Standing.WAITING
        before: list[Entry] = []
        if standing == Standing.COUNTS:
            before = let_count(act, [entry])
        else:
            restand(act, [entry], standing)
        step(act, entry, StepKind.SIGNED, what=title)
        settle(act, entry)
        batch = self._batch(entry)
        if batch is not None:
            self.places[batch.pk] = (found, register)
        elif not is_last:
            owe_signature(act, found, register, entry)
        fulfil(act, found, [entry, *before])
        return entry

    def follow(self) -> None:
        batches = {batch.pk: batch for batch in self.batches.values() if batch is not None}
        for pk, batch in sorted(batches.items()):
            owe_batch(self.act, *self.places[pk], batch)

    def _batch(self, entry: Entry) -> FileUse | None:
        came = (entry.adoption_id, entry.register, entry.entered_by_id, entry.entered_at)
        if came not in self.batches:
            self.batches[came] = batch_of(entry)
        return self.batches[came]


def _must_be_next(act: Act, found: Adopted, register: Register, entry: Entry) -> str:
    """The title under which the actor signs now; refused where it is not theirs to sign."""
    must_stand(entry, (Standing.WAITING,), "审签")
    titles = steps_of(register, is_proposed=is_proposed(entry))
    title = titles[min(entry.signed_count, len(titles) - 1)] if titles else label(entry)
    if entry.entered_by_id is not None and entry.entered_by_id == act.actor.person_id:
        raise Refused("K25")
    rows = entries_to_sign(act.actor, found.adoption, [route_of(found, register.id)])
    if not rows.filter(pk=entry.pk).exists():
        raise NotAllowed("K32", who=title)
    return title


def _must_bear(act: Act, found: Adopted, register: Register, entry: Entry) -> None:
    """Whoever enters or signs in the register, for the subject of this entry."""
    holders = route_of(found, register.id).everybody
    if act.actor.may(Permission.WRITE_ENTRIES):
        if entry.subject_id is None and bears(act.actor, found.adoption, holders):
            return
        held = subjects_held(act.actor, found.adoption, holders)
        if held.filter(pk=entry.subject_id or 0).exists():
            return
    who = "、".join((*register.entered_by, *register.signed_by)) or "采用方案的单位"
    raise NotAllowed("K32", who=who)
