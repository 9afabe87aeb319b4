"""What the frame of every page needs, as one view-model that is made when it is first used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest

from kaocheng.access.actor import Actor, Held, Rights, holder, rights_of
from kaocheng.access.endpoints import Endpoint
from kaocheng.queries.actor import NOBODY
from kaocheng.queries.shell import Badges, badges_of
from kaocheng.web.languages import HTML_NAMES, has_large_type, language_of
from kaocheng.web.navigation import Entry, entries_for
from kaocheng.web.role_names import role_name
from kaocheng.web.saying import Saying, said_before

# A phone has room for five tabs: the first four entries, then 我的, which leads to the rest.
MOST_TABS = 5
# More entries than these nobody reads: what comes after them stands under 我的.
MOST_ENTRIES = 7
# Messages and 我的 stand in the top bar of a desk, the files under 我的.
ELSEWHERE = frozenset({"messages", "account", "files"})


@dataclass(frozen=True)
class Post:
    """One appointment as the switch shows it."""

    id: int
    title: str
    unit: str
    is_here: bool


@dataclass(frozen=True)
class Shell:
    actor: Actor
    posts: tuple[Post, ...]
    entries: tuple[Entry, ...]
    badges: Badges
    # Names of all pages that exist and take no argument.
    pages: frozenset[str]
    page: str
    # Where to come back to after a choice of language or size.
    address: str
    language: str
    html_language: str
    has_large_type: bool
    said: tuple[Saying, ...] = ()

    @property
    def is_signed_in(self) -> bool:
        return self.actor.person_id is not None

    @property
    def here(self) -> Post | None:
        return next((one for one in self.posts if one.is_here), None)

    @property
    def messages(self) -> Entry | None:
        """The bell in the top bar."""
        return self._named("messages")

    @property
    def account(self) -> Entry | None:
        """我的账号."""
        return self._named("account")

    def _named(self, endpoint: str) -> Entry | None:
        return next((one for one in self.entries if one.endpoint == endpoint), None)

    @property
    def _work(self) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if one.endpoint not in ELSEWHERE)

    @property
    def rail(self) -> tuple[Entry, ...]:
        return self._work[:MOST_ENTRIES]

    @property
    def tabs(self) -> tuple[Entry, ...]:
        return (*self.rail[: MOST_TABS - 1], *_those(self.account))

    @property
    def rest(self) -> tuple[Entry, ...]:
        """What only a phone reaches through 我的."""
        return self.rail[MOST_TABS - 1 :]

    @property
    def more(self) -> tuple[Entry, ...]:
        """What everybody reaches through 我的."""
        return (*self._work[MOST_ENTRIES:], *_those(self._named("files")))


def _those(entry: Entry | None) -> tuple[Entry, ...]:
    return (entry,) if entry else ()


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of every template: `actor`, and `shell`, which queries only when a frame uses it.

    A template calls what it finds; that is quicker than an object that is lazy at every attribute.
    """
    asking = getattr(request, "asking", None)
    actor = asking.actor if asking else NOBODY
    still_to_do = asking.still_to_do if asking else "sign-in"
    return {
        "actor": actor,
        "shell": cache(lambda: _shell(request, NOBODY if still_to_do else actor)),
    }


def _shell(request: HttpRequest, actor: Actor) -> Shell:
    page = request.resolver_match.url_name if request.resolver_match else ""
    language = language_of(request)
    signed_in = actor.person_id is not None
    return Shell(
        actor=actor,
        posts=tuple(_post(one, actor.held) for one in actor.others),
        entries=entries_for(actor.held, known=_open_to(rights_of(actor)), page=page or "")
        if signed_in
        else (),
        badges=badges_of(actor),
        pages=_pages(),
        page=page or "home",
        address=request.get_full_path() if request.method == "GET" else "",
        language=language,
        html_language=HTML_NAMES[language],
        has_large_type=has_large_type(request),
        said=said_before(request),
    )


def _post(held: Held, now: Held | None) -> Post:
    return Post(
        id=held.appointment_id,
        title=role_name(held.role, held.unit_kind),
        unit=f"{held.within}·{held.unit_name}" if held.within else held.unit_name,
        is_here=held == now,
    )


@cache
def _open_to(rights: Rights) -> frozenset[str]:
    """Pages that a reader with these rights may open: no entry leads to a refusal."""
    return frozenset(one.name for one in _known() if one.is_for(holder(rights)))


@cache
def _pages() -> frozenset[str]:
    return frozenset(one.name for one in _known())


@cache
def _known() -> tuple[Endpoint, ...]:
    """Asked late: the registries of the pages import this package."""
    from kaocheng.web import nouns

    return tuple(
        endpoint
        for noun in nouns.ALL
        for endpoint in noun.ENDPOINTS
        if "<" not in endpoint.path and not endpoint.raw
    )
