"""Signing in: the same answer for everybody who fails, and nobody locked out by a stranger."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kaocheng.access.actor import Actor, By
from kaocheng.access.refusal import Refused
from kaocheng.actions import sign_in as signing
from kaocheng.actions.perform import Answer
from kaocheng.actions.secret import Secret
from kaocheng.actions.sign_in import network_of, sign_in, sign_in_linked, slow_seconds, wait_after
from kaocheng.records.models import Account, AuditRow, Message, Person, SignIn, SignInDelay
from tests.cast import NOW, PASSWORD, Cast

SCHOOL, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def attempt(
    login: str,
    password: str = PASSWORD,
    *,
    address: str | None = SCHOOL,
    at: datetime = NOW,
    shared_pc: bool = False,
) -> Answer:
    return sign_in(
        By(Actor(None, None, ""), at=at, request_id="TEST"),
        login=login,
        password=Secret(password),
        address=address,
        device="Windows 电脑 · Edge",
        shared_pc=shared_pc,
    )


def fail(times: int, login: str, *, address: str = SCHOOL, at: datetime = NOW) -> Answer:
    for _ in range(times):
        answer = attempt(login, "wrong", address=address, at=at)
    return answer


def test_right_password_signs_in_and_is_logged(cast: Cast) -> None:
    answer = attempt("linxiaotang")

    row = SignIn.objects.get()
    account = Account.objects.get(login="linxiaotang")
    assert answer == Answer(
        "signin",
        str(row.pk),
        None,
        "",
        {
            "account": account.pk,
            "sets_up": False,
            "expired": False,
            "idle_minutes": 120,
            "hours": 12,
            "started": NOW.timestamp(),
        },
    )
    assert (row.account, row.device, row.address, row.started_at) == (
        account,
        "Windows 电脑 · Edge",
        SCHOOL,
        NOW,
    )
    logged = AuditRow.objects.get()
    assert (logged.action, logged.object_id) == ("account.sign_in", str(account.pk))
    assert logged.changes == {
        "way": "password",
        "device": "Windows 电脑 · Edge",
        "shared_pc": False,
    }


@pytest.mark.parametrize(
    "typed", ["T-linxiaotang", " LINXIAOTANG ", "ｌｉｎｘｉａｏｔａｎｇ", "linxiaotang"]
)
def test_staff_number_and_full_width_letters_sign_in_too(cast: Cast, typed: str) -> None:
    answer = attempt(typed)

    assert answer.values["account"] == cast.teacher.account.pk


def test_w20_wrong_password_and_unknown_name_are_answered_alike(cast: Cast) -> None:
    wrong, unknown = attempt("linxiaotang", "wrong"), attempt("nobody-here", "wrong")

    assert wrong == unknown == Answer("signin", "", None, "W20", {})
    assert str(Refused("W20")) == "登录名或密码不对。"


def test_neither_typed_passwords_nor_unknown_names_are_kept(cast: Cast) -> None:
    attempt("secret-typed-as-name", "secret-typed-as-password")

    kept = [str(row.__dict__) for row in (*AuditRow.objects.all(), *SignInDelay.objects.all())]
    assert len(kept) == 3
    assert "secret-typed" not in "".join(kept)


def test_hash_runs_once_whether_the_name_exists_or_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    runs: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: MD5PasswordHasher, password: str, salt: str) -> str:
        runs.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    attempt("linxiaotang", "wrong-1")
    attempt("nobody-here", "wrong-2")

    assert runs == ["wrong-1", "wrong-2"]


def test_w21_fifth_failure_makes_the_name_wait_a_minute_then_longer(cast: Cast) -> None:
    fourth, fifth = fail(4, "linxiaotang"), fail(1, "linxiaotang")
    blocked = attempt("linxiaotang")
    later = attempt("linxiaotang", at=NOW + timedelta(seconds=60))

    assert fourth.said == "W20"
    assert (fifth.said, fifth.values) == ("W21", {"until": "10:01"})
    assert blocked == fifth
    assert later.said == ""
    assert str(Refused("W21", until="10:01")) == "连续输错次数较多，请在 10:01 以后再试。"


def test_unknown_name_waits_like_a_known_one(cast: Cast) -> None:
    known = [attempt("linxiaotang", "wrong").said for _ in range(7)]
    unknown = [attempt("nobody-here", "wrong").said for _ in range(7)]

    assert known == unknown == ["W20"] * 4 + ["W21"] * 3


def test_waits_double_up_to_half_an_hour() -> None:
    minutes = [
        (wait.total_seconds() / 60 if (wait := wait_after(failures)) else 0)
        for failures in (1, 4, 5, 6, 7, 8, 9, 10, 11, 400)
    ]

    assert minutes == [0, 0, 1, 2, 4, 8, 16, 30, 30, 30]


def test_stranger_elsewhere_does_not_lock_the_teacher_out_of_her_school(cast: Cast) -> None:
    attempt("linxiaotang", address=SCHOOL)

    stranger = fail(30, "linxiaotang", address=ELSEWHERE)
    teacher = attempt("linxiaotang", address=SCHOOL)

    assert stranger.said == "W21"
    assert teacher.said == ""


def test_stranger_does_not_escape_by_changing_addresses(cast: Cast) -> None:
    said = [
        attempt("linxiaotang", "wrong", address=f"198.51.100.{number}").said for number in range(8)
    ]

    assert said == ["W20"] * 4 + ["W21"] * 4


def test_attacker_on_the_schools_address_locks_nobody_else_out(cast: Cast) -> None:
    for number in range(60):
        fail(3, f"guess-{number}", address=SCHOOL)
    fail(10, "chenmin", address=SCHOOL)

    others = [attempt(login, address=SCHOOL).said for login in ("linxiaotang", "heminyi")]

    assert others == ["", ""]
    assert attempt("chenmin", address=SCHOOL).said == "W21"


def test_busy_address_is_only_slowed_and_only_for_a_while(cast: Cast) -> None:
    for number in range(21):
        attempt(f"guess-{number}", "wrong", address=SCHOOL)

    assert slow_seconds(SCHOOL, NOW) == 2.0
    assert slow_seconds(ELSEWHERE, NOW) == 0.0
    assert slow_seconds(SCHOOL, NOW + timedelta(minutes=11)) == 0.0
    assert slow_seconds(None, NOW) == 0.0


def test_success_forgets_the_failures(cast: Cast) -> None:
    fail(4, "linxiaotang")
    attempt("linxiaotang")

    assert [attempt("linxiaotang", "wrong").said for _ in range(4)] == ["W20"] * 4


def test_failures_of_yesterday_are_forgotten(cast: Cast) -> None:
    fail(4, "linxiaotang")

    tomorrow = NOW + timedelta(days=1, seconds=1)

    assert fail(1, "linxiaotang", at=tomorrow).said == "W20"
    assert SignInDelay.objects.filter(failed_at=NOW).count() == 0


def test_w22_locked_retired_and_demo_accounts_are_refused_after_the_right_password(
    cast: Cast,
) -> None:
    Account.objects.filter(login="linxiaotang").update(is_active=False)
    people = Person.objects.unscoped("a test arranges")
    people.filter(pk=cast.colleague.pk).update(state="retired")
    people.filter(pk=cast.clerk.pk).update(state="left")
    Account.objects.filter(login="heminyi").update(is_demo=True)

    logins = ("linxiaotang", "chenmin", "shenyiming", "heminyi")

    assert [attempt(login).said for login in logins] == ["W22"] * 4
    assert [attempt(login, "wrong").said for login in logins] == ["W20"] * 4
    assert not SignIn.objects.exists()
    assert str(Refused("W22")) == "这个账号现在不能登录。"


def test_w31_one_time_password_runs_out(cast: Cast) -> None:
    Account.objects.filter(login="linxiaotang").update(
        must_change_password=True, one_time_until=NOW + timedelta(hours=72)
    )

    assert attempt("linxiaotang", at=NOW + timedelta(hours=71)).said == ""
    assert attempt("linxiaotang", at=NOW + timedelta(hours=72)).said == "W31"
    assert str(Refused("W31")) == "这个一次性密码已过期（发出后 72 小时内有效）。"


def test_password_is_warned_about_ten_days_before_and_has_to_be_changed_after_ninety(
    cast: Cast,
) -> None:
    Account.objects.update(password_changed_at=NOW)

    early = attempt("linxiaotang", at=NOW + timedelta(days=79))
    warned = attempt("linxiaotang", at=NOW + timedelta(days=80))
    attempt("linxiaotang", at=NOW + timedelta(days=81))
    expired = attempt("linxiaotang", at=NOW + timedelta(days=90))

    assert [one.values["expired"] for one in (early, warned, expired)] == [False, False, True]
    message = Message.objects.unscoped("a test looks").get()
    assert (message.person, message.subject) == (cast.teacher, "密码还有 10 天到期")


def test_office_has_to_set_up_a_second_factor_and_a_teacher_not(cast: Cast) -> None:
    logins = ("liangzhuoran", "fangxitong", "anquanyuan", "shenji", "linxiaotang", "heminyi")

    assert [attempt(login).values["sets_up"] for login in logins] == [True] * 4 + [False] * 2


def test_shared_computer_is_left_idle_for_half_an_hour_only(cast: Cast) -> None:
    assert attempt("linxiaotang", shared_pc=True).values["idle_minutes"] == 30
    assert SignIn.objects.get().is_shared_pc


def test_address_is_counted_as_a_network() -> None:
    assert [
        network_of(one)
        for one in ("203.0.113.7", "::ffff:203.0.113.7", "2001:db8:1:2:3::9", "", "x", None)
    ] == ["203.0.113.7", "203.0.113.7", "2001:db8:1:2::", None, None, None]


def linked(number: str) -> Answer:
    return sign_in_linked(
        By(Actor(None, None, ""), at=NOW, request_id="TEST"),
        staff_number=number,
        way="oidc",
        address=SCHOOL,
        device="Edge",
    )


def test_w36_linked_sign_in_never_makes_an_account(cast: Cast) -> None:
    before = Account.objects.count()
    Person.objects.unscoped("a test arranges").filter(pk=cast.colleague.pk).update(state="left")

    known, unknown, empty, left = map(linked, ("T-linxiaotang", "T-9999", "", "T-chenmin"))

    assert known.values["account"] == cast.teacher.account.pk
    assert [one.said for one in (unknown, empty, left)] == ["W36"] * 3
    assert Account.objects.count() == before
    assert "9999" not in str([row.changes for row in AuditRow.objects.all()])
    assert str(Refused("W36")) == "统一身份认证已通过，但本平台没有与之对应的在岗人员账号。"


def test_guesses_of_one_name_are_taken_one_after_the_other(cast: Cast) -> None:
    """The lock of the name is taken before the password is looked at."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as captured:
        attempt("linxiaotang", "wrong")

    said = [query["sql"] for query in captured.captured_queries]
    locked = next(i for i, sql in enumerate(said) if "pg_advisory_xact_lock" in sql)
    looked = next(i for i, sql in enumerate(said) if 'FROM "records_signindelay"' in sql)
    assert locked < looked
    assert signing.FREE_FAILURES == 5
