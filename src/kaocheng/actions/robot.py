"""群机器人: the DingTalk or WeCom group of a unit, to which reminders are posted.

Whoever holds its address can post there: it is written, never shown again, and stands in the log
only as a digest.
"""

from __future__ import annotations

from django.conf import settings

from kaocheng.access.grants import Permission
from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused
from kaocheng.actions.delivery import ROBOT
from kaocheng.actions.perform import Act, Answer, action, digest
from kaocheng.gateways.channels import ROBOT_HOSTS
from kaocheng.gateways.outbound import Outbound
from kaocheng.records.models import Setting
from kaocheng.records.scoped import OwnedQuerySet


@action("message.set_robot")
def set_robot(act: Act, *, kind: str, url: str, secret: str = "") -> Answer:
    """The robot of the actor's own unit; another one replaces it."""
    _check(kind, url)
    value = {"kind": kind, "url": url, "secret": secret}
    setting = _own(act).select_for_update().first()
    if setting is None:
        assert act.actor.held is not None
        setting = Setting(unit_id=act.actor.held.unit_id, name=ROBOT, value=value)
        act.make(setting, url=digest(url))
    else:
        setting.value = value
        act.keep(setting, "value", url=digest(url))
    return Answer.of(setting)


@action("message.remove_robot")
def remove_robot(act: Act) -> Answer:
    """Nothing is posted from now on."""
    setting = _own(act).select_for_update().first()
    if setting is None:
        raise NotYours
    answer = Answer.of(setting)
    act.audit(setting, removed=True)
    setting.delete()
    return answer


def _own(act: Act) -> OwnedQuerySet[Setting]:
    held = act.actor.held
    if held is None or not act.actor.may(Permission.ISSUE_NOTICES):
        raise NotAllowed
    rows = Setting.objects.unscoped("of the actor's own unit, named here")
    return rows.filter(unit_id=held.unit_id, name=ROBOT)


def _check(kind: str, url: str) -> None:
    if kind not in ROBOT_HOSTS or not Outbound(settings.OUTBOUND).allows(url):
        raise Invalid({"url": Refused("W69", where=ROBOT_HOSTS.get(kind, ""))})
