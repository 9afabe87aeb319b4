"""Rules for passwords, as named profiles; pure.

`dengbao3` follows what an assessor of 等级保护三级 asks for (GB/T 22239-2019, 8.1.4.1: complex, and
changed at intervals); `asvs` follows the OWASP ASVS, which wants length and no composition or
rotation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a password."""

    TOO_SHORT = "too_short"
    TOO_PLAIN = "too_plain"
    KNOWN_ABOUT_PERSON = "known_about_person"
    USED_BEFORE = "used_before"
    COMMON = "common"


@dataclass(frozen=True)
class Profile:
    """`change_every_days` 0: never by the calendar; `classes` 0: any composition."""

    name: str
    title: str
    least_length: int
    classes: int
    earlier: int
    change_every_days: int
    warn_days: int
    refuses_common: bool


PROFILES: Mapping[str, Profile] = {
    one.name: one
    for one in (
        Profile(
            name="dengbao3",
            title="等保三级",
            least_length=10,
            classes=3,
            earlier=5,
            change_every_days=90,
            warn_days=10,
            refuses_common=False,
        ),
        Profile(
            name="asvs",
            title="ASVS（重长度，不定期更换）",
            least_length=12,
            classes=0,
            earlier=1,
            change_every_days=0,
            warn_days=0,
            refuses_common=True,
        ),
    )
}

# What people take first when twelve characters are asked for: walks over the keyboard, counting,
# names of places and of the work, each with the ends that are usually hung on.
STEMS = (
    "password", "passw0rd", "woaini", "iloveyou", "welcome", "administrator", "admin", "qwertyuiop",
    "qwerty", "asdfghjkl", "zxcvbnm", "1qaz2wsx", "1q2w3e4r", "1q2w3e4r5t", "qazwsxedc", "abcdef",
    "abcdefgh", "abc", "abcd", "123456", "12345678", "123456789", "1234567890", "0123456789",
    "987654321", "9876543210", "111111", "666666", "888888", "147258369", "5201314", "1314520",
    "woaini1314", "laoshi", "jiaoshi", "xuexiao", "jiaoyu", "teacher", "school", "kaocheng",
    "xinxihua", "peixun", "kaohe", "zhongguo", "china", "beijing", "shanghai", "guangdong",
    "guangzhou", "changeme", "letmein", "dragon", "monkey", "sunshine", "princess",
)  # fmt: skip
ENDS = frozenset(
    (
        "", "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "321", "000", "111",
        "520", "666", "888", "1314", "5201314", "!", "@", "!@#", "@123", "#123", "!123", ".123",
        "_123", "123!", "123.", "@2024", "@2025", "@2026", "@2027", "2024", "2025", "2026", "2027",
        "abc", "qwe", "a1", "a",
    )
)  # fmt: skip


def faults(
    password: str,
    profile: Profile,
    *,
    about_person: Iterable[str] = (),
    used_before: Sequence[bool] = (),
) -> tuple[Fault, ...]:
    """Everything that is wrong with the password, in a fixed order.

    `about_person`: login, name, pinyin, phone, staff number. `used_before`: for the earlier
    passwords, newest first, whether it is the same; only as many count as the profile keeps.
    """
    found = []
    if len(password) < profile.least_length:
        found.append(Fault.TOO_SHORT)
    if classes(password) < profile.classes:
        found.append(Fault.TOO_PLAIN)
    if holds_any(password, about_person):
        found.append(Fault.KNOWN_ABOUT_PERSON)
    if any(used_before[: profile.earlier]):
        found.append(Fault.USED_BEFORE)
    if profile.refuses_common and is_common(password):
        found.append(Fault.COMMON)
    return tuple(found)


def classes(password: str) -> int:
    """How many of the four: capital letters, small letters, digits, anything else."""
    kinds = (str.isupper, str.islower, str.isdigit, _is_other)
    return sum(any(map(kind, password)) for kind in kinds)


def holds_any(password: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in it; very short ones would forbid too much."""
    plain = _plain(password)
    return any(len(word) >= 3 and word in plain for word in map(_plain, words)) or any(
        word and _plain(word) == plain for word in words
    )


def is_common(password: str) -> bool:
    """A stem that everybody takes with an end that everybody hangs on, or one unit repeated."""
    plain = password.casefold()
    if any(plain.startswith(stem) and plain[len(stem) :] in ENDS for stem in STEMS):
        return True
    if any(plain == first + second for first in STEMS for second in STEMS):
        return True
    return any(plain == plain[:unit] * (len(plain) // unit) for unit in range(1, 5))


def _is_other(character: str) -> bool:
    return not (character.isupper() or character.islower() or character.isdigit())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace(" ", "")
