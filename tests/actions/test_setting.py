"""设置: each by its own administrator, within what is allowed, under the right version."""

from __future__ import annotations

import pytest

from kaocheng.access.refusal import Invalid, NotAllowed, NotYours, Refused, Stale
from kaocheng.actions.setting import change_setting
from kaocheng.queries.setting import KINDS, setting
from kaocheng.records.models import AuditRow
from tests.cast import Cast, by


def test_security_administrator_chooses_the_password_profile(cast: Cast) -> None:
    asked = by(cast.security_admin)

    change_setting(asked, name="password_profile", values=["asvs"], version=0)
    change_setting(asked, name="password_profile", values=["dengbao3"], version=1)

    assert setting("password_profile") == "dengbao3"
    assert AuditRow.objects.latest("pk").changes == {
        "fields": ["value"],
        "name": "password_profile",
        "before": "asvs",
        "value": "dengbao3",
    }


def test_each_setting_belongs_to_one_administrator(cast: Cast) -> None:
    wrong = {
        "account.administer": (cast.system_admin, cast.audit_admin, cast.city_officer),
        "system.administer": (cast.security_admin, cast.audit_admin, cast.city_officer),
    }

    for kind in KINDS.values():
        for who in wrong[kind.needs]:
            with pytest.raises(NotAllowed):
                change_setting(by(who), name=kind.name, values=["1"], version=0)
    assert not AuditRow.objects.exists()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("session_idle_minutes", ["5"]),
        ("session_idle_minutes", ["many"]),
        ("session_idle_minutes", []),
        ("session_hours", ["25"]),
        ("password_profile", ["none"]),
        ("second_factor_roles", ["emperor"]),
    ],
)
def test_w38_value_outside_of_what_is_allowed_is_not_kept(
    cast: Cast, name: str, values: list[str]
) -> None:
    with pytest.raises(Invalid) as invalid:
        change_setting(by(cast.security_admin), name=name, values=values, version=0)

    assert list(invalid.value.problems) == [name]
    assert setting(name) == KINDS[name].default
    assert str(Refused("W38", title="密码规则")) == "“密码规则”的值不在允许的范围内，没有保存。"


def test_second_change_from_the_same_form_is_stale(cast: Cast) -> None:
    asked = by(cast.security_admin)
    change_setting(asked, name="session_hours", values=["8"], version=0)

    with pytest.raises(Stale) as stale:
        change_setting(asked, name="session_hours", values=["10"], version=0)

    assert stale.value.theirs == {"value": 8}
    assert setting("session_hours") == 8


def test_unknown_setting_is_not_there(cast: Cast) -> None:
    with pytest.raises(NotYours):
        change_setting(by(cast.security_admin), name="demo", values=["on"], version=0)


def test_help_contact_is_the_system_administrators(cast: Cast) -> None:
    change_setting(
        by(cast.system_admin), name="help_contact", values=[" 请找本校信息员 "], version=0
    )

    assert setting("help_contact") == "请找本校信息员"
