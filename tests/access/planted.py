"""What must not be read by just anybody: personal data, and numbers that are written into texts."""

from __future__ import annotations

from datetime import date, timedelta

from kaocheng.records.models import Person, PersonalData

# Weights and check digits of GB 11643.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

# Letters of the marks of free texts of entries; see `scheme_at_work`.
WRITTEN_IN = "PREC"


def written_numbers(letter: str, of: int) -> tuple[str, str]:
    """An ID number and a phone that somebody wrote into such a text; nobody's own."""
    serial = 100 * (1 + WRITTEN_IN.index(letter)) + of
    return id_number(serial), f"1991{serial:07d}"


def written(words: str, letter: str, of: int) -> str:
    number, phone = written_numbers(letter, of)
    return f"{words}密{letter}{of}语，身份证{number}，电话{phone}"


def id_number(number: int) -> str:
    """Valid by its check digit, of an area that there is not."""
    first = f"999999{_born(number):%Y%m%d}{number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True))
    return first + _CHECKS[total % 11]


def _born(number: int) -> date:
    return date(1931, 1, 3) + timedelta(days=31 * number)


def plant(who: Person, number: int) -> dict[str, tuple[str, int]]:
    """Personal data of the person: every spelling that must not be read, its class and whose."""
    born = _born(number)
    data = PersonalData(
        person=who,
        id_number=id_number(number),
        phone=f"1990{number:07d}",
        email=f"canary{number:03d}@example.invalid",
        born_on=born,
    )
    data.save()
    spoken = (
        f"{born:%Y-%m-%d}",
        f"{born:%Y%m%d}",
        f"{born:%Y/%m/%d}",
        f"{born.year}年{born.month}月{born.day}日",
    )
    return {
        data.id_number: ("id", who.pk),
        data.phone: ("phone", who.pk),
        data.email: ("email", who.pk),
        **dict.fromkeys(spoken, ("born", who.pk)),
    }
