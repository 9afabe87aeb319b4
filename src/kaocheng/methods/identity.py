"""What can be told of a Chinese ID number, a phone and a name without asking anybody."""

from __future__ import annotations

import re
from datetime import date

_ID = re.compile(r"[1-9][0-9]{16}[0-9X]")
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_NOT_DIGITS = re.compile(r"[\s\-—()（）]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def plain_id_number(text: str) -> str:
    """Without blanks, and with a capital X."""
    return re.sub(r"\s", "", text).upper()


def is_id_number(number: str) -> bool:
    """Eighteen places, a day of birth that exists, and the right check digit (GB 11643)."""
    if not _ID.fullmatch(number) or born_of(number) is None:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECK[total % 11] == number[17]


def born_of(number: str) -> date | None:
    """The day of birth in it."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def gender_of(number: str) -> str:
    """男 for an odd sequence number, 女 for an even one."""
    return "男" if int(number[16]) % 2 else "女"


def plain_phone(text: str) -> str:
    """Digits only, without the prefix of the country."""
    digits = _NOT_DIGITS.sub("", text)
    return re.sub(r"^(\+?86|0086)(?=1)", "", digits)


def is_phone(number: str) -> bool:
    return _PHONE.fullmatch(number) is not None


def masked_phone(number: str) -> str:
    """138****1234: enough to recognise it, too little to call it."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "****" if number else ""
