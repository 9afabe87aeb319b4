"""Every scheme goes through a whole round, from its start to its archive."""

from __future__ import annotations

import pytest
from django.conf import settings

from kaocheng.actions.rehearsal import rehearse
from kaocheng.engine.reading.packs import find_packs
from kaocheng.gateways.clock import CLOCK
from kaocheng.records.models import Adoption, Obligation, Person, Unit

PACKS = [folder.name for folder in find_packs(settings.SCHEMES)]


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.django_db
def test_a_round_of_every_scheme_runs_from_start_to_archive(pack: str) -> None:
    report = rehearse(settings.SCHEMES / pack)

    assert report.problems == []
    assert report.entries
    assert report.obligations.total()
    assert report.results
