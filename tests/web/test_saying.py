"""What is said after a redirect: once, to this session alone, without a write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from kaocheng.web.saying import MOST_CHARACTERS, Saying, said_before, say, sayings


@dataclass
class Session:
    session_key: str | None


def answered(
    view: Callable[[HttpRequest], object], *, cookie: str | None = None, session: str | None = "a"
) -> HttpResponse:
    request = RequestFactory().get("/")
    request.session = Session(session)  # type: ignore[assignment]  # as much as is needed
    if cookie is not None:
        request.COOKIES["said"] = cookie

    def handle(request: HttpRequest) -> HttpResponse:
        view(request)
        return HttpResponse()

    return sayings(handle)(request)


def heard(cookie: str | None, *, session: str | None = "a") -> tuple[Saying, ...]:
    found: list[Saying] = []
    answered(lambda request: found.extend(said_before(request)), cookie=cookie, session=session)
    return tuple(found)


def told(*words: str, cookie: str | None = None) -> str:
    def view(request: HttpRequest) -> None:
        for one in words:
            say(request, one)

    return answered(view, cookie=cookie).cookies["said"].value


def test_words_are_heard_by_the_next_page_and_then_forgotten() -> None:
    kept = told("已保存", "已提交")

    shown = answered(said_before, cookie=kept)

    assert heard(kept) == (Saying("已保存", "ok"), Saying("已提交", "ok"))
    assert (shown.cookies["said"].value, shown.cookies["said"]["max-age"]) == ("", 0)


def test_words_wait_for_a_page_that_shows_them() -> None:
    kept = told("已保存")

    passed = answered(lambda _request: None, cookie=kept)
    both = told("已提交", cookie=kept)

    assert "said" not in passed.cookies
    assert [one.words for one in heard(both)] == ["已保存", "已提交"]


def test_words_are_shown_by_the_page_that_says_them_and_not_again() -> None:
    found: list[Saying] = []

    def view(request: HttpRequest) -> None:
        say(request, "有一行没有读", "wa")
        found.extend(said_before(request))
        found.extend(said_before(request))

    answer = answered(view)

    assert found == [Saying("有一行没有读", "wa")]
    assert "said" not in answer.cookies


def test_words_of_others_are_not_heard() -> None:
    kept = told("已保存")

    assert heard(kept, session="b") == heard(kept, session=None) == ()
    assert heard(f"{kept}x") == heard("W1siPGI+IiwgIm9rIl1d") == heard(None) == ()


def test_cookie_is_for_us_alone_and_never_too_long() -> None:
    answer = answered(lambda request: say(request, "长" * 9_000))
    cookie = answer.cookies["said"]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 600)
    assert len(cookie.value) < 1_000
    assert heard(cookie.value)[0].words == "长" * MOST_CHARACTERS
