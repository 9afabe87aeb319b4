"""How passwords are kept, and that older ways go on working until their owner signs in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password, verify_password
from django.test import override_settings

from kaocheng.access.actor import Actor, By
from kaocheng.actions.secret import Secret
from kaocheng.actions.sign_in import sign_in
from kaocheng.config import settings as product
from kaocheng.records import password_hash
from kaocheng.records.models import Account
from kaocheng.records.password_hash import Argon2idHasher
from tests.cast import NOW, Cast


@pytest.fixture(autouse=True)
def real_hashers() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=product.PASSWORD_HASHERS):
        yield


def attempt(login: str, password: str) -> str:
    by = By(Actor(None, None, ""), at=NOW)
    answer = sign_in(
        by, login=login, password=Secret(password), address=None, device="", shared_pc=False
    )
    return answer.said


def keep(cast: Cast, password: str) -> None:
    Account.objects.filter(person=cast.teacher).update(password=password)


def kept(cast: Cast) -> str:
    return Account.objects.get(person=cast.teacher).password


def test_password_is_kept_by_argon2id_with_a_salt_of_its_own() -> None:
    first, second = make_password("榕荫-2026-Autumn"), make_password("榕荫-2026-Autumn")

    assert first.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert verify_password("榕荫-2026-Autumn", first) == (True, False)
    assert verify_password("榕荫-2026-autumn", first) == (False, False)
    assert "榕荫" not in first


def test_password_kept_with_other_costs_is_right_and_due_for_another() -> None:
    light = Argon2idHasher().encode_lightly("right", "0123456789abcdef01234567")

    assert light.startswith("argon2$argon2id$v=19$m=8,t=1,p=1$")
    assert verify_password("right", light) == (True, True)
    assert Argon2idHasher().safe_summary(light)["cost"] == "m=8,t=1,p=1"
    assert "0123456789" not in str(Argon2idHasher().safe_summary(light))


@pytest.mark.parametrize(
    "older",
    [
        "pbkdf2_sha256$1000$0123456789abcdef012345$3Z/X6eoQppG7WEUM5Y0xR7nQ55DuPhC8S94fie/tKrQ=",
        Argon2idHasher().encode_lightly("Old-2025-password", "0123456789abcdef01234567"),
    ],
    ids=["pbkdf2", "light"],
)
def test_older_way_works_and_is_replaced_at_sign_in(cast: Cast, older: str) -> None:
    keep(cast, older)

    wrong = attempt("linxiaotang", "New-2026-password")
    after_wrong = kept(cast)
    right = attempt("linxiaotang", "Old-2025-password")

    assert (wrong, after_wrong) == ("W20", older)
    assert right == ""
    assert kept(cast).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("Old-2025-password", kept(cast))
    assert attempt("linxiaotang", "Old-2025-password") == ""


def test_password_of_today_is_not_written_again_at_sign_in(cast: Cast) -> None:
    keep(cast, make_password("New-2026-password"))
    before = kept(cast)

    assert attempt("linxiaotang", "New-2026-password") == ""
    assert kept(cast) == before


def test_wrong_password_costs_one_full_run_whatever_the_name(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    real: Any = password_hash.Argon2id  # type: ignore[attr-defined]  # where it is used

    class Counted:
        def __init__(self, **costs: Any) -> None:  # noqa: ANN401  # of the real one
            runs.append(f"m={costs['memory_cost']},t={costs['iterations']}")
            self.derive_phc_encoded = real(**costs).derive_phc_encoded

        @staticmethod
        def verify_phc_encoded(password: bytes, encoded: str) -> None:
            runs.append(encoded.split("$")[3].rpartition(",")[0])
            real.verify_phc_encoded(password, encoded)

    keep(cast, make_password("New-2026-password"))
    light = Argon2idHasher().encode_lightly("Old-2025-password", "0123456789abcdef01234567")
    Account.objects.filter(person=cast.colleague).update(password=light)
    other = Account.objects.get(person=cast.colleague).login
    monkeypatch.setattr(password_hash, "Argon2id", Counted)

    found = {}
    for login in ("linxiaotang", "nobody-here", other):
        runs.clear()
        assert attempt(login, "wrong") == "W20"
        found[login] = list(runs)

    assert found == {
        "linxiaotang": ["m=19456,t=2"],
        "nobody-here": ["m=19456,t=2"],
        other: ["m=8,t=1", "m=19456,t=2"],
    }
