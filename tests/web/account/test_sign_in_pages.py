"""Signing in through the pages: steps in their order, sessions that begin anew and really end."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Account, AuditRow, Person, SignIn
from kaocheng.records.sessions import session_digest
from tests.cast import NOW, PASSWORD, Cast

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Edg/130.0"
NEW = "Orchid-2026-river"


def enter(client: Client, login: str, password: str = PASSWORD, **more: str) -> Response:
    return client.post(
        "/sign-in",
        {"login": login, "password": password, **more},
        headers={"User-Agent": EDGE},
    )


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(CLOCK, "source", lambda: moment)


def body(response: Response) -> str:
    return response.content.decode()


def test_teacher_signs_in_and_comes_to_the_page_she_wanted(client: Client, cast: Cast) -> None:
    wanted = client.get("/account?x=1")
    answer = enter(client, "linxiaotang", next="/account?x=1")

    assert (wanted.status_code, wanted["Location"]) == (302, "/sign-in?next=%2Faccount%3Fx%3D1")
    assert (answer.status_code, answer["Location"]) == (302, "/account?x=1")
    page = client.get("/account")
    assert page.status_code == 200
    assert cast.teacher.name in body(page)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_next_page_is_never_somebody_elses(client: Client, cast: Cast, wanted: str) -> None:
    assert enter(client, "linxiaotang", next=wanted)["Location"] == "/home"


def test_wrong_password_stays_on_the_page_without_repeating_it(client: Client, cast: Cast) -> None:
    answer = enter(client, "linxiaotang", "my-wrong-password")

    assert answer.status_code == 422
    assert "登录名或密码不对。" in body(answer)
    assert "my-wrong-password" not in body(answer)
    assert 'value="linxiaotang"' in body(answer)
    assert "sessionid" not in client.cookies


def test_session_gets_a_new_key_and_its_device(client: Client, cast: Cast) -> None:
    session = client.session
    session["from_before"] = "planted"
    session.save()
    client.cookies["sessionid"] = before = session.session_key or ""
    enter(client, "linxiaotang")

    key = client.cookies["sessionid"].value
    row = SignIn.objects.get()
    assert key != before
    assert not Session.objects.filter(pk=before).exists()
    assert "from_before" not in client.session
    assert row.session_digest == session_digest(key)
    assert row.device == "Windows 电脑 · Edge"


def test_shared_computer_keeps_the_cookie_for_the_browser_only(client: Client, cast: Cast) -> None:
    enter(client, "linxiaotang", shared_pc="on")
    assert client.cookies["sessionid"]["max-age"] == ""

    client.post("/sign-out")
    enter(client, "linxiaotang")
    assert client.cookies["sessionid"]["max-age"] == 12 * 3600


@pytest.mark.parametrize(("shared", "minutes"), [("", 120), ("on", 30)])
def test_idle_session_is_over(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, shared: str, minutes: int
) -> None:
    enter(client, "linxiaotang", shared_pc=shared)

    at(monkeypatch, NOW + timedelta(minutes=minutes - 1))
    assert client.get("/account").status_code == 200
    at(monkeypatch, NOW + timedelta(minutes=2 * minutes, seconds=1))
    assert client.get("/account")["Location"] == "/sign-in?next=%2Faccount"
    row = SignIn.objects.get()
    assert (row.ended_because, row.seen_at) == ("idle", NOW + timedelta(minutes=minutes - 1))
    assert not Session.objects.exists()


def test_session_is_over_after_twelve_hours_however_busy(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(client, "linxiaotang")

    for hours in range(1, 13):
        at(monkeypatch, NOW + timedelta(hours=hours))
        assert client.get("/account").status_code == 200
    at(monkeypatch, NOW + timedelta(hours=12, seconds=1))

    assert client.get("/account").status_code == 302


def test_signing_out_ends_the_session_on_the_server(client: Client, cast: Cast) -> None:
    enter(client, "linxiaotang")
    key = client.cookies["sessionid"].value

    answer = client.post("/sign-out")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    thief = Client()
    thief.cookies["sessionid"] = key
    assert thief.get("/account").status_code == 302
    assert SignIn.objects.get().ended_because == "signed_out"


def test_sign_out_on_an_old_page_is_no_error(client: Client, cast: Cast) -> None:
    assert client.post("/sign-out")["Location"] == "/sign-in"


def test_retired_person_is_signed_out_in_the_middle(client: Client, cast: Cast) -> None:
    enter(client, "linxiaotang")
    Person.objects.unscoped("a test arranges").filter(pk=cast.teacher.pk).update(state="retired")

    assert client.get("/account")["Location"] == "/sign-in?next=%2Faccount"


def test_one_device_ends_another(client: Client, cast: Cast) -> None:
    phone = Client()
    enter(client, "linxiaotang")
    enter(phone, "linxiaotang")
    other = SignIn.objects.latest("pk")

    page = client.get("/account/sessions")
    client.post(f"/account/sessions/{other.pk}/end", {"key": "a"})

    assert body(page).count("Windows 电脑 · Edge") >= 2
    assert phone.get("/account").status_code == 302
    assert client.get("/account").status_code == 200
    assert not Session.objects.filter(pk=phone.cookies["sessionid"].value).exists()


def test_devices_of_somebody_else_cannot_be_ended(client: Client, cast: Cast) -> None:
    victim = Client()
    enter(victim, "chenmin")
    enter(client, "linxiaotang")

    answer = client.post(f"/account/sessions/{SignIn.objects.earliest('pk').pk}/end", {"key": "a"})

    assert answer.status_code == 404
    assert victim.get("/account").status_code == 200


def test_ending_all_others_leaves_this_one(client: Client, cast: Cast) -> None:
    others = [Client(), Client()]
    for one in (*others, client):
        enter(one, "linxiaotang")

    client.post("/account/sessions/end-others", {"key": "a"})

    assert [one.get("/account").status_code for one in (*others, client)] == [302, 302, 200]


def test_changing_the_password_signs_the_other_devices_out(client: Client, cast: Cast) -> None:
    phone = Client()
    enter(phone, "linxiaotang")
    enter(client, "linxiaotang")

    answer = client.post(
        "/account/password",
        {"key": "a", "present": PASSWORD, "password": NEW, "again": NEW},
    )

    assert (answer.status_code, answer["Location"]) == (302, "/account")
    assert client.get("/account").status_code == 200
    assert phone.get("/account").status_code == 302
    assert enter(Client(), "linxiaotang", NEW).status_code == 302
    assert enter(Client(), "linxiaotang").status_code == 422
    here, there = SignIn.objects.order_by("-pk")[1:3]
    assert here.session_digest == session_digest(client.cookies["sessionid"].value)
    assert (there.ended_because, there.ended_at) == ("password", NOW)


def test_passwords_are_in_no_row_of_the_log_and_no_kept_answer(client: Client, cast: Cast) -> None:
    from kaocheng.records.models import DoneOnce

    enter(client, "linxiaotang")
    client.post(
        "/account/password", {"key": "a", "present": PASSWORD, "password": NEW, "again": NEW}
    )

    kept = [str(row.__dict__) for row in (*AuditRow.objects.all(), *DoneOnce.objects.all())]
    assert len(kept) == 3
    assert not [text for text in kept if PASSWORD in text or NEW in text]


def test_first_change_comes_before_everything_else(client: Client, cast: Cast) -> None:
    Account.objects.filter(login="linxiaotang").update(must_change_password=True)
    enter(client, "linxiaotang")

    assert client.get("/home")["Location"] == "/sign-in/new-password?next=%2Fhome"
    assert client.get("/account/second-factor").status_code == 302
    answer = client.post(
        "/sign-in/new-password", {"key": "a", "password": NEW, "again": NEW, "next": "/account"}
    )
    assert answer["Location"] == "/account"
    assert client.get("/account").status_code == 200


def test_expired_password_is_changed_at_sign_in(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.objects.filter(login="linxiaotang").update(password_changed_at=NOW)
    at(monkeypatch, NOW + timedelta(days=90))
    enter(client, "linxiaotang")

    page = client.get("/home", follow=True)
    assert "密码已用满 90 天" in body(page)
    client.post("/sign-in/new-password", {"key": "a", "password": NEW, "again": NEW})
    assert client.get("/account").status_code == 200


def test_first_change_page_is_closed_to_whoever_has_no_need_of_it(
    client: Client, cast: Cast
) -> None:
    enter(client, "linxiaotang")

    answer = client.post("/sign-in/new-password", {"key": "a", "password": NEW, "again": NEW})

    assert answer.status_code == 401
    assert enter(Client(), "linxiaotang", PASSWORD).status_code == 302


def with_totp(login: str) -> str:
    secret = pyotp.random_base32()
    Account.objects.filter(login=login).update(totp_secret=secret, totp_confirmed_at=NOW)
    return secret


def code(secret: str, moment: datetime = NOW) -> str:
    return pyotp.TOTP(secret).at(moment)


def test_second_factor_stands_between_password_and_pages(client: Client, cast: Cast) -> None:
    secret = with_totp("liangzhuoran")
    enter(client, "liangzhuoran", next="/account")
    half = client.cookies["sessionid"].value

    assert client.get("/account")["Location"] == "/sign-in/second-factor?next=%2Faccount"
    wrong = client.post("/sign-in/second-factor", {"key": "a", "code": "000000"})
    right = client.post(
        "/sign-in/second-factor", {"key": "b", "code": code(secret), "next": "/account"}
    )

    assert wrong.status_code == 422
    assert "验证码不对，或者已经用过、过期了。" in body(wrong)
    assert right["Location"] == "/account"
    assert client.get("/account").status_code == 200
    assert client.cookies["sessionid"].value != half


def test_half_signed_in_cannot_change_password_or_second_factor(client: Client, cast: Cast) -> None:
    with_totp("liangzhuoran")
    Account.objects.filter(login="liangzhuoran").update(must_change_password=True)
    enter(client, "liangzhuoran")

    tried = [
        client.post("/sign-in/new-password", {"key": "a", "password": NEW, "again": NEW}),
        client.post("/account/second-factor", {"key": "b", "code": "1", "way": "totp"}),
        client.post("/account/second-factor", {"key": "c", "code": "1", "way": "sms"}),
        client.post("/account/second-factor/code", {"key": "d"}),
        client.post("/account/second-factor/drop", {"key": "e", "password": PASSWORD}),
        client.post("/account/spare-codes", {"key": "f"}),
        client.post("/account/password", {"key": "g", "present": PASSWORD, "password": NEW}),
    ]

    assert [one.status_code for one in tried] == [401] * 7
    account = Account.objects.get(login="liangzhuoran")
    assert account.check_password(PASSWORD)
    assert account.totp_confirmed_at == NOW


def test_officer_without_second_factor_sets_it_up_first(client: Client, cast: Cast) -> None:
    enter(client, "liangzhuoran")
    assert client.get("/home")["Location"] == "/account/second-factor?next=%2Fhome"
    page = client.get("/account/second-factor")
    secret = client.session["new_totp"]

    assert 'src="data:image/svg+xml' in body(page)
    wrong = client.post("/account/second-factor", {"key": "a", "code": "12345", "way": "totp"})
    assert wrong.status_code == 422
    client.post("/account/second-factor", {"key": "b", "code": code(secret), "way": "totp"})
    assert client.get("/account").status_code == 200
    # The next time, the code is asked for; the one of the set-up does not work twice.
    again = Client()
    enter(again, "liangzhuoran")
    used = again.post("/sign-in/second-factor", {"key": "c", "code": code(secret)})
    assert used.status_code == 422


def test_spare_codes_are_shown_once_and_work_once(client: Client, cast: Cast) -> None:
    with_totp("liangzhuoran")
    session_of(client, "liangzhuoran")
    shown = body(client.post("/account/spare-codes", {"key": "a"}))
    codes = re.findall(r"<li><b>([a-z2-9]{5}-[a-z2-9]{5})</b></li>", shown)

    assert len(set(codes)) == 10
    first, second = Client(), Client()
    for one in (first, second):
        enter(one, "liangzhuoran")
    typed = codes[0].upper().replace("-", " ")
    passed = first.post("/sign-in/second-factor", {"key": "b", "code": typed})
    reused = second.post("/sign-in/second-factor", {"key": "c", "code": codes[0]})
    other = second.post("/sign-in/second-factor", {"key": "d", "code": codes[1]})
    assert [one.status_code for one in (passed, reused, other)] == [302, 422, 302]
    assert not [text for text in codes if text in str([r.changes for r in AuditRow.objects.all()])]


def session_of(client: Client, login: str) -> None:
    """Wholly signed in, second factor included."""
    client.force_login(Account.objects.get(login=login))
    session = client.session
    session["second_factor"] = True
    session.save()


def test_new_spare_codes_void_the_old_ones(client: Client, cast: Cast) -> None:
    with_totp("liangzhuoran")
    session_of(client, "liangzhuoran")
    old = re.findall(
        r"<li><b>(.{11})</b></li>", body(client.post("/account/spare-codes", {"key": "a"}))
    )
    client.post("/account/spare-codes", {"key": "b"})

    other = Client()
    enter(other, "liangzhuoran")

    assert other.post("/sign-in/second-factor", {"key": "c", "code": old[0]}).status_code == 422


def test_dropping_the_second_factor_wants_the_password(client: Client, cast: Cast) -> None:
    with_totp("linxiaotang")
    session_of(client, "linxiaotang")

    wrong = client.post("/account/second-factor/drop", {"key": "a", "password": "wrong"})
    assert wrong.status_code == 422
    assert Account.objects.get(login="linxiaotang").has_second_factor
    client.post("/account/second-factor/drop", {"key": "b", "password": PASSWORD})
    account = Account.objects.get(login="linxiaotang")
    assert (account.totp_secret, account.has_second_factor) == ("", False)


def test_codes_are_guessed_five_times_at_most(client: Client, cast: Cast) -> None:
    secret = with_totp("liangzhuoran")
    enter(client, "liangzhuoran")

    said = [
        client.post("/sign-in/second-factor", {"key": f"k{n}", "code": "000000"}).status_code
        for n in range(5)
    ]
    right = client.post("/sign-in/second-factor", {"key": "z", "code": code(secret)})

    assert said == [422] * 5
    assert right.status_code == 422
    assert "连续输错次数较多" in body(right)


def test_busy_address_is_answered_later(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kaocheng.web.account import sign_in as pages

    waited: list[float] = []
    monkeypatch.setattr(pages, "wait", waited.append)
    for number in range(22):
        enter(client, f"guess-{number}", "wrong")

    assert waited == [2.0, 2.0]
    enter(client, "linxiaotang")
    assert waited == [2.0, 2.0]
