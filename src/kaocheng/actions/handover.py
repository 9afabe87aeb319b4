"""交接: list what somebody has in hand, sign it away, sign for it, witness it."""

from __future__ import annotations

from datetime import date

from kaocheng.access.account import only_in_person
from kaocheng.access.handover import (
    givers,
    handed_roles,
    handovers_given,
    handovers_in_sight,
    handovers_taken,
    handovers_to_witness,
    in_reach_of,
    may_give,
    must_be_colleague,
)
from kaocheng.access.refusal import Invalid, NotAllowed, Refused
from kaocheng.access.scope import one
from kaocheng.actions.appointment import end_now
from kaocheng.actions.message import tell
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.task import cancel, move, owe, settle
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.handover_items import items_of
from kaocheng.records.locking import locked
from kaocheng.records.models import Appointment, Handover, Person, Unit
from kaocheng.records.models.handover import HandoverState, ItemKind
from kaocheng.records.scoped import OwnedQuerySet

# From which states each step leads on.
STEPS: dict[str, frozenset[str]] = {
    "give": frozenset({HandoverState.DRAFT}),
    "take": frozenset({HandoverState.GIVEN}),
    "witness": frozenset({HandoverState.SIGNED}),
    "cancel": frozenset({HandoverState.DRAFT, HandoverState.GIVEN, HandoverState.SIGNED}),
}


@action("handover.begin")
def begin_handover(act: Act, *, giver_id: int, taker_id: int, note: str = "") -> Answer:
    """A list of what the giver has in hand, for the giver to sign."""
    made = _made(act, giver_id, taker_id, note)
    act.make(made, giver=made.giver_id, taker=made.taker_id)
    if made.giver_id != act.actor.person_id:
        owe(
            act,
            source=made,
            title="核对并签字：交接清单",
            page=_page(made),
            unit=made.unit,
            person=made.giver,
            verb="去签字",
        )
    return Answer.of(made)


@action("handover.begin_for_absent")
def begin_for_absent(
    act: Act, *, giver_id: int, taker_id: int, because: str, note: str = ""
) -> Answer:
    """The giver is gone: whoever answers for the unit signs in their place, and says why.

    What the giver has in hand for another unit stays with them.
    """
    only_in_person(act.actor)
    if giver_id == act.actor.person_id:
        raise NotAllowed
    if not because.strip():
        raise Invalid({"because": Refused("W71", field="移交人不在岗的原因")})
    made = _made(act, giver_id, taker_id, note)
    made.absent_because = because.strip()
    there = items_of(made.giver_id, on=_today(act), only=in_reach_of(act.actor))
    made.items = [item.kept() for item in there]
    if not may_give(act.actor, _roles(made, act)):
        # Whoever may not give the roles does not empty the desk of who holds them.
        raise NotAllowed
    act.make(made, giver=made.giver_id, taker=made.taker_id, giver_is_absent=True)
    _give(act, made)
    return Answer.of(made)


@action("handover.give")
def sign_away(act: Act, *, handover_id: int, keys: tuple[str, ...], version: int) -> Answer:
    """The giver signs: the list is frozen as it stands now, with what they chose of it."""
    only_in_person(act.actor)
    row = _in_step(act, handovers_given(act.actor), handover_id, "give")
    there = {item.key: item for item in items_of(row.giver_id, on=_today(act))}
    if set(keys) - set(there):
        # Done or taken by somebody else since the page was shown.
        raise Refused("W73", title="交接清单", state="已有变化")
    row.items = [item.kept() for key, item in there.items() if key in set(keys)]
    _give(act, row, version=version)
    return Answer.of(row)


@action("handover.take")
def sign_for(act: Act, *, handover_id: int, version: int) -> Answer:
    """The taker signs; without roles that is all, with roles somebody has to stand by it."""
    only_in_person(act.actor)
    row = _in_step(act, handovers_taken(act.actor), handover_id, "take")
    row.taken_at = act.at
    settle(act, row, person=row.taker)
    if row.roles and row.witness_id is None:
        row.state = HandoverState.SIGNED
        act.keep(row, "state", "taken_at", version=version)
        _owe_witness(act, row)
        return Answer.of(row)
    row.state, row.ended_at = HandoverState.TAKEN, act.at
    act.keep(row, "state", "taken_at", "ended_at", version=version)
    _carry_out(act, row)
    return Answer.of(row)


@action("handover.witness")
def witness_handover(act: Act, *, handover_id: int, version: int) -> Answer:
    """监交: whoever may give the roles signs, and they pass on today."""
    only_in_person(act.actor)
    row = _in_step(act, handovers_to_witness(act.actor), handover_id, "witness")
    if not may_give(act.actor, _roles(row, act)):
        raise NotAllowed
    assert act.actor.person_id is not None
    row.witness_id, row.witnessed_at = act.actor.person_id, act.at
    row.state, row.ended_at = HandoverState.TAKEN, act.at
    act.keep(row, "state", "witness_id", "witnessed_at", "ended_at", version=version)
    settle(act, row)
    _carry_out(act, row)
    return Answer.of(row)


@action("handover.cancel")
def cancel_handover(act: Act, *, handover_id: int) -> Answer:
    """Nothing has moved yet, and nothing will."""
    row = _in_step(act, handovers_in_sight(act.actor), handover_id, "cancel")
    row.state, row.ended_at = HandoverState.CANCELLED, act.at
    act.keep(row, "state", "ended_at")
    cancel(act, row)
    others = {row.giver_id, row.taker_id} - {act.actor.person_id}
    tell(
        act,
        others,
        subject="交接已取消",
        effect_key=f"handover-{row.pk}-cancelled",
        page=_page(row),
        about=row,
    )
    return Answer.of(row)


def _made(act: Act, giver_id: int, taker_id: int, note: str) -> Handover:
    giver = one(givers(act.actor, on=_today(act)), giver_id)
    must_be_colleague(act.actor, giver.pk, taker_id, on=_today(act))
    taker = Person.objects.unscoped("a colleague of the giver, as was just seen").get(pk=taker_id)
    assert act.actor.person_id is not None
    return Handover(
        unit=_unit_of(giver, on=_today(act)),
        giver=giver,
        taker=taker,
        made_by_id=act.actor.person_id,
        note=note.strip()[:400],
        made_at=act.at,
    )


def _give(act: Act, row: Handover, *, version: int | None = None) -> None:
    """Freeze, and pass on to the taker; who arranges it and may give the roles stands by it."""
    row.state, row.given_at = HandoverState.GIVEN, act.at
    if row.giver_id != act.actor.person_id and may_give(act.actor, _roles(row, act)):
        row.witness_id, row.witnessed_at = act.actor.person_id, act.at
    fields = ("items", "state", "given_at", "witness_id", "witnessed_at")
    act.keep(row, *fields, version=version, count=len(row.items))
    settle(act, row)
    owe(
        act,
        source=row,
        title="核对并签收：交接清单",
        page=_page(row),
        unit=row.unit,
        person=row.taker,
        verb="去签收",
    )


def _owe_witness(act: Act, row: Handover) -> None:
    """The office of the unit, or that above where the unit's own head is giver or taker."""
    unit: Unit = row.unit
    heads = Appointment.objects.unscoped("who may witness it").filter(
        unit=unit, role__in=("lead", "officer"), ends_on=None
    )
    others = heads.exclude(person__in=(row.giver_id, row.taker_id))
    if not others.exists() and unit.parent is not None:
        unit = unit.parent
    owe(
        act,
        source=row,
        title="监交签字：交接清单",
        page=_page(row),
        unit=unit,
        role="lead",
        verb="去签字",
    )


def _carry_out(act: Act, row: Handover) -> None:
    """Tasks change hands; of a role the one ends and the other begins on the same day."""
    tasks = [item.id for item in row.listed if item.kind == ItemKind.TASK]
    move(act, tasks, giver=row.giver, taker=row.taker)
    for held in _roles(row, act):
        end_now(act, held, on=_today(act), reason=f"交接 {row.pk}")
        _begin_role(act, row, held)
    act.audit(row, tasks=len(tasks), roles=len(row.roles))
    tell(
        act,
        {row.giver_id, row.made_by_id} - {act.actor.person_id},
        subject="交接已完成",
        effect_key=f"handover-{row.pk}-taken",
        page=_page(row),
        about=row,
    )


def _begin_role(act: Act, row: Handover, held: Appointment) -> None:
    today = _today(act)
    theirs = Appointment.objects.unscoped("whether the taker holds it already").filter(
        person=row.taker, unit=held.unit, role=held.role
    )
    if theirs.filter(ends_on=None).exists():
        return
    act.make(
        Appointment(
            person=row.taker,
            unit=held.unit,
            role=held.role,
            kind=held.kind,
            starts_on=today,
            reason=f"交接 {row.pk}",
        ),
        person=row.taker_id,
        unit=held.unit_id,
        role=held.role,
    )


def _roles(row: Handover, act: Act) -> list[Appointment]:
    """The appointments on the list that the giver still holds, locked."""
    held = handed_roles(row.giver_id, on=_today(act)).select_related("unit")
    return list(locked(held, [item.id for item in row.roles]).values())


def _in_step(act: Act, rows: OwnedQuerySet[Handover], handover_id: int, step: str) -> Handover:
    row = act.lock(rows.select_related("unit__parent", "giver", "taker"), handover_id)
    if row.state not in STEPS[step]:
        raise Refused("W79", state=HandoverState(row.state).label)
    return row


def _unit_of(giver: Person, *, on: date) -> Unit:
    """Where the giver works, or last did: the highest unit of a role, else that of a member."""
    held = Appointment.objects.unscoped("where the giver works").filter(person=giver)
    rows = list(held.select_related("unit").order_by("-ends_on", "-starts_on", "pk"))
    now = [row for row in rows if row.starts_on <= on and (row.ends_on is None or row.ends_on > on)]
    assert rows  # a giver is found by where they work, or worked
    return min(now or rows[:1], key=lambda row: (row.role == "member", len(row.unit.path))).unit


def _page(row: Handover) -> str:
    return f"/handovers/{row.pk}"


def _today(act: Act) -> date:
    return act.at.astimezone(CHINA).date()
