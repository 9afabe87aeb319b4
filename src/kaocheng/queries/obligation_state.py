"""What state one obligation is in, from what was handed in, what waits, and what time it is."""

from __future__ import annotations

from kaocheng.engine.process.entries import Duty
from kaocheng.engine.process.times import Offset
from kaocheng.queries.obligation_count import Handed
from kaocheng.queries.round_agenda import Window, is_waiting
from kaocheng.queries.round_course import Course
from kaocheng.queries.round_judged import NOT_YET
from kaocheng.records.models import Obligation
from kaocheng.records.models.round import ObligationState as State
from kaocheng.records.models.task import DueUnit

ENDED = (State.DONE, State.LATE)
NOT_BEGUN, NOT_OWED, OVER, WAITS = "还没有开始", "条件不再成立", "期限已过，不再提醒", "待审签"
TAKEN_BACK = "登记已撤回"
MOST_WORDS, MOST_TITLE = 200, 200
_UNITS = {"hour": DueUnit.HOURS, "minute": DueUnit.HOURS, "working_day": DueUnit.WORKING_DAYS}


def is_final(row: Obligation) -> bool:
    """Excused, or told as done by somebody: nothing that is counted changes it."""
    return row.done_at is not None and (
        row.state == State.DROPPED or (row.state in ENDED and row.done_count == 0)
    )


def by_hand(duty: Duty) -> bool:
    """Nothing that is written fulfils it: whoever owes it says when it is done."""
    return not duty.register and not duty.done


def counted_in(duty: Duty | None) -> DueUnit:
    """The unit in which the rule counts."""
    match None if duty is None or duty.by is None else duty.by.tree:
        case Offset(length=length):
            return _UNITS.get(length.unit, DueUnit.DAYS)
        case _:
            return DueUnit.DAYS


def judge(
    course: Course, row: Obligation, window: Window | None, *, owes: bool, gated: bool
) -> None:
    """Set what follows for the obligation now; `gated`: look at the gates too."""
    if window is None or is_waiting(window):
        if row.state not in ENDED:
            row.state, row.because = State.DROPPED, NOT_OWED
        return
    duty = window.duty
    row.title = duty.title[:MOST_TITLE]
    row.needed = course.handing.needed(duty, row.subject)
    row.begins_at, row.due_at = window.begins, window.due
    handed = _handed(course, row, window)
    if handed.count >= row.needed:
        _done(row, handed)
    elif not owes:
        _not_owed(course, row, duty)
    else:
        row.done_count, row.done_at = handed.count, None
        _owed(course, row, window, handed, gated=gated)


def _done(row: Obligation, handed: Handed) -> None:
    row.done_count, row.done_at = handed.count, handed.at
    is_late = row.due_at is not None and handed.at is not None and handed.at > row.due_at
    row.state = State.LATE if is_late else State.DONE
    row.because = WAITS if handed.waiting else ""


def _not_owed(course: Course, row: Obligation, duty: Duty) -> None:
    """The condition holds no more. Where nothing else could fulfil it, that is its fulfilment."""
    if row.state in ENDED:
        return
    if row.state and duty.when is not None and _only_its_condition(course, row, duty):
        _done(row, Handed(row.needed, 0, course.now))
        return
    because = NOT_OWED if row.entry_id is None else TAKEN_BACK
    row.state, row.because, row.done_at = State.DROPPED, because, None


def _only_its_condition(course: Course, row: Obligation, duty: Duty) -> bool:
    if row.state == State.DROPPED:
        return False
    return by_hand(duty) or (bool(entry_of(row)) and course.base(duty) == duty.register)


def _owed(course: Course, row: Obligation, window: Window, handed: Handed, *, gated: bool) -> None:
    shut = _shut(course, row, window.duty) if gated else _shut_before(row)
    passed = sum(1 for at in window.escalations if at is not None and at <= course.now)
    row.escalated = max(row.escalated, passed)
    if row.due_at is not None and row.due_at <= course.now:
        _over(course, row, window, shut)
    elif row.begins_at is not None and row.begins_at > course.now:
        row.state, row.because = State.SHUT, NOT_BEGUN
    elif shut:
        row.state, row.because = State.SHUT, shut[:MOST_WORDS]
    else:
        row.state = State.OPEN
        row.because = f"{handed.waiting} 条{WAITS}" if handed.waiting else ""


def _over(course: Course, row: Obligation, window: Window, shut: str) -> None:
    """The last day is past: what is soft is only reminded of, the rest is missed."""
    duty = window.duty
    if duty.soft:
        row.state, row.because = (State.OPEN, "") if duty.each is None else (State.DROPPED, OVER)
        return
    effect = course.effect(row)
    row.state = State.MISSED
    row.because = (shut or (effect.title if effect else duty.otherwise))[:MOST_WORDS]


def _handed(course: Course, row: Obligation, window: Window) -> Handed:
    duty = window.duty
    if row.entry is not None:
        at = course.tickets.told(row.entry).get(duty.done)
        return Handed() if at is None else Handed(row.needed, 0, at)
    if duty.done:
        at = course.agendas.happened(course.path(row)).get(duty.done)
        if at is not None:
            return Handed(row.needed, 0, at)
    if not duty.register:
        return Handed()
    entry = entry_of(row)
    if entry and course.base(duty) == duty.register:
        return Handed()
    return course.handing.count(row, window, course.path(row), entry=entry)


def entry_of(row: Obligation) -> str:
    """The row of a register that it is owed for; empty where it is owed for a subject as such."""
    if row.subject is None:
        return ""
    whole = f"{row.duty}/{row.period}/{row.subject.key}/"
    return row.key.removeprefix(whole) if row.key.startswith(whole) else ""


def _shut_before(row: Obligation) -> str:
    return row.because if row.state == State.SHUT and row.because != NOT_BEGUN else ""


def _shut(course: Course, row: Obligation, duty: Duty) -> str:
    """Why the obligation has to wait; empty where it does not."""
    waiting = [name for name in (duty.id, duty.within) if name in course.gates]
    gates = [gate for name in waiting for gate in course.gates[name]]
    for gate in gates:
        missing = [one for one in gate.after if not course.is_over(one, row)]
        if missing:
            return f"{gate.title}：先完成{'、'.join(map(course.title_of, missing))}"
    if not any(gate.need is not None for gate in gates):
        return ""
    if course.judged.broken:
        return NOT_YET
    if row.subject is not None:
        return course.judged.reason(waiting, row.subject, row.period)
    keys = course.bearers.keys_below(course.path(row))
    return course.judged.reason_below(waiting, keys, row.period)
