"""Home page and the board of 1,600 schools, against a bare Django view of the same template.

The peer has no middleware, no session and no query: it renders the template with the context that
the page had, as literals. Same process, whole request to response, medians.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from benchmarks.harness import compare
from benchmarks.own_database import own_database

SCHOOLS, SMALL_SCHOOLS = 1_600, 48
DISTRICTS, TASKS = 16, 6
ROUNDS, SMALL_ROUNDS = 101, 3
LIMIT = 3


def main(*, schools: int, rounds: int) -> None:
    with own_database():
        _measured(schools=schools, rounds=rounds)


def _measured(*, schools: int, rounds: int) -> None:
    officer, teacher = _city(schools)
    ours, bare = _handlers()
    ratios = []
    for name, path, who in (
        ("home", "/home", teacher),
        ("office home", "/home", officer),
        ("board", "/tasks/below?kind=school", officer),
    ):
        page = Page(path, _session(who))
        shown = ours(page.request())
        assert shown.status_code == 200, (name, shown.status_code)
        BARE[name] = _literals(page.request())
        peer = Page(f"/bare/{name}", {})
        assert len(bare(peer.request()).content) > len(shown.content) // 2
        print(f"  {name}: {len(shown.content) // 1000} kB of HTML")
        ratios.append(
            compare(
                name,
                ours=partial(_answered, ours, page),
                peer=partial(_answered, bare, peer),
                rounds=rounds,
                warm_up_rounds=3,
            )
        )
    shown = "within" if max(ratios) <= LIMIT else "ABOVE"
    print(f"pages: worst ratio={max(ratios):.2f}, {shown} the limit of {LIMIT}")


# By name: the template and what stood in its context.
BARE: dict[str, tuple[str, dict[str, Any]]] = {}


@dataclass(frozen=True)
class Page:
    """A request for a page with the cookies of somebody."""

    path: str
    cookies: dict[str, str]

    def request(self) -> Any:  # noqa: ANN401  # Django's
        from django.test import RequestFactory

        factory = RequestFactory()
        factory.cookies.load(self.cookies)
        return factory.get(self.path, HTTP_HOST="localhost")


Handler = Callable[[Any], Any]


def _answered(handler: Handler, page: Page) -> Any:  # noqa: ANN401  # Django's
    return handler(page.request())


def _handlers() -> tuple[Handler, Handler]:
    """With all of our middleware, and with none; both over the same addresses."""
    from django.core.handlers.base import BaseHandler
    from django.http import HttpRequest, HttpResponse
    from django.template.backends.django import DjangoTemplates
    from django.test import override_settings
    from django.urls import path

    from kaocheng.config import urls

    engine = DjangoTemplates(
        {
            "NAME": "bare",
            "DIRS": [],
            "APP_DIRS": True,
            "OPTIONS": {
                "builtins": ["kaocheng.web.templatetags.kaocheng"],
                "libraries": {"i18n": "kaocheng.web.templatetags.words"},
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    )

    def bare_page(request: HttpRequest, name: str) -> HttpResponse:
        template, context = BARE[name]
        return HttpResponse(engine.get_template(template).render(dict(context), request))

    urls.urlpatterns.insert(0, path("bare/<str:name>", bare_page))
    ours, bare = BaseHandler(), BaseHandler()
    ours.load_middleware()
    with override_settings(MIDDLEWARE=[]):
        bare.load_middleware()
    return ours.get_response, bare.get_response


def _literals(request: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401  # Django's
    """The template of the page and its context, queried once and frozen."""
    from django.core.handlers.base import BaseHandler
    from django.template import Context
    from django.test.signals import template_rendered
    from django.test.utils import setup_test_environment, teardown_test_environment

    rendered: list[tuple[str, Context]] = []

    def note(*, template: Any, context: Context, **_: object) -> None:  # noqa: ANN401
        values = {str(key): value for key, value in context.flatten().items()}
        rendered.append((template.name, context.new(values)))

    handler = BaseHandler()
    handler.load_middleware()
    setup_test_environment()
    template_rendered.connect(note)
    try:
        handler.get_response(request)
    finally:
        template_rendered.disconnect(note)
        teardown_test_environment()
    name, context = rendered[0]
    literals: dict[str, Any] = {
        str(key): value
        for key, value in context.flatten().items()
        if key not in {"request", "csrf_token", "True", "False", "None", "block"}
    }
    literals["shell"] = literals["shell"]()
    for value in literals.values():
        str(value)  # whatever is lazy has been asked by now
    return name, literals


def _session(account: Any) -> dict[str, str]:  # noqa: ANN401  # an Account
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(account)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {settings.SESSION_COOKIE_NAME: cookie.value}


def _city(schools: int) -> tuple[Any, Any]:
    """The accounts of the city's officer and of a teacher with five tasks."""
    from django.db import connection

    from kaocheng.gateways.clock import CLOCK
    from kaocheng.methods.pinyin import unit_pinyin
    from kaocheng.records.models import Account, Appointment, Person, Task, Unit

    now = CLOCK.now()

    def write(units: list[Unit]) -> None:
        Unit.objects.bulk_create(units, batch_size=1_000)
        for unit in units:
            unit.path = f"{unit.parent.path if unit.parent else ''}{unit.pk:012d}/"
        Unit.objects.unscoped("measured").bulk_update(units, ["path"], batch_size=200)

    def unit(name: str, kind: str, parent: Unit | None) -> Unit:
        opened = (now - timedelta(days=2000)).date()
        return Unit(name=name, kind=kind, parent=parent, pinyin=unit_pinyin(name), opens_on=opened)

    city = unit("云屏市", "city", None)
    districts = [unit(f"第{number}区", "district", city) for number in range(DISTRICTS)]
    below = [
        unit(f"第{number}小学", "school", districts[number % DISTRICTS])
        for number in range(schools)
    ]
    group = unit("语文组", "group", below[0])
    for level in ([city], districts, below, [group]):
        write(level)

    def account(name: str, role: str, where: Unit) -> Account:
        person = Person(name=name, pinyin=name, staff_number=f"S-{role}")
        person.save()
        Appointment(person=person, role=role, unit=where, starts_on=where.opens_on).save()
        made = Account(login=role, person=person, must_change_password=False)
        made.save()
        return made

    officer, teacher = account("周明远", "officer", city), account("林晓棠", "member", group)

    def task(source: int, where: Unit, days: int, **owner: Any) -> Task:  # noqa: ANN401
        is_done = source % 3 == 0
        return Task(
            unit=where,
            title=f"填报：第{source}张收集表",
            why="只统计在用的设备",
            source_kind="collection",
            source_id=str(source),
            page=f"/collections/parts/{source}",
            due_at=now + timedelta(days=days),
            state="done" if is_done else "open",
            done_count=int(is_done),
            made_at=now,
            **owner,
        )

    Task.objects.bulk_create(
        [
            task(source, school, source - 1 if number % 7 == 0 else source + 1, role="lead")
            for number, school in enumerate(below)
            for source in range(TASKS)
        ]
        + [task(source, group, source, person=teacher.person) for source in range(8)],
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    print(f"  {schools} schools in {DISTRICTS} districts, {schools * TASKS} tasks")
    return officer, teacher


if __name__ == "__main__":
    SMALL = "--small" in sys.argv
    main(schools=SMALL_SCHOOLS if SMALL else SCHOOLS, rounds=SMALL_ROUNDS if SMALL else ROUNDS)
