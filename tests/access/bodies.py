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


def entered(city: City, cell: Cell) -> Body:
    key = f"T{city.bundle(cell.role, cell.relation).number}"
    return {"f_teacher": key, "f_on": "2026-11-20", "f_days": "1"}


def ticked(city: City, cell: Cell) -> Body:
    return {"entry": city.bundle(cell.role, cell.relation).ids["entry_id"]}


def disputed(city: City, cell: Cell) -> Body:
    checking = city.bundle(cell.role, cell.relation).ids["checking_id"]
    return {"note": "异议", **({"entry": checking} if checking else {})}


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
    "adoption-new": always(title="采用"),
    "adoption-end": always(because="结束"),
    "amendment-withdraw": always(because="撤回"),
    "adoption-parameters": always(version=1, why="修订", takes_effect_on="2026-11-27"),
    "adoption-table": always(
        **{"version": 1, "then": "write", "rows": 1, "r-0-0": "轻", "r-0-1": "2"},
        why="修订",
        takes_effect_on="2026-11-27",
    ),
    "adoption-dates": always(then="write"),
    "adoption-periods": always(version=1, then="write", rows=0),
    "adoption-roster-fill": always(roles="member"),
    "adoption-roster-paste": always(table="编号\t姓名\n9\t新人"),
    "adoption-replace": always(version=1),
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
    "entry-correct": always(version=1, because="更正"),
    "entry-fill": always(version=1, f_days="1"),
    "entry-return": always(because="退回"),
    "entry-withdraw": always(version=1, because="撤销"),
    "entry-advance": always(version=1, to="下一步"),
    "entry-enter": entered,
    "register-sign": ticked,
    "register-sheets": always(month="2026-11"),
    "register-subject": always(version=1, f_name="改"),
    "register-subject-leave": always(version=1),
    "register-subject-add": always(f_id="T0", f_name="新"),
    "sheet-dispute": disputed,
    "matter-remind": always(words="请尽快办理"),
    "round-events": always(name="posted"),
    "round-ticket": always(name="asked"),
    "obligation-excuse": always(because="免"),
    "result-reopen": always(because="有误"),
    "consequence-decide": always(decision="confirm"),
    "review": lambda _city, cell: {} if cell.role == "helper" else {"then": "send"},
    "review-return": always(because="补"),
    "review-reassign": lambda city, _cell: {"assessor": city.cast.colleague.pk},
    "ballot": always(vote="赞成"),
    "ballot-new": always(about="vote:", title="表决", how="meeting"),
}
