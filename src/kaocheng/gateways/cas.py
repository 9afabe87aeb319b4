"""CAS 3.0: where to send the browser, and who its ticket is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

import requests
from cas import CASClient, CASError

from kaocheng.gateways.oidc import TIMEOUT_SECONDS, NotSignedIn


@dataclass(frozen=True)
class Server:
    """`attribute` holds the staff number; empty: the user name is the staff number."""

    address: str
    attribute: str = ""
    title: str = "统一身份认证"


class _Session(requests.Session):
    """With a limit to waiting, and without following the server elsewhere."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401  # requests'
        kwargs.update(timeout=TIMEOUT_SECONDS, allow_redirects=False)
        return super().request(*args, **kwargs)


def leave_for(server: Server, return_to: str) -> str:
    found: str = _client(server, return_to).get_login_url()
    return found


def staff_number(server: Server, ticket: str, return_to: str) -> str:
    """The staff number that the server vouches for, or NotSignedIn."""
    if not ticket.startswith("ST-") or len(ticket) > 512:
        raise NotSignedIn("not a service ticket")
    try:
        user, attributes, _ = _client(server, return_to).verify_ticket(ticket)
    except (CASError, requests.RequestException, ParseError, ValueError) as error:
        raise NotSignedIn(type(error).__name__) from error
    if not user:
        raise NotSignedIn("ticket refused")
    found = (attributes or {}).get(server.attribute) if server.attribute else user
    if not isinstance(found, str) or not found.strip():
        raise NotSignedIn("no staff number in the answer")
    return found.strip()


def _client(server: Server, return_to: str) -> Any:  # noqa: ANN401  # untyped
    return CASClient(
        version=3,
        service_url=return_to,
        server_url=server.address.rstrip("/") + "/",
        session=_Session(),
    )
