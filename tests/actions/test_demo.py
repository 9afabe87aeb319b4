"""The demo city: believable, made up, whole, and refused where real people are."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from kaocheng.actions.demo import load_demo
from kaocheng.actions.demo.accounts import SHOWN, Card
from kaocheng.actions.secret import Secret

PASSWORD = "Banyan-2345-shade"


@pytest.fixture
def city(db: None, now: datetime) -> tuple[Card, ...]:
    return load_demo(now, password=Secret(PASSWORD))


def test_loads(db: None, now: datetime) -> None:
    began = time.monotonic()
    cards = load_demo(now, password=Secret(PASSWORD))
    print(time.monotonic() - began)
    assert len(cards) == len(SHOWN)
