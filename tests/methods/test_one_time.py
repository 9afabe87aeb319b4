"""One-time passwords follow from their seed and from nothing else."""

from kaocheng.methods.one_time import one_time_password


def test_password_follows_from_seed_and_login() -> None:
    first = one_time_password("seed", "T0001")

    assert first == one_time_password("seed", "T0001")
    assert len({first, one_time_password("seed", "T0002"), one_time_password("else", "T0001")}) == 3


def test_password_is_legible_on_paper() -> None:
    for login in map(str, range(200)):
        password = one_time_password("seed", login)
        assert [len(part) for part in password.split("-")] == [5, 5, 5]
        assert not set(password) & set("01258BILOSZ")
