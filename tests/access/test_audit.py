"""What happened to an object is told of that object alone, to whoever has it."""

from __future__ import annotations

import pytest

from kaocheng.access.audit import history
from kaocheng.access.refusal import NotYours
from kaocheng.records.models import AuditRow, Person
from tests.cast import NOW, Cast, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def noted(cast: Cast) -> Cast:
    """Of a unit and a person with the same number, and of another unit."""
    for kind, number, action in (
        ("unit", cast.school.pk, "here"),
        ("person", cast.school.pk, "of a person with this number"),
        ("unit", cast.far_school.pk, "elsewhere"),
    ):
        AuditRow(at=NOW, action=action, object_kind=kind, object_id=str(number)).save()
    return cast


def told(who: Person, kind: str, object_id: int | str) -> list[str]:
    return list(history(actor(who), kind, str(object_id)).values_list("action", flat=True))


def test_history_holds_the_rows_of_that_very_object(noted: Cast) -> None:
    for who in (noted.lead, noted.officer, noted.city_officer, noted.audit_admin):
        assert told(who, "unit", noted.school.pk) == ["here"]


@pytest.mark.parametrize("who", ["teacher", "clerk", "other_lead", "far_lead", "security_admin"])
def test_history_of_a_unit_is_for_its_lead_and_those_above(noted: Cast, who: str) -> None:
    with pytest.raises(NotYours):
        told(getattr(noted, who), "unit", noted.school.pk)


@pytest.mark.parametrize("object_id", ["x", "", "9" * 19, "0"])
def test_what_there_is_not_has_no_history(noted: Cast, object_id: str) -> None:
    with pytest.raises(NotYours):
        told(noted.lead, "unit", object_id)


def test_a_person_is_told_about_their_own_account_alone(cast: Cast) -> None:
    own, other = (str(one.account.pk) for one in (cast.teacher, cast.colleague))
    AuditRow(at=NOW, action="own", object_kind="account", object_id=own).save()

    assert told(cast.teacher, "account", own) == ["own"]
    for who, object_id in ((cast.teacher, other), (cast.lead, own)):
        with pytest.raises(NotYours):
            told(who, "account", object_id)
