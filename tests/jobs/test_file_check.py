"""A file leaves quarantine only by a verdict."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from kaocheng.access.refusal import Refused
from kaocheng.actions.file import store_file
from kaocheng.actions.operation import check_quarantine_again
from kaocheng.actions.perform import Act, Answer, action
from kaocheng.gateways.clock import CLOCK
from kaocheng.jobs.lease import do, take
from kaocheng.records.models import AuditRow, Job, StoredFile
from tests.cast import NOW, Cast, by
from tests.gateways.clamd import EICAR, clamd


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@action("test.hand_in")
def hand_in(act: Act, *, content: bytes) -> Answer:
    return Answer.of(
        store_file(act, content=content, name="a.pdf", object_kind="test", object_id="1")
    )


def run_jobs() -> None:
    while (job := take(CLOCK.now())) is not None:
        do(job)


def state() -> tuple[str, str]:
    stored = StoredFile.objects.get()
    return stored.state, stored.refusal


def test_sound_file_becomes_clean_with_a_row_in_the_log(cast: Cast) -> None:
    hand_in(by(cast.teacher), content=b"%PDF-1.7")

    run_jobs()

    assert state() == ("clean", "")
    assert list(AuditRow.objects.order_by("id").values_list("action", flat=True)) == [
        "test.hand_in",
        "file.judge",
    ]


def test_w88_file_with_a_virus_is_refused(cast: Cast, settings: Settings) -> None:
    hand_in(by(cast.teacher), content=b"%PDF-1.7 " + EICAR)

    with clamd() as settings.SCANNER_ADDRESS:
        run_jobs()

    assert state() == ("refused", "W88")
    assert str(Refused("W88")) == "安全软件在文件里查出了病毒，没有收下。"


def test_scanner_that_is_away_leaves_the_file_in_quarantine_until_it_is_back(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(by(cast.teacher), content=b"%PDF-1.7")
    settings.SCANNER_ADDRESS = "clamd:///nowhere/clamd.sock"

    for hours in range(10):
        monkeypatch.setattr(CLOCK, "source", lambda hours=hours: NOW + timedelta(hours=2 * hours))
        run_jobs()
    assert state() == ("quarantine", "")
    assert Job.objects.get().state == "failed"

    with clamd() as settings.SCANNER_ADDRESS:
        assert check_quarantine_again(CLOCK.now()) == 1
        run_jobs()

    assert state() == ("clean", "")


def test_file_that_the_scanner_finds_too_big_stays_in_quarantine(
    cast: Cast, settings: Settings
) -> None:
    hand_in(by(cast.teacher), content=b"%PDF-1.7 and more")

    with clamd(most_bytes=5) as settings.SCANNER_ADDRESS:
        run_jobs()

    assert state() == ("quarantine", "")
