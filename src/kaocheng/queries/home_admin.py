"""首页 of the three administrators: what needs their hand, as figures that lead somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q
from django.utils.translation import gettext

from kaocheng.access.grants import AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN
from kaocheng.gateways.clock import CHINA
from kaocheng.queries.time_words import day_words
from kaocheng.records.models import Account, AuditAnchor, AuditRow, Delivery, Job, SignInDelay
from kaocheng.records.models.job import JobState

ADMINISTRATORS = (SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN)
# A job that waits longer than this after its time says that no runner works.
LATE = timedelta(minutes=10)
RECENT = timedelta(days=7)
# Digests of the log should leave the house about so often.
ANCHOR_EVERY = timedelta(days=30)


@dataclass(frozen=True)
class Fact:
    """A figure with what it means; `endpoint`: where something can be done about it."""

    label: str
    number: str
    tone: str
    said: str
    endpoint: str
    verb: str


@dataclass(frozen=True)
class AdminHome:
    name: str
    today: str
    facts: tuple[Fact, ...]

    @property
    def needing(self) -> int:
        return sum(1 for fact in self.facts if fact.tone in {"no", "wa"})


def admin_home(role: str, name: str, *, now: datetime) -> AdminHome:
    """Two queries for each of the three."""
    facts = {
        SYSTEM_ADMIN: _of_the_system,
        SECURITY_ADMIN: _of_accounts,
        AUDIT_ADMIN: _of_the_log,
    }
    return AdminHome(name=name, today=day_words(now, now=now), facts=facts[role](now))


def _of_the_system(now: datetime) -> tuple[Fact, ...]:
    jobs = Job.objects.aggregate(
        failed=Count("pk", filter=Q(state=JobState.FAILED, ended_at__gt=now - RECENT)),
        late=Count("pk", filter=Q(state=JobState.WAITING, run_after__lt=now - LATE)),
    )
    unsent = Delivery.objects.filter(
        sent_at=None, send_after__lt=now, send_after__gt=now - RECENT
    ).exclude(failure="")
    return (
        _count(gettext("七天内没做成的后台工作"), jobs["failed"], "no", "system", gettext("去看")),
        _count(gettext("等了十分钟以上的后台工作"), jobs["late"], "wa", "system", gettext("去看")),
        _count(
            gettext("七天内没发出的邮件、短信"), unsent.count(), "wa", "system", gettext("去看")
        ),
    )


def _of_accounts(now: datetime) -> tuple[Fact, ...]:
    blocked = SignInDelay.objects.filter(blocked_until__gt=now).exclude(account=None)
    accounts = Account.objects.aggregate(
        closed=Count("pk", filter=Q(is_active=False)),
        fresh=Count("pk", filter=Q(is_active=True, must_change_password=True)),
    )
    return (
        _count(
            gettext("正在锁定的账号"),
            blocked.values("account").distinct().count(),
            "wa",
            "accounts",
            gettext("去看"),
        ),
        _count(
            gettext("还没有改过初始密码的账号"), accounts["fresh"], "", "accounts", gettext("去看")
        ),
        _count(gettext("已停用的账号"), accounts["closed"], "", "accounts", gettext("去看")),
    )


def _of_the_log(now: datetime) -> tuple[Fact, ...]:
    midnight = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    today = AuditRow.objects.filter(at__gte=midnight).count()
    anchored = AuditAnchor.objects.aggregate(last=Max("anchored_at"))["last"]
    is_old = anchored is None or now - anchored > ANCHOR_EVERY
    return (
        _count(gettext("今天的操作日志"), today, "", "audit", gettext("去看")),
        Fact(
            label=gettext("最近一次把校验码交出去"),
            number=day_words(anchored, now=now) if anchored else gettext("还没有过"),
            tone="wa" if is_old else "ok",
            said=gettext("请打印或发出一次校验码") if is_old else gettext("在 30 天以内"),
            endpoint="audit",
            verb=gettext("去办"),
        ),
    )


def _count(label: str, count: int, tone: str, endpoint: str, verb: str) -> Fact:
    """`tone` where there is any; a figure without one is only for information."""
    return Fact(
        label=label,
        number=str(count),
        tone=(tone if count else "ok") if tone else "",
        said=(gettext("要处理") if count else gettext("没有")) if tone else "",
        endpoint=endpoint,
        verb=verb,
    )
