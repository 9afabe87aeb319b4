"""设置, of the system administrator and of the security administrator apart."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from kaocheng.access.permissions import Permission
from kaocheng.access.refusal import Invalid, NotYours
from kaocheng.actions.setting import change_setting
from kaocheng.queries.setting import KINDS, settings_now
from kaocheng.web.asking import by


def system_settings(request: HttpRequest) -> HttpResponse:
    return _page(request, Permission.ADMINISTER_SYSTEM, None)


def security_settings(request: HttpRequest) -> HttpResponse:
    return _page(request, Permission.ADMINISTER_ACCOUNTS, None)


def change_system(request: HttpRequest) -> HttpResponse:
    return _change(request, Permission.ADMINISTER_SYSTEM, "system")


def change_security(request: HttpRequest) -> HttpResponse:
    return _change(request, Permission.ADMINISTER_ACCOUNTS, "accounts-security")


def _change(request: HttpRequest, needs: Permission, back: str) -> HttpResponse:
    name = request.POST.get("name", "")
    if name not in KINDS or KINDS[name].needs != needs:
        raise NotYours
    version = request.POST.get("version", "")
    try:
        change_setting(
            by(request),
            name=name,
            values=request.POST.getlist("value"),
            version=int(version) if version.isdigit() and len(version) < 9 else 0,
        )
    except Invalid as invalid:
        return _page(request, needs, invalid)
    return redirect(back)


def _page(request: HttpRequest, needs: Permission, invalid: Invalid | None) -> HttpResponse:
    security = needs == Permission.ADMINISTER_ACCOUNTS
    context = {
        "title": _("安全设置") if security else _("系统设置"),
        "change": "accounts-security-change" if security else "system-change",
        "settings": [
            (now, invalid.problems.get(now.kind.name) if invalid else None)
            for now in settings_now(needs)
        ],
    }
    return render(request, "administration/settings.html", context, status=422 if invalid else 200)
