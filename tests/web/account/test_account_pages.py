"""我的, 帮助登录, 代办 and the pages of the administrators."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kaocheng.config.urls import ENDPOINTS
from kaocheng.records.models import Account, AuditRow, Delegation, Person, PersonalData, SignIn
from tests.cast import NOW, PASSWORD, Cast, person

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

CANARY_PHONE, CANARY_ID = "13900007777", "999999199001017777"


def signed_in(who: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=who))
    return client


def body(response: Response) -> str:
    return response.content.decode()


def test_own_page_says_how_long_the_password_holds(cast: Cast) -> None:
    Account.objects.filter(person=cast.teacher).update(password_changed_at=NOW - timedelta(days=82))

    page = body(signed_in(cast.teacher).get("/account"))

    assert "密码还有 8 天到期" in page
    assert "没有设置：登录只凭密码" in page


PAGES = {
    "/account": "teacher",
    "/account/password": "teacher",
    "/account/second-factor": "teacher",
    "/account/sessions": "teacher",
    "/delegations": "teacher",
    "/delegations/slip": "clerk",
    "/sign-in-help": "lead",
    "/administration/accounts": "security_admin",
    "/administration/accounts/make": "security_admin",
    "/administration/security": "security_admin",
    "/administration/system": "system_admin",
}


@pytest.mark.parametrize(("address", "who"), PAGES.items())
def test_page_opens_for_its_reader_without_personal_data(
    cast: Cast, address: str, who: str
) -> None:
    for one in (cast.teacher, cast.colleague, cast.clerk, cast.lead):
        PersonalData.objects.create(
            person=one, phone=f"{CANARY_PHONE[:-1]}{one.pk % 10}", id_number=f"{one.pk:018d}"
        )

    page = signed_in(getattr(cast, who)).get(address)

    assert page.status_code == 200
    assert CANARY_PHONE[:-1] not in body(page)
    assert "style=" not in body(page)
    assert not re.search(r"<script(?![^>]+src=)", body(page))


@pytest.mark.parametrize(
    "address",
    [
        "/sign-in-help",
        "/administration/accounts",
        "/administration/accounts/make",
        "/administration/security",
        "/administration/system",
        "/delegations/slip",
    ],
)
def test_page_is_closed_to_the_teacher(cast: Cast, address: str) -> None:
    assert signed_in(cast.teacher).get(address).status_code == 403


@pytest.mark.parametrize(
    ("who", "address", "sent"),
    [
        ("clerk", "/delegations/slip", {"slip_number": "7"}),
        ("security_admin", "/administration/administrators/appoint", {"role": "audit_admin"}),
        (
            "security_admin",
            "/administration/administrators/appoint",
            {"role": "audit_admin", "person": "9" * 19},
        ),
    ],
    ids=["a slip of nobody", "nobody as administrator", "a number that nobody has"],
)
def test_form_without_a_person_is_refused(
    who: str, address: str, sent: dict[str, str], cast: Cast
) -> None:
    assert signed_in(getattr(cast, who)).post(address, sent).status_code == 404


def test_three_administrators_see_each_their_own_pages_only(cast: Cast) -> None:
    pages = ("/administration/accounts", "/administration/security", "/administration/system")

    seen = {
        who: [signed_in(getattr(cast, who)).get(page).status_code for page in pages]
        for who in ("system_admin", "security_admin", "audit_admin", "city_officer")
    }

    assert seen == {
        "system_admin": [403, 403, 200],
        "security_admin": [200, 200, 403],
        "audit_admin": [403, 403, 403],
        "city_officer": [403, 403, 403],
    }


def test_forgotten_password_answers_everybody_alike_and_the_lead_sees_the_asking(
    cast: Cast,
) -> None:
    def ask(name: str, number: str) -> str:
        return body(
            Client().post("/sign-in/forgotten", {"name": name, "staff_number": number, "key": "k"})
        )

    known, unknown = ask("林晓棠", "T-linxiaotang"), ask("林晓棠", "T-9999")
    lead, clerk, other = map(signed_in, (cast.lead, cast.clerk, cast.other_lead))

    def plain(page: str) -> str:
        return re.sub(r'value="[^"]{32,}"', "", page)

    assert plain(known) == plain(unknown)
    assert "已转给能帮助您的管理员。" in known
    assert ["林晓棠" in body(one.get("/sign-in-help")) for one in (lead, clerk, other)] == [
        True,
        True,
        False,
    ]


def test_lead_checks_the_person_and_hands_over_the_password(cast: Cast) -> None:
    lead = signed_in(cast.lead)
    page = f"/sign-in-help/{cast.teacher.pk}"

    unchecked = lead.post(page, {"key": "k1"})
    shown = body(lead.post(page, {"key": "k1", "checked": "on"}))
    again = body(lead.post(page, {"key": "k1", "checked": "on"}))

    password = re.findall(r">([A-Z0-9]{5}(?:-[A-Z0-9]{5}){2})<", shown)
    assert "请先当面核对本人，再勾选。" in body(unchecked)
    assert len(password) == 1
    assert re.findall(r">([A-Z0-9]{5}(?:-[A-Z0-9]{5}){2})<", again) == password
    assert AuditRow.objects.filter(action="account.issue_one_time_password").count() == 1
    teacher = Client()
    entered = teacher.post("/sign-in", {"login": "linxiaotang", "password": password[0]})
    assert entered.status_code == 302
    assert teacher.get("/home")["Location"].startswith("/sign-in/new-password")


def test_password_of_another_school_is_not_handed_over(cast: Cast) -> None:
    answers = [
        signed_in(cast.lead).get(f"/sign-in-help/{cast.outsider.pk}"),
        signed_in(cast.lead).post(
            f"/sign-in-help/{cast.outsider.pk}", {"key": "k", "checked": "on"}
        ),
    ]

    assert [one.status_code for one in answers] == [404, 404]
    assert "许岚" not in "".join(map(body, answers))
    assert Account.objects.get(person=cast.outsider).check_password(PASSWORD)


def test_search_finds_only_whom_one_may_help(cast: Cast) -> None:
    person("林晓棠", "linxiaotang2", "member", cast.far_school)

    found = body(signed_in(cast.lead).get("/sign-in-help?q=林"))

    assert found.count(f"/sign-in-help/{cast.teacher.pk}") == 1
    assert "海屿二小" not in found


def test_helper_works_in_the_persons_name_until_laid_down(cast: Cast) -> None:
    teacher, helper = signed_in(cast.teacher), signed_in(cast.colleague)
    ends_on = (NOW + timedelta(days=5)).date().isoformat()
    teacher.post(
        "/delegations/grant", {"key": "a", "helper": cast.colleague.pk, "ends_on": ends_on}
    )
    row = Delegation.objects.unscoped("a test looks").get()

    begun = helper.post(f"/delegations/{row.pk}/act", {"key": "b"})
    home = body(helper.get("/home"))
    own = helper.get("/account")
    helper.post("/delegations/act-for-self", {"key": "c"})

    assert begun["Location"] == "/home"
    assert re.search(r"您正在代 <b translate=\"no\">林晓棠</b> 办理", home)
    assert own.status_code == 403
    assert "这件事须由 林晓棠 本人办，不能代办。" in body(own)
    assert "您正在代" not in body(helper.get("/home"))
    assert helper.get("/account").status_code == 200


def test_account_pages_are_all_closed_to_a_helper(cast: Cast) -> None:
    """Whatever stands under /account, /administration and /delegations, by the registry itself."""
    row = Delegation(
        person=cast.clerk,
        helper=cast.colleague,
        starts_on=NOW.date(),
        ends_on=NOW.date(),
        entered_by=cast.clerk,
    )
    row.save()
    device = SignIn.objects.create(
        account=cast.colleague.account, session_digest="x", started_at=NOW, seen_at=NOW
    )
    helper = signed_in(cast.colleague)
    helper.post(f"/delegations/{row.pk}/act", {"key": "b"})
    numbers = {"sign_in_id": device.pk, "delegation_id": row.pk, "person_id": cast.teacher.pk}

    answers = {}
    for one in ENDPOINTS:
        if not one.path.startswith(("account", "delegations", "sign-in-help")):
            continue
        if one.name in {"act-for-self", "acting-ended"} or "account_id" in one.path:
            continue
        address = "/" + re.sub(r"<int:(\w+)>", lambda m: str(numbers[m[1]]), one.path)
        for method in one.methods:
            asked = helper.get(address) if method == "GET" else helper.post(address, {"key": "x"})
            answers[one.name, method] = asked.status_code

    assert len(answers) > 12
    assert {key: status for key, status in answers.items() if status not in (401, 403)} == {
        ("sign-in-help", "GET"): 200  # the clerk's list, without any deed
    }


def test_delegation_that_has_ended_says_so_before_anything_is_written(cast: Cast) -> None:
    helper = signed_in(cast.colleague)
    row = Delegation(
        person=cast.teacher,
        helper=cast.colleague,
        starts_on=NOW.date(),
        ends_on=NOW.date(),
        entered_by=cast.teacher,
    )
    row.save()
    helper.post(f"/delegations/{row.pk}/act", {"key": "b"})
    signed_in(cast.teacher).post(f"/delegations/{row.pk}/end", {"key": "c"})

    read = helper.get("/home")
    written = helper.post("/account/password", {"key": "d"})
    page = body(helper.get("/delegations/ended"))
    back = helper.post("/delegations/act-for-self", {"key": "e"})

    assert read["Location"] == "/delegations/ended?next=%2Fhome"
    assert written.status_code == 401
    assert "代办到期了，或者已被结束。刚才没有提交的内容没有写入。" in page
    assert back["Location"] == "/home"
    assert helper.get("/home").status_code == 200


def test_wrong_end_of_a_delegation_stands_beside_its_field(cast: Cast) -> None:
    teacher = signed_in(cast.teacher)

    answers = [
        teacher.post("/delegations/grant", {"key": "a", "helper": helper, "ends_on": ends_on})
        for helper, ends_on in (
            (str(cast.colleague.pk), "2031-01-01"),
            (str(cast.colleague.pk), "soon"),
            ("x" * 30, "2026-12-01"),
            (str(cast.outsider.pk), "2026-12-01"),
        )
    ]

    assert [one.status_code for one in answers] == [422] * 4
    assert 'aria-describedby="ends_on-error"' in body(answers[0])
    assert 'aria-describedby="helper-error"' in body(answers[3])
    assert "许岚" not in body(answers[3])


def test_accounts_are_listed_in_a_fixed_number_of_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    security = signed_in(cast.security_admin)
    Account.objects.exclude(person=cast.security_admin).update(is_active=False)
    Account.objects.filter(person=cast.teacher).update(is_active=True)

    for only in ("", "locked"):
        with django_assert_num_queries(6):
            security.get(f"/administration/accounts?only={only}")
    with django_assert_num_queries(6):
        page = body(security.get("/administration/accounts?q=linxiaotang"))
    assert page.count('scope="row"') == 1


@pytest.mark.parametrize("count", [1, 3])
def test_lists_of_devices_and_delegations_take_as_many_queries_for_one_as_for_three(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        SignIn.objects.create(
            account=cast.teacher.account,
            session_digest=str(number),
            started_at=NOW,
            seen_at=NOW,
            address="203.0.113.7",
        )
        helper = (cast.colleague, cast.clerk, cast.lead)[number]
        Delegation(
            person=cast.teacher,
            helper=helper,
            starts_on=NOW.date(),
            ends_on=NOW.date(),
            entered_by=cast.teacher,
        ).save()
    teacher = signed_in(cast.teacher)

    with django_assert_num_queries(4):
        devices = body(teacher.get("/account/sessions"))
    with django_assert_num_queries(8):
        delegations = body(teacher.get("/delegations"))

    assert devices.count("203.0.113.7") == count
    assert delegations.count("结束代办") == count


def test_security_administrator_works_on_an_account(cast: Cast) -> None:
    security = signed_in(cast.security_admin)
    account = cast.teacher.account
    victim = Client()
    victim.post("/sign-in", {"login": "linxiaotang", "password": PASSWORD})
    page = f"/administration/accounts/{account.pk}"

    shown = body(security.get(page))
    security.post(f"{page}/change", {"key": "a", "deed": "end"})
    ended = victim.get("/account").status_code
    security.post(f"{page}/change", {"key": "b", "deed": "lock"})
    locked = victim.post("/sign-in", {"login": "linxiaotang", "password": PASSWORD})
    security.post(f"{page}/change", {"key": "c", "deed": "unlock"})
    unlocked = victim.post("/sign-in", {"login": "linxiaotang", "password": PASSWORD})
    nonsense = security.post(f"{page}/change", {"key": "d", "deed": "burn"})

    assert "结束全部登录" in shown
    assert ended == 302
    assert "这个账号现在不能登录。" in body(locked)
    assert unlocked.status_code == 302
    assert nonsense.status_code == 404


def test_account_is_made_on_the_page(cast: Cast) -> None:
    newcomer = person("新来的", "xinlaide", "member", cast.group, account=False)
    security = signed_in(cast.security_admin)

    found = body(security.get("/administration/accounts/make?q=新"))
    form = body(security.get(f"/administration/accounts/make?q=新&person={newcomer.pk}"))
    made = body(
        security.post(
            "/administration/accounts/make",
            {"key": "k", "person": newcomer.pk, "login": "T-xinlaide"},
        )
    )

    assert f"person={newcomer.pk}" in found
    assert 'value="T-xinlaide"' in form
    assert re.search(r">([A-Z0-9]{5}(?:-[A-Z0-9]{5}){2})<", made)
    assert Account.objects.get(person=newcomer).login == "T-xinlaide"


def test_setting_is_changed_on_the_page_and_refused_beside_its_field(cast: Cast) -> None:
    security = signed_in(cast.security_admin)
    address = "/administration/security/change"

    good = security.post(
        address,
        {
            "key": "a",
            "name": "second_factor_roles",
            "value": ["officer", "lead"],
            "version": "0",
        },
    )
    bad = security.post(
        address, {"key": "b", "name": "session_hours", "value": "99", "version": "0"}
    )
    foreign = security.post(
        address, {"key": "c", "name": "help_contact", "value": "x", "version": "0"}
    )

    assert good["Location"] == "/administration/security"
    assert bad.status_code == 422
    assert 'id="session_hours-error"' in body(bad)
    assert foreign.status_code == 404


def test_device_is_named_in_words() -> None:
    from django.test import RequestFactory

    from kaocheng.web.account.session import device_of

    agents = {
        "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0 Chrome/120": "安卓手机 · 微信",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17) Safari/605": "iPhone · Safari",
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0": "Linux 电脑 · Firefox",
        "<script>alert(1)</script>": "未知设备",
        "": "未知设备",
    }

    named = {
        agent: device_of(RequestFactory().get("/", headers={"User-Agent": agent}))
        for agent in agents
    }

    assert named == agents
