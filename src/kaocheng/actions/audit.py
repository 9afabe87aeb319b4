"""Give digests of the log out of our hands, and say who took the log away."""

from __future__ import annotations

from kaocheng.access.grants import Permission
from kaocheng.access.refusal import NotAllowed, NotYours
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.records.models import AuditAnchor, AuditSeal


def give_out(act: Act, *, where: str) -> AuditAnchor:
    """Note the newest digest as given out to `where`; for whatever action prints or sends it."""
    seal = _newest()
    if seal is None:
        raise NotYours
    return _anchor(act, seal, where)


def give_out_if_any(act: Act, *, where: str) -> None:
    """The same for what goes out anyway: a log without a digest yet holds nothing up."""
    seal = _newest()
    if seal is not None:
        _anchor(act, seal, where)


def _newest() -> AuditSeal | None:
    return AuditSeal.objects.order_by("-number").first()


def _anchor(act: Act, seal: AuditSeal, where: str) -> AuditAnchor:
    anchor = AuditAnchor(seal=seal, digest=seal.digest, where=where, anchored_at=act.at)
    act.make(anchor, seal=seal.number, where=where)
    return anchor


@action("audit.anchor")
def anchor_log(act: Act, *, where: str) -> Answer:
    """The audit administrator notes that they hand the newest digest out."""
    if not act.actor.may(Permission.AUDIT):
        raise NotAllowed
    return Answer.of(give_out(act, where=where))


@action("audit.anchor_by_command")
def anchor_log_by_command(act: Act, *, where: str) -> Answer:
    """The same from the command line of the server, where nobody is signed in."""
    return Answer.of(give_out(act, where=where))


@action("audit.export")
def note_export(act: Act, *, chosen: dict[str, str], rows: int) -> Answer:
    """The audit administrator takes part of the log away as a table."""
    if not act.actor.may(Permission.AUDIT):
        raise NotAllowed
    seal = AuditSeal.objects.order_by("-number").first()
    if seal is None:
        raise NotYours
    act.audit(seal, chosen=sorted(chosen), rows=rows)
    return Answer.of(seal)
