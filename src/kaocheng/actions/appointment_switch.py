"""Working under another of one's own appointments: rights are switched, never merged."""

from __future__ import annotations

from kaocheng.access.refusal import NotAllowed, NotYours
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.records.models import Account


@action("appointment.switch")
def switch_appointment(act: Act, *, appointment_id: int) -> Answer:
    """Only to an appointment that holds today, and never in the name of somebody else."""
    if act.actor.helper is not None:
        raise NotAllowed
    if appointment_id not in {one.appointment_id for one in act.actor.others}:
        raise NotYours
    assert act.actor.account_id is not None
    account = Account.objects.select_for_update().get(pk=act.actor.account_id)
    account.current_appointment_id = appointment_id
    account.save(update_fields=["current_appointment"])
    act.audit(account, appointment=appointment_id)
    return Answer.of(account)
