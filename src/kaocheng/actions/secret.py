"""What must neither be logged nor kept, on its way into an action."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

from kaocheng.actions.perform import digest

# Without letters and digits that are read for one another when copied by hand.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
DIGITS = "23456789"


class Secret:
    """A password or a code. As text it is a keyed digest, so an idempotency key can cover it."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __str__(self) -> str:
        return digest(self.value)

    __repr__ = __str__


def one_time_password(form_key: str, about: object) -> Secret:
    """A password to hand over. The same form sent twice gives the same one."""
    stream = _stream("one-time password", form_key, about)
    parts = [_pick(stream, LETTERS, 4).capitalize(), _pick(stream, DIGITS, 4)]
    parts.append(_pick(stream, LETTERS, 4))
    return Secret("-".join(parts))


def spare_codes(form_key: str, about: object, *, count: int = 10) -> tuple[Secret, ...]:
    """Codes to print; the same form sent twice gives the same ones."""
    stream = _stream("spare codes", form_key, about)
    return tuple(
        Secret(f"{_pick(stream, LETTERS + DIGITS, 5)}-{_pick(stream, LETTERS + DIGITS, 5)}")
        for _ in range(count)
    )


def _stream(purpose: str, form_key: str, about: object) -> bytearray:
    """Bytes that only this installation can derive from the key; without a key, chance."""
    seed = form_key or base64.b16encode(secrets.token_bytes(32)).decode()
    key = settings.SECRET_KEY.encode()
    made = bytearray()
    for block in range(64):
        message = f"{purpose}\0{about}\0{seed}\0{block}".encode()
        made += hmac.new(key, message, hashlib.sha256).digest()
    return made


def _pick(stream: bytearray, alphabet: str, count: int) -> str:
    """Evenly: a byte past the last whole multiple of the alphabet is thrown away."""
    fair = 256 - 256 % len(alphabet)
    picked = ""
    while len(picked) < count:
        byte = stream.pop(0)
        if byte < fair:
            picked += alphabet[byte % len(alphabet)]
    return picked
