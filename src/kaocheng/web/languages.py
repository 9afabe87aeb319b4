"""Which language a reader gets: that of the account, else of the cookie.

Simplified Chinese is what is written. Traditional is made out of the finished page
(`web/traditional.py`), English out of `locale/`.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from kaocheng.records.models import Account

SIMPLIFIED, TRADITIONAL, ENGLISH = "zh-hans", "zh-hant", "en"
# As the attribute `lang` of a page calls them.
HTML_NAMES = {SIMPLIFIED: "zh-Hans", TRADITIONAL: "zh-Hant", ENGLISH: "en"}
COOKIE, TYPE_COOKIE = "language", "type"


def language_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    chosen = user.language if isinstance(user, Account) else request.COOKIES.get(COOKIE, "")
    return chosen if chosen in HTML_NAMES else SIMPLIFIED


def catalog_of(language: str) -> str:
    """The language of the texts before they are turned into traditional characters."""
    return SIMPLIFIED if language == TRADITIONAL else language


def has_large_type(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    if isinstance(user, Account):
        return user.large_type
    return request.COOKIES.get(TYPE_COOKIE) == "large"


def keep_characters(response: HttpResponse) -> HttpResponse:
    """A page of quotes and papers: it is shown in the characters that it was written in."""
    response.keeps_characters = True  # type: ignore[attr-defined]  # read by middleware.language
    return response
