"""Pages of results that are about entries or about the rows of a list."""

from __future__ import annotations

from kaocheng.actions.result import freeze_results
from kaocheng.records.models import Entry
from tests.actions.test_result import WHY
from tests.appraising import rated
from tests.cast import Cast, by
from tests.web.reader import signed_in
from tests.web.test_results import page


def test_results_of_entries_have_pages_with_a_way_to_the_entry(cast: Cast) -> None:
    _, work = rated(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    [entry] = Entry.objects.unscoped("a test").filter(register="courses", key="K1")
    own = f"/rounds/{work.pk}/results/course_ratings/{entry.pk}"

    table = page(cast.teacher, f"/rounds/{work.pk}/results?result=course_ratings")
    shown = page(cast.teacher, own)

    assert f'href="{own}"' in table
    assert "K2" not in table
    assert f'href="/registers/entries/{entry.pk}"' in shown
    assert "check.zip" not in shown
    assert "校本课程认定" in shown
    assert signed_in(cast.colleague).get(own).status_code == 404


def test_the_rows_of_a_list_stand_in_the_table_without_a_page(cast: Cast) -> None:
    _, work = rated(cast)
    freeze_results(by(cast.lead), round_id=work.pk, because=WHY)
    shown = page(cast.lead, f"/rounds/{work.pk}/results?result=indicator_checks")
    assert '<th scope="row"><span translate="no">' in shown
    assert "/results/indicator_checks/" not in shown.replace("/indicator_checks/table", "")
