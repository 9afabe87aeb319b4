"""Which roles there are in which kind of unit, what they are called there, and who may give them.

Tables, as the grants are: one row taken out must turn a test red.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

from kaocheng.access.actor import Actor
from kaocheng.access.grants import (
    AUDIT_ADMIN,
    CLERK,
    LEAD,
    MEMBER,
    OFFICER,
    REVIEWER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    WORKSHOP_LEADER,
    Permission,
)

ADMINISTRATORS = (SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN)

# In the order in which a form offers them.
ROLES_IN: Mapping[str, tuple[str, ...]] = {
    "city": (OFFICER, LEAD, CLERK, MEMBER),
    "district": (OFFICER, LEAD, CLERK, MEMBER),
    "town": (OFFICER, LEAD, CLERK, MEMBER),
    "school": (MEMBER, WORKSHOP_LEADER, LEAD, CLERK),
    "group": (MEMBER, WORKSHOP_LEADER, LEAD),
    "township": (MEMBER, LEAD, CLERK, OFFICER),
    "company": (MEMBER, LEAD, CLERK),
    "department": (MEMBER, LEAD, CLERK),
    "panel": (REVIEWER, LEAD),
}
# What holding one of these already includes; the clerk enters, the lead and the office decide.
GIVEN_IN_OWN_UNIT: Mapping[str, frozenset[str]] = {
    LEAD: frozenset({MEMBER, WORKSHOP_LEADER, LEAD, CLERK}),
    OFFICER: frozenset({MEMBER, WORKSHOP_LEADER, CLERK, OFFICER}),
    CLERK: frozenset({MEMBER, WORKSHOP_LEADER}),
}

_PLAIN: Mapping[str, str] = {
    MEMBER: _("职员"),
    WORKSHOP_LEADER: _("坊主"),
    LEAD: _("负责人"),
    CLERK: _("信息员"),
    OFFICER: _("工作人员"),
    REVIEWER: _("评审专家"),
    SYSTEM_ADMIN: _("系统管理员"),
    SECURITY_ADMIN: _("安全管理员"),
    AUDIT_ADMIN: _("审计管理员"),
}
_TITLES: Mapping[tuple[str, str], str] = {
    ("school", LEAD): _("校长"),
    ("school", MEMBER): _("教师"),
    ("group", LEAD): _("教研组长"),
    ("group", MEMBER): _("教师"),
    ("city", OFFICER): _("市工程办"),
    ("district", OFFICER): _("区工程办"),
    ("town", OFFICER): _("镇教育办"),
    ("township", LEAD): _("镇政府负责人"),
}


def role_title(role: str, unit_kind: str) -> str:
    """What somebody with this role is called in such a unit, in Chinese, as messages say it."""
    return _TITLES.get((unit_kind, role)) or _PLAIN[role]


def givable_roles(actor: Actor, *, unit_kind: str, unit_path: str) -> tuple[str, ...]:
    """The roles that the actor may give in the unit, which lies within their reach.

    Above the unit: all that there are. In the own unit: no more than what one's own role includes,
    so that nobody appoints themselves to more. Administrators are appointed by the security
    administrator on pages of their own.
    """
    held = actor.held
    if held is None or not actor.may(Permission.MANAGE_PEOPLE):
        return ()
    there = ROLES_IN[unit_kind]
    if unit_path != held.unit_path:
        return there
    given = GIVEN_IN_OWN_UNIT.get(held.role, frozenset())
    return tuple(role for role in there if role in given)
