"""What an adoption computes from is what its scheme and its entries say."""

from __future__ import annotations

import pytest
from django.conf import settings

from kaocheng.documents.result_table import result_table
from kaocheng.engine import verbs
from kaocheng.engine.problems import Problems
from kaocheng.engine.reading.packs import find_packs
from kaocheng.formats import canonical_csv_bytes
from kaocheng.queries.adopted import adopted, example_tables
from kaocheng.queries.titles import titles_in, titles_of
from kaocheng.records.models import Adoption
from tests.adopting import adopt, fact_tables, fill
from tests.cast import Cast

PACKS = [folder.name for folder in find_packs(settings.SCHEMES)]


@pytest.mark.parametrize("pack", PACKS)
def test_facts_out_of_the_database_give_the_results_of_the_example(pack: str, cast: Cast) -> None:
    found = adopt(pack, cast.city)
    fill(found)

    again = adopted(Adoption.objects.unscoped("a test").get(pk=found.adoption.pk))
    assert _results(again.compiled, fact_tables(again)) == _results(
        found.compiled, example_tables(found.adoption.scheme)
    )


def _results(compiled: object, tables: object) -> list[bytes]:
    problems = Problems()
    facts = verbs.facts(compiled.pack, tables, problems=problems)  # type: ignore[attr-defined,arg-type]  # whichever it is
    run = verbs.run(compiled, facts)  # type: ignore[arg-type]
    return [canonical_csv_bytes(result_table(run, one)) for one in run.pack.scheme.results]


def test_titles_are_told_apart_and_remarks_left_out() -> None:
    assert titles_in("区工程办、指导团队（市直属由市工程办）") == ("区工程办", "指导团队")
    assert titles_in("") == ()


@pytest.mark.parametrize("pack", PACKS)
def test_every_scheme_names_somebody(pack: str, cast: Cast) -> None:
    assert titles_of(adopt(pack, cast.city).pack)
