"""Whose files somebody sees: their own, and the rosters of units whose personal data they see."""

from __future__ import annotations

import pytest

from kaocheng.access.file import files
from kaocheng.queries.actor import NOBODY
from kaocheng.records.models import FileUse, Person, StoredFile, Unit
from tests.cast import NOW, Cast, actor

pytestmark = pytest.mark.django_db


def hands_in(who: Person, where: Unit, kind: str) -> None:
    file, _ = StoredFile.objects.get_or_create(
        digest="0" * 64, defaults={"size": 1, "media_type": "text/csv", "stored_at": NOW}
    )
    FileUse(
        file=file,
        name=f"{who.name} {kind}",
        person=who,
        unit=where,
        object_kind=kind,
        object_id="1",
        receipt_number=f"{who.pk} {kind}",
        received_at=NOW,
    ).save()


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("teacher", {"林晓棠 entry"}),
        ("lead", {"何敏仪 rosterimport", "沈一鸣 rosterimport"}),
        ("clerk", {"何敏仪 rosterimport", "沈一鸣 rosterimport", "沈一鸣 entry"}),
        ("other_lead", set()),
        ("far_lead", {"罗秋月 rosterimport"}),
        ("officer", set()),
        ("reviewer", set()),
        ("security_admin", set()),
    ],
)
def test_files_are_seen_by_who_handed_them_in_and_rosters_by_the_office(
    cast: Cast, who: str, seen: set[str]
) -> None:
    hands_in(cast.teacher, cast.group, "entry")
    hands_in(cast.clerk, cast.school, "entry")
    for one, where in (
        (cast.lead, cast.school),
        (cast.clerk, cast.school),
        (cast.far_lead, cast.far_school),
    ):
        hands_in(one, where, "rosterimport")

    assert set(files(actor(getattr(cast, who))).values_list("name", flat=True)) == seen
    assert not files(NOBODY).exists()
