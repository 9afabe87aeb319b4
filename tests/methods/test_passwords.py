"""Password rules as named profiles."""

from __future__ import annotations

import pytest

from kaocheng.methods.passwords import PROFILES, Fault, faults, is_common

DENGBAO, ASVS = PROFILES["dengbao3"], PROFILES["asvs"]


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("Banyan-2026-shade", ()),
        ("Ab3-567890", ()),
        ("Ab3-56789", (Fault.TOO_SHORT,)),
        ("banyanshade26", (Fault.TOO_PLAIN,)),
        ("banyan", (Fault.TOO_SHORT, Fault.TOO_PLAIN)),
        ("榕树下的长板凳坐满了人Aa", ()),
    ],
)
def test_dengbao_profile_wants_ten_characters_of_three_kinds(
    password: str, found: tuple[Fault, ...]
) -> None:
    assert faults(password, DENGBAO) == found


@pytest.mark.parametrize("word", ["linxiaotang", "林晓棠", "13800000000", "T-0031"])
def test_password_must_not_hold_what_is_known_about_the_person(word: str) -> None:
    typed = f"Aa-{word.upper()}-2099"

    assert faults(typed, DENGBAO, about_person=["", word]) == (Fault.KNOWN_ABOUT_PERSON,)


def test_very_short_words_forbid_only_themselves() -> None:
    assert faults("Banyan-an-2026", DENGBAO, about_person=["an"]) == ()
    assert Fault.KNOWN_ABOUT_PERSON in faults("an", DENGBAO, about_person=["an"])


def test_each_profile_looks_back_as_far_as_it_says() -> None:
    used_sixth = (False, False, False, False, False, True)

    assert faults("Banyan-2026-shade", DENGBAO, used_before=used_sixth) == ()
    assert faults("Banyan-2026-shade", DENGBAO, used_before=used_sixth[1:]) == (Fault.USED_BEFORE,)
    assert faults("Banyan-2026-shade", ASVS, used_before=(False, True)) == ()


def test_asvs_profile_wants_length_and_no_composition() -> None:
    assert faults("banyan shade", ASVS) == ()
    assert faults("Ab3-5678901", ASVS) == (Fault.TOO_SHORT,)


@pytest.mark.parametrize(
    "password", ["Password1234", "woaini123456", "qwertyuiop123", "abcdabcdabcd", "kaocheng2026"]
)
def test_common_passwords_are_known(password: str) -> None:
    assert is_common(password)
    assert Fault.COMMON in faults(password, ASVS)
    assert Fault.COMMON not in faults(password, DENGBAO)


def test_uncommon_password_is_let_through() -> None:
    assert not is_common("banyan shade bench")


def test_rotation_belongs_to_the_profile() -> None:
    assert [(one.name, one.change_every_days, one.warn_days) for one in PROFILES.values()] == [
        ("dengbao3", 90, 10),
        ("asvs", 0, 0),
    ]
