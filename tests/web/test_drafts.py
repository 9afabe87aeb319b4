"""What somebody types is kept, comes back to them alone, and goes when it was sent."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from kaocheng.actions.draft import drop_old_drafts, keep_draft
from kaocheng.queries.draft import KeptDraft, draft_of
from kaocheng.records.models import Account, Draft, Person
from tests.cast import NOW, Cast, account_of


def signed_in(who: Person, *, checks_csrf: bool = False) -> Client:
    client = Client(enforce_csrf_checks=checks_csrf)
    client.force_login(Account.objects.get(person=who))
    return client


def keep(client: Client, form: str, content: object) -> int:
    body = json.dumps({"form": form, "content": content})
    return client.post("/drafts", body, content_type="application/json").status_code


def test_draft_comes_back_to_its_writer_alone(cast: Cast) -> None:
    client = signed_in(cast.teacher)

    status = keep(client, "notice-new", {"title": ["研修安排"], "to": ["1", "2"]})

    assert status == 204
    assert client.get("/drafts?form=notice-new").json() == {
        "content": {"title": ["研修安排"], "to": ["1", "2"]},
        "kept_at": NOW.isoformat(),
    }
    assert signed_in(cast.colleague).get("/drafts?form=notice-new").json() == {}


def test_newest_keeping_wins(cast: Cast) -> None:
    who = account_of(cast.teacher)

    keep_draft(who, "form", {"a": ["1"]}, at=NOW)
    keep_draft(who, "form", {"a": ["2"]}, at=NOW + timedelta(seconds=2))

    assert draft_of(who, "form") == KeptDraft({"a": ["2"]}, NOW + timedelta(seconds=2))


def test_draft_without_content_is_dropped(cast: Cast) -> None:
    client = signed_in(cast.teacher)
    keep(client, "form", {"a": ["1"]})

    keep(client, "form", None)

    assert client.get("/drafts?form=form").json() == {}


def test_form_that_was_taken_over_needs_its_draft_no_longer(cast: Cast) -> None:
    client = signed_in(cast.teacher)
    keep(client, "form", {"a": ["1"]})
    keep(client, "another", {"a": ["1"]})

    answer = client.post("/type-size", {"size": "large", "draft": "form"})

    assert answer.cookies["draft_done"].value == "form"
    assert list(Draft.objects.values_list("form", flat=True)) == ["another"]


def test_form_that_was_refused_keeps_its_draft(cast: Cast) -> None:
    client = signed_in(cast.teacher)
    keep(client, "form", {"a": ["1"]})

    answer = client.post("/type-size", {"size": "huge", "draft": "form"})

    assert answer.status_code == 422
    assert client.get("/drafts?form=form").json()["content"] == {"a": ["1"]}


def test_w10_draft_over_200_kb_is_not_kept(cast: Cast) -> None:
    body = json.dumps({"form": "form", "content": {"a": ["长" * 70_000]}}, ensure_ascii=False)

    answer = signed_in(cast.teacher).post("/drafts", body, content_type="application/json")

    assert answer.status_code == 413
    assert "这份草稿超过 200 kB，没有自动保存。" in answer.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"form": 1}',
        '{"form": "", "content": {}}',
        '{"form": "a", "content": []}',
        '{"form": "a", "content": {"b": "c"}}',
        '{"form": "a", "content": {"b": [1]}}',
        '{"form": "a", "content": {"b": ["\\u0000"]}}',
        '{"form": "a", "content": {"b": ["\\ud800"]}}',
    ],
)
def test_what_is_no_draft_is_refused(cast: Cast, body: str) -> None:
    answer = signed_in(cast.teacher).post("/drafts", body, content_type="application/json")

    assert answer.status_code == 422
    assert not Draft.objects.exists()


def test_w11_form_that_was_open_for_too_long_loses_nothing(cast: Cast) -> None:
    answer = signed_in(cast.teacher, checks_csrf=True).post("/type-size", {"size": "large"})

    assert answer.status_code == 403
    page = answer.content.decode()
    assert "这一页放得太久，或在别的窗口换过登录，没有做任何改动。您填的内容没丢。" in page
    assert not Account.objects.get(person=cast.teacher).large_type


def test_w12_too_large_a_form_is_refused_by_its_size(cast: Cast) -> None:
    answer = signed_in(cast.teacher).post("/type-size", {"size": "x" * 2_600_000})

    assert answer.status_code == 413
    assert "内容太大，服务器没有接收，没有做任何改动。" in answer.content.decode()


@pytest.mark.django_db
def test_nobody_keeps_nothing() -> None:
    assert keep(Client(), "form", {"a": ["1"]}) == 401


def test_old_drafts_go(cast: Cast) -> None:
    keep_draft(account_of(cast.teacher), "old", {}, at=NOW - timedelta(days=91))
    keep_draft(account_of(cast.teacher), "new", {}, at=NOW - timedelta(days=89))

    dropped = drop_old_drafts(NOW)

    assert dropped == 1
    assert list(Draft.objects.values_list("form", flat=True)) == ["new"]
