"""How passwords are kept: Argon2id of OpenSSL, docs/decisions/0017."""

from __future__ import annotations

import re
from typing import Any

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.contrib.auth.hashers import BasePasswordHasher, mask_hash, must_update_salt

_PARTS = re.compile(r"argon2\$argon2id\$v=19\$(m=\d+,t=\d+,p=\d+)\$([^$]+)\$([^$]+)")


class Argon2idHasher(BasePasswordHasher):
    """Kept in the spelling of Django's own `argon2`, so that either reads the other's.

    19 MiB and two passes are the parameters that OWASP names for one lane.
    """

    algorithm = "argon2"
    memory_kib = 19_456
    passes = 2

    def encode(self, password: str, salt: str) -> str:
        return self._encoded(password, salt, memory_kib=self.memory_kib, passes=self.passes)

    def encode_lightly(self, password: str, salt: str) -> str:
        """For a random password that needs no stretching, see `actions.open_account`."""
        return self._encoded(password, salt, memory_kib=8, passes=1)

    def verify(self, password: str, encoded: str) -> bool:
        try:
            Argon2id.verify_phc_encoded(password.encode(), encoded.removeprefix(self.algorithm))
        except InvalidKey:
            return False
        return True

    def decode(self, encoded: str) -> dict[str, str]:
        parts = _PARTS.fullmatch(encoded)
        assert parts is not None, "not kept by us"
        return {"algorithm": self.algorithm, "cost": parts[1], "salt": parts[2], "hash": parts[3]}

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        parts = self.decode(encoded)
        return parts | {name: mask_hash(parts[name]) for name in ("salt", "hash")}

    def must_update(self, encoded: str) -> bool:
        parts = self.decode(encoded)
        # The salt is kept in base 64, which is longer than what it stands for.
        is_short = must_update_salt(parts["salt"], self.salt_entropy)
        return parts["cost"] != f"m={self.memory_kib},t={self.passes},p=1" or is_short

    def harden_runtime(self, password: str, encoded: str) -> None:
        """After a wrong password for a light hash: as long as for any other name."""
        self.encode(password, self.decode(encoded)["salt"])

    def _encoded(self, password: str, salt: str, *, memory_kib: int, passes: int) -> str:
        stretched = Argon2id(
            salt=salt.encode(), length=32, iterations=passes, lanes=1, memory_cost=memory_kib
        )
        return self.algorithm + stretched.derive_phc_encoded(password.encode())
