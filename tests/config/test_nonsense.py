"""A setting that cannot be meant is refused at the start, without repeating what it holds."""

from __future__ import annotations

import pytest

from kaocheng.access.refusal import Refused
from kaocheng.config.nonsense import refuse_nonsense


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KAOCHENG_THREADS", "many"),
        ("KAOCHENG_THREADS", "0"),
        ("KAOCHENG_LEASE", "-5"),
        ("DATABASE_URL", "mysql://kao:geheim@db/x"),
        ("DATABASE_URL", "postgresql://db"),
        ("KAOCHENG_FILES", "https://host/geheim"),
        ("KAOCHENG_SCANNER", "geheim"),
    ],
)
def test_w99_setting_that_does_not_hold_is_named(name: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        refuse_nonsense({name: value})

    assert str(refused.value).startswith(f"设置 {name} 写得不对：要写")
    assert "geheim" not in str(refused.value)
    assert str(Refused("W99", name="X", reason="要写一个正整数")) == (
        "设置 X 写得不对：要写一个正整数。"
    )


def test_settings_that_hold_pass() -> None:
    refuse_nonsense({})
    refuse_nonsense(
        {
            "KAOCHENG_THREADS": "24",
            "DATABASE_URL": "postgresql://kao:p%40ss@db:5433/kaocheng?sslmode=require",
            "KAOCHENG_FILES": "s3://key:secret@store.example.cn/evidence?region=cn-1",
            "KAOCHENG_SCANNER": "clamd://10.0.0.5:3310",
        }
    )
