"""What goes out by mail, SMS and group robot: by day, each once, and saying nothing but “look in”.

Titles, reasons and names stay inside; a channel that others run is told only that there is
something to see.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from kaocheng.access.actor import system
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.gateways.clock import CHINA, CLOCK
from kaocheng.gateways.mail import send_mail
from kaocheng.gateways.outbound import NotAllowedThere, NotSent, Outbound
from kaocheng.gateways.sms import Supplier, send_sms
from kaocheng.gateways.webhook import Robot, post_to_group
from kaocheng.methods.quiet_hours import may_send, ordinary_after
from kaocheng.methods.workdays import mainland_calendar
from kaocheng.records.models import Delivery, Message, PersonalData, Setting, Unit
from kaocheng.records.models.message import Channel

ONE = "您有一项新任务，请登录“考成”查看。"
GROUP = "有任务还没有办完，请登录“考成”查看。已经办好的，请忽略。"
SUBJECT = "考成：请登录查看"
ROBOT = "group_robot"
NO_ADDRESS = "no address"


def send_out(act: Act, messages: Iterable[Message]) -> None:
    """A delivery for each message on each channel of the installation, after the night."""
    if not settings.OUTWARD_CHANNELS:
        return
    after = next_day_time(act.at)
    made = [
        Delivery(
            message=message,
            channel=channel,
            effect_key=f"message-{message.pk}-{channel}",
            send_after=after,
        )
        for message in messages
        for channel in settings.OUTWARD_CHANNELS
    ]
    _ask_for(act, Delivery.objects.bulk_create(made))


def post_out(act: Act, unit: Unit) -> None:
    """One line a day to the group robot of the unit, where it has one."""
    robots = Setting.objects.unscoped("whether there is a group to post to")
    if not robots.filter(unit=unit, name=ROBOT).exists():
        return
    after = next_day_time(act.at)
    delivery, is_new = Delivery.objects.get_or_create(
        effect_key=f"group-{unit.pk}-{after.astimezone(CHINA).date()}",
        defaults={"unit": unit, "channel": Channel.WEBHOOK, "send_after": after},
    )
    if is_new:
        _ask_for(act, [delivery])


def next_day_time(at: datetime) -> datetime:
    """When an ordinary reminder asked for at `at` may go out."""
    return ordinary_after(at.astimezone(CHINA), calendar=mainland_calendar()).astimezone(at.tzinfo)


def deliver(delivery_id: int) -> Answer:
    """What the job `message.deliver` does: nothing where it went out already.

    A supplier that took it just before we died gets it twice; nothing else is possible with one
    that cannot be asked.
    """
    answer = send_delivery(system(CLOCK.now()), delivery_id=delivery_id)
    if failure := answer.values.get("failure"):
        raise NotSent(failure)
    return answer


@action("message.deliver")
def send_delivery(act: Act, *, delivery_id: int) -> Answer:
    """Send and note it in one transaction; a failure is noted and answered, to be tried again."""
    delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    again = ""
    if delivery.sent_at is None:
        if not may_send(act.at.astimezone(CHINA), calendar=mainland_calendar()):
            delivery.send_after = next_day_time(act.at)
            act.job(
                "message.deliver",
                f"deliver-{delivery.pk}-{delivery.send_after:%Y%m%d}",
                after=delivery.send_after,
                delivery_id=delivery.pk,
            )
        else:
            again = _send(act, delivery)
        delivery.save(update_fields=["sent_at", "failure", "send_after"])
    act.audit(delivery, channel=delivery.channel, failure=delivery.failure)
    return Answer.of(delivery, failure=again)


def _send(act: Act, delivery: Delivery) -> str:
    """What has to be tried again, in a word; empty when it is sent or never will be."""
    try:
        delivery.failure = _over(delivery, at=act.at)
    except NotAllowedThere as error:
        delivery.failure = str(error)
    except NotSent as error:
        delivery.failure = str(error)
        return delivery.failure
    if not delivery.failure:
        delivery.sent_at = act.at
    return ""


def _over(delivery: Delivery, *, at: datetime) -> str:
    out = Outbound(settings.OUTBOUND)
    if delivery.channel == Channel.WEBHOOK:
        robot = _robot(delivery.unit_id)
        if robot is None:
            return NO_ADDRESS
        post_to_group(out, robot, GROUP, at=at)
        return ""
    data = PersonalData.objects.filter(person__messages=delivery.message_id).first()
    if delivery.channel == Channel.MAIL:
        if data is None or not data.email:
            return NO_ADDRESS
        send_mail(to=data.email, subject=SUBJECT, text=ONE)
        return ""
    if data is None or not data.phone:
        return NO_ADDRESS
    send_sms(out, Supplier(settings.SMS_URL, settings.SMS_KEY), phone=data.phone, text=ONE, at=at)
    return ""


def _robot(unit_id: int | None) -> Robot | None:
    rows = Setting.objects.unscoped("the address to post to, never shown")
    row = rows.filter(unit=unit_id or 0, name=ROBOT).first()
    return Robot(**row.value) if row else None


def _ask_for(act: Act, deliveries: Iterable[Delivery]) -> None:
    for delivery in deliveries:
        act.job(
            "message.deliver",
            f"deliver-{delivery.pk}",
            after=delivery.send_after,
            delivery_id=delivery.pk,
        )
