"""The pages of accounts as a browser lays them out, and the way in from end to end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kaocheng.records.models import Account, Delegation, SignIn
from tests.cast import NOW, PASSWORD, Cast
from tests.web.axe import violations
from tests.web.conftest import Open

pytestmark = pytest.mark.browser

TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = {
    "/sign-in": "",
    "/sign-in/forgotten": "",
    "/account": "teacher",
    "/account/password": "teacher",
    "/account/second-factor": "teacher",
    "/account/sessions": "teacher",
    "/delegations": "teacher",
    "/delegations/slip?q=林": "clerk",
    "/sign-in-help?q=陈": "lead",
    "/administration/accounts": "security_admin",
    "/administration/accounts/make?q=x": "security_admin",
    "/administration/administrators?q=x": "security_admin",
    "/administration/security": "security_admin",
    "/administration/system": "system_admin",
}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(("path", "who"), PAGES.items())
def test_pages_of_accounts_keep_nobody_out(
    window: Open, cast: Cast, path: str, who: str, width: int
) -> None:
    account = cast.teacher.account
    SignIn.objects.create(
        account=account, session_digest="x", device="安卓手机 · 微信", started_at=NOW, seen_at=NOW
    )
    for person, helper in ((cast.teacher, cast.colleague), (cast.clerk, cast.teacher)):
        ends_on = (NOW + timedelta(days=9)).date()
        Delegation(
            person=person,
            helper=helper,
            starts_on=NOW.date(),
            ends_on=ends_on,
            entered_by=cast.clerk,
        ).save()

    page = window(path, getattr(cast, who) if who else None, width=width)

    assert violations(page) == []
    assert page.evaluate(TOO_WIDE) == 0


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("by_phone", [False, True])
def test_second_step_of_signing_in_keeps_nobody_out(
    window: Open, cast: Cast, by_phone: bool, width: int
) -> None:
    how = {"sms_confirmed_at": NOW} if by_phone else {"totp_secret": "A", "totp_confirmed_at": NOW}
    Account.objects.filter(person=cast.teacher).update(**how)

    page = window("/sign-in/second-factor", cast.teacher, width=width)

    assert page.inner_text("h1") == "再输一次验证码"
    assert violations(page) == []
    assert page.evaluate(TOO_WIDE) == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_end_of_acting_for_somebody_keeps_nobody_out(window: Open, cast: Cast, width: int) -> None:
    page = window("/delegations/ended", cast.teacher, width=width, session={"acting_for": 0})

    assert page.inner_text("h1") == "代办已结束"
    assert violations(page) == []
    assert page.evaluate(TOO_WIDE) == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_one_account_keeps_nobody_out(window: Open, cast: Cast, width: int) -> None:
    address = f"/administration/accounts/{cast.teacher.account.pk}"

    page = window(address, cast.security_admin, width=width)

    assert violations(page) == []
    assert page.evaluate(TOO_WIDE) == 0


@pytest.mark.django_db(transaction=True)
def test_teacher_comes_in_with_a_handed_out_password(window: Open, cast: Cast) -> None:
    Account.objects.filter(person=cast.teacher).update(must_change_password=True)
    page = window("/sign-in?next=/account", width=360)

    page.get_by_label("登录名").fill("T-linxiaotang")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_text("登录名或密码不对。").wait_for()
    assert violations(page) == []
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("heading", name="请先设一个自己的密码").wait_for()
    page.get_by_label("新密码", exact=True).fill("short")
    page.get_by_label("再输一遍新密码").fill("short")
    page.get_by_role("button", name="保存新密码").click()
    page.get_by_text("密码至少要 10 位。").wait_for()
    assert violations(page) == []
    page.get_by_label("新密码", exact=True).fill("Orchid-2026-river")
    page.get_by_label("再输一遍新密码").fill("Orchid-2026-river")
    page.get_by_role("button", name="保存新密码").click()

    page.get_by_role("heading", name="林晓棠").wait_for()
    assert page.url.endswith("/account")
