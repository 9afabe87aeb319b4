"""Every scheme goes through a whole round, from its start to its archive."""

from __future__ import annotations

import pytest
from django.conf import settings

from kaocheng.actions.rehearsal import rehearse
from kaocheng.engine.reading.packs import find_packs
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Adoption, Obligation, Person, SchemeVersion, Unit

PACKS = [folder.name for folder in find_packs(settings.SCHEMES)]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("pack", PACKS)
def test_a_round_of_every_scheme_runs_from_start_to_archive(pack: str) -> None:
    report = rehearse(settings.SCHEMES / pack)

    assert report.problems == []
    assert report.entries
    assert report.obligations.total()
    assert report.results


def test_nothing_remains_of_a_rehearsal() -> None:
    before = CLOCK.source

    rehearse(settings.SCHEMES / "s4.6-safety", days=3)

    assert CLOCK.source is before
    for model in (Adoption, Obligation, Person, Unit):
        assert not model.objects.unscoped("a test looks").exists()
    assert not SchemeVersion.objects.exists()
