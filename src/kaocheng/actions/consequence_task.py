"""The tasks of deciding what follows from results: one for whoever confirms it, in each round."""

from __future__ import annotations

from collections import defaultdict

from kaocheng.access.holding import Holding, Owner
from kaocheng.access.task import DECISION
from kaocheng.actions.obligation_task import MOST_WHY, Part, match, write_tasks
from kaocheng.actions.perform import Act
from kaocheng.actions.task import Owed, owe_each
from kaocheng.queries.adopted import adopted
from kaocheng.queries.consequence import effect_of, holders_of
from kaocheng.records.models import Consequence, Person, Round, Task, Unit
from kaocheng.records.models.round import Decided

WHY = "the tasks follow from what was proposed, for everybody"


def share_decisions(act: Act, work: Round) -> None:
    """Bring the tasks to what is still to be decided; done once all of it is."""
    found = adopted(work.adoption)
    holding = Holding(work.adoption)
    parts: defaultdict[Owner, Part] = defaultdict(Part)
    rows = Consequence.objects.unscoped(WHY).filter(round=work).select_related("subject")
    first: Consequence | None = None
    for row in rows.order_by("pk"):
        effect = effect_of(found, row.effect)
        if effect is None or not effect.confirm:
            continue
        first = first or row
        is_left = row.state == Decided.PROPOSED
        for owner in holding.owners(holders_of(found, effect.confirm), row.subject):
            part = parts[owner]
            part.total += 1
            part.open += is_left
            part.done += not is_left
    if first is None:
        return
    there = Task.objects.unscoped(WHY).filter(source_kind=DECISION, source_id=str(first.pk))
    changed: list[Task] = []
    new = match(act, parts, there.order_by("pk").select_for_update(of=("self",)), changed)
    if new:
        owe_each(act, first, _owed(work, new))
    write_tasks(act, changed)


def _owed(work: Round, parts: dict[Owner, Part]) -> list[Owed]:
    units = Unit.objects.unscoped(WHY).in_bulk({owner.unit_id for owner in parts})
    people = Person.objects.unscoped(WHY).in_bulk(
        {owner.person_id for owner in parts if owner.person_id is not None}
    )
    return [
        Owed(
            title=f"确认 {part.open} 条处理建议",
            page=f"/rounds/{work.pk}/results/consequences",
            unit=units[owner.unit_id],
            person=None if owner.person_id is None else people[owner.person_id],
            role=owner.role,
            why=work.title[:MOST_WHY],
            verb="去确认",
            total=part.total,
        )
        for owner, part in parts.items()
    ]
