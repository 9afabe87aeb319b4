"""OpenID Connect, authorization code flow with PKCE: where to send the browser, who came back.

The ID token's signature, issuer, audience, times and nonce are checked in every case, also where
the standard would allow to trust the connection alone.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jwt
import requests

TIMEOUT_SECONDS = 5
# Never `none`, and never a shared-key algorithm with a public key as its key.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]


class NotSignedIn(Exception):
    """The other system did not vouch for anybody; `why` is for the log, without personal data."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Provider:
    """One issuer; `claim` holds the staff number."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str = "staff_number"
    title: str = "统一身份认证"


@dataclass(frozen=True)
class Attempt:
    """What the session keeps between leaving and coming back."""

    state: str
    nonce: str
    verifier: str


def new_attempt() -> Attempt:
    return Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))


def leave_for(provider: Provider, attempt: Attempt, return_to: str) -> str:
    """The address at the issuer to which the browser is sent."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest())
    asked = {
        "response_type": "code",
        "scope": "openid profile",
        "client_id": provider.client_id,
        "redirect_uri": return_to,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge.decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return f"{_discover(provider)['authorization_endpoint']}?{urlencode(asked)}"


def staff_number(provider: Provider, attempt: Attempt, code: str, return_to: str) -> str:
    """The staff number that the issuer vouches for, or NotSignedIn."""
    known = _discover(provider)
    token = _id_token(provider, known, attempt, code, return_to)
    claims = _checked(provider, known, token)
    if not secrets.compare_digest(str(claims.get("nonce", "")), attempt.nonce):
        raise NotSignedIn("nonce")
    found = str(claims.get(provider.claim, "")).strip()
    if not found:
        raise NotSignedIn("no staff number in the token")
    return found


def _id_token(
    provider: Provider, known: dict[str, Any], attempt: Attempt, code: str, return_to: str
) -> str:
    answer = _json(
        "POST",
        known["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_to,
            "client_id": provider.client_id,
            "client_secret": provider.client_secret,
            "code_verifier": attempt.verifier,
        },
    )
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise NotSignedIn("no token")
    return token


def _checked(provider: Provider, known: dict[str, Any], token: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        keys = jwt.PyJWKSet.from_dict(_json("GET", known["jwks_uri"]))
        key = next(one for one in keys.keys if one.key_id == header.get("kid"))
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=ALGORITHMS,
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=60,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except StopIteration as error:
        raise NotSignedIn("unknown key") from error
    except jwt.PyJWTError as error:
        raise NotSignedIn(type(error).__name__) from error
    return claims


def _discover(provider: Provider) -> dict[str, Any]:
    known = _json("GET", f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if known.get("issuer") != provider.issuer:
        raise NotSignedIn("another issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(known.get(name), str):
            raise NotSignedIn(f"no {name}")
    return known


def _json(method: str, address: str, **sent: Any) -> dict[str, Any]:  # noqa: ANN401  # requests'
    try:
        answer = requests.request(
            method, address, timeout=TIMEOUT_SECONDS, allow_redirects=False, **sent
        )
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise NotSignedIn(type(error).__name__) from error
    if not isinstance(found, dict):
        raise NotSignedIn("no object")
    return found
