"""Asks every cell of the matrix and compares: the status, and what was there to be read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.refusal import Refused
from kaocheng.engine.messages import MESSAGES
from kaocheng.queries.actor import NOBODY
from kaocheng.web.asking import Asking
from tests.access.addresses import FIXED, OF_ENDPOINT
from tests.access.city import City
from tests.access.table import APART, NO_OBJECT, RELATIONS, Cell, Role, Row, Table

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
LETTERS = "UPRMLXCEFBZN"
MARK = re.compile(rf"密([{LETTERS}])(\d+)语")
# ID numbers and phones of those that stand in texts, and of others.
WRITTEN = re.compile(r"999999\d{11}[\dX]|1991\d{7}")
# The reader has to sign in first, or to end what they began.
STEPS = frozenset(
    {"sign-in", "second-factor", "first-password", "account-second-factor", "acting-ended"}
)


@dataclass(frozen=True)
class Answer:
    """What came back: `outcome` in the words of the table, and all that could be read."""

    outcome: str
    status: int
    text: str


Bodies = Mapping[str, Callable[[City, Cell], Mapping[str, object]]]


def parameters(endpoint: Endpoint) -> list[str]:
    """Those that name something of somebody."""
    names = PARAMETER.findall(endpoint.path)
    return [name for name in names if f"{endpoint.name}.{name}" not in FIXED]


def cells(endpoint: Endpoint, roles: Mapping[str, Role]) -> Iterator[Cell]:
    relations = (*RELATIONS, *APART) if parameters(endpoint) else (NO_OBJECT,)
    for method in endpoint.methods:
        for role in roles:
            for relation in relations:
                yield Cell(endpoint.name, method, role, relation)


def ask(city: City, endpoint: Endpoint, cell: Cell, bodies: Bodies) -> Answer:
    """One request, undone afterwards."""
    client = city.clients[cell.role]
    cookies = dict(client.cookies)
    address = _address(city, endpoint, cell)
    body = dict(bodies[cell.endpoint](city, cell)) if cell.endpoint in bodies else {}
    query = body.pop("?", "") if cell.method == "POST" else ""
    address = f"{address}?{query}" if query else address
    with transaction.atomic():
        response = client.get(address) if cell.method == "GET" else client.post(address, body)
        answer = Answer(_outcome(response), response.status_code, _readable(response))
        transaction.set_rollback(True)
    client.cookies = SimpleCookie()
    client.cookies.update(cookies)
    return answer


def faults(
    city: City, roles: Mapping[str, Role], cell: Cell, row: Row, answer: Answer
) -> Iterator[str]:
    """What is not as the table says."""
    message = MESSAGES.get(row.expect)
    wanted = "allow" if row.expect == "mask" else "422" if message else row.expect
    place = f"{cell}（{row.file}:{row.line}）"
    came = str(answer.status) if wanted == "422" else answer.outcome
    if message and message.remedy("zh") not in answer.text:
        yield f"{place}: its reason is not {row.expect}"
    if came != wanted:
        yield f"{place}: {row.expect} expected, {answer.status} came"
    for what in leaks(city, roles[cell.role], cell, row, answer.text):
        yield f"{place}: {what} could be read"


def leaks(city: City, role: Role, cell: Cell, row: Row, text: str) -> Iterator[str]:
    for found in sorted(set(_pattern(city).findall(text))):
        kind, person_id = city.personal[found]
        if kind not in row.sees or person_id not in _data_of(city, role):
            yield f"{kind} of #{person_id}"
    readable = _texts_of(city, role)
    shows = row.expect in {"allow", "mask"} or row.expect in MESSAGES
    for kind, number in _marks(city, text):
        if not shows or int(number) not in readable[kind]:
            yield f"{kind}{number}"


def canaries(city: City, text: str) -> list[str]:
    """Personal data and marked texts where neither belongs."""
    data = (city.personal[found] for found in _pattern(city).findall(text))
    marks = ("".join(mark) for mark in _marks(city, text))
    return sorted({*(f"{kind} of #{person_id}" for kind, person_id in data), *marks})


def _marks(city: City, text: str) -> list[tuple[str, str]]:
    """Letters and numbers of the marks, also of those whose ID number or phone alone is there."""
    written = (city.written[found] for found in WRITTEN.findall(text) if found in city.written)
    return sorted({*MARK.findall(text), *written})


def need_faults(city: City, table: Table, endpoint: Endpoint) -> Iterator[str]:
    """Whom the table refuses everything, the need of the endpoint itself has to refuse.

    That an action refuses too is good, and would hide that the need was lowered.
    """
    for role in (*city.people, "nobody"):
        relations = (*RELATIONS, *APART) if parameters(endpoint) else (NO_OBJECT,)
        said = {
            table.decided(Cell(endpoint.name, method, role, relation)).expect
            for method in endpoint.methods
            for relation in relations
        } - {"n/a"}
        refused = refused_by_need(city, endpoint, role)
        if said == {"403"} and refused != 403:
            yield f"{endpoint.name}: its need lets {role} in"
        if role == "nobody" and said == {"401"} and refused != 401:
            yield f"{endpoint.name}: its need lets everybody in"


def refused_by_need(city: City, endpoint: Endpoint, role: str) -> int | None:
    request = HttpRequest()
    who = city.actors.get(role, NOBODY)
    request.asking = Asking(who)  # type: ignore[attr-defined]  # as the middleware does
    try:
        endpoint.check(request)
    except Refused as refusal:
        return refusal.status
    return None


def wrong_method(city: City, endpoint: Endpoint) -> str | None:
    """What another method than the listed ones is answered, if that is not 405."""
    other = "POST" if "POST" not in endpoint.methods else "GET"
    if other in endpoint.methods:
        return None
    cell = Cell(endpoint.name, other, "lead/school", "own")
    status = ask(city, endpoint, cell, {}).status
    return None if status == 405 else f"{cell}: 405 expected, {status} came"


def _address(city: City, endpoint: Endpoint, cell: Cell) -> str:
    relation = "own" if cell.relation == NO_OBJECT else cell.relation
    bundle = city.bundle(cell.role, relation)
    values = {}
    for name in PARAMETER.findall(endpoint.path):
        key = f"{endpoint.name}.{name}"
        if key in FIXED:
            values[name] = FIXED[key]()
        elif key in OF_ENDPOINT:
            values[name] = OF_ENDPOINT[key](bundle)
        else:
            values[name] = bundle.ids[name]
    return reverse(endpoint.name, kwargs=values)


def _outcome(response: HttpResponseBase) -> str:
    status = response.status_code
    if 300 <= status < 400:
        target = urlsplit(response.headers.get("Location", ""))
        is_step = target.path in {reverse(step) for step in STEPS}
        return "401" if is_step and "next" in parse_qs(target.query) else "allow"
    # What is refused for what was sent, or is not ready yet, was allowed.
    if status < 300 or status in {400, 409, 413, 422, 503}:
        return "allow"
    return str(status)


def _readable(response: HttpResponseBase) -> str:
    """The body as a reader gets it, with its headers: archives unpacked, pages of PDF as text."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    body = (
        b"".join(response.streaming_content)  # type: ignore[attr-defined]
        if response.streaming
        else response.content  # type: ignore[attr-defined]
    )
    return f"{headers}\n{text_of(body)}"


def text_of(body: bytes) -> str:
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "\n".join(
                f"{entry.filename}\n{text_of(packed.read(entry))}" for entry in packed.infolist()
            )
    if body.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(body)
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    return body.decode("utf-8", "replace")


def _pattern(city: City) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, city.personal)))


def _data_of(city: City, role: Role) -> set[int]:
    """The people whose personal data the role may see on some page."""
    who = city.people.get(role.name)
    if who is None or role.personal == "none":
        return set()
    if role.personal == "own":
        return {who.pk}
    home = city.bundle(role.name, "own").unit.path
    return {who.pk} | {
        bundle.person.pk for bundle in city.bundles.values() if bundle.unit.path.startswith(home)
    }


def _texts_of(city: City, role: Role) -> Mapping[str, set[int]]:
    """Numbers of the bundles whose marked texts the role may read, by the letter of the mark."""
    if role.texts == "none":
        return {letter: set() for letter in LETTERS}
    own = city.bundle(role.name, "own")
    home = own.unit.path
    below = {one.number for one in city.bundles.values() if one.unit.path.startswith(home)}
    if own.unit == city.cast.city:  # what is shared is its own, whoever it is about
        below |= {one.number for (_, how), one in city.bundles.items() if how == "shared"}
    at_home = {one.number for one in city.bundles.values() if one.unit.path == home}
    mine = {city.bundle(role.name, relation).number for relation in ("own", *APART)}
    # Whoever acts for somebody does not read their messages.
    messages = set() if role.name == "helper" else mine
    every = {one.number for one in city.bundles.values()}
    readable: dict[str, set[int]] = {letter: set() for letter in LETTERS}
    readable |= {"U": mine, "P": mine, "R": mine, "M": messages}
    if role.personal == "below":
        readable["C"] = below
    match role.texts:
        case "below":
            readable |= {"U": below, "P": below, "R": below, "L": below, "E": below, "F": below}
            # Of a stranger: what is entered, with whoever holds the adoption; results, in reach.
            shared = {one.number for (_, how), one in city.bundles.items() if how == "shared"}
            readable["Z"] = below - shared
            if own.unit == city.cast.city:  # all of it is, also where a panel adopted
                readable |= dict.fromkeys("UZN", every)
        case "unit_people":
            readable |= {"U": at_home, "P": at_home, "E": at_home}
        case "unit":
            readable |= {"U": at_home}
        case "log":
            readable |= {"L": every, "X": every}
    return readable
