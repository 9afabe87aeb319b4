"""What must neither be logged nor kept, on its way into an action."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings

from kaocheng.actions.perform import digest
from kaocheng.methods import one_time

# Without letters and digits that are read for one another when copied by hand.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Secret:
    """A password or a code. As text it is a keyed digest, so an idempotency key can cover it."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __str__(self) -> str:
        return digest(self.value)

    __repr__ = __str__


def one_time_password(form_key: str, about: object) -> Secret:
    """A password to hand over. The same form sent twice gives the same one."""
    return Secret(one_time.one_time_password(_seed("one-time password", form_key), str(about)))


def spare_codes(form_key: str, about: object, *, count: int = 10) -> tuple[Secret, ...]:
    """Codes to print; the same form sent twice gives the same ones."""
    stream = _stream(_seed(f"spare codes {about}", form_key))
    return tuple(Secret(f"{_pick(stream, 5)}-{_pick(stream, 5)}") for _ in range(count))


def _seed(purpose: str, form_key: str) -> str:
    """What only this installation can derive from the key; without a key, chance."""
    key = settings.SECRET_KEY.encode()
    message = f"{purpose}\0{form_key or secrets.token_hex(32)}".encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _stream(seed: str) -> bytearray:
    made = bytearray()
    for block in range(64):
        made += hashlib.sha256(f"{seed}{block}".encode()).digest()
    return made


def _pick(stream: bytearray, count: int) -> str:
    """Evenly: a byte past the last whole multiple of the alphabet is thrown away."""
    fair = 256 - 256 % len(ALPHABET)
    picked = ""
    while len(picked) < count:
        byte = stream.pop(0)
        if byte < fair:
            picked += ALPHABET[byte % len(ALPHABET)]
    return picked
