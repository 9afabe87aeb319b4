"""Whom a notice or a collection form may be addressed to: what lies below, and nobody else."""

from __future__ import annotations

from kaocheng.access.collection import units_to_ask
from kaocheng.access.notice import units_to_address
from kaocheng.records.models.unit import UnitKind
from tests.cast import Cast, actor


def test_office_addresses_what_is_below_it_and_no_other_district(cast: Cast) -> None:
    addressed = set(units_to_address(actor(cast.officer)).values_list("name", flat=True))

    assert {"榕荫小学", "珠岸中学"} <= addressed
    assert addressed.isdisjoint({"海屿区", "海屿二小", "花城市", "云山区"})


def test_office_collects_from_what_is_below_it_and_no_other_district(cast: Cast) -> None:
    asked = units_to_ask(actor(cast.officer), UnitKind.values).values_list("name", flat=True)

    assert set(asked) == {"榕镇", "榕荫小学", "珠岸中学", "数学组"}


def test_school_addresses_and_collects_from_its_own_groups_alone(cast: Cast) -> None:
    for who in (cast.lead, cast.clerk):
        school = actor(who)

        assert set(units_to_address(school).values_list("name", flat=True)) == {"数学组"}
        asked = units_to_ask(school, UnitKind.values).values_list("name", flat=True)
        assert set(asked) == {"数学组"}


def test_teacher_and_reviewer_address_nobody(cast: Cast) -> None:
    for who in (cast.teacher, cast.reviewer):
        assert list(units_to_address(actor(who))) == []
        assert list(units_to_ask(actor(who), UnitKind.values)) == []
