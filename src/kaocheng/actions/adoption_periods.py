"""周期 of an adoption: in force new ones are added, and those that are there are amended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, Refused
from kaocheng.actions.adoption import MOST_WHY, open_adoption, wrong_text
from kaocheng.actions.amendment import next_number, touch_all
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.adopted import adopted
from kaocheng.queries.adoption_periods import periods_in_use
from kaocheng.queries.adoption_values import period_problems
from kaocheng.records.models import Adoption, Amendment
from kaocheng.records.models.scheme import AdoptionState

# A row of kind, id, title, from, to; what changes of one is all but the id.
Row = Sequence[str]


@action("adoption.set_periods")
def set_periods(
    act: Act, *, adoption_id: int, version: int, rows: Sequence[Row], why: str = ""
) -> Answer:
    """All periods: rows of kind, id, title, from, to; a row that is empty is left out.

    In force, adding the next year's needs no reason. To change or remove one is an amendment, by
    whoever may approve, in force at once; one that something rests on keeps its id (K106).
    """
    found = adopted(open_adoption(act, adoption_id))
    adoption = found.adoption
    listed = [[cell.strip() for cell in row] for row in rows]
    listed = [row for row in listed if any(row[1:])]
    changes = _changes(adoption.periods, listed)
    problems = {**period_problems(found, listed), **_gone(adoption, changes)}
    is_amendment = adoption.state == AdoptionState.IN_FORCE and bool(changes)
    if is_amendment and (wrong := _wrong(act, changes, why)):
        problems["why"] = wrong
    if problems:
        raise Invalid(problems)
    adoption.periods = listed
    act.keep(adoption, "periods", version=version, periods=listed)
    number = _amend(act, adoption, changes, why) if is_amendment else 0
    return Answer.of(adoption, number=number)


def _amend(act: Act, adoption: Adoption, changes: Mapping[str, object], why: str) -> int:
    today = act.at.astimezone(CHINA).date()
    amendment = Amendment(
        adoption=adoption,
        number=next_number(adoption),
        changes={f"periods.{name}": change for name, change in changes.items()},
        why=why.strip(),
        takes_effect_on=today,
        made_by_id=act.actor.person_id,
        made_at=act.at,
    )
    act.make(amendment, why=digest(why), changes=sorted(amendment.changes), on=today.isoformat())
    touch_all(adopted(adoption))
    return amendment.number


def _changes(before: Sequence[Row], after: Sequence[Row]) -> dict[str, list[Row | None]]:
    """By id, the rows before and after; what is only added is no change."""
    there = {row[1]: list(row) for row in after}
    return {
        row[1]: [list(row), there.get(row[1])] for row in before if there.get(row[1]) != list(row)
    }


def _gone(adoption: Adoption, changes: Mapping[str, Sequence[Row | None]]) -> dict[str, Refused]:
    """What is wrong with leaving out a period (or its id) that something rests on."""
    gone = [before for before, after in changes.values() if before is not None and after is None]
    used = periods_in_use(adoption) if gone else set()
    titles = [row[2] or row[1] for row in gone if row[1] in used]
    return {"": Refused("K106", titles="、".join(titles))} if titles else {}


def _wrong(act: Act, changes: Mapping[str, Sequence[Row | None]], why: str) -> Refused | None:
    if not act.actor.may(Permission.APPROVE):
        titles = [before[2] or before[1] for before, _ in changes.values() if before is not None]
        return Refused("K107", titles="、".join(titles))
    return wrong_text("修订理由", why, MOST_WHY)
