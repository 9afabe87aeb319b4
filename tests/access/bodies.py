"""What is sent with a POST, so that it is the permission that decides and not an empty field."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.access.city import City
from tests.access.table import Cell

Body = Mapping[str, object]
Made = Callable[[City, Cell], Body]


def always(**values: object) -> Made:
    return lambda _city, _cell: values


def helper_until(city: City, _cell: Cell) -> Body:
    return {"helper": city.cast.outsider.pk, "ends_on": "2026-12-31"}


def slip(city: City, cell: Cell) -> Body:
    """Of a colleague in the school: within reach of whoever may enter slips there."""
    person = city.bundle(cell.role, "same_school").person.pk
    return {"person": person, **helper_until(city, cell)}


def move(city: City, cell: Cell) -> Body:
    """All that the forms of appointing and leaving ask; `?` goes into the address."""
    unit = city.bundle(cell.role, "same_school").unit.pk
    return {
        "?": f"to={unit}",
        "role": "member",
        "kind": "regular",
        "on": "2026-11-27",
        "starts_on": "2026-11-28",
        "ends_on": "2026-12-31",
        "reason": "依据",
        "version": 1,
    }


BODIES: Mapping[str, Made] = {
    "file-withdraw": always(version=1),
    "account-admin-change": always(deed="end"),
    "account-admin-make": lambda city, _cell: {"login": "neu", "person": city.cast.outsider.pk},
    "accounts-security-change": always(name="password_profile", value="asvs", version=0),
    "system-change": always(name="delegation_days", value="60", version=0),
    "accounts-administrator-appoint": lambda city, _cell: {
        "person": city.cast.outsider.pk,
        "role": "audit_admin",
    },
    "delegation-grant": helper_until,
    "delegation-slip": slip,
    "audit-anchor": always(where="档案室"),
    "notice-edit": always(version=1),
    "notice-issue": always(version=1),
    "notice-discard": always(version=1),
    "notice-withdraw": always(version=1, because="撤回"),
    "collection-reopen": always(due_on="2026-12-10"),
    "collection-part-return": always(because="补"),
    "collection-part-paste": always(text="内容", then="write"),
    "handover-give": always(version=1),
    "handover-take": always(version=1),
    "handover-witness": always(version=1),
    "handover-cancel": always(version=1, because="取消"),
    **dict.fromkeys(
        (
            "person-appoint",
            "person-transfer",
            "person-second",
            "person-retire",
            "person-leave",
            "person-appointment-change",
            "person-appointment-end",
        ),
        move,
    ),
    "matter-remind": always(words="请尽快办理"),
    "review-return": always(because="补"),
    "ballot": always(vote="赞成"),
}
