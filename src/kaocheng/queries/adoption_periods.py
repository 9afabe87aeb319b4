"""Which periods of an adoption something rests on."""

from __future__ import annotations

from kaocheng.queries.adoption_rows import WHY, holds_rows
from kaocheng.records.models import Adoption, Entry, Obligation, ResultRow, Round


def periods_in_use(adoption: Adoption) -> set[str]:
    """Ids of those with a round, a duty, an entry or a result; four queries."""
    holder = holds_rows(adoption)
    rows = (
        Round.objects.unscoped(WHY).filter(adoption=holder),
        Obligation.objects.unscoped(WHY).filter(round__adoption=holder),
        Entry.objects.unscoped(WHY).filter(adoption=holder),
        ResultRow.objects.unscoped(WHY).filter(result_set__round__adoption=holder),
    )
    return {
        period
        for one in rows
        for period in one.order_by().values_list("period", flat=True).distinct()
    }
