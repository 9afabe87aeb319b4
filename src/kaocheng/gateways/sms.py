"""Short messages through the supplier of the installation, over one signed request.

POST {"phone", "text", "at"} with `sign`: the hex HMAC-SHA256 over phone, time and text, each a
line, keyed with the supplier's key; the answer {"code": 0} means taken. Suppliers with another
form get a small relay.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from kaocheng.gateways.outbound import NotSent, Outbound


@dataclass(frozen=True)
class Supplier:
    url: str
    key: str


def send_sms(out: Outbound, supplier: Supplier, *, phone: str, text: str, at: datetime) -> None:
    """Raises `NotSent` where the supplier does not take it."""
    moment = str(int(at.timestamp()))
    sign = hmac.new(
        supplier.key.encode(), f"{phone}\n{moment}\n{text}".encode(), hashlib.sha256
    ).hexdigest()
    answer = out.post(supplier.url, {"phone": phone, "text": text, "at": moment, "sign": sign})
    if answer.get("code") != 0:
        raise NotSent(f"code {answer.get('code')}")
