"""花名册导入: a file is checked first, then taken over as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Refused
from kaocheng.access.scope import units
from kaocheng.access.unit import roster_imports
from kaocheng.actions.file import keep_bytes, use_file
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.actions.roster_write import Writer
from kaocheng.actions.unit_past import lock_tree, must_be_open, today
from kaocheng.engine.problems import Refused as Unreadable
from kaocheng.formats.roster import Roster, read_roster
from kaocheng.formats.roster_grids import LIMITS
from kaocheng.gateways.files import store
from kaocheng.queries.roster import Plan, counts_of, plan_import, preview_of
from kaocheng.queries.roster_state import State
from kaocheng.records.locking import lock_name
from kaocheng.records.models import RosterImport
from kaocheng.records.models.roster import RosterState

MOST_FAULTS_KEPT = 500
CHANGED = "检查之后有人改过这里的人员或单位"
CHECK_AGAIN = "已按现在的情况重新检查，请再看一遍，然后确认"


@dataclass(frozen=True)
class Upload:
    """A file as it came; its digest stands for it where an action's arguments are compared."""

    name: str
    raw: bytes

    def __str__(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@action("roster.check")
def check_roster(act: Act, *, unit_id: int, upload: Upload) -> Answer:
    """Read a file and say what importing it would do; nothing is imported."""
    unit = act.lock(units(act.actor, Permission.IMPORT_ROSTER), unit_id)
    must_be_open(unit)
    assert act.actor.person_id is not None  # who holds a post is a person
    roster = roster_in(upload.raw, file=upload.name)
    kept = keep_bytes([upload.raw], most_bytes=LIMITS.file_bytes)
    use = use_file(
        act,
        kept=kept,
        name=upload.name,
        object_kind="rosterimport",
        object_id=unit.pk,
        unit_id=unit.pk,
    )
    row = RosterImport(
        unit=unit,
        file=use.file,
        file_name=upload.name[-200:],
        asked_by_id=act.actor.person_id,
        made_at=act.at,
    )
    plan, state = plan_import(act.actor, unit, roster, on=today(act))
    _describe(row, plan, state, roster)
    act.make(row, unit=unit.pk, **counts_of(plan))
    return Answer.of(row)


@action("roster.check_again")
def check_again(act: Act, *, import_id: int) -> Answer:
    """Compare the same file with who is there now."""
    row = act.lock(roster_imports(act.actor), import_id)
    unit = act.lock(units(act.actor, Permission.IMPORT_ROSTER), row.unit_id)
    _must_be_waiting(row)
    roster = roster_in(bytes_of(row), file=row.file_name)
    plan, state = plan_import(act.actor, unit, roster, on=today(act))
    _describe(row, plan, state, roster)
    act.keep(row, "counts", "problems", "preview", "plan_digest")
    return Answer.of(row)


@action("roster.import")
def import_roster(
    act: Act,
    *,
    import_id: int,
    same_as: Mapping[str, int],
    leavers: Sequence[int] = (),
    seed: str,
) -> Answer:
    """Take the file over as it was checked: all of it, or nothing where anything has changed.

    `same_as` says of each line with a namesake which person it is, 0 for somebody else. `leavers`
    are those of the leaving whose appointments end. `seed` makes the first passwords.
    """
    row = act.lock(roster_imports(act.actor), import_id)
    lock_name(f"roster {row.unit_id}")
    lock_tree()
    unit = act.lock(units(act.actor, Permission.IMPORT_ROSTER), row.unit_id)
    _must_be_waiting(row)
    must_be_open(unit)
    roster = roster_in(bytes_of(row), file=row.file_name)
    chosen = {int(line): int(person) for line, person in same_as.items()}
    plan, state = plan_import(act.actor, unit, roster, on=today(act), same_as=chosen)
    if plan.digest != row.plan_digest:
        raise Refused("W59", why=CHANGED, how=CHECK_AGAIN)
    if plan.errors:
        why = f"还有 {plan.errors} 处问题没有改好"
        raise Refused("W59", why=why, how="请下载标出问题的表，改好后再上传一次")
    if plan.twins:
        count = len({twin.line for twin in plan.twins})
        raise Refused(
            "W59", why=f"还有 {count} 处同名没有选", how="请在每一处选“另一个人”或“同一个人”"
        )
    writer = Writer(act, unit, state, on=today(act), seed=seed)
    row.added = writer.write(plan, leavers=leavers)
    row.state, row.done_at = RosterState.DONE, act.at
    row.counts = {**counts_of(plan), "left": len(set(leavers))}
    row.preview = {}
    act.keep(row, "state", "done_at", "added", "counts", "preview", unit=unit.pk, **row.counts)
    return Answer.of(row)


@action("roster.drop")
def drop_roster(act: Act, *, import_id: int) -> Answer:
    """Give up an import that was only checked."""
    row = act.lock(roster_imports(act.actor), import_id)
    _must_be_waiting(row)
    row.state, row.preview, row.problems = RosterState.DROPPED, {}, []
    act.keep(row, "state", "preview", "problems")
    return Answer.of(row)


def roster_in(raw: bytes, *, file: str) -> Roster:
    """The roster of a file; a file that cannot be read is refused in the words of the catalogue."""
    try:
        return read_roster(raw, file=file)
    except Unreadable as error:
        first = error.problems[0]
        raise Refused(first.id, **dict(first.values)) from error


def bytes_of(row: RosterImport) -> bytes:
    with store().open(row.file.digest) as stream:
        return stream.read()


def _must_be_waiting(row: RosterImport) -> None:
    if row.state != RosterState.CHECKED:
        label = RosterState(row.state).label
        raise Refused("W59", why=f"这份名单{label}", how="需要再导入的，请重新上传")


def _describe(row: RosterImport, plan: Plan, state: State, roster: Roster) -> None:
    row.counts = counts_of(plan)
    row.plan_digest = plan.digest
    row.preview = preview_of(plan, state, roster)
    first = sorted(plan.faults, key=lambda one: (not one.is_error, one.line, one.column))
    row.problems = [
        {
            "place": fault.place,
            "is_error": fault.is_error,
            "id": fault.id,
            "reason": fault.reason(),
            "remedy": fault.remedy(),
        }
        for fault in first[:MOST_FAULTS_KEPT]
    ]
