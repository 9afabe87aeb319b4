"""One-time passwords out of a seed: the same seed gives the same ones, so none has to be kept."""

from __future__ import annotations

import hashlib
import hmac

# Without what is mistaken for something else on paper: 0 O, 1 I L, 2 Z, 5 S, 8 B.
_ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
_LENGTH, _PART = 15, 5


def one_time_password(seed: str, login: str) -> str:
    """Fifteen characters in three parts, about 69 bits: `K7MTA-Q9FWX-4HJCN`."""
    number = int.from_bytes(hmac.new(seed.encode(), login.encode(), hashlib.sha256).digest())
    letters = []
    for _ in range(_LENGTH):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    text = "".join(letters)
    return "-".join(text[at : at + _PART] for at in range(0, _LENGTH, _PART))
