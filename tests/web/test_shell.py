"""The frame of every page: who is at work, where they can go, what they chose."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from kaocheng.access.actor import Actor, Held
from kaocheng.access.endpoints import Open
from kaocheng.config.urls import ENDPOINTS
from kaocheng.queries.actor import NOBODY
from kaocheng.queries.shell import Badges, badges_of
from kaocheng.records.models import Account, Appointment, AuditRow, Message, Person, Task
from kaocheng.records.models.appointment import Role
from kaocheng.records.models.scheme import AdoptionState
from kaocheng.records.models.unit import UnitKind
from kaocheng.web.help.text import GENERAL, name_of_text
from kaocheng.web.navigation import TABLE, Entry, entries_for
from kaocheng.web.shell import ELSEWHERE, Shell
from kaocheng.web.templatetags.kaocheng import chip, in_language
from tests.cast import NOW, Cast, actor

# Pages that say nothing a reader could need help with: answers for machines, redirects, errors.
WITHOUT_HELP = {
    "health", "root", "help", "drafts", "index-html", "oidc-leave", "oidc-return", "cas-leave",
    "cas-return",
}  # fmt: skip


def signed_in(who: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=who))
    return client


def task(person: Person, cast: Cast, number: int) -> None:
    Task(
        person=person, unit=cast.group, title=f"任务 {number}", source_kind="test",
        source_id=str(number), page="/home", made_at=NOW,
    ).save()  # fmt: skip
    Message(person=person, subject="消息", effect_key=f"{person.pk}-{number}", made_at=NOW).save()


def test_frame_names_the_reader_and_their_appointment(cast: Cast) -> None:
    page = signed_in(cast.teacher).get("/help/home").content.decode()

    assert '<b class="name" translate="no">林晓棠</b>' in page
    assert '<b translate="no">榕荫小学·数学组</b><span class="s m">教师</span>' in page
    assert "不是我？换人" in page
    assert "非涉密平台，严禁处理国家秘密和工作秘密" in page


@pytest.mark.django_db
def test_frame_of_nobody_has_no_navigation_and_asks_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        page = Client().get("/help/sign-in").content.decode()

    assert 'class="rail"' not in page
    assert 'class="tabs5"' not in page
    assert "非涉密平台" in page


@pytest.mark.parametrize("count", [1, 3])
def test_badges_take_one_query_whatever_they_count(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        task(cast.teacher, cast, number)
    task(cast.colleague, cast, 9)
    reader = actor(cast.teacher)

    with django_assert_num_queries(1):
        badges = badges_of(reader)

    assert badges == Badges(tasks=count, messages=count)


def test_task_of_an_office_counts_for_its_holders_there(cast: Cast) -> None:
    Task(
        unit=cast.school, role="lead", title="签收", source_kind="notice", source_id="1",
        page="/home", made_at=NOW,
    ).save()  # fmt: skip

    found = [badges_of(actor(who)).tasks for who in (cast.lead, cast.clerk, cast.other_lead)]

    assert found == [1, 1, 0]


def test_switch_changes_the_appointment_and_is_logged(cast: Cast) -> None:
    second = Appointment(
        person=cast.teacher, role="clerk", unit=cast.school, starts_on=date(2021, 9, 1)
    )
    second.save()
    client = signed_in(cast.teacher)

    answer = client.post("/appointment", {"appointment": second.pk, "key": "k1"})

    assert (answer.status_code, answer["Location"]) == (302, "/home")
    assert Account.objects.get(person=cast.teacher).current_appointment_id == second.pk
    assert '<b translate="no">榕荫小学</b><span class="s m">信息员</span>' in (
        client.get("/help/home").content.decode()
    )
    assert AuditRow.objects.get(action="appointment.switch").changes == {"appointment": second.pk}


def test_switch_to_somebody_elses_appointment_does_not_exist(cast: Cast) -> None:
    theirs = Appointment.objects.unscoped("a test").get(person=cast.lead)
    client = signed_in(cast.teacher)

    answer = client.post("/appointment", {"appointment": theirs.pk, "key": "k1"})

    assert answer.status_code == 404
    assert Account.objects.get(person=cast.teacher).current_appointment_id is None


def test_language_is_kept_with_the_account_and_on_the_device(cast: Cast) -> None:
    client = signed_in(cast.teacher)

    answer = client.post("/language", {"language": "zh-hant", "next": "/help/home", "key": "k"})

    assert answer["Location"] == "/help/home"
    assert answer.cookies["language"].value == "zh-hant"
    page = client.get("/help/home").content.decode()
    assert '<html lang="zh-Hant">' in page
    assert "首頁只回答三件事" in page
    assert '<b class="name" translate="no">林晓棠</b>' in page


def test_english_page_is_english_but_for_names(cast: Cast) -> None:
    Account.objects.filter(person=cast.teacher).update(language="en")

    page = signed_in(cast.teacher).get("/help/home").content.decode()

    assert '<html lang="en">' in page
    assert "Not me? Change user" in page
    assert "不是我" not in page
    assert "林晓棠" in page


def test_large_type_is_kept_with_the_account(cast: Cast) -> None:
    client = signed_in(cast.teacher)

    client.post("/type-size", {"size": "large", "key": "k"})

    assert Account.objects.get(person=cast.teacher).large_type
    assert '<html lang="zh-Hans" class="large">' in client.get("/help/home").content.decode()


@pytest.mark.django_db
def test_choices_of_nobody_stay_on_the_device() -> None:
    client = Client()

    client.post("/language", {"language": "en"})
    client.post("/type-size", {"size": "large"})

    assert '<html lang="en" class="large">' in client.get("/help/home").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["https://example.com/", "//example.com", "javascript:1"])
def test_choice_of_language_never_leads_to_another_site(wanted: str) -> None:
    answer = Client().post("/language", {"language": "en", "next": wanted})

    assert answer["Location"] == "/home"


@pytest.mark.django_db
def test_unknown_language_is_refused() -> None:
    answer = Client().post("/language", {"language": "de"})

    assert answer.status_code == 422
    assert "language" not in answer.cookies


@pytest.mark.parametrize("kind", list(UnitKind))
@pytest.mark.parametrize("role", list(Role))
def test_rail_has_at_most_seven_entries_and_starts_at_home(role: str, kind: str) -> None:
    held = Held(1, role, 1, kind, "单位", "1/")
    every = {entry.endpoint for _, _, row in TABLE for entry in row} | ELSEWHERE

    entries = entries_for(held, known=every, page="home")
    frame = shell_of(entries)

    assert entries[0].endpoint == "home"
    assert [entry.is_here for entry in entries].count(True) == 1
    assert len(frame.rail) <= 7
    assert (len(frame.tabs) <= 5, frame.tabs[-1].endpoint) == (True, "account")
    reached = [*frame.tabs, *frame.rest, *frame.more]
    assert {one.endpoint for one in reached} == {one.endpoint for one in entries} - {"messages"}


@pytest.mark.parametrize("kind", list(UnitKind))
@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_work_that_a_role_may_open_has_an_entry(role: str, kind: str) -> None:
    held = Held(1, role, 1, kind, "单位", "1/")
    reader = Actor(1, 1, "某人", held=held)
    open_to = {one.name for one in ENDPOINTS if one.is_for(reader)}

    entries = entries_for(held, known=open_to, page="home")

    work = {"rounds", "registers", "reviews", "results", "notices", "collections"}
    assert {one.endpoint for one in entries} & work == open_to & work


@pytest.mark.parametrize(
    "who",
    ["teacher", "lead", "clerk", "workshop_leader", "officer", "reviewer", "audit_admin"],
)
def test_no_entry_leads_to_a_refusal(cast: Cast, who: str) -> None:
    client = signed_in(getattr(cast, who))
    page = client.get("/account").content.decode()
    rail = page.split('<nav class="rail"')[1].split("</nav>")[0]
    more = page.split('id="more-heading"')[1].split("</section>")[0]

    addresses = re.findall(r'<a[^>]* href="(/[^"]*)"', rail + more)

    assert addresses
    # Some lead on, to the only round or to the reader's own unit.
    assert {client.get(one).status_code for one in addresses} <= {200, 302}


def shell_of(entries: tuple[Entry, ...]) -> Shell:
    return Shell(
        actor=NOBODY, posts=(), entries=entries, badges=Badges(), pages=frozenset(), page="home",
        address="", language="zh-hans", html_language="zh-Hans", has_large_type=False,
    )  # fmt: skip


@pytest.mark.parametrize("who", ["teacher", "lead", "clerk", "workshop_leader"])
def test_whoever_may_get_notices_and_forms_finds_them(cast: Cast, who: str) -> None:
    page = signed_in(getattr(cast, who)).get("/account").content.decode()
    rail = page.split('<nav class="rail"')[1].split("</nav>")[0]

    assert 'href="/notices"' in rail
    assert 'href="/collections"' in rail


def test_files_of_ones_own_are_reached_from_ones_own_page(cast: Cast) -> None:
    page = signed_in(cast.teacher).get("/account").content.decode()
    own = page.split('id="more-heading"')[1].split("</section>")[0]

    assert '<a class="kb q wide" href="/files">' in own
    assert "我上传的文件" in own


def test_own_page_offers_the_choice_of_language_once_beside_the_panel(cast: Cast) -> None:
    page = signed_in(cast.teacher).get("/account").content.decode()
    main = page.split('<main id="main"')[1].split("</main>")[0]

    assert 'name="language"' not in main
    assert page.split("</main>")[1].count('value="zh-hant"') == 1


def test_district_finds_its_schools_in_one_list(cast: Cast) -> None:
    page = signed_in(cast.officer).get("/account").content.decode()

    assert '<a href="/units?kind=school">' in page.split('<nav class="rail"')[1].split("</nav>")[0]


def test_entries_without_a_page_are_left_out() -> None:
    held = Held(1, "member", 1, "group", "数学组", "1/")

    entries = entries_for(held, known={"home", "schemes"}, page="scheme-page")

    assert [(one.endpoint, one.is_here) for one in entries] == [("home", False), ("schemes", True)]


@pytest.mark.parametrize(
    "name", [one.name for one in ENDPOINTS if "GET" in one.methods and not one.raw]
)
def test_every_page_has_a_help_of_its_noun(name: str) -> None:
    assert name in WITHOUT_HELP or name_of_text(name) != GENERAL


@pytest.mark.django_db
def test_help_shows_a_role_its_own_section(cast: Cast) -> None:
    teacher = signed_in(cast.teacher).get("/help/notices").content.decode()
    lead = signed_in(cast.lead).get("/help/notices").content.decode()

    assert "发通知" not in teacher
    assert "先选发往哪类单位、由谁签收，页面会算出发往几个单位，再确认发出。" in lead


@pytest.mark.django_db
def test_static_files_are_addressed_by_digest_and_kept_for_good() -> None:
    page = Client().get("/help/home").content.decode()
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    answer = Client().get(address)

    assert address.startswith("/static/kaocheng/kaocheng.css?v=")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "max-age=31536000, public"
    assert b"--pri:" in answer.getvalue()


def test_addresses_of_choices_are_open_to_everybody() -> None:
    needs = {one.name: one.needs for one in ENDPOINTS}

    assert (needs["settings-language"], needs["settings-type"]) == (Open.PUBLIC, Open.PUBLIC)
    assert needs["drafts"] == Open.SIGNED_IN


def test_state_and_kind_are_said_in_the_language_of_the_reader() -> None:
    with override("en"):
        assert "In force" in chip("ok", AdoptionState.IN_FORCE.label)
        assert in_language(UnitKind.DISTRICT.label) == "District"
        assert in_language("榕荫小学") == "榕荫小学"
        assert in_language("") == ""
    with override("zh-hans"):
        assert "施行中" in chip("ok", AdoptionState.IN_FORCE.label)


@pytest.mark.parametrize("role", ["lead", "clerk"])
def test_office_of_a_township_finds_people_and_no_teachers(role: Role) -> None:
    held = Held(1, role, 1, UnitKind.TOWNSHIP, "禾浦镇人民政府", "/1/")
    known = {"home", "people", "rounds"}

    labels = [str(one.label) for one in entries_for(held, known=known, page="home")]

    assert labels == ["首页", "考核", "人员"]
