"""What a role is called in a unit of a kind, in the words of the field."""

from __future__ import annotations

from django.utils.translation import gettext as _

from kaocheng.records.models.appointment import Role


def role_name(role: str, unit_kind: str) -> str:
    """A teacher is a member of a school; the head of a school is not that of a company."""
    schoolish = unit_kind in {"school", "group"}
    office = {"city": _("市工程办"), "district": _("区工程办"), "town": _("镇教育办")}
    heads = {"school": _("校长"), "group": _("教研组长"), "township": _("镇政府负责人")}
    names = {
        Role.MEMBER: _("教师") if schoolish else _("职员"),
        Role.WORKSHOP_LEADER: _("坊主"),
        Role.LEAD: heads.get(unit_kind, _("负责人")),
        Role.CLERK: _("信息员"),
        Role.OFFICER: office.get(unit_kind, _("工作人员")),
        Role.REVIEWER: _("评审专家"),
        Role.SYSTEM_ADMIN: _("系统管理员"),
        Role.SECURITY_ADMIN: _("安全管理员"),
        Role.AUDIT_ADMIN: _("审计管理员"),
    }
    return names[Role(role)]
