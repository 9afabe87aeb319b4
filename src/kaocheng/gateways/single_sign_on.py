"""Which other systems may vouch for people: from the environment, off unless it names them.

| variable | meaning |
|---|---|
| KAOCHENG_OIDC_ISSUER | the issuer's address, exactly as it stands in its tokens |
| KAOCHENG_OIDC_CLIENT_ID, KAOCHENG_OIDC_CLIENT_SECRET | as registered there |
| KAOCHENG_OIDC_CLAIM | the claim that holds the staff number; `staff_number` |
| KAOCHENG_CAS_SERVER | the address of the CAS server |
| KAOCHENG_CAS_ATTRIBUTE | the attribute with the staff number; without it, the user name |
| KAOCHENG_SSO_TITLE | what the button of the sign-in page is called; 统一身份认证 |
"""

from __future__ import annotations

import os
from urllib.parse import urlparse

from kaocheng.gateways.cas import Server
from kaocheng.gateways.oidc import Provider

TITLE = "统一身份认证"


def oidc_provider() -> Provider | None:
    issuer = _address("KAOCHENG_OIDC_ISSUER")
    if not issuer:
        return None
    return Provider(
        issuer=issuer,
        client_id=os.environ["KAOCHENG_OIDC_CLIENT_ID"],
        client_secret=os.environ.get("KAOCHENG_OIDC_CLIENT_SECRET", ""),
        claim=os.environ.get("KAOCHENG_OIDC_CLAIM", "staff_number"),
        title=os.environ.get("KAOCHENG_SSO_TITLE", TITLE),
    )


def cas_server() -> Server | None:
    address = _address("KAOCHENG_CAS_SERVER")
    if not address:
        return None
    return Server(
        address=address,
        attribute=os.environ.get("KAOCHENG_CAS_ATTRIBUTE", ""),
        title=os.environ.get("KAOCHENG_SSO_TITLE", TITLE),
    )


def _address(name: str) -> str:
    """Only TLS, but for a server on the same machine."""
    address = os.environ.get(name, "")
    parsed = urlparse(address)
    local = parsed.hostname in {"localhost", "127.0.0.1", "::1"}
    if address and parsed.scheme != "https" and not (parsed.scheme == "http" and local):
        raise ValueError(f"{name} 须以 https:// 开头")
    return address
