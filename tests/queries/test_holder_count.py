"""How many people a title finds, for each way in which they are found."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kaocheng.actions.fact_load import Place
from kaocheng.methods.holders import OUTSIDE, SUBJECT, Holder, How
from kaocheng.queries.adopted import Adopted
from kaocheng.queries.holder_count import HolderCount
from tests.adopting import TODAY, adopt, fill
from tests.cast import Cast

ASSIGNED = Holder(How.REGISTER, register="assignment", field="guide")


@pytest.fixture
def city(cast: Cast) -> Adopted:
    """All schools of the example stand for one school; the first guide is the reviewer."""
    found = adopt("s2-guangzhou", cast.city)

    def placed(roster: str, values: Mapping[str, str]) -> Place:
        if roster == "guide":
            return Place(cast.district, cast.reviewer if values["id"] == "G1" else None)
        return Place(cast.school)

    fill(found, placed)
    found.adoption.holders["指派的人"] = [ASSIGNED.kept()]
    return found


@pytest.mark.parametrize(
    ("holder", "count"),
    [
        (Holder(How.ROLE, role="lead", kind="school"), 1),
        (Holder(How.ROLE, role="officer", kind="district"), 1),
        (Holder(How.ROLE, role="reviewer", kind="panel"), 1),
        (Holder(How.ROLE, role="officer"), 1),
        (ASSIGNED, 1),
        (Holder(How.FIELD, field="own_school"), 0),
        (SUBJECT, 3),
    ],
)
def test_people_are_counted_as_they_will_be_found(
    city: Adopted, holder: Holder, count: int
) -> None:
    found = HolderCount(city, on=TODAY).counted([holder])

    assert found.words == f"现在能找到 {count} 人"
    assert found.is_none == (count == 0)


def test_a_panel_is_counted_by_its_reviewers(city: Adopted, cast: Cast) -> None:
    found = HolderCount(city, on=TODAY).counted([Holder(How.PANEL, panel=cast.panel.pk)])

    assert found.words == "现在能找到 1 人"


def test_what_cannot_be_counted_is_said(cast: Cast) -> None:
    count = HolderCount(adopt("s2-guangzhou", cast.city), on=TODAY)

    assert count.counted([OUTSIDE]).words == "由本单位代为登记"
    assert count.counted([SUBJECT]).words == "填好名册后再数"
    assert count.counted([]).is_none
