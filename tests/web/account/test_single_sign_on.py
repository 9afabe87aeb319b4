"""统一身份认证 against small servers of our own on loopback: real HTTP, real signatures."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlparse

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from kaocheng.records.models import Account, Person, SignIn
from tests.cast import Cast

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

CLIENT, SECRET = "kaocheng", "client-secret"
OURS = "http://testserver/sign-in/oidc/return"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGERS_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Issuer:
    """What the server on loopback answers, and what it was asked."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = KEY
    algorithm: str = "RS256"
    challenge: str = ""
    nonce: str = ""
    cas_user: str = ""
    cas_extra: str = ""
    asked: list[str] = field(default_factory=list)

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "u-17",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "staff_number": "T-linxiaotang",
            **self.claims,
        }
        key: Any = self.key if self.algorithm != "none" else None
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, key, algorithm=self.algorithm, headers={"kid": "k1"})

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            places = ("/authorize", "/token", "/keys")
            known = dict(zip(names, (self.address + place for place in places), strict=True))
            return 200, json.dumps({"issuer": self.address, **known})
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return 200, json.dumps({"keys": [{**public, "kid": "k1", "alg": "RS256"}]})
        if path == "/token":
            return self._token_for(form)
        if path.startswith("/p3/serviceValidate"):
            return 200, self._cas(parse_qs(urlparse(path).query))
        return 404, "{}"

    def _token_for(self, form: dict[str, str]) -> tuple[int, str]:
        hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
        right = {
            "grant_type": "authorization_code",
            "code": "c-1",
            "redirect_uri": OURS,
            "client_id": CLIENT,
            "client_secret": SECRET,
        }
        if challenge != self.challenge or right.items() - form.items():
            return 400, '{"error": "invalid_grant"}'
        return 200, json.dumps({"access_token": "a", "id_token": self.token()})

    def _cas(self, asked: dict[str, list[str]]) -> str:
        right = asked["ticket"] == ["ST-1"] and "/sign-in/cas/return?state=" in asked["service"][0]
        inside = (
            f"<cas:authenticationSuccess><cas:user>{self.cas_user}</cas:user>{self.cas_extra}"
            "</cas:authenticationSuccess>"
            if right
            else '<cas:authenticationFailure code="INVALID_TICKET">no</cas:authenticationFailure>'
        )
        return (
            '<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">'
            f"{inside}</cas:serviceResponse>"
        )


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """A server of its own for the test, on a free port."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    told = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*told.answer(self.path, {}))

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = parse_qs(self.rfile.read(length).decode())
            self._say(*told.answer(self.path, {name: one[0] for name, one in form.items()}))

        def _say(self, status: int, text: str) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def oidc(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    monkeypatch.setenv("KAOCHENG_OIDC_ISSUER", issuer.address)
    monkeypatch.setenv("KAOCHENG_OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("KAOCHENG_OIDC_CLIENT_SECRET", SECRET)
    return issuer


@pytest.fixture
def cas(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    monkeypatch.setenv("KAOCHENG_CAS_SERVER", issuer.address)
    return issuer


def go_and_return(client: Client, issuer: Issuer, *, state: str | None = None) -> Response:
    """The browser's way: out, signed in over there, and back with a code."""
    out = client.get("/sign-in/oidc?next=/account")
    asked = {name: one[0] for name, one in parse_qs(urlparse(out["Location"]).query).items()}
    issuer.challenge, issuer.nonce = asked["code_challenge"], asked["nonce"]
    assert asked["redirect_uri"] == OURS
    back = {"code": "c-1", "state": asked["state"] if state is None else state}
    return client.get(f"/sign-in/oidc/return?{urlencode(back)}")


def test_person_comes_in_by_the_staff_number_of_the_token(
    client: Client, cast: Cast, oidc: Issuer
) -> None:
    answer = go_and_return(client, oidc)

    assert (answer.status_code, answer["Location"]) == (302, "/account")
    assert "林晓棠" in client.get("/account").content.decode()
    assert SignIn.objects.get().account == cast.teacher.account


def test_w37_forged_or_foreign_token_lets_nobody_in(
    client: Client, cast: Cast, oidc: Issuer
) -> None:
    def with_claims(**claims: object) -> int:
        oidc.claims = claims
        return go_and_return(Client(), oidc).status_code

    past = int(time.time()) - 600
    refused = {
        "issuer": with_claims(iss="https://evil.example"),
        "audience": with_claims(aud="another"),
        "expired": with_claims(exp=past, iat=past - 300),
        "no expiry": with_claims(exp=None),
        "nonce": with_claims(nonce="another"),
        "no number": with_claims(staff_number=None),
    }
    oidc.claims = {}
    oidc.key = STRANGERS_KEY
    refused["stranger's key"] = go_and_return(Client(), oidc).status_code
    oidc.algorithm = "none"
    refused["unsigned"] = go_and_return(Client(), oidc).status_code
    page = go_and_return(client, oidc).content.decode()

    assert refused == dict.fromkeys(refused, 422)
    assert "统一身份认证没有成功，没有登录。" in page
    assert not SignIn.objects.exists()


def test_answer_that_this_browser_did_not_ask_for_is_refused(
    client: Client, cast: Cast, oidc: Issuer
) -> None:
    foreign = go_and_return(client, oidc, state="planted")
    unasked = Client().get("/sign-in/oidc/return?code=c-1&state=")

    assert [foreign.status_code, unasked.status_code] == [422, 422]
    assert "/token" not in oidc.asked


def test_no_account_is_made_and_no_retired_person_let_in(
    client: Client, cast: Cast, oidc: Issuer
) -> None:
    before = Account.objects.count()
    oidc.claims = {"staff_number": "T-9999"}
    unknown = go_and_return(client, oidc)
    oidc.claims = {"staff_number": "T-chenmin"}
    Person.objects.unscoped("a test arranges").filter(pk=cast.colleague.pk).update(state="retired")
    retired = go_and_return(client, oidc)

    words = "统一身份认证已通过，但本平台没有与之对应的在岗人员账号。"
    assert all(words in one.content.decode() for one in (unknown, retired))
    assert "9999" not in unknown.content.decode()
    assert Account.objects.count() == before


def test_second_factor_of_ours_still_counts_and_a_handed_out_password_does_not(
    client: Client, cast: Cast, oidc: Issuer
) -> None:
    Account.objects.filter(person=cast.teacher).update(must_change_password=True)
    go_and_return(client, oidc)
    office = Client()
    oidc.claims = {"staff_number": "T-liangzhuoran"}
    go_and_return(office, oidc)

    assert client.get("/account").status_code == 200
    assert office.get("/account")["Location"].startswith("/account/second-factor")


def test_issuer_that_is_down_is_said_and_nothing_else_breaks(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAOCHENG_OIDC_ISSUER", "http://127.0.0.1:9")
    monkeypatch.setenv("KAOCHENG_OIDC_CLIENT_ID", CLIENT)

    assert client.get("/sign-in/oidc").status_code == 422
    assert "用统一身份认证登录" in client.get("/sign-in").content.decode()


def test_it_is_off_unless_the_environment_names_a_server(client: Client, cast: Cast) -> None:
    addresses = ("oidc", "oidc/return", "cas", "cas/return")

    assert [client.get(f"/sign-in/{one}").status_code for one in addresses] == [404] * 4
    assert "统一身份认证" not in client.get("/sign-in").content.decode()


@pytest.mark.parametrize("address", ["http://idp.example", "ftp://idp.example", "idp.example"])
def test_server_without_tls_is_refused_but_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    from kaocheng.gateways.single_sign_on import cas_server

    monkeypatch.setenv("KAOCHENG_CAS_SERVER", address)

    with pytest.raises(ValueError, match="https"):
        cas_server()


def go_and_return_by_cas(client: Client, ticket: str = "ST-1", state: str = "") -> Response:
    out = client.get("/sign-in/cas?next=/account")
    service = parse_qs(urlparse(out["Location"]).query)["service"][0]
    kept = state or parse_qs(urlparse(service).query)["state"][0]
    return client.get(f"/sign-in/cas/return?{urlencode({'state': kept, 'ticket': ticket})}")


def test_person_comes_in_by_a_ticket_of_cas(client: Client, cast: Cast, cas: Issuer) -> None:
    cas.cas_user = "T-linxiaotang"

    answer = go_and_return_by_cas(client)

    assert (answer.status_code, answer["Location"]) == (302, "/account")
    assert SignIn.objects.get().account == cast.teacher.account


def test_attribute_of_cas_may_hold_the_staff_number(
    client: Client, cast: Cast, cas: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAOCHENG_CAS_ATTRIBUTE", "gh")
    cas.cas_user = "T-chenmin"
    cas.cas_extra = "<cas:attributes><cas:gh>T-linxiaotang</cas:gh></cas:attributes>"
    go_and_return_by_cas(client)
    cas.cas_extra = ""
    without = go_and_return_by_cas(Client())

    assert SignIn.objects.get().account == cast.teacher.account
    assert without.status_code == 422


@pytest.mark.parametrize(
    ("ticket", "state"), [("ST-2", ""), ("", ""), ("PT-1", ""), ("ST-1", "planted")]
)
def test_w37_wrong_ticket_or_state_lets_nobody_in(
    client: Client, cast: Cast, cas: Issuer, ticket: str, state: str
) -> None:
    cas.cas_user = "T-linxiaotang"

    answer = go_and_return_by_cas(client, ticket, state)

    assert answer.status_code == 422
    assert "统一身份认证没有成功，没有登录。" in answer.content.decode()
    assert not SignIn.objects.exists()
